"""The settlement office: one function an action, called alike by assets, command line and API.

Each takes the platform and plain values and is safe to repeat: doing the same again writes nothing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.contracts.families.settlement import (
    SETTLEMENT_LINES,
    SETTLEMENT_POSITIONS,
    SETTLEMENT_VARIANCES,
)
from market_platform.defs.settlement.book_keys import STATEMENTS
from market_platform.defs.settlement.lake_rows import line_rows, variance_frame
from market_platform.defs.settlement.positions import gathered_positions
from market_platform.errors import RuleBroken
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform
from market_platform.settlement.books import tables, view
from market_platform.settlement.books.keep import Kept, keep_shadow_day
from market_platform.settlement.books.take import Taken, reconcile_statement, refuse, take_statement
from market_platform.settlement.calendars.overdue import overdue
from market_platform.settlement.calendars.schedule import DueStatement
from market_platform.settlement.inputs.columns import empty
from market_platform.settlement.inputs.from_lake import has_prices, inputs_from_lake
from market_platform.settlement.payments.ercot_invoice import read_invoice
from market_platform.settlement.payments.invoices import Invoice, keep_invoice
from market_platform.settlement.refusals import StatementRefused, fingerprint
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements import pjm_bill, pjm_bundle
from market_platform.settlement.statements.intake import READERS, Reader
from market_platform.settlement.statements.recognise import recognise
from market_platform.settlement.statements.statement import Statement

#: What is done with documents that are no statements.
OWN_COMMAND = {
    ("pjm", "hours"): "take it with its bill (settlement take BILL --hourly REPORT), or look at it (settlement hours)",
    ("ercot", "disputes"): "read it with `settlement disputes extract`",
}


@dataclass(frozen=True)
class Settled:
    """The shadow settlement of one market day. ``note`` says why there are no lines, where there are none."""

    iso: str
    day: date
    lines: pd.DataFrame
    rows_changed: int
    kept: Kept
    note: str = ""


def positions_asset(iso: str) -> str:
    """Return the key of the asset that lays in an ISO's positions."""
    return f"{iso}_settlement_positions"


def shadow_asset(iso: str) -> str:
    """Return the key of the asset that settles an ISO's market day."""
    return f"{iso}_shadow_settlement"


