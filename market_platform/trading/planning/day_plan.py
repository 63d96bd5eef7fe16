"""A resource's plan for the intervals behind a gate: power, state of charge, and the curve that says it to the market."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.trading.dispatch import (
    Fleet,
    JointPlan,
    OfferCurve,
    exclusive_dispatch,
    joint_dispatch,
    offer_curve,
    value_functions,
)
from market_platform.trading.planning.expectation import Expectation
from market_platform.trading.planning.services import Service, ServicePlan
from market_platform.trading.strategies.offers import within_limits
from market_platform.trading.strategies.strategies import Threshold

STRATEGIES = ("offers", "value_curves", "self_schedule", "threshold")
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ResourcePlan:
    """What a resource means to do. Arrays have one value an interval; ``curves`` holds corners (MW, $/MWh) or ().

    ``planned_mw`` and SOC are NaN where the strategy plans nothing ahead (threshold). ``self_schedule_mw`` is NaN where
    power is offered by curve. ``services`` holds the capacity planned beside the energy.
    """

    strategy: str
    expectation: Expectation
    intervals: pd.DatetimeIndex
    planned_mw: np.ndarray
    soc_end_mwh: np.ndarray
    curves: tuple[Corners, ...]
    self_schedule_mw: np.ndarray
    services: tuple[ServicePlan, ...] = ()

    @property
    def expected(self) -> np.ndarray:
        """Expected prices of the plan's own intervals, NaN where there are none."""
        return self.expectation.prices.reindex(self.intervals).to_numpy(dtype=np.float64)


def plan_storage(
    battery: Fleet,
    expectation: Expectation,
    intervals: pd.DatetimeIndex,
    *,
    strategy: str = "offers",
    cycles: float = np.inf,
    room_mw: np.ndarray | None = None,
    draw_mw: np.ndarray | None = None,
    services: Sequence[Service] = (),
    hours: float = 1.0,
    max_segments: int = 4,
) -> ResourcePlan:
    """Return the plan of one battery (its SOC start is the SOC at the first interval).

    ``offers``: the optimum of the expected prices, each interval's power offered at the price that the value function puts
    on it at the SOC planned, so that no more is awarded than was planned. ``value_curves``: the whole curve of the value
    function instead, for a market or a gate that knows the SOC. ``self_schedule``: that optimum at any price.
    ``threshold``, and whatever the wish where nothing is expected: charge below 30, discharge above 100 $/MWh.
    Expected prices beyond the last interval lengthen the horizon. ``cycles`` is the limit for the intervals; ``room_mw``
    the most that may be injected (a plant beside the store takes the rest), ``draw_mw`` the most that may be drawn. With
    ``services`` energy and capacity share the store's power and energy in one optimum, and what the plan discharges or
    charges is offered at the price at which it would be given up; a whole curve leaves the awards' power free.
    Raises ValueError for a strategy that is none of STRATEGIES.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy {strategy!r} is none of {', '.join(STRATEGIES)}")
    count = len(intervals)
    room = np.full(count, np.inf) if room_mw is None else room_mw
    floor = np.full(count, -np.inf) if draw_mw is None else -draw_mw
    blank = np.full(count, np.nan)
    if strategy == "threshold" or not expectation.is_known:
        curves = tuple(corners(_cut(_threshold(battery), *ends)) for ends in zip(floor, room, strict=True))
        return ResourcePlan("threshold", expectation, intervals, blank, blank, curves, blank)
    if services:
        return _beside_services(battery, expectation, intervals, strategy, cycles, room, services, hours, max_segments)
    path = expectation.prices.loc[intervals[0] :].to_numpy(dtype=np.float64)
    battery = _within_cycles(battery, path, cycles, count, hours)
    plan = exclusive_dispatch(battery, path, hours=hours)
    power, soc = _follow(battery, np.clip(plan.net_mw[0, :count], floor, room), hours)
    if strategy == "self_schedule":
        return ResourcePlan(strategy, expectation, intervals, power, soc, ((),) * count, power)
    whole = strategy == "value_curves"
    least = floor if whole else np.minimum(power, 0.0)
    most = room if whole else np.maximum(power, 0.0)
    curves = _value_curves(battery, path, soc, least, most, hours, max_segments)
    return ResourcePlan(strategy, expectation, intervals, power, soc, curves, blank)


def _value_curves(
    battery: Fleet, path: np.ndarray, soc_end_mwh: np.ndarray, least_mw: np.ndarray, most_mw: np.ndarray, hours: float,
    max_segments: int,
) -> tuple[Corners, ...]:  # fmt: skip
    """Return, for each interval, the value function's curve at the SOC planned, cut to between two powers."""
    later = value_functions(battery, path, hours=hours)[1:]
    starts = np.concatenate([battery.column("soc_start_mwh"), soc_end_mwh[:-1]])
    offered = (
        offer_curve(battery, later[t], float(starts[t]), hours=hours, max_segments=max_segments)
        for t in range(len(starts))
    )
    return tuple(corners(_cut(curve, *ends)) for curve, *ends in zip(offered, least_mw, most_mw, strict=True))


