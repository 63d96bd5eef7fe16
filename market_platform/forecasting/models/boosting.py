"""Gradient boosting on single hours: the hour's own lags and forecasts, with the hour as a feature.

Refitted at each block of days; between refits the pool's weights and bias corrections carry the daily recalibration.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from market_platform.forecasting.features import Inputs

MIN_ROWS = 28


@dataclass(frozen=True)
class BoostingSetting:
    """Size of the trees, bins per column, memory (rows to 1/e) and the history that is read."""

    trees: int = 60
    leaves: int = 15
    rate: float = 0.12
    bins: int = 255
    memory_rows: float = 600.0
    history_rows: int = 728
    seed: int = 7


def hourly_columns(inputs: Inputs) -> np.ndarray:
    """Return (rows, slots, columns): per slot its own column of every whole-day group, and what the day shares."""
    rows, slots = inputs.target.shape
    own, shared = [], []
    for values in inputs.groups.values():
        if values.shape[1] % slots == 0 and slots > 1:
            own += np.split(values, values.shape[1] // slots, axis=1)
        else:
            shared += list(values.T)
    table = np.empty((rows, slots, len(own) + len(shared) + 1), dtype=np.float32)
    for place, part in enumerate(own):
        table[:, :, place] = part
    for place, column in enumerate(shared, start=len(own)):
        table[:, :, place] = column[:, None]
    table[:, :, -1] = np.arange(slots)
    return table


def rolling(
    inputs: Inputs, known: np.ndarray, first: int, setting: BoostingSetting, block_of: np.ndarray
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each from all rows before its block."""
    table = hourly_columns(inputs)
    width = table.shape[2]
    forecast = np.zeros(inputs.target.shape)
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        begin = max(int(rows[0]), MIN_ROWS)
        past = np.arange(max(0, begin - setting.history_rows), begin)
        past = past[known[past]]
        rows = rows[rows >= begin]
        if not len(past) or not len(rows):
            continue
        weight = np.repeat(np.exp((past - begin) / setting.memory_rows), table.shape[1])
        model = HistGradientBoostingRegressor(
            max_iter=setting.trees,
            max_bins=setting.bins,
            max_leaf_nodes=setting.leaves,
            learning_rate=setting.rate,
            min_samples_leaf=40,
            l2_regularization=1.0,
            max_features=0.3,
            early_stopping=False,
            random_state=setting.seed,
        )
        with threadpool_limits(1, user_api="openmp"):  # many locations share the cores; spinning threads cost more
            model.fit(table[past].reshape(-1, width), inputs.target[past].ravel(), sample_weight=weight)
            forecast[rows] = model.predict(table[rows].reshape(-1, width)).reshape(len(rows), -1)
    return forecast[first:]
