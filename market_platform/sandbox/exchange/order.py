"""An order as the exchange holds it: read from a message, with its state and what it was awarded.

An order shows the attributes that a rule checker looks at; the checker itself is handed to the exchange.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from market_platform.errors import PayloadError
from market_platform.markets.market import MARKETS

PURCHASES = frozenset(
    ("energy_bid", "rtm_energy_bid", "demand", "decrement", "load", "virtual_load")
)  # fmt: skip
ENERGY = frozenset(("energy", "energy_only_offer", "increment", "virtual_supply", *PURCHASES))


@dataclass(frozen=True, slots=True)
class EnergyLevels:
    """Energy levels that an order states, in MWh."""

    min_soc_mwh: Decimal
    max_soc_mwh: Decimal
    start_soc_mwh: Decimal | None = None
    round_trip_efficiency: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One product for one interval. ``market`` is empty where the message does not say it."""

    bid_id: str
    iso: str
    market: str
    product: str
    resource: str
    location: str
    participant: str
    kind: str
    start: datetime
    end: datetime
    shape: str = "curve"
    points: tuple[tuple[Decimal, Decimal], ...] = ()
    self_schedule_mw: Decimal | None = None
    soc: EnergyLevels | None = None

    @property
    def market_day(self) -> date:
        """The local date of the market on which delivery starts."""
        return self.start.astimezone(MARKETS[self.iso].zone).date()

    @property
    def owner(self) -> str:
        """The resource, or the location of a virtual order."""
        return self.resource or self.location

    @property
    def name(self) -> tuple[str, ...]:
        """What names an order whatever market it counts for."""
        return (self.participant, self.owner, self.product, self.start.isoformat(), self.bid_id)

    @property
    def key(self) -> tuple[str, ...]:
        """What a later order must share to take this one's place."""
        return (self.iso, self.market, *self.name)


@dataclass(frozen=True, slots=True)
class OrderAward:
    """What an order got in one interval."""

    start: datetime
    end: datetime
    mw: Decimal
    price_usd_per_mwh: Decimal


@dataclass
class Entry:
    """An order in the book: submitted, accepted, rejected, cancelled, cleared, partly, uncleared or delivered."""

    order: Order
    reference: str
    received_at: datetime
    state: str = "submitted"
    reasons: tuple[str, ...] = ()
    awards: list[OrderAward] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Submission:
    """One message read: what it wants, from whom, and the orders or references in it."""

    action: str
    participant: str
    message_id: str
    orders: tuple[Order, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backing:
    """For how many hours a capacity order's power must last upwards and downwards; None where it takes nothing of a way.

    Hours count in the unit's own energy.
    """

    up_hours: Decimal | None = None
    down_hours: Decimal | None = None


class Fault(Protocol):
    """One broken rule."""

    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102


class Judgement(Protocol):
    """What a rule checker says of an order."""

    @property
    def broken(self) -> Sequence[Fault]: ...  # noqa: D102


Check = Callable[[Order, datetime], Judgement]


class RefusedMessage(PayloadError):
    """A message that the exchange refuses as a whole, with what it answers."""
