"""Gates: until when a market takes a bid for an interval, in the market's prevailing time.

Every rule here is a row of ``tables/timetable.csv``; the moment of receipt is an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.trading.bids.tables import TimetableRow, timetable


@dataclass(frozen=True, slots=True)
class Gate:
    """When a market closes for one interval, and on whose word."""

    closes_at: datetime
    status: str
    source: str


def gate_of(iso: str, market: str, start: datetime) -> Gate:
    """Return the gate for delivery beginning at ``start`` (aware). Raises RuleBroken where none is known."""
    row = _event(iso, market, "gate_closure", _day(iso, start))
    if row is None:
        msg = f"no gate closure of {iso} {market} is known for {start}: add a row to timetable.csv"
        raise RuleBroken(msg)
    return Gate(_moment(row, start), row.status, row.source)


def late_gate_of(iso: str, market: str, start: datetime) -> Gate | None:
    """Return the later gate for offers changed with a stated reason, where the market has one."""
    row = _event(iso, market, "late_update", _day(iso, start))
    return Gate(_moment(row, start), row.status, row.source) if row else None


def closed_window(iso: str, market: str, start: datetime, at: datetime) -> TimetableRow | None:
    """Return the row that keeps the market closed at ``at`` although its gate is still ahead, if any.

    PJM takes no real-time updates between the end of the rebid period and 18:30.
    """
    day = _day(iso, start)
    closed_from = _event(iso, market, "closed_from", day)
    closed_to = _event(iso, market, "closed_to", day)
    if closed_from and closed_to and _moment(closed_from, start) <= at < _moment(closed_to, start):
        return closed_from
    return None


def quiet_window(iso: str, market: str, day: date) -> tuple[datetime, datetime] | None:
    """Return the minutes before and after which the ISO asks not to submit for a market day, if it does."""
    start, _ = day_bounds(day, MARKETS[iso].zone)
    begin, end = _event(iso, market, "quiet_from", day), _event(iso, market, "quiet_to", day)
    return (_moment(begin, start), _moment(end, start)) if begin and end else None


def event_at(iso: str, market: str, event: str, day: date) -> datetime:
    """Return when an event for a market day happens, in UTC. Raises RuleBroken where none is known."""
    row = _event(iso, market, event, day)
    if row is None:
        msg = f"no {event} of {iso} {market} is known for {day}: add a row to timetable.csv"
        raise RuleBroken(msg)
    return _moment(row, day_bounds(day, MARKETS[iso].zone)[0])


def open_intervals(
    iso: str, market: str, at: datetime, until: datetime, minutes: int = 5, *, late: bool = False
) -> Iterator[tuple[datetime, datetime]]:
    """Yield, in UTC, the intervals of ``minutes`` up to ``until`` that a bid received at ``at`` can still reach.

    Called every five minutes it rolls with the clock. ``late`` takes the gate for changes with a stated reason.
    """
    step = timedelta(minutes=minutes)
    start = datetime.fromtimestamp((at.timestamp() // step.total_seconds() + 1) * step.total_seconds(), tz=UTC)
    while start < until:
        gate = (late_gate_of(iso, market, start) if late else None) or gate_of(iso, market, start)
        if at < gate.closes_at and closed_window(iso, market, start, at) is None:
            yield start, start + step
        start += step


def _day(iso: str, moment: datetime) -> date:
    return moment.astimezone(MARKETS[iso].zone).date()


def _event(iso: str, market: str, event: str, day: date) -> TimetableRow | None:
    for row in timetable():
        if (row.iso, row.market, row.event) == (iso, market, event) and row.holds_on(day):
            return row
    return None


def _moment(row: TimetableRow, start: datetime) -> datetime:
    """Place a row in time for delivery at ``start``: by the market's clock, or back from the hour or interval."""
    zone = MARKETS[row.iso].zone
    if row.local_time is not None:
        day = _day(row.iso, start) - timedelta(days=row.days_before or 0)
        return datetime.combine(day, row.local_time, tzinfo=zone).astimezone(UTC)
    start = start.astimezone(UTC)
    if row.unit == "hour":
        start = start.replace(minute=0, second=0, microsecond=0)
    return start - timedelta(minutes=row.minutes_before or 0)
