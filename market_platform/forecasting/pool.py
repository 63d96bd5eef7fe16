"""The pool: every member's daily forecasts, and their combination by recent error.

Row i of a combination uses errors of rows before i only: one run over years is the same as an issue a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.features import Inputs, build
from market_platform.forecasting.kept import Kept
from market_platform.forecasting.members import Member
from market_platform.forecasting.panel import Panel

WARM_ROWS = 8  # the first rows have no lags of their own
ERROR_HALF_LIVES_ROWS = (14, 90, 720)  # a fortnight, a quarter, two years: what each would trust counts a third
NEIGHBOUR_SLOTS = 1.5  # how far the errors of neighbouring hours count in a slot's weights
ERROR_POWER = 14.0  # weight of a member ~ recent error ** -power
EQUAL_SHARE = 0.1  # shrinkage of the weights to the plain mean
BIAS_HALF_LIFE_ROWS = 10
BIAS_SHARE = 0.4
STRAY_LIMIT = 4.0  # times the usual distance from the members' median: a model that ran away is held there
BIAS_CLIP = 0.7  # what an error is beyond this many mean errors is a spike, not bias


@dataclass(frozen=True)
class PoolForecasts:
    """Forecasts of rows ``first``… of a panel: per member and combined, (rows − first, slots), and the weights used.

    ``left_out`` names the members that found no finite solution.
    """

    first: int
    members: dict[str, np.ndarray]
    combined: np.ndarray
    weights: np.ndarray
    left_out: tuple[str, ...] = ()

    def disagreement(self) -> np.ndarray:
        """Return the mean absolute distance of the members from the combination, (rows − first, slots)."""
        return np.abs(in_company(np.stack(list(self.members.values()))) - self.combined).mean(axis=0)


def run(
    panel: Panel,
    members: tuple[Member, ...],
    first: int,
    stored: Mapping[str, np.ndarray] | None = None,
    kept: dict[str, Kept] | None = None,
) -> PoolForecasts:
    """Return the pool's forecasts of rows ``first``…, each as it would have been issued at that row's gate.

    ``stored`` holds what members said earlier, by name (rows of the panel, slots), NaN where nothing is kept: a member
    computes the rows from its first gap on and takes the others from there. ``kept`` is by name what the models kept of
    their last run (`kept.py`), and is written anew.
    """
    models = {} if kept is None else kept
    known = ~np.isnan(panel.target).any(axis=1)
    known[:WARM_ROWS] = False
    ordinal = panel.days.astype("datetime64[D]").astype(int) // panel.step_days
    inputs: dict[int, Inputs] = {}
    forecasts: dict[str, np.ndarray] = {}
    left_out: list[str] = []
    for member in members:
        if member.window not in inputs:
            inputs[member.window] = build(panel, member.window)
        said = (stored or {}).get(member.name, np.empty((0, panel.slots)))[first:]
        begin = first + _rows_before_gap(said)
        try:
            fresh = member.rolling(inputs[member.window], known, begin, ordinal, models.setdefault(member.name, {}))
        except np.linalg.LinAlgError:
            left_out.append(member.name)
            continue
        if not np.isfinite(fresh).all():
            left_out.append(member.name)
            continue
        forecasts[member.name] = np.vstack([said[: begin - first], within_reach(fresh, panel.target, begin)])
    if not forecasts:
        msg = f"no member could forecast {panel.days[-1]}: {', '.join(left_out)} found no finite solution"
        raise UnusableData(msg)
    combined, weights = combine(in_company(np.stack(list(forecasts.values()))), panel.target[first:])
    return PoolForecasts(first, forecasts, combined, weights, tuple(left_out))


def _rows_before_gap(said: np.ndarray) -> int:
    """Return how many rows from the first on are whole; the last row of the panel is always computed."""
    gaps = np.flatnonzero(~np.isfinite(said).all(axis=1))
    return int(gaps[0]) if len(gaps) else max(0, len(said) - 1)


def within_reach(forecast: np.ndarray, target: np.ndarray, first: int) -> np.ndarray:
    """Keep forecasts inside the range seen before their row, widened by half: a model must not invent a new extreme."""
    low = np.fmin.accumulate(np.nan_to_num(target, nan=np.inf).min(axis=1))
    high = np.fmax.accumulate(np.nan_to_num(target, nan=-np.inf).max(axis=1))
    seen_low, seen_high = low[first - 1 : -1, None], high[first - 1 : -1, None]
    room = 0.5 * (seen_high - seen_low) + 1e-9
    return np.clip(forecast, seen_low - room, seen_high + room)


def in_company(members: np.ndarray) -> np.ndarray:
    """Return the forecasts (members, rows, slots), each held within four median distances of the members' median.

    The distance is the larger of the slot's and the day's: a model that runs away in one hour of a wild market must not
    carry the mean with it.
    """
    middle = np.median(members, axis=0)
    apart = np.median(np.abs(members - middle), axis=0)
    room = STRAY_LIMIT * np.maximum(apart, apart.mean(axis=1, keepdims=True))
    return np.clip(members, middle - room, middle + room)


def combine(members: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the combined forecast (rows, slots) and the weights (rows, members, slots) of ``members`` (members, rows, slots).

    Weights follow each member's exponentially averaged absolute error in the slot and its neighbours, shrunk to the plain
    mean, and are averaged over a short, a middling and a long memory; then the bias of each hour over recent weeks is taken
    out in part. Rows with unknown ``actual`` leave both as they are.
    """
    count, rows, slots = members.shape
    errors = np.abs(members - actual)
    near = _nearness(slots)
    keep = 0.5 ** (1.0 / np.array(ERROR_HALF_LIVES_ROWS))
    keep_bias = 0.5 ** (1.0 / BIAS_HALF_LIFE_ROWS)
    recent, total = np.zeros((len(keep), count, slots)), np.zeros(len(keep))
    bias, usual, bias_total = np.zeros(slots), 0.0, 0.0
    combined, weights = np.empty((rows, slots)), np.empty((rows, count, slots))
    for row in range(rows):
        weights[row] = _weights(recent @ near / total[:, None, None]).mean(axis=0) if bias_total > 0 else 1.0 / count
        plain = (weights[row] * members[:, row]).sum(axis=0)
        combined[row] = plain + (
            BIAS_SHARE * bias / max(bias_total, 1.0 / (1.0 - keep_bias) / 3) if bias_total > 0 else 0.0
        )
        if np.isnan(actual[row]).any():
            continue
        recent, total = keep[:, None, None] * recent + _counted(errors[:, row]), keep * total + 1.0
        gap = actual[row] - plain
        usual = np.abs(gap).mean() if usual == 0 else 0.95 * usual + 0.05 * np.abs(gap).mean()
        bias = keep_bias * bias + np.clip(gap, -BIAS_CLIP * usual, BIAS_CLIP * usual)
        bias_total = keep_bias * bias_total + 1.0
    return combined, weights


def _counted(errors: np.ndarray) -> np.ndarray:
    """Return a day's errors over the root of their mean: a day of spikes outweighs a calm one, but not by its whole size."""
    return errors / np.sqrt(errors.mean() + 1e-12)


def _nearness(slots: int) -> np.ndarray:
    """Return (slots, slots) shares by which the errors of neighbouring slots count; columns sum to one."""
    apart = np.arange(slots)[:, None] - np.arange(slots)[None, :]
    bell = np.exp(-0.5 * np.square(apart / NEIGHBOUR_SLOTS))
    return bell / bell.sum(axis=0, keepdims=True)


def _weights(errors: np.ndarray) -> np.ndarray:
    """Return weights (memories, members, slots) that fall with the error's power, shrunk to equal ones."""
    sharp = (errors.min(axis=1, keepdims=True) + 1e-12) / (errors + 1e-12)
    sharp = sharp**ERROR_POWER
    return (1 - EQUAL_SHARE) * sharp / sharp.sum(axis=1, keepdims=True) + EQUAL_SHARE / errors.shape[1]
