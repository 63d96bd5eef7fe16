"""Health of the lake: every file there and readable, one standing row a key, versions that follow each other.

A slice whose file is lost or damaged is read again from the archived bytes, fetch by fetch at the moment of each: the
versions come back as they were.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from market_platform.contracts.contract import Contract
from market_platform.errors import StoreError
from market_platform.ingest.account import Account
from market_platform.ingest.pipeline import Pipeline
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.store.feed_tables import fetches, payloads
from market_platform.store.lake import scan
from market_platform.upkeep.file_copy import Tree
from market_platform.upkeep.finding import Finding
from market_platform.upkeep.moving import root_of

READ = ("committed", "unchanged", "quarantined")


def examine_lake(platform: Platform) -> Iterator[Finding]:
    """Open every table and read every live file whole."""
    tree = Tree(root_of(platform.settings, "lake"))
    for contract in platform.catalog.contracts:
        try:
            files = platform.lake.files(contract)
        except Exception as error:  # noqa: BLE001 - whatever the table's log throws is the finding
            yield Finding("lake", contract.name, f"its log cannot be read: {error}", "restore the table from a backup")
            continue
        lost = {_slice_of(file): why for file in files if (why := _unreadable(tree, contract, file))}
        for (feed, month), why in lost.items():
            yield _lost_slice(platform, contract, feed, month, why)
        if not lost and files:
            yield from _broken_versions(platform, contract, files)


def _unreadable(tree: Tree, contract: Contract, file: str) -> str:
    name = contract.name + unquote(file).split(f"/{contract.name}", 1)[1]
    try:
        pq.read_table(pa.BufferReader(tree.read(name)))
    except (OSError, pa.ArrowException) as error:
        return str(error).splitlines()[0]
    return ""


def _slice_of(file: str) -> tuple[str, str]:
    parts = dict(part.split("=", 1) for part in unquote(file).split("/") if "=" in part)
    return parts["feed"], parts["month"]


def _lost_slice(platform: Platform, contract: Contract, feed: str, month: str, why: str) -> Finding:
    where = f"{contract.name}, {feed}, {month}"
    if feed in FEEDS:
        advice = "mending reads the slice again from the archived bytes"
        return Finding("lake", where, why, advice, partial(read_again, platform, contract, feed, month))
    advice = f"mending drops the slice; then materialise {feed} for that month again"
    return Finding("lake", where, why, advice, partial(platform.lake.drop_slice, contract, feed, month))


def read_again(platform: Platform, contract: Contract, feed: str, month: str) -> None:
    """Drop a slice and lay it in again from the archive. Raises StoreError where bytes that it was read from are not there."""
    with platform.ledger.read() as connection:
        columns = fetches.c.fetched_at, fetches.c.sha256, payloads.c.file_name, payloads.c.published_at
        statement = (
            sa.select(*columns)
            .join(payloads, payloads.c.sha256 == fetches.c.sha256)
            .where(fetches.c.feed == feed, fetches.c.outcome.in_(READ))
            .order_by(fetches.c.fetched_at)
        )
        found = connection.execute(statement).all()
    if not found:
        raise StoreError(f"the ledger knows no payload of {feed}: fetch or import the month {month} again")
    contents = [Payload(row.file_name, platform.archive.read(row.sha256), row.published_at) for row in found]
    platform.lake.drop_slice(contract, feed, month)
    for row, payload in zip(found, contents, strict=True):
        _pipeline_at(platform, row.fetched_at).replay(FEEDS[feed], payload)


def _pipeline_at(platform: Platform, moment: datetime) -> Pipeline:
    usual = platform.imports
    return Pipeline(usual.lake, usual.archive, Account(platform.ledger), usual.client, lambda: moment, "mended")


def _broken_versions(platform: Platform, contract: Contract, files: list[str]) -> Iterator[Finding]:
    table = scan(files)
    key = ", ".join(dict.fromkeys(("feed", "market_day", *contract.key)))  # a list stands once for each day of it
    laws = {
        "a row stands twice under one key": f"SELECT count(*) FROM (SELECT {key} FROM {table} WHERE known_to IS NULL "  # noqa: S608
        f"GROUP BY {key} HAVING count(*) > 1)",
        "a version ends before it begins": f"SELECT count(*) FROM {table} WHERE known_to <= known_from",  # noqa: S608
    }
    with duckdb.connect() as connection:
        platform.lake.open_to(connection)
        for wrong, query in laws.items():
            count = connection.sql(query).fetchall()[0][0]
            if count:
                advice = "restore the table from a backup and report this"
                yield Finding("lake", contract.name, f"{wrong}: {count} times", advice)
