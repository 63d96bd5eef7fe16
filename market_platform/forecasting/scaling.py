"""Local normalisation: each day measured against the median and spread of the weeks before it, then asinh.

A day's scale comes from earlier days only, so a row never changes when later data arrive. asinh keeps spikes and
negative prices in reach of a squared loss (Uniejewski, Weron, Ziel 2018, IEEE Trans. Power Systems 33, 2219).
"""

from dataclasses import dataclass

import numba
import numpy as np

MAD_TO_SIGMA = 1.4826  # of a normal distribution
RELATIVE_FLOOR = 0.02  # a flat history still gets a spread: 2 % of its level
ABSOLUTE_FLOOR = 1e-3
MOSTLY_FLAT = 0.1  # below this share of the mean deviation most values are equal (solar at night): take the latter


@dataclass(frozen=True)
class LocalScale:
    """Centre and spread per row, in the units of the series; shape (rows, 1)."""

    centre: np.ndarray
    spread: np.ndarray

    def rows(self, first: int) -> "LocalScale":
        """Return the scale of rows ``first`` to the last."""
        return LocalScale(self.centre[first:], self.spread[first:])

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return the normalised values of the same rows."""
        return np.arcsinh((values - self.centre) / self.spread)

    def undo(self, normalised: np.ndarray) -> np.ndarray:
        """Return values in the units of the series."""
        return np.sinh(np.clip(normalised, -12.0, 12.0)) * self.spread + self.centre


def local_scale(values: np.ndarray, window: int) -> LocalScale:
    """Return centre (median) and spread (MAD) of the ``window`` rows before each row; unknown values are passed over.

    The first rows see fewer; row 0 takes centre 0 and spread 1 and must not be trained on.
    """
    centre, spread = _medians(np.ascontiguousarray(values, dtype=np.float64), window)
    return LocalScale(centre[:, None], spread[:, None])


@numba.njit(cache=True)
def _medians(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return centre and spread (rows,) of the rows before each row, from one window that is kept in order."""
    rows, slots = values.shape
    ordered, spare = np.empty((window + 1) * slots), np.empty((window + 1) * slots)
    size = 0
    centre, spread = np.zeros(rows), np.ones(rows)
    in_order, known = np.empty_like(values), np.zeros(rows, dtype=np.int64)
    for row in range(1, rows):
        in_order[row - 1] = np.sort(values[row - 1])  # what is unknown comes last
        known[row - 1] = slots - np.isnan(values[row - 1]).sum()
        comes = in_order[row - 1, : known[row - 1]]
        left = max(0, row - 1 - window)
        goes = in_order[left, : known[left] if row > window else 0]
        size = _moved_on(ordered, size, comes, goes, spare)
        ordered, spare = spare, ordered
        if size == 0:
            centre[row], spread[row] = centre[row - 1], spread[row - 1]
            continue
        middle = (ordered[(size - 1) // 2] + ordered[size // 2]) / 2
        wide = _mean_distance(ordered[:size], middle)
        narrow = MAD_TO_SIGMA * _median_distance(ordered[:size], middle)
        floor = max(RELATIVE_FLOOR * abs(middle), ABSOLUTE_FLOOR)
        centre[row], spread[row] = middle, max(narrow if narrow > MOSTLY_FLAT * wide else wide, floor)
    return centre, spread


@numba.njit(cache=True)
def _moved_on(ordered: np.ndarray, size: int, comes: np.ndarray, goes: np.ndarray, out: np.ndarray) -> int:
    """Write the first ``size`` ordered values without those that go and with those that come to ``out``; return how many."""
    taken = count = gone = come = 0
    while gone < goes.size or come < comes.size:
        leaves = gone < goes.size and (come == comes.size or goes[gone] <= comes[come])
        upto = taken + np.searchsorted(ordered[taken:size], goes[gone] if leaves else comes[come])
        out[count : count + upto - taken] = ordered[taken:upto]
        count += upto - taken
        taken = upto
        if leaves:
            taken, gone = taken + 1, gone + 1
        else:
            out[count] = comes[come]
            come, count = come + 1, count + 1
    out[count : count + size - taken] = ordered[taken:size]
    return count + size - taken


@numba.njit(cache=True, fastmath=True)
def _mean_distance(ordered: np.ndarray, middle: float) -> float:
    """Return the mean distance from ``middle``; summed in any order, which is several times as fast."""
    total = 0.0
    for value in ordered:
        total += abs(value - middle)
    return total / ordered.size


@numba.njit(cache=True)
def _median_distance(ordered: np.ndarray, middle: float) -> float:
    """Return the median of the distances of ordered values from ``middle``."""
    half = ordered.size // 2
    far = _distance(ordered, middle, half + 1)
    return far if ordered.size % 2 else (_distance(ordered, middle, half) + far) / 2


@numba.njit(cache=True)
def _distance(ordered: np.ndarray, middle: float, count: int) -> float:
    """Return the greatest distance among the ``count`` values nearest to ``middle``: they stand side by side."""
    low, high = 0, ordered.size - count
    while low < high:
        at = (low + high) // 2
        if middle - ordered[at] > ordered[at + count] - middle:
            low = at + 1
        else:
            high = at
    return max(middle - ordered[low], ordered[low + count - 1] - middle)
