"""Stamps of fixed width read as digits: many times faster than a general date parser, and as strict."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


def parse_stamps(texts: Sequence[str], formats: Sequence[str]) -> pd.Series:
    """Return the naive moments of texts; ``formats`` are tried in order, a text that fits none becomes NaT.

    A text that is not of the format's width (``1/5/2024``) is left to the general parser.
    """
    column = pd.Series(texts, dtype="object")
    moments = np.full(len(column), np.datetime64("NaT", "us"))
    for pattern in formats:
        left = np.isnat(moments)
        if left.any():
            moments[left] = _fixed(column[left].to_numpy(), pattern)
        left = np.isnat(moments)
        if left.any():
            moments[left] = pd.to_datetime(column[left], format=pattern, errors="coerce").to_numpy("datetime64[us]")
    return pd.Series(moments)


def _fixed(texts: np.ndarray, pattern: str) -> np.ndarray:
    result = np.full(len(texts), np.datetime64("NaT", "us"))
    pieces = re.findall(r"%[YmdHMS]|[^%]", pattern)
    if "".join(pieces) != pattern or not {"%Y", "%m", "%d"} <= set(pieces):
        return result
    width = sum(WIDTHS.get(piece, 1) for piece in pieces)
    fits = np.flatnonzero([len(text) == width and text.isascii() for text in texts])
    if not fits.size:
        return result
    cells = np.frombuffer("".join(texts[fits]).encode(), dtype=np.uint8).reshape(-1, width)
    good = np.ones(len(cells), dtype=bool)
    parts = {piece: np.zeros(len(cells), dtype=np.int64) for piece in WIDTHS}
    place = 0
    for piece in pieces:
        if piece in WIDTHS:
            for step in range(WIDTHS[piece]):
                digit = cells[:, place + step].astype(np.int64) - ord("0")
                good &= (digit >= 0) & (digit <= 9)
                parts[piece] = parts[piece] * 10 + digit
        else:
            good &= cells[:, place] == ord(piece)
        place += WIDTHS.get(piece, 1)
    good &= (parts["%m"] >= 1) & (parts["%m"] <= 12) & (parts["%d"] >= 1) & (parts["%Y"] >= 1)
    good &= (parts["%H"] <= 23) & (parts["%M"] <= 59) & (parts["%S"] <= 59)
    month = (parts["%Y"] - 1970) * 12 + parts["%m"] - 1
    day = month.astype("datetime64[M]").astype("datetime64[D]") + (parts["%d"] - 1)
    good &= day.astype("datetime64[M]").astype(np.int64) == month
    seconds = parts["%H"] * 3600 + parts["%M"] * 60 + parts["%S"]
    moments = day.astype("datetime64[s]") + seconds
    result[fits[good]] = moments[good].astype("datetime64[us]")
    return result
