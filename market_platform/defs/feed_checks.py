"""What every feed is asked after it ran: is the day whole, is anything in quarantine, is the newest interval fresh."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import dagster as dg
import sqlalchemy as sa

from market_platform.contracts.validate import NOTHING_AMISS
from market_platform.platform import Platform
from market_platform.sources.feed import Cadence, Feed, Refresh
from market_platform.store.feed_tables import coverage, quarantine

LATEST_AGE = {
    Refresh.FIVE_MINUTES: timedelta(minutes=15),
    Refresh.HOURLY: timedelta(hours=3),
    Refresh.DAILY: timedelta(days=2),
}
DAYS_LOOKED_AT = 7


def feed_checks(feed: Feed) -> dg.AssetChecksDefinition:
    """Return the checks of one feed. They report; the contract has already kept bad rows out of the lake."""

    @dg.multi_asset_check(
        name=f"{feed.key}_checks",
        specs=[
            dg.AssetCheckSpec(
                "coverage", asset=feed.key, description="Rows, or intervals, received against what a whole day holds"
            ),
            dg.AssetCheckSpec(
                "quarantine", asset=feed.key, description="Rows of the last week that broke the contract"
            ),
            dg.AssetCheckSpec("freshness", asset=feed.key, description="Age of the newest interval that the data hold"),
        ],
    )
    def check(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
        now = platform.clock()
        with platform.ledger.read() as connection:
            days = connection.execute(
                sa.select(coverage)
                .where(coverage.c.feed == feed.key)
                .order_by(coverage.c.market_day.desc())
                .limit(DAYS_LOOKED_AT)
            ).all()
            recent = sa.and_(
                quarantine.c.feed == feed.key, quarantine.c.quarantined_at >= now - timedelta(days=DAYS_LOOKED_AT)
            )
            known = sa.or_(*(quarantine.c.reason.startswith(reason) for reason in NOTHING_AMISS))
            count = sa.select(sa.func.count()).select_from(quarantine)
            amiss = connection.execute(count.where(recent, ~known)).scalar_one()
            told_twice = connection.execute(count.where(recent, known)).scalar_one()
        yield _coverage(feed, days, now)
        yield dg.AssetCheckResult(
            check_name="quarantine",
            asset_key=feed.key,
            passed=amiss == 0,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"rows": amiss, "rows_told_twice_or_not_yet": told_twice},
        )
        yield _freshness(feed, days, now)

    return check


def _coverage(feed: Feed, days: Sequence[sa.Row], now: datetime) -> dg.AssetCheckResult:
    """Ask that each day that is over be whole."""
    unit = feed.counted or "rows"
    lines = [f"| market day | {unit} expected | {unit} received |", "|---|---:|---:|"]
    passed = True
    for row in days:
        lines.append(f"| {row.market_day} | {row.expected or ''} | {row.received} |")
        over = now >= feed.publication.moment(row.market_day, feed.zone)
        if row.expected and over and row.received < row.expected:
            passed = False
    return dg.AssetCheckResult(
        check_name="coverage",
        asset_key=feed.key,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"days": dg.MetadataValue.md("\n".join(lines))},
    )


def _freshness(feed: Feed, days: Sequence[sa.Row], now: datetime) -> dg.AssetCheckResult:
    ends = [row.last_interval_end for row in days if row.last_interval_end is not None]
    age = now - max(ends) if ends else None
    limit = LATEST_AGE[feed.refresh] + feed.publication_lag
    if feed.cadence is Cadence.MONTHLY:
        limit = timedelta(days=62)
    return dg.AssetCheckResult(
        check_name="freshness",
        asset_key=feed.key,
        passed=feed.sparse or (age is not None and age <= limit),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "age_minutes": round(age / timedelta(minutes=1), 1) if age is not None else "no data",
            "limit_minutes": limit / timedelta(minutes=1),
        },
    )
