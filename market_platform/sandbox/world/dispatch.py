"""One market, one run, one grid: demand, supply, price, flows.

The day-ahead run sees forecasts, real time what happens.
"""

from dataclasses import dataclass, fields

import numpy as np

from market_platform.sandbox.world import forecast_error as fe
from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.fuel_prices import carbon_price_usd_per_ton, fuel_price_usd_per_mmbtu
from market_platform.sandbox.world.interchange import imports_mw, storage_mw
from market_platform.sandbox.world.load import gross_load_mw
from market_platform.sandbox.world.network import Congestion, congestion
from market_platform.sandbox.world.noise import smooth, stream, uniform
from market_platform.sandbox.world.outages import outage_mw_by_block, outage_windows, unit_table
from market_platform.sandbox.world.renewables import built_share, roof_solar_mw, solar_mw, wind_mw
from market_platform.sandbox.world.stack import clear, scarcity_usd_per_mwh
from market_platform.sandbox.world.tables import MarketTables
from market_platform.sandbox.world.weather import Weather, weather

_CURTAIL_LOW, _CURTAIL_HIGH = -30.0, -1.0
_SPIKE_CHANCE = 0.0012
_SPIKE_DECAY = (1.0, 0.85, 0.5, 0.2)


@dataclass(frozen=True)
class Power:
    """What nature and people do, in MW: shape (zones, times), imports (neighbours, times), storage (times,)."""

    sky: Weather
    load_mw: np.ndarray
    roof_solar_mw: np.ndarray
    wind_mw: np.ndarray
    solar_mw: np.ndarray
    imports_mw: np.ndarray
    storage_mw: np.ndarray

    def part(self, chosen: slice) -> "Power":
        """Return some of the times."""
        sky = Weather(*(getattr(self.sky, item.name)[:, chosen] for item in fields(Weather)))
        rest = [getattr(self, item.name)[..., chosen] for item in fields(self) if item.name != "sky"]
        return Power(sky, *rest)


@dataclass(frozen=True)
class Dispatch:
    """How the market meets it: block, wind and solar output (rows, times); price and tightness (times,)."""

    power: Power
    block_mw: np.ndarray
    wind_mw: np.ndarray
    solar_mw: np.ndarray
    energy_usd_per_mwh: np.ndarray
    used_capacity: np.ndarray
    congestion: Congestion


def actual_power(seed: int, market: MarketTables, grid: Grid) -> Power:
    """Return what happens. Load is net of roofs, as markets see it."""
    sky = weather(seed, market.zones, market.latitude, market.longitude, grid)
    roofs = roof_solar_mw(market, grid, sky)
    return Power(
        sky=sky,
        load_mw=gross_load_mw(seed, market, grid, sky) - roofs,
        roof_solar_mw=roofs,
        wind_mw=wind_mw(market, grid, sky),
        solar_mw=solar_mw(market, grid, sky),
        imports_mw=imports_mw(seed, market, grid),
        storage_mw=storage_mw(seed, market, grid),
    )


def forecast_power(seed: int, market: MarketTables, grid: Grid, lead_hours: np.ndarray, issue: int) -> Power:
    """Return what is expected ``lead_hours`` before each moment by the forecast number ``issue``."""
    actual = actual_power(seed, market, grid)
    error = {
        name: fe.relative_error(seed, market.key, name, market.zones, grid.hours, lead_hours, issue)
        for name in ("load", "wind", "solar")
    }
    wind_capacity = market.wind_capacity_mw[:, None] * built_share(grid, 2016.0)
    return Power(
        sky=actual.sky,
        load_mw=fe.load_with_error(actual.load_mw, error["load"]),
        roof_solar_mw=fe.solar_with_error(actual.roof_solar_mw, error["solar"]),
        wind_mw=fe.wind_with_error(actual.wind_mw, wind_capacity, error["wind"]),
        solar_mw=fe.solar_with_error(actual.solar_mw, error["solar"]),
        imports_mw=actual.imports_mw,
        storage_mw=actual.storage_mw,
    )


