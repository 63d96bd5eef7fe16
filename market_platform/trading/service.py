"""The one way of a bid: draft, checked, within risk, submitted, accepted, cleared, delivered, each step in the ledger.

Command line, HTTP and assets all call this. The market's side is handed in: the sandbox's exchange, or nothing for a
dry run, in which messages are built and kept and stay in the house.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import cancel as cancel_drafts
from market_platform.trading.bid_ledger.drafts import read_bids, register
from market_platform.trading.bid_ledger.life_cycle import states_of
from market_platform.trading.bid_ledger.queries import find_bids
from market_platform.trading.bid_ledger.results import Award, record_delivery, record_results
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.checker import Verdict, check_schedule
from market_platform.trading.gateways.desk import Desk, Outcome
from market_platform.trading.gateways.gateway import Answer
from market_platform.trading.risk.enforcement import Decision, preview
from market_platform.trading.risk.limits import RiskLimits

# What names an order at a market: its owner, product and start.
OrderName = tuple[str, str, datetime]


class Instruction(Protocol):
    """What real time asked of an order in five minutes."""

    @property
    def owner(self) -> str: ...  # noqa: D102
    @property
    def product(self) -> str: ...  # noqa: D102
    @property
    def order_start(self) -> datetime: ...  # noqa: D102
    @property
    def start(self) -> datetime: ...  # noqa: D102
    @property
    def end(self) -> datetime: ...  # noqa: D102
    @property
    def mw(self) -> Decimal: ...  # noqa: D102
    @property
    def price_usd_per_mwh(self) -> Decimal: ...  # noqa: D102


class MarketSide(Protocol):
    """What a market day's other side answers, once it was led to a moment with ``advance``."""

    def advance(self, to: datetime) -> None:
        """Do what the timetable holds up to a moment."""
        ...

    def statuses(self, participant: str, market: str, asked: Collection[OrderName]) -> bytes:
        """Return the statuses of the bids asked for, in the ISO's own words."""
        ...

    def awards(self, participant: str, asked: Collection[OrderName]) -> bytes:
        """Return day-ahead awards in the ISO's own words."""
        ...

    def ended(self, participant: str, market: str) -> set[OrderName]:
        """Return the orders that have their last word."""
        ...

    def instructions(self, participant: str) -> Sequence[Instruction]:
        """Return what real time asked of ended orders: it has no award message, its instructions stand for them."""
        ...

    def delivered(self, participant: str, market: str) -> Mapping[tuple[str, str, datetime], Decimal]:
        """Return the MWh that ended orders delivered, by owner, product and start."""
        ...


# Price that settles an award, $/MWh: market, wire name of the resource, product, start and end of the interval.
SettlementPrice = Callable[[str, str, str, datetime, datetime], Decimal | None]


