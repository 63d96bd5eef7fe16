"""PJM's hourly MSRS reports: the hours behind a line of the bill, each with quantity, price and charge.

Where the columns lie is in ``pjm_hours.csv``, with how far each layout was read; a report is told by the title in its
first row. Withdrawals are positive in the reports and negative inside.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.delimited import csv_rows
from market_platform.settlement.statements.statement import Record, amount_of, line


@dataclass(frozen=True)
class HourlyLayout:
    """Where one charge stands in an hourly report; columns count from 0, ``location_column`` may be absent."""

    report: str
    title: str
    charge_code: str
    header_rows: int
    hour_column: int
    location_column: int | None
    quantity_column: int
    price_column: int
    amount_column: int
    status: str


@cache
def hourly_layouts() -> tuple[HourlyLayout, ...]:
    """Return every layout that is held."""
    text = resources.files(__package__).joinpath("pjm_hours.csv").read_text(encoding="utf-8")
    return tuple(
        HourlyLayout(
            row["report"], row["title"], row["charge_code"], int(row["header_rows"]), int(row["hour_column"]),
            int(row["location_column"]) if row["location_column"] else None, int(row["quantity_column"]),
            int(row["price_column"]), int(row["amount_column"]), row["status"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def layouts_of(data: bytes) -> tuple[HourlyLayout, ...]:
    """Return the layouts of an hourly report, told by the title in its first row; none for any other file."""
    first = data.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", errors="replace").upper()
    if "BILLING STATEMENT" in first:
        return ()
    return tuple(layout for layout in hourly_layouts() if layout.title.upper() in first)


def read_hours(data: bytes, *, account: str) -> pd.DataFrame:
    """Return the hours of a report as charge lines with quantity and price. Raises MalformedStatement.

    An hour with neither quantity nor charge bills nothing and is no line; one whose quantities cancel out has no price.
    """
    sha256 = fingerprint(data)
    layouts = layouts_of(data)
    if not layouts:
        titles = ", ".join(sorted({layout.title for layout in hourly_layouts()}))
        msg = f"the first row names no hourly report that is known: {titles}"
        raise MalformedStatement(msg, sha256)
    records: list[Record] = []
    for row in csv_rows(data, sha256)[layouts[0].header_rows :]:
        if not row or not any(cell.strip() for cell in row) or row[0].startswith("End of Report"):
            continue
        needed = max(layout.amount_column for layout in layouts) + 1
        if len(row) < needed:
            msg = f"an hour has {len(row)} columns, {needed} are known: {','.join(row)[:80]}"
            raise MalformedStatement(msg, sha256)
        found = (_line(row, layout, account, sha256) for layout in layouts)
        records += [each for each in found if each["iso_amount"] or each["quantity_mwh"]]
    return from_records(records)


def _line(row: list[str], layout: HourlyLayout, account: str, sha256: str) -> Record:
    end, price = _moment(row[layout.hour_column], sha256), row[layout.price_column].strip()
    span = (end - timedelta(hours=1), end)
    return line(
        iso="pjm",
        account=account,
        market_day=span[0].astimezone(MARKETS["pjm"].zone).date(),
        charge_code=layout.charge_code,
        location="" if layout.location_column is None else row[layout.location_column].strip(),
        interval=span,
        iso_amount=amount_of(row[layout.amount_column], layout.charge_code, sha256),
        positive_means="charge",
        quantity_mwh=-amount_of(row[layout.quantity_column], layout.charge_code, sha256),
        price_usd_per_mwh=amount_of(price, layout.charge_code, sha256) if price else None,
    )


def _moment(text: str, sha256: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y %H:%M").replace(tzinfo=UTC)
    except ValueError as error:
        msg = f"{text!r} is not a GMT hour as MM/DD/YYYY HH:MM"
        raise MalformedStatement(msg, sha256) from error
