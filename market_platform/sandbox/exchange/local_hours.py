"""Local hours as the wire has them, turned into UTC on 23, 24 and 25-hour days."""

from datetime import date, datetime, timedelta

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.exchange.order import RefusedMessage


def hour_starts(iso: str, day: date) -> dict[tuple[int, bool], datetime]:
    """Return the UTC starts of a day's hours by local hour (0 to 23) and whether it is the hour's second run."""
    zone = MARKETS[iso].zone
    start, end = day_bounds(day, zone)
    starts = {}
    while start < end:
        local = start.astimezone(zone)
        starts[(local.hour, local.fold == 1)] = start
        start += timedelta(hours=1)
    return starts


def hour_start(iso: str, day: date, hour: int, *, second: bool) -> datetime:
    """Return the UTC start of one local hour. Raises RefusedMessage for an hour that the day does not have."""
    start = hour_starts(iso, day).get((hour, second))
    if start is None:
        msg = f"{day} has no hour beginning {hour}:00{' a second time' if second else ''}"
        raise RefusedMessage(msg)
    return start


def local_hour(iso: str, start: datetime) -> tuple[date, int, bool]:
    """Return the local date, hour (0 to 23) and second-run mark of a UTC start."""
    local = start.astimezone(MARKETS[iso].zone)
    return local.date(), local.hour, local.fold == 1
