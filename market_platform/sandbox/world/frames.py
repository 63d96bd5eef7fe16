"""Arrays to long frames: UTC intervals, one row an interval and a name, in time order."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from market_platform.sandbox.world.clock import Grid


def long_frame(grid: Grid, column: str, names: list[str], values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return interval_start, interval_end, ``column`` and the values, whose arrays have shape (names, times)."""
    starts = np.repeat(grid.starts, len(names))
    labels = pd.array(names, dtype="str").take(np.tile(np.arange(len(names)), len(grid)))
    data: dict[str, object] = {**_interval(starts, grid.minutes), column: labels}
    data |= {name: array.T.reshape(-1) for name, array in values.items()}
    return pd.DataFrame(data)


def wide_frame(grid: Grid, values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return interval_start, interval_end and one column a series of shape (times,)."""
    return pd.DataFrame({**_interval(grid.starts, grid.minutes), **values})


def utc(moments: np.ndarray) -> pd.DatetimeIndex:
    """Return UTC stamps in microseconds."""
    return pd.DatetimeIndex(moments.astype("datetime64[us]"), tz="UTC")


def from_hours(hours: np.ndarray) -> pd.DatetimeIndex:
    """Return UTC stamps of hours since 1970, to the second."""
    return utc(np.datetime64(0, "us") + np.round(np.asarray(hours) * 3600).astype("timedelta64[s]"))


def stamp(moment: datetime) -> pd.Timestamp:
    """Return an aware moment as a UTC timestamp in microseconds."""
    return pd.Timestamp(moment.astimezone(UTC)).as_unit("us")


def averaged(values: np.ndarray, count: int) -> np.ndarray:
    """Average each ``count`` neighbours along the last axis."""
    return values.reshape(*values.shape[:-1], -1, count).mean(axis=-1)


def coarser(grid: Grid, minutes: int) -> Grid:
    """Return the grid of ``minutes`` that covers a finer one; each new interval takes the mean moment of its parts."""
    count = minutes // grid.minutes
    if count == 1:
        return grid
    return Grid(
        grid.starts[::count],
        minutes,
        averaged(grid.hours, count),
        averaged(grid.local_hour, count),
        grid.local_day[::count],
    )


def _interval(starts: np.ndarray, minutes: int) -> dict[str, object]:
    return {"interval_start": utc(starts), "interval_end": utc(starts + np.timedelta64(minutes, "m"))}
