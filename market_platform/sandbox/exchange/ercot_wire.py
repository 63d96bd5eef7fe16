"""ERCOT's messages from the market's side: BidSets read, replies, notifications and award sets written.

Source: the official schemas (ercot/api-specs 8bc5467e); what is written here is valid against them. Every message
names its source ERCOT-SIMULATED.
"""

import base64
import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from market_platform.sandbox.exchange.order import Entry, Order, RefusedMessage, Submission
from market_platform.sandbox.exchange.xml_reading import decimal, document, moment

EWS = "http://www.ercot.com/schema/2007-06/nodal/ews"
MESSAGE = "http://www.ercot.com/schema/2007-06/nodal/ews/message"
NOTIFICATION = "http://www.ercot.com/schema/2007-06/nodal/notification"
NS = {"e": EWS, "m": MESSAGE, "s": "http://schemas.xmlsoap.org/soap/envelope/"}
SOURCE = "ERCOT-SIMULATED"

# Element of an offer: the product it stands for and the element that holds its curves.
CURVES = {
    "ThreePartOffer": ("energy", "EnergyOfferCurve"),
    "EnergyOnlyOffer": ("energy_only_offer", "EnergyOfferCurve"),
    "EnergyBid": ("energy_bid", "PriceCurve"),
    "RTMEnergyBid": ("rtm_energy_bid", "PriceCurve"),
    "ASOnlyOffer": ("", "ASOnlyPriceCurve"),
}
AS_ONLY = {
    "Reg-Up": "as_only_regulation_up",
    "Reg-Down": "as_only_regulation_down",
    "RRSPF": "as_only_rrs_pf",
    "ECRSS": "as_only_ecrs",
    "Non-Spin": "as_only_non_spin",
}
SERVICES = {
    "REGUP": "regulation_up",
    "REGDN": "regulation_down",
    "RRSPF": "rrs_pf",
    "RRSFF": "rrs_ff",
    "RRSUF": "rrs_uf",
    "ECRS": "ecrs",
    "ONNS": "non_spin",
}
AWARD_AS_TYPE = {
    "regulation_up": "Reg-Up",
    "regulation_down": "Reg-Down",
    "rrs_pf": "RRSPF",
    "rrs_ff": "RRSFF",
    "rrs_uf": "RRSUF",
    "ecrs": "ECRSS",
    "non_spin": "On-Non-Spin",
}
SHAPE = {"CURVE": "curve", "FIXED": "fixed", "VARIABLE": "variable", "": "curve"}
# A whole offer has one status: the worst of its hours.
WORD = {"submitted": "SUBMITTED", "accepted": "ACCEPTED", "rejected": "ERRORS", "cancelled": "CANCELED"}


def read(body: bytes) -> Submission:
    """Return what a RequestMessage asks for. Raises RefusedMessage for what is no request of these services."""
    root = document(body)
    request = root if root.tag == f"{{{MESSAGE}}}RequestMessage" else root.find("s:Body/m:RequestMessage", NS)
    if request is None:
        msg = "there is no RequestMessage in its own namespace"
        raise RefusedMessage(msg)
    verb, noun = _text(request, "m:Header/m:Verb"), _text(request, "m:Header/m:Noun")
    participant = _text(request, "m:Header/m:Source")
    nonce = _text(request, "m:Header/m:ReplayDetection/m:Nonce")
    if noun != "BidSet" or not participant or not nonce:
        msg = f"verb {verb!r}, noun {noun!r}, source {participant!r}, nonce {nonce!r}: this is no BidSet of a known QSE"
        raise RefusedMessage(msg)
    if verb == "cancel":
        references = tuple(one.text or "" for one in request.iterfind("m:Request/m:ID", NS))
        return Submission("cancel", participant, nonce, references=references)
    if verb not in ("create", "change"):
        msg = f"verb {verb!r} is not served here"
        raise RefusedMessage(msg)
    payload = _bid_set(request)
    return Submission("submit", participant, nonce, orders=tuple(_orders(payload, participant)))


def _bid_set(request: etree._Element) -> etree._Element:
    packed = request.findtext("m:Payload/m:Compressed", namespaces=NS)
    holder = request.find("m:Payload", NS)
    if packed:
        try:
            holder = etree.Element("Payload")
            holder.append(document(gzip.decompress(base64.b64decode(packed, validate=True))))
        except (OSError, EOFError, ValueError) as error:
            msg = f"the packed payload cannot be unpacked: {error}"
            raise RefusedMessage(msg) from error
    found = [] if holder is None else [part for part in holder if etree.QName(part).localname == "BidSet"]
    if len(found) != 1:
        msg = f"the payload holds {len(found)} BidSets, one is due"
        raise RefusedMessage(msg)
    if etree.QName(found[0]).namespace != EWS:
        msg = f"BidSet stands in namespace {etree.QName(found[0]).namespace}, {EWS} is due"
        raise RefusedMessage(msg)
    return found[0]


