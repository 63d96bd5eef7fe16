"""ERCOT's ways of naming an interval, turned into UTC once per distinct name.

Hours are named by their end, ``01:00`` to ``24:00`` or 1 to 24, on the prevailing clock of Texas. The hour that the clock
runs through twice is told by a flag (``N`` then ``Y``; false then true on the public API). Reports without a flag count
the hours of a 25-hour day to 25 (two-day reports of 2024-11-03) or leave the second run out.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.markets.market_day import day_bounds, hours_in_day, utc_from_local
from market_platform.sources.feed import Feed
from market_platform.sources.local_clock import LocalClock
from market_platform.sources.stamp_text import parse_stamps
from market_platform.sources.stamps import NO_MOMENT, Instants, as_day, laid

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


def hourly(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Market day, interval and place of rows named by ``day`` and ``hour``, with ``flag`` where the report has one."""
    return _intervals(feed, read, HOUR, np.zeros(len(read), dtype="int64"))


def quarter_hourly(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Give the same of rows that also have the ``interval`` within the hour, 1 to 4."""
    quarter = numbers(read["interval"]) - 1
    return _intervals(feed, read, QUARTER, quarter * QUARTER.seconds)


def _intervals(feed: Feed, read: pd.DataFrame, length: timedelta, seconds: np.ndarray) -> pd.DataFrame:
    days = moments(read["day"], DAY_FORMATS).astype("datetime64[D]")
    hours = numbers(read["hour"])
    flagged = "flag" in read and not read["flag"].isna().all()
    second = second_run(read["flag"]) if flagged else np.zeros(len(read), dtype=bool)
    # One whole number names an interval: a day has fewer than 32 hours, an hour fewer than 4096 seconds.
    names = days.view(np.int64) * 32
    names += np.clip(hours, 0, 31)
    names *= 4096
    names += np.clip(seconds, -1, 4094) + 1
    names *= 2
    names += second
    codes, _ = pd.factorize(np.where(np.isnat(days), -1, names))
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last write stands: the first row of each
    starts = _starts(feed, days[first], hours[first], seconds[first], second[first] if flagged else None)
    instants = Instants(starts, codes)
    start, end = instants.utc(), instants.utc(shifted=length)
    times = {"market_day": as_day(days), "interval_start": start, "interval_end": end}
    return pd.DataFrame({**times, **{name: read[name] for name in PLACE}}, copy=False)


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
    local = moments(read[stamp], STAMP_FORMATS)
    stamp_utc = stamps_utc(feed, read, stamp, flag)
    start, end = (stamp_utc - length, stamp_utc) if ends else (stamp_utc, stamp_utc + length)
    inside = local - np.timedelta64(1, "us") if ends else local
    frame = pd.DataFrame({"market_day": as_day(inside), "interval_start": start, "interval_end": end})
    return frame.assign(**{name: read[name] for name in PLACE})


def stamps_utc(feed: Feed, read: pd.DataFrame, stamp: str, flag: str = "") -> pd.Series:
    """UTC of a column of local stamps; without a flag the first run through the repeated hour is meant."""
    local = moments(read[stamp], STAMP_FORMATS)
    flagged = bool(flag) and flag in read and not read[flag].isna().all()
    second = second_run(read[flag]) if flagged else np.zeros(len(read), dtype=bool)
    codes, distinct = pd.factorize(pd.MultiIndex.from_arrays([local, second]))
    frame = distinct.to_frame(index=False, name=["local", "second"])
    found = utc_from_local(frame["local"].astype("datetime64[us]"), feed.zone, second_pass=frame["second"].to_numpy())
    laid = np.append(found.dt.tz_localize(None).to_numpy(), np.datetime64("NaT", "us"))
    return pd.Series(laid[codes]).dt.tz_localize("UTC").astype("datetime64[us, UTC]")


def moments(column: pd.Series, formats: Sequence[str]) -> np.ndarray:
    """Naive moments of a categorical of texts; a bare number is a workbook's day count. What cannot be read is NaT."""
    texts = column.cat.categories
    found = parse_stamps(texts, formats)
    left = np.isnat(found)
    if left.any():
        days = pd.to_numeric(pd.Series(texts[left], dtype="object"), errors="coerce")
        moments = (WORKBOOK_EPOCH + pd.to_timedelta(days, unit="D")).dt.round("1s")
        found[left] = moments.to_numpy(dtype="datetime64[us]")
    return laid(found, column.cat.codes.to_numpy())


def numbers(column: pd.Series) -> np.ndarray:
    """Whole numbers of a categorical of texts such as ``01:00``, ``1`` or ``24:00``; 0 for what is none."""
    texts = map(str, column.cat.categories.tolist())
    found = [int(head) if (head := text.split(":")[0].split(".")[0].strip()).isdigit() else 0 for text in texts]
    return np.array([*found, 0], dtype="int64")[column.cat.codes.to_numpy()]


def second_run(column: pd.Series) -> np.ndarray:
    """Mark the rows of the second run through the repeated hour."""
    marks = [str(text).strip().lower() in SECOND_RUN for text in column.cat.categories]
    return np.array([*marks, False])[column.cat.codes.to_numpy()]


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
    local = np.full(len(names), NO_MOMENT)
    for place, name in enumerate(names):
        if found := re.search(FILE_STAMP, name):
            try:
                local[place] = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S")  # noqa: DTZ007
            except ValueError as error:
                raise UnreadablePayload(f"{name}: the file name holds no moment where it should ({error})") from error
    clock = LocalClock(local, feed.zone)
    return np.where(["xhr" in name for name in names], clock.utc(later=True), clock.utc())
