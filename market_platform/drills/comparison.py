"""Comparing two platforms: rows of the lake with their versions, and what the ledger says of them."""

import duckdb
import pandas as pd
import sqlalchemy as sa

from market_platform.drills.result import Tally
from market_platform.platform import Platform
from market_platform.store.feed_tables import coverage, payloads, quarantine

# An errand that is run again after a death is a fetch more, and its rows are refused under the number of that fetch.
ACCOUNTS = (payloads, coverage, quarantine)
NOT_COMPARED = ("fetch_id",)
# A publisher's spoilt answer is kept as it came, and rows that could be read of it stay under its name.
ORIGINS = ["payload", "published_at"]
KEPT_AS_THEY_CAME = (payloads, quarantine)


def compare(whole: Platform, struck: Platform, tally: Tally, *, spoilt: bool = False) -> None:
    """Count what the struck platform lost against the whole one, and what it holds that the other does not.

    Every version of every row of the lake counts, with its key, values and life, and the rows of the ledger's accounts.
    Where publishers gave ``spoilt`` answers, these may stand in the accounts too, and be where a row was first read.
    """
    left_out = ORIGINS if spoilt else []
    for contract in whole.catalog.contracts:
        wanted, found = (each.lake.read(contract, versions=True).drop(columns=left_out) for each in (whole, struck))
        _count(wanted, found, tally)
    for table in ACCOUNTS:
        wanted, found = _account(whole, table), _account(struck, table)
        _count(wanted, wanted.merge(found) if spoilt and table in KEPT_AS_THEY_CAME else found, tally)


def _account(platform: Platform, table: sa.Table) -> pd.DataFrame:
    columns = [column for column in table.columns if column.name not in NOT_COMPARED]
    with platform.ledger.read() as connection:
        rows = connection.execute(sa.select(*columns)).all()
    return pd.DataFrame(rows, columns=[column.name for column in columns]).astype(str)


def _count(wanted: pd.DataFrame, found: pd.DataFrame, tally: Tally) -> None:
    tally.rows += len(wanted)
    tally.lost += rows_beyond(wanted, found)
    tally.extra += rows_beyond(found, wanted)


def rows_beyond(these: pd.DataFrame, those: pd.DataFrame) -> int:
    """Count the rows of ``these`` that ``those`` do not hold; a row that stands twice counts twice."""
    if these.empty or those.empty:  # empty frames have no types to compare
        return len(these)
    with duckdb.connect() as connection:
        connection.register("these", these)
        connection.register("those", those)
        return int(connection.sql("SELECT count(*) FROM (FROM these EXCEPT ALL FROM those)").fetchall()[0][0])
