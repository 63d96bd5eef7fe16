"""BidSet payloads: hours of one resource, location or service become one offer of the product's own element.

Element order follows ErcotTransactionTypes.xsd. One BidSet carries one trading date and one kind of product.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.gates import gate_of
from market_platform.trading.bids.tables import product_of
from market_platform.trading.gateways.ercot.names import EWS, LARGEST_PAYLOAD_BYTES
from market_platform.trading.gateways.gateway import wire_id
from market_platform.trading.gateways.xml_text import leaf, moment, tag

MOST_CURVES = 25  # one for each hour of the long day (ErcotTransactionTypes.xsd)
MOST_BLOCKS = 5
CURVE_STYLE = {"curve": "CURVE", "slope": "CURVE", "fixed": "FIXED", "variable": "VARIABLE"}


@dataclass(frozen=True, slots=True)
class BidSet:
    """One payload: its XML text and which bids stand behind each identifier in it."""

    day: date
    xml: str
    offers: dict[str, tuple[str, ...]]


def bid_sets(bids: Sequence[Bid], late_reason: str | None = None) -> list[BidSet]:
    """Return the BidSets that offer the bids, each small enough to be sent uncompressed."""
    batches: dict[tuple[date, str], dict[str, list[Bid]]] = defaultdict(lambda: defaultdict(list))
    for bid in sorted(bids, key=lambda bid: bid.start):
        element = _element(bid)
        batches[(bid.market_day, element)][offer_identifier(bid)].append(bid)
    result = []
    for (day, element), offers in batches.items():
        written = ((_offer(element, group, late_reason), group) for group in offers.values())
        result += list(_packed(day, written))
    return result


def _packed(day: date, written: Iterable[tuple[tuple[str, str], list[Bid]]]) -> Iterable[BidSet]:
    texts: list[str] = []
    offers: dict[str, tuple[str, ...]] = {}
    size = 0
    for (identifier, text), group in written:
        if texts and size + len(text) > LARGEST_PAYLOAD_BYTES:
            yield _bid_set(day, texts, offers)
            texts, offers, size = [], {}, 0
        texts.append(text)
        offers[identifier] = tuple(bid.bid_id for bid in group)
        size += len(text)
    yield _bid_set(day, texts, offers)


def _bid_set(day: date, texts: list[str], offers: dict[str, tuple[str, ...]]) -> BidSet:
    return BidSet(day, tag("BidSet", leaf("tradingDate", day.isoformat()), *texts, xmlns=EWS), offers)


def _element(bid: Bid) -> str:
    traded = product_of(bid.iso, bid.product, bid.market_day)
    if bid.iso != "ercot" or traded is None:
        msg = f"bid {bid.bid_id}: {bid.iso} {bid.product} is no product of ERCOT on {bid.market_day}"
        raise RuleBroken(msg)
    if traded.family == "as_only":
        return "ASOnlyOffer"
    if traded.family == "capacity":
        return "ASOffer"
    if bid.self_schedule_mw is not None:
        if bid.points:
            msg = f"bid {bid.bid_id}: ERCOT takes a curve or an output schedule, not both in one bid"
            raise RuleBroken(msg)
        return "OutputSchedule"
    return traded.wire_name


def offer_identifier(bid: Bid) -> str:
    """Return the identifier on the wire of the offer that a bid stands in: the same again for a later version of it.

    Hours of one resource and product share an offer, blocks of several hours stand alone.
    """
    element = _element(bid)
    product = bid.product
    if element == "ASOffer":
        product = "Reg-Down" if bid.product == "regulation_down" else "REGUP-RRS-ONNS"
    block = bid.start.isoformat() if bid.hours > 1 else ""
    return wire_id(element, bid.market, bid.market_day.isoformat(), bid.resource, bid.location, product, block)


def _offer(element: str, group: list[Bid], late_reason: str | None) -> tuple[str, str]:
    """Return an offer's identifier and text."""
    first = group[0]
    identifier = offer_identifier(first)
    begin, end = day_bounds(first.market_day, MARKETS["ercot"].zone)
    head = leaf("startTime", moment(begin)) + leaf("endTime", moment(end)) + leaf("externalId", identifier)
    head += leaf("marketType", first.market.upper())
    expires = leaf("expirationTime", moment(gate_of("ercot", first.market, group[-1].start).closes_at))
    curves = [] if element in ("ASOffer", "OutputSchedule") else [_curve(element, bid, late_reason) for bid in group]
    if len(curves) > MOST_CURVES:
        msg = (
            f"{first.resource or first.location}: {len(curves)} curves, an offer takes {MOST_CURVES}; two bids overlap"
        )
        raise RuleBroken(msg)
    place, bid_id = leaf("sp", first.location), leaf("bidID", identifier)
    resource = leaf("resource", first.resource)
    body = {
        "ThreePartOffer": lambda: (expires, resource, *curves),
        "EnergyOnlyOffer": lambda: (expires, place, bid_id, *curves),
        "EnergyBid": lambda: (expires, place, bid_id, *curves),
        "RTMEnergyBid": lambda: (expires, resource, *curves),
        "ASOnlyOffer": lambda: (_as_type(first), bid_id, *curves),
        "ASOffer": lambda: (expires, resource, *_as_offer(group)),
        "OutputSchedule": lambda: (resource, _output_schedule(group)),
    }[element]()
    return identifier, tag(element, head, *body)


