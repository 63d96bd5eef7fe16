"""Sensors: late publications are asked for again, and the catalog follows the lake."""

from datetime import date, datetime, timedelta

import dagster as dg
import sqlalchemy as sa

from market_platform.defs.jobs import CATALOG_JOB, IngestJob, all_ingest_jobs
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.sources.feed import Feed
from market_platform.store.feed_tables import coverage

DAYS_BACK = 3
ASK_AGAIN = timedelta(minutes=10)


def ingest_sensors() -> list[dg.SensorDefinition]:
    """Return one late-publication sensor a market-day job."""
    return [late_publication(job) for job in all_ingest_jobs() if job.kind == "market_day"]


def late_publication(job: IngestJob) -> dg.SensorDefinition:
    """Ask every ten minutes for what is due and not whole, until it is."""

    @dg.sensor(
        name=job.name.replace("market_day", "late_publication"),
        job_name=job.name,
        minimum_interval_seconds=int(ASK_AGAIN.total_seconds()),
        description="Asks again for feeds that are due but not there or not whole",
    )
    def sensor(
        context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = platform.clock()
        missing = due_and_missing(job, platform, now)
        if not missing:
            return dg.SkipReason("everything that is due is there")
        slot = int(now.timestamp() // ASK_AGAIN.total_seconds())
        context.log.info(f"due and not whole: {sum(len(feeds) for feeds in missing.values())} feed days")
        return [
            dg.RunRequest(
                run_key=f"{job.name}-{day}-{slot}",
                partition_key=day.isoformat(),
                asset_selection=[dg.AssetKey(feed.key) for feed in feeds],
            )
            for day, feeds in missing.items()
        ]

    return sensor


def due_and_missing(job: IngestJob, platform: Platform, now: datetime) -> dict[date, list[Feed]]:
    """Return the feeds of the last days and of tomorrow that are due by their publication time and not whole."""
    local = today(now, job.zone)
    days = [local + timedelta(days=step) for step in range(-DAYS_BACK, 2)]
    with platform.ledger.read() as connection:
        held = {
            (row.feed, row.market_day): row
            for row in connection.execute(sa.select(coverage).where(coverage.c.market_day.in_(days)))
        }
    missing: dict[date, list[Feed]] = {}
    for day in days:
        for feed in job.feeds:
            row = held.get((feed.key, day))
            whole = row is not None and (row.expected is None or row.received >= row.expected)
            if now >= feed.publication.moment(day, feed.zone) and not whole:
                missing.setdefault(day, []).append(feed)
    return missing


@dg.sensor(
    name="catalog_follows_lake",
    job_name=CATALOG_JOB,
    minimum_interval_seconds=30,
    description="Builds market.duckdb again whenever the lake has moved on",
)
def catalog_follows_lake(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Compare the catalog with the lake: judged by what is, not by which run ended."""
    if platform.catalog.is_current():
        return dg.SkipReason("the catalog shows the lake as it is")
    return dg.RunRequest()