def _orders(bid_set: etree._Element, participant: str) -> Iterable[Order]:
    for offer in bid_set.iterchildren(f"{{{EWS}}}*"):
        name = etree.QName(offer).localname
        if name in ("tradingDate", "status", "mode", "submitTime", "COP"):
            continue
        base: dict[str, Any] = {
            "bid_id": _text(offer, "e:externalId") or _text(offer, "e:bidID"),
            "iso": "ercot",
            "market": _text(offer, "e:marketType").lower(),
            "resource": _text(offer, "e:resource"),
            "location": _text(offer, "e:sp") or _text(offer, "e:resource"),
            "participant": participant,
            "kind": "virtual" if name in ("EnergyOnlyOffer", "EnergyBid", "ASOnlyOffer") else "",
        }
        if name == "OutputSchedule":
            yield from _scheduled(offer, base)
        elif name == "ASOffer":
            yield from _services(offer, base)
        elif name in CURVES:
            yield from _curves(offer, name, base)
        else:
            msg = f"{name} is not traded on this exchange"
            raise RefusedMessage(msg)


def _curves(offer: etree._Element, name: str, base: dict[str, Any]) -> Iterable[Order]:
    product, element = CURVES[name]
    if name == "ASOnlyOffer":
        as_type = _text(offer, "e:asType")
        if as_type not in AS_ONLY:
            msg = f"asType {as_type!r} is no AS-only product"
            raise RefusedMessage(msg)
        product, base = AS_ONLY[as_type], {**base, "location": as_type}
    for curve in offer.iterfind(f"e:{element}", NS):
        shape = SHAPE[_text(curve, "e:curveStyle")]
        yield Order(**base, product=product, shape=shape, **_span(curve), points=tuple(_points(curve)))


def _services(offer: etree._Element, base: dict[str, Any]) -> Iterable[Order]:
    for curve in offer.iterfind("e:ASPriceCurve", NS):
        blocks: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
        shapes: dict[str, str] = {}
        for block in curve:
            mw = block.find("e:xvalue", NS)
            if mw is None:
                continue
            for price in block.iterchildren(f"{{{EWS}}}*"):
                service = SERVICES.get(etree.QName(price).localname)
                if service:
                    blocks[service].append((decimal(mw.text, "xvalue"), decimal(price.text, service)))
                    shapes[service] = "fixed" if _text(block, "e:block") == "FIXED" else "curve"
        for service, points in blocks.items():
            yield Order(**base, product=service, shape=shapes[service], **_span(curve), points=tuple(points))


def _scheduled(offer: etree._Element, base: dict[str, Any]) -> Iterable[Order]:
    for point in offer.iterfind("e:EnergySchedule/e:TmPoint", NS):
        begin, end = moment(_text(point, "e:time"), "time"), moment(_text(point, "e:ending"), "ending")
        own = decimal(_text(point, "e:value1"), "value1")
        yield Order(**base, product="energy", start=begin, end=end, self_schedule_mw=own)


def _span(curve: etree._Element) -> dict[str, Any]:
    start, end = _text(curve, "e:startTime"), _text(curve, "e:endTime")
    return {"start": moment(start, "startTime"), "end": moment(end, "endTime")}


def _points(curve: etree._Element) -> Iterable[tuple[Decimal, Decimal]]:
    for point in curve.iterfind("e:CurveData", NS):
        yield decimal(_text(point, "e:xvalue"), "xvalue"), decimal(_text(point, "e:y1value"), "y1value")


