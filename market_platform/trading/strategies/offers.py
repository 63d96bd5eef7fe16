"""What a strategy hands in for one interval: an offer that becomes a curve once the SOC at its start is known."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from market_platform.trading.dispatch import COLUMNS, Fleet, OfferCurve, exclusive_dispatch


class Offer(Protocol):
    """An interval's offer."""

    def curve(self, soc_mwh: float) -> OfferCurve:
        """Return the staircase offered at this state of charge."""
        ...


@dataclass(frozen=True)
class SelfSchedule:
    """Fixed power at any price; negative charges."""

    power_mw: float

    def curve(self, soc_mwh: float) -> OfferCurve:  # noqa: ARG002 - a schedule does not look at the SOC
        """Return one block that clears at every price."""
        return OfferCurve(self.power_mw, np.empty(0), np.empty(0))


@dataclass(frozen=True)
class FixedCurve:
    """The same staircase at any SOC; what the battery cannot do is lost at clearing."""

    offered: OfferCurve

    def curve(self, soc_mwh: float) -> OfferCurve:  # noqa: ARG002 - fixed means fixed
        """Return the curve."""
        return self.offered


@dataclass(frozen=True)
class PriceResponse:
    """The best first move at each price this interval may clear at, given what that price says about the rest.

    A clearing price away from its forecast moves the expected price of interval k from here by ``response[k]`` of the
    surprise (response[0] is 1): forecast errors hang together. ``path``, from this interval on, comes from the forecast
    alone; the price of the interval itself enters as the price axis of the curve, so nothing is known ahead.
    """

    battery: Fleet
    path: np.ndarray
    surprises: np.ndarray
    response: np.ndarray
    hours: float = 1.0
    max_segments: int = 10

    def curve(self, soc_mwh: float) -> OfferCurve:
        """Return the staircase with at most ``max_segments`` steps."""
        plan = exclusive_dispatch(
            self.battery.replace(soc_start_mwh=soc_mwh),
            self.path + self.surprises[:, None] * self.response,
            hours=self.hours,
        )
        power, planned = plan.net_mw[:, 0].copy(), int(np.searchsorted(self.surprises, 0.0))
        power[planned:] = np.maximum.accumulate(power[planned:])
        power[planned::-1] = np.minimum.accumulate(power[planned::-1])
        return staircase(self.path[0] + self.surprises, power, self.max_segments)


def staircase(prices_usd_per_mwh: np.ndarray, power_mw: np.ndarray, max_segments: int) -> OfferCurve:
    """Return the curve that gives ``power_mw`` (not falling) at rising prices, changing halfway between two prices.

    Where there are too many steps the smallest are given up first, each to the level above it.
    """
    rises = np.diff(power_mw)
    steps = np.flatnonzero(rises > 1e-9)
    while steps.size > max_segments:
        steps = np.delete(steps, np.argmin(rises[steps]))
    reached = power_mw[np.append(steps[1:], power_mw.size - 1)] if steps.size else np.empty(0)
    return OfferCurve(float(power_mw[0]), reached, (prices_usd_per_mwh[steps] + prices_usd_per_mwh[steps + 1]) / 2)


def within_limits(battery: Fleet, soc_mwh: float, power_mw: float, hours: float) -> tuple[float, float]:
    """Return (power the battery can give, SOC after it): an award beyond the store is cut here, and only here."""
    b = dict(zip(COLUMNS, battery.table[0], strict=True))
    most = min(b["discharge_mw"], (soc_mwh - b["soc_min_mwh"]) * b["discharge_efficiency"] / hours)
    least = -min(b["charge_mw"], (b["soc_max_mwh"] - soc_mwh) / b["charge_efficiency"] / hours)
    given = min(max(power_mw, least), most)
    stored = given / b["discharge_efficiency"] if given > 0 else given * b["charge_efficiency"]
    return given, min(max(soc_mwh - stored * hours, b["soc_min_mwh"]), b["soc_max_mwh"])