@dataclass(frozen=True, kw_only=True)
class TradingService:
    """Bids of one ISO and market day. ``desk_of`` makes the desk of a participant."""

    ledger: Ledger
    iso: str
    day: date
    limits: RiskLimits
    actor: str
    desk_of: Callable[[str], Desk]
    market_side: MarketSide | None = None
    price: SettlementPrice = lambda *_: None

    def check(self, drafts: Sequence[Bid], at: datetime) -> list[Verdict]:
        """Judge bids by the ISO's rules as received at ``at``; nothing is written."""
        return check_schedule(drafts, at)

    def would_risk_allow(self, drafts: Sequence[Bid]) -> list[Decision]:
        """Judge bids by the limits as they are bound now; nothing is written."""
        return preview(self.ledger, drafts, self.limits)

    def draft(self, bids: Sequence[Bid], at: datetime) -> list[Bid]:
        """Register the bids that the ledger does not hold yet as drafts and return those that are drafts now."""
        with self.ledger.read() as connection:
            states = states_of(connection, [bid.bid_id for bid in bids])
        fresh = [bid for bid in bids if bid.bid_id not in states]
        register(self.ledger, fresh, at=at, actor=self.actor)
        return [bid for bid in bids if states.get(bid.bid_id, "draft") == "draft"]

    def submit(self, drafts: Sequence[Bid], at: datetime) -> list[Outcome]:
        """Send drafts through rules, limits and door, one outcome a participant. Raises what ``Desk.submit`` raises."""
        by_participant: dict[str, list[Bid]] = {}
        for bid in drafts:
            by_participant.setdefault(bid.participant, []).append(bid)
        if self.market_side is not None and drafts:
            self.market_side.advance(at)
        return [self.desk_of(name).submit(bids, at) for name, bids in by_participant.items()]

    def follow(self, at: datetime) -> dict[str, str]:
        """Ask the market how the bids stand, write it to the ledger, and return the bids that moved, with their states."""
        if self.market_side is None:
            return {}
        self.market_side.advance(at)
        before = {bid.bid_id: state for bid, state in find_bids(self.ledger, iso=self.iso, day=self.day)}
        for participant in sorted(
            {bid.participant for bid, _ in self._bids("submitted", "accepted", "cleared", "partly")}
        ):
            for market in ("dam", "rtm"):
                self._take_statuses(participant, market, at)
                self._take_awards(participant, market, at)
                self._take_deliveries(participant, market, at)
        after = {bid.bid_id: state for bid, state in find_bids(self.ledger, iso=self.iso, day=self.day)}
        return {bid_id: state for bid_id, state in after.items() if before.get(bid_id) != state}

    def cancel(self, bid_ids: Sequence[str], at: datetime, reason: str) -> list[Answer]:
        """Withdraw pending bids at the market and in the ledger. Raises RuleBroken where one cannot be withdrawn."""
        with self.ledger.read() as connection:
            chosen = read_bids(connection, bid_ids)
            states = states_of(connection, bid_ids)
        drafts = [bid.bid_id for bid in chosen if states[bid.bid_id] == "draft"]
        standing = [bid for bid in chosen if states[bid.bid_id] != "draft"]
        answers: list[Answer] = []
        for participant in sorted({bid.participant for bid in standing}):
            named = [bid.bid_id for bid in standing if bid.participant == participant]
            answers += self.desk_of(participant).cancel(named, at, reason)
        if drafts:
            cancel_drafts(self.ledger, drafts, at=at, actor=self.actor, reason=reason)
        return answers

    def _bids(self, *states: str, participant: str | None = None, market: str | None = None) -> list[tuple[Bid, str]]:
        found = find_bids(self.ledger, iso=self.iso, day=self.day, states=states, market=market)
        return [(bid, state) for bid, state in found if participant in (None, bid.participant)]

    def _take_statuses(self, participant: str, market: str, at: datetime) -> None:
        pending = [bid for bid, _ in self._bids("submitted", "accepted", participant=participant, market=market)]
        if not pending or self.market_side is None:
            return
        desk = self.desk_of(participant)
        for message in desk.gateway.submission(pending, at):
            carried = [bid for bid in pending if bid.bid_id in message.bid_ids]
            reply = self.market_side.statuses(participant, market, {_order_name(bid) for bid in carried})
            desk.take_statuses(message, reply, at)

    def _take_awards(self, participant: str, market: str, at: datetime) -> None:
        accepted = [bid for bid, _ in self._bids("accepted", participant=participant, market=market)]
        if not accepted or self.market_side is None:
            return
        ended = self.market_side.ended(participant, market)
        known = [bid for bid in accepted if _order_name(bid) in ended]
        if not known:
            return
        if market == "dam":
            reply = self.market_side.awards(participant, {_order_name(bid) for bid in known})
            awards = self.desk_of(participant).gateway.read_awards(reply, known)
        else:
            awards = self._instructed(participant, known)
        priced = [self._priced(award, known, market) for award in awards]
        record_results(
            self.ledger, [bid.bid_id for bid in known], priced, at=at, actor=self.iso, reason=f"{market} results"
        )

    def _instructed(self, participant: str, known: Sequence[Bid]) -> list[Award]:
        if self.market_side is None:
            return []
        index = {_order_name(bid): bid.bid_id for bid in known}
        return [
            Award(index[(each.owner, each.product, each.order_start)], each.start, each.end, each.mw,
                  each.price_usd_per_mwh)
            for each in self.market_side.instructions(participant)
            if (each.owner, each.product, each.order_start) in index
        ]  # fmt: skip

    def _priced(self, award: Award, known: Sequence[Bid], market: str) -> Award:
        """Return the award with its settlement price: ERCOT's message of an awarded offer carries none."""
        if award.price_usd_per_mwh != 0:
            return award
        bid = next(bid for bid in known if bid.bid_id == award.bid_id)
        found = self.price(market, bid.resource or bid.location, bid.product, award.start, award.end)
        return award if found is None else replace(award, price_usd_per_mwh=found)

    def _take_deliveries(self, participant: str, market: str, at: datetime) -> None:
        if self.market_side is None:
            return
        waiting = [bid for bid, _ in self._bids("cleared", "partly", participant=participant, market=market)]
        told = self.market_side.delivered(participant, market)
        delivered = {bid.bid_id: told[_order_name(bid)] for bid in waiting if _order_name(bid) in told}
        if delivered:
            record_delivery(self.ledger, delivered, at=at, actor=self.iso)


def _order_name(bid: Bid) -> OrderName:
    return (bid.resource or bid.location, bid.product, bid.start)
