"""Moving a whole platform from one set of stores to another: to the server profile, into a backup and out of it again.

Everything is copied as it is, then both sides are read again and compared by count and hash.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from market_platform.alerts import tables as alert_tables
from market_platform.api import tables as api_tables
from market_platform.certificates.ledger import tables as certificate_tables
from market_platform.errors import StoreError
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.settlement.books import tables as settlement_tables
from market_platform.store import feed_tables, ledger
from market_platform.store.bucket import Bucket
from market_platform.trading.bid_ledger import tables as bid_tables
from market_platform.upkeep import seal_table
from market_platform.upkeep.file_copy import Tree, copy_tree
from market_platform.upkeep.ledger_copy import Content, copy_table, table_content

DECLARED_BY = (feed_tables, certificate_tables, bid_tables, settlement_tables, api_tables, alert_tables, seal_table)
# Made from the rest, or a process's own: never moved. Dagster's history stays where it was written.
NOT_MOVED = ("lake/", "raw/", "ledger.db", "market.duckdb", ".market.duckdb", "dagster/", "marts/")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Moved:
    """One part of the platform on both sides."""

    part: str
    source: Content
    target: Content

    @property
    def is_equal(self) -> bool:
        """Whether both sides hold the same."""
        return self.source == self.target


def move(source: Platform, target: Platform, say: Say) -> list[Moved]:
    """Copy lake, archive, ledger and the user's own files, and compare both sides.

    Run again after an interruption it goes on where it was. Raises StoreError where the target's ledger holds rows of its
    own, or where the source was written to meanwhile.
    """
    before = _lake_versions(source)
    moved = [*_move_files(source, target, say), *_move_ledger(source, target, say)]
    if _lake_versions(source) != before:
        raise StoreError("the source was written to during the move: stop its daemon and its runs, then move again")
    return moved


def ledger_tables() -> list[sa.Table]:
    """Return every table of the ledger, each after those that it refers to."""
    assert DECLARED_BY  # noqa: S101 - importing them declares the tables
    return list(ledger.metadata.sorted_tables)


def _move_files(source: Platform, target: Platform, say: Say) -> Iterator[Moved]:
    for part in ("raw", "lake"):
        yield _move_tree(part, Tree(root_of(source.settings, part)), Tree(root_of(target.settings, part)), say)
    yield _move_tree("files", _own_files(source.settings), _own_files(target.settings), say)


def _move_tree(part: str, source: Tree, target: Tree, say: Say) -> Moved:
    copy_tree(source, target, lambda done, count: say(f"{part}: {done} of {count} files"))
    return Moved(part, source.content(), target.content())


def _move_ledger(source: Platform, target: Platform, say: Say) -> Iterator[Moved]:
    for table in ledger_tables():
        say(f"ledger: {table.name}")
        copy_table(source.ledger, target.ledger, table)
        yield Moved(f"ledger {table.name}", table_content(source.ledger, table), table_content(target.ledger, table))


def _own_files(settings: Settings) -> Tree:
    return Tree(settings.data_folder, lambda name: not name.startswith(NOT_MOVED))


def root_of(settings: Settings, part: str) -> Path | Bucket:
    """Return where a part of the platform's files lies: ``raw``, ``lake``."""
    bucket = settings.bucket_place
    return bucket.within(part) if bucket else settings.data_folder / part


def _lake_versions(platform: Platform) -> dict[str, int | None]:
    return {contract.name: platform.lake.version(contract) for contract in platform.catalog.contracts}
