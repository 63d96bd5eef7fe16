"""PJM's bill together with its hourly reports: every charge that a report details is billed hour by hour.

So a wrong price is told from a wrong quantity. What the bill's total of a charge has beyond its hours stays a line of
its own, ``<code> beyond its hours``.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.settlement.refusals import MalformedStatement, StatementRefused, fingerprint
from market_platform.settlement.statements.pjm_bill import read_csv_statement, read_xml_statement
from market_platform.settlement.statements.pjm_hours import layouts_of, read_hours
from market_platform.settlement.statements.recognise import members
from market_platform.settlement.statements.statement import Statement

#: A file of a ZIP carries a moment; a fixed one keeps the same files the same bytes.
ZIP_MOMENT = (2000, 1, 1, 0, 0, 0)


def make_bundle(bill: bytes, reports: Sequence[bytes]) -> bytes:
    """Return a bill and its hourly reports as one ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("bill", ZIP_MOMENT), bill)
        for number, report in enumerate(sorted(reports), start=1):
            archive.writestr(zipfile.ZipInfo(f"hours-{number}.csv", ZIP_MOMENT), report)
    return buffer.getvalue()


def read_bundle(data: bytes, *, account: str | None = None, period: tuple[date, date] | None = None) -> Statement:
    """Read a ZIP with one bill and hourly reports; ``account`` and ``period`` are for a bill in XML.

    The statement carries the ZIP's hash. Raises StatementRefused as the parts' own readers do, MalformedStatement for
    another number of bills, a charge detailed twice, or an hour outside the bill's period.
    """
    sha256 = fingerprint(data)
    parts = list(members(data).values())
    reports = [part for part in parts if layouts_of(part)]
    bills = [part for part in parts if not layouts_of(part)]
    if len(bills) != 1:
        msg = f"the ZIP holds {len(bills)} bills and {len(reports)} hourly reports; it wants one bill"
        raise MalformedStatement(msg, sha256)
    try:
        bill = _read_bill(bills[0], account, period)
        hours = [read_hours(report, account=bill.account) for report in reports]
    except StatementRefused as refusal:
        refusal.sha256 = sha256
        raise
    codes = [layout.charge_code for report in reports for layout in layouts_of(report)]
    if len(set(codes)) != len(codes):
        msg = "two hourly reports of the ZIP detail the same charge"
        raise MalformedStatement(msg, sha256)
    lines = bill.lines
    for code in codes:
        lines = _in_hours(lines, pd.concat(hours, ignore_index=True), code, bill, sha256)
    return replace(bill, lines=lines.reset_index(drop=True), sha256=sha256)


def _read_bill(data: bytes, account: str | None, period: tuple[date, date] | None) -> Statement:
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_csv_statement(data)
    if account is None or period is None:
        msg = "PJM's XML bill names neither account nor period: give both"
        raise MalformedStatement(msg, fingerprint(data))
    return read_xml_statement(data, account=account, period=period)


def _in_hours(lines: pd.DataFrame, hours: pd.DataFrame, code: str, bill: Statement, sha256: str) -> pd.DataFrame:
    """Put the hours of a charge in the place of its total."""
    mine = hours[hours["charge_code"] == code]
    outside = mine[~mine["market_day"].between(bill.first_day, bill.last_day)]
    if len(outside):
        msg = f"hour {outside['interval_start'].iloc[0]} of {code} is outside {bill.first_day} to {bill.last_day}"
        raise MalformedStatement(msg, sha256)
    totals = lines[lines["charge_code"] == code]
    parts = [lines[lines["charge_code"] != code], mine]
    beyond = sum(totals["amount_usd"], Decimal("0.00")) - sum(mine["amount_usd"], Decimal("0.00"))
    if beyond:
        whole = totals.head(1) if len(totals) else lines.head(1)
        parts.append(whole.assign(charge_code=f"{code} beyond its hours", amount_usd=beyond, iso_amount=-beyond))
    return pd.concat([part for part in parts if len(part)], ignore_index=True).astype(lines.dtypes.to_dict())
