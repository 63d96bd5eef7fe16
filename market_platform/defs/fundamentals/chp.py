"""What each facility's engine should do, decided again whenever a price that it rests on has changed."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pandas as pd

from market_platform.analysis.chp.table import Plant, plants
from market_platform.analysis.gas.legs import HENRY_HUB_NAME, basis_curves
from market_platform.contracts.families import drivers
from market_platform.contracts.families.prices import LMP
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.defs.fundamentals.spark import HUBS
from market_platform.errors import Infeasible, SettingsError
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, today
from market_platform.platform import Platform

FACILITIES_FILE = "facilities.csv"
SIMULATED = Path(__file__).parent / "simulated_facilities.csv"
DAY_AHEAD_FEEDS = {hub.market: hub.feed for hub in HUBS}
PRICE_DAYS_BACK = 8
CHP_JOB = "chp"
MOST_PICTURES = 6
HOUR = pd.Timedelta(hours=1)


@dg.asset(
    key="chp_decisions",
    group_name="fundamentals",
    kinds={"deltalake", "numba"},
    deps=sorted({"gas_basis", "fundamentals_history", *DAY_AHEAD_FEEDS.values()}),
    metadata={"dagster/table_name": "lake.chp_decisions"},
    description="For each facility of `facilities.csv` in the data folder (in the sandbox a simulated table): run or off and "
    "at what load, from this hour to the end of tomorrow, exact with start costs and minimum times. An hour without a "
    "published price takes the newest one of its hour of the day and is marked estimated.",
)
def chp_decisions(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Decide for every facility; one that cannot be decided does not stop the others."""
    from market_platform.reporting import fundamentals_plots as plots

    chosen, source = facilities(platform)
    if not chosen:
        return nothing_yet(f"no facilities yet: describe them in {source}, a row each (see the asset's description)")
    frames, without = [], []
    for plant in chosen:
        try:
            frames.append(decisions_of(platform, plant))
        except Infeasible as error:
            context.log.warning(f"{plant.facility}: {error}")
            without.append(f"{plant.facility}: {error}")
    if not frames:
        return nothing_yet("; ".join(without))
    rows = pd.concat(frames, ignore_index=True)
    commit = lay_in(
        platform.lake, drivers.CHP_DECISIONS, "chp_decisions", rows, read_at=platform.clock(), inputs=hash_of([rows])
    )
    simulated = platform.settings.origin == "sandbox"
    sums = rows.groupby("facility").agg(
        hours=("decision", "size"), hours_run=("decision", lambda words: int((words == "run").sum())),
        cost_usd=("cost_usd", "sum"), saving_usd=("saving_usd", "sum"), power_age_hours=("power_age_hours", "max"),
        gas_age_hours=("gas_age_hours", "max"), good_hours=("quality", lambda words: int((words == "good").sum())),
    )  # fmt: skip
    pictures = {
        f"plan_{plant.facility.lower().replace(' ', '_')}": picture(
            plant.facility, plots.chp_picture(rows, plant.facility, simulated=simulated)
        )
        for plant in chosen[:MOST_PICTURES]
        if plant.facility in set(rows["facility"])
    }
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "facilities": f"{len(frames)} of {len(chosen)} from {source}",
            "not_decided": "; ".join(without) or "none",
            "summary": table(sums.reset_index(), 2),
            **pictures,
        }
    )


def facilities(platform: Platform) -> tuple[list[Plant], str]:
    """Return the facilities and where they stand: the user's table, else in the sandbox the simulated one."""
    own = platform.settings.data_folder / FACILITIES_FILE
    path = own if own.exists() or platform.settings.origin == "live" else SIMULATED
    if not path.exists():
        return [], str(path)
    read = pd.read_csv(path, dtype=str, keep_default_na=False)
    return plants(read), "the simulated table" if path == SIMULATED else str(path)


def decisions_of(platform: Platform, plant: Plant) -> pd.DataFrame:
    """Return the rows of one facility. Raises Infeasible where prices are missing or heat cannot be covered."""
    from market_platform.analysis.chp.decide import decide, entering_state

    now = pd.Timestamp(platform.clock())
    hours = priced_hours(platform, plant)
    begin = hours["interval_start"].iloc[0]
    earlier = platform.lake.read(
        drivers.CHP_DECISIONS,
        f"facility = '{quoted(plant.facility)}' "
        f"AND interval_start < TIMESTAMPTZ '{begin.isoformat()}' "
        f"AND interval_start >= TIMESTAMPTZ '{(begin - 14 * 24 * HOUR).isoformat()}'",
    )
    recent = earlier if len(earlier) and earlier["interval_start"].max() == begin - HOUR else earlier.iloc[:0]
    rows = decide(plant, hours, now, entering_state(recent))
    local = rows["interval_start"].dt.tz_convert(MARKETS[plant.market].zone)
    return rows.assign(market_day=local.dt.date, interval_end=rows["interval_start"] + HOUR)


