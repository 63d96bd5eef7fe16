"""Market days and clock changes: the one place where local time meets UTC.

Inside the platform time is UTC; a market day is the local date of the market. A day has 23, 24 or 25 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start and exclusive end of a market day in UTC."""
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def hours_in_day(day: date, zone: ZoneInfo) -> int:
    """Return 23, 24 or 25."""
    start, end = day_bounds(day, zone)
    return round((end - start) / timedelta(hours=1))


def interval_starts(day: date, zone: ZoneInfo, minutes: int) -> pd.DatetimeIndex:
    """Return the UTC starts of a day's intervals: 276, 288 or 300 of them at five minutes."""
    start, end = day_bounds(day, zone)
    return pd.date_range(start, end, freq=f"{minutes}min", inclusive="left", unit="us")


def market_day_of(moments: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Return the local dates (``datetime.date``) in which UTC moments fall."""
    return moments.dt.tz_convert(zone).dt.date


def today(now: datetime, zone: ZoneInfo) -> date:
    """Return the market day that ``now`` (aware) falls in."""
    return now.astimezone(zone).date()


def utc_from_local(stamps: pd.Series, zone: ZoneInfo, *, second_pass: np.ndarray) -> pd.Series:
    """Turn naive local stamps into UTC.

    ``second_pass`` marks the rows that belong to the second run through a repeated hour; elsewhere it has no effect.
    A stamp that the clock skipped becomes NaT, for the contract to name and quarantine.
    """
    local = stamps.dt.tz_localize(zone, ambiguous=~np.asarray(second_pass, dtype=bool), nonexistent="NaT")
    return local.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def second_pass_by_order(stamps: pd.Series, series_of_row: pd.Series, zone: ZoneInfo) -> np.ndarray:
    """Find the second run through the repeated hour where a file carries no mark but stands in time order.

    Within each series (a location, a fuel) the second run begins where the stamp repeats or steps back inside the
    repeated hour. Files with one series after the other and files with one stamp after the other both work.

    Source: NYISO files of both 2019 and 2025 autumn days list ``01:00`` twice, first daylight, then standard time.
    """
    marks = np.zeros(len(stamps), dtype=bool)
    repeated = in_repeated_hour(stamps, zone)
    if not repeated.any():
        return marks
    inside = stamps[repeated]
    day = inside.dt.normalize()
    keys = [series_of_row[repeated].to_numpy(), day.to_numpy()]
    step_back = inside.groupby(keys, sort=False).diff() <= pd.Timedelta(0)
    marks[repeated] = step_back.groupby(keys, sort=False).cumsum().to_numpy() > 0
    return marks


def in_repeated_hour(stamps: pd.Series, zone: ZoneInfo) -> np.ndarray:
    """Mark the naive local stamps that the clock shows twice."""
    marks = np.zeros(len(stamps), dtype=bool)
    days = stamps.dt.normalize()
    for day in days.dropna().unique():
        if hours_in_day(day.date(), zone) > 24:
            begin = repeated_hour_begins(day.date(), zone)
            marks |= ((stamps >= begin) & (stamps < begin + timedelta(hours=1))).to_numpy()
    return marks


def repeated_hour_begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the naive local time at which a 25-hour day begins its repeated hour (01:00 in the US)."""
    midnight = datetime.combine(day, time(), tzinfo=zone)
    for minutes in range(0, 24 * 60, 30):
        local = (midnight.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
        later = (midnight.astimezone(UTC) + timedelta(minutes=minutes + 60)).astimezone(zone)
        if local.replace(tzinfo=None) == later.replace(tzinfo=None):
            return local.replace(tzinfo=None)
    msg = f"{day} in {zone.key} has no repeated hour: ask hours_in_day first"
    raise ValueError(msg)
