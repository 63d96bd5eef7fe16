"""From one row a component to one row an interval: OASIS prints the parts of a price (or a result) below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

DENSE_LIMIT = 4


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


def spread(read: pd.DataFrame, keys: Sequence[str], component: np.ndarray, count: int) -> Spread:
    """Lay the rows of a long report side by side.

    ``keys`` are categorical columns that together name the wide row, ``component`` numbers the part that a row holds
    (0 to ``count`` - 1; -1 for rows that belong to none), ``read["value"]`` is its value.
    """
    wide_of_row, wide_count = _numbered(read, keys)
    usable = np.flatnonzero(component >= 0)
    cell = wide_of_row[usable] * count + component[usable]
    first = np.full(wide_count * count, -1, dtype=np.int64)
    first[cell[::-1]] = usable[::-1]  # the last write stands, so that the first row of a cell stays
    again = np.zeros(len(read), dtype=bool)
    again[usable] = first[cell] != usable
    parts = first.reshape(wide_count, count)
    parts = parts[(parts >= 0).any(axis=1)]
    present = parts >= 0
    values = np.where(present, read["value"].to_numpy()[parts], np.nan)
    leading = np.where(present, parts, len(read)).min(axis=1, initial=len(read))
    return Spread(leading, values.T, present.T, again)


def codes_of(column: pd.Series, names: Sequence[str]) -> np.ndarray:
    """Position of each row's text in ``names``; -1 where it is none of them."""
    places = {name: position for position, name in enumerate(names)}
    return numbered(column, places)


def numbered(column: pd.Series, places: Mapping[str, int]) -> np.ndarray:
    """Look up the number of each row's text; -1 where the table has none."""
    found = [places.get(text, -1) for text in column.cat.categories.tolist()]
    return np.array([*found, -1], dtype=np.int64)[column.cat.codes.to_numpy()]


def _numbered(read: pd.DataFrame, keys: Sequence[str]) -> tuple[np.ndarray, int]:
    """Return the number of each row's combination of categorical columns, and how many numbers there may be."""
    number = np.zeros(len(read), dtype=np.int64)
    size = 1
    for key in keys:
        categories = len(read[key].cat.categories) + 1
        number = number * categories + (read[key].cat.codes.to_numpy().astype(np.int64) + 1)
        size *= categories
    if size <= DENSE_LIMIT * max(len(read), 1000):
        return number, size
    inverse, distinct = pd.factorize(number, sort=True)
    return inverse, len(distinct)
