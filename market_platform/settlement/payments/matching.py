"""Payments against invoices: by reference, by amount, by the net of a due date; the rest stays open and visible."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from market_platform.settlement.books import tables
from market_platform.settlement.books.keep import Kept, keep
from market_platform.settlement.payments.invoices import Invoice

ZERO = Decimal("0.00")
#: A payment without reference is only matched by amount when it falls this near to the due date.
DAYS_AROUND_DUE = 10


@dataclass(frozen=True)
class Payment:
    """One bank movement with an ISO; ``amount_usd`` positive when money came in."""

    payment_id: str
    iso: str
    paid_on: date
    amount_usd: Decimal
    reference: str


@dataclass(frozen=True)
class Match:
    """The part of a payment that settles (part of) an invoice."""

    payment_id: str
    invoice_id: str
    amount_usd: Decimal
    rule: str


@dataclass(frozen=True)
class Matched:
    """Matches, what each invoice still lacks, and what each payment still has; zero balances are left out."""

    matches: tuple[Match, ...]
    open_usd: dict[str, Decimal]
    unapplied_usd: dict[str, Decimal]


def match_payments(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> Matched:
    """Match payments with invoices, oldest first, each rule over all payments before the next rule.

    ``reference``: the payment names the invoice; part payments count. ``amount``: exactly one open invoice of that ISO
    has that amount, due within DAYS_AROUND_DUE. ``netting``: the payment is the net of all open invoices of that ISO
    and one due date. Money is conserved: matched + open = invoiced, matched + unapplied = paid.
    """
    books = _Books(
        due=sorted(invoices, key=lambda item: (item.due_on, item.invoice_id)),
        open_usd={item.invoice_id: item.amount_usd for item in invoices},
        left_usd={payment.payment_id: payment.amount_usd for payment in payments},
    )
    ordered = sorted(payments, key=lambda payment: (payment.paid_on, payment.payment_id))
    for rule in (_by_reference, _by_amount, _by_netting):
        for payment in ordered:
            rule(books, payment)
    return Matched(
        tuple(books.matches),
        {name: amount for name, amount in books.open_usd.items() if amount != ZERO},
        {name: amount for name, amount in books.left_usd.items() if amount != ZERO},
    )


@dataclass
class _Books:
    """Open balances while matching runs."""

    due: list[Invoice]
    open_usd: dict[str, Decimal]
    left_usd: dict[str, Decimal]
    matches: list[Match] = field(default_factory=list)

    def apply(self, payment: Payment, item: Invoice, amount: Decimal, rule: str) -> None:
        self.matches.append(Match(payment.payment_id, item.invoice_id, amount, rule))
        self.open_usd[item.invoice_id] -= amount
        self.left_usd[payment.payment_id] -= amount


def _by_reference(books: _Books, payment: Payment) -> None:
    for item in books.due:
        rest, wanted = books.left_usd[payment.payment_id], books.open_usd[item.invoice_id]
        if item.iso == payment.iso and item.invoice_id in payment.reference and rest * wanted > 0:
            books.apply(payment, item, min(rest, wanted, key=abs), "reference")


def _by_amount(books: _Books, payment: Payment) -> None:
    rest = books.left_usd[payment.payment_id]
    same = [item for item in books.due if _near(item, payment) and books.open_usd[item.invoice_id] == rest != ZERO]
    if len(same) == 1:
        books.apply(payment, same[0], rest, "amount")


def _by_netting(books: _Books, payment: Payment) -> None:
    rest = books.left_usd[payment.payment_id]
    still_open = [item for item in books.due if _near(item, payment) and books.open_usd[item.invoice_id] != ZERO]
    for day in sorted({item.due_on for item in still_open}):
        group = [item for item in still_open if item.due_on == day]
        if len(group) > 1 and rest != ZERO and sum((books.open_usd[item.invoice_id] for item in group), ZERO) == rest:
            for item in group:
                books.apply(payment, item, books.open_usd[item.invoice_id], "netting")
            return


def _near(item: Invoice, payment: Payment) -> bool:
    return item.iso == payment.iso and abs((payment.paid_on - item.due_on).days) <= DAYS_AROUND_DUE


def keep_matches(connection: sa.Connection, payments: Sequence[Payment], matched: Matched) -> Kept:
    """Keep payments and what they settle; a match of these payments that no longer holds is taken out."""
    rows = [vars(payment) for payment in payments]
    kept = keep(connection, tables.payments, rows)
    table, now = tables.payment_matches, {(match.payment_id, match.invoice_id) for match in matched.matches}
    mine = {payment.payment_id for payment in payments}
    stored = connection.execute(sa.select(table.c.payment_id, table.c.invoice_id)).all()
    gone = [(payment, item) for payment, item in stored if payment in mine and (payment, item) not in now]
    for payment, item in gone:
        connection.execute(table.delete().where(table.c.payment_id == payment, table.c.invoice_id == item))
    return kept + keep(connection, table, [vars(match) for match in matched.matches]) + Kept(0, len(gone))
