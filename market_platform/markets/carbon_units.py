"""Carbon prices with their ton: a price per short ton and one per metric ton never meet by accident.

Sources: one California, Quebec or Washington allowance is a metric ton of CO2e, an RGGI allowance a short ton of CO2
(17 CCR 95800, WAC 173-446, RGGI Model Rule); a short ton is 0.90718474 metric tons by definition.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path

from market_platform.errors import RuleBroken


class Ton(Enum):
    """The ton that a programme counts in."""

    METRIC = "metric_ton"
    SHORT = "short_ton"


METRIC_TONS_PER_SHORT_TON = Decimal("0.90718474")
TON_OF_PROGRAMME = {"california_quebec": Ton.METRIC, "washington": Ton.METRIC, "rggi": Ton.SHORT}


class TonsDiffer(RuleBroken):
    """Prices of different tons meet."""


@dataclass(frozen=True)
class CarbonPrice:
    """A price in USD per ton of its own kind. Adding or comparing prices of different tons raises TonsDiffer."""

    usd: Decimal
    ton: Ton

    def per(self, ton: Ton) -> "CarbonPrice":
        """Return the same price per another ton."""
        if ton is self.ton:
            return self
        if ton is Ton.METRIC:
            return CarbonPrice(self.usd / METRIC_TONS_PER_SHORT_TON, ton)
        return CarbonPrice(self.usd * METRIC_TONS_PER_SHORT_TON, ton)

    def __sub__(self, other: "CarbonPrice") -> "CarbonPrice":
        """Return the difference of two prices of one ton."""
        return CarbonPrice(self.usd - self._alike(other), self.ton)

    def __add__(self, other: "CarbonPrice") -> "CarbonPrice":
        """Return the sum of two prices of one ton."""
        return CarbonPrice(self.usd + self._alike(other), self.ton)

    def __lt__(self, other: "CarbonPrice") -> bool:
        """Say whether this price is the lower one of two of one ton."""
        return self.usd < self._alike(other)

    def _alike(self, other: "CarbonPrice") -> Decimal:
        if other.ton is not self.ton:
            raise TonsDiffer(f"USD per {self.ton.value} meets USD per {other.ton.value}: convert one with per()")
        return other.usd


@dataclass(frozen=True)
class Trigger:
    """The price per short ton from which RGGI sells its cost-containment reserve in a year, and how sure that is."""

    usd: Decimal
    status: str


@cache
def rggi_cost_containment_triggers() -> dict[int, Trigger]:
    """Return the triggers by year (table beside this module, each with source and status); none before 2014."""
    with (Path(__file__).parent / "carbon_triggers.csv").open(encoding="utf-8") as table:
        return {
            int(row["year"]): Trigger(Decimal(row["trigger_usd_per_short_ton"]), row["status"])
            for row in csv.DictReader(table)
        }
