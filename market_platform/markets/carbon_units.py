"""Carbon prices with their ton: a price per short ton and one per metric ton never meet by accident.

Sources: one California, Quebec or Washington allowance is a metric ton of CO2e, an RGGI allowance a short ton of CO2
(17 CCR 95800, WAC 173-446, RGGI Model Rule); a short ton is 0.90718474 metric tons by definition.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

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


def rggi_cost_containment_trigger_usd(year: int) -> Decimal:
    """Return the price per short ton from which RGGI sells its cost-containment reserve.

    2014 $4, 2015 $6, 2016 $8, 2017 $10, then +2.5 % a year to 2020; 2021 $13, then +7 % a year (Model Rule; the years
    after 2023 are unverified). Raises RuleBroken for years without a trigger.
    """
    stated = {2014: 4, 2015: 6, 2016: 8, 2017: 10}
    if year in stated:
        return Decimal(stated[year])
    if year < 2014:
        raise RuleBroken(f"RGGI had no cost-containment reserve in {year}: the first was in 2014")
    base, growth, first = (10, "1.025", 2017) if year <= 2020 else (13, "1.07", 2021)
    return (base * Decimal(growth) ** (year - first)).quantize(Decimal("0.01"))
