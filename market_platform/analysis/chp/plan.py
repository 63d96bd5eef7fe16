"""The cheapest plan of an engine: exact with start cost and minimum up and down times.

Without them the intervals stand alone. With them the states are (on or off, intervals in that state up to its minimum):
dynamic programming over them is exact, since nothing else links one interval to the next (no heat store, no ramp).
"""

from dataclasses import dataclass, replace

import numba
import numpy as np
import pandas as pd

from market_platform.analysis.chp.facility import Facility, Tariff, best_loads, interval_cost_usd
from market_platform.errors import Infeasible


@dataclass(frozen=True)
class EngineState:
    """How the engine enters the plan: on or off, and for how many intervals already."""

    on: bool = False
    intervals: int = 1_000_000


@dataclass(frozen=True)
class Plan:
    """Load by interval, its cost (start costs included) and the cost of the whole."""

    load_mw: np.ndarray
    is_on: np.ndarray
    cost_usd: np.ndarray
    total_usd: float


OFF_AND_FREE = EngineState()


def plan(facility: Facility, tariff: Tariff, entering: EngineState = OFF_AND_FREE) -> Plan:
    """Return the cheapest plan. Raises Infeasible where heat, minimum times and the entering state cannot all be met."""
    off, load, running = best_loads(facility, tariff)
    is_coupled = facility.start_cost_usd > 0 or facility.minimum_up > 1 or facility.minimum_down > 1
    if is_coupled:
        held = min(entering.intervals, facility.minimum_up if entering.on else facility.minimum_down)
        is_on, found = _cheapest_states(
            off, running, facility.start_cost_usd, facility.minimum_up, facility.minimum_down, entering.on, held
        )
        if not found:
            raise Infeasible(
                "no plan meets heat, minimum times and the state that the engine enters with; raise the boiler's limit"
            )
    else:
        is_on = running < off
    before = np.append(entering.on, is_on[:-1])
    cost = np.where(is_on, running, off) + facility.start_cost_usd * (is_on & ~before)
    return Plan(np.where(is_on, load, 0.0), is_on, cost, float(cost.sum()))


def cleanest_plan(
    facility: Facility, tariff: Tariff, power_tonnes_per_mwh: np.ndarray, entering: EngineState = OFF_AND_FREE
) -> tuple[Plan, float]:
    """Return the plan that emits least, with what it costs, and its metric tons of CO2. Raises Infeasible as ``plan``."""
    clean = plan(replace(facility, start_cost_usd=0.0), tariff.in_tonnes(power_tonnes_per_mwh), entering)
    before = np.append(entering.on, clean.is_on[:-1])
    cost = interval_cost_usd(facility, tariff, clean.load_mw) + facility.start_cost_usd * (clean.is_on & ~before)
    return replace(clean, cost_usd=cost, total_usd=float(cost.sum())), clean.total_usd


@numba.njit(cache=True)
def _cheapest_states(
    off: np.ndarray,
    running: np.ndarray,
    start_cost: float,
    minimum_up: int,
    minimum_down: int,
    entering_on: bool,
    entering_intervals: int,
) -> tuple[np.ndarray, bool]:
    """Walk forward over states 0..down-1 (off for 1, 2, ...) and down..down+up-1 (on for 1, 2, ...), then back."""
    count, states = len(off), minimum_down + minimum_up
    came_from = np.full((count, states), -1, dtype=np.int32)
    value = np.full(states, np.inf)
    value[entering_intervals - 1 + (minimum_down if entering_on else 0)] = 0.0
    for step in range(count):
        following = np.full(states, np.inf)
        for state in range(states):
            if value[state] == np.inf:
                continue
            on = state >= minimum_down
            length = state - minimum_down if on else state
            longest = (minimum_up if on else minimum_down) - 1
            stay = state if length == longest else state + 1
            cost = value[state] + (running[step] if on else off[step])
            if cost < following[stay]:
                following[stay], came_from[step, stay] = cost, state
            if length == longest:
                turned = 0 if on else minimum_down
                cost = value[state] + (off[step] if on else running[step] + start_cost)
                if cost < following[turned]:
                    following[turned], came_from[step, turned] = cost, state
        value = following
    state = int(np.argmin(value))
    is_on = np.zeros(count, dtype=np.bool_)
    if value[state] == np.inf:
        return is_on, False
    for step in range(count - 1, -1, -1):
        is_on[step] = state >= minimum_down
        state = came_from[step, state]
    return is_on, True


def quality(
    observed_at: pd.Series, is_estimated: pd.Series, now: pd.Timestamp, stale_after: pd.Timedelta
) -> pd.DataFrame:
    """Return ``age`` and ``quality`` (good, estimated, stale) of what a decision rests on.

    Stale wins over estimated: a price that is older than ``stale_after`` is no basis, however it came about.
    """
    age = now - observed_at
    words = np.where(age.isna() | (age > stale_after), "stale", np.where(is_estimated, "estimated", "good"))
    return pd.DataFrame({"age": age, "quality": words}, index=observed_at.index)


def decisions(facility: Facility, tariff: Tariff, starts: pd.DatetimeIndex, basis: pd.DataFrame) -> pd.DataFrame:
    """Return the plan as a table with age and quality of its inputs beside each interval.

    ``basis`` is what ``quality`` returns, a row an interval; planning again with new prices makes a new table.
    """
    best = plan(facility, tariff)
    return pd.DataFrame(
        {
            "interval_start": starts,
            "decision": np.where(best.is_on, "run", "off"),
            "load_mw": best.load_mw,
            "cost_usd": best.cost_usd,
            "data_age": basis["age"].to_numpy(),
            "data_quality": basis["quality"].to_numpy(),
        }
    )
