"""ERCOT settlement statements in the official XML (Statements.xsd): read and written.

Positive ``*AMT`` is a charge to the QSE. Intervals count from midnight by ``Interval@NUM``: the label of a repeated
hour is ambiguous, the number is not.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd
from lxml import etree

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.settlement.charges.table import name_of
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.safe_xml import read_xml, text_of
from market_platform.settlement.statements.statement import (
    Record,
    Statement,
    amount_of,
    carried_cents,
    check_total,
    line,
)

ISO = "ercot"
ZONE = MARKETS[ISO].zone
DATE = "%m/%d/%Y"
#: The statement's place in its sequence; a resettlement's channel tells the rest.
VERSIONS = {"INITIAL": 1, "FINAL": 2, "TRUEUP": 3, "RESETTLEMENT": 4}


def read_statement(data: bytes) -> Statement:
    """Read one statement. Raises UnsafeStatement, MalformedStatement or TotalsDisagree."""
    sha256 = fingerprint(data)
    root = read_xml(data)
    if root.tag != "Statement":
        msg = f"root is <{root.tag}>, an ERCOT statement has <Statement>"
        raise MalformedStatement(msg, sha256)
    account, market, kind, identifier = (
        text_of(root, f"AccountSection/{name}", sha256)
        for name in ("AccountID", "MarketType", "StatementType", "StatementID")
    )
    day = _date(text_of(root, "AccountSection/OperatingDay", sha256), sha256)
    records: list[Record] = []
    for charge in root.findall("DataSection/ChargeType"):
        records += _charge_lines(charge, account, day, sha256)
    total = amount_of(root.findtext("Summary/CurrentDollars/StatementTotal"), "StatementTotal", sha256)
    net = amount_of(root.findtext("Summary/CurrentDollars/NetAmount"), "NetAmount", sha256)
    billed = sum(
        (
            amount_of(history.findtext("PrevTotal"), "PrevTotal", sha256)
            for history in root.findall("Summary/History")[:1]
        ),
        Decimal(0),
    )
    check_total("statement", sum((record["iso_amount"] for record in records), Decimal(0)), total, sha256)
    check_total("NetAmount = StatementTotal - PrevTotal", total - billed, net, sha256)
    return Statement(
        iso=ISO,
        account=account,
        market=market,
        statement_type=kind,
        statement_id=identifier,
        version=VERSIONS.get(kind.upper(), 4),
        first_day=day,
        last_day=day,
        issued_on=_date(text_of(root, "AccountSection/BatchDate", sha256), sha256),
        positive_means="charge",
        total_iso_amount=total,
        net_iso_amount=net,
        lines=from_records(records),
        sha256=sha256,
        previous_iso_amount=billed,
    )


def _date(text: str, sha256: str) -> date:
    try:
        return datetime.strptime(text, DATE).replace(tzinfo=ZONE).date()
    except ValueError as error:
        msg = f"{text!r} is not a day as MM/DD/YYYY"
        raise MalformedStatement(msg, sha256) from error


def _charge_lines(charge: etree._Element, account: str, day: date, sha256: str) -> list[Record]:
    code = text_of(charge, "AmountCode", sha256)
    begin, end = day_bounds(day, ZONE)
    details = charge.findall("BillingDetails")
    stated = amount_of(details[0].findtext("Amount"), f"{code} Amount", sha256) if details else None
    intervals = charge.findall("Interval")
    if not intervals:
        spans, values = [(begin, end)], [stated if stated is not None else Decimal(0)]
    else:
        spans, values = _spans(charge, intervals, code, day, sha256)
    amounts = carried_cents(values)
    if stated is not None:
        check_total(code, sum(amounts, Decimal(0)), stated, sha256)
    return [
        line(
            iso=ISO,
            account=account,
            market_day=day,
            charge_code=code,
            interval=span,
            iso_amount=amount,
            positive_means="charge",
        )
        for span, amount in zip(spans, amounts, strict=True)
    ]


def _spans(
    charge: etree._Element, intervals: list[etree._Element], code: str, day: date, sha256: str
) -> tuple[list[tuple[datetime, datetime]], list[Decimal]]:
    begin, end = day_bounds(day, ZONE)
    minutes_in_day = (end - begin) // timedelta(minutes=1)
    stated = charge.findtext("NumberOfIntervals")
    try:
        count = int(stated) if stated else len(intervals)
        numbers = [int(interval.get("NUM", "")) for interval in intervals]
    except ValueError as error:
        msg = f"{code}: interval number or count is not an integer"
        raise MalformedStatement(msg, sha256) from error
    minutes, rest = divmod(minutes_in_day, count) if count > 0 else (0, 1)
    if rest or minutes not in (5, 15, 60) or not all(1 <= number <= count for number in numbers):
        msg = f"{code}: {count} intervals do not cut {day} ({minutes_in_day} minutes) into 5, 15 or 60 minutes"
        raise MalformedStatement(msg, sha256)
    if len(set(numbers)) != len(numbers):
        msg = f"{code}: an interval number is there twice"
        raise MalformedStatement(msg, sha256)
    step = timedelta(minutes=minutes)
    spans = [(begin + step * (number - 1), begin + step * number) for number in numbers]
    values = [amount_of(interval.findtext("IntervalValue"), f"{code} interval", sha256) for interval in intervals]
    return spans, values


def write_statement(statement: Statement, *, participant_name: str, channel: int = 1) -> bytes:
    """Write a statement in ERCOT's schema; lines of several resources are added up per charge and interval.

    Reading the result gives the same amounts. Charges whose lines span the whole day carry no intervals.
    """
    root = etree.Element("Statement")
    head = etree.SubElement(root, "AccountSection")
    _children(
        head,
        MarketType=statement.market,
        OperatingDay=statement.first_day.strftime(DATE),
        BatchDate=statement.issued_on.strftime(DATE),
        StatementType=statement.statement_type,
        Channel=str(channel),
        ParticipantName=participant_name,
        AccountID=statement.account,
        StatementID=statement.statement_id,
    )
    data = etree.SubElement(root, "DataSection")
    for order, (code, lines) in enumerate(statement.lines.groupby("charge_code", sort=True), start=1):
        _write_charge(data, str(code), lines, order, statement, channel)
    summary = etree.SubElement(root, "Summary")
    if statement.previous_iso_amount:
        _children(etree.SubElement(summary, "History"), PrevTotal=str(statement.previous_iso_amount))
    _children(
        etree.SubElement(summary, "CurrentDollars"),
        StatementTotal=str(statement.total_iso_amount),
        NetAmount=str(statement.net_iso_amount),
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _children(parent: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = text


def _write_charge(
    data: etree._Element, code: str, lines: pd.DataFrame, order: int, statement: Statement, channel: int
) -> None:
    total = sum(lines["iso_amount"], Decimal("0.00"))
    element = etree.SubElement(data, "ChargeType")
    _children(
        element,
        AmountDescription=(name_of(ISO, code) or code)[:64],
        AmountCode=code,
        SortGroup=statement.market,
        SortOrder=str(order),
    )
    _children(
        etree.SubElement(element, "BillingDetails"),
        Activity="CURRENT",
        SaveChannel=str(channel),
        StatementType=statement.statement_type,
        Amount=str(total),
        BillAmount=str(total),
    )
    begin, end = day_bounds(statement.first_day, ZONE)
    width = (lines["interval_end"] - lines["interval_start"]).min()
    if width >= end - begin:
        return
    etree.SubElement(element, "NumberOfIntervals").text = str((end - begin) // width)
    sums = lines.groupby("interval_start")["iso_amount"].agg(lambda amounts: sum(amounts, Decimal("0.00")))
    for number in range(1, (end - begin) // width + 1):
        start = begin + width * (number - 1)
        interval = etree.SubElement(element, "Interval", NUM=str(number))
        _children(
            interval,
            IntervalEnding=_label(start + width),
            IntervalValue=str(sums.get(pd.Timestamp(start), Decimal("0.00"))),
        )


def _label(moment: datetime) -> str:
    label = moment.astimezone(ZONE).strftime("%H:%M")
    return "24:00" if label == "00:00" else label
