"""ERCOT disputes: the upload message (ErcotDisputes.xsd) and the extract that tells what became of them."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal

from lxml import etree

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.settlement.disputes.draft import Dispute
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.statements.safe_xml import read_xml
from market_platform.settlement.statements.statement import amount_of

NAMESPACE = "http://www.ercot.com/schema/2007-06/nodal/ews"
SHORT = 80


@dataclass(frozen=True)
class Contact:
    """Whom ERCOT may call about a dispute."""

    phone: str
    email: str
    last_name: str
    first_name: str


@dataclass(frozen=True)
class DisputeStatus:
    """One row of the dispute extract (edw_mp_disputes.xsd)."""

    dispute_number: str
    market: str
    charge_type: str
    operating_date: str
    status: str
    resolution_code: str
    disputed_usd: Decimal
    awarded_usd: Decimal


def write_dispute(dispute: Dispute, contact: Contact, *, sub_type: str) -> bytes:
    """Write the upload message with the evidence as a JSON attachment.

    ``sub_type`` is free text since schema 0.3.4; ERCOT's own list decides. Raises RuleBroken for another ISO's dispute.
    """
    if dispute.iso != "ercot":
        msg = f"dispute {dispute.dispute_id} is with {dispute.iso}: this message is ERCOT's"
        raise RuleBroken(msg)
    root = etree.Element(f"{{{NAMESPACE}}}Dispute", nsmap={None: NAMESPACE})
    short = f"{dispute.charge_code} {dispute.market_day}: {dispute.cause}"
    info = _add(root, "Info")
    for name, text in (
        ("market", dispute.market),
        ("amount", str(dispute.amount_usd)),
        ("type", "Settlement Disputes"),
        ("subType", sub_type),
        ("chargeType", dispute.charge_code),
    ):
        _add(info, name, text)
    description = _add(info, "Description")
    _add(description, "short", short[:SHORT])
    _add(description, "long", _long_text(dispute))
    person = _add(root, "Contact")
    for name, text in (
        ("phoneNo", contact.phone),
        ("eMail", contact.email),
        ("lastName", contact.last_name),
        ("firstName", contact.first_name),
    ):
        _add(person, name, text)
    schedule = _add(root, "Schedule")
    operating_day = datetime.combine(dispute.market_day, time(), tzinfo=MARKETS["ercot"].zone)
    _add(schedule, "endInterval", _stamp(dispute.last_interval_end))
    _add(schedule, "operatingDay", operating_day.isoformat())
    _add(schedule, "startInterval", _stamp(dispute.first_interval_start))
    content = dispute.evidence_json.encode()
    attachment = _add(root, "Attachment")
    _add(attachment, "name", f"evidence-{dispute.dispute_id}.json")
    _add(attachment, "size", str(len(content)))
    _add(attachment, "type", "application/json")
    _add(attachment, "document", base64.b64encode(content).decode())
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _long_text(dispute: Dispute) -> str:
    count = len(dispute.evidence.get("lines", []))
    return (
        f"{count} interval(s) of {dispute.charge_code} on {dispute.market_day} differ from our settlement"
        f" ({dispute.cause}); claimed {dispute.amount_usd} USD. Intervals, price versions, awards and meter values are"
        " attached."
    )


def read_dispute_extract(data: bytes) -> list[DisputeStatus]:
    """Read the market participant's dispute extract (MPDISPUTE_DATA). Raises UnsafeStatement, MalformedStatement."""
    sha256 = fingerprint(data)
    root = read_xml(data)
    if root.tag != "MPDISPUTE_DATA":
        msg = f"root is <{root.tag}>, the dispute extract has <MPDISPUTE_DATA>"
        raise MalformedStatement(msg, sha256)
    return [
        DisputeStatus(
            dispute_number=row.findtext("DISPUTE_NUMBER") or "",
            market=row.findtext("MARKET_TYPE") or "",
            charge_type=row.findtext("CHARGE_TYPE") or "",
            operating_date=row.findtext("OPERATING_DATE") or "",
            status=row.findtext("STATUS") or "",
            resolution_code=row.findtext("RESOLUTION_CODE") or "",
            disputed_usd=amount_of(row.findtext("DISPUTE_AMOUNT"), "DISPUTE_AMOUNT", sha256),
            awarded_usd=amount_of(row.findtext("AMOUNT_AWARD"), "AMOUNT_AWARD", sha256),
        )
        for row in root.findall("MPDISPUTE")
    ]
