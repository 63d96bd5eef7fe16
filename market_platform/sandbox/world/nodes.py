"""Synthetic generator nodes: invented names and ids, prices leaning on their zone's.

Node ``i`` of a market is the same whatever number of nodes is asked for; its first nodes are the units of the fleet, so
a unit in the outage list has a node and a price.
"""

from functools import cache

import numpy as np
import pandas as pd

from market_platform.sandbox.world.noise import stream, uniform
from market_platform.sandbox.world.outages import unit_table
from market_platform.sandbox.world.tables import MarketTables

_FIRST = (
    "ALDER", "ASHEN", "BIRCH", "BRAMBLE", "CEDAR", "CLEAR", "COPPER", "CORAL", "DEER", "EAGLE", "ELM", "FERN",
    "FLINT", "FOX", "GLEN", "GRANITE", "HAZEL", "HERON", "IRON", "JUNIPER", "KESTREL", "LARK", "LIME", "MAPLE",
    "MARSH", "MOSS", "OAK", "OTTER", "PINE", "QUARRY", "RAVEN", "RUSSET", "SABLE", "SILVER", "STONE", "THORN",
    "WILLOW", "WREN", "YARROW", "ZEPHYR",
)  # fmt: skip
_SECOND = (
    "BEND", "BRIDGE", "BROOK", "BURN", "CREEK", "DALE", "FALLS", "FIELD", "FORD", "GATE", "GROVE", "HAVEN",
    "HILL", "HOLLOW", "LAKE", "LANDING", "MEADOW", "MILL", "PASS", "POINT", "POND", "PORT", "RIDGE", "RUN",
    "SHORE", "SPRING", "VALE", "VIEW", "WOOD", "YARD",
)  # fmt: skip
_FIRST_ID = 920_001


@cache
def node_table(market: MarketTables, count: int) -> pd.DataFrame:
    """Return ``count`` nodes: node, publisher_id, zone, fuel_category, capacity_mw, latitude, longitude.

    Ids begin at 920001, outside every series that the publishers use for these markets; names hold no real place.
    """
    units = unit_table(market)
    index = np.arange(count)
    key = stream("nodes", market.key)
    zone_of_extra = np.searchsorted(np.cumsum(market.load_share), uniform(key, index) * 0.999999)
    zones = np.array(market.zones)
    own = units.reindex(index)
    zone = np.where(own["zone"].isna(), zones[zone_of_extra], own["zone"].to_numpy(dtype=object)).astype(str)
    places = market.zone_table.set_index("zone").loc[zone]
    extra_mw = np.round(5.0 + 120.0 * uniform(key + np.uint64(1), index) ** 2, 1)
    return pd.DataFrame(
        {
            "node": [_name(market.key, int(number)) for number in index],
            "publisher_id": [str(_FIRST_ID + int(number)) for number in index],
            "zone": zone,
            "fuel_category": own["fuel_category"].fillna("Other").to_numpy(dtype=str),
            "capacity_mw": own["capacity_mw"].fillna(pd.Series(extra_mw, index=index)).round(1).to_numpy(),
            "latitude": np.round(places["latitude"].to_numpy() + 0.5 * (uniform(key + np.uint64(2), index) - 0.5), 3),
            "longitude": np.round(places["longitude"].to_numpy() + 0.6 * (uniform(key + np.uint64(3), index) - 0.5), 3),
        }
    )


def node_factors(market: MarketTables, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each node's zone number, its extra part of energy lost, and its multiple of the zone's congestion."""
    zones = {name: number for number, name in enumerate(market.zones)}
    zone = np.array([zones[name] for name in node_table(market, count)["zone"]])
    index = np.arange(count)
    key = stream("node factors", market.key)
    return zone, 0.03 * (uniform(key, index) - 0.6), 0.7 + 0.6 * uniform(key + np.uint64(1), index)


def _name(market: str, number: int) -> str:
    """Mix two word lists so that 1,200 neighbours differ, then count on; the shape follows each market's habit."""
    turn, place = divmod(number, len(_FIRST) * len(_SECOND))
    mixed = place * 677 % (len(_FIRST) * len(_SECOND))
    first, second = _FIRST[mixed % len(_FIRST)], _SECOND[mixed // len(_FIRST)]
    shapes = {
        "nyiso": f"{first}_{second}___{turn + 1}",
        "caiso": f"{first[:4]}{second[:4]}_{turn + 1}_N{number % 9 + 1:03d}",
        "pjm": f"{first}{second[:3]}{13 * (turn + 1)} KV  {number % 7 + 1}",
        "ercot": f"{first}_{second}_G{turn + 1}",
    }
    return shapes[market]
