"""Stamps of fixed width read as digits: many times faster than a general date parser, and as strict."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
PIECES = re.compile(r"%[YmdHMS]|[^%]")
NINE = 9
FIRST_MONTH = 1970 * 12 + 1
DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, MICROSECONDS = 86_400, 3_600, 60, 1_000_000
CENTURY = "%C"
PARTS = (CENTURY, *WIDTHS)


def parse_stamps(texts: Sequence[str] | pd.Index | pa.Array, formats: Sequence[str]) -> np.ndarray:
    """Return the naive moments (microseconds) of texts; ``formats`` are tried in order, what fits none becomes NaT.

    A text that is not of the format's width (``1/5/2024``) is left to the general parser.
    """
    column = _texts(texts)
    moments = np.full(len(column), np.datetime64("NaT", "us"))
    for pattern in formats:
        left = _read_fixed(column, moments, pattern)
        if left.size:
            rest = pd.Series(column.take(pa.array(left)).to_pylist(), dtype="object")
            moments[left] = pd.to_datetime(rest, format=pattern, errors="coerce").to_numpy("datetime64[us]")
    return moments


def fixed_stamps(texts: Sequence[str] | pd.Index | pa.Array, formats: Sequence[str]) -> np.ndarray:
    """Return the same of texts that have a format's width; all others become NaT."""
    column = _texts(texts)
    moments = np.full(len(column), np.datetime64("NaT", "us"))
    for pattern in formats:
        _read_fixed(column, moments, pattern)
    return moments


def _texts(texts: Sequence[str] | pd.Index | pa.Array) -> pa.LargeStringArray:
    column = pa.array(texts, pa.large_string())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _read_fixed(column: pa.LargeStringArray, moments: np.ndarray, pattern: str) -> np.ndarray:
    """Fill in the moments that are still NaT; returns the places of those that stay so."""
    left = np.flatnonzero(np.isnat(moments))
    if not left.size:
        return left
    ends = np.frombuffer(column.buffers()[1], dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    letters = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)
    moments[left] = _fixed(letters, ends[:-1][left], np.diff(ends)[left], pattern)
    return left[np.isnat(moments[left])]


def _fixed(letters: np.ndarray, begins: np.ndarray, lengths: np.ndarray, pattern: str) -> np.ndarray:
    result = np.full(len(begins), np.datetime64("NaT", "us"))
    pieces = re.findall(PIECES, pattern)
    if "".join(pieces) != pattern or not {"%Y", "%m", "%d"} <= set(pieces):
        return result
    width = sum(WIDTHS.get(piece, 1) for piece in pieces)
    fits = np.flatnonzero(lengths == width)
    if not fits.size:
        return result
    if fits.size == lengths.size and begins[-1] - begins[0] == width * (lengths.size - 1):
        cells = letters[begins[0] : begins[-1] + width].reshape(-1, width).T
    else:
        cells = letters[begins[fits] + np.arange(width)[:, None]]
    pairs, marks = _layout(pattern)
    tens, ones = (cells[[place + step for place in pairs.values()]] - np.uint8(ord("0")) for step in (0, 1))
    good = np.maximum(tens, ones).max(axis=0) <= NINE  # what is less than 0 came out large
    for place, mark in marks:
        good &= cells[place] == mark
    parts = dict(zip(pairs, tens * np.uint8(10) + ones, strict=True))
    nothing = np.zeros(len(fits), dtype=np.uint8)
    century, years, month, day, hour, minute, second = (parts.get(piece, nothing) for piece in PARTS)
    year = century * np.int32(100) + years
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (hour <= 23) & (minute <= 59) & (second <= 59)
    months = np.where(good, year * 12 + month - FIRST_MONTH, 0)
    first = int(months.min())
    days = np.arange(first, int(months.max()) + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    months -= first
    good &= day <= np.diff(days)[months]
    seconds = hour * np.int32(HOUR_SECONDS) + minute * np.int32(MINUTE_SECONDS) + second
    moments = ((days[months] + day - 1) * DAY_SECONDS + seconds) * MICROSECONDS
    result[fits[good]] = moments[good].view("datetime64[us]")
    return result


@lru_cache
def _layout(pattern: str) -> tuple[dict[str, int], list[tuple[int, int]]]:
    """Return where a format has each pair of digits (a year has two), and where which other marks."""
    pairs: dict[str, int] = {}
    marks: list[tuple[int, int]] = []
    place = 0
    for piece in re.findall(PIECES, pattern):
        if piece not in WIDTHS:
            marks.append((place, ord(piece)))
        else:
            pairs |= {CENTURY: place, piece: place + 2} if piece == "%Y" else {piece: place}
        place += WIDTHS.get(piece, 1)
    return pairs, marks
