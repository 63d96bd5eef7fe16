"""Invoices: statements netted into one amount with a due date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.settlement.books.keep import Kept, keep
from market_platform.settlement.books.tables import invoice_items, invoices
from market_platform.settlement.calendars.schedule import payment_due
from market_platform.settlement.statements.statement import Statement

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Invoice:
    """One invoice; ``amount_usd`` is revenue positive: the ISO pays us. ``items`` are (statement hash, net dollars)."""

    invoice_id: str
    iso: str
    account: str
    kind: str
    invoiced_on: date
    due_on: date
    amount_usd: Decimal
    status: str
    items: tuple[tuple[str, Decimal], ...] = ()


def invoice(kind: str, statements: Sequence[Statement], invoiced_on: date) -> Invoice:
    """Net statements of one account into an invoice; the due date follows from who pays.

    Raises RuleBroken for no statements, or for statements of several ISOs or accounts.
    """
    owners = {(statement.iso, statement.account) for statement in statements}
    if len(owners) != 1:
        msg = f"an invoice nets statements of one ISO and account, got {sorted(owners)}"
        raise RuleBroken(msg)
    ((iso, account),) = owners
    items = tuple((statement.sha256, statement.net_usd) for statement in statements)
    amount = sum((net for _, net in items), ZERO)
    due_on, status = payment_due(iso, kind, "iso" if amount > 0 else "participant", invoiced_on)
    identifier = f"{iso}-{account}-{kind}-{invoiced_on:%Y%m%d}"
    return Invoice(identifier, iso, account, kind, invoiced_on, due_on, amount, status, items)


def net_by_due_date(open_invoices: Sequence[Invoice]) -> pd.DataFrame:
    """Return what changes hands per ISO and due date after netting: ``iso, due_on, amount_usd, invoices``."""
    frame = pd.DataFrame(
        [(item.iso, item.due_on, item.amount_usd) for item in open_invoices], columns=["iso", "due_on", "amount_usd"]
    )
    grouped = frame.groupby(["iso", "due_on"], sort=True)["amount_usd"]
    sums = grouped.agg(lambda values: sum(values, ZERO))
    return pd.DataFrame({"amount_usd": sums, "invoices": grouped.size()}).reset_index()


def keep_invoice(connection: sa.Connection, item: Invoice) -> Kept:
    """Keep an invoice and the statements that it nets."""
    names = [column.name for column in invoices.columns]
    rows = [{"invoice_id": item.invoice_id, "sha256": sha256, "amount_usd": amount} for sha256, amount in item.items]
    head = keep(connection, invoices, [{name: getattr(item, name) for name in names}])
    return head + keep(connection, invoice_items, rows)