def _beside_services(
    battery: Fleet, expectation: Expectation, intervals: pd.DatetimeIndex, strategy: str, cycles: float,
    room_mw: np.ndarray, services: Sequence[Service], hours: float, max_segments: int,
) -> ResourcePlan:  # fmt: skip
    count = len(intervals)
    ahead = expectation.prices.loc[intervals[0] :]
    path = ahead.to_numpy(dtype=np.float64)
    into, out = (float(battery.column(f"{way}_efficiency")[0]) for way in ("charge", "discharge"))
    usable = float((battery.column("soc_max_mwh") - battery.column("soc_min_mwh"))[0])
    joint = joint_dispatch(
        battery,
        path,
        [each.terms(into) for each in services],
        np.stack([each.worth(pd.DatetimeIndex(ahead.index)) for each in services]),
        hours=hours,
        injection_limit_mw=np.concatenate([room_mw, np.full(len(path) - count, room_mw[-1])]),
        most_discharged_mwh=cycles * usable * out,
        counted=count,
    )
    power, soc = joint.plan.energy.net_mw[0, :count].round(9) + 0.0, joint.plan.energy.soc_mwh[0, 1 : count + 1]
    awards = np.where(joint.plan.awards_mw[0, :, :count] > 1e-6, joint.plan.awards_mw[0, :, :count], 0.0)
    planned = tuple(ServicePlan(each, mw) for each, mw in zip(services, awards, strict=True))
    blank = np.full(count, np.nan)
    if strategy == "self_schedule":
        return ResourcePlan(strategy, expectation, intervals, power, soc, ((),) * count, power, planned)
    if strategy == "value_curves":
        least, most = left_beside(battery, planned, room_mw)
        curves = _value_curves(battery, path, soc, least, most, hours, max_segments)
    else:
        curves = tuple(_at_its_price(joint, power, t) for t in range(count))
    return ResourcePlan(strategy, expectation, intervals, power, soc, curves, blank, planned)


