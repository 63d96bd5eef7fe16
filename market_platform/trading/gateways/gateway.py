"""What every gateway does: build messages from bids, seal them with credentials, read answers and awards."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.gateways.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready but for its seal: it holds no secret and may be kept and shown.

    ``offers`` maps the identifiers on the wire to the bids behind them. ``format_status`` is the weakest source of its
    layout, V, S or U as in the rule tables.
    """

    iso: str
    kind: str
    path: str
    body: bytes
    content_type: str
    format_status: str
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Return an identifier that follows from the content."""
        return hashlib.sha256(self.path.encode() + b"\n" + self.body).hexdigest()[:40]

    @property
    def bid_ids(self) -> tuple[str, ...]:
        """The bids that the message carries."""
        return tuple(bid_id for bid_ids in self.offers.values() for bid_id in bid_ids)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ISO says of one bid: its state in the platform's terms, its own word and reference, its reason."""

    bid_id: str
    state: str
    market_word: str
    market_reference: str
    reason: str


class Gateway(Protocol):
    """One ISO's messages. Building and reading need no network; nothing here sends."""

    iso: str
    # True where a reference stands for a whole offer and withdraws all its hours at once.
    withdraws_whole_offers: bool

    def submission(self, bids: Sequence[Bid], at: datetime) -> list[Message]:
        """Return the messages that offer the bids. Raises RuleBroken where the format cannot say what a bid says."""
        ...

    def cancellation(self, bids: Sequence[Bid], references: Mapping[str, str], at: datetime) -> list[Message]:
        """Return the messages that withdraw pending bids, named by the ISO's references."""
        ...

    def sealed(self, message: Message, credentials: Credentials) -> bytes:
        """Return what goes on the wire: signed, or with the password where the format wants it. Never kept."""
        ...

    def read_answers(self, message: Message, reply: bytes) -> list[Answer]:
        """Return what the ISO says of each bid of the message. Raises UnreadablePayload for anything else."""
        ...

    def read_awards(self, reply: bytes, bids: Sequence[Bid]) -> list[Award]:
        """Return the awards for these bids. Raises PayloadError where an award fits none of them."""
        ...


def wire_id(*parts: str) -> str:
    """Return twelve letters and digits that follow from the parts: short enough for every ISO."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
