"""Publishers' local time stamps: read once per distinct text, then laid over the rows."""

import copy
import sys
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.markets.market_day import second_pass_by_order
from market_platform.sources.arrays import Laid, text_array
from market_platform.sources.local_clock import LocalClock, local_days
from market_platform.sources.stamp_text import COMPILED, parse_stamps

UTC = PANDAS_TYPES[Kind.MOMENT]
MANY_ROWS = 2_048
NO_MOMENT = np.datetime64("NaT", "us")


class Instants:
    """A column of UTC moments as distinct ones (naive, numpy) and each row's place among them; -1 is blank."""

    def __init__(self, distinct: np.ndarray, codes: np.ndarray) -> None:
        self.distinct, self.codes = distinct, codes

    def utc(self, *, shifted: timedelta = timedelta(0)) -> pd.Series:
        """UTC of each row, moved by so much."""
        return pd.Series(self.array(shifted=shifted), copy=False)

    def array(self, *, shifted: timedelta = timedelta(0)) -> ExtensionArray:
        """Return the same as an array."""
        moments = self.distinct + np.timedelta64(shifted) if shifted else self.distinct
        return utc_array(laid(moments, self.codes))

    def starts(self, nominal: timedelta) -> ExtensionArray:
        """Start of the interval that ends at each row's moment, where only ends are published.

        That is the end before, at most one nominal interval earlier. NYISO's real-time dispatch runs off the five-minute
        grid at times (12 of 300 stamps on 2016-10-27), so that an interval may be shorter than nominal; time weighting
        needs its true length.
        """
        present = np.zeros(len(self.distinct) + 1, dtype=bool)
        present[self.codes] = True
        there = np.flatnonzero(present[:-1] & ~np.isnat(self.distinct))
        ends, place = np.unique(self.distinct[there], return_inverse=True)
        starts = ends - np.timedelta64(nominal)
        starts[1:] = np.maximum(starts[1:], ends[:-1])
        found = np.full(len(self.distinct), NO_MOMENT)
        found[there] = starts[place]
        return utc_array(laid(found, self.codes))


class LocalStamps:
    """A column of local stamps: the naive time of each row, cheap to turn into UTC and market days.

    ``column`` is categorical text (or Arrow's dictionary of texts); ``formats`` are tried in order. What fits none is NaT.
    """

    def __init__(self, column: pd.Series | ExtensionArray | Laid, formats: Sequence[str]) -> None:
        self.codes, texts = places_of(column)
        self.distinct = parse_stamps(texts, formats)
        self.clocks: dict[ZoneInfo, LocalClock] = {}

    def _clock(self, zone: ZoneInfo) -> LocalClock:
        """Return what the clock of a zone makes of the distinct stamps; it is asked more than once."""
        if zone not in self.clocks:
            self.clocks[zone] = LocalClock(self.distinct, zone)
        return self.clocks[zone]

    def shifted(self, by: timedelta) -> "LocalStamps":
        """Return the same column with every local stamp moved; local midnights stay midnights on clock-change days."""
        moved = copy.copy(self)
        moved.distinct, moved.clocks = self.distinct + np.timedelta64(by), {}
        return moved

    def naive(self) -> pd.Series:
        """Naive local time of each row."""
        return pd.Series(laid(self.distinct, self.codes))

    def instants(
        self, zone: ZoneInfo, *, series_of_row: pd.Series | None = None, second_pass: np.ndarray | None = None
    ) -> Instants:
        """UTC of each row. The repeated hour is told by ``second_pass``, or by file order within ``series_of_row``."""
        clock = self._clock(zone)
        first = clock.utc()
        if not clock.longer:
            return Instants(first, self.codes)
        if second_pass is None:
            rows = pd.Series(np.zeros(len(self.codes))) if series_of_row is None else series_of_row
            second_pass = second_pass_by_order(self.naive(), rows, zone)
        codes = self.codes.astype(np.int32)
        later = np.flatnonzero(second_pass)
        codes[later] += np.where(codes[later] >= 0, np.int32(len(first)), np.int32(0))
        return Instants(np.concatenate([first, clock.utc(later=True)]), codes)

    def utc(
        self, zone: ZoneInfo, *, series_of_row: pd.Series | None = None, second_pass: np.ndarray | None = None
    ) -> pd.Series:
        """UTC of each row, as ``instants``."""
        return self.instants(zone, series_of_row=series_of_row, second_pass=second_pass).utc()

    def repeated(self, zone: ZoneInfo) -> np.ndarray:
        """Mark the rows whose stamp the clock shows twice."""
        marks = self._clock(zone).repeated()
        if not marks.any():
            return np.zeros(len(self.codes), dtype=bool)
        return np.take(np.append(marks, False), self.codes, mode="wrap")

    def market_day(self, *, ends: bool = False) -> pd.Series:
        """Local date of each row; with ``ends`` a stamp closes its interval: midnight belongs to the day before."""
        return pd.Series(self.day_array(ends=ends), copy=False)

    def day_array(self, *, ends: bool = False) -> ExtensionArray:
        """Return the same as an array."""
        return days_laid(self.distinct - np.timedelta64(1, "us") if ends else self.distinct, self.codes)


