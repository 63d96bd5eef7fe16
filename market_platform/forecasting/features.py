"""The inputs of a day's forecast as named groups of columns, all on the local scale of that day.

Groups, so that a kernel can weigh them and a linear model can take or leave them. Row d holds only what is known at the
gate of day d: targets to day d−1, forecasts of day d, actuals to day d−1.
"""

from dataclasses import dataclass

import numpy as np

from market_platform.forecasting.panel import Panel
from market_platform.forecasting.scaling import LocalScale, local_scale

YEAR_DAYS = 365.25
SHAPE_CLIP = 20.0


@dataclass(frozen=True)
class Inputs:
    """Columns by group (rows, columns), the normalised target (rows, slots) and the scale that undoes it."""

    groups: dict[str, np.ndarray]
    target: np.ndarray
    scale: LocalScale

    def matrix(self, names: tuple[str, ...] | None = None) -> np.ndarray:
        """Return the chosen groups side by side."""
        return np.hstack([self.groups[name] for name in (names or self.groups)])


def filled(values: np.ndarray, season_rows: int) -> np.ndarray:
    """Fill unknown values from one season before, then from the row before, so that lags exist."""
    out = values.astype(float, copy=True)
    for row in np.flatnonzero(np.isnan(out).any(axis=1)):
        for back in (season_rows, 1):
            unknown = np.isnan(out[row])
            if row >= back and unknown.any():
                out[row, unknown] = out[row - back, unknown]
        unknown = np.isnan(out[row])
        if unknown.any() and not unknown.all():
            out[row, unknown] = np.nanmean(out[row])
    return np.nan_to_num(out, nan=0.0)


def lagged(values: np.ndarray, rows: int) -> np.ndarray:
    """Return the values ``rows`` before each row; the first rows repeat the first one."""
    if rows == 0:
        return values
    return np.vstack([np.repeat(values[:1], min(rows, len(values)), axis=0), values[:-rows]])


def build(panel: Panel, window: int) -> Inputs:
    """Return the inputs of every row of the panel on the scale of the ``window`` rows before it."""
    season = panel.season_rows
    known = filled(panel.target, season)
    scale = local_scale(panel.target, window)
    groups: dict[str, np.ndarray] = {}
    for lag in dict.fromkeys((1, 2, 3, season)):
        groups[f"target_lag{'_season' if lag == season else lag}"] = scale.apply(lagged(known, lag))
    week = np.mean([lagged(known, lag) for lag in range(1, 8)], axis=0)
    groups["target_week"] = scale.apply(week)
    groups["target_level"] = scale.apply(week.mean(axis=1, keepdims=True))
    ahead = [_external(values, window, season) for values in panel.known_ahead.values()]
    for name, lag in (("ahead", 0), ("ahead_lag1", 1), ("ahead_lag_season", season)):
        if ahead:
            groups[name] = np.hstack([s.apply(lagged(v, lag)) for v, s in ahead])
    if ahead:
        groups["ahead_shape"] = np.clip(
            np.hstack([(v - v.mean(axis=1, keepdims=True)) / s.spread for v, s in ahead]), -SHAPE_CLIP, SHAPE_CLIP
        )
    after = [_external(values, window, season) for values in panel.known_after.values()]
    for name, lag in (("after_lag1", 1), ("after_lag_season", season)):
        if after:
            groups[name] = np.hstack([s.apply(lagged(v, lag)) for v, s in after])
    groups |= _calendar(panel)
    return Inputs(groups, scale.apply(panel.target), scale)


def _external(values: np.ndarray, window: int, season: int) -> tuple[np.ndarray, LocalScale]:
    return filled(values, season), local_scale(values, window)


def _calendar(panel: Panel) -> dict[str, np.ndarray]:
    ordinal = panel.days.astype("datetime64[D]").astype(int)
    weekday = np.eye(7)[(ordinal + 3) % 7]  # 1970-01-01 was a Thursday
    marks = panel.holidays.astype(float)[:, None]
    phase = 2 * np.pi * ordinal[:, None] / YEAR_DAYS
    return {
        "weekday": weekday,
        "holiday": np.hstack([marks, lagged(marks, 1), lagged(marks, 7)]),
        "time_of_year": np.hstack([np.sin(phase), np.cos(phase)]),
    }
