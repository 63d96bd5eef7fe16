"""Invoices, payments and the cash that is to come: one function an action, safe to repeat."""

import csv
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.contracts.families.settlement import SETTLEMENT_PAYMENTS
from market_platform.defs.settlement.lake_rows import payment_frame
from market_platform.errors import SchemaChanged
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform
from market_platform.settlement.books import tables, view
from market_platform.settlement.payments.cash_flow import ageing, cash_flow
from market_platform.settlement.payments.invoices import Invoice, invoice, keep_invoice
from market_platform.settlement.payments.matching import Matched, Payment, keep_matches, match_payments
from market_platform.settlement.statements.statement import Statement, amount_of

PAYMENT_COLUMNS = ("payment_id", "iso", "paid_on", "amount_usd", "reference")


@dataclass(frozen=True)
class Money:
    """Invoices and payments matched, what is open by age, and the cash that will move."""

    invoices: list[Invoice]
    matched: Matched
    ageing: pd.DataFrame
    cash_flow: pd.DataFrame


def invoice_statements(platform: Platform) -> list[Invoice]:
    """Net statements that no invoice covers into expected invoices: one per account, market and day of issue."""
    with platform.ledger.read() as connection:
        # Our own invoices name statements by hash, the ISO's by its identifier.
        covered = {name for item in view.invoices(connection) for name, _ in item.items}
        # The same bill may come again with its hourly reports: other bytes, one statement.
        names = sa.select(tables.statements.c.statement_id).where(tables.statements.c.sha256.in_(covered))
        covered |= set(connection.scalars(names))
        heads = [row for row in view.statement_rows(connection) if not {row["sha256"], row["statement_id"]} & covered]
        fresh = [view.kept_statement(connection, row["sha256"], pd.DataFrame()) for row in heads]
    groups: dict[tuple[str, str, str, date], list[Statement]] = {}
    for statement in fresh:
        key = (statement.iso, statement.account, statement.market, statement.issued_on)
        groups.setdefault(key, []).append(statement)
    made = [_numbered(platform, invoice(key[2], group, key[3])) for key, group in sorted(groups.items())]
    with platform.ledger.begin() as connection:
        for item in made:
            keep_invoice(connection, item)
    return made


def _numbered(platform: Platform, item: Invoice) -> Invoice:
    """Give an invoice a number of its own where one of that account, kind and day is there already."""
    with platform.ledger.read() as connection:
        mine = tables.invoices.c.invoice_id.startswith(item.invoice_id, autoescape=True)
        count = connection.scalar(sa.select(sa.func.count()).select_from(tables.invoices).where(mine)) or 0
    return replace(item, invoice_id=f"{item.invoice_id}-{count + 1}") if count else item


def read_payments(data: bytes, name: str) -> list[Payment]:
    """Read bank movements with an ISO from a CSV with PAYMENT_COLUMNS; money that came in is positive.

    Raises SchemaChanged that names file, row and column.
    """
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    found = []
    for number, row in enumerate(rows, start=2):
        missing = [column for column in PAYMENT_COLUMNS if row.get(column) is None]
        if missing:
            raise SchemaChanged(f"{name}, row {number}: no {missing}; it takes {list(PAYMENT_COLUMNS)}")
        try:
            paid_on = date.fromisoformat(row["paid_on"])
        except ValueError as error:
            raise SchemaChanged(f"{name}, row {number}: paid_on {row['paid_on']!r} is no date as YYYY-MM-DD") from error
        amount = amount_of(row["amount_usd"], f"{name}, row {number}", "")
        found.append(Payment(row["payment_id"], row["iso"].lower(), paid_on, amount, row["reference"]))
    return found


def take_payments(platform: Platform, payments: list[Payment]) -> Matched:
    """Keep payments and match all of them with all invoices anew."""
    with platform.ledger.begin() as connection:
        known = {payment.payment_id: payment for payment in view.payments(connection)}
        known |= {payment.payment_id: payment for payment in payments}
        matched = match_payments(view.invoices(connection), list(known.values()))
        keep_matches(connection, list(known.values()), matched)
    return matched


def money(platform: Platform) -> Money:
    """Return how invoices and payments stand today, and the cash flow forecast with the days that no invoice covers."""
    today = platform.clock().date()
    with platform.ledger.read() as connection:
        invoices, payments = view.invoices(connection), view.payments(connection)
        matched = match_payments(invoices, payments)
        statements = {row["sha256"]: row for row in view.statement_rows(connection)}
        shadow = tables.shadow
        rows = connection.execute(sa.select(shadow.c.iso, shadow.c.market_day, shadow.c.amount_usd)).all()
    billed = {
        (row["iso"], day)
        for row in statements.values()
        for day in pd.date_range(row["first_day"], row["last_day"]).date
    }
    by_day = pd.DataFrame(rows, columns=["iso", "market_day", "amount_usd"])
    if len(by_day):
        sums = by_day.groupby(["iso", "market_day"])["amount_usd"]
        by_day = sums.agg(lambda amounts: sum(amounts, Decimal("0.00"))).reset_index()
    flow = cash_flow(by_day, invoices, matched.open_usd, billed)
    return Money(invoices, matched, ageing(invoices, matched.open_usd, today), flow)


def publish_payments(platform: Platform, asset: str) -> pd.DataFrame:
    """Lay in invoices with what was paid on them as they stand; return them."""
    with platform.ledger.read() as connection:
        rows = payment_frame(view.invoice_rows(connection))
    lay_in(platform.lake, SETTLEMENT_PAYMENTS, asset, rows, read_at=platform.clock(), inputs=hash_of([rows]))
    return rows
