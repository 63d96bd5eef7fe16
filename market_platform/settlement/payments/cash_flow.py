"""Ageing of what is open, and the cash that will move: invoices first, then statements that are still to come."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.settlement.calendars.schedule import payment_due, statements_due
from market_platform.settlement.payments.invoices import Invoice

ZERO = Decimal("0.00")
BUCKETS = (("not due", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("over 90", None))


def ageing(invoices: Sequence[Invoice], open_usd: dict[str, Decimal], today: date) -> pd.DataFrame:
    """Return open amounts per ISO and days overdue: ``iso, bucket, receivable_usd, payable_usd``."""
    rows = []
    for iso in sorted({item.iso for item in invoices}):
        for bucket, _ in BUCKETS:
            amounts = [
                open_usd[item.invoice_id]
                for item in invoices
                if item.iso == iso and item.invoice_id in open_usd and _bucket((today - item.due_on).days) == bucket
            ]
            receivable = sum((amount for amount in amounts if amount > 0), ZERO)
            rows.append((iso, bucket, receivable, sum(amounts, ZERO) - receivable))
    return pd.DataFrame(rows, columns=["iso", "bucket", "receivable_usd", "payable_usd"])


def _bucket(days_overdue: int) -> str:
    for bucket, upto in BUCKETS:
        if upto is None or days_overdue <= upto:
            return bucket
    raise AssertionError(days_overdue)


def cash_flow(
    shadow_by_day: pd.DataFrame,
    invoices: Sequence[Invoice],
    open_usd: dict[str, Decimal],
    invoiced_days: Collection[tuple[str, date]],
) -> pd.DataFrame:
    """Return expected cash: ``due_on, iso, basis, amount_usd``, in time order, revenue positive.

    ``shadow_by_day`` has ``iso, market_day, amount_usd`` from the shadow settlement; days in ``invoiced_days`` are left
    to their invoices. A day's cash comes with its first statement and that statement's payment term; the tables' own
    status (most terms are unverified) says how far to trust the date.
    """
    rows = [
        (item.due_on, item.iso, "invoice", open_usd[item.invoice_id])
        for item in invoices
        if item.invoice_id in open_usd
    ]
    for day in shadow_by_day.to_dict("records"):
        if (day["iso"], day["market_day"]) in invoiced_days:
            continue
        first = statements_due(day["iso"], day["market_day"])[0]
        payer = "iso" if day["amount_usd"] > 0 else "participant"
        due_on, _ = payment_due(day["iso"], first.market, payer, first.due_on)
        rows.append((due_on, day["iso"], "shadow", day["amount_usd"]))
    frame = pd.DataFrame(rows, columns=["due_on", "iso", "basis", "amount_usd"])
    if frame.empty:
        return frame
    sums = frame.groupby(["due_on", "iso", "basis"], sort=True)["amount_usd"]
    return sums.agg(lambda values: sum(values, ZERO)).reset_index()
