"""Weather by zone: temperature, wind, cloud and sunlight as pure functions of place and time.

Weather travels: one national pattern, read with a delay that grows from west to east, gives neighbours the same day and
the coast tomorrow what the plains have today.
"""

from dataclasses import dataclass

import numpy as np

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.noise import smooth, streams

_HOURS_PER_DEGREE_EAST = 1.6


@dataclass(frozen=True)
class Weather:
    """Weather on a grid, each array of shape (zones, times)."""

    temperature_c: np.ndarray
    wind_m_per_s: np.ndarray
    clearness: np.ndarray
    clear_sky_w_per_m2: np.ndarray

    @property
    def irradiance_w_per_m2(self) -> np.ndarray:
        """Global horizontal irradiance under the clouds."""
        return self.clear_sky_w_per_m2 * self.clearness


def weather(seed: int, names: list[str], latitude: np.ndarray, longitude: np.ndarray, grid: Grid) -> Weather:
    """Return the weather of the named places. Degrees north and east in; Celsius, m/s and W/m² out."""
    hours = grid.hours
    travel = hours[None, :] - _HOURS_PER_DEGREE_EAST * (longitude[:, None] + 125.0)
    front = _national(seed, "front", 60.0, travel, latitude)
    spell = _national(seed, "spell", 480.0, travel, latitude)
    local = smooth(streams(names, seed, "temperature"), 14.0, hours)
    breeze = smooth(streams(names, seed, "breeze"), 3.0, hours)
    sun = sun_elevation_sine(latitude, longitude, hours)
    clearness = _clearness(seed, names, hours, front)
    season = np.cos(2 * np.pi * (grid.year_part - 0.055))
    afternoon = np.cos(2 * np.pi * (_solar_hour(longitude, hours) - 15.5) / 24.0)
    mean = 30.5 - 0.45 * latitude[:, None]
    swing = (5.0 + 0.22 * (latitude[:, None] - 25.0) + _continental(longitude)[:, None]) * -season
    daily = (2.6 + 2.2 * clearness) * afternoon
    temperature = mean + swing + daily + 3.6 * front + 2.6 * spell + 0.8 * local
    gusts = smooth(streams(names, seed, "gust"), 0.75, hours)
    night = -0.6 * afternoon
    windy = 5.7 + 0.7 * season + night + 2.0 * _national(seed, "wind", 32.0, travel, latitude) + 0.9 * breeze
    wind = np.maximum(windy + 0.25 * gusts, 0.3)
    return Weather(temperature, wind, clearness, _haurwitz(sun))


def sun_elevation_sine(latitude: np.ndarray, longitude: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Return the sine of the sun's elevation, shape (places, times); negative at night.

    Declination and equation of time: Spencer (1971) to their first terms, good to about half a degree.
    """
    year = 2 * np.pi * (hours / 24.0 / 365.2425 % 1.0)
    declination = 0.006918 - 0.399912 * np.cos(year) + 0.070257 * np.sin(year) - 0.006758 * np.cos(2 * year)
    hour_angle = np.pi * (_solar_hour(longitude, hours) - 12.0) / 12.0
    place = np.radians(latitude)[:, None]
    return np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour_angle)


def _solar_hour(longitude: np.ndarray, hours: np.ndarray) -> np.ndarray:
    year = 2 * np.pi * (hours / 24.0 / 365.2425 % 1.0)
    equation_minutes = 229.18 * (
        0.000075 + 0.001868 * np.cos(year) - 0.032077 * np.sin(year) - 0.014615 * np.cos(2 * year)
        - 0.040849 * np.sin(2 * year)
    )  # fmt: skip
    return (hours[None, :] + equation_minutes / 60.0 + longitude[:, None] / 15.0) % 24.0


def _haurwitz(sine: np.ndarray) -> np.ndarray:
    """Return clear-sky irradiance in W/m² (Haurwitz 1945)."""
    up = np.maximum(sine, 1e-3)
    return np.where(sine > 0, 1098.0 * up * np.exp(-0.057 / up), 0.0)


def _clearness(seed: int, names: list[str], hours: np.ndarray, front: np.ndarray) -> np.ndarray:
    cloud = 0.8 * smooth(streams(names, seed, "cloud"), 18.0, hours) + 0.45 * smooth(
        streams(names, seed, "cumulus"), 1.5, hours
    )
    return 0.18 + 0.80 / (1.0 + np.exp(-(1.1 + 1.3 * cloud + 0.5 * front)))


def _national(seed: int, quantity: str, span: float, travel: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Mix a northern and a southern pattern by latitude, variance kept at one."""
    both = smooth(streams(("north", "south"), seed, "us", quantity), span, travel.reshape(-1))
    north, south = both.reshape(2, *travel.shape)
    angle = np.clip((latitude[:, None] - 26.0) / 20.0, 0.0, 1.0) * np.pi / 2
    return north * np.sin(angle) + south * np.cos(angle)


def _continental(longitude: np.ndarray) -> np.ndarray:
    """Extra half-swing of the seasons in degrees: little on the Pacific coast, most inland and east."""
    return np.clip((longitude + 120.0) * 0.45, 0.0, 6.0)
