"""Keeping records: insert what is absent, update what differs, leave the rest alone, and say how many of each."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from market_platform.settlement.books import tables
from market_platform.settlement.reconciliation.reconcile import Reconciliation
from market_platform.settlement.refusals import StatementRefused
from market_platform.settlement.statements.statement import Statement

CHUNK = 400
#: When a record was taken is no reason to call it changed.
MOMENTS = {"received_at", "settled_at", "refused_at", "reconciled_at"}


@dataclass(frozen=True)
class Kept:
    """How many rows were new and how many changed; a second run over the same records gives zero and zero."""

    inserted: int = 0
    changed: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.inserted + other.inserted, self.changed + other.changed)


def keep(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> Kept:
    """Insert or update rows of one table by primary key. Rows of one call must not repeat a key."""
    wanted = list(rows)
    key = [column.name for column in table.primary_key.columns]
    inserted = changed = 0
    for begin in range(0, len(wanted), CHUNK):
        chunk = wanted[begin : begin + CHUNK]
        keys = [tuple(row[name] for name in key) for row in chunk]
        query = sa.select(table).where(sa.tuple_(*(table.c[name] for name in key)).in_(keys))
        present = {tuple(row[name] for name in key): row for row in connection.execute(query).mappings()}
        fresh = [row for row, which in zip(chunk, keys, strict=True) if which not in present]
        if fresh:
            connection.execute(table.insert(), fresh)
        for row, which in zip(chunk, keys, strict=True):
            if which in present and _differs(row, present[which]):
                connection.execute(table.update().where(*(table.c[name] == row[name] for name in key)).values(row))
                changed += 1
        inserted += len(fresh)
    return Kept(inserted, changed)


def _differs(row: dict[str, Any], stored: sa.RowMapping) -> bool:
    return any(stored[name] != value for name, value in row.items() if name not in MOMENTS)


def keep_statement(
    connection: sa.Connection, statement: Statement, received_at: datetime, file_name: str | None = None
) -> Kept:
    """Keep a received statement and its charges per day; ``file_name`` is what it came as."""
    head = {
        **{
            column.name: getattr(statement, column.name)
            for column in tables.statements.columns
            if hasattr(statement, column.name)
        },
        "received_at": received_at,
    }
    if file_name is not None:
        head["file_name"] = file_name[-512:]
    grouped = _per_day(statement.lines, ["market_day", "charge_code", "status"], ["amount_usd", "iso_amount"])
    rows = [{**row, "sha256": statement.sha256} for row in grouped]
    return keep(connection, tables.statements, [head]) + keep(connection, tables.charges, rows)


def keep_shadow(connection: sa.Connection, lines: pd.DataFrame, settled_at: datetime) -> Kept:
    """Keep a shadow settlement per account, day and charge.

    The lines of an account and day are all there are of a charge that they hold; keep_shadow_day also takes out charges
    that no longer come.
    """
    rows = _per_day(lines, ["iso", "account", "market_day", "charge_code", "status"], ["amount_usd"])
    return keep(connection, tables.shadow, [{**row, "settled_at": settled_at} for row in rows])


def keep_shadow_day(connection: sa.Connection, iso: str, day: date, lines: pd.DataFrame, settled_at: datetime) -> Kept:
    """Keep the shadow settlement of all accounts of one market day; what an earlier run had and this one has not goes."""
    kept = keep_shadow(connection, lines, settled_at)
    current = set(zip(lines["account"], lines["charge_code"], strict=True))
    mine = (tables.shadow.c.iso == iso) & (tables.shadow.c.market_day == day)
    stored = connection.execute(sa.select(tables.shadow.c.account, tables.shadow.c.charge_code).where(mine)).all()
    gone = [(account, code) for account, code in stored if (account, code) not in current]
    for account, code in gone:
        where = mine & (tables.shadow.c.account == account) & (tables.shadow.c.charge_code == code)
        connection.execute(tables.shadow.delete().where(where))
    # A later price correction is measured against this moment, whether or not an amount has changed.
    connection.execute(tables.shadow.update().where(mine).values(settled_at=settled_at))
    return kept + Kept(0, len(gone))


def keep_reconciliation(connection: sa.Connection, statement: Statement, outcome: Reconciliation) -> Kept:
    """Keep the variances of one statement; those of an earlier run that are gone are taken out."""
    columns = [column.name for column in tables.variances.columns if column.name not in ("variance_id", "sha256")]
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for found in outcome.variances.to_dict("records"):
        identity = "|".join(
            str(found[name]) for name in ("charge_code", "resource", "location", "interval_start", "cause")
        )
        copy = seen[identity] = seen.get(identity, 0) + 1
        digest = hashlib.sha256(f"{statement.sha256}|{identity}|{copy}".encode()).hexdigest()[:40]
        row = {name: found[name] for name in columns}
        row["interval_start"] = found["interval_start"].to_pydatetime()
        row["interval_end"] = found["interval_end"].to_pydatetime()
        row["market_day"] = None if pd.isna(found["market_day"]) else found["market_day"]
        rows.append({**row, "variance_id": digest, "sha256": statement.sha256})
    mine = tables.variances.c.sha256 == statement.sha256
    current = {row["variance_id"] for row in rows}
    stored: set[str] = set(connection.scalars(sa.select(tables.variances.c.variance_id).where(mine)))
    gone = stored - current
    for variance_id in gone:
        connection.execute(tables.variances.delete().where(tables.variances.c.variance_id == variance_id))
    return keep(connection, tables.variances, rows) + Kept(0, len(gone))


def keep_outcome(connection: sa.Connection, statement: Statement, outcome: Reconciliation, at: datetime) -> Kept:
    """Keep the totals of a reconciliation: what the accuracy is told from."""
    names = ("compared_lines", "matched_lines", "expected_usd", "billed_usd", "explained_usd", "unexplained_usd")
    row = {
        **{name: getattr(outcome, name) for name in names},
        "sha256": statement.sha256,
        "absolute_expected_usd": outcome.absolute_expected_usd,
        "absolute_unexplained_usd": outcome.absolute_unexplained_usd,
        "reconciled_at": at,
    }
    kept = keep(connection, tables.reconciliations, [row])
    mine = tables.reconciliations.c.sha256 == statement.sha256
    connection.execute(tables.reconciliations.update().where(mine).values(reconciled_at=at))
    return kept


def keep_refusal(
    connection: sa.Connection, iso: str, refusal: StatementRefused, data: bytes, refused_at: datetime
) -> Kept:
    """Note a refused payload in quarantine; the caller keeps the bytes under the same hash."""
    row = {
        "sha256": refusal.sha256,
        "iso": iso,
        "reason": refusal.reason,
        "message": str(refusal),
        "size_bytes": len(data),
        "refused_at": refused_at,
    }
    return keep(connection, tables.refusals, [row])


def _per_day(lines: pd.DataFrame, by: list[str], amounts: list[str]) -> list[dict[str, Any]]:
    sums = lines.groupby(by, sort=True)[amounts].agg(lambda values: sum(values, Decimal("0.00")))
    return sums.reset_index().to_dict("records")
