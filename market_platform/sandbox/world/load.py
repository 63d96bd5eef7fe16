"""Load by zone: a weekly rhythm, heating and cooling by the zone's own weather, holidays, and a little unrest."""

from datetime import date, timedelta

import numpy as np

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.noise import normal, smooth, stream, streams
from market_platform.sandbox.world.tables import MarketTables
from market_platform.sandbox.world.weather import Weather

_WEEKDAY = np.array([
    0.80, 0.77, 0.76, 0.755, 0.77, 0.83, 0.93, 1.01, 1.05, 1.07, 1.08, 1.085,
    1.09, 1.09, 1.09, 1.095, 1.11, 1.14, 1.15, 1.13, 1.09, 1.03, 0.94, 0.86,
])  # fmt: skip
_SATURDAY = np.minimum(_WEEKDAY, 1.04) * 0.955
_SUNDAY = np.minimum(_WEEKDAY, 1.03) * 0.93
_WEEK = np.concatenate([np.tile(_WEEKDAY, 5), _SATURDAY, _SUNDAY])
_HOLIDAY_CUT = 0.10


def gross_load_mw(seed: int, market: MarketTables, grid: Grid, sky: Weather) -> np.ndarray:
    """Return what customers use, before their own roofs' output, shape (zones, times)."""
    share_of_peak = (
        market.base_load * weekly_shape(grid)
        + market.cooling_per_degree * _softplus(sky.temperature_c - 19.0)
        + market.heating_per_degree * _softplus(9.0 - sky.temperature_c)
    )
    keys = streams(market.zones, seed, market.key, "load")
    system = stream(seed, market.key, "system load")
    unrest = (
        0.008 * smooth(system, 9.0, grid.hours)
        + 0.006 * smooth(keys, 4.0, grid.hours)
        + 0.002 * smooth(keys + np.uint64(1), 0.5, grid.hours)
        + 0.0006 * normal(keys[:, None] + np.uint64(2), np.round(grid.hours * 12).astype(np.int64)[None, :])
    )
    growth = 1.0 + 0.009 * (grid.years - 2026.0)
    return market.peak_mw * np.maximum(growth, 0.6) * market.load_share[:, None] * share_of_peak * (1.0 + unrest)


def weekly_shape(grid: Grid) -> np.ndarray:
    """Return the weekly rhythm around one, without steps; a holiday is cut by a bump that ends at midnight."""
    rhythm = np.interp(grid.weekday * 24.0 + grid.local_hour, np.arange(168.0), _WEEK, period=168.0)
    days = np.unique(grid.local_day)
    closed = days[[is_holiday(date(1970, 1, 1) + timedelta(days=int(day))) for day in days]]
    cut = np.isin(grid.local_day, closed) * _HOLIDAY_CUT * np.sin(np.pi * np.clip(grid.local_hour / 24.0, 0, 1)) ** 2
    return rhythm * (1.0 - cut)


def is_holiday(day: date) -> bool:
    """Tell the six NERC holidays (New Year, Memorial, Independence, Labor, Thanksgiving, Christmas), unshifted."""
    if (day.month, day.day) in {(1, 1), (7, 4), (12, 25)}:
        return True
    last_monday_of_may = day.month == 5 and day.weekday() == 0 and day.day > 24
    labor = day.month == 9 and day.weekday() == 0 and day.day <= 7
    thanksgiving = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28
    return last_monday_of_may or labor or thanksgiving


def _softplus(degrees: np.ndarray) -> np.ndarray:
    """Return degrees above zero with a soft corner two degrees wide."""
    return 2.0 * np.logaddexp(0.0, degrees / 2.0)
