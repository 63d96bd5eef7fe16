"""CAISO SIBR: bid sets by resource and market day, staircase curves, self-schedules below them.

Source: the service takes RawBidSet XML (caisopy-b2b, S); its schema is behind a sign-up, so the layout here is this
project's own (U), with CAISO's product codes and the field meanings of the OASIS public bids (M). The Philippine
market's public RawBidSet is another thing and is not followed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from market_platform.errors import PayloadError, RuleBroken, UnreadablePayload
from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.tables import product_of
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.gateway import Answer, Message
from market_platform.trading.gateways.xml_text import leaf, moment, parsed, tag, text_of

PATH = "sibr/submitRawBidSet"
MARKET_RUN = {"dam": "DAM", "rtm": "RTM"}
STATE_OF = {"RECEIVED": "submitted", "VALID": "accepted", "INVALID": "rejected", "CANCELLED": "cancelled"}


class CaisoGateway:
    """Bid sets of one scheduling coordinator."""

    iso = "caiso"
    withdraws_whole_offers = False

    def __init__(self, scheduling_coordinator: str) -> None:
        self.scheduling_coordinator = scheduling_coordinator

    def submission(self, bids: Sequence[Bid], at: datetime) -> list[Message]:
        """Return one bid set for each market and market day."""
        return self._messages("submission", bids, at)

    def cancellation(self, bids: Sequence[Bid], references: Mapping[str, str], at: datetime) -> list[Message]:  # noqa: ARG002
        """Return bid sets that withdraw the same bids."""
        return self._messages("cancellation", bids, at)

    def sealed(self, message: Message, credentials: Credentials) -> bytes:
        """Return the body as it is: CAISO authenticates by the certificate of the connection."""
        credentials.demand("certificate_pem", "key_pem")
        return message.body

    def read_answers(self, message: Message, reply: bytes) -> list[Answer]:
        """Return the status of each bid."""
        root = parsed(reply, "CAISO's answer")
        fault = text_of(root, ".//Fault", {})
        if fault:
            msg = f"CAISO refuses the bid set: {fault}"
            raise RuleBroken(msg)
        answers = []
        for element in root.iter("BidStatus"):
            name, word = element.get("bidId", ""), element.get("status", "")
            if name not in message.offers or word not in STATE_OF:
                msg = f"CAISO gives bid {name!r} the status {word!r}: one of them is not known here"
                raise UnreadablePayload(msg)
            reference, reason = element.get("reference", ""), element.get("reason", "")
            answers += [Answer(bid_id, STATE_OF[word], word, reference, reason) for bid_id in message.offers[name]]
        if len(answers) != len(message.bid_ids):
            msg = f"CAISO answers {len(answers)} of {len(message.bid_ids)} bids"
            raise UnreadablePayload(msg)
        return answers

    def read_awards(self, reply: bytes, bids: Sequence[Bid]) -> list[Award]:
        """Return the awards of a market result."""
        root = parsed(reply, "CAISO's results")
        index = {(bid.resource or bid.location, _code(bid), bid.start): bid for bid in bids}
        awards = []
        for element in root.iter("Award"):
            start = datetime.fromisoformat(element.get("start", ""))
            key = (element.get("resource", ""), element.get("product", ""), start)
            bid = index.get(key) or _spanning(bids, key)
            if bid is None:
                msg = f"CAISO's award for {key[0]} {key[1]} at {start.isoformat()} fits no bid of ours"
                raise PayloadError(msg)
            end = datetime.fromisoformat(element.get("end", ""))
            mw, price = Decimal(element.get("mw", "")), Decimal(element.get("price", ""))
            awards.append(Award(bid.bid_id, start, end, mw, price))
        return awards

    def _messages(self, kind: str, bids: Sequence[Bid], at: datetime) -> list[Message]:
        others = sorted({bid.participant for bid in bids} - {self.scheduling_coordinator})
        if others:
            msg = f"bids of {', '.join(others)} cannot go out under {self.scheduling_coordinator}: one gateway, one SC"
            raise RuleBroken(msg)
        groups: dict[tuple[str, str], list[Bid]] = defaultdict(list)
        for bid in sorted(bids, key=lambda bid: bid.start):
            groups[(bid.market, bid.market_day.isoformat())].append(bid)
        return [self._message(kind, market, day, group, at) for (market, day), group in groups.items()]

    def _message(self, kind: str, market: str, day: str, bids: list[Bid], at: datetime) -> Message:
        by_resource: dict[str, list[Bid]] = defaultdict(list)
        for bid in bids:
            by_resource[bid.resource or bid.location].append(bid)
        texts = [
            tag("ResourceBids", *[_bid(bid, kind) for bid in group], resource=resource)
            for resource, group in by_resource.items()
        ]
        body = tag(
            "RawBidSet",
            leaf("SchedulingCoordinator", self.scheduling_coordinator),
            leaf("MarketRun", MARKET_RUN[market]),
            leaf("TradeDate", day),
            leaf("Created", moment(at)),
            *texts,
            action="CANCEL" if kind == "cancellation" else "SUBMIT",
        )
        offers = {bid.bid_id: (bid.bid_id,) for bid in bids}
        return Message("caiso", kind, PATH, body.encode(), "text/xml; charset=utf-8", "U", offers)


def _bid(bid: Bid, kind: str) -> str:
    marks = {"id": bid.bid_id, "product": _code(bid), "start": moment(bid.start), "end": moment(bid.end)}
    if kind == "cancellation":
        return tag("ProductBid", **marks)
    parts = [] if bid.self_schedule_mw is None else [leaf("SelfScheduleMW", bid.self_schedule_mw)]
    parts += [tag("Point", mw=mw, price=price) for mw, price in bid.points]
    if bid.soc is not None:
        levels = {"min": bid.soc.min_soc_mwh, "max": bid.soc.max_soc_mwh}
        if bid.soc.start_soc_mwh is not None:
            levels["initial"] = bid.soc.start_soc_mwh
        parts.append(tag("StateOfCharge", **levels))
    return tag("ProductBid", *parts, kind=bid.kind, shape=bid.shape, **marks)


def _code(bid: Bid) -> str:
    traded = product_of("caiso", bid.product, bid.market_day)
    if traded is None:
        msg = f"bid {bid.bid_id}: {bid.product} is no product of CAISO on {bid.market_day}"
        raise RuleBroken(msg)
    return traded.wire_name


def _spanning(bids: Sequence[Bid], key: tuple[str, str, datetime]) -> Bid | None:
    """Find the bid whose interval holds an award for part of it: a block, or an hour settled in five minutes."""
    resource, product, start = key
    for bid in bids:
        if (bid.resource or bid.location, _code(bid)) == (resource, product) and bid.start <= start < bid.end:
            return bid
    return None
