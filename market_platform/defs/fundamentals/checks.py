"""What the fundamentals are asked after each run: is a release missing, do the regions add up, do the months settle."""

from datetime import date, datetime, timedelta

import dagster as dg
import pandas as pd

from market_platform.analysis.gas.storage import region_gaps
from market_platform.contracts.families import drivers
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.storage import NATION, REGIONS
from market_platform.markets.gas import is_business_day
from market_platform.platform import Platform
from market_platform.sources.eia.release_calendar import release_moment

GRACE = timedelta(minutes=30)
TOLERANCE_BCF = 2.0  # rounding: 9 of 839 weeks of the 2026-01-29 workbook differ by 2, none by more
NEAR_MONTHS = 12
FRIDAY = 4


def last_released_week(now: datetime) -> date:
    """Return the Friday whose storage has been due by ``now``, by the release calendar with its exceptions."""
    week = now.date() - timedelta(days=(now.date().weekday() - FRIDAY) % 7)
    while release_moment(week) + GRACE > now:
        week -= timedelta(days=7)
    return week


def last_settled_day(now: datetime) -> date:
    """Return the trading day whose settlements are out by ``now``: the business day before."""
    day = now.date() - timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


@dg.asset_check(
    asset="storage_surplus", name="release_is_there", description="The last week that is due by the release calendar"
)
def release_is_there(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Ask for the last week due and for weeks missing in between."""
    held = platform.lake.read(drivers.STORAGE_SURPLUS, f"region = '{NATION}' AND gas_type = 'total'")
    weeks = sorted(set(pd.to_datetime(held["week_ending"]).dt.date))
    due = last_released_week(platform.clock())
    missing = missing_weeks(weeks, due)
    return _told(not missing, due=str(due), newest=str(weeks[-1]) if weeks else "none", missing=_listed(missing))


def missing_weeks(weeks: list[date], due: date) -> list[date]:
    """Return the Fridays between the first week held and the one due that are not held; only ``due`` where none is."""
    if not weeks:
        return [due]
    span = (due - weeks[0]).days // 7
    wanted = [weeks[0] + timedelta(days=7 * step) for step in range(span + 1)]
    return [week for week in wanted if week not in set(weeks)]


@dg.asset_check(
    asset="storage_surplus", name="regions_add_up", description="Regions against the Lower 48, within 2 Bcf of rounding"
)
def regions_add_up(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Count the weeks that differ; they are reported and not repaired."""
    rows = platform.lake.read(drivers.STORAGE_SURPLUS, "gas_type = 'total'")
    wide = rows.pivot_table(index="week_ending", columns="region", values="stock_bcf")
    if not {*REGIONS, NATION} <= set(wide):
        return _told(rows.empty, note="not all regions are held")
    gaps = region_gaps(wide, REGIONS, NATION).abs()
    return _told(
        bool((gaps <= TOLERANCE_BCF).all()), weeks=len(gaps), by_one_or_more=int((gaps >= 1).sum()),
        beyond_tolerance=int((gaps > TOLERANCE_BCF).sum()), largest_bcf=float(gaps.max()),
    )  # fmt: skip


@dg.asset_check(
    asset="gas_basis",
    name="near_months_settle",
    description="The last trading day is there, and its twelve near months",
)
def near_months_settle(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Ask for the last settled day, and for Henry Hub's near months without a hole."""
    henry = inputs.henry_hub(inputs.settlements(platform))
    if henry.empty:
        return _told(False, note=inputs.NO_SETTLEMENTS)
    last, due = max(henry["trade_day"]), last_settled_day(platform.clock())
    mine = henry[(henry["trade_day"] == last) & henry["settle_usd_per_mmbtu"].notna()]
    months = sorted(set(mine["contract_month"]))[:NEAR_MONTHS]
    first = months[0] if months else last
    wanted = [date.fromisoformat(f"{month}-01") for month in pd.period_range(first, periods=NEAR_MONTHS, freq="M")]
    holes = [month for month in wanted if month not in months]
    return _told(last >= due and not holes, due=str(due), last_trading_day=str(last), months_without=_listed(holes))


@dg.asset_check(
    asset="chp_decisions", name="prices_are_fresh", description="No decision of the hours ahead rests on a stale price"
)
def prices_are_fresh(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Count the decisions by quality."""
    now = platform.clock()
    rows = platform.lake.read(drivers.CHP_DECISIONS, f"interval_end > TIMESTAMPTZ '{now.isoformat()}'")
    counts = rows["quality"].value_counts()
    return _told(int(counts.get("stale", 0)) == 0, **{word: int(count) for word, count in counts.items()})


def _told(passed: bool, **facts: object) -> dg.AssetCheckResult:
    metadata = {name: value if isinstance(value, int | float) else str(value) for name, value in facts.items()}
    return dg.AssetCheckResult(passed=bool(passed), severity=dg.AssetCheckSeverity.WARN, metadata=metadata)


def _listed(days: list[date]) -> str:
    return (
        ", ".join(str(day) for day in days[:12]) + (f" and {len(days) - 12} more" if len(days) > 12 else "") or "none"
    )


CHECKS = (release_is_there, regions_add_up, near_months_settle, prices_are_fresh)
