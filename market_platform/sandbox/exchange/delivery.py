"""What the market asks of a resource and what its orders delivered of it.

A unit's real energy is shared among its orders by award. A day-ahead energy order gives way where the unit has a
real-time award; virtual orders deliver what was awarded, and capacity what power and store stood behind.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal

from market_platform.sandbox.exchange.order import ENERGY, PURCHASES, Backing, Entry, Order, OrderAward
from market_platform.sandbox.exchange.unit import Telemetry, Unit

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


def held_mwh(
    book: Collection[Entry],
    entry: Entry,
    unit: Unit,
    readings: Sequence[Telemetry],
    backing: Callable[[Order], Backing],
) -> Decimal:
    """Return the capacity that a unit really held for an order, in MW times hours.

    At each reading its awards of one direction share, in proportion, the power that is left beside its energy and what the
    store can sustain for the hours that each of them asks for.
    """
    mine = backing(entry.order)
    held = Decimal(0)
    for award in entry.awards:
        before = award.start
        for reading in readings:
            if not award.start < reading.at <= award.end:
                continue
            asked = [
                (other.mw, backing(each.order))
                for each in book
                if each.order.resource == entry.order.resource and each.order.product not in ENERGY
                for other in each.awards
                if other.start <= before < other.end
            ]
            share = min(
                (
                    _share(asked, unit, reading, upward=way)
                    for way in (True, False)
                    if _hours_of(mine, upward=way) is not None
                ),
                default=Decimal(1),
            )
            held += award.mw * share * _hours(before, reading.at)
            before = reading.at
    return held.quantize(MWH)


def _hours_of(backing: Backing, *, upward: bool) -> Decimal | None:
    return backing.up_hours if upward else backing.down_hours


def _share(asked: Sequence[tuple[Decimal, Backing]], unit: Unit, reading: Telemetry, *, upward: bool) -> Decimal:
    """Return how much of the capacity asked of a unit in one direction it could hold at a reading, 0 to 1."""
    taking = [(mw, hours) for mw, each in asked if (hours := _hours_of(each, upward=upward)) is not None]
    mw, mwh = sum((mw for mw, _ in taking), Decimal(0)), sum((mw * hours for mw, hours in taking), Decimal(0))
    power = unit.high_mw - reading.actual_mw if upward else reading.actual_mw - unit.low_mw
    shares = [Decimal(1), max(power, Decimal(0)) / mw if mw else Decimal(1)]
    if unit.capacity_mwh is not None and reading.soc_mwh is not None and mwh:
        stored = reading.soc_mwh if upward else unit.capacity_mwh - reading.soc_mwh
        shares.append(max(stored, Decimal(0)) / mwh)
    return min(shares)


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
