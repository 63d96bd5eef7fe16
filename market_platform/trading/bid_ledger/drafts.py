"""Writing bids to the ledger as drafts, reading them back as they were, cancelling them, and their audit trail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.life_cycle import PENDING, in_parts, move, note, states_of
from market_platform.trading.bid_ledger.tables import bid_events, bids
from market_platform.trading.bids.bid import Bid, CurvePoint, StorageTerms


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail."""

    at: datetime
    from_state: str
    to_state: str
    actor: str
    reason: str
    message_id: str | None


def register(ledger: Ledger, drafts: Sequence[Bid], *, at: datetime, actor: str) -> None:
    """Write new bids as drafts, all or none. Raises RuleBroken where an identifier is already taken."""
    with ledger.begin() as connection:
        taken = sorted(states_of(connection, [bid.bid_id for bid in drafts]))
        if taken or len({bid.bid_id for bid in drafts}) < len(drafts):
            msg = f"bid identifiers are used once: {', '.join(taken) or 'the schedule repeats one'}"
            raise RuleBroken(msg)
        if drafts:
            connection.execute(sa.insert(bids), [_row(bid, at) for bid in drafts])
            note(connection, [(bid.bid_id, "", "draft", "registered") for bid in drafts], at=at, actor=actor)


def read_bids(connection: sa.Connection, bid_ids: Sequence[str]) -> list[Bid]:
    """Return bids in the order asked for. Raises RuleBroken where one is unknown."""
    rows = {
        row.bid_id: row
        for part in in_parts(bid_ids)
        for row in connection.execute(sa.select(bids).where(bids.c.bid_id.in_(part)))
    }
    missing = sorted(set(bid_ids) - set(rows))
    if missing:
        msg = f"not in the ledger: {', '.join(missing)}"
        raise RuleBroken(msg)
    return [bid_of(rows[bid_id]) for bid_id in bid_ids]


def cancel(ledger: Ledger, bid_ids: Sequence[str], *, at: datetime, actor: str, reason: str) -> None:
    """Cancel pending bids, all or none. Raises RuleBroken where one has cleared or ended already."""
    with ledger.begin() as connection:
        move(connection, bid_ids, "cancelled", at=at, actor=actor, reason=reason)


def history(ledger: Ledger, bid_id: str) -> list[Event]:
    """Return the audit trail of a bid, oldest first."""
    query = sa.select(bid_events).where(bid_events.c.bid_id == bid_id).order_by(bid_events.c.event_id)
    with ledger.read() as connection:
        return [
            Event(row.at, row.from_state, row.to_state, row.actor, row.reason, row.message_id)
            for row in connection.execute(query)
        ]


def pending_bids(ledger: Ledger, resource: str) -> list[str]:
    """Return the bids of a resource that may still be cancelled."""
    query = sa.select(bids.c.bid_id).where(bids.c.resource == resource, bids.c.state.in_(PENDING))
    with ledger.read() as connection:
        return [row.bid_id for row in connection.execute(query.order_by(bids.c.interval_start, bids.c.bid_id))]


def _row(bid: Bid, at: datetime) -> dict[str, object]:
    soc = bid.soc
    return {
        "bid_id": bid.bid_id,
        "iso": bid.iso,
        "market": bid.market,
        "product": bid.product,
        "kind": bid.kind,
        "resource": bid.resource,
        "location": bid.location,
        "participant": bid.participant,
        "portfolio": bid.portfolio,
        "market_day": bid.market_day,
        "interval_start": bid.start,
        "interval_end": bid.end,
        "shape": bid.shape,
        "points_json": json.dumps([[str(mw), str(price)] for mw, price in bid.points]),
        "self_schedule_mw": bid.self_schedule_mw,
        "soc_json": None
        if soc is None
        else json.dumps(
            [
                None if level is None else str(level)
                for level in (soc.min_soc_mwh, soc.max_soc_mwh, soc.start_soc_mwh, soc.round_trip_efficiency)
            ]
        ),
        "state": "draft",
        "held_mw": Decimal(0),
        "held_usd": Decimal(0),
        "registered_at": at,
    }


def bid_of(row: sa.Row[Any]) -> Bid:
    """Return the bid that a row of ``bids`` keeps."""
    soc = None
    if row.soc_json is not None:
        soc = StorageTerms(*[None if level is None else Decimal(level) for level in json.loads(row.soc_json)])  # type: ignore[arg-type]
    return Bid(
        bid_id=row.bid_id,
        iso=row.iso,
        market=row.market,
        product=row.product,
        resource=row.resource,
        location=row.location,
        participant=row.participant,
        portfolio=row.portfolio,
        kind=row.kind,
        start=row.interval_start,
        end=row.interval_end,
        shape=row.shape,
        points=tuple(CurvePoint(Decimal(mw), Decimal(price)) for mw, price in json.loads(row.points_json)),
        self_schedule_mw=row.self_schedule_mw,
        soc=soc,
    )
