"""On-peak and off-peak hours by the NERC calendar.

On-peak is sixteen hours: hour ending 0800 to 2300 Eastern and 0700 to 2200 Central prevailing time on working days (5x16),
and hour ending 0700 to 2200 Pacific prevailing time from Monday to Saturday in the West (6x16). NERC's six holidays are
off-peak; one that falls on a Sunday is kept on the Monday. Source: NERC's additional off-peak days; the blocks as they are
traded (general knowledge of the field, not read in an official text here).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


@dataclass(frozen=True)
class PeakBlock:
    """A market's on-peak block: first and last hour beginning (local), and the weekdays it runs on."""

    first_hour: int
    last_hour: int
    weekdays: tuple[int, ...]


WORKING_DAYS = (0, 1, 2, 3, 4)
EASTERN = PeakBlock(7, 22, WORKING_DAYS)
TEXAS = PeakBlock(6, 21, WORKING_DAYS)
WESTERN = PeakBlock(6, 21, (*WORKING_DAYS, SATURDAY))
BLOCKS = {
    "nyiso": EASTERN,
    "pjm": EASTERN,
    "isone": EASTERN,
    "miso": PeakBlock(6, 21, WORKING_DAYS),
    "spp": PeakBlock(6, 21, WORKING_DAYS),
    "ercot": TEXAS,
    "caiso": WESTERN,
}


@cache
def nerc_holidays(year: int) -> frozenset[date]:
    """Return the six holidays of a year as they are kept."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 12, 25)]
    kept = [day + timedelta(days=1) if day.weekday() == SUNDAY else day for day in fixed]
    last_of_may = date(year, 5, 31)
    memorial = last_of_may - timedelta(days=last_of_may.weekday())
    labor = date(year, 9, 1) + timedelta(days=-date(year, 9, 1).weekday() % 7)
    first_thursday = date(year, 11, 1) + timedelta(days=(THURSDAY - date(year, 11, 1).weekday()) % 7)
    return frozenset([*kept, memorial, labor, first_thursday + timedelta(weeks=3)])


def on_peak(market: str, starts: pd.DatetimeIndex) -> np.ndarray:
    """Mark the hours (by their UTC start) that are on-peak in a market."""
    block = BLOCKS[market]
    local = starts.tz_convert(MARKETS[market].zone)
    years = range(local.year.min(), local.year.max() + 1)
    holidays = pd.DatetimeIndex([day for year in years for day in nerc_holidays(year)])
    hours = (local.hour >= block.first_hour) & (local.hour <= block.last_hour)
    days = np.isin(local.day_of_week, block.weekdays)
    return hours & days & ~local.tz_localize(None).normalize().isin(holidays)
