"""Figures of forecasts and their scores: fan chart, error by hour, calibration. Each returns a matplotlib figure."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from market_platform.forecasting.intervals import LEVELS

BANDS = ((5, 95, 0.15), (25, 75, 0.3))


def fan_chart(rows: pd.DataFrame, actual: pd.Series | None = None) -> Figure:
    """Draw issued rows (value, q05, q25, q75, q95 over interval_start), with the actual where it is known."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    for low, high, alpha in BANDS:
        name = f"{high - low} %"
        start = rows["interval_start"].to_numpy()
        axes.fill_between(start, rows[f"q{low:02d}"], rows[f"q{high:02d}"], alpha=alpha, color="C0", label=name)
    axes.plot(rows["interval_start"].to_numpy(), rows["value"], color="C0", label="forecast")
    if actual is not None:
        axes.plot(rows["interval_start"].to_numpy(), actual, color="black", linewidth=1, label="actual")
    first = rows.iloc[0]
    axes.set_title(f"{first['location']} {first['quantity']}, {first['market_day']}, {first['rung']}")
    axes.legend(loc="upper left")
    return figure


def error_by_hour(actual: np.ndarray, models: dict[str, np.ndarray]) -> Figure:
    """Draw the mean absolute error by hour of the day of models (days, hours)."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    for name, values in models.items():
        axes.plot(np.nanmean(np.abs(actual - values), axis=0), label=name)
    axes.set_xlabel("hour beginning, local")
    axes.set_ylabel("mean absolute error")
    axes.legend()
    return figure


def calibration(actual: np.ndarray, quantiles: np.ndarray) -> Figure:
    """Draw the share of values below each quantile (days, hours, 99) against its level; the diagonal is perfect."""
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    below = (actual[..., None] <= quantiles).reshape(-1, LEVELS.size).mean(axis=0)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot(LEVELS, below, color="C0")
    axes.set_xlabel("quantile level")
    axes.set_ylabel("share of values below")
    return figure
