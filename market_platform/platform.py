"""Putting the parts together: from settings to stores, client and pipeline. The only place that does."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import httpx

from market_platform.contracts.families import CONTRACTS
from market_platform.ingest.account import Account, Outcome
from market_platform.ingest.pipeline import Pipeline, pace_by_host, say_nothing
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.http import Client
from market_platform.store.archive import Archive, BucketArchive, FolderArchive
from market_platform.store.catalog import Catalog
from market_platform.store.lake import Lake
from market_platform.store.ledger import Ledger

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Platform:
    """The platform in one process.

    ``transport``, ``clock``, ``sleep`` and ``monotonic`` may be replaced (tests, drills); ``notice`` hears each outcome as
    it comes.
    """

    settings: Settings
    clock: Clock = wall_clock
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    notice: Callable[[Outcome], None] = say_nothing

    @cached_property
    def lake(self) -> Lake:
        """The Delta tables."""
        bucket = self.settings.bucket_place
        return Lake(bucket.within("lake") if bucket else self.settings.data_folder / "lake")

    @cached_property
    def archive(self) -> Archive:
        """The publishers' bytes."""
        bucket = self.settings.bucket_place
        return BucketArchive(bucket.within("raw")) if bucket else FolderArchive(self.settings.data_folder / "raw")

    @cached_property
    def ledger(self) -> Ledger:
        """The SQL ledger, its tables up to date."""
        ledger = Ledger(self.settings.ledger_url)
        ledger.upgrade()
        return ledger

    @cached_property
    def catalog(self) -> Catalog:
        """The DuckDB file that people open."""
        return Catalog(self.settings.data_folder / "market.duckdb", self.lake, CONTRACTS.values())

    @cached_property
    def pipeline(self) -> Pipeline:
        """The way of the data from the configured origin."""
        return self._pipeline(self.settings.origin)

    @cached_property
    def imports(self) -> Pipeline:
        """The way of the data from files."""
        return self._pipeline("import")

    def _pipeline(self, origin: str) -> Pipeline:
        client = Client(
            self._pace(),
            transport=self._transport(),
            clock=self.clock,
            sleep=self.sleep,
            monotonic=self.monotonic,
        )
        return Pipeline(
            self.lake,
            self.archive,
            Account(self.ledger),
            client,
            self.clock,
            origin,
            notice=self.notice,
            credentials=self.settings.credentials,
        )

    def _pace(self) -> dict[str, float]:
        """Return the pauses between requests; a simulated publisher needs none."""
        return pace_by_host(self.settings.credentials) if self.settings.origin == "live" else {}

    def _transport(self) -> httpx.BaseTransport | None:
        if self.transport is not None or self.settings.origin == "live":
            return self.transport
        return SandboxTransport(self.settings.sandbox_seed, self.clock, caiso_nodes=self.settings.sandbox_caiso_nodes)
