"""Daily prices of what power plants burn and emit: gas by hub, coal, oil, CO2 allowances.

A price belongs to a calendar day (a gas day that begins 09:00 Central). Between days power plants see a straight line,
so that no midnight makes a step.
"""

import numpy as np

from market_platform.sandbox.world.clock import moments
from market_platform.sandbox.world.noise import smooth, stream
from market_platform.sandbox.world.tables import read_table
from market_platform.sandbox.world.weather import weather

_COMFORT_C = 2.0


def gas_price_usd_per_mmbtu(seed: int, hub: str, days: np.ndarray) -> np.ndarray:
    """Return the spot price at ``hub`` on ``days`` (counted since 1970). Waha may fall below zero."""
    henry = henry_hub_usd_per_mmbtu(seed, days)
    table = read_table("gas_hubs")
    row = table[table["hub"] == hub].iloc[0]
    if hub == "Henry Hub":
        return henry
    hours = days * 24.0 + 18.0
    place = weather(seed, [f"gas {hub}"], np.array([row.latitude]), np.array([row.longitude]), moments(hours))
    cold = np.logaddexp(0.0, (_COMFORT_C - place.temperature_c[0]) / 3.0) * 3.0
    winter = np.cos(2 * np.pi * (days / 365.2425 % 1.0 - 0.06))
    mood = row.wiggle * smooth(stream(seed, "gas", hub), 24.0 * 9, hours)[0]
    basis = row.mean_basis + 0.5 * row.winter_basis * winter + row.cold_usd_per_degree * cold + mood
    return henry * (1.0 + 0.12 * basis) + 0.6 * basis


def henry_hub_usd_per_mmbtu(seed: int, days: np.ndarray) -> np.ndarray:
    """Return the Henry Hub spot price: years of high and low, a winter, weeks of mood and days of noise."""
    hours = days * 24.0
    level = (
        0.38 * smooth(stream(seed, "gas", "years"), 24.0 * 400, hours)[0]
        + 0.13 * smooth(stream(seed, "gas", "weeks"), 24.0 * 40, hours)[0]
        + 0.035 * smooth(stream(seed, "gas", "days"), 24.0 * 3, hours)[0]
        + 0.07 * np.cos(2 * np.pi * (days / 365.2425 % 1.0 - 0.04))
    )
    return 3.15 * np.exp(level)


def fuel_price_usd_per_mmbtu(seed: int, fuel: str, gas_hub: str, hours: np.ndarray) -> np.ndarray:
    """Return what a plant pays at each moment for ``gas`` (at the market's hub), ``coal``, ``oil`` or ``none``."""
    if fuel == "gas":
        days = np.arange(int(hours.min() // 24) - 1, int(hours.max() // 24) + 3)
        return np.interp(hours, days * 24.0 + 15.0, gas_price_usd_per_mmbtu(seed, gas_hub, days))
    if fuel == "coal":
        return 2.35 * np.exp(0.12 * smooth(stream(seed, "coal"), 24.0 * 300, hours)[0])
    if fuel == "oil":
        return 16.5 * np.exp(0.22 * smooth(stream(seed, "oil"), 24.0 * 200, hours)[0])
    return np.zeros_like(hours)


_CARBON = {"rggi": (2008.7, 3.1, 0.105), "california": (2012.8, 10.4, 0.075), "washington": (2023.1, 42.0, 0.05)}


def carbon_price_usd_per_ton(seed: int, program: str, hours: np.ndarray) -> np.ndarray:
    """Return the allowance price in the programme's own ton (RGGI short, others metric); 0 without a programme."""
    if program not in _CARBON:
        return np.zeros_like(hours)
    first_year, first_price, growth = _CARBON[program]
    years = 1970.0 + hours / 24.0 / 365.2425
    mood = 0.16 * smooth(stream(seed, "carbon", program), 24.0 * 240, hours)[0]
    return np.where(years >= first_year, first_price * np.exp(growth * (years - first_year) + mood), 0.0)
