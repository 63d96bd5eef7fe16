"""Stamps by their formats: read as digits where the compiled loops are loaded, many times faster than by the general parser.

Both are as strict.
"""

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

COMPILED = "market_platform.sources.compiled"
PARTS = ("%Y", "%m", "%d", "%H", "%M", "%S")
WIDTHS = dict.fromkeys(PARTS, 2) | {"%Y": 4}
PIECES = re.compile(r"%[YmdHMS]|[^%]")
Texts: TypeAlias = pa.StringArray | pa.LargeStringArray
NONE_LEFT = np.empty(0, dtype=np.int64)


def parse_stamps(texts: Sequence[str] | pd.Index | pa.Array, formats: Sequence[str]) -> np.ndarray:
    """Return the naive moments (microseconds) of texts; ``formats`` are tried in order, what fits none becomes NaT.

    A text that is not of the format's width (``1/5/2024``) is left to the general parser.
    """
    column, moments = _nothing_read(texts)
    for pattern in formats:
        left = _read_fixed(column, moments, pattern)
        if not left.size:
            break
        rest = pd.Series(column.take(pa.array(left)).to_pylist(), dtype="object")
        moments[left] = pd.to_datetime(rest, format=pattern, errors="coerce").to_numpy("datetime64[us]")
    return moments


def fixed_stamps(
    texts: Sequence[str] | pd.Index | pa.Array, formats: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, list[str | None]]:
    """Return the same of what the compiled reader reads; for a parser of the caller's own, the places and texts of the rest."""
    column, moments = _nothing_read(texts)
    left = NONE_LEFT
    for pattern in formats:
        left = _read_fixed(column, moments, pattern)
        if not left.size:
            return moments, left, []
    return moments, left, column.take(pa.array(left)).to_pylist()


def _nothing_read(texts: Sequence[str] | pd.Index | pa.Array) -> tuple[Texts, np.ndarray]:
    column = texts if isinstance(texts, Texts) else pa.array(texts, pa.large_string())
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column, np.full(len(column), np.datetime64("NaT", "us"))


def _read_fixed(column: Texts, moments: np.ndarray, pattern: str) -> np.ndarray:
    """Fill in the moments that are still NaT and whose text has the width; returns the places of those that stay so."""
    places, letters = _places(pattern), column.buffers()[2]
    if COMPILED in sys.modules and places is not None and letters is not None:
        from market_platform.sources.compiled import read_moments

        kind = np.int32 if isinstance(column, pa.StringArray) else np.int64
        ends = np.frombuffer(column.buffers()[1], dtype=kind)[column.offset : column.offset + len(column) + 1]
        if not read_moments(letters.address, ends, places, moments.view(np.int64)):
            return NONE_LEFT
    return np.flatnonzero(np.isnat(moments))


@lru_cache
def _places(pattern: str) -> np.ndarray | None:
    """Return a format's layout for the compiled reader; None where it has no date or other than digits of a known number."""
    pieces = re.findall(PIECES, pattern)
    if "".join(pieces) != pattern or not {"%Y", "%m", "%d"} <= set(pieces):
        return None
    parts: dict[str, int] = {}
    marks: list[int] = []
    place = 0
    for piece in pieces:
        if piece in WIDTHS:
            parts[piece] = place
        else:
            marks += (place, ord(piece))
        place += WIDTHS.get(piece, 1)
    return np.array([*(parts.get(part, -1) for part in PARTS), place, *marks])
