"""Price paths for the bid engine: the forecast's own quantiles, joined by the past dependence between hours.

A Gaussian copula (Pinson et al. 2009, Wind Energy 12, 51) on the normal scores of where past values fell within their
quantiles, its correlation shrunk towards a smooth decay with the distance of the hours.
"""

import numpy as np
from scipy.stats import norm

from market_platform.forecasting.errors import TooLittleData
from market_platform.forecasting.intervals import LEVELS

SHRINKAGE_ROWS = 30.0
DECAY_SLOTS = 6.0
MIN_ROWS = 20


def ranks(actual: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return where each value (rows, slots) fell within its quantiles (rows, slots, 99), in (0, 1)."""
    below = (quantiles < actual[:, :, None]).sum(axis=2)
    return np.where(np.isnan(actual), np.nan, (below + 0.5) / (LEVELS.size + 1))


def dependence(past_ranks: np.ndarray) -> np.ndarray:
    """Return the correlation (slots, slots) of normal scores of past ranks (rows, slots), shrunk; positive definite.

    Raises TooLittleData below 20 complete rows.
    """
    complete = past_ranks[~np.isnan(past_ranks).any(axis=1)]
    if len(complete) < MIN_ROWS:
        msg = f"scenarios: {len(complete)} scored days, at least {MIN_ROWS} are needed to see how hours move together"
        raise TooLittleData(msg)
    scores = norm.ppf(complete)
    slots = scores.shape[1]
    apart = np.abs(np.arange(slots)[:, None] - np.arange(slots)[None, :])
    prior = np.exp(-apart / DECAY_SLOTS)
    covariance = (scores - scores.mean(axis=0)).T @ (scores - scores.mean(axis=0)) / len(scores)
    spread = np.sqrt(np.maximum(np.diag(covariance), 1e-9))
    seen = covariance / spread[:, None] / spread[None, :]
    share = len(scores) / (len(scores) + SHRINKAGE_ROWS)
    mixed = share * seen + (1 - share) * prior
    np.fill_diagonal(mixed, 1.0)
    return mixed


def paths(quantiles: np.ndarray, correlation: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return ``count`` equally likely paths (count, slots) of one day with quantiles (slots, 99); a seed fixes them."""
    slots = len(quantiles)
    random = np.random.default_rng(seed)
    factor = np.linalg.cholesky(correlation + 1e-9 * np.eye(slots))
    uniform = norm.cdf(random.normal(size=(count, slots)) @ factor.T)
    return np.stack([np.interp(uniform[:, slot], LEVELS, quantiles[slot]) for slot in range(slots)], axis=1)
