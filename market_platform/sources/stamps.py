"""Publishers' local time stamps: read once per distinct text, then laid over the rows."""

import copy
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.markets.market_day import hours_in_day, in_repeated_hour, second_pass_by_order, utc_from_local
from market_platform.sources.stamp_text import parse_stamps


class LocalStamps:
    """A column of local stamps: the naive time of each row, cheap to turn into UTC and market days.

    ``column`` is categorical text; ``formats`` are tried in order. A text that fits none becomes NaT.
    """

    def __init__(self, column: pd.Series, formats: Sequence[str]) -> None:
        self.codes = column.cat.codes.to_numpy()
        self.distinct = parse_stamps(column.cat.categories.astype("object"), formats)

    def shifted(self, by: timedelta) -> "LocalStamps":
        """Return the same column with every local stamp moved; local midnights stay midnights on clock-change days."""
        moved = copy.copy(self)
        moved.distinct = self.distinct + by
        return moved

    def naive(self) -> pd.Series:
        """Naive local time of each row."""
        return pd.Series(self._lay(self.distinct.to_numpy()))

    def utc(
        self, zone: ZoneInfo, *, series_of_row: pd.Series | None = None, second_pass: np.ndarray | None = None
    ) -> pd.Series:
        """UTC of each row. The repeated hour is told by ``second_pass``, or by file order within ``series_of_row``."""
        first = utc_from_local(self.distinct, zone, second_pass=np.zeros(len(self.distinct), dtype=bool))
        laid = pd.Series(self._lay(first.dt.tz_localize(None).to_numpy())).dt.tz_localize("UTC")
        if not self._has_long_day(zone):
            return laid
        if second_pass is None:
            rows = pd.Series(np.zeros(len(self.codes))) if series_of_row is None else series_of_row
            second_pass = second_pass_by_order(self.naive(), rows, zone)
        later = utc_from_local(self.distinct, zone, second_pass=np.ones(len(self.distinct), dtype=bool))
        laid_later = pd.Series(self._lay(later.dt.tz_localize(None).to_numpy())).dt.tz_localize("UTC")
        return laid.where(~second_pass, laid_later)

    def repeated(self, zone: ZoneInfo) -> np.ndarray:
        """Mark the rows whose stamp the clock shows twice."""
        return np.append(in_repeated_hour(self.distinct, zone), np.array([False]))[self.codes]

    def market_day(self, *, ends: bool = False) -> pd.Series:
        """Local date of each row; with ``ends`` a stamp closes its interval: midnight belongs to the day before."""
        stamps = self.distinct - pd.Timedelta(microseconds=1) if ends else self.distinct
        return as_day(self._lay(stamps.to_numpy()))

    def _has_long_day(self, zone: ZoneInfo) -> bool:
        days = self.distinct.dropna().dt.normalize().unique()
        longer = 24
        return any(hours_in_day(pd.Timestamp(day).date(), zone) > longer for day in days)

    def _lay(self, distinct: np.ndarray) -> np.ndarray:
        padded = np.append(distinct, np.array(["NaT"], dtype=distinct.dtype))
        return padded[self.codes]


class UtcStamps(LocalStamps):
    """A column of naive stamps that the publisher gives in UTC."""

    def moments(self) -> pd.Series:
        """UTC of each row."""
        return self.naive().dt.tz_localize("UTC")

    def rounded(self, to: str) -> "UtcStamps":
        """Return the same column with every stamp on the nearest ``to`` (a pandas frequency)."""
        moved = copy.copy(self)
        moved.distinct = self.distinct.dt.round(to)
        return moved

    def day_in(self, zone: ZoneInfo) -> pd.Series:
        """Local date of each row in the market's zone."""
        local = self.distinct.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        return as_day(self._lay(local.to_numpy()))


def as_day(moments: np.ndarray) -> pd.Series:
    """Turn naive numpy moments into a column of days."""
    return pd.Series(pd.array(pa.array(moments.astype("datetime64[D]"), pa.date32()), dtype=PANDAS_TYPES[Kind.DAY]))


def as_text(column: pd.Series) -> pd.Series:
    """Turn a categorical into plain text."""
    codes = column.cat.codes.to_numpy()
    categories = pa.array(column.cat.categories.astype("object"), pa.large_string())
    return _text(pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), categories), column.index)


def constant_text(text: str, index: pd.Index) -> pd.Series:
    """Return a text column that says the same in every row."""
    zeros = pa.array(np.zeros(len(index), dtype=np.int8))
    return _text(pa.DictionaryArray.from_arrays(zeros, pa.array([text], pa.large_string())), index)


def _text(values: pa.DictionaryArray, index: pd.Index) -> pd.Series:
    return pd.Series(pd.array(values.dictionary_decode(), dtype=PANDAS_TYPES[Kind.TEXT]), index=index)


def starts_of_ending(ends: pd.Series, nominal: timedelta) -> pd.Series:
    """Return interval starts where only ends are published: the end before, at most one nominal interval earlier.

    NYISO's real-time dispatch runs off the five-minute grid at times (12 of 300 stamps on 2016-10-27), so that an
    interval may be shorter than nominal; time weighting needs its true length.
    """
    moments = ends.dt.tz_localize(None).to_numpy()
    distinct = np.unique(moments[~np.isnat(moments)])
    if not distinct.size:
        return ends.copy()
    starts = distinct - np.timedelta64(nominal)
    starts[1:] = np.maximum(starts[1:], distinct[:-1])
    laid = np.where(np.isnat(moments), moments, starts[np.searchsorted(distinct, moments).clip(max=distinct.size - 1)])
    return pd.Series(laid, index=ends.index).dt.tz_localize("UTC")
