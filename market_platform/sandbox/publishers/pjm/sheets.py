"""A simulated dataset: which rows it has for a market day, and what Data Miner lets one ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.world import World

ZONE = MARKETS["pjm"].zone
Writer = Callable[[World, date, datetime], pd.DataFrame]
NOTHING = pd.DataFrame()


@dataclass(frozen=True)
class Sheet:
    """One dataset.

    ``write`` gives the rows of a market day: moments (UTC) stand in columns that end in ``_utc``, each of which is
    published with its ``_ept`` twin; a column that ends in ``_ept`` or none is published alone. ``stamp`` is the column
    that a range filters on, without ``_utc`` and ``_ept``. ``archive_days`` is the age of the archive line, ``places``
    the count of decimals. ``day_column`` names the column that picks the day where a dataset has no stamps; ``days_of``
    turns its filter into days. ``days_back`` is how far a request without a range reaches back.
    """

    write: Writer
    stamp: str = "datetime_beginning"
    archive_days: int | None = None
    places: int = 6
    days_of: Callable[[str], list[date]] | None = None
    day_column: str = ""
    days_back: int = 0


def released(day: date, days_after: int, at: time) -> datetime:
    """Return the moment at which a market day comes out."""
    return datetime.combine(day + timedelta(days=days_after), at, tzinfo=ZONE)


def past(rows: pd.DataFrame, now: datetime, lag: timedelta = timedelta(0)) -> pd.DataFrame:
    """Return the rows whose interval is over and out."""
    return rows[rows["interval_end"] + lag <= now]


def beginning(rows: pd.DataFrame, *, end: bool = False) -> dict[str, pd.Series]:
    """Return the stamp columns of a dataset, with the interval's end where it publishes one."""
    stamps = {"datetime_beginning_utc": rows["interval_start"]}
    return {**stamps, "datetime_ending_utc": rows["interval_end"]} if end else stamps


def next_day(write: Writer, at: time = time(11)) -> Writer:
    """Hold a dataset back until the next day at ``at``."""

    def later(world: World, day: date, now: datetime) -> pd.DataFrame:
        return write(world, day, now) if now >= released(day, 1, at) else NOTHING

    return later


def day_ahead(write: Writer, at: time = time(12, 30)) -> Writer:
    """Give a dataset out on the day before."""

    def earlier(world: World, day: date, now: datetime) -> pd.DataFrame:
        return write(world, day, now) if now >= released(day, -1, at) else NOTHING

    return earlier


def every_fifteen_seconds(day: date, now: datetime) -> pd.DatetimeIndex:
    """Return the moments of a day so far."""
    start, end = day_bounds(day, ZONE)
    return pd.date_range(start, min(end, max(start, now)), freq="15s", inclusive="left", unit="us")


def interpolated(moments: pd.DatetimeIndex, rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return five-minute values at finer moments."""
    known = pd.DatetimeIndex(rows["interval_start"]).asi8
    return np.interp(moments.asi8, known, rows[column].to_numpy(dtype=float))


def naive_midnight(day: date) -> pd.Timestamp:
    """Return a day as Data Miner writes it: midnight without a zone."""
    return pd.Timestamp(day).as_unit("us")
