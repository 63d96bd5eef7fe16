"""The day-ahead schedule of one ISO: for each resource the plan as of a moment before the gate, and its bids."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.defs.trading.house import House
from market_platform.defs.trading.services import expected_services
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.queries import find_bids
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.gates import gate_of, quiet_window
from market_platform.trading.planning.bids_of_plan import (
    bids_of,
    schedule_rows,
    service_bids,
    service_rows,
    target_of,
)
from market_platform.trading.planning.day_plan import ResourcePlan, plan_plant, plan_storage

BEFORE_GATE = timedelta(minutes=20)
MAX_SEGMENTS = 4  # five corners for each step on ERCOT's lines, ten in all; the others take as many steps or more
# Heat of a CHP stands for a boiler's: 3.412 MMBtu a MWh at this efficiency. An assumption of the plan, not a market rule.
BOILER_EFFICIENCY = 0.85
MMBTU_PER_MWH = 3.412


@dataclass
class Schedule:
    """Plans by resource, their bids, the lake's rows, and what a person should know of them."""

    iso: str
    day: date
    at: datetime
    plans: dict[str, ResourcePlan] = field(default_factory=dict)
    bids: list[Bid] = field(default_factory=list)
    rows: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def table(self) -> pd.DataFrame:
        """All rows of the schedule."""
        return pd.concat(self.rows, ignore_index=True) if self.rows else pd.DataFrame()


def planning_moment(iso: str, day: date, now: datetime, *, may_be_past: bool) -> datetime | None:
    """Return the moment to plan for: now, or where the gate has closed shortly before it (only a simulated market takes that).

    None where the gate has closed and the market is not simulated.
    """
    gate = gate_of(iso, "dam", day_bounds(day, MARKETS[iso].zone)[0]).closes_at
    moment = min(now, gate - BEFORE_GATE)
    quiet = quiet_window(iso, "dam", day)
    if quiet is not None and quiet[0] <= moment < quiet[1]:
        moment = quiet[0] - timedelta(minutes=1)
    return moment if now < gate or may_be_past else None


def day_ahead_schedule(
    house: House, iso: str, day: date, at: datetime, *, strategy: str = "offers", revision: int = 0
) -> Schedule:
    """Return the schedule of an ISO's resources for a market day from what was known at ``at``; nothing is written."""
    schedule = Schedule(iso, day, at)
    for name, row in house.of_iso(iso).iterrows():
        plan = _plan(house, str(name), row, schedule, strategy)
        if plan is None:
            continue
        target = target_of(house.resources, str(name), "dam")
        levels = None if row["soc_max_mwh"] <= 0 else (row["soc_min_mwh"], row["soc_max_mwh"])
        bids, services = bids_of(plan, target, levels, revision), service_bids(plan, target, levels, revision)
        schedule.plans[str(name)] = plan
        schedule.bids += [*bids, *services]
        own, location = str(name), str(row["location"])
        schedule.rows.append(schedule_rows(plan, bids, target, resource=own, location=location, planned_at=at))
        schedule.rows += service_rows(plan, services, target, resource=own, location=location, planned_at=at)
    return schedule


def fresh_revision(ledger: Ledger, iso: str, day: date) -> int:
    """Return the revision that a new schedule takes: one above what the ledger holds of the day, cancelled ones too."""
    seen: dict[tuple[str, datetime], int] = {}
    for bid, _ in find_bids(ledger, iso=iso, market="dam", day=day):
        seen[(bid.resource, bid.start)] = seen.get((bid.resource, bid.start), 0) + 1
    return max(seen.values(), default=0)


def _plan(house: House, name: str, row: pd.Series, schedule: Schedule, strategy: str) -> ResourcePlan | None:
    iso, day, at = schedule.iso, schedule.day, schedule.at
    zone = MARKETS[iso].zone
    intervals = interval_starts(day, zone, 60)
    ahead = intervals.append(interval_starts(day + timedelta(days=1), zone, 60))
    expectation = house.prices.expectation(iso, str(row["location"]), day, ahead, at)
    if row["soc_max_mwh"] <= 0:
        gas = house.prices.gas_usd_per_mmbtu(at)
        if gas is None:
            schedule.notes.append(f"{name}: no gas price was read yet, so it is not offered")
            return None
        cost = marginal_cost(row, gas[0])
        schedule.notes.append(f"{name}: marginal cost {cost:.2f} $/MWh at {gas[1]} of {gas[0]:.3f} $/MMBtu")
        return plan_plant(cost, float(row["chp_min_mw"]), float(row["generation_mw"]), expectation, intervals)
    soc, source = house.soc_mwh(name, intervals[0].to_pydatetime())
    said = f"{name}: starts at {soc:.2f} MWh ({source}), prices expected from {expectation.source}"
    schedule.notes.append(said if expectation.is_known else f"{said}: the threshold strategy stands in")
    services = expected_services(house, iso, day, name, ahead, at)
    if services and expectation.is_known:
        schedule.notes.append(f"{name}: planned with {', '.join(each.product for each in services)}")
    battery = house.resources.fleet([name]).replace(soc_start_mwh=min(max(soc, row["soc_min_mwh"]), row["soc_max_mwh"]))
    return plan_storage(
        battery, expectation, intervals, strategy=strategy, cycles=float(row["cycles_per_day"]),
        room_mw=_room(row, intervals, iso), services=services, max_segments=MAX_SEGMENTS,
    )  # fmt: skip


def marginal_cost(row: pd.Series, gas_usd_per_mmbtu: float) -> float:
    """Return the cost of a CHP's MWh: its fuel less the boiler fuel that its heat saves, $/MWh."""
    saved = row["chp_heat_mwh_per_mwh"] * MMBTU_PER_MWH / BOILER_EFFICIENCY
    return float((row["chp_heat_rate_mmbtu_per_mwh"] - saved) * gas_usd_per_mmbtu)


def _room(row: pd.Series, intervals: pd.DatetimeIndex, iso: str) -> np.ndarray:
    """Return what the store may inject beside its plant: the connection less a clear day's sun (half sine, 6 to 18 local).

    The plant's own output is sold as metered; only a connection that both share limits the store.
    """
    if not np.isfinite(row["interconnection_mw"]) or row["kind"] != "solar_storage":
        return np.full(len(intervals), np.inf)
    hour = np.asarray(intervals.tz_convert(MARKETS[iso].zone).hour) + 0.5
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None) * row["generation_mw"]
    return np.clip(row["interconnection_mw"] - sun, 0, None)
