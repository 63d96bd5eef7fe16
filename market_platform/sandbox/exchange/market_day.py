"""One market day of one simulated ISO, led along its timetable: receipt, validation, day-ahead run, five-minute runs.

The day is moved forward to a moment by ``advance``; where a price is not there yet it waits, and goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from market_platform.errors import Infeasible
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.sandbox.exchange.door import Asked, Door, InProcessTransport
from market_platform.sandbox.exchange.exchange import Exchange
from market_platform.sandbox.exchange.order import ENERGY, Entry

FIVE_MINUTES = timedelta(minutes=5)
ENDED = ("cleared", "partly", "uncleared", "delivered")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What real time asked of an order in one five-minute interval; such instructions stand for awards there."""

    owner: str
    product: str
    order_start: datetime
    start: datetime
    end: datetime
    mw: Decimal
    price_usd_per_mwh: Decimal


class MarketDay:
    """The exchange's side of one market day. ``results_at`` is when the day-ahead results are out."""

    def __init__(
        self,
        exchange: Exchange,
        day: date,
        *,
        results_at: datetime,
        sweep_at: datetime | None = None,
        opened: Callable[[bytes], bytes] = lambda body: body,
    ) -> None:
        self.exchange = exchange
        self.day = day
        self.results_at = results_at
        self.sweep_at = sweep_at
        zone = MARKETS[exchange.iso].zone
        self.begin, self.end = day_bounds(day, zone)
        self.hours = [start.to_pydatetime() for start in interval_starts(day, zone, 60)]
        self.now = self.begin - timedelta(days=7)
        self.ran_until = self.begin
        self.waits_for = ""
        self.delivered_mwh: dict[tuple[str, ...], Decimal] = {}
        self.door = Door(exchange, lambda: self.now, opened)

    def transport(self, participant: str) -> InProcessTransport:
        """Return the way of a participant's messages to this day's door."""
        return InProcessTransport(self.door, participant)

    def advance(self, to: datetime) -> None:
        """Do what the timetable holds up to a moment; ``waits_for`` names the price that is not there yet, if any."""
        self.now = max(self.now, to)
        self.waits_for = ""
        self.exchange.validate()
        if self.sweep_at is not None and self.sweep_at <= to:
            self.exchange.sweep(self.sweep_at)
        try:
            if self.results_at <= to:
                self._run_day_ahead()
                self._run_real_time(to)
        except Infeasible as error:
            self.waits_for = str(error)
        self.exchange.settle_states("rtm", self.ran_until)
        self.delivered_mwh |= self.exchange.close_deliveries(self.ran_until)

    def statuses(self, participant: str, market: str, asked: Asked) -> bytes:
        """Return the statuses of the bids asked for, in the ISO's own words."""
        return self.door.statuses(participant, self.day, market, asked)

    def awards(self, participant: str, asked: Asked) -> bytes:
        """Return the day-ahead awards of the bids asked for, in the ISO's own words."""
        return self.door.awards(participant, self.day, "dam", asked)

    def ended(self, participant: str, market: str) -> set[tuple[str, str, datetime]]:
        """Return owner, product and start of the orders that have their last word."""
        return {(entry.order.owner, entry.order.product, entry.order.start) for entry in self._of(participant, market)}

    def instructions(self, participant: str) -> list[Instruction]:
        """Return what real time asked of the orders that have their last word."""
        return [
            Instruction(
                entry.order.owner, entry.order.product, entry.order.start, award.start, award.end, award.mw,
                award.price_usd_per_mwh,
            )
            for entry in self._of(participant, "rtm")
            for award in entry.awards
        ]  # fmt: skip

    def delivered(self, participant: str, market: str) -> dict[tuple[str, str, datetime], Decimal]:
        """Return the MWh that ended orders delivered, by owner, product and start."""
        return {
            (entry.order.owner, entry.order.product, entry.order.start): self.delivered_mwh[entry.order.key]
            for entry in self._of(participant, market)
            if entry.order.key in self.delivered_mwh
        }

    def telemetry(self) -> pd.DataFrame:
        """Return the units' readings: resource, interval_start, interval_end, set_point_mw, actual_mw, soc_mwh."""
        rows = [
            (
                resource, reading.at - FIVE_MINUTES, reading.at, float(reading.set_point_mw), float(reading.actual_mw),
                None if reading.soc_mwh is None else float(reading.soc_mwh),
            )
            for resource, readings in self.exchange.telemetry.items()
            for reading in readings
        ]  # fmt: skip
        names = ["resource", "interval_start", "interval_end", "set_point_mw", "actual_mw", "soc_mwh"]
        return pd.DataFrame(rows, columns=names)

    def _of(self, participant: str, market: str) -> list[Entry]:
        return [
            entry
            for entry in self.exchange.entries_of(participant, self.begin, self.end)
            if entry.order.market == market and entry.state in ENDED
        ]

    def _run_day_ahead(self) -> None:
        self.exchange.validate_credit("dam", self.begin, self.end)
        for start in self.hours:
            self.exchange.clear("dam", start, start + timedelta(hours=1))

    def _run_real_time(self, to: datetime) -> None:
        while self.ran_until + FIVE_MINUTES <= min(to, self.end):
            until = self.ran_until + FIVE_MINUTES
            if any(
                entry.order.market == "rtm" and entry.order.product in ENERGY and entry.order.start < until
                for entry in self.exchange.book.values()
                if entry.state == "accepted"
            ):
                self.exchange.clear("rtm", self.ran_until, until, final=False)
            self.exchange.run_units(self.ran_until, until)
            self.ran_until = until
