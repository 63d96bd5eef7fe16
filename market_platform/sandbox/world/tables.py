"""The world's own facts as data: each market's zones, fleet, neighbours, interfaces and products.

Names and publisher ids of zones, hubs and external interfaces are the publishers' own (as they stand in public files);
every capacity, share, limit and cost is an invented round number of plausible size, and lines are invented throughout.
"""

from dataclasses import dataclass
from functools import cache
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

    @property
    def zones(self) -> list[str]:
        """Zone names in table order."""
        return list(self.zone_table["zone"])

    def number(self, fact: str) -> float:
        """Return one figure of ``markets.csv``."""
        return float(self.facts[fact])  # type: ignore[arg-type]

    @property
    def peak_mw(self) -> float:
        """Peak load in 2026."""
        return self.number("peak_mw")

    @property
    def base_load(self) -> float:
        """Mean load without heating or cooling as a part of the peak."""
        return self.number("base_load")

    @property
    def cooling_per_degree(self) -> float:
        """Part of the peak per degree Celsius above the comfort band."""
        return self.number("cooling_per_degree")

    @property
    def heating_per_degree(self) -> float:
        """Part of the peak per degree Celsius below the comfort band."""
        return self.number("heating_per_degree")

    def zone_column(self, name: str) -> np.ndarray:
        """Return a numeric column of the zone table, shape (zones,)."""
        return self.zone_table[name].to_numpy(dtype=float)

    @property
    def load_share(self) -> np.ndarray:
        """Share of each zone in the market's load; they add up to one."""
        return self.zone_column("load_share")

    @property
    def latitude(self) -> np.ndarray:
        """Degrees north."""
        return self.zone_column("latitude")

    @property
    def longitude(self) -> np.ndarray:
        """Degrees east, so all are negative."""
        return self.zone_column("longitude")

    @property
    def wind_capacity_mw(self) -> np.ndarray:
        """Wind fleet of 2026 by zone."""
        return self.zone_column("wind_mw")

    @property
    def solar_capacity_mw(self) -> np.ndarray:
        """Large solar plants of 2026 by zone."""
        return self.zone_column("solar_mw")

    @property
    def roof_solar_capacity_mw(self) -> np.ndarray:
        """Behind-the-meter solar of 2026 by zone."""
        return self.zone_column("roof_solar_mw")


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
    return pd.read_csv(_FOLDER / f"{name}.csv", dtype={"publisher_id": "str"}, keep_default_na=False, na_values=[""])


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
