"""How the shared settings of the drifting kernel were found: down the exact gradient of its one-step error.

The one-step errors of all days come from one Cholesky factor (`models/kernel.py`), so their gradient in every weight comes
from one reverse pass through it (Murray 2016, arXiv 1602.07527, eq. 9). `found_on` read PJM, NP, FR and BE of the price
benchmark up to the year before their test years, on two local scales: 48 Adam steps from the setting of `kernel_364`, each
on five of the eight histories drawn at random, the loss of each over its loss at the start. No other market was read, and
no day of a test year or of the year before it; none of the four has inputs known after the day, whose weights stayed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from market_platform.forecasting.features import Inputs, build
from market_platform.forecasting.models.drifting_kernel import DriftingKernelSetting, of_rows
from market_platform.forecasting.models.kernel import JITTER, NO_TRUST, KernelSetting, robust_noise
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.pool import WARM_ROWS

SMOOTH = 0.15  # errors below this, on the normalised scale, count by their square
SPIKE_CLIP = 2.5  # weight of an hour in the loss: what its error is worth in price, held for spikes
SCALES_ROWS = (364, 91)
FIRST_ROW = 364  # the models know a year before an error counts
UNUSED = 0.003  # where a weight starts that the whole-day kernel does without
PLAIN = ("noise", "tail", "lasting", "passing", "passing_rows", "level", "level_rows")


@dataclass(frozen=True)
class History:
    """One market's inputs, the rows to learn from, the first row whose error counts, and by how much each day is doubted.

    ``doubt`` (rows,) multiplies the noise, from `kernel.robust_noise` of the starting setting's errors.
    """

    inputs: Inputs
    known: np.ndarray
    first: int
    doubt: np.ndarray


def found_on(
    panels: list[Panel], whole_day: KernelSetting, groups: tuple[str, ...], steps: int = 48
) -> DriftingKernelSetting:
    """Return the setting found on panels that end before their validation year, from a whole-day kernel's on."""
    start = beginning(whole_day, groups)
    return descend(start, [history_of(panel, window, start) for panel in panels for window in SCALES_ROWS], steps, 0)


def beginning(whole_day: KernelSetting, groups: tuple[str, ...]) -> DriftingKernelSetting:
    """Return the setting of a whole-day kernel with two fifths of its covariance fading over a year."""
    return DriftingKernelSetting(
        {name: whole_day.distance.get(name, UNUSED) for name in groups},
        {name: whole_day.linear.get(name, UNUSED) for name in groups},
        whole_day.noise, whole_day.tail, lasting=0.6, passing=0.4, passing_rows=364.0, level=0.1, level_rows=182.0,
    )  # fmt: skip


def history_of(panel: Panel, window: int, start: DriftingKernelSetting, first: int = FIRST_ROW) -> History:
    """Return a panel on one local scale, its days doubted by the errors of the starting setting."""
    inputs = build(panel, window)
    known = ~np.isnan(panel.target).any(axis=1)
    known[:WARM_ROWS] = False
    errors = np.nan_to_num(inputs.target) - of_rows(inputs, known, 0, len(known), start)
    return History(inputs, known, first, robust_noise(errors, known))


def parameters(setting: DriftingKernelSetting) -> np.ndarray:
    """Return the logarithms of every number of a setting: distances, linear weights, then the plain ones."""
    weights = [*setting.distance.values(), *setting.linear.values()]
    return np.log([*weights, *(getattr(setting, name) for name in PLAIN)])


def with_parameters(setting: DriftingKernelSetting, logarithms: np.ndarray) -> DriftingKernelSetting:
    """Return the setting with the numbers of ``parameters``."""
    values = [float(value) for value in np.exp(logarithms)]
    count, end = len(setting.distance), len(setting.distance) + len(setting.linear)
    distance = dict(zip(setting.distance, values[:count], strict=True))
    linear = dict(zip(setting.linear, values[count:end], strict=True))
    noise, tail, lasting, passing, passing_rows, level, level_rows = values[end:]
    return DriftingKernelSetting(
        distance, linear, noise, tail, lasting, passing, passing_rows, level, level_rows,
        setting.history_rows, setting.straight,
    )  # fmt: skip


