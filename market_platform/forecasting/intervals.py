"""Quantiles 1–99 by conformal prediction on the pool's own past errors, scaled to the difficulty of each hour.

An error is divided by a scale that is known before the gate (recent error of that hour, disagreement of the members);
the empirical quantiles of the scaled errors of the past year give the interval (locally weighted conformal prediction:
Lei et al. 2018, JASA 113, 1094), and a slow feedback on the share inside keeps coverage when the market changes (Gibbs
and Candès 2021, NeurIPS 34). Row i uses rows before i only.
"""

import numpy as np

LEVELS = np.arange(1, 100) / 100.0
HISTORY_ROWS = 364
ERROR_HALF_LIFE_ROWS = 14
NEIGHBOUR_SLOTS = 2
FEEDBACK = 0.2
REFIT_ROWS = 7
MIN_ROWS = 14
TINY_SHARE = 0.02  # of the usual error: keeps the logarithm of a lucky hit finite


def difficulty(error: np.ndarray, disagreement: np.ndarray) -> np.ndarray:
    """Return the expected absolute error (rows, slots), known before each row's gate.

    A log-linear regression, refitted weekly, of past absolute errors on the exponentially averaged error of the slot,
    of the whole day and the disagreement of the members.
    """
    rows, _ = error.shape
    size = np.abs(error)
    recent = _past_average(size)
    daily = np.broadcast_to(_past_average(size.mean(axis=1, keepdims=True)), error.shape)
    floor = TINY_SHARE * daily + 1e-9
    smooth = _neighbours(disagreement)
    signals = np.log(np.stack([recent, daily, smooth, disagreement], axis=2) + floor[:, :, None])
    goal = np.log(size + floor)
    weights = np.array([0.5, 0.3, 0.1, 0.1])
    level = 0.0
    scale = np.empty_like(error)
    for row in range(rows):
        if row >= 4 * MIN_ROWS and row % REFIT_ROWS == 0:
            weights, level = _regress(signals[max(0, row - HISTORY_ROWS) : row], goal[max(0, row - HISTORY_ROWS) : row])
        scale[row] = np.exp(signals[row] @ weights + level)
    return scale


def _regress(signals: np.ndarray, goal: np.ndarray) -> tuple[np.ndarray, float]:
    """Return slopes and level of a ridge regression, drawn towards weights that sum to one."""
    known = np.isfinite(goal)
    columns, values = signals[known], goal[known]
    centre, mean = columns.mean(axis=0), values.mean()
    columns = columns - centre
    prior = np.array([0.5, 0.3, 0.1, 0.1])
    gram = columns.T @ columns + 10.0 * np.eye(prior.size)
    weights = np.linalg.solve(gram, columns.T @ (values - mean) + 10.0 * prior)
    return weights, float(mean - centre @ weights)


def quantiles(forecast: np.ndarray, actual: np.ndarray, disagreement: np.ndarray) -> np.ndarray:
    """Return quantiles (rows, slots, 99), non-crossing, of each row from the errors of the rows before it.

    ``actual`` may be NaN where it is not known. The first ``MIN_ROWS`` rows take a Laplace law around the forecast.
    """
    error = actual - forecast
    scale = difficulty(error, disagreement)
    scaled = error / scale
    rows, slots = error.shape
    out = np.empty((rows, slots, LEVELS.size))
    widen = np.zeros(LEVELS.size)
    prior = laplace_quantiles()
    for row in range(rows):
        past = scaled[max(0, row - HISTORY_ROWS) : row]
        past = past[np.isfinite(past).all(axis=1)]
        enough = len(past) >= MIN_ROWS
        standard = _slot_quantiles(past) if enough else np.broadcast_to(prior, (slots, LEVELS.size))
        centre = standard[:, LEVELS.size // 2, None]
        stretched = centre + (standard - centre) * np.exp(widen)
        out[row] = forecast[row, :, None] + np.sort(stretched, axis=1) * scale[row, :, None]
        if np.isfinite(actual[row]).all() and enough:
            below = (actual[row][:, None] <= out[row]).mean(axis=0)
            widen += FEEDBACK * np.where(LEVELS < 0.5, below - LEVELS, LEVELS - below)
            widen = np.clip((widen + widen[::-1]) / 2, -1.0, 1.0)
    return out


def _slot_quantiles(scaled: np.ndarray) -> np.ndarray:
    """Return (slots, 99) quantiles of the scaled errors of each slot and its neighbours."""
    slots = scaled.shape[1]
    near = min(NEIGHBOUR_SLOTS, (slots - 1) // 2)
    by_slot = np.ascontiguousarray(scaled.T)
    # A slot between the first and last ones has as many errors as any other such slot: they are one table.
    between = np.hstack([by_slot[shift : slots - 2 * near + shift] for shift in range(2 * near + 1)])
    first = [_conformal(by_slot[: slot + near + 1].reshape(1, -1)) for slot in range(near)]
    last = [_conformal(by_slot[slot - near :].reshape(1, -1)) for slot in range(slots - near, slots)]
    return np.vstack([*first, _conformal(between), *last])


def _conformal(errors: np.ndarray) -> np.ndarray:
    """Return (slots, 99) quantiles at ranks level·(n + 1): the finite-sample correction of conformal prediction."""
    ordered = np.sort(errors, axis=1)
    last = ordered.shape[1] - 1
    ranks = np.clip(LEVELS * (last + 2) - 1, 0, last)
    below = np.minimum(ranks.astype(int), last - 1)
    return ordered[:, below] + (ordered[:, below + 1] - ordered[:, below]) * (ranks - below)


def laplace_quantiles() -> np.ndarray:
    """Return the 99 quantiles of a Laplace law whose mean absolute deviation is one."""
    return np.where(LEVELS < 0.5, np.log(2 * LEVELS), -np.log(2 * (1 - LEVELS)))


def _past_average(size: np.ndarray) -> np.ndarray:
    """Return the exponentially weighted mean of the rows before each row; the first rows take the first known value."""
    keep = 0.5 ** (1.0 / ERROR_HALF_LIFE_ROWS)
    out = np.empty_like(size)
    total, weight = np.zeros(size.shape[1]), 0.0
    for row in range(len(size)):
        out[row] = total / weight if weight > 0 else 1.0
        if np.isfinite(size[row]).all():
            total, weight = keep * total + size[row], keep * weight + 1.0
    return out


def _neighbours(values: np.ndarray) -> np.ndarray:
    padded = np.pad(values, ((0, 0), (1, 1)), mode="edge")
    return (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
