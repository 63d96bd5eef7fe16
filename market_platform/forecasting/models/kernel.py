"""Kernel ridge on whole days (Gaussian process mean) with time decay, all daily recalibrations from one Cholesky.

Let K be the kernel matrix of days in time order, N the diagonal noise and L Lᵀ = K + N. The one-step forecast of day i
from days 0…i−1 is y_i − L_ii z_i with L z = y: the innovations form of Gaussian process prediction (Rasmussen and
Williams 2006, §2.2 and alg. 2.1, by block elimination). One factorisation thus serves a whole block of days, each
recalibrated on everything before it, and no later day can reach an earlier forecast since L is lower triangular.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

JITTER = 1e-4


@dataclass(frozen=True)
class KernelSetting:
    """Weights of the distance per group, of the linear part per group, noise, memory (days to 1/e) and tail shape.

    ``tail`` is the shape of the rational quadratic kernel (1 + d²/(2·tail))^−tail.
    """

    distance: dict[str, float]
    linear: dict[str, float]
    noise: float
    memory_rows: float
    tail: float = 2.0
    linear_share: float = 1.0


def weighted(groups: dict[str, np.ndarray], weights: dict[str, float], reach: np.ndarray | None = None) -> np.ndarray:
    """Return the groups side by side, each scaled so that its summed square counts with its weight.

    ``reach`` (slots,) weighs hours of the day where a group holds whole days.
    """
    parts = []
    for name, values in groups.items():
        weight = weights.get(name, 0.0)
        if weight <= 0:
            continue
        columns = values.shape[1]
        scale = np.full(columns, np.sqrt(weight / columns))
        if reach is not None and columns % reach.size == 0 and columns >= reach.size:
            tiled = np.tile(reach, columns // reach.size)
            scale = np.sqrt(weight * tiled / tiled.sum())
        parts.append(values * scale)
    return np.hstack(parts).astype(np.float32)


def kernel_matrix(distance: np.ndarray, linear: np.ndarray, setting: KernelSetting) -> np.ndarray:
    """Return K (rows, rows) in float32 for weighted distance and linear columns."""
    squares = np.einsum("ij,ij->i", distance, distance)
    gram = distance @ distance.T
    gram *= -2.0
    gram += squares[:, None]
    gram += squares[None, :]
    np.maximum(gram, 0.0, out=gram)
    gram *= 0.5 / setting.tail
    gram += 1.0
    if setting.tail == 1.0:
        np.reciprocal(gram, out=gram)
    elif setting.tail == 2.0:
        np.square(gram, out=gram)
        np.reciprocal(gram, out=gram)
    else:
        np.power(gram, -setting.tail, out=gram)
    gram += setting.linear_share * (linear @ linear.T)
    return gram


def one_step(matrix: np.ndarray, target: np.ndarray, noise: np.ndarray, first: int) -> np.ndarray:
    """Return the one-step forecasts (rows − first, slots) of rows ``first``… each from all rows before it."""
    matrix[np.diag_indices_from(matrix)] += noise + JITTER
    factor = cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
    innovations = solve_triangular(factor, target.astype(np.float32), lower=True, check_finite=False)
    return target[first:] - np.diag(factor)[first:, None] * innovations[first:]
