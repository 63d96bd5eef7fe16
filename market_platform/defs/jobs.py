"""Jobs: one in-process run a market for its fast feeds, one for its market day, one for its lists; and maintenance."""

from typing import Any

import dagster as dg

from market_platform.sources.catalogue import PUBLISHERS
from market_platform.sources.feed import Cadence, Feed, Publisher, Refresh

CATALOG_JOB = "catalog"


def fetched(publisher: Publisher) -> list[Feed]:
    """Return the feeds that can be asked for; the others are read from files."""
    return [feed for feed in publisher.feeds if feed.request is not None]


def market_day_feeds(publisher: Publisher) -> list[Feed]:
    """Return the feeds with a partition a market day."""
    return [feed for feed in fetched(publisher) if feed.cadence is Cadence.DAILY]


def fast_feeds(publisher: Publisher) -> list[Feed]:
    """Return the feeds worth asking every five minutes."""
    return [feed for feed in market_day_feeds(publisher) if feed.refresh is Refresh.FIVE_MINUTES]


def list_feeds(publisher: Publisher) -> list[Feed]:
    """Return the lists that only exist as they stand now."""
    return [feed for feed in fetched(publisher) if feed.cadence is Cadence.SNAPSHOT]


def monthly_feeds(publisher: Publisher) -> list[Feed]:
    """Return the feeds with a partition a month."""
    return [feed for feed in fetched(publisher) if feed.cadence is Cadence.MONTHLY]


KINDS = {
    "market_day": (market_day_feeds, "All feeds of one market day"),
    "fast": (fast_feeds, "The five-minute feeds of the running day, in one process"),
    "lists": (list_feeds, "Lists as they stand now"),
    "monthly": (monthly_feeds, "Reports of one month"),
}


def job_name(publisher: Publisher, kind: str) -> str:
    """Return a publisher's job name."""
    return f"{publisher.key}_{kind}"


def ingest_jobs() -> list[Any]:
    """Return the jobs of all publishers."""
    jobs = []
    for publisher in PUBLISHERS.values():
        for kind, (choose, description) in KINDS.items():
            feeds = choose(publisher)
            if feeds:
                jobs.append(
                    dg.define_asset_job(
                        job_name(publisher, kind),
                        selection=dg.AssetSelection.assets(*(feed.key for feed in feeds)),
                        description=f"{publisher.name}: {description}",
                        executor_def=dg.in_process_executor,
                        tags={"publisher": publisher.key},
                    )
                )
    return jobs
