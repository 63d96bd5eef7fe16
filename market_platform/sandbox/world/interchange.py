"""Imports over each external interface and the storage fleet: what the market does not burn or blow itself."""

import numpy as np

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.noise import normal, smooth, stream, streams
from market_platform.sandbox.world.renewables import built_share
from market_platform.sandbox.world.tables import MarketTables

ROUND_TRIP_EFFICIENCY = 0.86


def imports_mw(seed: int, market: MarketTables, grid: Grid) -> np.ndarray:
    """Return flow into the market over each external interface, shape (neighbours, times), within its limits."""
    table = market.neighbours
    keys = streams(table["interface"], seed, market.key, "import")
    swing = 0.8 * smooth(keys, 30.0, grid.hours) + 0.5 * smooth(keys + np.uint64(1), 4.0, grid.hours)
    evening = 0.35 * np.cos(2 * np.pi * (grid.local_hour - 18.0) / 24.0)
    mean, width, most, least = (
        market.column("neighbours", name) for name in ("mean_mw", "swing_mw", "limit_mw", "negative_limit_mw")
    )
    return np.clip(mean + width * (swing + evening), least, most)


def storage_mw(seed: int, market: MarketTables, grid: Grid) -> np.ndarray:
    """Return net discharge of the storage fleet (charging is negative), shape (times,).

    Each day's depth is its own; charge and discharge are bumps that end before midnight and keep the day's balance.
    """
    depth = np.clip(0.75 + 0.15 * normal(stream(seed, market.key, "storage"), grid.local_day), 0.35, 1.0)
    charge, discharge = (
        bump(grid.local_hour, market.number(f"{way}_from_hour"), market.number(f"{way}_to_hour"))
        for way in ("charge", "discharge")
    )
    hours_in = market.number("charge_to_hour") - market.number("charge_from_hour")
    hours_out = market.number("discharge_to_hour") - market.number("discharge_from_hour")
    size = storage_power_mw(market, grid)
    peak_out = np.minimum(size, storage_energy_mwh(market, grid) * 1.7 / hours_out) * depth
    peak_in = peak_out * hours_out / hours_in / ROUND_TRIP_EFFICIENCY
    return peak_out * discharge - peak_in * charge


def storage_power_mw(market: MarketTables, grid: Grid) -> np.ndarray:
    """Return the power of the storage fleet as it grew."""
    return market.number("storage_mw") * built_share(grid, 2023.5)


def storage_energy_mwh(market: MarketTables, grid: Grid) -> np.ndarray:
    """Return the energy of the storage fleet as it grew."""
    return market.number("storage_mwh") * built_share(grid, 2023.5)


def state_of_charge_mwh(net_discharge_mw: np.ndarray, grid: Grid, energy_mwh: np.ndarray) -> np.ndarray:
    """Return energy in store at each interval's start; a tenth is left at midnight, losses fall on charging."""
    into = np.where(net_discharge_mw < 0, -net_discharge_mw * ROUND_TRIP_EFFICIENCY, -net_discharge_mw)
    moved = np.concatenate([[0.0], np.cumsum(into * grid.minutes / 60.0)[:-1]])
    return np.clip(0.1 * energy_mwh + moved, 0.0, energy_mwh)


def bump(local_hour: np.ndarray, begins: float, ends: float) -> np.ndarray:
    """Return a smooth hump of height one between two local hours, zero outside; its mean inside is one half."""
    part = np.clip((local_hour - begins) / (ends - begins), 0.0, 1.0)
    return np.sin(np.pi * part) ** 2
