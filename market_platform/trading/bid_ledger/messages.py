"""Keeping what went out and what came back, word for word and without secrets, and the market's references."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from market_platform.trading.bid_ledger.life_cycle import PENDING, in_parts
from market_platform.trading.bid_ledger.tables import bid_messages, bids


def keep_message(
    connection: sa.Connection, message_id: str, *, iso: str, kind: str, delivery: str, at: datetime, body: bytes
) -> None:
    """Keep a message before it leaves; the same message is kept once."""
    if connection.scalar(sa.select(bid_messages.c.message_id).where(bid_messages.c.message_id == message_id)) is None:
        row = {"message_id": message_id, "iso": iso, "kind": kind, "delivery": delivery, "at": at}
        connection.execute(sa.insert(bid_messages).values(**row, body=body.decode("utf-8", "replace")))


def keep_answer(
    connection: sa.Connection, message_id: str, *, iso: str, delivery: str, at: datetime, body: bytes
) -> None:
    """Keep an answer to a message; the same answer at the same moment is kept once."""
    answer_id = hashlib.sha256(message_id.encode() + at.isoformat().encode() + body).hexdigest()[:40]
    if (
        connection.scalar(sa.select(bid_messages.c.message_id).where(bid_messages.c.message_id == answer_id))
        is not None
    ):
        return
    row = {"iso": iso, "kind": "answer", "delivery": delivery, "at": at, "answers_message_id": message_id}
    connection.execute(
        sa.insert(bid_messages).values(message_id=answer_id, **row, body=body.decode("utf-8", "replace"))
    )


def keep_references(connection: sa.Connection, references: Mapping[str, str]) -> None:
    """Keep the market's reference for each bid that was given one."""
    for bid_id, reference in references.items():
        if reference:
            connection.execute(sa.update(bids).where(bids.c.bid_id == bid_id).values(market_reference=reference))


def references_of(connection: sa.Connection, bid_ids: Sequence[str]) -> dict[str, str]:
    """Return the market's reference of each bid, empty where there is none."""
    columns = sa.select(bids.c.bid_id, bids.c.market_reference)
    return {
        row.bid_id: row.market_reference or ""
        for part in in_parts(bid_ids)
        for row in connection.execute(columns.where(bids.c.bid_id.in_(part)))
    }


def pending_under(connection: sa.Connection, references: Sequence[str]) -> list[str]:
    """Return the pending bids that stand at the market under these references."""
    query = sa.select(bids.c.bid_id).where(bids.c.market_reference.in_(references), bids.c.state.in_(PENDING))
    return list(connection.scalars(query.order_by(bids.c.bid_id)))