def left_beside(battery: Fleet, planned: Sequence[ServicePlan], room_mw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest power that services leave to energy, by interval."""
    up, down = (
        sum((each.planned_mw for each in planned if each.service.traded.side in (side, "both")), np.zeros(len(room_mw)))
        for side in ("up", "down")
    )
    charge, discharge = (float(battery.column(name)[0]) for name in ("charge_mw", "discharge_mw"))
    return np.minimum(down - charge, 0.0), np.maximum(np.minimum(room_mw, discharge) - up, 0.0)


def _at_its_price(joint: JointPlan, power_mw: np.ndarray, t: int) -> Corners:
    """Return the curve that offers what is planned, and no more, at the price at which it would be given up."""
    power = float(power_mw[t])
    price = (joint.discharge_above_usd_per_mwh if power > 0 else joint.charge_below_usd_per_mwh)[t]
    if np.isnan(price):
        return ()
    return tuple((mw, float(price)) for mw in (min(power, 0.0), max(power, 0.0)))


def plan_plant(
    cost_usd_per_mwh: float, low_mw: float, high_mw: float, expectation: Expectation, intervals: pd.DatetimeIndex
) -> ResourcePlan:
    """Return the plan of a plant with one marginal cost: offered at that cost, planned to run where the price is above."""
    expected = expectation.prices.reindex(intervals).to_numpy(dtype=np.float64)
    power = np.where(np.isnan(expected), np.nan, np.where(expected > cost_usd_per_mwh, high_mw, 0.0))
    curve = tuple((mw, cost_usd_per_mwh) for mw in dict.fromkeys((low_mw, high_mw)) if mw > 0)
    blank = np.full(len(intervals), np.nan)
    return ResourcePlan("marginal cost", expectation, intervals, power, blank, (curve,) * len(intervals), blank)


def corners(curve: OfferCurve) -> Corners:
    """Return a staircase as the corners that a bid takes: from full charging upwards, prices never falling."""
    if not len(curve.mw):
        return ()
    return (
        (curve.start_mw, float(curve.usd_per_mwh[0])),
        *zip(curve.mw.tolist(), curve.usd_per_mwh.tolist(), strict=True),
    )


def upright(steps: Corners) -> Corners:
    """Return the corners for a market that draws straight lines between them: each step gets an edge of its own."""
    drawn: list[tuple[float, float]] = []
    for n, (mw, price) in enumerate(steps):
        if n and steps[n - 1][1] != price:
            drawn.append((steps[n - 1][0], price))
        drawn.append((mw, price))
    return tuple(drawn)


def _threshold(battery: Fleet) -> OfferCurve:
    rule = Threshold()
    charge, discharge = (float(battery.column(name)[0]) for name in ("charge_mw", "discharge_mw"))
    return OfferCurve(-charge, np.array([0.0, discharge]), np.array([rule.charge_below, rule.discharge_above]))


def _cut(curve: OfferCurve, least_mw: float, most_mw: float) -> OfferCurve:
    """Return the curve between two powers, neither of them beyond zero's other side."""
    start = max(curve.start_mw, least_mw)
    kept = np.clip(curve.mw, start, most_mw)
    grows = np.diff(np.concatenate([[start], kept])) > 1e-12
    return OfferCurve(start, kept[grows], curve.usd_per_mwh[grows])


def _follow(battery: Fleet, power_mw: Sequence[float] | np.ndarray, hours: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the power that the store can give along a wish, and the SOC after each interval."""
    soc = float(battery.column("soc_start_mwh")[0])
    given, after = np.empty(len(power_mw)), np.empty(len(power_mw))
    for t, wish in enumerate(power_mw):
        given[t], soc = within_limits(battery, soc, float(wish), hours)
        after[t] = soc
    return given, after


def _within_cycles(battery: Fleet, path: np.ndarray, cycles: float, count: int, hours: float) -> Fleet:
    """Return the battery with the throughput cost at which its optimum keeps the cycle limit (bisection on the price)."""
    usable = float((battery.column("soc_max_mwh") - battery.column("soc_min_mwh"))[0])
    most = cycles * usable * float(battery.column("discharge_efficiency")[0])

    def discharged(with_cost: Fleet) -> float:
        return float(exclusive_dispatch(with_cost, path, hours=hours).discharge_mw[0, :count].sum() * hours)

    if not np.isfinite(most) or discharged(battery) <= most:
        return battery
    low, high = 0.0, float(np.ptp(path)) + 1.0
    cost = battery.column("discharge_cost_usd_per_mwh")
    for _ in range(24):
        middle = (low + high) / 2
        dear = battery.replace(discharge_cost_usd_per_mwh=cost + middle)
        low, high = (low, middle) if discharged(dear) <= most else (middle, high)
    return battery.replace(discharge_cost_usd_per_mwh=cost + high)
