"""Gradient boosting on what a drifting kernel leaves over, hour by hour: its own lags and forecasts, and the hour.

The trees are refitted at each block of days; the kernel below them is recalibrated daily. What they learn from are the
kernel's one-step errors, each from the days before it, never its fit.
"""

from dataclasses import dataclass

import numpy as np
import xgboost

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.kept import FINGERPRINT, Kept, fingerprint, is_of
from market_platform.forecasting.models import drifting_kernel

THREADS = 1  # many locations share the cores; spinning threads cost more
KERNEL_WARM_ROWS = 40  # the kernel's first forecasts rest on too little to learn from


@dataclass(frozen=True)
class BoostingSetting:
    """The kernel below, size of the trees, bins per column, memory (rows to 1/e) and the history that is read."""

    kernel: drifting_kernel.DriftingKernelSetting
    trees: int = 240
    leaves: int = 8
    rate: float = 0.015
    bins: int = 63  # finer ones cost three times as much and gain nothing
    memory_rows: float = 600.0
    history_rows: int = 728
    seed: int = 7


def hourly_columns(groups: dict[str, np.ndarray], slots: int) -> np.ndarray:
    """Return (rows, slots, columns): per slot its own column of every whole-day group, and what the day shares."""
    own, shared = [], []
    for values in groups.values():
        if values.shape[1] % slots == 0 and slots > 1:
            own += np.split(values, values.shape[1] // slots, axis=1)
        else:
            shared += list(values.T)
    table = np.empty((len(next(iter(groups.values()))), slots, len(own) + len(shared) + 1), dtype=np.float32)
    for place, part in enumerate(own):
        table[:, :, place] = part
    for place, column in enumerate(shared, start=len(own)):
        table[:, :, place] = column[:, None]
    table[:, :, -1] = np.arange(slots)
    return table


def rolling(
    inputs: Inputs,
    known: np.ndarray,
    first: int,
    setting: BoostingSetting,
    block_of: np.ndarray,
    kept: Kept | None = None,
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…: the kernel's, corrected by the trees.

    The kernel knows all rows before each row, the trees all rows before its block. ``kept`` holds the trees of the last
    block of an earlier run, and then of this one.
    """
    kept = {} if kept is None else kept
    parts = []
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        begin, end = int(rows[0]), int(rows[-1]) + 1
        start = max(0, begin - setting.kernel.history_rows)
        below = drifting_kernel.of_rows(inputs, known, start, end, setting.kernel)
        past = np.arange(max(KERNEL_WARM_ROWS, begin - setting.history_rows - start), begin - start)
        past = past[known[start:begin][past]]
        forecast = below[begin - start :]
        if len(past):
            groups = {name: values[start:end] for name, values in inputs.groups.items()} | {"kernel": below}
            table = hourly_columns(groups, inputs.target.shape[1])
            grown_on = fingerprint(
                setting, inputs.matrix()[start:begin], inputs.target[start:begin], known[start:begin]
            )
            if not is_of(kept, grown_on):
                left_over = inputs.target[start:end][past] - below[past]
                kept["trees"] = _trees(table[past], left_over, begin - start - past, setting)
                kept[FINGERPRINT] = grown_on
            trees = xgboost.Booster({"nthread": THREADS}, model_file=bytearray(kept["trees"].tobytes()))
            ahead = table[begin - start :]
            forecast = forecast + trees.inplace_predict(ahead.reshape(-1, ahead.shape[2])).reshape(forecast.shape)
        parts.append(forecast[max(begin, first) - begin :])
    return np.vstack(parts)


def _trees(table: np.ndarray, target: np.ndarray, age: np.ndarray, setting: BoostingSetting) -> np.ndarray:
    """Return trees grown on ``table`` (rows, slots, columns), days of greater ``age`` counting less, as XGBoost's bytes."""
    weight = np.repeat(np.exp(-age / setting.memory_rows), table.shape[1])
    columns = table.reshape(-1, table.shape[2])
    data = xgboost.QuantileDMatrix(columns, target.ravel(), weight=weight, max_bin=setting.bins, nthread=THREADS)
    grown = xgboost.train(_parameters(setting), data, setting.trees)
    return np.frombuffer(grown.save_raw("ubj"), dtype=np.uint8)


def _parameters(setting: BoostingSetting) -> dict[str, object]:
    return {
        "objective": "reg:squarederror", "tree_method": "hist", "grow_policy": "lossguide", "max_depth": 0,
        "max_leaves": setting.leaves, "learning_rate": setting.rate, "max_bin": setting.bins, "min_child_weight": 40,
        "reg_lambda": 1.0, "colsample_bynode": 0.3, "seed": setting.seed, "nthread": THREADS, "verbosity": 0,
    }  # fmt: skip
