"""Kernel ridge on single hours with a short memory: the price–load curve is shared by all hours of the recent months.

The same one-factorisation scheme as `kernel.py`, in steps of a whole day: with L Lᵀ = K + N over hours in time order and
L z = y, the forecast of a day's hours from the days before it is the day's rows of L, up to its first column, times z.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, solve_triangular

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.models.kernel import JITTER, NO_TRUST, kernel_matrix

LAST_SLOTS = 3
HARMONICS = 2


@dataclass(frozen=True)
class HourlyKernelSetting:
    """Weights of the distance and of the linear part per column family, noise per hour and per day, and history."""

    distance: dict[str, float]
    linear: dict[str, float]
    noise: float
    day_noise: float
    tail: float
    history_rows: int


def hourly_columns(inputs: Inputs) -> dict[str, np.ndarray]:
    """Return named columns (rows, slots, columns) of each hour: its own lags and forecasts, the day's level, calendar."""
    groups, slots = inputs.groups, inputs.target.shape[1]
    rows = len(inputs.target)

    def own(values: np.ndarray) -> np.ndarray:
        return np.moveaxis(values.reshape(rows, -1, slots), 1, 2)

    def shared(values: np.ndarray) -> np.ndarray:
        return np.repeat(values[:, None, :], slots, axis=1)

    lag1 = groups["target_lag1"]
    columns = {
        "lag1": own(lag1),
        "week": own(groups["target_week"]),
        "lag_season": own(groups["target_lag_season"]),
        "mean_lag1": shared(lag1.mean(axis=1, keepdims=True)),
        "end_lag1": shared(lag1[:, -LAST_SLOTS:].mean(axis=1, keepdims=True)),
        "weekday": shared(groups["weekday"]),
        "holiday": shared(groups["holiday"]),
    }
    if "ahead" in groups:
        ahead = own(groups["ahead"])
        columns |= {
            "ahead": ahead,
            "ahead_change1": ahead - own(groups["ahead_lag1"]),
            "ahead_change_season": ahead - own(groups["ahead_lag_season"]),
            "ahead_mean": shared(ahead.mean(axis=1)),
        }
    phase = 2 * np.pi * np.arange(slots)[:, None] * np.arange(1, HARMONICS + 1) / slots
    clock = np.hstack([np.sin(phase), np.cos(phase)])
    columns["hour"] = np.broadcast_to(clock, (rows, *clock.shape))
    return columns


def rolling(
    inputs: Inputs, known: np.ndarray, first: int, setting: HourlyKernelSetting, block_of: np.ndarray
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each recalibrated on all rows before it."""
    columns = hourly_columns(inputs)
    distance, linear = _weighted(columns, setting.distance), _weighted(columns, setting.linear)
    target = np.where(known[:, None], np.nan_to_num(inputs.target), 0.0).astype(np.float32)
    slots = target.shape[1]
    forecast = np.zeros(target.shape)
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        start, end = max(0, int(rows[0]) - setting.history_rows), int(rows[-1]) + 1
        size = (end - start) * slots
        shape = (size, -1)
        matrix = kernel_matrix(distance[start:end].reshape(shape), linear[start:end].reshape(shape), setting.tail)
        for begin in range(0, size, slots):
            matrix[begin : begin + slots, begin : begin + slots] += setting.day_noise
        noise = np.where(known[start:end], setting.noise, NO_TRUST)
        matrix[np.diag_indices(size)] += np.repeat(noise, slots) + JITTER
        factor, _ = cho_factor(matrix.T, lower=True, overwrite_a=True, check_finite=False)  # as in `kernel.one_step`
        innovations = solve_triangular(factor, target[start:end].ravel(), lower=True, check_finite=False)
        for row in rows:
            begin = (int(row) - start) * slots
            forecast[row] = factor[begin : begin + slots, :begin] @ innovations[:begin]
    return forecast[first:]


def _weighted(columns: dict[str, np.ndarray], weights: dict[str, float]) -> np.ndarray:
    parts = [values * np.sqrt(weights[name] / values.shape[2]) for name, values in columns.items() if weights.get(name)]
    return np.concatenate(parts, axis=2).astype(np.float32)
