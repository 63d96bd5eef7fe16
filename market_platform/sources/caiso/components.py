"""From one row a component to one row an interval: OASIS prints the parts of a price (or a result) below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.sources.arrays import Rows
from market_platform.sources.stamps import places_of

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


def spread(read: pd.DataFrame | Rows, keys: Sequence[str], component: np.ndarray, count: int) -> Spread:
    """Lay the rows of a long report side by side.

    ``keys`` are categorical columns that together name the wide row, ``component`` numbers the part that a row holds
    (0 to ``count`` - 1; -1 for rows that belong to none), ``read["value"]`` is its value.
    """
    wide_of_row, wide_count = _numbered(read, keys)
    usable = np.flatnonzero(component >= 0) if component.min(initial=0) < 0 else np.arange(len(component))
    cell = component[usable] * wide_count + wide_of_row[usable]
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
    values = read["value"].to_numpy()[parts]
    values[~present] = np.nan
    leading = np.where(present, parts, len(component)).min(axis=0, initial=len(component))
    return Spread(leading, values, present, again)


def codes_of(column: pd.Series, names: Sequence[str]) -> np.ndarray:
    """Position of each row's text in ``names``; -1 where it is none of them."""
    places = {name: position for position, name in enumerate(names)}
    return numbered(column, places)


def numbered(column: pd.Series, places: Mapping[str, int]) -> np.ndarray:
    """Look up the number of each row's text; -1 where the table has none."""
    found = [places.get(text, -1) for text in column.cat.categories.tolist()]
    return np.array([*found, -1], dtype=np.int64)[column.cat.codes.to_numpy()]


def _numbered(read: pd.DataFrame | Rows, keys: Sequence[str]) -> tuple[np.ndarray, int]:
    """Return the number of each row's combination of categorical columns, and how many numbers there may be."""
    rows = len(read[keys[0]])
    number = np.zeros(rows, dtype=np.int64)
    size = 1
    before: np.ndarray | None = None
    for key in keys:
        codes, texts = places_of(read[key])
        if before is None or not _decides(before, codes):
            number = number * (len(texts) + 1) + (codes.astype(np.int64) + 1)
            size *= len(texts) + 1
        before = codes
    if size <= DENSE_LIMIT * max(rows, 1000):
        return number, size
    inverse, distinct = pd.factorize(number, sort=True)
    return inverse, len(distinct)


def _decides(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether equal codes of one column always stand beside equal codes of the other, as a start beside its end."""
    found = np.empty(int(one.max(initial=-1)) + 2, dtype=other.dtype)
    found[one] = other  # a blank's -1 is the last place
    return bool((found[one] == other).all())
