"""Ancillary services that a resource may offer day-ahead: which ones, how long the store must stand behind them, at what price.

Qualification is the resource table's, durations and sizes are rows of the rule tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market_platform.trading.bids.tables import ProductRow, products, rules_in_force
from market_platform.trading.dispatch import AncillaryProduct
from market_platform.trading.planning.expectation import Expectation

NOT_WORTH_IT = -1.0


@dataclass(frozen=True)
class Service:
    """One service as a plan sees it. ``hours_behind``: hours for which stored energy, or room for it, backs an award.

    ``offer_usd_per_mw`` is what an hour of it costs where it is called in full: the wear of its energy.
    """

    traded: ProductRow
    hours_behind: float
    limit_mw: float
    offer_usd_per_mw: float
    expectation: Expectation

    @property
    def product(self) -> str:
        """The key of the products table."""
        return self.traded.product

    def terms(self, charge_efficiency: float) -> AncillaryProduct:
        """Return the service as the engine takes it: it counts energy at the grid, the ISOs count it in the store."""
        upward = self.traded.side != "down"
        hours = self.hours_behind if self.traded.side == "up" else self.hours_behind / charge_efficiency
        return AncillaryProduct(self.product, upward, hours, self.limit_mw, both_ways=self.traded.side == "both")

    def worth(self, intervals: pd.DatetimeIndex) -> np.ndarray:
        """Return expected payments in $/MW for an hour, below zero where they would not pay for a call."""
        expected = self.expectation.prices.reindex(intervals).to_numpy(dtype=np.float64)
        return np.where(np.nan_to_num(expected, nan=NOT_WORTH_IT) > self.offer_usd_per_mw, expected, NOT_WORTH_IT)


@dataclass(frozen=True)
class ServicePlan:
    """What a plan offers of a service: MW by interval."""

    service: Service
    planned_mw: np.ndarray


def services_of(
    qualified: dict[str, float | None],
    iso: str,
    day: date,
    kind: str,
    rated_mw: Mapping[str, float],
    offer_usd_per_mw: float,
    expect: Callable[[str], Expectation],
) -> list[Service]:
    """Return the services that a resource is qualified for, that are traded day-ahead on a day and have an expected price.

    ``qualified`` holds MW by product, None for the power that ``rated_mw`` gives by side (up, down, both).
    """
    found = []
    for traded in products():
        wanted = traded.iso == iso and traded.product in qualified and traded.family == "capacity"
        if not wanted or "dam" not in traded.markets or not traded.holds_on(day):
            continue
        expectation = expect(traded.product)
        if expectation.is_known:
            limit = qualified[traded.product]
            most = rated_mw[traded.side] if limit is None else limit
            behind = hours_behind(iso, traded.product, kind, day)
            found.append(Service(traded, behind, most, offer_usd_per_mw, expectation))
    return found


def hours_behind(iso: str, product: str, kind: str, day: date) -> float:
    """Return the hours for which energy must stand behind an award day-ahead: the ISO's rule; 0 where there is none."""
    rows = (row for rows in rules_in_force(iso, "dam", product, kind, day) for row in rows if row.rule == "soc_hours")
    return max((float(row.value) for row in rows), default=0.0)
