"""Local normalisation: each day measured against the median and spread of the weeks before it, then asinh.

A day's scale comes from earlier days only, so a row never changes when later data arrive. asinh keeps spikes and
negative prices in reach of a squared loss (Uniejewski, Weron, Ziel 2018, IEEE Trans. Power Systems 33, 2219).
"""

from dataclasses import dataclass

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
    rows = len(values)
    centre, spread = np.zeros((rows, 1)), np.ones((rows, 1))
    for row in range(1, rows):
        recent = values[max(0, row - window) : row].ravel()
        recent = recent[~np.isnan(recent)]
        if recent.size == 0:
            centre[row], spread[row] = centre[row - 1], spread[row - 1]
            continue
        middle = _median(recent)
        floor = max(RELATIVE_FLOOR * abs(middle), ABSOLUTE_FLOOR)
        centre[row] = middle
        apart = np.abs(recent - middle)
        narrow = MAD_TO_SIGMA * _median(apart)
        wide = float(apart.mean())
        spread[row] = max(narrow if narrow > MOSTLY_FLAT * wide else wide, floor)
    return LocalScale(centre, spread)


def _median(values: np.ndarray) -> float:
    """Return the median; np.median costs twice as much for its checks."""
    half = values.size // 2
    if values.size % 2:
        return float(np.partition(values, half)[half])
    parted = np.partition(values, [half - 1, half])
    return float(parted[half - 1] + parted[half]) / 2
