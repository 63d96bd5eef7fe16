"""Kernel ridge on whole days (Gaussian process mean) with time decay, all daily recalibrations from one Cholesky.

Let K be the kernel matrix of days in time order, N the diagonal noise and L Lᵀ = K + N. The one-step forecast of day i
from days 0…i−1 is y_i − L_ii z_i with L z = y: the innovations form of Gaussian process prediction (Rasmussen and
Williams 2006, §2.2 and alg. 2.1, by block elimination). One factorisation thus serves a whole block of days, each
recalibrated on everything before it, and no later day can reach an earlier forecast since L is lower triangular.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, solve_triangular

from market_platform.forecasting.features import Inputs

JITTER = 1e-4
NO_TRUST = 1e4  # noise of a row whose target is unknown
ORDINARY = 1.5  # errors up to this many medians keep their weight
MIN_ERRORS = 20
PART_ROWS = 128
LONGEST_HISTORY_ROWS = 1456  # four years; a short memory reads less: its old rows weigh too little to pay for


@dataclass(frozen=True)
class KernelSetting:
    """Weights of the distance and of the linear part per group, noise, memory (rows to 1/e) and tail shape.

    ``tail`` is the shape of the rational quadratic kernel (1 + d²/(2·tail))^−tail.
    """

    distance: dict[str, float]
    linear: dict[str, float]
    noise: float
    memory_rows: float
    tail: float = 2.0
    history_rows: int = LONGEST_HISTORY_ROWS


def weighted(groups: dict[str, np.ndarray], weights: dict[str, float]) -> np.ndarray:
    """Return the groups side by side, each scaled so that the mean of its squares counts with its weight."""
    parts = [
        values * np.sqrt(weights[name] / values.shape[1])
        for name, values in groups.items()
        if weights.get(name, 0.0) > 0
    ]
    return np.hstack(parts).astype(np.float32)


def upper_parts(rows: int) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns that together cover a square matrix on and above its diagonal.

    A factorisation reads no other half, and a part stays in the processor's cache from one step to the next.
    """
    for begin in range(0, rows, PART_ROWS):
        yield slice(begin, min(begin + PART_ROWS, rows)), slice(begin, rows)


def rational_quadratic(distance: np.ndarray, tail: float) -> np.ndarray:
    """Return (1 + d²/(2·tail))^−tail for pairs of rows of weighted columns, (rows, rows) in float32; see `upper_parts`."""
    squares = np.einsum("ij,ij->i", distance, distance)
    gram = np.zeros((len(distance), len(distance)), dtype=np.float32)
    for rows, columns in upper_parts(len(distance)):
        part = np.matmul(distance[rows], distance[columns].T, out=gram[rows, columns])
        part *= -2.0
        part += squares[rows, None]
        part += squares[None, columns]
        np.maximum(part, 0.0, out=part)
        part *= 0.5 / tail
        np.log1p(part, out=part)
        part *= -tail
        np.exp(part, out=part)
    return gram


def kernel_matrix(distance: np.ndarray, linear: np.ndarray, tail: float) -> np.ndarray:
    """Return K (rows, rows) in float32: rational quadratic of the weighted distance plus the linear part."""
    gram = rational_quadratic(distance, tail)
    for rows, columns in upper_parts(len(gram)):
        gram[rows, columns] += linear[rows] @ linear[columns].T
    return gram


def one_step(matrix: np.ndarray, target: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return the one-step forecast (rows, slots) of every row from all rows before it; ``matrix`` is overwritten."""
    matrix[np.diag_indices_from(matrix)] += noise + JITTER
    # Turned over, the half above the diagonal is the one below it, in LAPACK's order; the other half is not read.
    factor, _ = cho_factor(matrix.T, lower=True, overwrite_a=True, check_finite=False)
    innovations = solve_triangular(factor, target.astype(np.float32), lower=True, check_finite=False)
    return target - np.diag(factor)[:, None] * innovations


def robust_noise(errors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the factor (rows,) by which a day's noise grows where its own one-step error was unusually large.

    A day's error is known once the day is over, and its noise bears only on later days: no look-ahead.
    """
    size = pd.Series(np.abs(errors).mean(axis=1)).where(known)
    usual = size.expanding(MIN_ERRORS).median().shift(1)
    return np.square(np.maximum(1.0, (size / usual / ORDINARY).fillna(1.0).to_numpy()))


def rolling(inputs: Inputs, known: np.ndarray, first: int, setting: KernelSetting, block_of: np.ndarray) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each recalibrated on all rows before it.

    ``known`` marks rows to train on. ``block_of`` (rows,) numbers the factorisations: rows of one block share one, and
    the block of a day is fixed by the calendar, so that a forecast does not depend on where a run begins or ends.
    """
    distance = weighted(inputs.groups, setting.distance)
    linear = weighted(inputs.groups, setting.linear)
    target = np.where(known[:, None], np.nan_to_num(inputs.target), 0.0)
    parts = []
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        start, begin, end = max(0, rows[0] - setting.history_rows), rows[0], rows[-1] + 1
        matrix = kernel_matrix(distance[start:end], linear[start:end], setting.tail)
        age = begin - np.arange(start, end)
        noise = np.minimum(setting.noise * np.exp(age / setting.memory_rows), NO_TRUST)
        noise = np.where(known[start:end], noise, NO_TRUST)
        rough = one_step(matrix.copy(), target[start:end], noise.astype(np.float32))
        noise = np.minimum(noise * robust_noise(target[start:end] - rough, known[start:end]), NO_TRUST)
        parts.append(one_step(matrix, target[start:end], noise.astype(np.float32))[max(begin, first) - start :])
    return np.vstack(parts)
