"""The life of a bid: which state may follow which, and the one function that moves it, with its event.

draft -> submitted -> accepted -> cleared | partly | uncleared
                   -> rejected    cleared, partly -> delivered
draft, submitted and accepted may be cancelled; an accepted bid may still be rejected (ERCOT's second validation).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.trading.bid_ledger.tables import bid_events, bids

FOLLOWS = {
    "draft": ("submitted", "cancelled"),
    "submitted": ("accepted", "rejected", "cancelled"),
    "accepted": ("cleared", "partly", "uncleared", "rejected", "cancelled"),
    "cleared": ("delivered",),
    "partly": ("delivered",),
    "uncleared": (),
    "delivered": (),
    "rejected": (),
    "cancelled": (),
}
# States in which a bid binds, or has bound, risk capital.
HOLDING = ("submitted", "accepted", "cleared", "partly", "delivered")
PENDING = ("draft", "submitted", "accepted")
MOST_NAMED = 10_000  # SQLite binds 32,766 values in a statement, Postgres 65,535


def move(
    connection: sa.Connection,
    bid_ids: Sequence[str],
    to_state: str,
    *,
    at: datetime,
    actor: str,
    reason: str,
    message_id: str | None = None,
) -> None:
    """Move bids to ``to_state`` and write the events, all or none, inside the caller's transaction.

    Raises RuleBroken where a bid is unknown or its state does not lead there; a bid that another process moved in the
    meantime counts as such, so a move is made once however many ask for it.
    """
    origins = [state for state, targets in FOLLOWS.items() if to_state in targets]
    states = states_of(connection, bid_ids)
    if len(set(bid_ids)) < len(bid_ids):
        msg = f"a bid is named twice among those that are to become {to_state}"
        raise RuleBroken(msg)
    for bid_id in bid_ids:
        if states.get(bid_id) not in origins:
            known = f"is {states[bid_id]}" if bid_id in states else "is not in the ledger"
            msg = f"bid {bid_id} {known}: only {', '.join(origins)} becomes {to_state}"
            raise RuleBroken(msg)
    for origin in origins:
        for part in in_parts([bid_id for bid_id in bid_ids if states[bid_id] == origin]):
            change = sa.update(bids).where(bids.c.bid_id.in_(part), bids.c.state == origin).values(state=to_state)
            if connection.execute(change).rowcount != len(part):
                msg = f"one of {', '.join(part)} was moved by someone else before it became {to_state}: see its events"
                raise RuleBroken(msg)
    note(
        connection,
        [(bid_id, states[bid_id], to_state, reason) for bid_id in bid_ids],
        at=at,
        actor=actor,
        message_id=message_id,
    )


def note(
    connection: sa.Connection,
    entries: Sequence[tuple[str, str, str, str]],
    *,
    at: datetime,
    actor: str,
    message_id: str | None = None,
) -> None:
    """Append events: (bid, state before, state after, reason)."""
    if entries:
        connection.execute(
            sa.insert(bid_events),
            [
                {
                    "bid_id": bid_id,
                    "at": at,
                    "from_state": before,
                    "to_state": after,
                    "actor": actor,
                    "reason": reason,
                    "message_id": message_id,
                }
                for bid_id, before, after, reason in entries
            ],
        )


def states_of(connection: sa.Connection, bid_ids: Sequence[str]) -> dict[str, str]:
    """Return the state of each known bid."""
    states: dict[str, str] = {}
    for part in in_parts(bid_ids):
        query = sa.select(bids.c.bid_id, bids.c.state).where(bids.c.bid_id.in_(part))
        states |= {row.bid_id: row.state for row in connection.execute(query)}
    return states


def in_parts(bid_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the identifiers in parts that one statement of either database can name."""
    for first in range(0, len(bid_ids), MOST_NAMED):
        yield bid_ids[first : first + MOST_NAMED]
