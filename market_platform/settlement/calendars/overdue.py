"""Which statements should be here and are not; and ERCOT's own published calendar."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from market_platform.settlement.calendars.schedule import DueStatement, statements_due
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.statements.safe_xml import read_xml


def overdue(
    iso: str, days: Iterable[date], received: Collection[tuple[str, str, date]], today: date, grace_days: int = 1
) -> list[DueStatement]:
    """Return the statements that were due more than ``grace_days`` ago and have not come.

    ``received`` holds (market, statement type, market day); a statement that covers a month counts for each of its days
    that it is listed with. ``ALL`` as market stands for any.
    """
    have = {(kind.upper(), day) for _, kind, day in received}
    have_market = {(market.upper(), kind.upper(), day) for market, kind, day in received}
    late = []
    for day in days:
        for statement in statements_due(iso, day):
            key = (statement.statement_type, day)
            here = key in have if statement.market == "ALL" else (statement.market, *key) in have_market
            if not here and statement.due_on + timedelta(days=grace_days) < today:
                late.append(statement)
    return sorted(late, key=lambda statement: (statement.due_on, statement.market_day))


@dataclass(frozen=True)
class CalendarEntry:
    """One row of ERCOT's settlement calendar (Settlements_Calendar.xsd), dates as ERCOT publishes them."""

    settlement_type: str
    operating_date: str
    version: str
    invoice_on: date | None
    due_on: date | None
    payout_on: date | None
    dispute_until: date | None


def read_ercot_calendar(data: bytes) -> list[CalendarEntry]:
    """Read ERCOT's settlement calendar; its dates go before the computed ones. Raises MalformedStatement."""
    sha256 = fingerprint(data)
    root = read_xml(data)
    if root.tag != "SETTLEMENT_CALENDAR_DATA":
        msg = f"root is <{root.tag}>, the calendar has <SETTLEMENT_CALENDAR_DATA>"
        raise MalformedStatement(msg, sha256)

    def day(text: str | None) -> date | None:
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError as error:
            msg = f"{text!r} is not a date of the calendar"
            raise MalformedStatement(msg, sha256) from error

    return [
        CalendarEntry(
            settlement_type=row.findtext("SETTLEMENTTYPE") or "",
            operating_date=row.findtext("OPERATINGDATE") or "",
            version=row.findtext("VERSION") or "",
            invoice_on=day(row.findtext("INVOICEDATE")),
            due_on=day(row.findtext("INVOICEDUEDATE")),
            payout_on=day(row.findtext("INVOICEPAYOUTDATE")),
            dispute_until=day(row.findtext("DISPUTEDATE")),
        )
        for row in root.findall("SETTLEMENT_CALENDAR")
    ]
