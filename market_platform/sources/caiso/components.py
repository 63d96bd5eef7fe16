"""From one row a component to one row an interval: OASIS prints the parts of a price (or a result) below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd

from market_platform.sources.arrays import Laid, Rows
from market_platform.sources.stamps import places_of

DENSE_LIMIT = 4
FIRST_LOOK = 256  # rows that mostly tell already
Column: TypeAlias = tuple[np.ndarray, int]  # codes, and how many texts they stand for


@dataclass(frozen=True)
class Spread:
    """A long report laid side by side.

    ``leading`` is the first row of each wide row (positions in the report), ``values`` and ``present`` have shape
    (parts, wide rows), ``again`` marks the rows of the report whose part of the same wide row stood above already.
    """

    leading: np.ndarray
    values: np.ndarray
    present: np.ndarray
    again: np.ndarray

    @property
    def lines(self) -> np.ndarray:
        """How many rows of the report make each wide row."""
        return self.present.view(np.int8).sum(axis=0, dtype=np.int8).astype(np.int64)


def spread(read: pd.DataFrame | Rows, keys: Sequence[str], component: np.ndarray, count: int) -> Spread:
    """Lay the rows of a long report side by side.

    ``keys`` are categorical columns that together name the wide row, ``component`` numbers the part that a row holds
    (0 to ``count`` - 1; -1 for rows that belong to none), ``read["value"]`` is its value.
    """
    read = Rows.of(read)
    columns = [(codes, len(texts)) for codes, texts in (places_of(read.laid(key)) for key in keys)]
    value = read.array("value")
    found = _side_by_side(columns, component, value, count)
    return _gathered(columns, component, value, count) if found is None else found


def _side_by_side(columns: Sequence[Column], component: np.ndarray, value: np.ndarray, count: int) -> Spread | None:
    """Lay blocks beside each other, a component each, that have the same keys in the same order; None where they do not."""
    edges = np.flatnonzero(component[1:] != component[:-1]) + 1
    blocks = len(edges) + 1
    rows = len(component) // blocks
    if not rows or blocks > count or (edges != rows * np.arange(1, blocks)).any() or rows * blocks < len(component):
        return None
    parts = component[::rows]
    laid = [codes.reshape(blocks, rows) for codes, _ in columns]
    if parts.min() < 0 or len(set(parts.tolist())) < blocks or any((codes[1:] != codes[0]).any() for codes in laid):
        return None
    wide_of_row, wide_count = _numbered([(codes[0], texts) for codes, (_, texts) in zip(laid, columns, strict=True)])
    seen = np.zeros(wide_count, dtype=bool)
    seen[wide_of_row] = True
    if np.count_nonzero(seen) < rows:
        return None
    if blocks == count and (parts[1:] > parts[:-1]).all():
        return Spread(
            np.arange(rows),
            value.reshape(count, rows),
            np.ones((count, rows), dtype=bool),
            np.zeros(len(component), dtype=bool),
        )
    values, present = np.full((count, rows), np.nan), np.zeros((count, rows), dtype=bool)
    values[parts], present[parts] = value.reshape(blocks, rows), True
    return Spread(np.arange(rows), values, present, np.zeros(len(component), dtype=bool))


def _gathered(columns: Sequence[Column], component: np.ndarray, value: np.ndarray, count: int) -> Spread:
    """Look for the row of each part of each wide row, in whatever order they come."""
    wide_of_row, wide_count = _numbered(columns)
    usable = np.flatnonzero(component >= 0) if component.min(initial=0) < 0 else np.arange(len(component))
    cell = component[usable].astype(np.int64) * wide_count + wide_of_row[usable]
    first = np.full(wide_count * count, -1, dtype=np.int64)
    first[cell] = usable
    again = np.zeros(len(component), dtype=bool)
    if np.count_nonzero(first >= 0) < len(usable):
        first[cell[::-1]] = usable[::-1]  # the last write stands, so that the first row of a cell stays
        again[usable] = first[cell] != usable
    parts = first.reshape(count, wide_count)
    present = parts >= 0
    there = present.any(axis=0)
    if not there.all():
        parts, present = parts[:, there], present[:, there]
    values = value[parts]
    values[~present] = np.nan
    leading = np.where(present, parts, len(component)).min(axis=0, initial=len(component))
    return Spread(leading, values, present, again)


def codes_of(column: pd.Series | Laid, names: Sequence[str]) -> np.ndarray:
    """Position of each row's text in ``names``; -1 where it is none of them."""
    places = {name: position for position, name in enumerate(names)}
    return numbered(column, places)


def numbered(column: pd.Series | Laid, places: Mapping[str, int]) -> np.ndarray:
    """Look up the number of each row's text; -1 where the table has none."""
    codes, texts = places_of(column)
    table = np.array([*(places.get(text, -1) for text in texts.tolist()), -1], dtype=np.int8)
    return np.take(table, codes, mode="wrap")


def _numbered(columns: Sequence[Column]) -> tuple[np.ndarray, int]:
    """Return the number of each row's combination of codes, and how many numbers there may be."""
    number, size = columns[0][0].astype(np.int64) + 1, columns[0][1] + 1
    for (before, _), (codes, texts) in pairwise(columns):
        if not _decides(before, codes):
            number = number * (texts + 1) + codes + 1
            size *= texts + 1
    if size <= DENSE_LIMIT * max(len(number), 1000):
        return number, size
    inverse, distinct = pd.factorize(number, sort=True)
    return inverse, len(distinct)


def _decides(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether equal codes of one column always stand beside equal codes of the other, as a start beside its end."""
    if np.array_equal(one, other):
        return True
    if len(one) > FIRST_LOOK and not _decides(one[:FIRST_LOOK], other[:FIRST_LOOK]):
        return False
    found = np.empty(int(one.max(initial=-1)) + 2, dtype=other.dtype)
    found[one] = other  # a blank's -1 is the last place
    return bool((found[one] == other).all())
