"""How one series goes with another over the steps that both have."""

import numpy as np
import pandas as pd

from market_platform.analysis.gas.storage import weather_correlation

LEAST_STEPS = 10
DAYS_OF_A_WEEK = 7


def weekly_sums(daily: pd.Series) -> pd.Series:
    """Return sums over the weeks that end on a Friday, by their Friday; a week that lacks a day has none."""
    by_day = daily.set_axis(pd.to_datetime(daily.index)).sort_index()
    weeks = by_day.resample("W-FRI")
    return weeks.sum().where(weeks.count() == DAYS_OF_A_WEEK).dropna()


def correlation_row(driver: pd.Series, target: pd.Series) -> tuple[float, int] | None:
    """Return correlation and steps in common; None with too few of them or a series that never moves."""
    both = pd.concat([driver, target], axis=1, join="inner").dropna()
    if len(both) < LEAST_STEPS or (both.std() < 1e-12).any():
        return None
    return float(np.clip(weather_correlation(both.iloc[:, 0], both.iloc[:, 1]), -1.0, 1.0)), len(both)