def lay_in_positions(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    """Gather what is settled on a market day and lay it in; return the rows."""
    rows = gathered_positions(platform, iso, day)
    lay_in(
        platform.lake, SETTLEMENT_POSITIONS, positions_asset(iso), rows,
        read_at=platform.clock(), inputs=hash_of([rows]), whole_days=[day],
    )  # fmt: skip
    return rows


def settle_day(platform: Platform, iso: str, day: date) -> Settled:
    """Settle one market day from what the lake holds now; a corrected price makes a new version of its lines only.

    Raises MissingInput where a position lacks a price, a meter value or an instruction: never part of a statement.
    """
    nothing = settle(iso, Inputs(*_no_positions()))
    _, ends = day_bounds(day, MARKETS[iso].zone)
    if platform.clock() < ends:
        return Settled(iso, day, nothing, 0, Kept(), f"the day ends at {ends:%Y-%m-%d %H:%M} UTC: settle it after that")
    if not has_prices(platform.lake, iso, day):
        return Settled(iso, day, nothing, 0, Kept(), f"no prices of {iso} for {day}: run its market-day job first")
    inputs = inputs_from_lake(platform.lake, iso, day, day)
    if inputs.awards.empty and inputs.meter.empty:
        note = f"no awards or meter values on {day}: bid, or put CSV files in data/inbox/awards and data/inbox/meter"
        return Settled(iso, day, nothing, 0, Kept(), note)
    lines = settle(iso, inputs)
    rows = line_rows(lines, side="expected")
    with platform.ledger.begin() as connection:
        kept = keep_shadow_day(connection, iso, day, lines, platform.clock())
    done = lay_in(
        platform.lake, SETTLEMENT_LINES, shadow_asset(iso), rows,
        read_at=platform.clock(), inputs=hash_of([rows]), whole_days=[day],
    )  # fmt: skip
    return Settled(iso, day, lines, done.rows_changed, kept)


def _no_positions() -> tuple[pd.DataFrame, pd.DataFrame]:
    return empty("awards"), empty("prices")


def take_file(
    platform: Platform,
    name: str,
    data: bytes,
    *,
    account: str | None = None,
    period: tuple[date, date] | None = None,
) -> Taken | Invoice:
    """Take a statement or an invoice as it was received, whatever the ISO: told by its content.

    The bytes are archived first, refused ones too. ``account`` and ``period`` are for PJM's XML, which names neither.
    Raises StatementRefused, noted in quarantine; MissingInput where its days cannot be settled yet: then it may be
    taken again later.
    """
    platform.archive.keep(data)
    iso = "unknown"
    try:
        iso, kind = recognise(data)
        if kind == "invoice":
            return _take_invoice(platform, data)
        reader = _reader(iso, kind, data, account, period)
        statement = reader(data)
    except StatementRefused as refusal:
        refusal.sha256 = refusal.sha256 or fingerprint(data)
        refuse(platform.ledger, iso, refusal, data, platform.clock())
        raise
    accounts = known_accounts(platform, iso)
    first, last = statement.first_day, statement.last_day
    inputs = (
        inputs_from_lake(platform.lake, iso, first, last, account=statement.account)
        if statement.account in accounts
        else Inputs(*_no_positions())
    )
    taken = take_statement(
        platform.ledger, data, reader, inputs, accounts=accounts, now=platform.clock(), iso=iso, file_name=name
    )
    rows = line_rows(taken.statement.lines, side="billed", statement=taken.statement.sha256)
    lay_in(
        platform.lake, SETTLEMENT_LINES, STATEMENTS, rows,
        read_at=platform.clock(), inputs=taken.statement.sha256,
    )  # fmt: skip
    return taken


def _reader(iso: str, kind: str, data: bytes, account: str | None, period: tuple[date, date] | None) -> Reader:
    if (iso, kind) == ("pjm", "zip"):
        return lambda content: pjm_bundle.read_bundle(content, account=account, period=period)
    if (iso, kind) in READERS:
        return READERS[iso, kind]
    if (iso, kind) == ("pjm", "xml"):
        if account is None or period is None:
            msg = "PJM's XML bill names neither account nor period: give both (--account, --first, --last)"
            raise RuleBroken(msg)
        return lambda content: pjm_bill.read_xml_statement(content, account=account, period=period)
    msg = f"a {iso} {kind} document is no statement ({len(data)} bytes): {OWN_COMMAND[iso, kind]}"
    raise RuleBroken(msg)


def _take_invoice(platform: Platform, data: bytes) -> Invoice:
    item = read_invoice(data)
    with platform.ledger.begin() as connection:
        keep_invoice(connection, item)
    return item


def known_accounts(platform: Platform, iso: str) -> set[str]:
    """Return the accounts that are settled at an ISO: a statement for any other is not ours."""
    query = sa.select(tables.shadow.c.account).where(tables.shadow.c.iso == iso).distinct()
    with platform.ledger.read() as connection:
        return set(connection.scalars(query))


def received_statement(platform: Platform, which: str) -> Statement:
    """Return a statement of the books, named by its identifier or by the beginning of its hash."""
    with platform.ledger.read() as connection:
        sha256 = view.find_statement(connection, which)
        lines = platform.lake.read(SETTLEMENT_LINES, f"feed = '{STATEMENTS}' AND statement = '{sha256}'")
        return view.kept_statement(connection, sha256, lines)


def reconcile(platform: Platform, which: str) -> Taken:
    """Compare a received statement again with what we expect today; variances and disputes follow."""
    statement = received_statement(platform, which)
    first, last = statement.first_day, statement.last_day
    inputs = inputs_from_lake(platform.lake, statement.iso, first, last, account=statement.account)
    return reconcile_statement(platform.ledger, statement, inputs, now=platform.clock())


def publish_variances(platform: Platform, days: list[date], asset: str) -> int:
    """Lay in the ledger's variances of some market days; return how many rows changed."""
    if not days:
        return 0
    with platform.ledger.read() as connection:
        rows = variance_frame(view.variance_rows(connection, days=days))
    done = lay_in(
        platform.lake, SETTLEMENT_VARIANCES, asset, rows,
        read_at=platform.clock(), inputs=hash_of([rows]), whole_days=sorted(set(days)),
    )  # fmt: skip
    return done.rows_changed


def sum_usd(values: pd.Series) -> Decimal:
    """Add amounts exactly."""
    return sum(values, Decimal("0.00"))


def overdue_statements(platform: Platform) -> list[DueStatement]:
    """Return the statements of settled days that the ISOs' calendars call due and that have not come."""
    heads, shadow = tables.statements, tables.shadow
    late: list[DueStatement] = []
    with platform.ledger.read() as connection:
        settled: set[tuple[str, date]] = {
            (row["iso"], row["market_day"])
            for row in connection.execute(sa.select(shadow.c.iso, shadow.c.market_day).distinct()).mappings()
        }
        rows = connection.execute(
            sa.select(heads.c.iso, heads.c.market, heads.c.statement_type, heads.c.first_day, heads.c.last_day)
        ).mappings()
        received = {
            (str(row["iso"]), str(row["market"]), str(row["statement_type"]), day)
            for row in rows
            for day in pd.date_range(row["first_day"], row["last_day"]).date
        }
    for iso in sorted({iso for iso, _ in settled}):
        days = sorted(day for owner, day in settled if owner == iso)
        mine = {(market, kind, day) for owner, market, kind, day in received if owner == iso}
        late += overdue(iso, days, mine, today=platform.clock().astimezone(MARKETS[iso].zone).date())
    return sorted(late, key=lambda each: (each.due_on, each.iso, each.market))