class UtcStamps(LocalStamps):
    """A column of naive stamps that the publisher gives in UTC."""

    def moments(self, *, shifted: timedelta = timedelta(0)) -> pd.Series:
        """UTC of each row, moved by so much."""
        return Instants(self.distinct, self.codes).utc(shifted=shifted)

    def rounded(self, to: str) -> "UtcStamps":
        """Return the same column with every stamp on the nearest ``to`` (a pandas frequency)."""
        moved = copy.copy(self)
        moved.distinct, moved.clocks = pd.Series(self.distinct).dt.round(to).to_numpy(), {}
        return moved

    def day_in(self, zone: ZoneInfo) -> pd.Series:
        """Local date of each row in the market's zone."""
        return pd.Series(days_laid(local_days(self.distinct, zone), self.codes), copy=False)


def places_of(column: pd.Series | ExtensionArray | Laid) -> tuple[np.ndarray, pd.Index | pa.Array]:
    """Return each row's place among a column's distinct texts (-1 where it is blank), and the texts."""
    if isinstance(column, Laid):
        return column
    column = column.array if isinstance(column, pd.Series) else column
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories
    values = pa.array(column)
    if isinstance(values, pa.ChunkedArray):
        values = values.unify_dictionaries().combine_chunks()
    if not values.null_count:
        return values.indices.to_numpy(), values.dictionary
    return values.indices.fill_null(-1).to_numpy(), values.dictionary


def texts_of(column: pd.Series | ExtensionArray | Laid) -> tuple[np.ndarray, pa.LargeStringArray]:
    """Return the same with the texts as one array."""
    codes, known = places_of(column)
    texts = pa.array(known.array) if isinstance(known, pd.Index) else known
    if not isinstance(texts, pa.ChunkedArray):
        return codes, large_texts(texts)
    # Texts put together from several pages lie in chunks of unlike types.
    chunks = [large_texts(chunk) for chunk in texts.chunks]
    return codes, chunks[0] if len(chunks) == 1 else pa.concat_arrays([*chunks, pa.array([], pa.large_string())])


def large_texts(texts: pa.Array) -> pa.LargeStringArray:
    """Return texts with places of 64 bits, as Arrow's cast does: its way to the cast takes longer than the cast."""
    if not isinstance(texts, pa.StringArray) or texts.null_count or not len(texts):
        return texts.cast(pa.large_string())
    _, ends, letters = texts.buffers()
    wide = np.frombuffer(ends, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(wide), letters)


