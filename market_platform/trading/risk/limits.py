"""The limits and what a bid puts at stake, in Decimal."""

from dataclasses import dataclass, fields
from decimal import ROUND_UP, Decimal

from market_platform.errors import RuleBroken, SettingsError
from market_platform.trading.bid_ledger.tables import DECIMALS
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.tables import rules_in_force

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """Limits of one shop; every one holds for each request, whatever the order of requests.

    ``max_bid_mw``: largest power of one resource in one market, product and interval, over all its bids (500 kW).
    ``daily_exposure_usd``: worst-case dollars of a portfolio's bids for one market day (10,000).
    ``stop_loss_fraction``: how far a price may move against the entry price of a position (50 %).
    ``resource_position_mw``, ``portfolio_position_mw``: gross power over all markets and products at any moment.
    ``price_taker_usd_per_mwh``: what a self-schedule is assumed to pay or earn; None takes the market's cap.
    """

    max_bid_mw: Decimal = Decimal("0.5")
    daily_exposure_usd: Decimal = Decimal(10_000)
    stop_loss_fraction: Decimal = Decimal("0.5")
    resource_position_mw: Decimal = Decimal(2)
    portfolio_position_mw: Decimal = Decimal(20)
    price_taker_usd_per_mwh: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse floats and negative limits."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name == "price_taker_usd_per_mwh":
                continue
            if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
                msg = f"risk limit {field.name} is {value!r}: give a Decimal of zero or more"
                raise SettingsError(msg)


def exposure_usd(bid: Bid, limits: RiskLimits) -> Decimal:
    """Return the most dollars that a bid can move, whichever part of its curve is awarded, rounded up to the cent.

    Each corner counts with its own price, the blocks of a capacity bid together, a self-schedule with the price
    taker's price. Raises RuleBroken where a self-schedule has no such price and its market no cap: then nothing
    bounds it.
    """
    stakes = [abs(mw * price) for mw, price in bid.points]
    if bid.is_blocks:
        stakes = [sum(stakes, Decimal(0))]
    if bid.self_schedule_mw is not None:
        stakes.append(abs(bid.self_schedule_mw) * _price_taker_usd_per_mwh(bid, limits))
    return (max(stakes, default=Decimal(0)) * bid.hours).quantize(CENT, rounding=ROUND_UP)


def stop_price(entry_usd_per_mwh: Decimal, limits: RiskLimits, *, bought: bool) -> Decimal:
    """Return the price at which a position is given up: below the entry for a purchase, above it for a sale.

    It is held to the digits that the ledger keeps, as entries are.
    """
    move = limits.stop_loss_fraction * abs(entry_usd_per_mwh)
    return round(entry_usd_per_mwh - move if bought else entry_usd_per_mwh + move, DECIMALS)


def _price_taker_usd_per_mwh(bid: Bid, limits: RiskLimits) -> Decimal:
    if limits.price_taker_usd_per_mwh is not None:
        return limits.price_taker_usd_per_mwh
    caps = [
        Decimal(row.value)
        for rows in rules_in_force(bid.iso, bid.market, bid.product, bid.kind, bid.market_day)
        for row in rows
        if row.rule == "price_cap"
    ]
    if not caps:
        msg = f"bid {bid.bid_id}: {bid.iso} {bid.product} has no cap, so set price_taker_usd_per_mwh in the risk limits"
        raise RuleBroken(msg)
    return max(caps)
