"""Writing what the market gave and what was delivered, and moving the bids to the states that follow from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import read_bids
from market_platform.trading.bid_ledger.life_cycle import move
from market_platform.trading.bid_ledger.tables import bid_awards, bid_deliveries, bids
from market_platform.trading.bids.bid import Bid


@dataclass(frozen=True, slots=True)
class Award:
    """What a market gave a bid in one interval; negative where a storage buys."""

    bid_id: str
    start: datetime
    end: datetime
    awarded_mw: Decimal
    price_usd_per_mwh: Decimal


def record_results(
    ledger: Ledger, bid_ids: Sequence[str], awards: Iterable[Award], *, at: datetime, actor: str, reason: str
) -> dict[str, str]:
    """Write a market's answer for accepted bids and return each bid's state: cleared, partly or uncleared.

    A bid is cleared where its award, averaged over its interval, reaches the largest power it offered. Power that was
    not awarded is no longer bound; the dollars of a partial award stay bound for the day. Raises RuleBroken where a
    bid is not accepted or an award names another bid, and then nothing is written.
    """
    by_bid: dict[str, list[Award]] = {bid_id: [] for bid_id in bid_ids}
    for award in awards:
        if award.bid_id not in by_bid:
            msg = f"an award names bid {award.bid_id}, which is not among the bids cleared here"
            raise RuleBroken(msg)
        by_bid[award.bid_id].append(award)
    with ledger.begin() as connection:
        outcome = {bid.bid_id: _outcome(bid, by_bid[bid.bid_id]) for bid in read_bids(connection, bid_ids)}
        for state in ("cleared", "partly", "uncleared"):
            chosen = [bid_id for bid_id, result in outcome.items() if result == state]
            if chosen:
                move(connection, chosen, state, at=at, actor=actor, reason=reason)
        rows = [_row(award, at) for given in by_bid.values() for award in given]
        if rows:
            connection.execute(sa.insert(bid_awards), rows)
        _release_power(connection, {bid_id: by_bid[bid_id] for bid_id, result in outcome.items() if result == "partly"})
    return outcome


def record_delivery(ledger: Ledger, delivered_mwh: dict[str, Decimal], *, at: datetime, actor: str) -> None:
    """Write what was delivered for cleared bids, in MWh."""
    with ledger.begin() as connection:
        move(connection, list(delivered_mwh), "delivered", at=at, actor=actor, reason="interval ended")
        if delivered_mwh:
            connection.execute(
                sa.insert(bid_deliveries),
                [{"bid_id": bid_id, "delivered_mwh": mwh, "known_at": at} for bid_id, mwh in delivered_mwh.items()],
            )


def _outcome(bid: Bid, awards: list[Award]) -> str:
    mwh = sum((Decimal((a.end - a.start).total_seconds()) / 3600 * abs(a.awarded_mw) for a in awards), Decimal(0))
    if mwh == 0:
        return "uncleared"
    return "cleared" if mwh >= bid.largest_mw * bid.hours else "partly"


def _release_power(connection: sa.Connection, partly: dict[str, list[Award]]) -> None:
    for bid_id, given in partly.items():
        largest = max(abs(award.awarded_mw) for award in given)
        connection.execute(sa.update(bids).where(bids.c.bid_id == bid_id).values(held_mw=largest))


def _row(award: Award, at: datetime) -> dict[str, object]:
    return {
        "bid_id": award.bid_id,
        "interval_start": award.start,
        "interval_end": award.end,
        "awarded_mw": award.awarded_mw,
        "price_usd_per_mwh": award.price_usd_per_mwh,
        "known_at": at,
    }
