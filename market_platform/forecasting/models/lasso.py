"""LASSO (the LEAR family) for all hours together, recalibrated daily on a decayed Gram matrix.

Coordinate descent needs only X'WX and X'Wy; both are updated by one outer product a day and the coefficients start from
yesterday's, so that a daily recalibration costs milliseconds (Friedman, Hastie, Tibshirani 2010, Journal of Statistical
Software 33, §2.2).
"""

from dataclasses import dataclass

import numba
import numpy as np

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.kept import FINGERPRINT, Kept, fingerprint, is_of

SWEEPS = 4
WARM_UP_ROWS, WARM_UP_EVERY, WARM_UP_SWEEPS = 99, 7, 20  # the coefficients settle on days before the first forecast
SAME_ROWS = 364  # what was kept goes on where so many days before it are the same
CLIP = 6.0  # normalised inputs beyond this are spikes: a linear model must not follow them


@dataclass(frozen=True)
class LassoSetting:
    """Penalty per unit of column spread, ridge share, memory (rows to 1/e) and the history that is read."""

    penalty: float
    ridge: float
    memory_rows: float
    history_rows: int = 1456


@numba.njit(cache=True)
def _sweep(
    gram: np.ndarray, slack: np.ndarray, beta: np.ndarray, penalty: np.ndarray, ridge: float, every: bool
) -> None:
    """Improve one slot's coefficients in place, all columns or those in use; ``slack`` is X'Wy − X'WX·beta."""
    for column in range(beta.size):
        own = gram[column, column]
        if own <= 1e-9 or (not every and beta[column] == 0.0):
            continue
        pull = slack[column] + own * beta[column]
        fresh = np.sign(pull) * max(abs(pull) - penalty[column], 0.0) / (own + ridge)
        change = fresh - beta[column]
        if change != 0.0:
            beta[column] = fresh
            slack -= gram[column] * change


@numba.njit(cache=True)
def _recalibrate(
    gram: np.ndarray, moment: np.ndarray, beta: np.ndarray, penalty: np.ndarray, ridge: float, sweeps: int
) -> None:
    """Improve the coefficients (slots, columns) of all slots in place; whole sweeps first and last."""
    for slot in range(len(beta)):
        slack = moment[slot] - gram @ beta[slot]
        for sweep in range(sweeps):
            _sweep(gram, slack, beta[slot], penalty, ridge, sweep == 0 or sweep == sweeps - 1)


@numba.njit(cache=True)
def one_step(
    inputs: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    first: int,
    rate: np.ndarray,
    memory_rows: float,
    ridge: float,
    sweeps: int,
    beta: np.ndarray,
    warm_up: bool,
) -> np.ndarray:
    """Return the forecasts (rows − first, slots) of rows ``first``… each from all rows before it.

    ``inputs`` (rows, columns) with a leading column of ones; ``weight`` (rows,) is 0 where the target is unknown.
    ``rate`` (columns,) is the penalty per unit of weight and column spread, 0 for the column of ones. ``beta`` (slots,
    columns) is where the descent begins, and then what it had reached before the last row; ``warm_up`` lets it settle first.
    """
    rows, columns = inputs.shape
    slots = target.shape[1]
    keep = np.exp(-1.0 / memory_rows)
    begin = max(0, first - WARM_UP_ROWS) if warm_up else first
    reached = beta
    beta = beta.copy()
    share = weight[:begin] * keep ** np.arange(begin - 1, -1, -1)
    shared = (inputs[:begin] * share.reshape(-1, 1)).T
    gram, moment = shared @ inputs[:begin], (shared @ target[:begin]).T.copy()
    total = share.sum()
    forecast = np.zeros((rows - first, slots))
    for row in range(begin, rows):
        if row == rows - 1:
            reached[:] = beta
        if total > 0 and (row >= first or (first - row) % WARM_UP_EVERY == 0):
            penalty = rate * np.sqrt(np.diag(gram) * total)
            _recalibrate(gram, moment, beta, penalty, ridge * total, sweeps if row >= first else WARM_UP_SWEEPS)
        if row >= first:
            forecast[row - first] = beta @ inputs[row]
        total = total * keep + weight[row]
        for one in range(columns):
            gram[one] = gram[one] * keep + (weight[row] * inputs[row, one]) * inputs[row]
        for slot in range(slots):
            moment[slot] = moment[slot] * keep + (weight[row] * target[row, slot]) * inputs[row]
    return forecast


def rolling(
    inputs: Inputs, known: np.ndarray, first: int, setting: LassoSetting, kept: Kept | None = None
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each recalibrated on all rows before it.

    ``kept`` holds the coefficients as they were before the last row of an earlier run, and then of this one.
    """
    columns = np.clip(inputs.matrix(), -CLIP, CLIP)
    columns = np.hstack([np.ones((len(columns), 1)), columns])
    target = np.where(known[:, None], np.nan_to_num(inputs.target), 0.0)

    def before(row: int) -> np.ndarray:
        same = slice(max(0, row - SAME_ROWS), row)
        return fingerprint(setting, columns[same], target[same], known[same])

    beta, at = np.zeros((target.shape[1], columns.shape[1])), first
    learned = kept or {}
    for row in (first, first - 1):
        if learned and is_of(learned, before(row)):
            beta, at = learned["beta"].copy(), row
            break
    goes_on = bool(beta.any())
    start = max(0, at - setting.history_rows)
    rate = np.full(columns.shape[1], setting.penalty)
    rate[0] = 0.0
    shape = (rate, setting.memory_rows, setting.ridge, SWEEPS)
    weight = known[start:].astype(float)
    forecast = one_step(columns[start:], target[start:], weight, at - start, *shape, beta, not goes_on)
    if kept is not None:
        kept |= {"beta": beta, FINGERPRINT: before(len(target) - 1)}
    return forecast[first - at :]
