"""Storage against five years and the balance it implies, and how weather goes with price, storage and load."""

import dagster as dg
import pandas as pd

from market_platform.analysis.correlation import correlation_row, weekly_sums
from market_platform.analysis.gas.storage import against_five_years, balance_bcf_per_day, region_gaps
from market_platform.contracts.contract import Contract
from market_platform.contracts.families import drivers, fundamentals, operations
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform
from market_platform.sources.weather.places import places

EASTERN = "America/New_York"
NATION = "Lower 48"
REGIONS = ["East", "Midwest", "South Central", "Mountain", "Pacific"]
# A place whose degree hours stand for a balancing authority's demand.
LOAD_PLACES = {"NYIS": "nyiso_city", "PJM": "pjm_east", "ERCO": "ercot_north", "CISO": "caiso_sp15"}
BASE_C = 18.333  # 65 °F


@dg.asset(
    key="storage_surplus",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=["eia_gas_storage_lately", "eia_gas_storage", "eia_storage_release", "eia_storage_history"],
    metadata={"dagster/table_name": "lake.storage_surplus"},
    description="Working gas by region and week against the five years before, change, and the supply less demand that "
    "the change implies; the Lower 48 drawn against its band.",
)
def storage_surplus(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in surplus and balance."""
    from market_platform.reporting import fundamentals_plots as plots

    read = inputs.storage(platform)
    if read.empty:
        return nothing_yet("no storage yet: run eia_lists (an EIA key is free), or import ngshistory.xls")
    frames = []
    for (region, gas_type), mine in read.groupby(["region", "gas_type"]):
        stock = mine.set_index(pd.to_datetime(mine["week_ending"]))["stock_bcf"].sort_index().asfreq("7D")
        weeks = against_five_years(stock).dropna(subset=["stock_bcf"])
        weeks = weeks.assign(change_bcf=stock.diff(), balance_bcf_per_day=balance_bcf_per_day(stock))
        frames.append(weeks.assign(region=region, gas_type=gas_type))
    weeks = pd.concat(frames).rename_axis("week_ending").reset_index()
    days = inputs.intervals_of_days(weeks["week_ending"], EASTERN)
    rows = pd.concat([days, weeks], axis=1).assign(market="gas", week_ending=weeks["week_ending"].dt.date)
    commit = lay_in(
        platform.lake,
        drivers.STORAGE_SURPLUS,
        "storage_surplus",
        rows,
        read_at=platform.clock(),
        inputs=hash_of([read]),
    )
    total = rows[(rows["region"] == NATION) & (rows["gas_type"] == "total")].sort_values("week_ending")
    latest = rows[rows["week_ending"] == rows["week_ending"].max()]
    columns = ["region", "gas_type", "stock_bcf", "change_bcf", "five_year_mean_bcf", "surplus_bcf", "surplus"]
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "week_ending": str(latest["week_ending"].max()),
            "latest_week": table(latest[columns]),
            "weeks_that_do_not_add_up": _gaps(rows),
            "band": picture("Storage", plots.storage_picture(total, simulated=simulated)),
            "balance": picture("Balance", plots.lines_picture(
                total.set_index(pd.to_datetime(total["week_ending"]))[["balance_bcf_per_day"]].tail(104),
                "Supply less demand by week", "Bcf a day", simulated=simulated, zero=True, step=True)),
        }
    )  # fmt: skip


def _gaps(rows: pd.DataFrame) -> str:
    """Say how many weeks' regions differ from their total: rounding, reported and not repaired."""
    totals = rows[rows["gas_type"] == "total"]
    wide = totals.pivot_table(index="week_ending", columns="region", values="stock_bcf")
    if not {*REGIONS, NATION} <= set(wide):
        return "not all regions are held"
    gaps = region_gaps(wide, REGIONS, NATION).abs()
    return f"{int((gaps >= 1).sum())} of {len(gaps)} weeks by 1 Bcf or more, {int((gaps > 2).sum())} by more than 2"


@dg.asset(
    key="driver_correlations",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=["weather_gas_heating_degree_days", "eia_gas_prices_lately", "eia_henry_hub_history", "storage_surplus", "eia_rto_region",
          "weather_open_meteo_forecast"],
    metadata={"dagster/table_name": "lake.driver_correlations"},
    description="Gas-weighted degree days against Henry Hub and storage, and degree hours of a place against load.",
)  # fmt: skip
def driver_correlations(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in today's correlations over everything that is held."""
    found = [
        {"driver": driver, "target": target, "step": step, "correlation": pair[0], "observations": pair[1]}
        for driver, target, step, pair in _pairs(platform)
        if pair is not None
    ]
    if not found:
        return nothing_yet("too little history in common yet: ten days, weeks or hours are needed of both series")
    result = pd.DataFrame(found)
    today = platform.clock().date()
    days = inputs.intervals_of_days(pd.Series([today] * len(result)), "UTC")
    rows = pd.concat([days, result], axis=1).assign(market="gas")
    lay_in(
        platform.lake, drivers.DRIVER_CORRELATIONS, "driver_correlations", rows, read_at=platform.clock(),
        inputs=hash_of([result]), whole_days=[today],
    )  # fmt: skip
    return dg.MaterializeResult(metadata={"dagster/row_count": len(rows), "correlations": table(result)})


def _pairs(platform: Platform) -> list[tuple[str, str, str, tuple[float, int] | None]]:
    degree_days = _by_day(
        platform,
        fundamentals.DEGREE_DAYS,
        "feed = 'weather_gas_heating_degree_days' AND location = 'CONUS'",
        "degree_days_f",
    )
    spot = _by_day(
        platform,
        fundamentals.GAS_PRICES,
        "feed IN ('eia_gas_prices_lately', 'eia_henry_hub_history') AND product = 'spot' AND frequency = 'daily'",
        "price_usd_per_mmbtu",
    )
    weeks = platform.lake.read(drivers.STORAGE_SURPLUS, f"region = '{NATION}' AND gas_type = 'total'")
    change = weeks.set_index(pd.to_datetime(weeks["week_ending"]))["change_bcf"]
    name = "gas_weighted_heating_degree_days"
    pairs = [
        (name, "henry_hub_price", "day", correlation_row(degree_days, spot)),
        (name, "storage_change", "week", correlation_row(weekly_sums(degree_days), change)),
    ]
    hours = inputs.place_hours(platform)
    demand = platform.lake.read(operations.SYSTEM_FIGURES, "feed = 'eia_rto_region' AND figure = 'demand'")
    for authority, place in LOAD_PLACES.items():
        mine = hours[hours["place"] == place].set_index("interval_start")["temperature_c"]
        load = demand[demand["location"] == authority].set_index("interval_start")["value"]
        away = (mine - BASE_C).abs().rename("degree_hours")
        pairs.append((f"degree_hours_{place}", f"load_{places()[place].market}", "hour", correlation_row(away, load)))
    return pairs


def _by_day(platform: Platform, contract: Contract, where: str, value: str) -> pd.Series:
    rows = platform.lake.read(contract, where)
    by_day = rows.set_index(pd.to_datetime(rows["market_day"]))[value]
    return by_day[~by_day.index.duplicated()].sort_index()
