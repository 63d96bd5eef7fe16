"""Reading the books: statements with their outcome, one statement whole, disputes, invoices with what was paid on them."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.settlement.books import tables
from market_platform.settlement.disputes.draft import Dispute
from market_platform.settlement.payments.invoices import Invoice
from market_platform.settlement.payments.matching import Payment
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.statement import Statement

ZERO = Decimal("0.00")
SIX_PLACES = Decimal("0.000001")
Row = dict[str, Any]


def replaced() -> sa.ColumnElement[bool]:
    """Whether a statement came again later in other bytes (a bill with its hourly reports): then the later one stands."""
    heads, later = tables.statements, tables.statements.alias("later")
    same = [later.c[name] == heads.c[name] for name in ("iso", "account", "statement_id")]
    return sa.exists().where(*same, later.c.received_at > heads.c.received_at).correlate(heads)


def statement_rows(
    connection: sa.Connection,
    *,
    sha256: str | None = None,
    iso: str | None = None,
    account: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[Row]:
    """Return received statements that stand, the newest day first, each with the outcome of its last reconciliation."""
    heads, outcome = tables.statements, tables.reconciliations
    query = sa.select(heads, *(column for column in outcome.columns if column.name != "sha256")).join(
        outcome, outcome.c.sha256 == heads.c.sha256, isouter=True
    )
    query = query if sha256 is not None else query.where(~replaced())
    for column, value in ((heads.c.sha256, sha256), (heads.c.iso, iso), (heads.c.account, account)):
        query = query if value is None else query.where(column == value)
    query = query if first is None else query.where(heads.c.last_day >= first)
    query = query if last is None else query.where(heads.c.first_day <= last)
    order = (heads.c.first_day.desc(), heads.c.iso, heads.c.market, heads.c.version.desc(), heads.c.sha256)
    return [_with_accuracy(dict(row)) for row in connection.execute(query.order_by(*order)).mappings()]


def _with_accuracy(row: Row) -> Row:
    absolute, unexplained = row["absolute_expected_usd"], row["absolute_unexplained_usd"]
    done = row["reconciled_at"] is not None
    row["variance_usd"] = row["billed_usd"] - row["expected_usd"] if done else None
    row["dollar_accuracy"] = max(0.0, float(1 - unexplained / absolute)) if done and absolute else 1.0 if done else None
    return row


def find_statement(connection: sa.Connection, which: str) -> str:
    """Return the hash of the statement whose hash begins with ``which`` or whose own identifier it is.

    Raises RuleBroken where there is none, or more than one.
    """
    heads = tables.statements
    mine = heads.c.sha256.startswith(which, autoescape=True) | ((heads.c.statement_id == which) & ~replaced())
    found: list[str] = list(connection.scalars(sa.select(heads.c.sha256).where(mine).limit(3)))
    if len(found) != 1:
        count = "no statement" if not found else "more than one statement"
        msg = f"{count} answers to {which!r}: give its identifier or more of its hash"
        raise RuleBroken(msg)
    return found[0]


def statement_view(connection: sa.Connection, sha256: str) -> Row:
    """Return one statement: head and outcome, charges per day beside what we expect, variances, disputes."""
    (head,) = statement_rows(connection, sha256=sha256)
    query = sa.select(tables.charges).where(tables.charges.c.sha256 == sha256)
    billed = connection.execute(query.order_by(tables.charges.c.market_day, tables.charges.c.charge_code)).mappings()
    shadow = tables.shadow
    ours = connection.execute(
        sa.select(shadow.c.market_day, shadow.c.charge_code, shadow.c.amount_usd).where(
            shadow.c.iso == head["iso"],
            shadow.c.account == head["account"],
            shadow.c.market_day.between(head["first_day"], head["last_day"]),
        )
    )
    expected = {(day, code): amount for day, code, amount in ours}
    charges = [
        {**{name: row[name] for name in ("market_day", "charge_code", "amount_usd", "iso_amount", "status")},
         "expected_usd": expected.get((row["market_day"], row["charge_code"]))}
        for row in billed
    ]  # fmt: skip
    return {
        **head,
        "charges": charges,
        "variances": variance_rows(connection, sha256=sha256),
        "disputes": dispute_rows(connection, sha256=sha256),
    }


def variance_rows(
    connection: sa.Connection,
    *,
    sha256: str | None = None,
    iso: str | None = None,
    cause: str | None = None,
    days: Sequence[date] | None = None,
) -> list[Row]:
    """Return variances, the largest first, each with ISO, account and days of its statement."""
    found, heads = tables.variances, tables.statements
    query = sa.select(found, heads.c.iso, heads.c.account, heads.c.statement_id, heads.c.first_day).join(
        heads, heads.c.sha256 == found.c.sha256
    )
    query = query if sha256 is not None else query.where(~replaced())
    for column, value in ((found.c.sha256, sha256), (heads.c.iso, iso), (found.c.cause, cause)):
        query = query if value is None else query.where(column == value)
    if days is not None:
        query = query.where(sa.func.coalesce(found.c.market_day, heads.c.first_day).in_(list(days)))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: (-abs(row["variance_usd"]), row["variance_id"]))


def dispute_rows(
    connection: sa.Connection, *, sha256: str | None = None, state: str | None = None, iso: str | None = None
) -> list[Row]:
    """Return disputes without their evidence, the most urgent first."""
    table = tables.disputes
    query = sa.select(*(column for column in table.columns if column.name != "evidence_json"))
    for column, value in ((table.c.statement_sha256, sha256), (table.c.state, state), (table.c.iso, iso)):
        query = query if value is None else query.where(column == value)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: (row["deadline"] or date.max, -row["amount_usd"], row["dispute_id"]))


def dispute_of(connection: sa.Connection, which: str) -> Dispute:
    """Return the dispute whose identifier begins with ``which``. Raises RuleBroken where that is not exactly one."""
    mine = tables.disputes.c.dispute_id.startswith(which, autoescape=True)
    found = connection.execute(sa.select(tables.disputes).where(mine).limit(2)).mappings().all()
    if len(found) != 1:
        msg = f"{'no' if not found else 'more than one'} dispute begins with {which!r}: see the list of disputes"
        raise RuleBroken(msg)
    row = dict(found[0])
    names = [field.name for field in fields(Dispute) if field.name != "evidence"]
    return Dispute(**{name: row[name] for name in names}, evidence=json.loads(row["evidence_json"]))


def dispute_history(connection: sa.Connection, dispute_id: str) -> list[Row]:
    """Return the states that a dispute went through, the first one first."""
    events = tables.dispute_events
    query = sa.select(events).where(events.c.dispute_id == dispute_id).order_by(events.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def invoices(connection: sa.Connection) -> list[Invoice]:
    """Return every invoice with the statements that it nets."""
    items: dict[str, list[tuple[str, Decimal]]] = {}
    for row in connection.execute(sa.select(tables.invoice_items)).mappings():
        items.setdefault(row["invoice_id"], []).append((row["sha256"], row["amount_usd"]))
    rows = connection.execute(sa.select(tables.invoices).order_by(tables.invoices.c.due_on)).mappings()
    return [Invoice(**row, items=tuple(sorted(items.get(row["invoice_id"], [])))) for row in rows]


def payments(connection: sa.Connection) -> list[Payment]:
    """Return every payment, the oldest first."""
    rows = connection.execute(sa.select(tables.payments).order_by(tables.payments.c.paid_on)).mappings()
    return [Payment(**row) for row in rows]


def invoice_rows(connection: sa.Connection) -> list[Row]:
    """Return invoices with what was matched to them and what is still open, the next due first."""
    matches = tables.payment_matches
    paid: dict[str, Decimal] = {}
    for match in connection.execute(sa.select(matches.c.invoice_id, matches.c.amount_usd)).mappings():
        paid[match["invoice_id"]] = paid.get(match["invoice_id"], ZERO) + match["amount_usd"]
    rows = []
    for item in invoices(connection):
        got = paid.get(item.invoice_id, ZERO)
        names = ("iso", "account", "kind", "invoiced_on", "due_on", "amount_usd", "status")
        row = {"invoice_id": item.invoice_id, **{name: getattr(item, name) for name in names}}
        rows.append({**row, "paid_usd": got, "open_usd": item.amount_usd - got})
    return rows


def kept_statement(connection: sa.Connection, sha256: str, lines: pd.DataFrame) -> Statement:
    """Return a statement as it was received; ``lines`` are its rows of ``settlement_lines`` in the lake."""
    query = sa.select(tables.statements).where(tables.statements.c.sha256 == sha256)
    head = dict(connection.execute(query).mappings().one())
    names = {field.name for field in fields(Statement)} - {"lines", "previous_iso_amount"}
    records = [
        {
            **{name: row[name] for name in _SAME},
            "iso": row["market"],
            "status": row["rule_status"],
            "interval_start": row["interval_start"].to_pydatetime(),
            "interval_end": row["interval_end"].to_pydatetime(),
            "quantity_mwh": _exact(row["quantity_mwh"], SIX_PLACES),
            "price_usd_per_mwh": _exact(row["price_usd_per_mwh"], SIX_PLACES),
            "amount_usd": _exact(row["amount_usd"], Decimal("0.01")),
            "iso_amount": _exact(row["iso_amount_usd"], Decimal("0.01")),
        }
        for row in lines.to_dict("records")
    ]
    previous = head["total_iso_amount"] - head["net_iso_amount"]
    return Statement(**{name: head[name] for name in names}, lines=from_records(records), previous_iso_amount=previous)


_SAME = ("account", "market_day", "charge_code", "resource", "location", "positive_means")


def _exact(value: float | None, places: Decimal) -> Decimal | None:
    return None if value is None or value != value else Decimal(repr(float(value))).quantize(places)
