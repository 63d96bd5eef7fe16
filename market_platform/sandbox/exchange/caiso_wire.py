"""CAISO's bid sets from the market's side: read, statuses, results and ADS dispatch batches written.

The dispatch batch follows the element names of CAISO's ADS specification v7.0.0 (2014-03-17); the rest is this
project's own layout, for SIBR's schemas are not public.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from market_platform.sandbox.exchange.order import EnergyLevels, Entry, Order, RefusedMessage, Submission
from market_platform.sandbox.exchange.xml_reading import decimal, document, moment

PRODUCT = {
    "EN": "energy", "RU": "regulation_up", "RD": "regulation_down", "SR": "spin", "NR": "non_spin", "RMU": "mileage_up",
    "RMD": "mileage_down", "RC": "ruc_availability", "IRU": "imbalance_reserve_up", "IRD": "imbalance_reserve_down",
    "RCU": "reliability_capacity_up", "RCD": "reliability_capacity_down",
}  # fmt: skip
CODE = {product: code for code, product in PRODUCT.items()}
WORD = {"submitted": "RECEIVED", "accepted": "VALID", "rejected": "INVALID", "cancelled": "CANCELLED"}
ADS = "http://ads.caiso.com/api/schema/v6"


def read(body: bytes) -> Submission:
    """Return what a RawBidSet asks for."""
    root = document(body)
    participant = (root.findtext("SchedulingCoordinator") or "").strip()
    action = root.get("action")
    if root.tag != "RawBidSet" or not participant or action not in ("SUBMIT", "CANCEL"):
        msg = f"{root.tag} of {participant!r} with action {action!r} is no bid set"
        raise RefusedMessage(msg)
    orders = tuple(_orders(root, participant))
    kind = "submit" if action == "SUBMIT" else "cancel"
    return Submission(kind, participant, sha256(body).hexdigest()[:16], orders)


def _orders(root: etree._Element, participant: str) -> Iterable[Order]:
    market = (root.findtext("MarketRun") or "").lower()
    for resource in root.iter("ResourceBids"):
        for bid in resource.iter("ProductBid"):
            code = bid.get("product", "")
            if code not in PRODUCT:
                msg = f"product {code!r} is not traded here"
                raise RefusedMessage(msg)
            own = bid.findtext("SelfScheduleMW")
            name = resource.get("resource", "")
            yield Order(
                bid_id=bid.get("id", ""), iso="caiso", market=market, product=PRODUCT[code], resource=name,
                location=name, participant=participant, kind=bid.get("kind", ""),
                start=moment(bid.get("start"), "start"), end=moment(bid.get("end"), "end"),
                shape=bid.get("shape", "curve"),
                points=tuple((decimal(p.get("mw"), "mw"), decimal(p.get("price"), "price")) for p in bid.iter("Point")),
                self_schedule_mw=None if own is None else decimal(own, "SelfScheduleMW"), soc=_levels(bid),
            )  # fmt: skip


def _levels(bid: etree._Element) -> EnergyLevels | None:
    soc = bid.find("StateOfCharge")
    if soc is None:
        return None
    begin = soc.get("initial")
    return EnergyLevels(
        decimal(soc.get("min"), "min"), decimal(soc.get("max"), "max"),
        None if begin is None else decimal(begin, "initial"),
    )  # fmt: skip


def write_reply(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the receipt of each bid."""
    return _statuses(entries, at, word="RECEIVED")


def write_refusal(reason: str, at: datetime) -> bytes:
    """Return the answer to a bid set that cannot be taken."""
    return f'<BidSetResponse simulated="true" at="{_utc(at)}"><Fault>{escape(reason)}</Fault></BidSetResponse>'.encode()


def write_notification(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return each bid's status after validation."""
    return _statuses(entries, at)


def write_award_sets(entries: Sequence[Entry], zone_day: str, at: datetime) -> bytes:
    """Return the market's results."""
    rows = "".join(
        f"<Award resource={quoteattr(entry.order.owner)} product={quoteattr(CODE[entry.order.product])} "
        f'start="{_utc(award.start)}" end="{_utc(award.end)}" mw="{award.mw:f}" price="{award.price_usd_per_mwh:f}"/>'
        for entry in entries
        for award in entry.awards
    )
    return f'<MarketResults simulated="true" tradeDate="{zone_day}" at="{_utc(at)}">{rows}</MarketResults>'.encode()


def write_dispatch_batch(set_points_mw: Mapping[str, Decimal], start: datetime, at: datetime) -> bytes:
    """Return a five-minute dispatch: batchType 0, one instruction with its operating target for each resource."""
    batch = f"SIMULATED-{start:%Y%m%d%H%M}"
    instructions = "".join(
        f'<instruction instructionUID="{batch}-I{n}"><batchUID>{batch}</batchUID>'
        f"<resourceId>{escape(resource)}</resourceId><startTime>{_utc(start)}</startTime><dot>{mw:f}</dot>"
        "<instructionType>0</instructionType><revisionNumber>1</revisionNumber><statusCode>0</statusCode></instruction>"
        for n, (resource, mw) in enumerate(sorted(set_points_mw.items()))
    )
    return (
        f'<DispatchBatch xmlns="{ADS}" batchUID="{batch}"><marketID>5MinDOT</marketID><batchStatus>0</batchStatus>'
        f"<batchReceived>{_utc(at)}</batchReceived><batchType>0</batchType><startTime>{_utc(start)}</startTime>"
        "<dispatchMode>0</dispatchMode><bindingFlag>Y</bindingFlag><revisionNo>1</revisionNo>"
        f"<instructions>{instructions}</instructions></DispatchBatch>"
    ).encode()


def _statuses(entries: Sequence[Entry], at: datetime, word: str = "") -> bytes:
    rows = "".join(
        f"<BidStatus bidId={quoteattr(entry.order.bid_id)} status={quoteattr(word or WORD.get(entry.state, 'VALID'))} "
        f"reference={quoteattr(entry.reference)} reason={quoteattr('; '.join(entry.reasons))}/>"
        for entry in entries
    )
    return f'<BidSetResponse simulated="true" at="{_utc(at)}">{rows}</BidSetResponse>'.encode()


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")
