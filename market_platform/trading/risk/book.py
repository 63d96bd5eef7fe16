"""The book that a request is judged against: power bound in each five-minute slot, dollars bound on each day."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from market_platform.trading.bids.bid import Bid
from market_platform.trading.risk.limits import RiskLimits

SLOT_SECONDS = 300
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """One limit that a bid would pass."""

    limit_name: str
    asked: Decimal | None
    allowed: Decimal | None
    message: str


@dataclass
class RiskBook:
    """What is bound already.

    Slots make the peak exact for intervals that lie on five minutes, and too high, never too low, off them.
    """

    mw: dict[tuple[Key, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    usd: dict[tuple[str, date], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    stopped: dict[str, Decimal] = field(default_factory=dict)
    bought_at: dict[tuple[str, date], Decimal] = field(default_factory=dict)

    def add(self, bid: Bid, mw: Decimal, usd: Decimal) -> None:
        """Bind power and dollars for a bid."""
        for key in _keys(bid):
            for slot in _slots(bid.start, bid.end):
                self.mw[(key, slot)] += mw
        self.usd[(bid.portfolio, bid.market_day)] += usd

    def judge(self, bid: Bid, usd: Decimal, limits: RiskLimits) -> list[Breach]:
        """Return every limit that the bid would pass on top of what is bound."""
        names = ("max_bid_mw", "resource_position_mw", "portfolio_position_mw")
        breaches = []
        for name, key in zip(names, _keys(bid), strict=True):
            allowed = getattr(limits, name)
            bound = max(
                (self.mw.get((key, slot), Decimal(0)) for slot in _slots(bid.start, bid.end)), default=Decimal(0)
            )
            asked = bound + bid.largest_mw
            if asked > allowed:
                breaches.append(
                    Breach(name, asked, allowed, f"{asked} MW at once for {' '.join(key)}, {allowed} MW allowed")
                )
        asked = self.usd[(bid.portfolio, bid.market_day)] + usd
        if asked > limits.daily_exposure_usd:
            message = f"{asked} USD on {bid.market_day} for {bid.portfolio}, {limits.daily_exposure_usd} USD allowed"
            breaches.append(Breach("daily_exposure_usd", asked, limits.daily_exposure_usd, message))
        return breaches + self._stop_breaches(bid)

    def _stop_breaches(self, bid: Bid) -> list[Breach]:
        owner = _owner(bid)
        if owner in self.stopped:
            message = f"{owner} is stopped since its price passed {self.stopped[owner]} $/MWh: release the stop first"
            return [Breach("stop_loss", None, self.stopped[owner], message)]
        floor = self.bought_at.get((owner, bid.market_day))
        lowest_sale = min((price for mw, price in bid.points if mw > 0), default=None)
        if bid.product == "energy" and floor is not None and lowest_sale is not None and lowest_sale < floor:
            message = f"{owner} would sell at {lowest_sale} $/MWh what it bought, the stop is at {floor} $/MWh"
            return [Breach("stop_loss", lowest_sale, floor, message)]
        return []


def _owner(bid: Bid) -> str:
    return bid.resource or bid.location


def _keys(bid: Bid) -> tuple[Key, Key, Key]:
    owner = _owner(bid)
    return ((owner, bid.iso, bid.market, bid.product), (owner,), ("portfolio", bid.portfolio))


def _slots(start: datetime, end: datetime) -> Iterator[int]:
    first = int(start.timestamp() // SLOT_SECONDS)
    last = int(-(-end.timestamp() // SLOT_SECONDS))
    yield from range(first, last)
