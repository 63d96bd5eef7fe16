"""The grid of moments on which the world is evaluated: UTC inside, local clock and calendar beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.markets.market_day import day_bounds

_HOUR = np.timedelta64(3_600_000_000, "us")
_MICROSECONDS_PER_HOUR = 3.6e9


@dataclass(frozen=True)
class Grid:
    """Equal intervals of one or more market days.

    ``starts`` are UTC (datetime64[us]); ``hours`` is the moment that stands for the interval in hours since 1970;
    ``local_hour`` runs from 0 to 24, ``local_day`` counts local dates since 1970, ``weekday`` begins on Monday.
    """

    starts: np.ndarray
    minutes: int
    hours: np.ndarray
    local_hour: np.ndarray
    local_day: np.ndarray

    @property
    def weekday(self) -> np.ndarray:
        """Day of the week, Monday = 0 (1970-01-01 was a Thursday)."""
        return (self.local_day + 3) % 7

    @property
    def year_part(self) -> np.ndarray:
        """Part of the year gone, on a mean year of 365.2425 days so that no year end makes a step."""
        return self.hours / 24.0 / 365.2425 % 1.0

    @property
    def years(self) -> np.ndarray:
        """Calendar year with its fraction."""
        return 1970.0 + self.hours / 24.0 / 365.2425

    def __len__(self) -> int:
        return len(self.starts)


def grid(day: date, zone: ZoneInfo, minutes: int, days: int = 1) -> Grid:
    """Return the intervals of ``days`` market days from ``day`` on, in time order.

    Five-minute intervals stand for their start, longer ones for their middle.
    """
    begin = day_bounds(day, zone)[0].replace(tzinfo=None)
    end = day_bounds(day + timedelta(days=days - 1), zone)[1].replace(tzinfo=None)
    starts = np.arange(np.datetime64(begin, "us"), np.datetime64(end, "us"), np.timedelta64(minutes, "m"))
    return _grid_of(starts, zone, minutes)


def _grid_of(starts: np.ndarray, zone: ZoneInfo, minutes: int) -> Grid:
    middle = starts + (np.timedelta64(minutes * 30, "s") if minutes > 5 else np.timedelta64(0, "s"))
    local = pd.DatetimeIndex(middle, tz="UTC").tz_convert(zone).tz_localize(None).to_numpy()
    local_day = local.astype("datetime64[D]")
    return Grid(
        starts=starts,
        minutes=minutes,
        hours=middle.astype(np.int64) / _MICROSECONDS_PER_HOUR,
        local_hour=(local - local_day) / _HOUR,
        local_day=local_day.astype(np.int64),
    )


def moments(hours: np.ndarray) -> Grid:
    """Return a grid of free moments (hours since 1970 UTC) whose local clock is UTC, for weather and daily series."""
    starts = np.datetime64(0, "us") + np.round(hours * 3600.0).astype("timedelta64[s]")
    days = np.floor(hours / 24.0)
    return Grid(starts, 60, np.asarray(hours, dtype=float), hours - days * 24.0, days.astype(np.int64))
