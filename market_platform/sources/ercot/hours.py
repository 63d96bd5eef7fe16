"""ERCOT's ways of naming an interval, turned into UTC once per distinct name.

Hours are named by their end, ``01:00`` to ``24:00`` or 1 to 24, on the prevailing clock of Texas. The hour that the clock
runs through twice is told by a flag (``N`` then ``Y``; false then true on the public API). Reports without a flag count
the hours of a 25-hour day to 25 (two-day reports of 2024-11-03) or leave the second run out.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from market_platform.errors import UnreadablePayload
from market_platform.markets.market_day import day_bounds, hours_in_day
from market_platform.sources.arrays import Rows
from market_platform.sources.feed import Feed
from market_platform.sources.local_clock import LocalClock
from market_platform.sources.stamp_text import parse_stamps
from market_platform.sources.stamps import NO_MOMENT, Instants, days_laid, places_of, texts_of

DAY_FORMATS = ("%m/%d/%Y", "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d-%b-%y", "%m/%d/%y")
STAMP_FORMATS = (
    "%m/%d/%Y %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%m/%d/%Y %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%m/%d/%Y",
)
SECOND_RUN = ("y", "true", "1")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
FIVE_MINUTES = timedelta(minutes=5)
PLACE = ["file", "line", "defect"]
# Workbooks count days from here.
WORKBOOK_EPOCH = pd.Timestamp("1899-12-30")
SHORT_DAY_HOURS, LONG_DAY_HOURS = 23, 25
MOST_NAMES = 4  # times the rows: so many possible names of intervals are looked up without a table of those there are


def hourly(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Market day, interval and place of rows named by ``day`` and ``hour``, with ``flag`` where the report has one."""
    return hourly_rows(feed, Rows.of(read)).frame()


