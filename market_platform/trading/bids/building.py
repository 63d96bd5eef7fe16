"""Bids from a plan: arrays of an engine become bids that fit the ISO's grid, with identifiers of their own.

Rounding never asks for more than the plan: power towards zero, an offer's price up, a purchase's price down.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal

from market_platform.errors import RuleBroken
from market_platform.trading.bids.bid import Bid, CurvePoint, StorageTerms, day_of
from market_platform.trading.bids.tables import product_of, rules_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class BidTarget:
    """Where bids go: the market, the product, the resource and whose it is."""

    iso: str
    market: str
    product: str
    resource: str
    location: str
    participant: str
    portfolio: str
    kind: str
    minutes: int = 60


def bid_identifier(target: BidTarget, start: datetime, revision: int = 0) -> str:
    """Return twelve letters and digits that name a bid; a new revision of the same bid gets another name."""
    parts = (
        target.iso,
        target.market,
        target.product,
        target.resource,
        target.location,
        start.isoformat(),
        str(revision),
    )
    return "b" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:11]


def self_schedules(target: BidTarget, starts: Sequence[datetime], mw: Sequence[float], revision: int = 0) -> list[Bid]:
    """Return a self-schedule for each interval with power that is left after rounding, in MW; none for the others."""
    bids = []
    for start, power in zip(starts, mw, strict=True):
        rounded = _down(Decimal(str(power)), _decimals(target, start, "mw_decimals", 1))
        if rounded and abs(rounded) >= (_number(target, start, "min_mw", None) or 0):
            bids.append(_bid(target, start, revision, (), rounded, None))
    return bids


def offer_curves(
    target: BidTarget,
    starts: Sequence[datetime],
    curves: Sequence[Sequence[tuple[float, float]]],
    soc: Sequence[StorageTerms | None] | None = None,
    revision: int = 0,
) -> list[Bid]:
    """Return a bid for each interval from its corners (MW, $/MWh), fitted to the ISO's grid and number of points.

    Too many corners are thinned where it changes the curve least, the ends are kept. Intervals without corners get no
    bid. Raises RuleBroken where prices go against the product's order: that is for the strategy to mend.
    """
    levels = soc or [None] * len(starts)
    return [
        _bid(target, start, revision, fitted(target, start, corners), None, level)
        for start, corners, level in zip(starts, curves, levels, strict=True)
        if len(corners)
    ]


def fitted(target: BidTarget, start: datetime, corners: Sequence[tuple[float, float]]) -> tuple[CurvePoint, ...]:
    """Return corners on the ISO's grid, cut to its caps and floors, no more of them than it takes."""
    day = day_of(target.iso, start)
    traded = product_of(target.iso, target.product, day)
    buys = traded is not None and traded.side == "buy"
    step = Decimal(1).scaleb(-_decimals(target, start, "price_decimals", 2))
    cap, floor = _number(target, start, "price_cap", None), _number(target, start, "price_floor", None)
    points = []
    for mw, price in corners:
        exact = Decimal(str(price)).quantize(step, rounding=ROUND_FLOOR if buys else ROUND_CEILING)
        exact = exact if cap is None else min(exact, cap)
        exact = exact if floor is None else max(exact, floor)
        points.append(CurvePoint(_down(Decimal(str(mw)), _decimals(target, start, "mw_decimals", 1)), exact))
    prices = [point.price_usd_per_mwh for point in points]
    if prices != sorted(prices, reverse=buys):
        msg = f"{target.resource or target.location} at {start}: prices {prices} are out of order for {target.product}"
        raise RuleBroken(msg)
    points = _without_long_runs(points)
    most = int(_number(target, start, "max_points", Decimal(10)) or 10)
    while len(points) > most:
        del points[_least_missed(points)]
    return tuple(points)


def smallest_mw(target: BidTarget, start: datetime) -> Decimal:
    """Return the smallest power that the market takes for delivery at ``start``."""
    return _number(target, start, "min_mw", None) or Decimal(0)


def _bid(
    target: BidTarget, start: datetime, revision: int, points: tuple[CurvePoint, ...], own: Decimal | None,
    soc: StorageTerms | None,
) -> Bid:  # fmt: skip
    return Bid(
        bid_id=bid_identifier(target, start, revision), iso=target.iso, market=target.market, product=target.product,
        resource=target.resource, location=target.location, participant=target.participant,
        portfolio=target.portfolio, kind=target.kind, start=start, end=start + timedelta(minutes=target.minutes),
        points=points, self_schedule_mw=own, soc=soc,
    )  # fmt: skip


def _values(target: BidTarget, start: datetime, rule: str) -> Iterator[str]:
    day = day_of(target.iso, start)
    for rows in rules_in_force(target.iso, target.market, target.product, target.kind, day):
        yield from (row.value for row in rows if row.rule == rule)


def _number(target: BidTarget, start: datetime, rule: str, default: Decimal | None) -> Decimal | None:
    """Return a rule's value; of several that depend on the moment of receipt the strictest cap."""
    values = [Decimal(value) for value in _values(target, start, rule)]
    return min(values, default=default) if rule != "price_floor" else max(values, default=default)


def _decimals(target: BidTarget, start: datetime, rule: str, default: int) -> int:
    return min((int(value) for value in _values(target, start, rule)), default=default)


def _down(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN) + 0  # no minus zero on the wire


def _without_long_runs(points: list[CurvePoint]) -> list[CurvePoint]:
    """Drop the inner points of runs at one price or one quantity: they say nothing."""
    kept = [
        point
        for n, point in enumerate(points)
        if n in (0, len(points) - 1)
        or not any(points[n - 1][axis] == point[axis] == points[n + 1][axis] for axis in (0, 1))
    ]
    return [point for n, point in enumerate(kept) if n == 0 or point != kept[n - 1]]


def _least_missed(points: list[CurvePoint]) -> int:
    """Return the inner point whose removal moves the curve least, by the area between it and its neighbours' line."""

    def area(n: int) -> Decimal:
        (x0, y0), (x1, y1), (x2, y2) = points[n - 1], points[n], points[n + 1]
        return abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))

    return min(range(1, len(points) - 1), key=area)
