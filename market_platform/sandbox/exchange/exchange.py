"""The exchange: messages in, states, awards, set points and telemetry out. Time is an argument of every call.

Rules, prices and depth are handed in: the same exchange runs on a simulated world's prices or on recorded ones (paper
trading), with any rule checker. Every method holds one lock, so a server's threads may share an exchange.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from market_platform.errors import Infeasible
from market_platform.sandbox.exchange.clearing import award_mw, ration
from market_platform.sandbox.exchange.delivery import delivered_mwh, held_mwh, set_point_mw
from market_platform.sandbox.exchange.order import (
    ENERGY,
    Backing,
    Check,
    EnergyLevels,
    Entry,
    Order,
    OrderAward,
    Submission,
)
from market_platform.sandbox.exchange.unit import Telemetry, Unit

# Price of a product at a location in a market for one interval, $/MWh (or $/MW); None where there is none.
Price = Callable[[str, str, str, datetime, datetime], Decimal | None]
# Most MW that a market takes of a product at a location in one interval; None for no bound.
Depth = Callable[[str, str, str, datetime], Decimal | None]
PENDING = ("submitted", "accepted")
WITHDRAWN = ("withdrawn by the participant",)


class Exchange:
    """One ISO's simulated markets."""

    def __init__(
        self,
        iso: str,
        check: Check,
        price: Price,
        *,
        depth: Depth = lambda *_: None,
        marginal_share: Decimal = Decimal(1),
        backing: Callable[[Order], Backing] = lambda _: Backing(),
        units: Iterable[Unit] = (),
        credit_usd: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.iso = iso
        self.check = check
        self.price = price
        self.depth = depth
        self.marginal_share = marginal_share
        self.backing = backing
        self.units = {unit.resource: unit for unit in units}
        self.credit_usd = dict(credit_usd or {})
        self.book: dict[tuple[str, ...], Entry] = {}
        self.telemetry: dict[str, list[Telemetry]] = defaultdict(list)
        self.lock = threading.RLock()

    def receive(self, submission: Submission, at: datetime) -> list[Entry]:
        """Take a message that could be read: new orders stand as submitted, named ones are cancelled while pending."""
        with self.lock:
            if submission.action == "cancel":
                return self._cancel(submission)
            entries = [self._enter(order, submission, at) for order in submission.orders]
            for entry in entries:
                before = self.book.get(entry.order.key)
                if before is not None and before.state not in (*PENDING, "rejected", "cancelled"):
                    entry.state, entry.reasons = "rejected", (f"the order before it is {before.state}",)
                else:
                    self.book[entry.order.key] = entry
            return entries

    def validate(self) -> list[Entry]:
        """Judge all submitted orders by the rules as of their receipt: accepted, or rejected with every reason.

        Hours that came under one identifier stand and fall together, as the ISOs treat an offer.
        """
        with self.lock:
            waiting = [entry for entry in self.book.values() if entry.state == "submitted"]
            offers: dict[tuple[str, str, date], list[Entry]] = defaultdict(list)
            for entry in waiting:
                faults = self.check(entry.order, entry.received_at).broken
                entry.reasons = tuple(
                    f"{entry.order.start.isoformat()} {fault.rule} ({fault.status}): {fault.message}"
                    for fault in faults
                )
                offers[(entry.order.participant, entry.order.bid_id, entry.order.market_day)].append(entry)
            for offer in offers.values():
                state = "rejected" if any(entry.reasons for entry in offer) else "accepted"
                for entry in offer:
                    entry.state = state
            return waiting

    def validate_credit(self, market: str, begin: datetime, end: datetime) -> list[Entry]:
        """Cancel accepted day-ahead orders of a participant beyond its credit, last received first; return them."""
        with self.lock:
            cancelled = []
            for participant, credit in self.credit_usd.items():
                entries = sorted(
                    (
                        entry
                        for entry in self._live(market, begin, end)
                        if entry.order.participant == participant and entry.order.product in ENERGY
                    ),
                    key=lambda entry: entry.received_at,
                )
                while entries and sum(_stake_usd(entry.order) for entry in entries) > credit:
                    last = entries.pop()
                    last.state, last.reasons = "cancelled", (f"credit exposure passes {credit} USD",)
                    cancelled.append(last)
            return cancelled

    def sweep(self, at: datetime, rules: Collection[str] = ("price_cap",)) -> list[Entry]:
        """Judge accepted orders again as if received now and cancel those that these rules no longer allow.

        ERCOT does so at 14:30 of the day before with offers above the real-time cap.
        """
        with self.lock:
            swept = []
            for entry in self.book.values():
                if entry.state == "accepted" and at < entry.order.start:
                    faults = [fault for fault in self.check(entry.order, at).broken if fault.rule in rules]
                    if faults:
                        entry.state, entry.reasons = "cancelled", tuple(fault.message for fault in faults)
                        swept.append(entry)
            return swept

    def clear(self, market: str, begin: datetime, end: datetime, *, final: bool = True) -> list[Entry]:
        """Clear the accepted orders of a market that overlap an interval, against the price for that interval.

        Day-ahead: call with each order's own hours, one hour at a time, or once with the whole day (blocks are then
        judged on their average price). Real time: call every five minutes with ``final=False`` and close with
        ``settle_states``. Raises Infeasible where an order's price is missing: nothing is cleared then.
        """
        with self.lock:
            entries = [
                entry
                for entry in self._live(market, begin, end)
                if all(award.end <= begin or end <= award.start for award in entry.awards)
            ]
            groups: dict[tuple[str, str, datetime, datetime], list[Entry]] = defaultdict(list)
            for entry in entries:
                order = entry.order
                span = (order.start, order.end) if final else (max(begin, order.start), min(end, order.end))
                groups[(order.location, order.product, *span)].append(entry)
            cleared = []
            for (location, product, start, stop), group in groups.items():
                orders = [entry.order for entry in group]
                price = self._price(market, location, product, start, stop)
                awards = [award_mw(order, price, self.marginal_share) for order in orders]
                awards = ration(orders, awards, self.depth(market, location, product, start))
                cleared += [
                    (entry, OrderAward(start, stop, mw, price)) for entry, mw in zip(group, awards, strict=True)
                ]
            for entry, award in cleared:
                entry.awards.append(award)
            if final:
                self._settle(entries)
            return entries

    def settle_states(self, market: str, until: datetime) -> list[Entry]:
        """Give every accepted order that ended by ``until`` its last state; return them."""
        with self.lock:
            ended = [
                entry
                for entry in self.book.values()
                if entry.order.market == market and entry.state == "accepted" and entry.order.end <= until
            ]
            self._settle(ended)
            return ended

    def run_units(self, begin: datetime, end: datetime) -> dict[str, Telemetry]:
        """Let every unit follow its latest award in an interval and return its telemetry; no award means zero.

        A real-time award stands in place of the day-ahead one.
        """
        with self.lock:
            hours = Decimal((end - begin).total_seconds()) / 3600
            readings = {}
            for resource, unit in self.units.items():
                reading = unit.follow(self.set_point_mw(resource, begin), hours, end)
                self.telemetry[resource].append(reading)
                readings[resource] = reading
            return readings

    def set_point_mw(self, resource: str, at: datetime) -> Decimal:
        """Return the power that the exchange asks of a resource at a moment: real time before day-ahead."""
        return set_point_mw(self.book.values(), resource, at)

    def close_deliveries(self, until: datetime) -> dict[tuple[str, ...], Decimal]:
        """Mark cleared orders that ended by ``until`` as delivered and return what each delivered, in MWh."""
        with self.lock:
            delivered = {}
            for key, entry in self.book.items():
                if entry.state in ("cleared", "partly") and entry.order.end <= until:
                    entry.state = "delivered"
                    unit = self.units.get(entry.order.resource)
                    readings = None if unit is None else self.telemetry.get(entry.order.resource, [])
                    if unit is None or entry.order.product in ENERGY:
                        delivered[key] = delivered_mwh(self.book.values(), entry, readings)
                    else:
                        delivered[key] = held_mwh(self.book.values(), entry, unit, readings or [], self.backing)
            return delivered

    def entries_of(self, participant: str, begin: datetime, end: datetime) -> list[Entry]:
        """Return a participant's orders that overlap an interval, in time order."""
        with self.lock:
            return sorted(
                (
                    entry
                    for entry in self.book.values()
                    if entry.order.participant == participant and entry.order.start < end and begin < entry.order.end
                ),
                key=lambda entry: (entry.order.start, entry.order.key),
            )

    def _enter(self, order: Order, submission: Submission, at: datetime) -> Entry:
        unit = self.units.get(order.resource)
        order = replace(order, kind=unit.kind if unit and not order.kind else order.kind or "generator")
        if unit and unit.capacity_mwh is not None and order.soc is None:
            order = replace(order, soc=EnergyLevels(Decimal(0), unit.capacity_mwh))
        if not order.market:
            order = self._placed(order, at)
        digest = hashlib.sha256(f"{submission.participant}|{order.market}|{order.owner}|{order.bid_id}".encode())
        return Entry(order, f"{submission.participant}.{order.market_day:%Y%m%d}.{digest.hexdigest()[:12]}", at)

    def _placed(self, order: Order, at: datetime) -> Order:
        """Decide for which market an order counts that does not say: day-ahead while its gate is open."""
        day_ahead = replace(order, market="dam")
        if any(fault.rule == "gate" for fault in self.check(day_ahead, at).broken):
            real_time = replace(order, market="rtm")
            if not any(fault.rule in ("gate", "product") for fault in self.check(real_time, at).broken):
                return real_time
        return day_ahead

    def _cancel(self, submission: Submission) -> list[Entry]:
        names = {order.name for order in submission.orders}
        named = [
            entry
            for entry in self.book.values()
            if entry.order.participant == submission.participant
            and (entry.reference in submission.references or entry.order.name in names)
        ]
        for entry in named:
            if entry.state in PENDING:
                entry.state, entry.reasons = "cancelled", WITHDRAWN
        return named

    def _live(self, market: str, begin: datetime, end: datetime) -> list[Entry]:
        return [
            entry
            for entry in self.book.values()
            if entry.order.market == market
            and entry.state == "accepted"
            and entry.order.start < end
            and begin < entry.order.end
        ]

    def _price(self, market: str, location: str, product: str, start: datetime, end: datetime) -> Decimal:
        price = self.price(market, location, product, start, end)
        if price is None:
            msg = f"no {market} price of {product} at {location} for {start.isoformat()}: nothing was cleared"
            raise Infeasible(msg)
        return price

    @staticmethod
    def _settle(entries: list[Entry]) -> None:
        for entry in entries:
            order = entry.order
            got = sum(
                (abs(award.mw) * Decimal((award.end - award.start).total_seconds()) for award in entry.awards),
                Decimal(0),
            )
            amounts = [abs(mw) for mw, _ in order.points]
            if order.product not in ENERGY:
                amounts = [sum(amounts, Decimal(0))]
            largest = max([*amounts, abs(order.self_schedule_mw or Decimal(0))])
            whole = largest * Decimal((order.end - order.start).total_seconds())
            entry.state = "uncleared" if got == 0 else "cleared" if got >= whole else "partly"


def _stake_usd(order: Order) -> Decimal:
    hours = Decimal((order.end - order.start).total_seconds()) / 3600
    return max((abs(mw * price) for mw, price in order.points), default=Decimal(0)) * hours
