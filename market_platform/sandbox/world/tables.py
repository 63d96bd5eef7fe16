"""The world's own facts as data: each market's zones, fleet, neighbours, interfaces and products.

Names and publisher ids of zones, hubs and external interfaces are the publishers' own (as they stand in public files);
every capacity, share, limit and cost is an invented round number of plausible size, and lines are invented throughout.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.errors import MarketPlatformError
from market_platform.markets.market import MARKETS

_FOLDER = Path(__file__).parent / "tables"


class UnknownMarket(MarketPlatformError):
    """The small world has no such market."""


@dataclass(frozen=True, eq=False)
class MarketTables:
    """All tables of one market; matrices that spread a row over zones have shape (rows, zones)."""

    key: str
    zone_info: ZoneInfo
    facts: dict[str, object]
    zone_table: pd.DataFrame
    location_table: pd.DataFrame
    blocks: pd.DataFrame
    neighbours: pd.DataFrame
    interfaces: pd.DataFrame
    products: pd.DataFrame
    ancillary_regions: pd.DataFrame
    location_weights: np.ndarray
    block_zones: np.ndarray
    neighbour_zones: np.ndarray
    upstream: np.ndarray

    @cached_property
    def zones(self) -> list[str]:
        """Zone names in table order."""
        return list(self.zone_table["zone"])

    def number(self, fact: str) -> float:
        """Return one figure of ``markets.csv``."""
        return float(self.facts[fact])  # type: ignore[arg-type]

    @cached_property
    def peak_mw(self) -> float:
        """Peak load in 2026."""
        return self.number("peak_mw")

    @cached_property
    def base_load(self) -> float:
        """Mean load without heating or cooling as a part of the peak."""
        return self.number("base_load")

    @cached_property
    def cooling_per_degree(self) -> float:
        """Part of the peak per degree Celsius above the comfort band."""
        return self.number("cooling_per_degree")

    @cached_property
    def heating_per_degree(self) -> float:
        """Part of the peak per degree Celsius below the comfort band."""
        return self.number("heating_per_degree")

    def column(self, table: str, name: str) -> np.ndarray:
        """Return a numeric column of ``blocks``, ``neighbours``, ``interfaces`` ..., shape (rows, 1)."""
        return _numbers(self, table, name)[:, None]

    def zone_column(self, name: str) -> np.ndarray:
        """Return a numeric column of the zone table, shape (zones,)."""
        return _numbers(self, "zone_table", name)

    @cached_property
    def fuel_groups(self) -> tuple[list[str], np.ndarray]:
        """Published fuel categories and which rows (blocks, then wind, solar, storage) add up to each."""
        extra = [self.facts[f"{kind}_category"] for kind in ("wind", "solar", "storage")]
        return _groups([*self.blocks["fuel_category"], *extra])

    @cached_property
    def neighbour_groups(self) -> tuple[list[str], np.ndarray]:
        """Neighbours and which external interfaces lead to each."""
        return _groups(self.neighbours["neighbour"])

    def zone_groups(self, column: str) -> tuple[list[str], np.ndarray]:
        """Return the names in a text column of the zone table and which zones belong to each."""
        return _zone_groups(self, column)

    @cached_property
    def load_share(self) -> np.ndarray:
        """Share of each zone in the market's load; they add up to one."""
        return self.zone_column("load_share")

    @cached_property
    def latitude(self) -> np.ndarray:
        """Degrees north."""
        return self.zone_column("latitude")

    @cached_property
    def longitude(self) -> np.ndarray:
        """Degrees east, so all are negative."""
        return self.zone_column("longitude")

    @cached_property
    def wind_capacity_mw(self) -> np.ndarray:
        """Wind fleet of 2026 by zone."""
        return self.zone_column("wind_mw")

    @cached_property
    def solar_capacity_mw(self) -> np.ndarray:
        """Large solar plants of 2026 by zone."""
        return self.zone_column("solar_mw")

    @cached_property
    def roof_solar_capacity_mw(self) -> np.ndarray:
        """Behind-the-meter solar of 2026 by zone."""
        return self.zone_column("roof_solar_mw")


@cache
def _numbers(market: MarketTables, table: str, name: str) -> np.ndarray:
    return getattr(market, table)[name].to_numpy(dtype=float)


@cache
def _zone_groups(market: MarketTables, column: str) -> tuple[list[str], np.ndarray]:
    return _groups(market.zone_table[column])


def _groups(column: Iterable[object]) -> tuple[list[str], np.ndarray]:
    """Return names in order of first appearance and a matrix (names, rows) that adds up their rows."""
    rows = [str(name) for name in column]
    names = list(dict.fromkeys(rows))
    return names, np.array([[row == name for row in rows] for name in names], dtype=float)


@cache
def market_tables(market: str) -> MarketTables:
    """Return the tables of ``market``; raise UnknownMarket where the world has none."""
    facts = read_table("markets")
    row = facts[facts["market"] == market]
    if row.empty:
        msg = f"the small world has no market {market!r}: ask one of {', '.join(facts['market'])}"
        raise UnknownMarket(msg)
    zones = _of("zones", market)
    names = list(zones["zone"])
    locations = pd.concat([_zones_as_locations(zones), _of("locations", market)], ignore_index=True)
    blocks, neighbours, interfaces = (_of(name, market) for name in ("blocks", "neighbours", "interfaces"))
    return MarketTables(
        key=market,
        zone_info=MARKETS[market].zone,
        facts=dict(zip(row.columns, row.iloc[0], strict=True)),
        zone_table=zones,
        location_table=locations[["location", "location_type", "publisher_id", "zones"]],
        blocks=blocks,
        neighbours=neighbours,
        interfaces=interfaces,
        products=_of("products", market),
        ancillary_regions=_of("ancillary_regions", market),
        location_weights=_spread(locations["zones"], names),
        block_zones=_spread(blocks["zones"], names),
        neighbour_zones=_spread(neighbours["zone"] + "=1", names),
        upstream=np.array([[zone in row.split(";") for zone in names] for row in interfaces["upstream"]], dtype=float),
    )


@cache
def read_table(name: str) -> pd.DataFrame:
    """Return a table of the folder; ids stay text because some publishers' ids are names."""
    text = dict.fromkeys(("publisher_id", "tsp", "location_id"), "str")
    return pd.read_csv(_FOLDER / f"{name}.csv", dtype=text, keep_default_na=False, na_values=[""])


def _of(name: str, market: str) -> pd.DataFrame:
    table = read_table(name)
    return table[table["market"] == market].reset_index(drop=True)


def _zones_as_locations(zones: pd.DataFrame) -> pd.DataFrame:
    """Zones with a publisher id are priced locations themselves; the others only carry load and weather."""
    priced = zones[zones["publisher_id"].notna()]
    return pd.DataFrame(
        {
            "location": priced["zone"],
            "location_type": "zone",
            "publisher_id": priced["publisher_id"],
            "zones": priced["zone"] + "=1",
        }
    )


def _spread(column: pd.Series, zones: list[str]) -> np.ndarray:
    """Turn ``A=0.7;B=0.3`` cells into rows of weights over ``zones``."""
    weights = np.zeros((len(column), len(zones)))
    for row, cell in enumerate(column):
        for part in cell.split(";"):
            zone, weight = part.rsplit("=", 1)
            weights[row, zones.index(zone)] = float(weight)
    return weights
