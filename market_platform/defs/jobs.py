"""Jobs: one in-process run a market for its fast feeds, one for its market day, one for its lists; and maintenance."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True)
class IngestJob:
    """One job of one publisher: feeds of a kind that share a clock, and so their partitions."""

    publisher: Publisher
    kind: str
    zone: ZoneInfo
    feeds: tuple[Feed, ...]

    @property
    def name(self) -> str:
        """``nyiso_market_day``; feeds on another clock than the publisher's first feed have it in the name."""
        other = "" if self.zone == self.publisher.feeds[0].zone else "_" + self.zone.key.rpartition("/")[2].lower()
        return f"{self.publisher.key}_{self.kind}{other}"

    @property
    def description(self) -> str:
        """What the job does, for the UI."""
        return f"{self.publisher.name}: {KINDS[self.kind][1]}"


def jobs_of(publisher: Publisher) -> list[IngestJob]:
    """Return the jobs of one publisher."""
    jobs = []
    for kind, (choose, _) in KINDS.items():
        by_zone: dict[ZoneInfo, list[Feed]] = {}
        for feed in choose(publisher):
            by_zone.setdefault(feed.zone, []).append(feed)
        jobs += [IngestJob(publisher, kind, zone, tuple(feeds)) for zone, feeds in by_zone.items()]
    return jobs


def all_ingest_jobs() -> list[IngestJob]:
    """Return the jobs of all publishers."""
    return [job for publisher in PUBLISHERS.values() for job in jobs_of(publisher)]


def ingest_jobs() -> list[Any]:
    """Return the jobs of all publishers as Dagster has them."""
    return [
        dg.define_asset_job(
            job.name,
            selection=dg.AssetSelection.assets(*(feed.key for feed in job.feeds)),
            description=job.description,
            executor_def=dg.in_process_executor,
            tags={"publisher": job.publisher.key},
        )
        for job in all_ingest_jobs()
    ]
