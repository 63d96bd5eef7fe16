"""Reading what ERCOT says: synchronous replies, notifications of both validation phases, and award sets."""

import base64
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from lxml import etree

from market_platform.errors import PayloadError, RuleBroken, UnreadablePayload
from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.tables import product_of
from market_platform.trading.gateways.ercot.bid_set import offer_identifier
from market_platform.trading.gateways.ercot.envelope import body_of
from market_platform.trading.gateways.ercot.names import EWS, NAMESPACES
from market_platform.trading.gateways.gateway import Answer
from market_platform.trading.gateways.xml_text import parsed, text_of

# TransactionStatusType of ErcotCommonTypes.xsd, in the platform's terms. PENDING still waits for the second phase.
STATE_OF = {
    "SUBMITTED": "submitted",
    "PENDING": "submitted",
    "ACCEPTED": "accepted",
    "REJECTED": "rejected",
    "ERRORS": "rejected",
    "CANCELED": "cancelled",
}
LARGEST_UNPACKED_BYTES = 64_000_000
E = f"{{{EWS}}}"


def read_statuses(reply: bytes, offers: Mapping[str, tuple[str, ...]]) -> list[Answer]:
    """Return the answer for each bid behind the offers that a reply or notification names.

    Raises RuleBroken where ERCOT refuses the message as a whole, UnreadablePayload where no status can be found.
    """
    root = body_of(reply)
    for code in root.iterfind(".//m:Reply/m:ReplyCode", NAMESPACES):
        if (code.text or "").strip() != "OK":
            errors = [error.text or "" for error in root.iterfind(".//m:Reply/m:Error", NAMESPACES)]
            msg = f"ERCOT answers {code.text}: {'; '.join(errors) or 'no reason given'}"
            raise RuleBroken(msg)
    answers = []
    for bid_set in _payloads(root, "BidSet"):
        for offer in bid_set.iterchildren(f"{E}*"):
            names = (text_of(offer, f"e:{name}", NAMESPACES) for name in ("externalId", "bidID", "mRID"))
            identifier = next((name for name in names if name in offers), "")
            word = text_of(offer, "e:status", NAMESPACES)
            if not identifier or not word:
                continue
            if word not in STATE_OF:
                msg = f"ERCOT gives offer {identifier} the status {word}, which is not known here"
                raise UnreadablePayload(msg)
            reason = "; ".join(text.text or "" for text in offer.iterfind("e:error/e:text", NAMESPACES))
            reference = text_of(offer, "e:mRID", NAMESPACES)
            answers += [Answer(bid_id, STATE_OF[word], word, reference, reason) for bid_id in offers[identifier]]
    if not answers:
        msg = "ERCOT's message names none of the offers it should answer"
        raise UnreadablePayload(msg)
    return answers


def read_award_set(reply: bytes, bids: Sequence[Bid]) -> list[Award]:
    """Return the awards of an AwardSet for these bids.

    Raises PayloadError where an award names something that was not offered.
    """
    root = body_of(reply)
    index = _index(bids)
    awards = []
    for award_set in _payloads(root, "AwardSet"):
        for element in award_set.iterchildren(f"{E}*"):
            name = etree.QName(element).localname
            if name.startswith("Awarded"):
                awards.append(_award(element, name, index))
    return awards


Key = tuple[str, str, datetime]


def _index(bids: Sequence[Bid]) -> dict[Key, str]:
    index: dict[Key, str] = {}
    for bid in bids:
        traded = product_of(bid.iso, bid.product, bid.market_day)
        family = traded.family if traded else ""
        if family == "energy":
            index[("AwardedEnergyOffer", bid.resource, bid.start)] = bid.bid_id
        elif family == "capacity" and traded:
            index[(f"AwardedAS {traded.wire_name}", bid.resource, bid.start)] = bid.bid_id
        else:
            index[("bidID", offer_identifier(bid), bid.start)] = bid.bid_id
    return index


def _award(element: etree._Element, name: str, index: Mapping[Key, str]) -> Award:
    start = datetime.fromisoformat(text_of(element, "e:startTime", NAMESPACES))
    end = datetime.fromisoformat(text_of(element, "e:endTime", NAMESPACES))
    resource = text_of(element, "e:resource", NAMESPACES)
    identifier = text_of(element, "e:bidId", NAMESPACES) or text_of(element, "e:bidID", NAMESPACES)
    if name == "AwardedEnergyOffer":
        key, mw, price = (name, resource, start), _number(element, "e:awardedMWh"), Decimal(0)
    elif name in ("AwardedEnergyBid", "AwardedEnergyOnlyOffer"):
        key, mw, price = ("bidID", identifier, start), _number(element, "e:awardedMWh"), _number(element, "e:spp")
    elif name == "AwardedASOnlyOffer":
        points = element.findall("e:awardedMWh/e:CurveData", NAMESPACES)
        key, (mw, price) = ("bidID", identifier, start), _sum_of(points, "e:y1value")
    elif name == "AwardedAS":
        points = [point for curve in element.findall("e:awardedMW", NAMESPACES) for point in curve[2:] if len(point)]
        product = etree.QName(points[0][1]).localname if points else ""
        key, (mw, price) = (f"AwardedAS {product}", resource, start), _sum_of(points, f"e:{product}")
    else:
        msg = f"ERCOT's {name} is not read here"
        raise PayloadError(msg)
    if key not in index:
        msg = f"ERCOT's {name} for {resource or identifier} at {start.isoformat()} fits no bid of ours"
        raise PayloadError(msg)
    return Award(index[key], start, end, mw, price)


def _sum_of(points: list[etree._Element], price_name: str) -> tuple[Decimal, Decimal]:
    if not points:
        msg = "an award of ancillary service holds no quantity"
        raise UnreadablePayload(msg)
    return sum((_number(point, "e:xvalue") for point in points), Decimal(0)), _number(points[0], price_name)


def _number(element: etree._Element, path: str) -> Decimal:
    text = text_of(element, path, NAMESPACES)
    if not text:
        msg = f"{etree.QName(element).localname} has no {path.removeprefix('e:')}"
        raise UnreadablePayload(msg)
    return Decimal(text)


def _payloads(root: etree._Element, name: str) -> list[etree._Element]:
    """Return the payload elements, packed ones unpacked."""
    found = list(root.iter(f"{E}{name}"))
    for packed in root.iterfind(".//m:Payload/m:Compressed", NAMESPACES):
        found += list(parsed(_unpacked(packed.text or ""), "the packed payload").iter(f"{E}{name}"))
    return found


def _unpacked(text: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(text, validate=True))) as packed:
            body = packed.read(LARGEST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, ValueError) as error:
        msg = f"the packed payload cannot be unpacked: {error}"
        raise UnreadablePayload(msg) from error
    if len(body) > LARGEST_UNPACKED_BYTES:
        msg = f"the packed payload holds more than {LARGEST_UNPACKED_BYTES} bytes"
        raise UnreadablePayload(msg)
    return body
