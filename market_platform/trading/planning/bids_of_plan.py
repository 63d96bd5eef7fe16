"""From a resource's plan to the bids that its ISO takes, and to the rows that the lake keeps of the schedule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.trading.bids.bid import Bid, StorageTerms
from market_platform.trading.bids.building import BidTarget, offer_curves, self_schedules, smallest_mw
from market_platform.trading.bids.gates import gate_of
from market_platform.trading.planning.day_plan import ResourcePlan, upright
from market_platform.trading.planning.services import ServicePlan
from market_platform.trading.resources import IDENTIFIERS, Resources

KIND_OF = {
    "battery": "storage", "ev_fleet": "storage", "der_fleet": "der", "solar_storage": "storage",
    "wind_storage": "storage", "chp": "generator",
}  # fmt: skip
LINEAR_ISOS = ("ercot",)
KILOWATT_HOUR = Decimal("0.001")


def target_of(resources: Resources, name: str, market: str) -> BidTarget:
    """Return where a resource's energy bids go. The ISO knows it by its own name, which stands for its place as well."""
    row = resources.table.loc[name]
    iso = str(row["iso"])
    participant, wire_name = (str(row[column]) for column in IDENTIFIERS[iso])
    return BidTarget(
        iso=iso.lower(), market=market, product="energy", resource=wire_name, location=wire_name,
        participant=participant, portfolio="main", kind=KIND_OF[str(row["kind"])],
    )  # fmt: skip


def bids_of(plan: ResourcePlan, target: BidTarget, levels: tuple[float, float] | None, revision: int = 0) -> list[Bid]:
    """Return the plan's energy bids, none for an hour with less than the market takes.

    ``levels`` are the store's lowest and highest SOC in MWh, None for a plant.
    """
    starts = [start.to_pydatetime() for start in plan.intervals]
    if not np.isnan(plan.self_schedule_mw).all():
        return self_schedules(target, starts, np.nan_to_num(plan.self_schedule_mw).tolist(), revision)
    curves = [upright(curve) if target.iso in LINEAR_ISOS else curve for curve in plan.curves]
    soc = None if levels is None else [_terms(levels, planned) for planned in _soc_starts(plan)]
    offered = offer_curves(target, starts, curves, soc, revision)
    return [bid for bid in offered if bid.largest_mw >= max(smallest_mw(target, bid.start), KILOWATT_HOUR)]


def service_bids(
    plan: ResourcePlan, target: BidTarget, levels: tuple[float, float] | None, revision: int = 0
) -> list[Bid]:
    """Return the capacity bids of the plan's services, each with the energy levels that stand behind it."""
    starts = [start.to_pydatetime() for start in plan.intervals]
    soc = [None if levels is None else _terms(levels, planned) for planned in _soc_starts(plan)]
    bids: list[Bid] = []
    for planned in plan.services:
        mine = replace(target, product=planned.service.product)
        backed = [_backed(mw, terms, planned) for mw, terms in zip(planned.planned_mw, soc, strict=True)]
        price = planned.service.offer_usd_per_mw
        offered = offer_curves(mine, starts, [((mw, price),) if mw > 0 else () for mw in backed], soc, revision)
        bids += [bid for bid in offered if bid.largest_mw >= max(smallest_mw(mine, bid.start), KILOWATT_HOUR)]
    return bids


def _backed(mw: float, terms: StorageTerms | None, planned: ServicePlan) -> float:
    """Return the power that the energy levels as written stand behind: they are rounded to the kilowatt-hour."""
    hours, side = Decimal(str(planned.service.hours_behind)), planned.service.traded.side
    if terms is None or terms.start_soc_mwh is None or not hours:
        return mw
    behind = {"up": terms.start_soc_mwh - terms.min_soc_mwh, "down": terms.max_soc_mwh - terms.start_soc_mwh}
    least = min(behind[way] for way in behind if side in (way, "both"))
    return min(mw, float((least / hours).quantize(KILOWATT_HOUR, rounding=ROUND_DOWN)))


def service_rows(
    plan: ResourcePlan, bids: Sequence[Bid], target: BidTarget, *, resource: str, location: str, planned_at: datetime
) -> list[pd.DataFrame]:
    """Return the services' part of the schedule, shaped as ``schedule_rows``: planned power is the capacity held back."""
    return [
        schedule_rows(
            replace(
                plan,
                expectation=planned.service.expectation,
                planned_mw=planned.planned_mw,
                soc_end_mwh=np.full(len(plan.intervals), np.nan),
            ),
            [bid for bid in bids if bid.product == planned.service.product],
            replace(target, product=planned.service.product),
            resource=resource,
            location=location,
            planned_at=planned_at,
        )
        for planned in plan.services
        if planned.planned_mw.any()
    ]


def schedule_rows(
    plan: ResourcePlan, bids: Sequence[Bid], target: BidTarget, *, resource: str, location: str, planned_at: datetime
) -> pd.DataFrame:
    """Return the schedule of one product as the lake keeps it, one row an interval, the bid beside the plan."""
    by_start = {bid.start: bid for bid in bids}
    rows = []
    for n, start in enumerate(plan.intervals):
        bid = by_start.get(start.to_pydatetime())
        rows.append(
            {
                "market_day": start.tz_convert(MARKETS[target.iso].zone).date(),
                "interval_start": start,
                "interval_end": start + pd.Timedelta(minutes=target.minutes),
                "market": target.iso,
                "market_run": target.market.upper(),
                "resource": resource,
                "location": location,
                "product": target.product,
                "strategy": plan.strategy,
                "expected_usd_per_mwh": plan.expected[n],
                "forecast_source": plan.expectation.source,
                "planned_mw": plan.planned_mw[n],
                "planned_soc_end_mwh": plan.soc_end_mwh[n],
                "bid_id": None if bid is None else bid.bid_id,
                "bid_curve": None if bid is None or not bid.points else curve_text(bid),
                "self_schedule_mw": None
                if bid is None or bid.self_schedule_mw is None
                else float(bid.self_schedule_mw),
                "planned_at": planned_at,
                "gate_closes_at": gate_of(target.iso, target.market, start.to_pydatetime()).closes_at,
            }
        )
    return pd.DataFrame(rows)


def curve_text(bid: Bid) -> str:
    """Return a bid's corners as ``-0.5@21.40 0@21.40 0.5@48.10``."""
    return " ".join(f"{mw:f}@{price:f}" for mw, price in bid.points)


def _terms(levels: tuple[float, float], planned: float) -> StorageTerms:
    low, high = (Decimal(str(level)).quantize(KILOWATT_HOUR) for level in levels)
    if np.isnan(planned):
        return StorageTerms(low, high)
    return StorageTerms(low, high, min(max(Decimal(str(planned)).quantize(KILOWATT_HOUR), low), high))


def _soc_starts(plan: ResourcePlan) -> np.ndarray:
    return np.concatenate([[np.nan], plan.soc_end_mwh[:-1]])
