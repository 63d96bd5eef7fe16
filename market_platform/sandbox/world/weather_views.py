"""Weather as frames: hourly by zone, forecast, and degree days."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.world.clock import Grid, grid
from market_platform.sandbox.world.forecast_error import relative_error
from market_platform.sandbox.world.frames import averaged, long_frame
from market_platform.sandbox.world.tables import MarketTables
from market_platform.sandbox.world.weather import Weather, weather

_BASE_F = 65.0
_TEMPERATURE_ERROR_C = 1.3


def zone_weather(seed: int, market: MarketTables, moments: Grid) -> Weather:
    """Return the weather of a market's zones."""
    return weather(seed, market.zones, market.latitude, market.longitude, moments)


def weather_frame(market: MarketTables, moments: Grid, sky: Weather) -> pd.DataFrame:
    """Return temperature, wind, irradiance and clearness by zone."""
    columns = {
        "temperature_c": np.round(sky.temperature_c, 1) + 0.0,
        "wind_m_per_s": np.round(sky.wind_m_per_s, 1),
        "irradiance_w_per_m2": np.round(sky.irradiance_w_per_m2, 1),
        "clearness": np.round(sky.clearness, 3),
    }
    return long_frame(moments, {"location": market.zones}, columns)


def forecast_weather(seed: int, market: MarketTables, moments: Grid, lead_hours: np.ndarray, issue: int) -> Weather:
    """Return expected weather: temperature misses by 1.3 °C and wind by a tenth, one standard deviation a day ahead."""
    sky = zone_weather(seed, market, moments)
    miss = {
        name: relative_error(seed, market.key, name, market.zones, moments.hours, lead_hours, issue)
        for name in ("temperature", "wind", "solar")
    }
    return Weather(
        sky.temperature_c + _TEMPERATURE_ERROR_C * miss["temperature"],
        sky.wind_m_per_s * np.clip(1.0 + 0.1 * miss["wind"], 0.2, 2.0),
        np.clip(sky.clearness * (1.0 + 0.09 * miss["solar"]), 0.05, 1.0),
        sky.clear_sky_w_per_m2,
    )


def degree_day_frame(seed: int, market: MarketTables, first: date, days: int) -> pd.DataFrame:
    """Return heating and cooling degree days (base 65 °F, mean of the day's highest and lowest hour) by zone."""
    rows = []
    for step in range(days):
        day = first + timedelta(days=step)
        hourly = averaged(zone_weather(seed, market, grid(day, market.zone_info, 5)).temperature_c, 12) * 1.8 + 32.0
        mean = np.round((hourly.max(axis=1) + hourly.min(axis=1)) / 2.0, 1)
        rows.append(
            pd.DataFrame(
                {
                    "day": [day] * len(mean),
                    "location": pd.Series(market.zones, dtype="str"),
                    "mean_temperature_f": mean,
                    "heating_degree_days": np.round(np.maximum(_BASE_F - mean, 0.0), 1),
                    "cooling_degree_days": np.round(np.maximum(mean - _BASE_F, 0.0), 1),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
