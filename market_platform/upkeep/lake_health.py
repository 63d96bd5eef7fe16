"""Health of the lake: every file there and readable, one standing row a key, versions that follow each other.

A slice whose file is lost or damaged is read again from the archived bytes, fetch by fetch at the moment of each: the
versions come back as they were.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from urllib.parse import unquote

import duckdb
import sqlalchemy as sa

from market_platform.contracts.contract import Contract
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.feed import Counted
from market_platform.store.feed_tables import coverage
from market_platform.store.lake import scan
from market_platform.upkeep.file_copy import Tree
from market_platform.upkeep.finding import Finding
from market_platform.upkeep.moving import root_of
from market_platform.upkeep.reading_again import read_again
from market_platform.upkeep.seals import hash_of_bytes, known_seals, look_at, name_in_lake, seal


def examine_lake(platform: Platform) -> Iterator[Finding]:
    """Open every table and read every live file whole; seal those that are seen for the first time."""
    known = known_seals(platform)
    for contract in platform.catalog.contracts:
        try:
            files = platform.lake.files(contract)
        except Exception as error:  # noqa: BLE001 - whatever the table's log throws is the finding
            yield Finding("lake", contract.name, f"its log cannot be read: {error}", "restore the table from a backup")
            continue
        lost: dict[tuple[str, str], str] = {}
        fresh: dict[str, str] = {}
        for file in files:
            why, digest = _look(platform, contract, file, known)
            if why:
                lost[_slice_of(file)] = why
            elif name_in_lake(contract, file) not in known:
                fresh[name_in_lake(contract, file)] = digest
        seal(platform, fresh)
        for feed in dict.fromkeys(feed for feed, _ in lost):
            months = {month: why for (each, month), why in lost.items() if each == feed}
            yield _lost_months(platform, contract, feed, list(months), "; ".join(dict.fromkeys(months.values())))
        if not lost:
            yield from _broken_versions(platform, contract, files) if files else ()
            yield from _missing_rows(platform, contract, files)


def _look(platform: Platform, contract: Contract, file: str, known: dict[str, str]) -> tuple[str, str]:
    """Return what is wrong with a file, if anything is, and the hash of its bytes."""
    name = name_in_lake(contract, file)
    try:
        content = Tree(root_of(platform.settings, "lake")).read(name)
    except OSError as error:
        return str(error).splitlines()[0], ""
    return look_at(content, known.get(name)), hash_of_bytes(content)


def _slice_of(file: str) -> tuple[str, str]:
    parts = dict(part.split("=", 1) for part in unquote(file).split("/") if "=" in part)
    return parts["feed"], parts["month"]


def _lost_months(platform: Platform, contract: Contract, feed: str, months: list[str], why: str) -> Finding:
    where = f"{contract.name}, {feed}, {', '.join(months)}"
    if feed in FEEDS:
        advice = "mending reads them again from the archived bytes"
        return Finding("lake", where, why, advice, partial(read_again, platform, contract, feed, months))
    advice = f"mending drops them; then materialise {feed} for these months again"
    return Finding("lake", where, why, advice, partial(_drop, platform, contract, feed, months))


def _drop(platform: Platform, contract: Contract, feed: str, months: list[str]) -> None:
    for month in months:
        platform.lake.drop_slice(contract, feed, month)


def _missing_rows(platform: Platform, contract: Contract, files: list[str]) -> Iterator[Finding]:
    """Compare with the ledger, which counted what stood after each commit: the lake may hold more, never less."""
    held: dict[tuple[str, date], tuple[int, int]] = {}
    if files:
        with duckdb.connect() as connection:
            platform.lake.open_to(connection)
            counted = connection.sql(
                "SELECT feed, market_day, count(*), count(DISTINCT interval_start) "  # noqa: S608
                f"FROM {scan(files)} WHERE known_to IS NULL GROUP BY feed, market_day"
            ).fetchall()
        held = {(feed, day): (rows, intervals) for feed, day, rows, intervals in counted}
    lost: dict[str, dict[str, int]] = {}
    with platform.ledger.read() as connection:
        for row in connection.execute(sa.select(coverage).order_by(coverage.c.market_day)):
            feed = FEEDS.get(row.feed)
            if feed is not None and feed.contract is contract:
                number = held.get((row.feed, row.market_day), (0, 0))[feed.counted is Counted.INTERVALS]
                if number < row.received:
                    months = lost.setdefault(row.feed, {})
                    month = f"{row.market_day:%Y-%m}"
                    months[month] = months.get(month, 0) + row.received - number
    for key, months in lost.items():
        wrong = f"{sum(months.values())} that the ledger counted are not there"
        yield _lost_months(platform, contract, key, list(months), wrong)


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
