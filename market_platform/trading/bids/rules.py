"""One function per rule: it takes the bid and the table's row and says what is wrong, or nothing.

The values come from ``tables/rules.csv``; ``checker`` decides which rows apply. A function sees one bid at a time.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.trading.bids.bid import BidTerms, hours, is_blocks, largest_mw, market_day
from market_platform.trading.bids.tables import RuleRow, product_of

Rule = Callable[[BidTerms, RuleRow], str | None]


def one_market_day(bid: BidTerms, _row: RuleRow) -> str | None:
    """Keep a bid within one market day."""
    _, end = day_bounds(market_day(bid), MARKETS[bid.iso].zone)
    return None if bid.end <= end else f"it runs past the end of market day {market_day(bid)}"


def whole_hours(bid: BidTerms, _row: RuleRow) -> str | None:
    """Start and end on the hour."""
    on_the_hour = all(not (moment.minute or moment.second or moment.microsecond) for moment in (bid.start, bid.end))
    return None if on_the_hour else f"{bid.start:%H:%M:%S} to {bid.end:%H:%M:%S} UTC is not on the hour"


def max_hours(bid: BidTerms, row: RuleRow) -> str | None:
    """Span no more than so many hours."""
    longest = timedelta(hours=float(row.value))
    return None if bid.end - bid.start <= longest else f"it spans {hours(bid):f} h, at most {row.value} h are taken"


def admitted(bid: BidTerms, row: RuleRow) -> str | None:
    """Admit only the kinds of resource that may take part."""
    return None if row.value == "yes" else f"a {bid.kind} is not admitted on {market_day(bid)}"


def mw_sign(bid: BidTerms, _row: RuleRow) -> str | None:
    """Take negative power only from a storage's energy."""
    may_draw = bid.kind == "storage" and bid.product == "energy"
    amounts = [mw for mw, _ in bid.points] + [bid.self_schedule_mw or Decimal(0)]
    return None if may_draw or min(amounts) >= 0 else f"{min(amounts)} MW: only a storage's energy may be negative"


def min_mw(bid: BidTerms, row: RuleRow) -> str | None:
    """Reach the market's smallest size: with the whole curve, or with each block of a capacity bid."""
    size = min(mw for mw, _ in bid.points) if is_blocks(bid) and bid.points else largest_mw(bid)
    return None if size >= Decimal(row.value) else f"{size} MW is below {row.value} MW"


def first_mw(bid: BidTerms, row: RuleRow) -> str | None:
    """Begin the curve at a set quantity and leave it at the second point."""
    if not bid.points:
        return None
    if bid.points[0][0] != Decimal(row.value):
        return f"the curve begins at {bid.points[0][0]} MW, not at {row.value} MW"
    if len(bid.points) < 2 or bid.points[1][0] == bid.points[0][0]:
        return f"the curve does not leave {row.value} MW at its second point"
    return None


def max_points(bid: BidTerms, row: RuleRow) -> str | None:
    """Draw the curve with no more corners than the format takes."""
    return None if len(bid.points) <= int(row.value) else f"{len(bid.points)} points, at most {row.value} are taken"


def block_points(bid: BidTerms, row: RuleRow) -> str | None:
    """Give a block one price."""
    is_block = bid.shape in ("fixed", "variable")
    return (
        f"a {bid.shape} block has one point, not {len(bid.points)}"
        if is_block and (len(bid.points) > int(row.value))
        else None
    )


def price_cap(bid: BidTerms, row: RuleRow) -> str | None:
    """Ask no price above the cap."""
    highest = max((price for _, price in bid.points), default=None)
    return f"{highest} $/MWh is above {row.value}" if highest is not None and highest > Decimal(row.value) else None


def price_floor(bid: BidTerms, row: RuleRow) -> str | None:
    """Ask no price below the floor."""
    lowest = min((price for _, price in bid.points), default=None)
    return f"{lowest} $/MWh is below {row.value}" if lowest is not None and lowest < Decimal(row.value) else None


def price_order(bid: BidTerms, row: RuleRow) -> str | None:
    """Let prices never fall along an offer, never rise along a purchase."""
    return _out_of_order([price for _, price in bid.points], row.value, "$/MWh")


def mw_order(bid: BidTerms, row: RuleRow) -> str | None:
    """Let quantities never fall along the curve."""
    return _out_of_order([mw for mw, _ in bid.points], row.value, "MW")


def max_equal_neighbours(bid: BidTerms, row: RuleRow) -> str | None:
    """Let no more than so many points in a row share a price or a quantity."""
    for name, values in (("MW", [mw for mw, _ in bid.points]), ("$/MWh", [price for _, price in bid.points])):
        run = 1
        for before, after in pairwise(values):
            run = run + 1 if before == after else 1
            if run > int(row.value):
                return f"{run} points in a row at {after} {name}, at most {row.value} are taken"
    return None


