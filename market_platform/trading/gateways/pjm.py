"""PJM Markets Gateway: SubmitRequest in SOAP, hour ending with a mark for the repeated hour.

Source: element and attribute names as used by CaffeineLab/isodata (second-hand, S); what no public client shows, hourly
curves, self-schedule amounts, reserves and withdrawals, is laid out here by analogy and marked U.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from lxml import etree

from market_platform.errors import PayloadError, RuleBroken, UnreadablePayload
from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.tables import product_of, weakest
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.gateway import Answer, Message
from market_platform.trading.gateways.hours import hour_ending, start_of_hour_ending
from market_platform.trading.gateways.xml_text import leaf, parsed, tag, text_of

NAMESPACE = "http://emkt.pjm.com/emkt/xml"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACES = {"p": NAMESPACE, "s": SOAP}
PATH = "marketsgateway/xml/submit"
STATE_OF = {"SUBMITTED": "submitted", "ACCEPTED": "accepted", "REJECTED": "rejected", "CANCELLED": "cancelled"}


class PjmGateway:
    """Messages of one PJM member account."""

    iso = "pjm"
    withdraws_whole_offers = False

    def __init__(self, account: str, schedule: str = "91") -> None:
        self.account = account
        self.schedule = schedule

    def submission(self, bids: Sequence[Bid], at: datetime) -> list[Message]:  # noqa: ARG002
        """Return one SubmitRequest for each market day."""
        return self._messages("submission", bids, withdraw=False)

    def cancellation(self, bids: Sequence[Bid], references: Mapping[str, str], at: datetime) -> list[Message]:  # noqa: ARG002
        """Return the same elements without segments: no public text shows a withdrawal, so its layout is U."""
        return self._messages("cancellation", bids, withdraw=True)

    def sealed(self, message: Message, credentials: Credentials) -> bytes:
        """Return the body as it is: PJM authenticates by certificate and the cookie that the transport sets."""
        credentials.demand("token")
        return message.body

    def read_answers(self, message: Message, reply: bytes) -> list[Answer]:
        """Return the answer for each bid: a TransactionID takes the message, a fault or an error refuses it whole."""
        root = parsed(reply, "PJM's answer")
        faults = [text for path in (".//p:Text", ".//faultstring") for text in _texts(root, path)]
        if faults:
            msg = f"PJM refuses the request: {'; '.join(faults)}"
            raise RuleBroken(msg)
        transaction = text_of(root, ".//p:TransactionID", NAMESPACES)
        if not transaction:
            msg = "PJM's answer holds neither a TransactionID nor a fault"
            raise UnreadablePayload(msg)
        # PJM itself answers with a TransactionID only; a status for each bid comes with a later query.
        reported = {element.get("bid", ""): element for element in root.iterfind(".//p:Status", NAMESPACES)}
        answers = []
        for wire, bid_ids in message.offers.items():
            element = reported.get(wire)
            word, reason = (
                ("SUBMITTED", "") if element is None else (element.get("value", ""), element.get("reason", ""))
            )
            if word not in STATE_OF:
                msg = f"PJM gives {wire} the status {word!r}, which is not known here"
                raise UnreadablePayload(msg)
            answers += [Answer(bid_id, STATE_OF[word], word, transaction, reason) for bid_id in bid_ids]
        return answers

    def read_awards(self, reply: bytes, bids: Sequence[Bid]) -> list[Award]:
        """Return the awards of a MarketResults answer."""
        root = parsed(reply, "PJM's results")
        index = {(bid.location, bid.product, bid.start): bid.bid_id for bid in bids}
        awards = []
        for element in root.iterfind(".//p:Award", NAMESPACES):
            start = start_of_hour_ending(
                "pjm",
                element.get("day", ""),
                int(element.get("hour", "0")),
                second=element.get("isDuplicateHour") == "true",
            )
            key = (element.get("location", ""), element.get("product", ""), start)
            if key not in index:
                msg = f"PJM's award for {key[0]} {key[1]} at {start.isoformat()} fits no bid of ours"
                raise PayloadError(msg)
            end = next(bid.end for bid in bids if bid.bid_id == index[key])
            mw, price = Decimal(element.get("MW", "")), Decimal(element.get("price", ""))
            awards.append(Award(index[key], start, end, mw, price))
        return awards

    def _messages(self, kind: str, bids: Sequence[Bid], *, withdraw: bool) -> list[Message]:
        others = sorted({bid.participant for bid in bids} - {self.account})
        if others:
            msg = f"bids of {', '.join(others)} cannot go out under {self.account}: one gateway serves one account"
            raise RuleBroken(msg)
        by_day: dict[str, list[Bid]] = defaultdict(list)
        for bid in sorted(bids, key=lambda bid: bid.start):
            by_day[bid.market_day.isoformat()].append(bid)
        return [self._message(kind, day, group, withdraw=withdraw) for day, group in by_day.items()]

    def _message(self, kind: str, day: str, bids: list[Bid], *, withdraw: bool) -> Message:
        groups: dict[tuple[str, str], list[Bid]] = defaultdict(list)
        for bid in bids:
            groups[(bid.product, bid.location)].append(bid)
        elements, statuses = [], ["U" if withdraw else "S"]
        for (product, location), group in groups.items():
            text, status = self._element(product, location, day, group, withdraw=withdraw)
            elements.append(text)
            statuses.append(status)
        request = tag("SubmitRequest", *elements, xmlns=NAMESPACE)
        body = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{request}</s:Body></s:Envelope>'.encode()
        offers = {wire_name(bid): (bid.bid_id,) for bid in bids}
        return Message("pjm", kind, PATH, body, "text/xml; charset=utf-8", weakest(statuses), offers)

    def _element(self, product: str, location: str, day: str, group: list[Bid], *, withdraw: bool) -> tuple[str, str]:
        traded = product_of("pjm", product, group[0].market_day)
        if traded is None:
            msg = f"bid {group[0].bid_id}: {product} is no product of PJM on {day}"
            raise RuleBroken(msg)
        if product == "energy":
            return self._schedule(location, day, group, withdraw=withdraw)
        if product in ("increment", "decrement"):
            hourly = [_hourly("VirtualBidHourly", bid, *_segments(bid, withdraw=withdraw)) for bid in group]
            return tag("VirtualBid", tag(traded.wire_name, *hourly), location=location, day=day), "S"
        if product == "demand":
            hourly = [_hourly("DemandBidHourly", bid, *_demand(bid, withdraw=withdraw)) for bid in group]
            return tag("DemandBid", *hourly, location=location, day=day), "S"
        hourly = [_hourly(f"{traded.wire_name}Hourly", bid, *_segments(bid, withdraw=withdraw)) for bid in group]
        text = tag(traded.wire_name, *hourly, location=location, day=day, product=product)
        if traded.wire_name == "RegulationOffer" and not withdraw:
            amounts = [_hourly("RegulationUpdateHourly", bid, leaf("MW", bid.largest_mw)) for bid in group]
            text += tag("RegulationUpdate", *amounts, location=location, day=day)
        return text, "U"

    def _schedule(self, location: str, day: str, group: list[Bid], *, withdraw: bool) -> tuple[str, str]:
        """Return the energy offer: one for the day where all hours agree (S), hour by hour otherwise (U)."""
        marks = {"day": day, "location": location, "schedule": self.schedule}
        if (
            len({(bid.points, bid.shape) for bid in group}) == 1
            and len(group) >= 23
            and not withdraw
            and group[0].points
        ):
            slope = "true" if group[0].shape == "slope" else "false"
            segments = [tag("OfferSegment", MW=mw, price=price) for mw, price in group[0].points]
            offers = [tag("ScheduleOffer", *segments, slope=slope, **marks)]
            status = "S"
        else:
            offers = [
                tag(
                    "ScheduleOffer",
                    *([] if withdraw else [tag("OfferSegment", MW=mw, price=price) for mw, price in bid.points]),
                    slope="true" if bid.shape == "slope" else "false",
                    **marks,
                    **_hour_marks(bid),
                )
                for bid in group
            ]
            status = "U"
        own = [bid for bid in group if bid.self_schedule_mw is not None and not withdraw]
        if own:
            hours = [
                _hourly("ScheduleSelectionHourly", bid, leaf("SelfScheduledMW", bid.self_schedule_mw)) for bid in own
            ]
            offers.append(tag("ScheduleSelection", *hours, selfScheduled="true", **marks))
            status = "U"
        return "".join(offers), status


def wire_name(bid: Bid) -> str:
    """Return location, product, hour ending and repeated-hour mark: what names a bid in PJM's answers."""
    hour, second = hour_ending(bid)
    return "|".join((bid.location, bid.product, str(hour), "true" if second else "false"))


def _hour_marks(bid: Bid) -> dict[str, object]:
    hour, second = hour_ending(bid)
    return {"hour": hour, "isDuplicateHour": "true" if second else "false"}


def _hourly(name: str, bid: Bid, *inner: str) -> str:
    return tag(name, *inner, **_hour_marks(bid))


def _segments(bid: Bid, *, withdraw: bool) -> list[str]:
    if withdraw:
        return []
    return [
        tag("BidSegment", leaf("MW", mw), leaf("Price", price), id=n) for n, (mw, price) in enumerate(bid.points, 1)
    ]


def _demand(bid: Bid, *, withdraw: bool) -> list[str]:
    if withdraw:
        return []
    fixed = [leaf("FixedDemand", bid.self_schedule_mw)] if bid.self_schedule_mw is not None else []
    return fixed + ([tag("PriceSensitiveDemand", *_segments(bid, withdraw=False))] if bid.points else [])


def _texts(root: etree._Element, path: str) -> list[str]:
    return [(element.text or "").strip() for element in root.iterfind(path, NAMESPACES) if (element.text or "").strip()]
