"""NYISO bills as CSV. The layout is unverified (status U).

Hours count from midnight: HB 00 to HB 24 on the autumn day (Technical Bulletin 064).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.delimited import csv_rows
from market_platform.settlement.statements.statement import Record, Statement, amount_of, check_total, line

#: The bill's own version to the settlement's name; later versions are close-outs.
VERSIONS = {1: "INITIAL", 2: "4-MONTH"}
NYISO_COLUMNS = ["Date", "Hour", "Interval", "Charge", "PTID", "Resource", "MWh", "Price", "Amount"]


def read_statement(data: bytes) -> Statement:
    """Read a NYISO bill: four ``key,value`` rows (Organization, Invoice, Version, Issued), then NYISO_COLUMNS.

    Credits are positive. A row without an interval is an hour; ``Interval`` counts five minutes from 1 to 12.
    """
    sha256 = fingerprint(data)
    rows = csv_rows(data, sha256)
    head = {row[0]: row[1].strip() for row in rows[:4] if len(row) > 1}
    if set(head) != {"Organization", "Invoice", "Version", "Issued"} or len(rows) < 5 or rows[4] != NYISO_COLUMNS:
        msg = f"a NYISO bill has Organization, Invoice, Version, Issued and the columns {NYISO_COLUMNS}"
        raise MalformedStatement(msg, sha256)
    body = [row for row in rows[5:] if row]
    if not body or body[-1][0] != "Total" or any(len(row) != len(NYISO_COLUMNS) for row in body):
        msg = "the NYISO bill has no closing Total row or a row of another width: it is truncated or damaged"
        raise MalformedStatement(msg, sha256)
    records = [_nyiso_line(row, head["Organization"], sha256) for row in body[:-1]]
    total = amount_of(body[-1][-1], "Total", sha256)
    check_total("NYISO bill", sum((record["iso_amount"] for record in records), Decimal(0)), total, sha256)
    days = sorted({record["market_day"] for record in records})
    if not days or not head["Version"].isdigit():
        msg = "the NYISO bill has no line, or its version is not a number"
        raise MalformedStatement(msg, sha256)
    return Statement(
        iso="nyiso",
        account=head["Organization"],
        market="ALL",
        statement_type=VERSIONS.get(int(head["Version"]), "FINAL"),
        statement_id=head["Invoice"],
        version=int(head["Version"]),
        first_day=days[0],
        last_day=days[-1],
        issued_on=_day(head["Issued"], sha256),
        positive_means="credit",
        total_iso_amount=total,
        net_iso_amount=total,
        lines=from_records(records),
        sha256=sha256,
    )


def _day(text: str, sha256: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y").replace(tzinfo=UTC).date()
    except ValueError as error:
        msg = f"{text!r} is not a day as MM/DD/YYYY"
        raise MalformedStatement(msg, sha256) from error


def _nyiso_line(row: list[str], account: str, sha256: str) -> Record:
    cell = dict(zip(NYISO_COLUMNS, row, strict=True))
    day = _day(cell["Date"], sha256)
    begin, end = day_bounds(day, MARKETS["nyiso"].zone)
    hour = cell["Hour"].removeprefix("HB").strip()
    part = cell["Interval"].strip()
    if not hour.isdigit() or (part and not (part.isdigit() and 1 <= int(part) <= 12)):
        msg = f"hour {cell['Hour']!r} interval {part!r} is no hour of {day}"
        raise MalformedStatement(msg, sha256)
    start = begin + timedelta(hours=int(hour)) + (timedelta(minutes=5 * (int(part) - 1)) if part else timedelta())
    if start >= end:
        msg = f"{day} has no hour {cell['Hour']}"
        raise MalformedStatement(msg, sha256)
    return line(
        iso="nyiso",
        account=account,
        market_day=day,
        charge_code=cell["Charge"],
        resource=cell["Resource"],
        location=cell["PTID"],
        interval=(start, start + timedelta(minutes=5 if part else 60)),
        iso_amount=amount_of(cell["Amount"], cell["Charge"], sha256),
        positive_means="credit",
        quantity_mwh=amount_of(cell["MWh"], "MWh", sha256) if cell["MWh"] else None,
        price_usd_per_mwh=amount_of(cell["Price"], "Price", sha256) if cell["Price"] else None,
    )
