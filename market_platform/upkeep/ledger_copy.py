"""Copying a SQL ledger into another, SQLite or Postgres either way, row by row and as it is."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from market_platform.errors import StoreError
from market_platform.store.ledger import Ledger

BATCH_ROWS = 5_000
# Migrations lay a row into these; it gives way to the source's.
BEGUN_BY_MIGRATION = ("risk_lock",)


@dataclass(frozen=True)
class Content:
    """What a part of a platform holds: how many rows or files, and one hash over all of them in order."""

    count: int
    digest: str


def table_content(ledger: Ledger, table: sa.Table) -> Content:
    """Count and hash the rows of a table. The hash is the same on SQLite and on Postgres."""
    digest, count = hashlib.sha256(), 0
    with ledger.read() as connection:
        for row in _rows(connection, table):
            digest.update("\x1f".join(_plain(value) for value in row).encode() + b"\x1e")
            count += 1
    return Content(count, digest.hexdigest())


def copy_table(source: Ledger, target: Ledger, table: sa.Table) -> None:
    """Copy all rows of a table in one transaction, its triggers at rest: the rows carry what these once computed.

    A table that holds the same rows already is left alone. Raises StoreError where it holds others.
    """
    wanted, found = table_content(source, table), table_content(target, table)
    if wanted == found:
        return
    if found.count and table.name not in BEGUN_BY_MIGRATION:
        raise StoreError(f"{table.name} holds {found.count} rows of its own: move into an empty ledger")
    with source.read() as reading, target.begin() as writing, _triggers_at_rest(writing, table):
        writing.execute(sa.delete(table))
        for batch in _rows(reading, table).mappings().partitions(BATCH_ROWS):
            writing.execute(sa.insert(table), [dict(row) for row in batch])
        _continue_numbering(writing, table)


def _rows(connection: sa.Connection, table: sa.Table) -> sa.CursorResult[Any]:
    statement = sa.select(table).order_by(*_byte_order(connection, table))
    return connection.execution_options(yield_per=BATCH_ROWS).execute(statement)


def _byte_order(connection: sa.Connection, table: sa.Table) -> Iterator[sa.ColumnElement[Any]]:
    """Order by the primary key; texts by their bytes, since a database's own collation differs from the next."""
    for column in table.primary_key:
        is_text = isinstance(column.type, sa.String)
        yield column.collate("C") if is_text and connection.dialect.name == "postgresql" else column


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return repr(value)


@contextmanager
def _triggers_at_rest(connection: sa.Connection, table: sa.Table) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
        yield
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
        return
    found = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    triggers = connection.execute(found, {"name": table.name}).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(str(statement))


def _continue_numbering(connection: sa.Connection, table: sa.Table) -> None:
    """Let Postgres count on from the highest number; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    if sequence:
        highest = sa.select(sa.func.max(column)).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1))))
