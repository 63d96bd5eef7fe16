"""ERCOT settlement invoices in the official XML (Settlement_Invoice.xsd): read and written.

Positive amounts are charges to the QSE. The schema's time pattern refuses 10:00 and 00:00 (``[01][1-9]``).
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from lxml import etree

from market_platform.settlement.payments.invoices import Invoice
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.statements.safe_xml import read_xml, text_of
from market_platform.settlement.statements.statement import amount_of, check_total

DATE = "%m/%d/%Y"
RECIPIENT = (
    "RecipientAccountName",
    "RecipientAccountID",
    "RecipientFinancialInst",
    "RecipientBankName",
    "RecipientBankAcctNum",
    "RecipientRoutingNum",
)
SENDER = ("ERCOTFinancialInst", "ERCOTBankName", "ERCOTBankAcctNum", "ERCOTRoutingNum")


def read_invoice(data: bytes) -> Invoice:
    """Read an invoice; items carry ERCOT's statement identifiers in place of hashes.

    Raises UnsafeStatement, MalformedStatement, or TotalsDisagree where the details do not add up to the total.
    """
    sha256 = fingerprint(data)
    root = read_xml(data)
    if root.tag != "STL_Invoice":
        msg = f"root is <{root.tag}>, an ERCOT settlement invoice has <STL_Invoice>"
        raise MalformedStatement(msg, sha256)
    details = root.findall("InvoiceData/InvoiceGroup/InvoiceDetail")
    items = tuple(
        (
            text_of(detail, "StatementID", sha256),
            -amount_of(detail.findtext("StatementAmount"), "StatementAmount", sha256),
        )
        for detail in details
    )
    total = amount_of(root.findtext("SummarySection/InvoiceTotal"), "InvoiceTotal", sha256)
    check_total("invoice", -sum((amount for _, amount in items), Decimal("0.00")), total, sha256)
    kind = root.find("InvoiceData/InvoiceGroup")
    due = "InvoicePayoutDate" if total < 0 else "InvoiceDueDate"
    return Invoice(
        invoice_id=text_of(root, "SummarySection/InvoiceID", sha256),
        iso="ercot",
        account=text_of(root, "AccountSection/RecipientSection/RecipientAccountID", sha256),
        kind=("" if kind is None else kind.get("name")) or "ALL",
        invoiced_on=_date(text_of(root, "SummarySection/InvoiceDate", sha256), sha256),
        due_on=_date(text_of(root, f"SummarySection/{due}", sha256), sha256),
        amount_usd=-total,
        status="V",
        items=items,
    )


def _date(text: str, sha256: str) -> date:
    try:
        return datetime.strptime(text, DATE).replace(tzinfo=UTC).date()
    except ValueError as error:
        msg = f"{text!r} is not a day as MM/DD/YYYY"
        raise MalformedStatement(msg, sha256) from error


def write_invoice(invoice: Invoice, number: int, market_days: dict[str, date], *, payout_on: date) -> bytes:
    """Write an invoice in ERCOT's schema; bank details are marked as simulated. ``market_days`` per statement."""
    root = etree.Element("STL_Invoice")
    account = etree.SubElement(root, "AccountSection")
    recipient = etree.SubElement(account, "RecipientSection")
    for name in RECIPIENT:
        etree.SubElement(recipient, name).text = invoice.account if "Account" in name else "SIMULATED"
    sender = etree.SubElement(account, "ERCOT_SECTION")
    for name in SENDER:
        etree.SubElement(sender, name).text = "SIMULATED"
    group = etree.SubElement(etree.SubElement(root, "InvoiceData"), "InvoiceGroup", name=invoice.kind)
    for statement_id, amount in invoice.items:
        detail = etree.SubElement(group, "InvoiceDetail")
        for name, text in (
            ("StatementType", invoice.kind),
            ("OperatingDate", market_days[statement_id].strftime(DATE)),
            ("StatementID", statement_id),
            ("SaveChannel", "1"),
            ("StatementAmount", str(-amount)),
        ):
            etree.SubElement(detail, name).text = text
    etree.SubElement(group, "Subtotal").text = str(-invoice.amount_usd)
    summary = etree.SubElement(root, "SummarySection")
    for name, text in (
        ("TimePeriod", invoice.invoiced_on.strftime("%b %Y").upper()),
        ("InvoiceID", f"STL{number}"),
        ("InvoiceDate", invoice.invoiced_on.strftime(DATE)),
        ("InvoiceDueDate", invoice.due_on.strftime(DATE)),
        ("InvoicePayoutDate", payout_on.strftime(DATE)),
        ("InvoiceDueTime", "17:00"),
        ("InvoiceTerms", "SIMULATED"),
        ("InvoiceTotal", str(-invoice.amount_usd)),
    ):
        etree.SubElement(summary, name).text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
