"""What stored energy is worth, and the offer curve that follows: the slopes of the value function, compressed.

At SOC s the slopes of V_{t+1} right of s say what another stored MWh is worth (bids to charge), those left of s what a
stored MWh costs to give up (offers to discharge). Through the losses and costs they become $/MWh at the grid.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import COLUMNS, Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.slopes import merge_interval


@dataclass(frozen=True)
class ValueFunction:
    """Worth of stored energy: the slope is ``usd_per_mwh[i]`` on soc_mwh[i]..soc_mwh[i+1] and falls."""

    soc_mwh: np.ndarray
    usd_per_mwh: np.ndarray


@dataclass(frozen=True)
class OfferCurve:
    """A staircase in order of power: step i reaches ``mw[i]`` (negative: charging) for at least ``usd_per_mwh[i]``.

    The curve starts at ``start_mw`` (full charging, taken at any price) and prices never fall.
    """

    start_mw: float
    mw: np.ndarray
    usd_per_mwh: np.ndarray

    def cleared_mw(self, price_usd_per_mwh: float) -> float:
        """Return the power that a price taker's market awards: every step priced below the clearing price."""
        taken = int(np.searchsorted(self.usd_per_mwh, price_usd_per_mwh, side="left"))
        return float(self.mw[taken - 1]) if taken else self.start_mw


def value_functions(
    fleet: Fleet,
    prices: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    buy_prices: ArrayLike | None = None,
    availability: ArrayLike | None = None,
) -> list[ValueFunction]:
    """Return V_t of one battery at one row of expected prices, t = 0..intervals (the last is the terminal value)."""
    market = Market.of(prices, hours, buy_prices, availability)
    if market.rows_with(fleet) != 1:
        raise ValueError("value functions are for one battery and one row of prices at a time")
    b = dict(zip(COLUMNS, fleet.table[0], strict=True))
    intervals = market.hours.size
    points, slopes = np.empty(4 * intervals + 8), np.empty(4 * intervals + 8)
    head = np.uint64(2 * intervals + 3)
    tail = head + np.uint64(1)
    points[head], points[tail], slopes[head] = (
        b["soc_end_min_mwh"],
        b["soc_end_max_mwh"],
        b["terminal_value_usd_per_mwh"],
    )
    found = [ValueFunction(points[head : tail + np.uint64(1)].copy(), slopes[head:tail].copy())]
    for t in range(intervals - 1, -1, -1):
        room = market.hours[t] * market.availability[0, t]
        head, tail, _, _ = merge_interval(
            points,
            slopes,
            head,
            tail,
            (market.buy[0, t] + b["charge_cost_usd_per_mwh"]) / b["charge_efficiency"],
            (market.sell[0, t] - b["discharge_cost_usd_per_mwh"]) * b["discharge_efficiency"],
            b["charge_mw"] * b["charge_efficiency"] * room,
            b["discharge_mw"] / b["discharge_efficiency"] * room,
            b["soc_min_mwh"],
            b["soc_max_mwh"],
        )
        found.append(ValueFunction(points[head : tail + np.uint64(1)].copy(), slopes[head:tail].copy()))
    return found[::-1]


def offer_curve(
    fleet: Fleet, later: ValueFunction, soc_mwh: float, *, hours: float = 1.0, max_segments: int = 10
) -> OfferCurve:
    """Return the offer of one battery at ``soc_mwh`` for an interval after which energy is worth ``later``.

    At most ``max_segments`` steps with rising prices (10 in CAISO, PJM and ERCOT; facts §2), the neighbours that lie
    closest in price merged first at their power-weighted mean price. Below the function's domain (an end SOC that must
    be reached) energy is bought at any price, above it sold at any price.
    """
    b = dict(zip(COLUMNS, fleet.table[0], strict=True))
    charge_room = min(b["charge_mw"] * hours * b["charge_efficiency"], b["soc_max_mwh"] - soc_mwh)
    discharge_room = min(b["discharge_mw"] * hours / b["discharge_efficiency"], soc_mwh - b["soc_min_mwh"])
    edges = np.clip(later.soc_mwh, soc_mwh - discharge_room, soc_mwh + charge_room)
    cuts = np.unique(np.concatenate([edges, [soc_mwh - discharge_room, soc_mwh, soc_mwh + charge_room]]))
    steps: list[tuple[float, float]] = []
    for low, high in zip(cuts[-2::-1], cuts[:0:-1], strict=True):
        worth = _slope_at(later, (low + high) / 2)
        if low >= soc_mwh - 1e-12:
            size = (high - low) / b["charge_efficiency"] / hours
            steps.append((size, worth * b["charge_efficiency"] - b["charge_cost_usd_per_mwh"]))
        else:
            size = (high - low) * b["discharge_efficiency"] / hours
            steps.append((size, worth / b["discharge_efficiency"] + b["discharge_cost_usd_per_mwh"]))
    sizes, prices = _compressed(steps, max_segments)
    start = -charge_room / b["charge_efficiency"] / hours
    return OfferCurve(start, start + np.cumsum(sizes), prices)


def _slope_at(later: ValueFunction, soc_mwh: float) -> float:
    if soc_mwh < later.soc_mwh[0]:
        return np.inf
    if soc_mwh > later.soc_mwh[-1]:
        return -np.inf
    place = int(np.searchsorted(later.soc_mwh, soc_mwh, side="right")) - 1
    return float(later.usd_per_mwh[min(max(place, 0), later.usd_per_mwh.size - 1)])


def _compressed(steps: list[tuple[float, float]], max_segments: int) -> tuple[np.ndarray, np.ndarray]:
    """Drop empty steps, keep prices from falling, and merge neighbours until the count fits."""
    merged: list[tuple[float, float]] = []
    for size, price in steps:
        if size <= 1e-12:
            continue
        merged.append((size, price))
        while len(merged) > 1 and merged[-1][1] <= merged[-2][1]:
            merged[-2:] = [_joined(merged[-2], merged[-1])]
    while len(merged) > max_segments:
        gaps = [after[1] - before[1] for before, after in pairwise(merged)]
        place = int(np.argmin(np.nan_to_num(gaps, nan=np.inf)))
        merged[place : place + 2] = [_joined(merged[place], merged[place + 1])]
    return np.array([size for size, _ in merged]), np.array([price for _, price in merged])


def _joined(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    size = before[0] + after[0]
    if before[1] == after[1]:
        return size, before[1]
    return size, (before[0] * before[1] + after[0] * after[1]) / size
