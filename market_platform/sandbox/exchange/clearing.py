"""Clearing price takers against a price that is handed in: what each order gets, in Decimal.

An order never moves the price. It may be cleared in part along its curve, at the margin where its price equals the
market's, or because the market takes only so many megawatts at a place.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from market_platform.sandbox.exchange.order import ENERGY, PURCHASES, Order

ZERO = Decimal(0)
STEP_MW = {"ercot": Decimal("0.1"), "caiso": Decimal("0.01"), "pjm": Decimal("0.1"), "nyiso": Decimal("0.0001")}
# ERCOT draws straight lines between corners; the others offer steps unless a message asks for slopes.
LINEAR_ISOS = frozenset(("ercot",))


def award_mw(order: Order, price_usd_per_mwh: Decimal, marginal_share: Decimal = Decimal(1)) -> Decimal:
    """Return the power that an order gets at a price, in MW, rounded towards zero to the ISO's step.

    ``marginal_share`` is how much of a step priced exactly at the market's price is taken. Purchases give their
    quantity as positive power; a storage's award is negative where it draws.
    """
    mw = _priced_mw(order, price_usd_per_mwh, marginal_share) if order.points else ZERO
    if order.self_schedule_mw is not None:
        own = order.self_schedule_mw
        mw = own if not order.points else max(own, mw)
    return _rounded(mw, order)


def ration(orders: Sequence[Order], awards: Sequence[Decimal], depth_mw: Decimal | None) -> list[Decimal]:
    """Return the awards cut back, where their sum passes what the market takes, each by the same share.

    Self-schedules are cut with the rest; an all-or-nothing block is dropped before it is cut.
    """
    given = list(awards)
    if depth_mw is None:
        return given
    for position, order in enumerate(orders):
        if order.shape == "fixed" and sum(map(abs, given), ZERO) > depth_mw:
            given[position] = ZERO
    total = sum(map(abs, given), ZERO)
    if total <= depth_mw:
        return given
    return [_rounded(mw * depth_mw / total, order) for mw, order in zip(given, orders, strict=True)]


def _priced_mw(order: Order, price: Decimal, share: Decimal) -> Decimal:
    if order.product not in ENERGY:
        taken = [(mw, offer) for mw, offer in order.points if offer <= price]
        return sum((mw if offer < price else mw * share for mw, offer in taken), ZERO)
    # A purchase is an offer seen in a mirror: it is taken while its price is at or above the market's.
    sign = -1 if order.product in PURCHASES else 1
    corners = [(mw, sign * offer) for mw, offer in order.points]
    level = sign * price
    if order.shape == "fixed":
        return corners[0][0] if corners[0][1] <= level else ZERO
    if order.shape == "slope" or (order.iso in LINEAR_ISOS and order.shape == "curve"):
        return _along_lines(corners, level, share)
    return _along_steps(corners, level, share)


def _start_mw(corners: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Where a curve begins: at zero, or at full draw for a storage."""
    return min(corners[0][0], ZERO)


def _along_steps(corners: Sequence[tuple[Decimal, Decimal]], level: Decimal, share: Decimal) -> Decimal:
    mw = _start_mw(corners)
    for upto, offer in corners:
        if offer < level:
            mw = upto
        elif offer == level:
            mw += (upto - mw) * share
        else:
            break
    return mw


def _along_lines(corners: Sequence[tuple[Decimal, Decimal]], level: Decimal, share: Decimal) -> Decimal:
    first_mw, first_offer = corners[0]
    start = _start_mw(corners)
    if level < first_offer:
        return start
    mw = first_mw if level > first_offer else start + (first_mw - start) * share
    for (from_mw, from_offer), (to_mw, to_offer) in pairwise(corners):
        if level > to_offer:
            mw = to_mw
        elif from_offer == to_offer == level:
            mw += (to_mw - mw) * share
        elif level >= from_offer and to_offer > from_offer:
            mw = from_mw + (to_mw - from_mw) * (level - from_offer) / (to_offer - from_offer)
    return mw


def _rounded(mw: Decimal, order: Order) -> Decimal:
    return mw.quantize(STEP_MW.get(order.iso, Decimal("0.0001")), rounding=ROUND_DOWN)
