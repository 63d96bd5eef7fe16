"""A simulated dataset: which rows it has for a market day, and what Data Miner lets one ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.sandbox.world import World

ZONE = MARKETS["pjm"].zone
Writer = Callable[[World, date, datetime], pd.DataFrame]


@dataclass(frozen=True)
class Sheet:
    """One dataset.

    ``write`` gives the rows of a market day with moments (UTC) in columns that end in ``_utc`` (each gets its ``_ept``
    twin, unless ``only_ept``) and numbers with their count of decimals in ``places``. ``stamp`` is the column that a
    range filters on; without a range a dataset gives what stands now. ``archive_days`` is the age of the archive line.
    """

    write: Writer
    stamp: str = "datetime_beginning"
    archive_days: int | None = None
    places: int = 6
    only_ept: bool = False


def released(day: date, days_after: int, at: time) -> datetime:
    """Return the moment at which a market day comes out."""
    return datetime.combine(day + timedelta(days=days_after), at, tzinfo=ZONE)


def past(rows: pd.DataFrame, now: datetime, lag: timedelta = timedelta(0)) -> pd.DataFrame:
    """Return the rows whose interval is over and out."""
    return rows[rows["interval_end"] + lag <= now]
