"""CAISO settlement statement XML. The official schema is not public: this layout is unverified (status U).

Element names are matched without their namespace; every line carries its bill determinants (quantity and price).
"""

from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.safe_xml import read_xml
from market_platform.settlement.statements.statement import Record, Statement, amount_of, check_total, line

ISO = "caiso"
ORDER = ("T+9B", "T+70B", "T+11M", "T+21M", "T+24M", "T+36M")


def read_statement(data: bytes) -> Statement:
    """Read one daily statement. Raises UnsafeStatement, MalformedStatement or TotalsDisagree."""
    sha256 = fingerprint(data)
    root = read_xml(data)
    if _name(root) != "SettlementStatement":
        msg = f"root is <{_name(root)}>, a CAISO statement has <SettlementStatement>"
        raise MalformedStatement(msg, sha256)
    head = {_name(child): (child.text or "").strip() for child in root if len(child) == 0}
    needed = ("BusinessAssociateID", "TradingDate", "StatementType", "StatementID", "IssueDate", "StatementTotal")
    absent = [name for name in needed if not head.get(name)]
    if absent:
        msg = f"the CAISO statement has no {', '.join(absent)}"
        raise MalformedStatement(msg, sha256)
    day = _day(head["TradingDate"], sha256)
    records = [
        _line(item, head["BusinessAssociateID"], day, sha256)
        for item in root.iter()
        if isinstance(item.tag, str) and _name(item) == "Line"
    ]
    total = amount_of(head["StatementTotal"], "StatementTotal", sha256)
    check_total("statement", sum((record["iso_amount"] for record in records), Decimal(0)), total, sha256)
    return Statement(
        iso=ISO,
        account=head["BusinessAssociateID"],
        market="ALL",
        statement_type=head["StatementType"],
        statement_id=head["StatementID"],
        version=ORDER.index(head["StatementType"]) + 1 if head["StatementType"] in ORDER else len(ORDER) + 1,
        first_day=day,
        last_day=day,
        issued_on=_day(head["IssueDate"], sha256),
        positive_means="charge",
        total_iso_amount=total,
        net_iso_amount=total,
        lines=from_records(records),
        sha256=sha256,
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _day(text: str, sha256: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is not a day as YYYY-MM-DD"
        raise MalformedStatement(msg, sha256) from error


def _line(item: etree._Element, account: str, day: date, sha256: str) -> Record:
    cell = {_name(child): (child.text or "").strip() for child in item}
    try:
        span = (_moment(cell["IntervalStart"]), _moment(cell["IntervalEnd"]))
        return line(
            iso=ISO,
            account=account,
            market_day=day,
            charge_code=cell["ChargeCode"],
            resource=cell.get("ResourceID", ""),
            location=cell.get("Location", ""),
            interval=span,
            iso_amount=amount_of(cell["Amount"], cell["ChargeCode"], sha256),
            positive_means="charge",
            quantity_mwh=amount_of(cell["Quantity"], "Quantity", sha256) if cell.get("Quantity") else None,
            price_usd_per_mwh=amount_of(cell["Price"], "Price", sha256) if cell.get("Price") else None,
        )
    except (KeyError, ValueError) as error:
        msg = f"a Line lacks charge code, amount or an interval with its offset: {error}"
        raise MalformedStatement(msg, sha256) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text} has no offset"
        raise ValueError(msg)
    return moment
