"""Stamps of fixed width read as digits: many times faster than a general date parser, and as strict."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


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
    pieces = re.findall(r"%[YmdHMS]|[^%]", pattern)
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
    good = np.ones(len(fits), dtype=bool)
    parts: dict[str, np.ndarray] = {}
    place = 0
    for piece in pieces:
        for step in range(WIDTHS.get(piece, 0)):
            digit = cells[place + step] - np.uint8(ord("0"))  # what is less than 0 comes out large
            good &= digit <= 9
            parts[piece] = parts.get(piece, np.int32(0)) * np.int32(10) + digit
        if piece not in WIDTHS:
            good &= cells[place] == ord(piece)
        place += WIDTHS.get(piece, 1)
    nothing = np.zeros(len(fits), dtype=np.int32)
    hour, minute, second = (parts.get(piece, nothing) for piece in ("%H", "%M", "%S"))
    year, month, day = parts["%Y"], parts["%m"], parts["%d"]
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (hour <= 23) & (minute <= 59) & (second <= 59)
    months = (year - 1970) * 12 + month - 1
    date = months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    good &= date.astype("datetime64[M]").astype(np.int64) == months
    moments = date.astype("datetime64[s]") + (hour * 3600 + minute * 60 + second)
    result[fits[good]] = moments[good].astype("datetime64[us]")
    return result