def quarter_hourly(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Give the same of rows that also have the ``interval`` within the hour, 1 to 4."""
    return quarter_hourly_rows(feed, Rows.of(read)).frame()


def hourly_rows(feed: Feed, read: Rows) -> Rows:
    """Return what ``hourly`` gives as columns."""
    return _intervals(feed, read, HOUR, np.zeros(1, dtype=np.int64), np.zeros(read.count, dtype=np.int8))


def quarter_hourly_rows(feed: Feed, read: Rows) -> Rows:
    """Return what ``quarter_hourly`` gives as columns."""
    quarters, codes = whole_numbers(read.array("interval"))
    return _intervals(feed, read, QUARTER, (quarters - 1) * QUARTER.seconds, codes)


def _intervals(feed: Feed, read: Rows, length: timedelta, seconds: np.ndarray, second_codes: np.ndarray) -> Rows:
    """Lay out the times of rows; ``seconds`` are the distinct ones after the hour, in rows as their codes say."""
    days, day_codes = distinct_moments(read.array("day"), DAY_FORMATS)
    days = days.astype("datetime64[D]")
    hours, hour_codes = whole_numbers(read.array("hour"))
    later, flag_codes, flagged = _flags(read)
    # One whole number names an interval: day by day, hour by hour, what is after the hour, and the run through it.
    shape = (len(days), len(hours), len(seconds), len(later))
    total = int(np.prod(shape))
    names = day_codes.astype(np.int32 if total < np.iinfo(np.int32).max else np.int64)
    for codes, count in zip((hour_codes, second_codes, flag_codes), shape[1:], strict=True):
        if count > 1:
            np.multiply(names, count, out=names)
            np.add(names, codes, out=names)
    if total <= MOST_NAMES * max(read.count, 1):
        seen = np.zeros(total, dtype=bool)
        seen[names] = True
        there = np.flatnonzero(seen)
        places = names
    else:
        places, there = pd.factorize(names)
        total = len(there)
    day, hour, after, run = np.unravel_index(there, shape)
    starts = _starts(feed, days[day], hours[hour], seconds[after], later[run] if flagged else None)
    laid_out = np.full(total, NO_MOMENT)
    laid_out[there if places is names else slice(None)] = starts
    instants = Instants(laid_out, places)
    times = {
        "market_day": days_laid(days, day_codes),
        "interval_start": instants.array(),
        "interval_end": instants.array(shifted=length),
    }
    return read.only(PLACE).assign(**times)


def _flags(read: Rows, name: str = "flag") -> tuple[np.ndarray, np.ndarray, bool]:
    """Return which flags there are, as the second run or not, each row's, and whether the report has any at all."""
    if name in read:
        codes, texts = places_of(read.array(name))
        if codes.max(initial=-1) >= 0:
            return *_with_blank(np.array([_is_second(text) for text in texts.tolist()]), codes, blank=False), True
    return np.zeros(1, dtype=bool), np.zeros(read.count, dtype=np.int8), False


def _with_blank(distinct: np.ndarray, codes: np.ndarray, blank: object) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct values and each row's place among them with ``blank`` behind them, where a row has the place -1."""
    if codes.min(initial=0) >= 0:
        return distinct, codes
    return np.append(distinct, np.array([blank], dtype=distinct.dtype)), np.where(codes < 0, len(distinct), codes)


def _starts(
    feed: Feed, days: np.ndarray, hours: np.ndarray, seconds: np.ndarray, second: np.ndarray | None
) -> np.ndarray:
    """Return naive UTC starts of distinct intervals; one that does not exist is NaT, for the contract to name.

    ``second`` marks the second run through the repeated hour; a report without a flag has none.
    """
    known = (hours >= 1) & (hours <= LONG_DAY_HOURS) & (seconds >= 0) & (seconds < HOUR.seconds)
    offset = ((hours - 1) * HOUR.seconds + seconds).astype("timedelta64[s]").astype("timedelta64[us]")
    clock = LocalClock(np.where(known, days.astype("datetime64[us]") + offset, NO_MOMENT), feed.zone)
    starts = clock.utc()
    if second is not None:
        starts = np.where(second, clock.utc(later=True), starts)
        return np.where(hours == LONG_DAY_HOURS, NO_MOMENT, starts)
    for day in np.unique(days[np.isin(hours, (SHORT_DAY_HOURS, LONG_DAY_HOURS)) & ~np.isnat(days)]):
        mine = days == day
        if _counted(day.item(), int(hours[mine].max()), feed):
            begin = np.datetime64(day_bounds(day.item(), feed.zone)[0].replace(tzinfo=None), "us")
            starts = np.where(mine & known, begin + offset, starts)
    return starts


def _counted(day: date, most: int, feed: Feed) -> bool:
    """Tell whether a report without a flag counts the hours of a day rather than naming them by the clock."""
    length = hours_in_day(day, feed.zone)
    return (length == LONG_DAY_HOURS and most == LONG_DAY_HOURS) or (
        length == SHORT_DAY_HOURS and most == SHORT_DAY_HOURS
    )


def stamped(
    feed: Feed, read: pd.DataFrame, length: timedelta, *, stamp: str = "stamp", flag: str = "flag", ends: bool = False
) -> pd.DataFrame:
    """Market day, interval and place of rows with a local stamp that begins (or, with ``ends``, closes) the interval."""
    return stamped_rows(feed, Rows.of(read), length, stamp=stamp, flag=flag, ends=ends).frame()


def stamped_rows(
    feed: Feed, read: Rows, length: timedelta, *, stamp: str = "stamp", flag: str = "flag", ends: bool = False
) -> Rows:
    """Return the same as columns."""
    local, codes = distinct_moments(read.array(stamp), STAMP_FORMATS)
    instants = _instants(feed, read, local, codes, flag)
    inside = local - np.timedelta64(1, "us") if ends else local
    return read.only(PLACE).assign(
        market_day=days_laid(inside, codes),
        interval_start=instants.array(shifted=-length if ends else timedelta(0)),
        interval_end=instants.array(shifted=timedelta(0) if ends else length),
    )


def stamps_utc(feed: Feed, read: Rows | pd.DataFrame, stamp: str, flag: str = "") -> pd.Series:
    """UTC of a column of local stamps; without a flag the first run through the repeated hour is meant."""
    read = Rows.of(read)
    return _instants(feed, read, *distinct_moments(read.array(stamp), STAMP_FORMATS), flag).utc()


def _instants(feed: Feed, read: Rows, local: np.ndarray, codes: np.ndarray, flag: str) -> Instants:
    clock = LocalClock(local, feed.zone)
    later, flag_codes, _ = _flags(read, flag)
    if not later.any():
        return Instants(clock.utc(), codes)
    runs = np.concatenate([clock.utc(), clock.utc(later=True)])
    return Instants(runs, codes + np.where(later[flag_codes], len(local), 0))


def moments(column: pd.Series, formats: Sequence[str]) -> np.ndarray:
    """Naive moments of a column of laid texts; a bare number is a workbook's day count. What cannot be read is NaT."""
    return np.take(*distinct_moments(column, formats))


def distinct_moments(column: pd.Series | ExtensionArray, formats: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct moments of such a column and each row's place among them."""
    codes, texts = texts_of(column)
    found = parse_stamps(texts, formats)
    left = np.flatnonzero(np.isnat(found))
    if left.size:
        days = pd.to_numeric(pd.Series(texts.take(pa.array(left)).to_pylist(), dtype="object"), errors="coerce")
        read = (WORKBOOK_EPOCH + pd.to_timedelta(days, unit="D")).dt.round("1s")
        found[left] = read.to_numpy(dtype="datetime64[us]")
    return _with_blank(found, codes, NO_MOMENT)


def numbers(column: pd.Series) -> np.ndarray:
    """Whole numbers of a column of texts such as ``01:00``, ``1`` or ``24:00``; 0 for what is none."""
    return np.take(*whole_numbers(column))


def whole_numbers(column: pd.Series | ExtensionArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct numbers of such a column and each row's place among them."""
    codes, texts = places_of(column)
    heads = [str(text).split(":")[0].split(".")[0].strip() for text in texts.tolist()]
    found = [int(head) if head.isdigit() else 0 for head in heads]
    return _with_blank(np.array(found, dtype=np.int64), codes, 0)


def second_run(column: pd.Series) -> np.ndarray:
    """Mark the rows of the second run through the repeated hour."""
    codes, texts = places_of(column)
    return np.array([*(_is_second(text) for text in texts.tolist()), False])[codes]


def _is_second(text: object) -> bool:
    return str(text).strip().lower() in SECOND_RUN


FILE_STAMP = r"\.((?:19|20)\d{6})\.(\d{6})\d*\."


def never(read: pd.DataFrame) -> pd.Series:
    """Return a column without a moment, for figures that do not come in issues."""
    return pd.Series(pd.NaT, index=read.index, dtype="datetime64[us, UTC]")


def issue_moment(feed: Feed, name: str) -> pd.Timestamp | None:
    """Return the moment at which a file was written, from ERCOT's own file name; ``xhr`` marks the repeated hour."""
    (moment,) = issue_moments(feed, [name])
    return None if np.isnat(moment) else pd.Timestamp(moment, tz="UTC")


def issue_moments(feed: Feed, names: Sequence[str]) -> np.ndarray:
    """Return the same of many files as naive UTC, NaT where a name has none."""
    found = [re.search(FILE_STAMP, name) for name in names]
    local = parse_stamps([stamp[1] + stamp[2] if stamp else "" for stamp in found], ["%Y%m%d%H%M%S"])
    for place in np.flatnonzero(np.isnat(local)).tolist():
        if stamp := found[place]:
            raise UnreadablePayload(f"{names[place]}: the file name holds no moment where it should ({stamp[0]})")
    clock = LocalClock(local, feed.zone)
    return np.where(["xhr" in name for name in names], clock.utc(later=True), clock.utc())
