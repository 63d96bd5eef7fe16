"""Due dates of statements, dispute windows and payments, from the effective-dated tables beside this module."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from market_platform.errors import RuleBroken
from market_platform.settlement.calendars.business_days import (
    add_business_days,
    add_months,
    month_end,
    next_business_day,
)


@dataclass(frozen=True)
class DueStatement:
    """One statement that an ISO owes for a market day, and the last day on which it may be disputed."""

    iso: str
    market: str
    statement_type: str
    market_day: date
    due_on: date
    dispute_until: date | None
    status: str
    source: str


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _in_force(name: str, iso: str, day: date) -> Iterable[dict[str, str]]:
    for row in _table(name):
        since = date.fromisoformat(row["effective_from"]) if row["effective_from"] else date.min
        until = date.fromisoformat(row["effective_to"]) if row["effective_to"] else date.max
        if row["iso"] == iso and since <= day <= until:
            yield row


def _due_on(row: dict[str, str], day: date) -> date:
    iso, offset = row["iso"], int(row["due_offset"])
    if row["due_basis"] == "business":
        return add_business_days(iso, day, offset)
    if row["due_basis"] == "business_after_month":
        return add_business_days(iso, month_end(day), offset)
    if row["due_basis"] == "months":
        return next_business_day(iso, add_months(day, offset))
    return next_business_day(iso, date.fromordinal(day.toordinal() + offset))


def _dispute_until(row: dict[str, str], day: date, posted_on: date) -> date | None:
    if row["dispute_basis"] == "none":
        return None
    offset = int(row["dispute_offset"])
    if row["dispute_basis"] == "months_after_due":
        return add_months(posted_on, offset)
    if row["dispute_basis"] == "business_before_true_up":
        true_up = next(other for other in _in_force("statement_schedule", row["iso"], day) if _is_true_up(other))
        return add_business_days(row["iso"], _due_on(true_up, day), offset)
    return add_business_days(row["iso"], posted_on, offset)


def _is_true_up(row: dict[str, str]) -> bool:
    return row["statement_type"] == "TRUEUP"


def statements_due(iso: str, day: date) -> list[DueStatement]:
    """Return every scheduled statement for a market day, in the order in which they come.

    Resettlements come by notice and are not scheduled. Raises KeyError for an ISO without a schedule.
    """
    rows = list(_in_force("statement_schedule", iso, day))
    if not rows:
        msg = f"no statement schedule for {iso} on {day}"
        raise KeyError(msg)
    due = []
    for row in rows:
        if row["due_basis"] == "notice":
            continue
        due_on = _due_on(row, day)
        until = _dispute_until(row, day, due_on)
        due.append(
            DueStatement(iso, row["market"], row["statement_type"], day, due_on, until, row["status"], row["source"])
        )
    return sorted(due, key=lambda statement: (statement.due_on, statement.market))


def dispute_window(iso: str, market: str, statement_type: str, day: date, posted_on: date) -> tuple[date | None, str]:
    """Return the last day to dispute a statement posted on ``posted_on`` (None: not disputable) and the rule's status.

    Raises RuleBroken for a statement type that the ISO's schedule does not know.
    """
    for row in _in_force("statement_schedule", iso, day):
        if row["statement_type"] == statement_type.upper() and row["market"] in (market.upper(), "ALL"):
            return _dispute_until(row, day, posted_on), row["status"]
    msg = f"{iso} has no {market} {statement_type} statement for {day}: see calendars/statement_schedule.csv"
    raise RuleBroken(msg)


def payment_due(iso: str, invoice_kind: str, payer: str, invoiced_on: date) -> tuple[date, str]:
    """Return when an invoice is due and the rule's status. ``payer`` is ``participant`` or ``iso``.

    Raises RuleBroken where no payment term is known.
    """
    for row in _in_force("payment_terms", iso, invoiced_on):
        if row["payer"] == payer and row["invoice_kind"] in (invoice_kind.upper(), "ALL"):
            return add_business_days(iso, invoiced_on, int(row["due_offset"])), row["status"]
    msg = f"no payment term for {iso} {invoice_kind} invoices paid by {payer}: see calendars/payment_terms.csv"
    raise RuleBroken(msg)
