"""PJM Markets Gateway from the market's side: SubmitRequests read, transactions, statuses and results written.

Names as in the public clients; statuses and results are this project's own layout, for PJM's is not public.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from market_platform.sandbox.exchange.local_hours import hour_start, hour_starts, local_hour
from market_platform.sandbox.exchange.order import Entry, Order, RefusedMessage, Submission
from market_platform.sandbox.exchange.xml_reading import decimal, document

NAMESPACE = "http://emkt.pjm.com/emkt/xml"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NS = {"p": NAMESPACE, "s": SOAP}
P = f"{{{NAMESPACE}}}"
VIRTUAL = {"Increment": "increment", "Decrement": "decrement"}
WORD = {"submitted": "SUBMITTED", "accepted": "ACCEPTED", "rejected": "REJECTED", "cancelled": "CANCELLED"}


def read(body: bytes, participant: str) -> Submission:
    """Return what a SubmitRequest asks for; elements without segments withdraw what they name."""
    root = document(body)
    request = root.find("s:Body/p:SubmitRequest", NS)
    if request is None:
        msg = "there is no SubmitRequest in the envelope's body"
        raise RefusedMessage(msg)
    orders = tuple(_orders(request, participant))
    if not orders:
        msg = "the SubmitRequest names nothing that is traded here"
        raise RefusedMessage(msg)
    empty = [not order.points and order.self_schedule_mw is None for order in orders]
    if any(empty) and not all(empty):
        msg = "the SubmitRequest offers and withdraws at once: send two"
        raise RefusedMessage(msg)
    return Submission("cancel" if all(empty) else "submit", participant, sha256(body).hexdigest()[:16], orders)


def _orders(request: etree._Element, participant: str) -> Iterable[Order]:
    own = _self_scheduled(request)
    for element in request.iterchildren(f"{P}*"):
        name = etree.QName(element).localname
        location = element.get("location", "")
        day = _day(element)
        if name == "ScheduleOffer":
            yield from _schedule(element, location, day, participant, own)
        elif name == "VirtualBid":
            for side in element.iterchildren(f"{P}*"):
                product = VIRTUAL[etree.QName(side).localname]
                for hourly in side:
                    yield _order(hourly, product, location, day, participant, _segments(hourly))
        elif name == "DemandBid":
            for hourly in element:
                fixed = hourly.findtext("p:FixedDemand", namespaces=NS)
                sensitive = hourly.find("p:PriceSensitiveDemand", NS)
                points = () if sensitive is None else _segments(sensitive)
                yield _order(
                    hourly, "demand", location, day, participant, points,
                    None if fixed is None else decimal(fixed, "FixedDemand"),
                )  # fmt: skip
        elif name not in ("ScheduleSelection", "RegulationUpdate"):
            for hourly in element:
                yield _order(hourly, element.get("product", ""), location, day, participant, _segments(hourly))


def _schedule(
    element: etree._Element, location: str, day: date, participant: str, own: dict[tuple[str, str, str], Decimal]
) -> Iterable[Order]:
    points = tuple(
        (decimal(one.get("MW"), "MW"), decimal(one.get("price"), "price"))
        for one in element.iterfind("p:OfferSegment", NS)
    )
    shape = "slope" if element.get("slope") == "true" else "curve"
    hours = [(element.get("hour", ""), element.get("isDuplicateHour", "false"))]
    if not hours[0][0]:
        hours = [(str(hour + 1), "true" if second else "false") for hour, second in hour_starts("pjm", day)]
    for hour, second in hours:
        start = hour_start("pjm", day, int(hour) - 1, second=second == "true")
        yield Order(
            bid_id=_name(location, "energy", hour, second), iso="pjm", market="", product="energy", resource=location,
            location=location, participant=participant, kind="", start=start, end=start + timedelta(hours=1),
            shape=shape, points=points, self_schedule_mw=own.get((location, hour, second)),
        )  # fmt: skip


def _self_scheduled(request: etree._Element) -> dict[tuple[str, str, str], Decimal]:
    return {
        (chosen.get("location", ""), hourly.get("hour", ""), hourly.get("isDuplicateHour", "false")): decimal(
            hourly.findtext("p:SelfScheduledMW", namespaces=NS), "SelfScheduledMW"
        )
        for chosen in request.iterfind("p:ScheduleSelection", NS)
        for hourly in chosen
    }


def _order(
    hourly: etree._Element, product: str, location: str, day: date, participant: str,
    points: tuple[tuple[Decimal, Decimal], ...], own: Decimal | None = None,
) -> Order:  # fmt: skip
    hour, second = hourly.get("hour", "0"), hourly.get("isDuplicateHour", "false")
    start = hour_start("pjm", day, int(hour) - 1, second=second == "true")
    virtual = product in VIRTUAL.values()
    market = "dam" if virtual or product == "demand" else ""
    return Order(
        bid_id=_name(location, product, hour, second), iso="pjm", market=market,
        product=product, resource="" if virtual else location, location=location, participant=participant,
        kind="virtual" if virtual else "load" if product == "demand" else "", start=start,
        end=start + timedelta(hours=1), points=points, self_schedule_mw=own,
    )  # fmt: skip


def _segments(element: etree._Element) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple(
        (decimal(one.findtext("p:MW", namespaces=NS), "MW"), decimal(one.findtext("p:Price", namespaces=NS), "Price"))
        for one in element.iterfind("p:BidSegment", NS)
    )


def _day(element: etree._Element) -> date:
    try:
        return date.fromisoformat(element.get("day", ""))
    except ValueError as error:
        msg = f"day {element.get('day')!r} is no date"
        raise RefusedMessage(msg) from error


def _name(location: str, product: str, hour: str, second: str) -> str:
    return f"{location}|{product}|{hour}|{second}"


def write_reply(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the transaction that stands for a message."""
    digest = sha256("|".join(entry.reference for entry in entries).encode()).hexdigest()[:10]
    return _envelope(f"<SubmitResponse><TransactionID>{digest}{at:%H%M%S}</TransactionID></SubmitResponse>")


