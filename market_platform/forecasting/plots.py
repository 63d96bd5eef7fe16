"""Figures of forecasts and their scores: fan chart, error by hour, calibration. Each returns a matplotlib figure."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from market_platform.forecasting.intervals import LEVELS

BANDS = ((5, 95, 0.15), (25, 75, 0.3))
UNITS = {"usd_per_mwh": "USD/MWh", "mw": "MW", "usd_per_mmbtu": "USD/MMBtu", "bcf": "bcf"}


def fan_chart(rows: pd.DataFrame, actual: pd.Series | None = None, *, simulated: bool = False) -> Figure:
    """Draw issued rows (value, q05, q25, q75, q95 over interval_start), with the actual where it is known."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    first = rows.iloc[0]
    start = rows["interval_start"].to_numpy()
    for low, high, alpha in BANDS:
        name = f"{high - low} %"
        axes.fill_between(
            start, rows[f"q{low:02d}"], rows[f"q{high:02d}"], alpha=alpha, color="C0", label=name, linewidth=0
        )
    axes.plot(start, rows["value"], color="C0", label="forecast")
    if actual is not None:
        axes.plot(start, actual, color="black", linewidth=1, label="actual")
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.set_xlabel("UTC", fontsize=8)
    axes.set_ylabel(UNITS.get(str(first.get("unit", "")), str(first.get("unit", ""))))
    words = str(first["quantity"]).replace("_", " ")
    mark = " (simulated)" if simulated else ""
    axes.set_title(
        f"{first['location']}: {words}, {first['market_day']}, {first['rung']}{mark}", loc="left", fontsize=11
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="y", linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def error_by_hour(actual: np.ndarray, models: dict[str, np.ndarray]) -> Figure:
    """Draw the mean absolute error by hour of the day of models (days, hours)."""
    hours = pd.Series(np.tile(np.arange(actual.shape[1]), len(actual)))
    flat = {name: pd.Series(values.ravel()) for name, values in models.items()}
    return error_by_hour_of(pd.Series(actual.ravel()), flat, hours)


def error_by_hour_of(outcome: pd.Series, models: dict[str, pd.Series], hours: pd.Series, title: str = "") -> Figure:
    """Draw the mean absolute error of models by the local hour of each row."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, values in models.items():
        by_hour = (outcome - values).abs().groupby(hours).mean()
        axes.plot(by_hour.index, by_hour, label=name)
    axes.set_xlabel("hour beginning, local")
    axes.set_ylabel("mean absolute error")
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="best", fontsize=8, frameon=False)
    return figure


def calibration(actual: np.ndarray, quantiles: np.ndarray) -> Figure:
    """Draw the share of values below each quantile (days, hours, 99) against its level; the diagonal is perfect."""
    below = (actual[..., None] <= quantiles).reshape(-1, LEVELS.size).mean(axis=0)
    return _diagonal(LEVELS, below, "")


def reliability(rows: pd.DataFrame, levels: Mapping[str, float], title: str = "") -> Figure:
    """Draw the share of outcomes below each stored quantile of rows against its level."""
    below = np.array([(rows["outcome"] <= rows[name]).mean() for name in levels])
    return _diagonal(np.array(list(levels.values())), below, title)


def _diagonal(levels: np.ndarray, below: np.ndarray, title: str) -> Figure:
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot(levels, below, color="C0", marker="o" if levels.size < LEVELS.size else None, markersize=4)
    axes.set_xlabel("quantile level")
    axes.set_ylabel("share of outcomes below")
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