def loss_and_gradient(setting: DriftingKernelSetting, history: History) -> tuple[float, np.ndarray]:
    """Return the mean one-step error, weighted by what it is worth in price, and its gradient in ``parameters``."""
    inputs, known = history.inputs, history.known
    target = np.where(known[:, None], np.nan_to_num(inputs.target), 0.0)
    rows = len(target)
    groups = {name: values for name, values in inputs.groups.items() if name in setting.distance}
    apart = {name: _squares(values) / values.shape[1] for name, values in groups.items()}
    along = {name: values @ values.T / values.shape[1] for name, values in groups.items() if name in setting.linear}
    days = np.abs(np.subtract.outer(np.arange(rows), np.arange(rows)))
    reach = sum(setting.distance[name] * values for name, values in apart.items()) / (2 * setting.tail)
    shape = (1 + reach) ** -setting.tail
    fading, level = np.exp(-days / setting.passing_rows), np.exp(-days / setting.level_rows)
    drift = setting.lasting + setting.passing * fading
    noise = np.where(known, setting.noise * history.doubt, NO_TRUST)
    matrix = shape * drift + sum(setting.linear[name] * values for name, values in along.items())
    matrix = matrix + setting.level * level + np.diag(noise + JITTER)
    loss, slope = _one_step_loss(matrix, target, _worth(inputs, known, history.first))
    by_shape = slope * drift * shape
    by_reach = -by_shape * setting.tail / (1 + reach) / (2 * setting.tail)
    by_drift = slope * shape
    found = {
        "noise": (np.diag(slope) * np.where(known, noise, 0.0)).sum(),
        "tail": setting.tail * (by_shape * (reach / (1 + reach) - np.log1p(reach))).sum(),
        "lasting": setting.lasting * by_drift.sum(),
        "passing": setting.passing * (by_drift * fading).sum(),
        "passing_rows": setting.passing * (by_drift * fading * days).sum() / setting.passing_rows,
        "level": setting.level * (slope * level).sum(),
        "level_rows": setting.level * (slope * level * days).sum() / setting.level_rows,
    }
    distances = [
        weight * (by_reach * apart[name]).sum() if name in apart else 0.0 for name, weight in setting.distance.items()
    ]
    linears = [
        weight * (slope * along[name]).sum() if name in along else 0.0 for name, weight in setting.linear.items()
    ]
    return loss, np.array([*distances, *linears, *(found[name] for name in PLAIN)])


def _one_step_loss(matrix: np.ndarray, target: np.ndarray, worth: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the smoothed mean absolute one-step error and its slope in every entry of the matrix."""
    factor = cholesky(matrix, lower=True, check_finite=False)
    diagonal, innovations = np.diag(factor), solve_triangular(factor, target, lower=True)
    error = diagonal[:, None] * innovations
    size = np.sqrt(error**2 + SMOOTH**2)
    pull = worth * error / size / worth.sum()
    back = solve_triangular(factor, diagonal[:, None] * pull, lower=True, trans=1)
    slope = -np.tril(back @ innovations.T) + np.diag((pull * innovations).sum(axis=1))
    inner = np.tril(factor.T @ slope)
    inner = inner + inner.T
    np.fill_diagonal(inner, np.diag(inner) / 2)
    half = solve_triangular(factor, inner, lower=True, trans=1)
    return float((worth * (size - SMOOTH)).sum() / worth.sum()), solve_triangular(
        factor, half.T, lower=True, trans=1
    ) / 2


def _worth(inputs: Inputs, known: np.ndarray, first: int) -> np.ndarray:
    """Return how much price (rows, slots) a small error on the normalised scale is, 0 where it does not count."""
    worth = inputs.scale.spread * np.cosh(np.clip(np.nan_to_num(inputs.target), -SPIKE_CLIP, SPIKE_CLIP))
    counts = known.copy()
    counts[:first] = False
    return worth * counts[:, None]


def _squares(values: np.ndarray) -> np.ndarray:
    own = np.square(values).sum(axis=1)
    return np.maximum(own[:, None] + own[None, :] - 2 * values @ values.T, 0.0)


def descend(
    setting: DriftingKernelSetting, histories: list[History], steps: int, seed: int, rate: float = 0.12, drawn: int = 5
) -> DriftingKernelSetting:
    """Return the setting after so many Adam steps, each on a few histories drawn at random."""
    random = np.random.default_rng(seed)
    start = [loss_and_gradient(setting, history)[0] for history in histories]
    place = parameters(setting)
    mean, square = np.zeros_like(place), np.zeros_like(place)
    for step in range(1, steps + 1):
        chosen = random.choice(len(histories), min(drawn, len(histories)), replace=False)
        at = with_parameters(setting, place)
        slope = np.mean([loss_and_gradient(at, histories[one])[1] / start[one] for one in chosen], axis=0)
        mean, square = 0.85 * mean + 0.15 * slope, 0.95 * square + 0.05 * slope**2
        place = place - rate * (mean / (1 - 0.85**step)) / (np.sqrt(square / (1 - 0.95**step)) + 1e-6)
    return with_parameters(setting, place)
