"""Local clock time to UTC for arrays of distinct stamps: whole days at once, hour by hour only where the clock changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.markets.market_day import day_bounds

EPOCH = date(1970, 1, 1)
DAY_MICROSECONDS = 86_400_000_000
MICROSECOND = timedelta(microseconds=1)
STEP = timedelta(minutes=15)  # finer than any clock change lies
LAST_DAY = date.max.toordinal() - EPOCH.toordinal() - 1
FEW_DAYS = 100
FIRST_DAY = date.min.toordinal() - EPOCH.toordinal() + 1


@dataclass(frozen=True)
class Day:
    """What the clock does on one day, in microseconds: how far it is behind UTC at its start and at its end.

    Between ``turn`` and ``resumed`` (local) the clock shows the time twice, or, on the shorter day, not at all.
    """

    behind: int
    behind_later: int
    turn: int
    resumed: int


@lru_cache(maxsize=65_536)
def _day(number: int, zone: ZoneInfo) -> Day:
    if not FIRST_DAY <= number <= LAST_DAY:
        return Day(0, 0, 0, 0)
    day = EPOCH + timedelta(days=number)
    start, end = day_bounds(day, zone)
    behind, later = _behind(start, zone), _behind(end, zone)
    if behind == later:
        return Day(behind, behind, 0, 0)
    steps = (start + STEP * step for step in range((end - start) // STEP + 1))
    change = next(step for step in steps if _behind(step, zone) == later)
    begins, ends = sorted((_microseconds(change) - behind, _microseconds(change) - later))
    return Day(behind, later, begins, ends)


def _behind(moment: datetime, zone: ZoneInfo) -> int:
    return -((moment.astimezone(zone).utcoffset() or timedelta(0)) // MICROSECOND)


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


def _numbered(days: np.ndarray) -> tuple[np.ndarray, Iterable[int]]:
    """Return each day's place among days, and these: all of a span that is short, else those that are there."""
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, -1)
    if last - first < FEW_DAYS:
        return days - first, range(first, last + 1)
    return pd.factorize(days)


def local_days(moments: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Return the local date of each naive moment of UTC: between which midnights it lies, where they are few."""
    numbers = moments.astype("datetime64[D]").view(np.int64)
    first, last = (int(numbers.min()) - 1, int(numbers.max()) + 1) if len(numbers) else (0, 0)
    if last - first >= FEW_DAYS or first < FIRST_DAY:
        local = pd.DatetimeIndex(moments, tz="UTC").tz_convert(zone).tz_localize(None)
        return local.to_numpy().astype("datetime64[D]")
    stamps = moments.astype("datetime64[us]", copy=False).view(np.int64)
    return (np.searchsorted(_midnights(first, last, zone), stamps, "right") + (first - 1)).view("datetime64[D]")


@lru_cache(maxsize=1_024)
def _midnights(first: int, last: int, zone: ZoneInfo) -> np.ndarray:
    """Return when days begin, in microseconds of UTC; many feeds are of the same days."""
    return np.array([number * DAY_MICROSECONDS + _day(number, zone).behind for number in range(first, last + 1)])


class LocalClock:
    """Naive local moments (numpy, microseconds) and what the clock of a zone makes of them."""

    def __init__(self, local: np.ndarray, zone: ZoneInfo) -> None:
        self.local = local
        codes, numbers = _numbered(
            np.where(np.isnat(local), FIRST_DAY - 1, local.astype("datetime64[D]").view(np.int64))
        )
        days = [_day(int(each), zone) for each in numbers]
        self._behind = np.array([day.behind for day in days], dtype=np.int64)[codes]
        changing = np.array([day.behind != day.behind_later for day in days], dtype=bool)
        self.longer = any(day.behind_later > day.behind for day in days)
        self._there = np.flatnonzero(changing[codes]) if changing.any() else np.empty(0, dtype=np.int64)
        there = [days[place] for place in codes[self._there]]
        self._later, self._turn, self._resumed, self._skips = (
            np.array(
                [(day.behind_later, day.turn, day.resumed, day.behind_later < day.behind) for day in there],
                dtype=np.int64,
            )
            .reshape(-1, 4)
            .T
        )

    def utc(self, *, later: bool = False) -> np.ndarray:
        """Return naive UTC; ``later`` means the second run through the repeated hour. A skipped stamp becomes NaT."""
        found = self.local + self._behind.astype("timedelta64[us]")
        if self._there.size:
            local = self.local[self._there]
            stamps = local.astype(np.int64)
            after = stamps >= (self._turn if later else self._resumed)
            moments = np.where(after, local + self._later.astype("timedelta64[us]"), found[self._there])
            skipped = (self._skips > 0) & (stamps >= self._turn) & (stamps < self._resumed)
            found[self._there] = np.where(skipped, np.datetime64("NaT", "us"), moments)
        return found

    def repeated(self) -> np.ndarray:
        """Mark the stamps that the clock shows twice."""
        marks = np.zeros(len(self.local), dtype=bool)
        stamps = self.local[self._there].astype(np.int64)
        marks[self._there] = (self._skips == 0) & (stamps >= self._turn) & (stamps < self._resumed)
        return marks
