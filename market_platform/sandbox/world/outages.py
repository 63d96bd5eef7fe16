"""Units and their outages: every unit has at most one outage that begins in each 40-day slot of its own calendar."""

from functools import cache

import numpy as np
import pandas as pd

from market_platform.sandbox.world.noise import stream, uniform
from market_platform.sandbox.world.tables import MarketTables

_SLOT_HOURS = 40 * 24.0


@cache
def unit_table(market: MarketTables) -> pd.DataFrame:
    """Return one row a unit: unit, block, fuel_category, zone, capacity_mw. Blocks split into equal units."""
    rows = []
    zones = np.array(market.zones)
    table = market.blocks
    built, unit_size = (table[name].to_numpy(dtype=float) for name in ("capacity_mw", "unit_mw"))
    for number, fuel in enumerate(table["fuel_category"]):
        count = max(1, round(built[number] / unit_size[number]))
        edges = np.cumsum(market.block_zones[number])
        for unit in range(count):
            zone = zones[min(np.searchsorted(edges, (unit + 0.5) / count), len(zones) - 1)]
            rows.append((number, fuel, zone, built[number] / count))
    units = pd.DataFrame(rows, columns=["block", "fuel_category", "zone", "capacity_mw"])
    units.insert(0, "unit", np.arange(len(units)))
    return units


def outage_windows(seed: int, market: MarketTables, units: pd.DataFrame, hours: np.ndarray) -> pd.DataFrame:
    """Return every outage that touches the span of ``hours``.

    Columns: unit, start_hour, end_hour (hours since 1970), planned, out_mw. Spring and autumn hold more planned work.
    """
    slots = np.arange(int(hours.min() // _SLOT_HOURS) - 1, int(hours.max() // _SLOT_HOURS) + 1)
    unit = units["unit"].to_numpy()
    draws = [uniform(stream(seed, market.key, "outage", name), unit[:, None] * 100_003 + slots[None, :])
             for name in ("happens", "planned", "start", "length", "depth")]  # fmt: skip
    happens, planned, start, length, depth = draws
    begin = (slots[None, :] + 0.55 * start) * _SLOT_HOURS
    season = 0.5 - 0.5 * np.cos(4 * np.pi * (begin / 24.0 / 365.2425 - 0.04))
    is_planned = planned < 0.25 + 0.5 * season
    chance = np.where(is_planned, 0.22 * season + 0.03, 0.14)
    days = np.where(is_planned, 3.0 + 14.0 * length, 0.3 + 5.0 * length**2)
    end = begin + 24.0 * days
    real = (happens < chance) & (end > hours.min()) & (begin <= hours.max() + 1.0)
    row, slot = np.nonzero(real)
    out = np.where(depth[row, slot] < 0.7, 1.0, depth[row, slot] - 0.2)
    # Whole five minutes: an outage schedule has no seconds, and the five-minute grid shows it exactly.
    return pd.DataFrame(
        {
            "unit": unit[row],
            "start_hour": np.floor(begin[row, slot] * 12) / 12,
            "end_hour": np.floor(end[row, slot] * 12) / 12,
            "planned": is_planned[row, slot],
            "out_mw": np.round(out * units["capacity_mw"].to_numpy()[row], 1),
        }
    )


def outage_mw_by_block(
    market: MarketTables, units: pd.DataFrame, windows: pd.DataFrame, hours: np.ndarray
) -> np.ndarray:
    """Return the capacity that is out, shape (blocks, times)."""
    out = np.zeros((len(market.blocks), len(hours)))
    blocks = units["block"].to_numpy()[windows["unit"].to_numpy()]
    begin, end = windows["start_hour"].to_numpy(), windows["end_hour"].to_numpy()
    active = (hours[None, :] >= begin[:, None]) & (hours[None, :] < end[:, None])
    np.add.at(out, blocks, active * windows["out_mw"].to_numpy()[:, None])
    return out
