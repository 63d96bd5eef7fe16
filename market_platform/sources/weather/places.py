"""The places that weather is asked for: one or more a market, each with its airport and climate station."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A place near the load, wind and sun of a market's zone. ``station`` is its ICAO code."""

    key: str
    market: str
    zone: str
    city: str
    latitude: float
    longitude: float
    station: str
    ghcn_station: str


@cache
def places() -> dict[str, Place]:
    """Return the places by key; the table beside this module names their source and status."""
    with (Path(__file__).parent / "places.csv").open(encoding="utf-8") as table:
        return {
            row["place"]: Place(
                row["place"],
                row["market"],
                row["zone"],
                row["city"],
                float(row["latitude"]),
                float(row["longitude"]),
                row["station"],
                row["ghcn_station"],
            )
            for row in csv.DictReader(table)
        }
