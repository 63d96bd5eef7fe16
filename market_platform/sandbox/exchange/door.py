"""The exchange's door: bytes of any of the four ISOs in, bytes of the same ISO out; in-process or behind a server."""

from collections.abc import Callable
from datetime import date, datetime

from market_platform.errors import MarketPlatformError
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.exchange import caiso_wire, ercot_wire, nyiso_wire, pjm_wire
from market_platform.sandbox.exchange.exchange import Exchange
from market_platform.sandbox.exchange.order import RefusedMessage, Submission

WRITERS = {"ercot": ercot_wire, "pjm": pjm_wire, "nyiso": nyiso_wire, "caiso": caiso_wire}


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
        """Take a message and return the synchronous answer; a refusal is an answer too."""
        at = self.clock()
        try:
            submission = self._read(self.opened(body), participant)
        except (RefusedMessage, MarketPlatformError) as error:
            return self.wire.write_refusal(str(error), at)
        return self.wire.write_reply(self.exchange.receive(submission, at), at)

    def statuses(self, participant: str, day: date) -> bytes:
        """Return the statuses of a participant's bids for a market day, as after a validation phase."""
        return self.wire.write_notification(self.exchange.entries_of(participant, *self._bounds(day)), self.clock())

    def awards(self, participant: str, day: date) -> bytes:
        """Return a participant's awards for a market day."""
        entries = self.exchange.entries_of(participant, *self._bounds(day))
        return self.wire.write_award_sets(entries, day.isoformat(), self.clock())

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        return day_bounds(day, MARKETS[self.exchange.iso].zone)

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
