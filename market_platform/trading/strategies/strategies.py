"""The strategies: each turns what is known at a gate into offers for the intervals behind that gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet, OfferCurve, exclusive_dispatch, offer_curve, value_functions
from market_platform.trading.strategies.offers import FixedCurve, Offer, PriceResponse, SelfSchedule
from market_platform.trading.strategies.risk_averse import risk_averse_schedule
from market_platform.trading.strategies.view import View


@dataclass(frozen=True)
class Gate:
    """Offers for ``intervals`` (UTC starts, ``hours`` each) close at ``moment``; they begin at ``soc_mwh``."""

    moment: pd.Timestamp
    intervals: pd.DatetimeIndex
    hours: float
    soc_mwh: float


class Strategy(Protocol):
    """One way of trading a battery."""

    @property
    def name(self) -> str:
        """Return the name that results carry."""
        ...

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return one offer per interval of the gate."""
        ...


@dataclass(frozen=True)
class Threshold:
    """Charge below one price, discharge above another ($/MWh), whatever the forecast says."""

    charge_below: float = 30.0
    discharge_above: float = 100.0
    name: str = "threshold"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:  # noqa: ARG002 - needs no information
        """Return the same two-step curve for every interval."""
        charge, discharge = (battery.column(name)[0] for name in ("charge_mw", "discharge_mw"))
        steps = OfferCurve(-charge, np.array([0.0, discharge]), np.array([self.charge_below, self.discharge_above]))
        return [FixedCurve(steps)] * len(gate.intervals)


@dataclass(frozen=True)
class DayAheadSchedule:
    """Self-schedule the optimum of the forecast; a price taker who maximises expected revenue needs only the mean."""

    name: str = "day-ahead self-schedule"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return fixed power per interval; forecast intervals beyond the gate's last one extend the horizon."""
        path = _path(gate, view)
        plan = exclusive_dispatch(battery.replace(soc_start_mwh=gate.soc_mwh), path, hours=gate.hours)
        return [SelfSchedule(float(power)) for power in plan.net_mw[0, : len(gate.intervals)]]


@dataclass(frozen=True)
class ValueOffers:
    """Value-function offers: per interval the best response to its own clearing price at the SOC reached by then.

    Needs a market that tracks the SOC through the day (ISO-managed energy level, or a gate per interval).
    ``surprise_usd_per_mwh`` is the usual size of forecast errors and spans the price grid; ``response[t, j]`` the error
    to expect in interval j of the gate for each $/MWh of error in interval t (``error_response`` learns it).
    """

    response: np.ndarray
    surprise_usd_per_mwh: float
    max_segments: int = 10
    name: str = "value-function offers"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return one price response per interval."""
        path = _path(gate, view)
        half = np.geomspace(0.02, 20.0, 30) * self.surprise_usd_per_mwh
        grid = np.concatenate([-half[::-1], [0.0], half])
        return [
            PriceResponse(battery, path[t:], grid, self._response(t, path.size), gate.hours, self.max_segments)
            for t in range(len(gate.intervals))
        ]

    def _response(self, t: int, intervals: int) -> np.ndarray:
        """Return the response from interval t on; a 25th hour takes the 24th's, beyond the gate there is none."""
        known = self.response[min(t, len(self.response) - 1)]
        spread = np.zeros(intervals - t)
        count = min(intervals - t, max(known.size - t, 0))
        spread[:count] = known[t : t + count]
        spread[0] = 1.0
        return spread


def error_response(errors: np.ndarray, robust: float = 5.0) -> np.ndarray:
    """Learn (intervals, intervals) how forecast errors hang together: regression of error j on error t, no intercept.

    ``errors`` (days, intervals) = forecast - price of past days; each is first cut to ``robust`` times the median
    absolute error, so that a few spikes do not make the slope (Huber 1964).
    """
    limit = robust * np.median(np.abs(errors))
    cut = np.clip(errors, -limit, limit)
    moments = cut.T @ cut
    variance = np.maximum(np.diag(moments), np.finfo(np.float64).tiny)
    return moments / variance[:, None]


@dataclass(frozen=True)
class StochasticSchedule:
    """Self-schedule over price scenarios: expected revenue against CVaR (the mean of the worst ``tail``)."""

    risk_weight: float = 0.5
    tail: float = 0.1
    name: str = "stochastic schedule with CVaR"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return fixed power per interval."""
        if view.scenarios is None:
            raise Infeasible(
                f"the forecast of {view.moment} has no scenarios: give columns scenario_* or another strategy"
            )
        _path(gate, view)
        scenarios = view.scenarios.loc[gate.intervals[0] :].to_numpy().T
        plan = risk_averse_schedule(
            battery.replace(soc_start_mwh=gate.soc_mwh),
            scenarios,
            hours=gate.hours,
            risk_weight=self.risk_weight,
            tail=self.tail,
        )
        return [SelfSchedule(float(power)) for power in plan.net_mw[0, : len(gate.intervals)]]


@dataclass(frozen=True)
class RealTimeReoptimisation:
    """Every interval anew: the value function of the latest forecast, as an offer curve at the telemetered SOC."""

    max_segments: int = 10
    name: str = "real-time re-optimisation"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return the curve of the gate's first interval, and schedules along the forecast for any others."""
        path = _path(gate, view)
        now = battery.replace(soc_start_mwh=gate.soc_mwh)
        later = value_functions(battery, path, hours=gate.hours)[1]
        first = FixedCurve(offer_curve(now, later, gate.soc_mwh, hours=gate.hours, max_segments=self.max_segments))
        if len(gate.intervals) == 1:
            return [first]
        plan = exclusive_dispatch(now, path, hours=gate.hours)
        return [first, *(SelfSchedule(float(power)) for power in plan.net_mw[0, 1 : len(gate.intervals)])]


def _path(gate: Gate, view: View) -> np.ndarray:
    """Return the forecast from the gate's first interval to its end; raise Infeasible if it does not cover the gate."""
    path = view.forecast.loc[gate.intervals[0] :] if len(view.forecast) else view.forecast
    count = len(gate.intervals)
    if len(path) < count or not path.index[:count].equals(gate.intervals):
        raise Infeasible(
            f"the forecast known at {view.moment} does not cover {gate.intervals[0]} to {gate.intervals[-1]}: "
            "issue one before the gate or take a strategy without forecast"
        )
    return path.to_numpy(dtype=np.float64)