def dispatch(seed: int, market: MarketTables, grid: Grid, power: Power, *, real_time: bool) -> Dispatch:
    """Clear ``power`` against the fleet. Real time adds unrest of minutes and now and then a spike."""
    demand = power.load_mw.sum(axis=0) - power.imports_mw.sum(axis=0) - power.storage_mw
    capacity = _block_capacity(seed, market, grid)
    low, high = _block_offers(seed, market, grid)
    free = np.stack([power.wind_mw.sum(axis=0), power.solar_mw.sum(axis=0)])
    curtail = np.ones_like(free)
    price, output = clear(
        demand,
        np.concatenate([capacity, free]),
        np.concatenate([low, _CURTAIL_LOW * curtail]),
        np.concatenate([high, _CURTAIL_HIGH * curtail]),
    )
    used = demand / (capacity.sum(axis=0) + free.sum(axis=0))
    cap = market.number("price_cap_usd_per_mwh")
    price = price + scarcity_usd_per_mwh(used, market.number("scarcity_from"), cap)
    if real_time:
        unrest = smooth(stream(seed, market.key, "unrest"), 0.4, grid.hours)[0]
        jump = _spikes(seed, market, grid, used) * np.maximum(price, 15.0)
        price = price + (0.8 + 0.04 * np.abs(price)) * unrest + jump
    blocks, wind, solar = output[:-2], _scaled(power.wind_mw, output[-2]), _scaled(power.solar_mw, output[-1])
    surplus = (
        market.block_zones.T @ blocks + wind + solar + market.neighbour_zones.T @ power.imports_mw
        + market.load_share[:, None] * power.storage_mw - power.load_mw
    )  # fmt: skip
    return Dispatch(
        power, blocks, wind, solar, np.clip(price, -150.0, cap), used, congestion(seed, market, grid, surplus)
    )


def _block_capacity(seed: int, market: MarketTables, grid: Grid) -> np.ndarray:
    units = unit_table(market)
    windows = outage_windows(seed, market, units, grid.hours)
    built = market.column("blocks", "capacity_mw")
    return np.maximum(built - outage_mw_by_block(market, units, windows, grid.hours), 0.05 * built)


def _block_offers(seed: int, market: MarketTables, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    table = market.blocks
    hub = str(market.facts["gas_hub"])
    price_of = {fuel: fuel_price_usd_per_mmbtu(seed, fuel, hub, grid.hours) for fuel in table["fuel"].unique()}
    fuel = np.maximum(np.stack([price_of[name] for name in table["fuel"]]), 0.0)
    carbon = carbon_price_usd_per_ton(seed, str(market.facts["carbon_program"]), grid.hours)
    emitted = market.column("blocks", "tons_co2_per_mwh") * carbon
    low, high = (
        market.column("blocks", f"{end}_heat_rate") * fuel + market.column("blocks", f"{end}_adder_usd_per_mwh")
        for end in ("low", "high")
    )
    return low + emitted, high + emitted


def _scaled(possible_mw: np.ndarray, total_mw: np.ndarray) -> np.ndarray:
    """Spread a cleared total over zones as it could have been made."""
    possible = possible_mw.sum(axis=0)
    return possible_mw * np.divide(total_mw, possible, out=np.zeros_like(possible), where=possible > 1e-9)


def _spikes(seed: int, market: MarketTables, grid: Grid, used: np.ndarray) -> np.ndarray:
    """Return spikes of a quarter-hour as multiples of the price, more often when capacity is tight."""
    step = np.round(grid.hours * 12).astype(np.int64)
    key = stream(seed, market.key, "spike")
    total = np.zeros(len(grid))
    for back, weight in enumerate(_SPIKE_DECAY):
        hit = uniform(key, step - back) < _SPIKE_CHANCE * (0.2 + 3.0 * used**2)
        total += weight * hit * (0.8 + 9.0 * uniform(key + np.uint64(1), step - back) ** 3)
    return total
