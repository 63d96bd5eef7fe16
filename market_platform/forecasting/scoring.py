"""Scores of point and interval forecasts, as the benchmark's paper defines them.

Source: Lago, Marcjasz, De Schutter, Weron, Applied Energy 293 (2021) 116983, §5; CRPS as twice the mean pinball loss
over an even grid of quantiles (Laio and Tamea 2007, HESS 11, 1267). Arrays are (days, hours) unless said otherwise.
"""

import numpy as np
from scipy.stats import norm


def mae(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Return the mean absolute error in the units of the series."""
    return float(np.mean(np.abs(actual - forecast)))


def rmse(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Return the root of the mean squared error in the units of the series."""
    return float(np.sqrt(np.mean(np.square(actual - forecast))))


def smape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Return the symmetric percentage error 2·|e|/(|y|+|ŷ|) as a share; explodes near zero prices."""
    size = np.abs(actual) + np.abs(forecast)
    return float(np.mean(np.divide(2 * np.abs(actual - forecast), size, out=np.zeros_like(size), where=size > 0)))


def week_before(actual: np.ndarray, season_rows: int = 7) -> np.ndarray:
    """Return the naive forecast that repeats the price of one week before; NaN where there is none."""
    naive = np.full_like(actual, np.nan, dtype=float)
    naive[season_rows:] = actual[:-season_rows]
    return naive


def rmae(actual: np.ndarray, forecast: np.ndarray, naive: np.ndarray | None = None, season_rows: int = 7) -> float:
    """Return MAE over the MAE of the week-before naive (epftoolbox ``m='W'``).

    With ``naive`` None the naive is built from ``actual`` itself, and its first week is left out of the denominator
    only, as in epftoolbox's ``rMAE(p_real, p_pred, m='W')``.
    """
    if naive is None:
        return mae(actual, forecast) / mae(actual[season_rows:], actual[:-season_rows])
    return mae(actual, forecast) / mae(actual, naive)


def pinball(actual: np.ndarray, quantiles: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the mean pinball loss per level; ``quantiles`` has one axis more than ``actual``, the last, for levels."""
    gap = actual[..., None] - quantiles
    loss = np.maximum(levels * gap, (levels - 1) * gap)
    return loss.reshape(-1, levels.size).mean(axis=0)


def crps(actual: np.ndarray, quantiles: np.ndarray, levels: np.ndarray) -> float:
    """Return the continuous ranked probability score, twice the mean pinball loss over evenly spaced levels."""
    return float(2 * pinball(actual, quantiles, levels).mean())


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Return the share of values inside [low, high]."""
    return float(np.mean((actual >= low) & (actual <= high)))


def diebold_mariano(actual: np.ndarray, first: np.ndarray, second: np.ndarray, power: int = 1) -> tuple[float, float]:
    """Return statistic and one-sided p-value of the multivariate test that ``second`` is better than ``first``.

    The loss differential of a day is the difference of the norms of its 24 errors (Ziel and Weron 2018, Energy
    Economics 70, 396); a small p-value says that ``second`` forecasts better.
    """
    loss_first = np.mean(np.abs(actual - first) ** power, axis=1)
    loss_second = np.mean(np.abs(actual - second) ** power, axis=1)
    differential = loss_first - loss_second
    variance = np.var(differential) / differential.size
    if variance == 0:
        return 0.0, 0.5
    statistic = float(differential.mean() / np.sqrt(variance))
    return statistic, float(1 - norm.cdf(statistic))