def write_refusal(reason: str, at: datetime) -> bytes:  # noqa: ARG001
    """Return the fault for a message that cannot be taken."""
    fault = f"<s:Fault><faultcode>Client</faultcode><faultstring>{escape(reason)}</faultstring></s:Fault>"
    return f'<s:Envelope xmlns:s="{SOAP}"><!-- simulated --><s:Body>{fault}</s:Body></s:Envelope>'.encode()


def write_notification(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return each bid's status, as a later query gives it."""
    rows = "".join(
        f"<Status bid={quoteattr(entry.order.bid_id)} value={quoteattr(WORD.get(entry.state, 'ACCEPTED'))} "
        f"reason={quoteattr('; '.join(entry.reasons))}/>"
        for entry in entries
    )
    return _envelope(f"<QueryResponse><TransactionID>{at:%Y%m%d%H%M%S}</TransactionID>{rows}</QueryResponse>")


def write_award_sets(entries: Sequence[Entry], zone_day: str, at: datetime) -> bytes:  # noqa: ARG001
    """Return the market's results."""
    rows = []
    for entry in entries:
        for award in entry.awards:
            day, hour, second = local_hour("pjm", award.start)
            rows.append(
                f"<Award location={quoteattr(entry.order.location)} product={quoteattr(entry.order.product)} "
                f'day="{day}" hour="{hour + 1}" isDuplicateHour="{"true" if second else "false"}" '
                f'MW="{award.mw:f}" price="{award.price_usd_per_mwh:f}"/>'
            )
    return _envelope(f"<QueryResponse>{''.join(rows)}</QueryResponse>")


def _envelope(inner: str) -> bytes:
    body = inner.replace(">", f' xmlns="{NAMESPACE}">', 1)
    return f'<s:Envelope xmlns:s="{SOAP}"><!-- simulated --><s:Body>{body}</s:Body></s:Envelope>'.encode()