def mw_decimals(bid: BidTerms, row: RuleRow) -> str | None:
    """Write quantities with no more decimals than the format keeps."""
    amounts = [mw for mw, _ in bid.points] + ([bid.self_schedule_mw] if bid.self_schedule_mw is not None else [])
    return _too_fine(amounts, int(row.value), "MW")


def price_decimals(bid: BidTerms, row: RuleRow) -> str | None:
    """Write prices with no more decimals than the format keeps."""
    return _too_fine([price for _, price in bid.points], int(row.value), "$/MWh")


def price_digits(bid: BidTerms, row: RuleRow) -> str | None:
    """Write prices with no more digits before the point than the format takes."""
    longest = max((abs(price) for _, price in bid.points), default=Decimal(0))
    return f"{longest} has more than {row.value} digits" if longest >= Decimal(10) ** int(row.value) else None


def bid_id(bid: BidTerms, row: RuleRow) -> str | None:
    """Spell the identifier with the letters that the format takes."""
    return None if re.fullmatch(row.value, bid.bid_id) else f"identifier {bid.bid_id!r} does not match {row.value}"


def bid_id_length(bid: BidTerms, row: RuleRow) -> str | None:
    """Keep the identifier as long as the format takes."""
    shortest, longest = (int(bound) for bound in row.value.split("-"))
    fits = shortest <= len(bid.bid_id) <= longest
    return None if fits else f"identifier {bid.bid_id!r} has {len(bid.bid_id)} letters, {row.value} are taken"


def self_schedule_below_curve(bid: BidTerms, _row: RuleRow) -> str | None:
    """Keep a self-schedule below the priced part of the same bid."""
    if bid.self_schedule_mw is None or not bid.points or bid.self_schedule_mw <= bid.points[0][0]:
        return None
    return f"self-schedule {bid.self_schedule_mw} MW reaches past the curve's beginning at {bid.points[0][0]} MW"


def self_schedule(_bid: BidTerms, _row: RuleRow) -> str | None:
    """Allow self-schedules by the mere presence of a row: the checker refuses them elsewhere."""
    return None


def soc_order(bid: BidTerms, _row: RuleRow) -> str | None:
    """Keep minimum, beginning and maximum energy in that order."""
    soc = bid.soc
    if soc is None:
        return None
    levels = [soc.min_soc_mwh, soc.max_soc_mwh]
    if soc.start_soc_mwh is not None:
        levels.insert(1, soc.start_soc_mwh)
    if soc.min_soc_mwh < 0 or sorted(levels) != levels:
        return f"energy levels {', '.join(map(str, levels))} MWh are not 0 <= minimum <= beginning <= maximum"
    return None


def soc_terms(bid: BidTerms, _row: RuleRow) -> str | None:
    """Ask a storage that offers capacity for its energy levels."""
    traded = product_of(bid.iso, bid.product, market_day(bid))
    needs = bid.kind == "storage" and traded is not None and traded.family == "capacity"
    return "capacity of a storage needs its energy levels" if needs and bid.soc is None else None


def soc_hours(bid: BidTerms, row: RuleRow) -> str | None:
    """Back capacity with energy that lasts: stored for upward products, room for downward ones."""
    traded = product_of(bid.iso, bid.product, market_day(bid))
    if bid.soc is None or traded is None:
        return None
    needed = largest_mw(bid) * Decimal(row.value)
    start = bid.soc.start_soc_mwh
    stored = (bid.soc.max_soc_mwh if start is None else start) - bid.soc.min_soc_mwh
    room = bid.soc.max_soc_mwh - (bid.soc.min_soc_mwh if start is None else start)
    for side, energy in (("up", stored), ("down", room)):
        if traded.side in (side, "both") and energy < needed:
            return f"{largest_mw(bid)} MW {side} for {row.value} h needs {needed} MWh, there are {energy} MWh"
    return None


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        one_market_day, whole_hours, max_hours, admitted, mw_sign, min_mw, first_mw, max_points, block_points,
        price_cap, price_floor, price_order, mw_order, max_equal_neighbours, mw_decimals, price_decimals,
        price_digits, bid_id, bid_id_length, self_schedule, self_schedule_below_curve, soc_order, soc_terms, soc_hours,
    )
}  # fmt: skip


def _out_of_order(values: list[Decimal], order: str, unit: str) -> str | None:
    if order == "any":
        return None
    for before, after in pairwise(values):
        if (after < before) if order == "non_decreasing" else (after > before):
            return f"{before} {unit} is followed by {after} {unit}: the order is {order.replace('_', '-')}"
    return None


def _too_fine(values: list[Decimal], decimals: int, unit: str) -> str | None:
    for value in values:
        if value != round(value, decimals):
            return f"{value} {unit} has more than {decimals} decimals"
    return None