def write_reply(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the synchronous answer: OK, and each offer SUBMITTED with its mRID."""
    payload = _el("Payload", "".join(_status_sets(entries, word="SUBMITTED"))) if entries else ""
    return _response("BidSet", "OK", "", payload, at)


def write_refusal(reason: str, at: datetime) -> bytes:
    """Return the answer to a message that cannot be taken at all."""
    return _response("BidSet", "ERROR", reason, "", at)


def write_notification(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the Notify that tells each offer's status after a validation phase."""
    payload = _el("Payload", "".join(_status_sets(entries)))
    message = f'<Message xmlns="{MESSAGE}">{_header("changed", "BidSet", at)}{payload}</Message>'
    holder = f"<n:NotificationMessage><n:Message>{message}</n:Message></n:NotificationMessage>"
    return f'<n:Notify xmlns:n="{NOTIFICATION}">{holder}</n:Notify>'.encode()


def write_award_sets(entries: Sequence[Entry], zone_day: str, at: datetime) -> bytes:
    """Return the AwardSet of a market day in a reply, awards of nothing left out."""
    parts = [_leaf("tradingDate", zone_day)]
    for entry in entries:
        parts += [_award(entry, zone_day, n) for n in range(len(entry.awards)) if entry.awards[n].mw]
    payload = _el("Payload", f'<AwardSet xmlns="{EWS}">{"".join(parts)}</AwardSet>')
    return _response("AwardSet", "OK", "", payload, at)


def _award(entry: Entry, day: str, n: int) -> str:
    order, award = entry.order, entry.awards[n]
    span = _leaf("startTime", _utc(award.start)) + _leaf("endTime", _utc(award.end))
    head = (
        _leaf("qse", order.participant) + span + _leaf("tradingDate", day) + _leaf("marketType", order.market.upper())
    )
    mw, price = f"{award.mw:.1f}", f"{award.price_usd_per_mwh:.2f}"
    resource = _leaf("resource", order.resource)
    if order.product == "energy":
        return _el("AwardedEnergyOffer", head + resource + _leaf("awardedMWh", mw))
    if order.product in ("energy_bid", "rtm_energy_bid", "energy_only_offer"):
        name = "AwardedEnergyOnlyOffer" if order.product == "energy_only_offer" else "AwardedEnergyBid"
        tail = (
            _leaf("awardedMWh", mw) + _leaf("spp", price) + _leaf("bidId", order.bid_id) + _leaf("sp", order.location)
        )
        return _el(name, head + tail)
    if order.product in AS_ONLY.values():
        as_type = next(word for word, product in AS_ONLY.items() if product == order.product)
        curve = span + _el("CurveData", _leaf("xvalue", mw) + _leaf("y1value", price))
        tail = _leaf("asType", as_type) + _leaf("bidID", order.bid_id) + _el("awardedMWh", curve)
        return _el("AwardedASOnlyOffer", head + tail)
    code = next(code for code, product in SERVICES.items() if product == order.product)
    holder = "RegDown" if code == "REGDN" else "OnLineReserves"
    block = _el(holder, _leaf("xvalue", mw) + _leaf(code, price) + _leaf("block", "1"))
    as_type = _leaf("asType", AWARD_AS_TYPE[order.product])
    return _el("AwardedAS", head + resource + as_type + _el("awardedMW", span + block))


ELEMENT_OF = {product: name for name, (product, _) in CURVES.items() if product}
ORDER_OF_STATES = ("rejected", "cancelled", "submitted", "accepted")


def _status_sets(entries: Sequence[Entry], word: str = "") -> Iterable[str]:
    """Return one BidSet for each market day and kind of offer, each offer with its worst status."""
    sets: dict[tuple[str, str], dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        sets[(entry.order.market_day.isoformat(), _element_of(entry.order))][entry.order.bid_id].append(entry)
    for (day, element), offers in sets.items():
        texts = []
        for identifier, group in offers.items():
            state = min((_shown(entry.state) for entry in group), key=ORDER_OF_STATES.index)
            errors = "".join(
                _el("error", _leaf("severity", "ERROR") + _leaf("text", reason))
                for entry in group for reason in entry.reasons
            )  # fmt: skip
            head = _leaf("mRID", group[0].reference) + _leaf("externalId", identifier)
            texts.append(_el(element, head + _leaf("status", word or WORD[state]) + errors))
        yield f'<BidSet xmlns="{EWS}">{_leaf("tradingDate", day)}{"".join(texts)}</BidSet>'


def _shown(state: str) -> str:
    """Return the state as the status words know it: a cleared order was accepted."""
    return state if state in ORDER_OF_STATES else "accepted"


def _element_of(order: Order) -> str:
    if order.product in SERVICES.values():
        return "ASOffer"
    if order.product in AS_ONLY.values():
        return "ASOnlyOffer"
    return "OutputSchedule" if not order.points else ELEMENT_OF[order.product]


def _response(noun: str, code: str, error: str, payload: str, at: datetime) -> bytes:
    reply = _leaf("ReplyCode", code) + (_leaf("Error", error) if error else "") + _leaf("Timestamp", _utc(at))
    head = _header("reply", noun, at)
    return f'<ResponseMessage xmlns="{MESSAGE}">{head}{_el("Reply", reply)}{payload}</ResponseMessage>'.encode()


def _header(verb: str, noun: str, at: datetime) -> str:
    replay = _el("ReplayDetection", _leaf("Nonce", f"{at.timestamp():.6f}") + _leaf("Created", _utc(at)))
    parts = _leaf("Verb", verb) + _leaf("Noun", noun) + replay + _leaf("Revision", "1") + _leaf("Source", SOURCE)
    return _el("Header", parts)


def _el(name: str, inner: str) -> str:
    """Return an element around elements."""
    return f"<{name}>{inner}</{name}>"


def _leaf(name: str, value: str) -> str:
    """Return an element around a value."""
    return f"<{name}>{escape(value)}</{name}>"


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path, default="", namespaces=NS) or "").strip()


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")
