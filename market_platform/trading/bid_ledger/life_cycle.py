"""The life of a bid: which state may follow which, and the one function that moves it, with its event.

draft -> submitted -> accepted -> cleared | partly | uncleared
                   -> rejected    cleared, partly -> delivered
draft, submitted and accepted may be cancelled; an accepted bid may still be rejected (ERCOT's second validation).
"""

from collections.abc import Sequence
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
    for bid_id in bid_ids:
        if states.get(bid_id) not in origins:
            known = f"is {states[bid_id]}" if bid_id in states else "is not in the ledger"
            msg = f"bid {bid_id} {known}: only {', '.join(origins)} becomes {to_state}"
            raise RuleBroken(msg)
    for bid_id in bid_ids:
        change = sa.update(bids).where(bids.c.bid_id == bid_id, bids.c.state == states[bid_id]).values(state=to_state)
        if connection.execute(change).rowcount != 1:
            msg = f"bid {bid_id} was moved by someone else while it was to become {to_state}: look at its events"
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
    query = sa.select(bids.c.bid_id, bids.c.state).where(bids.c.bid_id.in_(bid_ids))
    return {row.bid_id: row.state for row in connection.execute(query)}
