"""Arrays to long frames: UTC intervals, one row an interval and a name, in time order."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from market_platform.sandbox.world.clock import Grid


def long_frame(
    grid: Grid, labels: Mapping[str, Iterable[str]], values: Mapping[str, np.ndarray], keep: np.ndarray | None = None
) -> pd.DataFrame:
    """Return interval_start, interval_end, the label columns and the values, whose arrays have shape (rows, times).

    ``keep`` (rows, times) picks the cells that become rows; without it all do.
    """
    shape = next(iter(values.values())).shape
    if keep is None:
        time, row = np.repeat(np.arange(shape[1]), shape[0]), np.tile(np.arange(shape[0]), shape[1])
    else:
        time, row = np.nonzero(keep.T)
    data: dict[str, object] = {**_interval(grid.starts[time], grid.minutes)}
    data |= {name: pd.Series(list(column), dtype="str").array.take(row) for name, column in labels.items()}
    data |= {name: array.T.reshape(-1) if keep is None else array[row, time] for name, array in values.items()}
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
