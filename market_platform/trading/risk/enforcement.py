"""Binding risk before a submission: one request after the other, in the ledger, whoever asks and from wherever.

Every decision takes its turn on one row of ``risk_lock``: the database lets one transaction hold it at a time, so a
decision always sees all that was bound before. Neither threads nor processes nor hosts can pass a limit together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import bid_of, read_bids
from market_platform.trading.bid_ledger.life_cycle import HOLDING, move, note, states_of
from market_platform.trading.bid_ledger.tables import bids, risk_lock, risk_refusals, risk_stops
from market_platform.trading.bids.bid import Bid
from market_platform.trading.risk.book import Breach, RiskBook
from market_platform.trading.risk.entries import entry_prices
from market_platform.trading.risk.limits import RiskLimits, exposure_usd, stop_price


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one bid: bound and now submitted, or refused with every limit it would pass."""

    bid_id: str
    breaches: tuple[Breach, ...]

    @property
    def granted(self) -> bool:
        """True where the bid may leave the house."""
        return not self.breaches


def take_turn(connection: sa.Connection) -> None:
    """Wait for the turn among all risk decisions; it ends with the transaction."""
    turn = sa.update(risk_lock).where(risk_lock.c.lock_id == 1).values(turns=risk_lock.c.turns + 1)
    if connection.execute(turn).rowcount != 1:
        msg = "risk_lock has no row: run the ledger's migrations before any submission"
        raise RuleBroken(msg)


def bind(
    ledger: Ledger, asked: Sequence[Bid], limits: RiskLimits, *, at: datetime, actor: str, message_id: str | None = None
) -> list[Decision]:
    """Judge drafts in the given order; bind and submit those within the limits, record each refusal of the others.

    A refused bid stays a draft. Raises RuleBroken where a bid is not a draft in the ledger, and then nothing is done.
    """
    with ledger.begin() as connection:
        take_turn(connection)
        _demand_drafts(connection, asked)
        decisions, bound = _judge(connection, asked, limits)
        granted = [decision.bid_id for decision in decisions if decision.granted]
        if granted:
            move(connection, granted, "submitted", at=at, actor=actor, reason="within limits", message_id=message_id)
            connection.execute(
                sa.update(bids)
                .where(bids.c.bid_id == sa.bindparam("which"))
                .values(held_mw=sa.bindparam("mw"), held_usd=sa.bindparam("usd")),
                [{"which": bid_id, "mw": bound[bid_id][0], "usd": bound[bid_id][1]} for bid_id in granted],
            )
        _record_refusals(connection, decisions, at=at, actor=actor)
    return decisions


def preview(ledger: Ledger, asked: Sequence[Bid], limits: RiskLimits) -> list[Decision]:
    """Judge bids as ``bind`` would now, bind nothing, record nothing: for a dry run."""
    with ledger.read() as connection:
        return _judge(connection, asked, limits)[0]


def _judge(
    connection: sa.Connection, asked: Sequence[Bid], limits: RiskLimits
) -> tuple[list[Decision], dict[str, tuple[Decimal, Decimal]]]:
    book = _load_book(connection, asked, limits)
    decisions, bound = [], {}
    for bid in asked:
        usd = exposure_usd(bid, limits)
        breaches = tuple(book.judge(bid, usd, limits))
        if not breaches:
            book.add(bid, bid.largest_mw, usd)
            bound[bid.bid_id] = (bid.largest_mw, usd)
        decisions.append(Decision(bid.bid_id, breaches))
    return decisions, bound


def _demand_drafts(connection: sa.Connection, asked: Sequence[Bid]) -> None:
    states = states_of(connection, [bid.bid_id for bid in asked])
    wrong = [
        f"{bid.bid_id} is {states.get(bid.bid_id, 'unknown')}" for bid in asked if states.get(bid.bid_id) != "draft"
    ]
    if wrong or len(states) < len(asked):
        msg = f"only drafts can be submitted, each once: {', '.join(wrong) or 'a bid is named twice'}"
        raise RuleBroken(msg)
    written = {bid.bid_id: bid for bid in read_bids(connection, list(states))}
    changed = [bid.bid_id for bid in asked if written[bid.bid_id] != bid]
    if changed:
        msg = f"these bids differ from their drafts in the ledger, register them anew: {', '.join(changed)}"
        raise RuleBroken(msg)


def _load_book(connection: sa.Connection, asked: Sequence[Bid], limits: RiskLimits) -> RiskBook:
    book = RiskBook()
    if not asked:
        return book
    days = [bid.market_day for bid in asked]
    # One day to either side: market days of different zones overlap in time.
    query = sa.select(bids).where(
        bids.c.state.in_(HOLDING),
        bids.c.market_day.between(min(days) - timedelta(days=1), max(days) + timedelta(days=1)),
    )
    for row in connection.execute(query):
        book.add(bid_of(row), row.held_mw, row.held_usd)
    for stop in connection.execute(sa.select(risk_stops).where(risk_stops.c.released_at.is_(None))):
        book.stopped[stop.resource] = stop.stop_usd_per_mwh
    for (owner, day), entry in entry_prices(connection, min(days), max(days)).items():
        if entry.bought_usd_per_mwh is not None:
            book.bought_at[(owner, day)] = stop_price(entry.bought_usd_per_mwh, limits, bought=True)
    return book


def _record_refusals(connection: sa.Connection, decisions: Sequence[Decision], *, at: datetime, actor: str) -> None:
    rows = [
        {
            "bid_id": decision.bid_id,
            "at": at,
            "limit_name": breach.limit_name,
            "asked": breach.asked,
            "allowed": breach.allowed,
            "message": breach.message,
        }
        for decision in decisions
        for breach in decision.breaches
    ]
    if not rows:
        return
    connection.execute(sa.insert(risk_refusals), rows)
    refused = [decision for decision in decisions if not decision.granted]
    entries = [
        (decision.bid_id, "draft", "draft", "refused: " + "; ".join(breach.message for breach in decision.breaches))
        for decision in refused
    ]
    note(connection, entries, at=at, actor=actor)