def priced_hours(platform: Platform, plant: Plant) -> pd.DataFrame:
    """Return the hours from now to the end of tomorrow with their prices, ages and what is estimated.

    Raises SettingsError for a market without day-ahead prices here, Infeasible where there is no price at all.
    """
    if plant.market not in DAY_AHEAD_FEEDS:
        raise SettingsError(
            f"facilities: {plant.facility}: market {plant.market!r} is none of {', '.join(DAY_AHEAD_FEEDS)}"
        )
    zone, now = MARKETS[plant.market].zone, platform.clock()
    local = today(now, zone)
    begin, end = pd.Timestamp(now).floor("h"), pd.Timestamp(day_bounds(local + timedelta(days=1), zone)[1])
    starts = pd.date_range(begin, end, freq="h", inclusive="left", unit="us")
    hours = pd.DataFrame({"interval_start": starts, "local_hour": starts.tz_convert(zone).hour})
    hours = _power(platform, plant, hours)
    hours = hours.assign(**_gas(platform, plant), **_carbon(platform, plant))
    known = [name for name in hours if name.endswith("_known_at")]
    return hours.assign(**{name: pd.to_datetime(hours[name], utc=True) for name in known})


def _power(platform: Platform, plant: Plant, hours: pd.DataFrame) -> pd.DataFrame:
    zone = MARKETS[plant.market].zone
    since = today(platform.clock(), zone) - timedelta(days=PRICE_DAYS_BACK)
    where = f"location = '{quoted(plant.location)}' AND market_day >= DATE '{since}'"
    prices = platform.lake.read(LMP, f"feed = '{DAY_AHEAD_FEEDS[plant.market]}' AND {where}")
    if prices.empty:  # a zone or node of another feed of the market
        prices = platform.lake.read(LMP, f"market = '{plant.market}' AND market_run = 'DAM' AND {where}")
    prices = prices.dropna(subset=["lmp_usd_per_mwh"]).drop_duplicates("interval_start", keep="last")
    if prices.empty:
        raise Infeasible(f"no day-ahead price of {plant.location} since {since}: run {plant.market}_market_day")
    prices = prices.sort_values("interval_start")[["interval_start", "lmp_usd_per_mwh", "known_from"]]
    known = hours.merge(prices, on="interval_start", how="left")
    latest = prices.assign(local_hour=prices["interval_start"].dt.tz_convert(zone).dt.hour)
    latest = latest.drop_duplicates("local_hour", keep="last").set_index("local_hour")
    is_estimated = known["lmp_usd_per_mwh"].isna()
    filled = known["local_hour"].map(latest["lmp_usd_per_mwh"])
    known_at = known["known_from"].fillna(known["local_hour"].map(latest["known_from"]))
    power = known["lmp_usd_per_mwh"].fillna(filled)
    if power.isna().any():
        raise Infeasible(
            f"no day-ahead price of {plant.location} for some hours of the day: run {plant.market}_market_day"
        )
    return hours.assign(power=power, power_known_at=known_at, power_is_estimated=is_estimated)


def quoted(name: str) -> str:
    """Return a name as it stands between quotation marks of a filter."""
    return name.replace("'", "''")


def _gas(platform: Platform, plant: Plant) -> dict[str, object]:
    read = inputs.settlements(platform)
    curves = basis_curves(read)
    front = curves[(curves["place"] == 1) & (curves["hub"] == (plant.gas_hub or HENRY_HUB_NAME))]
    if front.empty:
        raise Infeasible(f"no settlement of gas at {plant.gas_hub or HENRY_HUB_NAME}: {inputs.NO_SETTLEMENTS}")
    last = front.sort_values("trade_day").iloc[-1]
    known_at = inputs.trading_days(read).loc[last["trade_day"], "interval_end"]
    return {"gas": last["price_usd_per_mmbtu"], "gas_known_at": known_at, "gas_is_estimated": not plant.gas_hub}


def _carbon(platform: Platform, plant: Plant) -> dict[str, object]:
    if not plant.programme:
        return {"carbon": 0.0, "carbon_known_at": pd.NaT, "carbon_is_estimated": False}
    own = inputs.carbon_prices(platform)
    own = own[own["programme"] == plant.programme]
    if own.empty:
        raise Infeasible(f"no auction of {plant.programme}: run fundamentals_history, or import the programme's table")
    last = own.iloc[-1]
    return {
        "carbon": last["price_usd_per_metric_ton"],
        "carbon_known_at": last["interval_end"],
        "carbon_is_estimated": False,
    }


@dg.sensor(
    name="chp_follows_prices",
    job_name=CHP_JOB,
    minimum_interval_seconds=60,
    description="Decides again when a price, a demand or the table of facilities has changed, and at each full hour",
)
def chp_follows_prices(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.RunRequest | dg.SkipReason:
    """Compare the hash of all that decisions rest on with the one that was last decided on."""
    try:
        chosen, source = facilities(platform)
        frames = [priced_hours(platform, plant).assign(plant=str(plant)) for plant in chosen]
    except (Infeasible, SettingsError) as error:
        return dg.SkipReason(str(error))
    if not frames:
        return dg.SkipReason(f"no facilities in {source}")
    rests_on = hash_of(frames)
    if context.cursor == rests_on:
        return dg.SkipReason("nothing that a decision rests on has changed")
    context.update_cursor(rests_on)
    return dg.RunRequest(run_key=f"chp-{rests_on[:32]}")
