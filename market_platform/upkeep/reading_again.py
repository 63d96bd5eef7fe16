"""Laying lost months of a feed in again from the archived bytes, fetch by fetch at the moment of each."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from market_platform.contracts.contract import Contract
from market_platform.errors import StoreError
from market_platform.ingest.account import Account
from market_platform.ingest.pipeline import Pipeline
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.store.feed_tables import fetches, payloads
from market_platform.store.lake import Commit, Lake
from market_platform.store.merging import Arrival

READ = ("committed", "unchanged", "quarantined")


class LakeOfMonths(Lake):
    """A lake that takes rows of some months only: of the others it holds all versions, and must not take old ones again."""

    def __init__(self, lake: Lake, months: Collection[str]) -> None:
        super().__init__(lake.bucket or Path(lake.root))
        self.months = months

    def commit_all(
        self,
        contract: Contract,
        feed: str,
        arrivals: Sequence[Arrival],
        *,
        read_at: datetime,
        whole_days: Sequence[date] = (),
        older_yields: bool = False,
    ) -> Commit:
        """Commit the rows of these months; nothing where there are none."""
        wanted = [replace(each, rows=each.rows[self._is_wanted(each)].reset_index(drop=True)) for each in arrivals]
        wanted = [each for each in wanted if len(each.rows)]
        if wanted:
            return super().commit_all(
                contract, feed, wanted, read_at=read_at, whole_days=whole_days, older_yields=older_yields
            )
        nothing = arrivals[0].rows.head(0)[["market_day"]].assign(received=0, intervals=0, last_interval_end=None)
        return Commit({}, 0, self.version(contract), nothing)

    def _is_wanted(self, arrival: Arrival) -> Sequence[bool]:
        return list(arrival.rows["market_day"].astype(str).str.slice(0, 7).isin(self.months))


def read_again(platform: Platform, contract: Contract, feed: str, months: Collection[str]) -> None:
    """Drop months of a feed and lay them in again from the archive.

    Raises StoreError where bytes that they were read from are not there; then nothing is dropped.
    """
    with platform.ledger.read() as connection:
        columns = (
            fetches.c.fetched_at,
            fetches.c.origin,
            fetches.c.sha256,
            payloads.c.file_name,
            payloads.c.published_at,
        )
        statement = (
            sa.select(*columns)
            .join(payloads, payloads.c.sha256 == fetches.c.sha256)
            .where(fetches.c.feed == feed, fetches.c.outcome.in_(READ))
            .order_by(fetches.c.fetched_at)
        )
        found = connection.execute(statement).all()
    if not found:
        raise StoreError(f"the ledger knows no payload of {feed}: fetch or import {', '.join(months)} again")
    for row in found:
        platform.archive.read(row.sha256)
    for month in months:
        platform.lake.drop_slice(contract, feed, month)
    for row in found:
        payload = Payload(row.file_name, platform.archive.read(row.sha256), row.published_at)
        _pipeline_at(platform, row, months).replay(FEEDS[feed], payload)


def _pipeline_at(platform: Platform, fetch: sa.Row, months: Collection[str]) -> Pipeline:
    """Return a pipeline at the moment of a fetch, with its origin: imports and answers are not laid in alike."""
    usual = platform.imports
    lake = LakeOfMonths(usual.lake, months)
    origin = f"{fetch.origin.split(',')[0]}, mended"
    return Pipeline(lake, usual.archive, Account(platform.ledger), usual.client, lambda: fetch.fetched_at, origin)
