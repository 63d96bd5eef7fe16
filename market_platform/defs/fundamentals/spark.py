"""Clean spark spreads at the markets' hubs."""

from datetime import timedelta
from typing import NamedTuple

import dagster as dg
import numpy as np
import pandas as pd

from market_platform.analysis.gas.legs import HENRY_HUB_NAME, basis_curves
from market_platform.analysis.gas.spark import CO2_METRIC_TONS_PER_MMBTU, spark_spread_usd_per_mwh
from market_platform.contracts.families import drivers
from market_platform.contracts.families.prices import LMP
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform

HEAT_RATE_MMBTU_PER_MWH = 7.0  # a combined-cycle plant on the higher heating value, as spark spreads are quoted
DAYS = 30
NO_PRICES = "no day-ahead hub prices or no gas settlements yet: run the markets' jobs and fundamentals_history first"


class Hub(NamedTuple):
    """A market's hub with the gas and the allowances that its marginal plant buys.

    ``gas_hub`` blank: no free curve quotes the market's own hub, Henry Hub stands in for it and the rows say so.
    """

    market: str
    feed: str
    location: str
    gas_hub: str
    programme: str


HUBS = (
    Hub("nyiso", "nyiso_dam_lbmp_zone", "N.Y.C.", "Transco Zone 6 NY", "rggi"),
    Hub("pjm", "pjm_dam_lmp_hub", "WESTERN HUB", "TETCO M3", ""),
    Hub("caiso", "caiso_dam_lmp_hub", "TH_SP15_GEN-APND", "", "california_quebec"),
    Hub("ercot", "ercot_dam_spp", "HB_HOUSTON", "Houston Ship Channel", ""),
)


@dg.asset(
    key="spark_spreads",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=sorted({"gas_basis", "fundamentals_history", *(hub.feed for hub in HUBS)}),
    metadata={"dagster/table_name": "lake.spark_spreads"},
    description="Hourly spark and clean spark spread of the last thirty days at a hub of each market, at a heat rate of "
    f"{HEAT_RATE_MMBTU_PER_MWH} MMBtu/MWh (HHV), gas at the front month of the hub's curve.",
)
def spark_spreads(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the spreads of the hours that have a day-ahead price."""
    from market_platform.reporting import fundamentals_plots as plots

    curves = basis_curves(inputs.settlements(platform))
    gas = curves[curves["place"] == 1]
    carbon = inputs.carbon_prices(platform)
    frames = [_hub_rows(platform, hub, gas, carbon) for hub in HUBS]
    rows = pd.concat([frame for frame in frames if len(frame)], ignore_index=True) if any(map(len, frames)) else None
    if rows is None:
        return nothing_yet(NO_PRICES)
    commit = lay_in(
        platform.lake, drivers.SPARK_SPREADS, "spark_spreads", rows, read_at=platform.clock(), inputs=hash_of([rows])
    )
    columns = ["power_usd_per_mwh", "gas_usd_per_mmbtu", "carbon_usd_per_metric_ton", "spark_spread_usd_per_mwh",
               "clean_spark_spread_usd_per_mwh"]  # fmt: skip
    means = rows.groupby(["market", "location", "gas_hub"])[columns].mean().reset_index()
    daily = rows.pivot_table(index="interval_start", columns="location", values="clean_spark_spread_usd_per_mwh")
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "means": table(means, 2),
            "plot": picture("Clean spark spread", plots.lines_picture(
                daily, "Clean spark spread by hour", "USD/MWh", simulated=simulated, zero=True, step=True)),
        }
    )  # fmt: skip


def _hub_rows(platform: Platform, hub: Hub, gas: pd.DataFrame, carbon: pd.DataFrame) -> pd.DataFrame:
    since = (platform.clock() - timedelta(days=DAYS)).date()
    where = f"feed = '{hub.feed}' AND location = '{hub.location}' AND market_day >= DATE '{since}'"
    power = platform.lake.read(LMP, where).dropna(subset=["lmp_usd_per_mwh"]).sort_values("market_day")
    gas_hub = hub.gas_hub or HENRY_HUB_NAME
    mine = gas[gas["hub"] == gas_hub]
    if power.empty or mine.empty:
        return pd.DataFrame()
    power = power.assign(day=pd.to_datetime(power["market_day"]).astype("datetime64[us]"))
    power = before(power, mine.assign(day=pd.to_datetime(mine["trade_day"])), ["price_usd_per_mmbtu", "trade_day"])
    if hub.programme:
        own = carbon[carbon["programme"] == hub.programme]
        power = before(power, own, ["price_usd_per_metric_ton"])
    else:
        power = power.assign(price_usd_per_metric_ton=0.0)
    power = power.dropna(subset=["price_usd_per_mmbtu", "price_usd_per_metric_ton"])
    price, fuel = (power[name].to_numpy(float) for name in ("lmp_usd_per_mwh", "price_usd_per_mmbtu"))
    tons = power["price_usd_per_metric_ton"].to_numpy(float)
    spark = spark_spread_usd_per_mwh(price, fuel, HEAT_RATE_MMBTU_PER_MWH)
    return power[["market_day", "interval_start", "interval_end"]].assign(
        market=hub.market,
        location=hub.location,
        power_usd_per_mwh=price,
        gas_hub=gas_hub,
        is_gas_estimated=not hub.gas_hub,
        gas_usd_per_mmbtu=fuel,
        gas_trade_day=power["trade_day"],
        heat_rate_mmbtu_per_mwh=HEAT_RATE_MMBTU_PER_MWH,
        programme=hub.programme or None,
        carbon_usd_per_metric_ton=tons,
        spark_spread_usd_per_mwh=spark,
        clean_spark_spread_usd_per_mwh=spark - CO2_METRIC_TONS_PER_MMBTU * HEAT_RATE_MMBTU_PER_MWH * np.asarray(tons),
    )


def before(rows: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Join the last of ``other`` before each row's ``day`` (never of the day itself: it is settled too late)."""
    right = other.assign(day=other["day"].astype("datetime64[us]")).sort_values("day")[["day", *columns]]
    return pd.merge_asof(rows.sort_values("day"), right, on="day", allow_exact_matches=False)
