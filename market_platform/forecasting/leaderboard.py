"""Who forecasts best, per market and horizon, and whether a model has begun to drift."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.forecasting import scoring
from market_platform.forecasting.errors import UnusableData

DRIFT_RATIO = 1.25
COVERAGE_BAND = 0.07
RECENT_ROWS = 28
MIN_ROWS = 56


def leaderboard(
    market: str, horizon: str, actual: np.ndarray, models: dict[str, np.ndarray], naive: np.ndarray
) -> pd.DataFrame:
    """Return one row per model, best first, scored on the days that every model and the actual have.

    Arrays are (days, hours). Columns: market, horizon, model, days, mae, rmae, rmse, smape, p_against_naive and
    p_against_best (one-sided multivariate Diebold–Mariano: small where the best model is better). Raises UnusableData
    where no common day is left.
    """
    everyone = {**models, "naive": naive}
    common = np.isfinite(actual).all(axis=1)
    for values in everyone.values():
        common &= np.isfinite(values).all(axis=1)
    if not common.any():
        msg = f"leaderboard {market} {horizon}: no day on which every model and the actual are known"
        raise UnusableData(msg)
    seen = {name: values[common] for name, values in everyone.items()}
    truth = actual[common]
    best = min(seen, key=lambda name: scoring.mae(truth, seen[name]))
    rows = [
        {
            "market": market,
            "horizon": horizon,
            "model": name,
            "days": int(common.sum()),
            "mae": scoring.mae(truth, values),
            "rmae": scoring.rmae(truth, values, seen["naive"]),
            "rmse": scoring.rmse(truth, values),
            "smape": scoring.smape(truth, values),
            "p_against_naive": scoring.diebold_mariano(truth, seen["naive"], values)[1],
            "p_against_best": scoring.diebold_mariano(truth, values, seen[best])[1],
        }
        for name, values in seen.items()
    ]
    return pd.DataFrame(rows).sort_values("mae", ignore_index=True)


@dataclass(frozen=True)
class Drift:
    """Whether the last four weeks are out of line with the year before, and why."""

    alert: bool
    error_ratio: float
    coverage_90: float
    reason: str


def drift(actual: np.ndarray, forecast: np.ndarray, naive: np.ndarray, low: np.ndarray, high: np.ndarray) -> Drift:
    """Compare the last 28 days with those before.

    Judged are the error relative to the naive (so that a wild market is no alert) and the share inside the 90 % interval.
    Raises UnusableData below 56 scored days.
    """
    scored = np.isfinite(actual + forecast + naive + low + high).all(axis=1)
    if scored.sum() < MIN_ROWS:
        msg = f"drift: {int(scored.sum())} scored days, {MIN_ROWS} are needed to tell drift from chance"
        raise UnusableData(msg)
    truth, ours, theirs = actual[scored], forecast[scored], naive[scored]
    recent, before = slice(-RECENT_ROWS, None), slice(None, -RECENT_ROWS)
    now = scoring.mae(truth[recent], ours[recent]) / max(scoring.mae(truth[recent], theirs[recent]), 1e-9)
    then = scoring.mae(truth[before], ours[before]) / max(scoring.mae(truth[before], theirs[before]), 1e-9)
    ratio = now / max(then, 1e-9)
    inside = scoring.coverage(truth[recent], low[scored][recent], high[scored][recent])
    reasons = []
    if ratio > DRIFT_RATIO:
        reasons.append(f"error relative to the naive is {ratio:.2f} times what it was: look at late or changed inputs")
    if abs(inside - 0.90) > COVERAGE_BAND:
        reasons.append(f"the 90 % interval held {100 * inside:.0f} % of the last {RECENT_ROWS} days' hours")
    return Drift(bool(reasons), ratio, inside, "; ".join(reasons) or "in line with the days before")
