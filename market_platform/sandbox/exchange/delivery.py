"""What the market asks of a resource and what its orders delivered of it.

A unit's real energy is shared among its orders by award. A day-ahead energy order gives way where the unit has a
real-time award; virtual orders and capacity deliver what was awarded.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from market_platform.sandbox.exchange.order import ENERGY, PURCHASES, Entry, OrderAward
from market_platform.sandbox.exchange.unit import Telemetry

MWH = Decimal("0.000001")


def set_point_mw(book: Collection[Entry], resource: str, at: datetime) -> Decimal:
    """Return the power asked of a resource at a moment: the real-time awards, without any the day-ahead ones."""
    for market in ("rtm", "dam"):
        sums = [
            -award.mw if entry.order.product in PURCHASES else award.mw
            for entry in book
            if entry.order.resource == resource and entry.order.market == market and entry.order.product in ENERGY
            for award in entry.awards
            if award.start <= at < award.end
        ]
        if sums:
            return sum(sums, Decimal(0))
    return Decimal(0)


def delivered_mwh(book: Collection[Entry], entry: Entry, readings: Sequence[Telemetry] | None) -> Decimal:
    """Return what an order delivered, in MWh; ``readings`` are its unit's telemetry, None where no unit stands behind."""
    return sum((_of_award(book, entry, award, readings) for award in entry.awards), Decimal(0)).quantize(MWH)


def _of_award(
    book: Collection[Entry], entry: Entry, award: OrderAward, readings: Sequence[Telemetry] | None
) -> Decimal:
    order = entry.order
    if order.product not in ENERGY or readings is None:
        return award.mw * _hours(award.start, award.end)
    if order.market == "dam" and _has_real_time(book, order.resource, award):
        return Decimal(0)
    energy = Decimal(0)
    before = award.start
    for reading in readings:
        if award.start < reading.at <= award.end:
            asked = set_point_mw(book, order.resource, before)
            if asked:
                energy += reading.actual_mw * _hours(before, reading.at) * award.mw / asked
            before = reading.at
    return energy


def _has_real_time(book: Collection[Entry], resource: str, award: OrderAward) -> bool:
    return any(
        other.start < award.end and award.start < other.end
        for entry in book
        if entry.order.resource == resource and entry.order.product in ENERGY and entry.order.market == "rtm"
        for other in entry.awards
    )


def _hours(start: datetime, end: datetime) -> Decimal:
    return Decimal((end - start).total_seconds()) / 3600
