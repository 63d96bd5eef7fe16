"""Kernel ridge whose price function drifts: part of what was learned fades with the days that have passed since.

The covariance of two days is the rational quadratic of `kernel.py` times (lasting + passing · exp(−days apart / passing
rows)), plus the linear part, plus a level of its own that fades with `level_rows`: a Gaussian process over inputs and time
(Rasmussen and Williams 2006, §4.2.4 on products and sums of covariances). Same one-step scheme and no look-ahead.
"""

from dataclasses import dataclass, replace

import numpy as np

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.models.kernel import NO_TRUST, one_step, rational_quadratic, robust_noise, upper_parts
from market_platform.forecasting.models.kernel import weighted as weighted_columns

STRAIGHT_CLIP = 3.0  # on the asinh scale: ten spreads
KEPT_AS_IS = frozenset({"ahead_shape", "weekday", "holiday", "time_of_year"})


@dataclass(frozen=True)
class DriftingKernelSetting:
    """Weights of the distance and of the linear part per group, the noise, and how fast what is learned fades.

    ``straight`` undoes the asinh of target and inputs, held at ten spreads: spikes count in full up to there, and a
    forecast does not run beyond.
    """

    distance: dict[str, float]
    linear: dict[str, float]
    noise: float
    tail: float
    lasting: float
    passing: float
    passing_rows: float
    level: float
    level_rows: float
    history_rows: int = 1456
    straight: bool = False


def rolling(
    inputs: Inputs, known: np.ndarray, first: int, setting: DriftingKernelSetting, block_of: np.ndarray
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each recalibrated on all rows before it.

    ``known`` marks rows to train on; rows of one block of ``block_of`` (rows,) share a factorisation.
    """
    if setting.straight:
        return np.arcsinh(rolling(_straightened(inputs), known, first, replace(setting, straight=False), block_of))
    parts = []
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        start, end = max(0, int(rows[0]) - setting.history_rows), int(rows[-1]) + 1
        parts.append(of_rows(inputs, known, start, end, setting)[max(int(rows[0]), first) - start :])
    return np.vstack(parts)


def of_rows(inputs: Inputs, known: np.ndarray, start: int, end: int, setting: DriftingKernelSetting) -> np.ndarray:
    """Return the normalised one-step forecasts (end − start, slots) of rows ``start`` to ``end``, from that row on."""
    groups = {name: values[start:end] for name, values in inputs.groups.items()}
    known = known[start:end]
    target = np.where(known[:, None], np.nan_to_num(inputs.target[start:end]), 0.0)
    matrix = rational_quadratic(weighted_columns(groups, setting.distance), setting.tail)
    day = np.arange(end - start, dtype=np.float32)
    linear = weighted_columns(groups, setting.linear)
    for rows, columns in upper_parts(len(day)):
        part, apart = matrix[rows, columns], np.abs(day[rows, None] - day[columns])
        part *= setting.lasting + setting.passing * np.exp(-apart / setting.passing_rows)
        part += setting.level * np.exp(-apart / setting.level_rows)
        part += linear[rows] @ linear[columns].T
    noise = np.where(known, setting.noise, NO_TRUST).astype(np.float32)
    errors = target - one_step(matrix.copy(), target, noise)
    noise = np.minimum(noise * robust_noise(errors, known), NO_TRUST).astype(np.float32)
    return one_step(matrix, target, noise)


def _straightened(inputs: Inputs) -> Inputs:
    groups = {name: values if name in KEPT_AS_IS else _straight(values) for name, values in inputs.groups.items()}
    return Inputs(groups, _straight(inputs.target), inputs.scale)


def _straight(values: np.ndarray) -> np.ndarray:
    return np.sinh(np.clip(values, -STRAIGHT_CLIP, STRAIGHT_CLIP))
