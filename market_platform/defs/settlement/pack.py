"""The month's paper: gathered from the books, written as HTML, PDF and XLSX."""

from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from market_platform.defs.settlement.disputes import all_disputes, reports_folder
from market_platform.defs.settlement.office import received_statement
from market_platform.defs.settlement.payments import money
from market_platform.errors import RuleBroken
from market_platform.platform import Platform
from market_platform.settlement.books import view
from market_platform.settlement.books.take import lines_for
from market_platform.settlement.charges.table import UNSETTLED
from market_platform.settlement.inputs.from_lake import inputs_from_lake
from market_platform.settlement.reconciliation.reconcile import Reconciliation, reconcile
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform.settlement.statements.statement import Statement

if TYPE_CHECKING:
    from market_platform.settlement.reports.pack import MonthlyPack

FORMATS = ("html", "pdf", "xlsx")


def months_with_statements(platform: Platform, months: list[date]) -> list[tuple[str, str, date]]:
    """Return (iso, account, month) for the months of which a statement was taken."""
    with platform.ledger.read() as connection:
        rows = view.statement_rows(connection, first=min(months))
    found = {(row["iso"], row["account"], row["first_day"].replace(day=1)) for row in rows}
    return sorted(each for each in found if each[2] in months)


def latest_statements(platform: Platform, iso: str, account: str, first: date, last: date) -> list[Statement]:
    """Return the statements that stand for some days: of several versions the last."""
    with platform.ledger.read() as connection:
        rows = view.statement_rows(connection, iso=iso, account=account, first=first, last=last)
    best: dict[tuple[str, date, date], dict[str, object]] = {}
    for row in sorted(rows, key=lambda row: (row["version"], row["issued_on"], row["received_at"])):
        best[row["market"], row["first_day"], row["last_day"]] = row
    return [received_statement(platform, str(row["sha256"])) for _, row in sorted(best.items())]


def reconciled(
    platform: Platform, iso: str, account: str, first: date, last: date
) -> tuple[pd.DataFrame, pd.DataFrame, Reconciliation]:
    """Return expected lines, billed lines and their comparison for some days of one account.

    Raises RuleBroken where no statement of those days has been taken.
    """
    statements = latest_statements(platform, iso, account, first, last)
    if not statements:
        msg = f"no {iso} statement of {account} for {first} to {last}: take one first (settlement take FILE)"
        raise RuleBroken(msg)
    span = min(each.first_day for each in statements), max(each.last_day for each in statements)
    inputs = inputs_from_lake(platform.lake, iso, *span, account=account)
    lines, old = settle(iso, inputs), superseded_lines(iso, inputs)
    expected, superseded = (
        pd.concat([lines_for(each, frame) for each in statements], ignore_index=True).drop_duplicates(ignore_index=True)
        for frame in (lines, old)
    )
    billed = pd.concat([each.lines for each in statements], ignore_index=True)
    outcome = reconcile(expected, billed, superseded)
    unsettled = lines[lines["charge_code"].str.startswith(UNSETTLED) & (lines["account"] == account)]
    return pd.concat([expected, unsettled], ignore_index=True), billed, outcome


def month_pack(platform: Platform, iso: str, account: str, month: date) -> "MonthlyPack":
    """Gather one account's month."""
    from market_platform.settlement.reports.pack import monthly_pack

    first = month.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    expected, billed, outcome = reconciled(platform, iso, account, first, last)
    mine = [item for item in all_disputes(platform) if (item.iso, item.account) == (iso, account)]
    books = money(platform)
    return monthly_pack(
        iso,
        account,
        (first, last),
        expected,
        billed,
        outcome,
        disputes=[item for item in mine if first <= item.market_day <= last],
        invoices=[item for item in books.invoices if (item.iso, item.account) == (iso, account)],
        ageing=books.ageing[books.ageing["iso"] == iso],
        cash_flow=books.cash_flow[books.cash_flow["iso"] == iso],
        simulated=platform.settings.origin == "sandbox",
    )


def write_pack(platform: Platform, pack: "MonthlyPack", formats: tuple[str, ...] = FORMATS) -> list[Path]:
    """Write a pack into data/reports/settlement; return the files."""
    from market_platform.settlement.reports.pack import to_html, to_pdf, to_xlsx

    folder = reports_folder(platform)
    folder.mkdir(parents=True, exist_ok=True)
    writers = {"html": lambda: to_html(pack).encode(), "pdf": lambda: to_pdf(pack), "xlsx": lambda: to_xlsx(pack)}
    written = []
    for name in formats:
        path = folder / f"{pack.iso}-{pack.account}-{pack.first_day:%Y-%m}.{name}"
        path.write_bytes(writers[name]())
        written.append(path)
    return written