def laid(distinct: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Lay distinct values over rows; a row without a place gets NaT."""
    padded = np.append(distinct, np.array(["NaT"], dtype=distinct.dtype))
    found = room(len(codes), padded.dtype)
    return np.take(padded, codes, out=found, mode="wrap")


def as_utc(naive: np.ndarray) -> pd.Series:
    """Turn naive UTC moments into a column of moments."""
    return pd.Series(utc_array(naive), copy=False)


def utc_array(naive: np.ndarray) -> ExtensionArray:
    """Turn naive UTC moments into an array of moments."""
    # The bytes are the same: seen as moments of UTC they need no copy.
    return pd.array(naive, copy=False).view(UTC)


def utc_arrays(*columns: tuple[np.ndarray, np.ndarray]) -> list[ExtensionArray]:
    """Lay distinct naive moments of UTC over rows, column by column; a row without a place gets NaT.

    All are taken out of one array: pandas needs as long to make one as to take a thousand rows out of it.
    """
    blank = np.array([NO_MOMENT])
    moments = utc_array(np.concatenate([part for distinct, _ in columns for part in (distinct, blank)]))
    begins = np.cumsum([0, *(len(distinct) + 1 for distinct, _ in columns)])
    return [
        moments.take(np.add(codes, begin, dtype=np.intp))
        for begin, (_, codes) in zip(begins[:-1], columns, strict=True)
    ]


def room(count: int, kind: np.dtype) -> np.ndarray:
    """Return room for values, out of Arrow's pool: memory that was used before costs nothing to have again."""
    return np.frombuffer(pa.allocate_buffer(count * kind.itemsize), dtype=kind, count=count)


def days_laid(moments: np.ndarray, codes: np.ndarray) -> ExtensionArray:
    """Return the dates of distinct naive moments, laid over rows."""
    days = moments.astype("datetime64[D]")
    if np.isnat(days).any() or (codes.size and codes.min() < 0):
        return day_array(laid(days, codes))
    numbers = np.take(days.astype(np.int32), codes, mode="wrap")
    days_of_row = pa.Array.from_buffers(pa.date32(), len(numbers), [None, pa.py_buffer(numbers)])
    return pd.arrays.ArrowExtensionArray(days_of_row)


def as_day(moments: np.ndarray) -> pd.Series:
    """Turn naive numpy moments into a column of days."""
    return pd.Series(day_array(moments), copy=False)


def day_array(moments: np.ndarray) -> ExtensionArray:
    """Turn naive numpy moments into an array of days."""
    return pd.arrays.ArrowExtensionArray(pa.array(moments.astype("datetime64[D]", copy=False), pa.date32()))


def as_text(column: pd.Series) -> pd.Series:
    """Turn a categorical or Arrow's dictionary into plain text."""
    return pd.Series(plain_array(column), index=column.index, copy=False)


def plain_array(column: pd.Series | ExtensionArray | Laid) -> ExtensionArray:
    """Turn the same into an array of plain text."""
    codes, categories = texts_of(column)
    if len(categories) == 1 and codes.size and codes.min() == 0:
        return text_array(repeated_text(categories[0].as_py(), len(codes)))
    return text_array(texts_laid(categories, codes))


def texts_laid(texts: pa.LargeStringArray, codes: np.ndarray) -> pa.LargeStringArray:
    """Lay distinct texts over rows; a row with a negative code is blank."""
    blank = codes.size > 0 and codes.min() < 0
    if COMPILED in sys.modules and len(codes) >= MANY_ROWS and not blank and not texts.null_count:
        from market_platform.sources.text_laying import laid_over

        return laid_over(texts, codes)
    return texts.take(pa.array(codes, mask=codes < 0) if blank else pa.array(codes))


def constant_text(text: str, index: pd.Index) -> pd.Series:
    """Return a text column that says the same in every row."""
    return _text(repeated_text(text, len(index)), index)


def repeated_text(text: str, rows: int) -> pa.LargeStringArray:
    """Return an array that says the same in every row."""
    letters = text.encode()
    ends = np.arange(0, (rows + 1) * len(letters), len(letters)) if letters else np.zeros(rows + 1, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(letters * rows))


def _text(values: pa.LargeStringArray, index: pd.Index) -> pd.Series:
    return pd.Series(text_array(values), index=index, copy=False)
