"""Local hours on the wire: hour ending with a mark for its second run, hour beginning in time order."""

from datetime import date, datetime, timedelta

from market_platform.errors import PayloadError
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, hours_in_day
from market_platform.trading.bids.bid import Bid


def hour_ending(bid: Bid) -> tuple[int, bool]:
    """Return the local hour ending (1 to 24) of a bid's first hour and whether it is the second run of that hour.

    Source: PJM skips hour ending 3 in spring and repeats hour ending 2 in autumn with ``isDuplicateHour`` (isodata).
    """
    local = bid.start.astimezone(MARKETS[bid.iso].zone)
    return local.hour + 1, local.fold == 1


def start_of_hour_ending(iso: str, day: str, hour: int, *, second: bool) -> datetime:
    """Return the UTC start of a local hour ending. Raises PayloadError for an hour that the day does not have."""
    zone = MARKETS[iso].zone
    market_day = date.fromisoformat(day)
    begin, end = day_bounds(market_day, zone)
    for step in range(hours_in_day(market_day, zone)):
        start = begin + timedelta(hours=step)
        local = start.astimezone(zone)
        if start < end and local.hour + 1 == hour and (local.fold == 1) == second:
            return start
    msg = f"{iso} {day} has no hour ending {hour}{' a second time' if second else ''}"
    raise PayloadError(msg)
