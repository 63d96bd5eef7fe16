"""The exchange's door: bytes of any of the four ISOs in, bytes of the same ISO out; in-process or behind a server."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from market_platform.errors import MarketPlatformError
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.exchange import caiso_wire, ercot_wire, nyiso_wire, pjm_wire
from market_platform.sandbox.exchange.exchange import WITHDRAWN, Exchange
from market_platform.sandbox.exchange.order import Entry, RefusedMessage, Submission

WRITERS = {"ercot": ercot_wire, "pjm": pjm_wire, "nyiso": nyiso_wire, "caiso": caiso_wire}
# What a question may be narrowed to: owner, product and start of bids that were not withdrawn.
Asked = Collection[tuple[str, str, datetime]]


class Door:
    """One ISO's simulated services. ``opened`` turns a sealed envelope into the message that its seal covers."""

    def __init__(
        self, exchange: Exchange, clock: Callable[[], datetime], opened: Callable[[bytes], bytes] = lambda body: body
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.opened = opened
        self.wire = WRITERS[exchange.iso]

    def submit(self, body: bytes, participant: str = "") -> bytes:
        """Take a sealed message and return the synchronous answer; a refusal is an answer too."""
        at = self.clock()
        try:
            return self.take(self.opened(body), participant, at)
        except (RefusedMessage, MarketPlatformError) as error:
            return self.wire.write_refusal(str(error), at)

    def take(self, body: bytes, participant: str, at: datetime) -> bytes:
        """Take a message whose seal is off, received at ``at``. Raises RefusedMessage where it cannot be read."""
        return self.wire.write_reply(self.exchange.receive(self._read(body, participant), at), at)

    def statuses(self, participant: str, day: date, market: str = "", asked: Asked | None = None) -> bytes:
        """Return the statuses of a participant's bids for a market day, as after a validation phase."""
        return self.wire.write_notification(self._entries(participant, day, market, asked), self.clock())

    def awards(self, participant: str, day: date, market: str = "", asked: Asked | None = None) -> bytes:
        """Return a participant's awards for a market day."""
        entries = self._entries(participant, day, market, asked)
        return self.wire.write_award_sets(entries, day.isoformat(), self.clock())

    def _entries(self, participant: str, day: date, market: str, asked: Asked | None) -> list[Entry]:
        def is_meant(entry: Entry) -> bool:
            if asked is None:
                return True
            order = entry.order
            return (order.owner, order.product, order.start) in asked and entry.reasons != WITHDRAWN

        bounds = day_bounds(day, MARKETS[self.exchange.iso].zone)
        entries = self.exchange.entries_of(participant, *bounds)
        return [entry for entry in entries if market in ("", entry.order.market) and is_meant(entry)]

    def _read(self, body: bytes, participant: str) -> Submission:
        if self.exchange.iso == "ercot":
            return ercot_wire.read(body)
        if self.exchange.iso == "caiso":
            return caiso_wire.read(body)
        return pjm_wire.read(body, participant) if self.exchange.iso == "pjm" else nyiso_wire.read(body, participant)


class InProcessTransport:
    """Carries messages to a door in the same process."""

    simulated = True

    def __init__(self, door: Door, participant: str = "") -> None:
        self.door = door
        self.participant = participant

    def __call__(self, path: str, content_type: str, body: bytes) -> bytes:  # noqa: ARG002
        """Deliver a message and return the answer."""
        return self.door.submit(body, self.participant)
