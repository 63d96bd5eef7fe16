"""The bid: one product of one resource for one delivery interval, in the platform's own terms.

What an ISO calls the product, how many points it takes and when its gate closes are rows in ``tables/``; how it looks
on the wire belongs to ``trading/gateways``. Power is positive where the grid receives it and negative where a storage
draws from it; the quantities of a pure purchase (a load bid, a virtual bid) are positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.trading.bids.tables import product_of


class CurvePoint(NamedTuple):
    """One corner of a price curve: up to ``mw`` at ``price_usd_per_mwh`` ($/MW per hour for capacity)."""

    mw: Decimal
    price_usd_per_mwh: Decimal


@dataclass(frozen=True, slots=True)
class StorageTerms:
    """What a storage tells the market about its energy: MWh in the store, not at the meter.

    ``start_soc_mwh`` is the level planned for the beginning of the interval, None where the market does not ask.
    """

    min_soc_mwh: Decimal
    max_soc_mwh: Decimal
    start_soc_mwh: Decimal | None = None
    round_trip_efficiency: Decimal | None = None


class EnergyTerms(Protocol):
    """Energy levels as a rule sees them, a bid's own or a market's order's."""

    @property
    def min_soc_mwh(self) -> Decimal: ...  # noqa: D102
    @property
    def max_soc_mwh(self) -> Decimal: ...  # noqa: D102
    @property
    def start_soc_mwh(self) -> Decimal | None: ...  # noqa: D102
    @property
    def round_trip_efficiency(self) -> Decimal | None: ...  # noqa: D102


class BidTerms(Protocol):
    """What a rule needs to see of a bid: anything with these attributes can be checked, a market's own order too."""

    @property
    def bid_id(self) -> str: ...  # noqa: D102
    @property
    def iso(self) -> str: ...  # noqa: D102
    @property
    def market(self) -> str: ...  # noqa: D102
    @property
    def product(self) -> str: ...  # noqa: D102
    @property
    def resource(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> datetime: ...  # noqa: D102
    @property
    def end(self) -> datetime: ...  # noqa: D102
    @property
    def shape(self) -> str: ...  # noqa: D102
    @property
    def points(self) -> Sequence[tuple[Decimal, Decimal]]: ...  # noqa: D102
    @property
    def self_schedule_mw(self) -> Decimal | None: ...  # noqa: D102
    @property
    def soc(self) -> EnergyTerms | None: ...  # noqa: D102


MARKET_KEYS = ("dam", "rtm")
KINDS = ("generator", "storage", "load", "der", "virtual")
SHAPES = ("curve", "slope", "fixed", "variable")
BLOCK_FAMILIES = ("capacity", "as_only", "mileage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """A bid, an offer or a self-schedule.

    ``market`` is ``dam`` or ``rtm``; ``product`` a key of ``tables/products.csv``; ``shape`` is ``curve`` (as the ISO
    reads a curve), ``slope`` (piecewise linear where the ISO has both), ``fixed`` (all or nothing over the whole span)
    or ``variable`` (one price, any part). Times are aware and kept in UTC. Raises RuleBroken for values that no rule
    could judge: an unknown market, naive times, floats where Decimal is due, an empty bid.
    """

    bid_id: str
    iso: str
    market: str
    product: str
    resource: str
    location: str
    participant: str
    portfolio: str
    kind: str
    start: datetime
    end: datetime
    shape: str = "curve"
    points: tuple[CurvePoint, ...] = ()
    self_schedule_mw: Decimal | None = None
    soc: StorageTerms | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be judged; keep times in UTC."""
        for name, value, known in (
            ("iso", self.iso, tuple(MARKETS)),
            ("market", self.market, MARKET_KEYS),
            ("kind", self.kind, KINDS),
            ("shape", self.shape, SHAPES),
        ):
            if value not in known:
                self._refuse(f"{name} {value!r} is none of {', '.join(known)}")
        if self.start.tzinfo is None or self.end.tzinfo is None:
            self._refuse("start and end need a zone")
        if self.end <= self.start:
            self._refuse(f"it ends at {self.end} and starts at {self.start}")
        if not self.points and self.self_schedule_mw is None:
            self._refuse("it has neither a curve nor a self-schedule")
        numbers = [number for point in self.points for number in point] + [self.self_schedule_mw or Decimal(0)]
        if not all(isinstance(number, Decimal) and number.is_finite() for number in numbers):
            self._refuse("quantities and prices must be finite Decimal values")
        object.__setattr__(self, "points", tuple(CurvePoint(*point) for point in self.points))
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    def _refuse(self, reason: str) -> None:
        msg = f"bid {self.bid_id} of {self.resource}: {reason}"
        raise RuleBroken(msg)

    @property
    def market_day(self) -> date:
        """The local date of the market on which delivery starts."""
        return market_day(self)

    @property
    def hours(self) -> Decimal:
        """Length of the delivery interval."""
        return hours(self)

    @property
    def is_blocks(self) -> bool:
        """True where the points are blocks beside each other, as capacity is offered, and not corners of a curve."""
        return is_blocks(self)

    @property
    def largest_mw(self) -> Decimal:
        """The largest absolute power that the bid could be awarded."""
        return largest_mw(self)


def market_day(bid: BidTerms) -> date:
    """Return the local date of the market on which delivery starts."""
    return day_of(bid.iso, bid.start)


def day_of(iso: str, moment: datetime) -> date:
    """Return the local date of a market at a moment."""
    return moment.astimezone(MARKETS[iso].zone).date()


def hours(bid: BidTerms) -> Decimal:
    """Return the length of the delivery interval in hours."""
    return Decimal((bid.end - bid.start).total_seconds()) / 3600


def is_blocks(bid: BidTerms) -> bool:
    """Say whether the points of a bid are blocks beside each other."""
    traded = product_of(bid.iso, bid.product, market_day(bid))
    return traded is not None and traded.family in BLOCK_FAMILIES


def largest_mw(bid: BidTerms) -> Decimal:
    """Return the largest absolute power that the bid could be awarded, self-schedule included, in MW.

    Along an energy curve quantities add up already; the points of a capacity bid are blocks beside each other.
    """
    amounts = [abs(mw) for mw, _ in bid.points]
    if is_blocks(bid):
        amounts = [sum(amounts, Decimal(0))]
    if bid.self_schedule_mw is not None:
        amounts.append(abs(bid.self_schedule_mw))
    return max(amounts)
