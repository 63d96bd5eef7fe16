"""Who forecasts best, per market and horizon, from whole arrays of days; `day_scores.py` does it from kept scores."""

import numpy as np
import pandas as pd

from market_platform.forecasting import scoring
from market_platform.forecasting.errors import UnusableData


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
