"""PJM monthly billing statement: CSV and XML of MSRS, charges and credits in separate parts.

CSV (layout second-hand, from a public client): line 2 account, line 4 organisation, lines 6 and 7 first and last day;
then CHARGES and CREDITS; a row is code, ``A`` for an adjustment, name, adjustment period, amount. Names hold unquoted
commas, so rows are read from both ends. The file ends with "End of Report".
"""

from datetime import date, datetime
from decimal import Decimal

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.safe_xml import read_xml
from market_platform.settlement.statements.statement import Record, Statement, amount_of, check_total, line

ISO = "pjm"
ZONE = MARKETS[ISO].zone
SECTIONS = {"CHARGES": "charge", "CREDITS": "credit"}
FIRST_CREDIT_CODE = 2000


def read_csv_statement(data: bytes) -> Statement:
    """Read the monthly CSV. Charge codes of adjustments end in ``A`` and carry their period as location.

    Raises MalformedStatement for a truncated or unknown layout, TotalsDisagree.
    """
    sha256 = fingerprint(data)
    try:
        rows = [row.rstrip("\r") for row in data.decode("utf-8-sig").split("\n")]
    except UnicodeDecodeError as error:
        msg = "the PJM bill is not text"
        raise MalformedStatement(msg, sha256) from error
    filled = [row for row in rows if row.strip()]
    if len(rows) < 8 or not filled[-1].strip().startswith("End of Report"):
        msg = "the PJM bill does not end with 'End of Report': it is truncated"
        raise MalformedStatement(msg, sha256)
    account = _last_field(rows[1], "account", sha256)
    first, last = (_date(_last_field(rows[number], "period", sha256), sha256) for number in (5, 6))
    records, totals, section = [], {}, None
    for row in rows[7:]:
        label = row.strip().strip(",").upper()
        if label in SECTIONS:
            section = SECTIONS[label]
        elif label.startswith("TOTAL"):
            totals[label.split()[1].split(",")[0]] = amount_of(row.rsplit(",", 1)[-1], label, sha256)
        elif row.strip() and row[0].isdigit():
            if section is None:
                msg = f"row {row!r} stands before CHARGES and CREDITS"
                raise MalformedStatement(msg, sha256)
            records.append(_row(row, section, account, (first, last), sha256))
    return _statement(records, totals, account, (first, last), sha256)


def _row(row: str, section: str, account: str, period: tuple[date, date], sha256: str) -> Record:
    left = row.split(",", 2)
    right = left[2].rsplit(",", 2) if len(left) == 3 else []
    if len(right) != 3 or left[1].strip() not in ("", "A"):
        msg = f"row {row!r} is not code, A, name, adjustment period, amount"
        raise MalformedStatement(msg, sha256)
    adjusted = left[1].strip() == "A"
    return line(
        iso=ISO,
        account=account,
        market_day=period[0],
        charge_code=left[0].strip() + left[1].strip(),
        location=right[1].strip() if adjusted else "",
        interval=(day_bounds(period[0], ZONE)[0], day_bounds(period[1], ZONE)[1]),
        iso_amount=amount_of(right[2], left[0], sha256),
        positive_means=section,
    )


def read_xml_statement(data: bytes, *, account: str, period: tuple[date, date]) -> Statement:
    """Read the XML export (ROWSET of ROW): first child is the line number, last the amount.

    The export names neither account nor period, so the caller does. Codes from 2000 on are credits.
    """
    sha256 = fingerprint(data)
    root = read_xml(data)
    if root.tag != "ROWSET":
        msg = f"root is <{root.tag}>, a PJM bill has <ROWSET>"
        raise MalformedStatement(msg, sha256)
    records, totals = [], {}
    for row in root.iterfind("ROW"):
        children = list(row)
        if len(children) < 3 or row.find("BILLING_LINE_ITEM_NAME") is None:
            msg = "a ROW lacks line number, BILLING_LINE_ITEM_NAME or amount"
            raise MalformedStatement(msg, sha256)
        code = (children[0].text or "").strip()
        if not code[:4].isdigit():
            totals[code.upper().removeprefix("TOTAL_")] = amount_of(children[-1].text, code, sha256)
            continue
        section = "credit" if int(code[:4]) >= FIRST_CREDIT_CODE else "charge"
        records.append(
            line(
                iso=ISO,
                account=account,
                market_day=period[0],
                charge_code=code,
                interval=(day_bounds(period[0], ZONE)[0], day_bounds(period[1], ZONE)[1]),
                iso_amount=amount_of(children[-1].text, code, sha256),
                positive_means=section,
            )
        )
    return _statement(records, totals, account, period, sha256)


def _statement(
    records: list[Record], totals: dict[str, Decimal], account: str, period: tuple[date, date], sha256: str
) -> Statement:
    sums = {"charge": Decimal("0.00"), "credit": Decimal("0.00")}
    for record in records:
        sums[str(record["positive_means"])] += record["iso_amount"]
    for label, kind in (("CHARGES", "charge"), ("CREDITS", "credit")):
        if label in totals:
            check_total(f"total {label.lower()}", sums[kind], totals[label], sha256)
    net = sums["charge"] - sums["credit"]
    return Statement(
        iso=ISO,
        account=account,
        market="ALL",
        statement_type="MONTHLY",
        statement_id=f"PJM-{account}-{period[0]:%Y%m%d}-{period[1]:%Y%m%d}-{sha256[:8]}",
        version=1,
        first_day=period[0],
        last_day=period[1],
        issued_on=period[1],
        positive_means="charge",
        total_iso_amount=net,
        net_iso_amount=net,
        lines=from_records(records),
        sha256=sha256,
    )


def _last_field(row: str, what: str, sha256: str) -> str:
    text = row.rstrip(",").rsplit(",", 1)[-1].strip().strip('"')
    if not text:
        msg = f"the PJM bill has no {what}"
        raise MalformedStatement(msg, sha256)
    return text


def _date(text: str, sha256: str) -> date:
    try:
        return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=ZONE).date()
    except ValueError as error:
        msg = f"{text!r} is not a day as MM/DD/YYYY"
        raise MalformedStatement(msg, sha256) from error