CURVE_ELEMENT = {
    "ThreePartOffer": "EnergyOfferCurve",
    "EnergyOnlyOffer": "EnergyOfferCurve",
    "EnergyBid": "PriceCurve",
    "RTMEnergyBid": "PriceCurve",
    "ASOnlyOffer": "ASOnlyPriceCurve",
}


def _curve(element: str, bid: Bid, late_reason: str | None) -> str:
    parts = [_span(bid)]
    if element != "ASOnlyOffer":
        parts.append(leaf("curveStyle", CURVE_STYLE[bid.shape]))
    # Nine tenths of a BidSet are these corners: written in one piece, Decimals need no escaping.
    parts += [f"<CurveData><xvalue>{mw:f}</xvalue><y1value>{price:f}</y1value></CurveData>" for mw, price in bid.points]
    if late_reason is not None and element == "ThreePartOffer":
        parts.append(leaf("reason", late_reason))
    if element != "ASOnlyOffer" and bid.hours > 1:
        parts.append(leaf("multiHourBlock", "true"))
    return tag(CURVE_ELEMENT[element], *parts)


def _as_type(bid: Bid) -> str:
    traded = product_of("ercot", bid.product, bid.market_day)
    return leaf("asType", traded.wire_name if traded else "")


def _as_offer(group: list[Bid]) -> list[str]:
    """Return the service type and, for each span, one curve with the blocks of all products offered for it."""
    down = group[0].product == "regulation_down"
    holder = "RegDown" if down else "OnLineReserves"
    spans: dict[str, list[str]] = defaultdict(list)
    for bid in group:
        traded = product_of("ercot", bid.product, bid.market_day)
        style = leaf("block", "FIXED" if bid.shape == "fixed" else "VARIABLE")
        spans[_span(bid)] += [
            tag(holder, leaf("xvalue", mw), leaf(traded.wire_name if traded else "", price), style)
            for mw, price in bid.points
        ]
    for blocks in spans.values():
        if len(blocks) > MOST_BLOCKS:
            msg = (
                f"{group[0].resource}: {len(blocks)} blocks of ancillary service in one hour, ERCOT takes {MOST_BLOCKS}"
            )
            raise RuleBroken(msg)
    as_type = leaf("asType", "Reg-Down" if down else "REGUP-RRS-ONNS")
    return [as_type, *[tag("ASPriceCurve", span, *blocks) for span, blocks in spans.items()]]


def _output_schedule(group: list[Bid]) -> str:
    steps = [
        tag("TmPoint", leaf("time", moment(bid.start)), leaf("ending", moment(bid.end)),
            leaf("value1", bid.self_schedule_mw))
        for bid in group
    ]  # fmt: skip
    return tag(
        "EnergySchedule", leaf("startTime", moment(group[0].start)), leaf("endTime", moment(group[-1].end)), *steps
    )


def _span(bid: Bid) -> str:
    return leaf("startTime", moment(bid.start)) + leaf("endTime", moment(bid.end))
