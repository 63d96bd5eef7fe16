"""What the wind and the sun could give by zone, large plants and roofs apart."""

import numpy as np

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.tables import MarketTables
from market_platform.sandbox.world.weather import Weather

_HUB_HEIGHT_FACTOR = 1.22


def wind_mw(market: MarketTables, grid: Grid, sky: Weather) -> np.ndarray:
    """Return possible wind output, shape (zones, times): a smooth power curve from 3 to 13 m/s at hub height."""
    speed = np.clip((sky.wind_m_per_s * _HUB_HEIGHT_FACTOR - 3.0) / 10.0, 0.0, 1.0)
    share = speed**2 * (3.0 - 2.0 * speed)
    return market.wind_capacity_mw[:, None] * built_share(grid, 2016.0) * 0.94 * share


def solar_mw(market: MarketTables, grid: Grid, sky: Weather) -> np.ndarray:
    """Return possible large-plant solar output; trackers fill the shoulders of the day, heat costs a little."""
    light = np.minimum((sky.irradiance_w_per_m2 / 950.0) ** 0.75, 1.0)
    return market.solar_capacity_mw[:, None] * built_share(grid, 2020.5) * light * _heat_loss(sky)


def roof_solar_mw(market: MarketTables, grid: Grid, sky: Weather) -> np.ndarray:
    """Return behind-the-meter solar output, shape (zones, times)."""
    light = sky.irradiance_w_per_m2 / 1000.0 * 0.82
    return market.roof_solar_capacity_mw[:, None] * built_share(grid, 2020.0) * light * _heat_loss(sky)


def built_share(grid: Grid, middle_year: float) -> np.ndarray:
    """Return the share of the 2026 fleet that stands at each moment, a logistic path around ``middle_year``."""
    return (1.0 + np.exp((middle_year - 2026.0) / 3.0)) / (1.0 + np.exp((middle_year - grid.years) / 3.0))


def _heat_loss(sky: Weather) -> np.ndarray:
    return 0.92 - 0.0035 * np.maximum(sky.temperature_c - 20.0, 0.0)
