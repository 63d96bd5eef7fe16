"""UTC intervals to the 24 slots of a market day and back, on days of 23, 24 and 25 hours.

The hour that the spring clock skips is interpolated for training and never issued; the hour that the autumn clock
repeats is averaged for training and issued twice.
"""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.forecasting.errors import UnusableData
from market_platform.markets.market_day import interval_starts

SLOTS = 24


def day_slots(
    starts: pd.Series, values: pd.Series, zone: ZoneInfo, days: np.ndarray, name: str = "series"
) -> np.ndarray:
    """Return (days, 24) values of consecutive market ``days`` (``datetime64[D]``), NaN where unknown.

    ``starts`` are UTC starts of hours or of parts of hours, whose mean is taken. The same start twice with the same
    value counts once; with different values it raises UnusableData.
    """
    frame = pd.DataFrame({"start": pd.to_datetime(starts, utc=True), "value": np.asarray(values, dtype=float)})
    frame = frame.drop_duplicates()
    twice = frame["start"].duplicated(keep=False)
    if twice.any():
        first = frame.loc[twice, "start"].iloc[0]
        msg = f"{name}: {int(twice.sum())} rows contradict each other, the first at {first}: keep one version per start"
        raise UnusableData(msg)
    if not np.isfinite(frame["value"].dropna()).all():
        msg = f"{name}: infinite values; put unknown ones in as empty"
        raise UnusableData(msg)
    local = frame["start"].dt.tz_convert(zone)
    wall = local.dt.tz_localize(None)
    place = (wall.dt.normalize().to_numpy().astype("datetime64[D]") - days[0]).astype(int)
    inside = (place >= 0) & (place < len(days))
    cell = place[inside] * SLOTS + wall.dt.hour.to_numpy()[inside]
    means = frame.loc[inside, "value"].groupby(cell).mean()
    out = np.full(len(days) * SLOTS, np.nan)
    out[means.index.to_numpy()] = means.to_numpy()
    return _bridge_skipped_hours(out.reshape(-1, SLOTS), days, zone)


def _bridge_skipped_hours(table: np.ndarray, days: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Interpolate the wall-clock hour that does not exist on the spring day."""
    for row in np.flatnonzero(np.isnan(table).sum(axis=1) == 1):
        _, slots = hours_of_day(days[row].astype(object), zone)
        missing = int(np.flatnonzero(np.isnan(table[row]))[0])
        if missing not in slots and 0 < missing < SLOTS - 1:
            table[row, missing] = (table[row, missing - 1] + table[row, missing + 1]) / 2
    return table


def hours_of_day(day: date, zone: ZoneInfo) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Return UTC starts and slots of a market day's hours."""
    starts = interval_starts(day, zone, 60)
    return starts, starts.tz_convert(zone).hour.to_numpy()


def market_days(first: date, last: date) -> np.ndarray:
    """Return consecutive ``datetime64[D]`` from first to last."""
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)
