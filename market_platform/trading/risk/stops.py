"""Stop-loss: when the market's price has moved too far against a position, its resource may bid no further.

A stop blocks new bids until a person releases it; the pending bids of the resource are named for cancellation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.life_cycle import PENDING
from market_platform.trading.bid_ledger.tables import bids, risk_stops
from market_platform.trading.risk.enforcement import take_turn
from market_platform.trading.risk.entries import entry_prices
from market_platform.trading.risk.limits import RiskLimits, stop_price


@dataclass(frozen=True, slots=True)
class Stop:
    """A resource that was stopped: its entry, the price that was seen, the price it had to keep."""

    resource: str
    entry_usd_per_mwh: Decimal
    mark_usd_per_mwh: Decimal
    stop_usd_per_mwh: Decimal
    pending_bids: tuple[str, ...]


def trip_stops(
    ledger: Ledger, marks_usd_per_mwh: Mapping[str, Decimal], day: date, limits: RiskLimits, *, at: datetime
) -> list[Stop]:
    """Compare open positions of a market day with the market's prices now and stop the resources that lost too much.

    A purchase is stopped at or below its stop price, a sale at or above it. A resource already stopped is left alone.
    """
    stops = []
    with ledger.begin() as connection:
        take_turn(connection)
        already: set[str] = set(
            connection.scalars(sa.select(risk_stops.c.resource).where(risk_stops.c.released_at.is_(None)))
        )
        for (owner, _), entry in sorted(entry_prices(connection, day, day).items()):
            mark = marks_usd_per_mwh.get(owner)
            if mark is None or owner in already:
                continue
            for price, bought in ((entry.bought_usd_per_mwh, True), (entry.sold_usd_per_mwh, False)):
                if price is None:
                    continue
                stop = stop_price(price, limits, bought=bought)
                if mark != price and (mark <= stop if bought else mark >= stop):
                    stops.append(Stop(owner, price, mark, stop, _pending(connection, owner)))
                    break
        if stops:
            connection.execute(sa.insert(risk_stops), [_row(stop, at) for stop in stops])
    return stops


def release_stop(ledger: Ledger, resource: str, *, at: datetime, by: str, reason: str) -> None:
    """Let a stopped resource bid again; the release stays on record. Raises RuleBroken where it is not stopped."""
    with ledger.begin() as connection:
        take_turn(connection)
        change = (
            sa.update(risk_stops)
            .where(risk_stops.c.resource == resource, risk_stops.c.released_at.is_(None))
            .values(released_at=at, released_by=by, release_reason=reason)
        )
        if connection.execute(change).rowcount == 0:
            msg = f"{resource} is not stopped: there is nothing to release"
            raise RuleBroken(msg)


def _pending(connection: sa.Connection, resource: str) -> tuple[str, ...]:
    query = sa.select(bids.c.bid_id).where(bids.c.resource == resource, bids.c.state.in_(PENDING))
    return tuple(connection.scalars(query.order_by(bids.c.bid_id)))


def _row(stop: Stop, at: datetime) -> dict[str, object]:
    return {
        "resource": stop.resource,
        "at": at,
        "entry_usd_per_mwh": stop.entry_usd_per_mwh,
        "mark_usd_per_mwh": stop.mark_usd_per_mwh,
        "stop_usd_per_mwh": stop.stop_usd_per_mwh,
    }
