"""One call from a statement's bytes to its place in the books: read, check, settle, reconcile, keep, draft disputes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.markets.market import MARKETS
from market_platform.settlement.books import tables
from market_platform.settlement.books.keep import (
    Kept,
    keep_outcome,
    keep_reconciliation,
    keep_refusal,
    keep_shadow,
    keep_statement,
)
from market_platform.settlement.charges.table import UNSETTLED, charge_named
from market_platform.settlement.disputes.draft import Dispute, draft_disputes
from market_platform.settlement.disputes.states import keep_drafts, withdraw_replaced
from market_platform.settlement.reconciliation.reconcile import Reconciliation, reconcile
from market_platform.settlement.refusals import StatementRefused
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements.intake import READERS, Reader, receive
from market_platform.settlement.statements.statement import Statement
from market_platform.store.ledger import Ledger


@dataclass(frozen=True)
class Taken:
    """A statement in the books: what it says, how it compares, what is disputed, and how many rows were written."""

    statement: Statement
    expected: pd.DataFrame
    outcome: Reconciliation
    disputes: list[Dispute]
    kept: Kept


def take_statement(
    ledger: Ledger,
    data: bytes,
    source: tuple[str, str] | Reader,
    inputs: Inputs,
    *,
    accounts: Collection[str],
    now: datetime,
    iso: str | None = None,
    tolerance_usd: Decimal = Decimal("0.01"),
    file_name: str | None = None,
) -> Taken:
    """Take one statement; ``source`` is a key of ``READERS``, as ("ercot", "xml"), or a reader of ``iso``'s statements.

    ``inputs`` must cover the statement's days. Taking it again writes nothing. A refused statement is noted in the
    quarantine table under its hash and the refusal is raised: the caller keeps the bytes. Raises MissingInput where the
    shadow cannot be settled; then nothing is written.
    """
    read, owner = (READERS[source], source[0]) if isinstance(source, tuple) else (source, iso or "unknown")
    expected = settle(owner, inputs)
    try:
        statement = receive(data, read, accounts=accounts, known_days=set(expected["market_day"]), expected=expected)
    except StatementRefused as refusal:
        refuse(ledger, owner, refusal, data, now)
        raise
    return reconcile_statement(
        ledger, statement, inputs, now=now, tolerance_usd=tolerance_usd, expected=expected, file_name=file_name
    )


def refuse(ledger: Ledger, iso: str, refusal: StatementRefused, data: bytes, now: datetime) -> None:
    """Note a refused payload in the quarantine table."""
    with ledger.begin() as connection:
        keep_refusal(connection, iso, refusal, data, now)


def reconcile_statement(
    ledger: Ledger,
    statement: Statement,
    inputs: Inputs,
    *,
    now: datetime,
    tolerance_usd: Decimal = Decimal("0.01"),
    expected: pd.DataFrame | None = None,
    file_name: str | None = None,
) -> Taken:
    """Compare a statement with the shadow settlement of today, keep what is found, draft the disputes.

    Doing it again writes nothing, save where a price, an award or a meter value has changed since. ``expected`` are the
    shadow lines of ``inputs`` where the caller has them. Raises MissingInput; then nothing is written.
    """
    iso = statement.iso
    lines = settle(iso, inputs) if expected is None else expected
    mine = lines_for(statement, lines)
    superseded = lines_for(statement, superseded_lines(iso, inputs))
    outcome = reconcile(mine, statement.lines, superseded, tolerance_usd=tolerance_usd)
    today = now.astimezone(MARKETS[iso].zone).date()
    drafted = draft_disputes(statement, outcome, inputs, today=today)
    with ledger.begin() as connection:
        known = connection.scalar(
            sa.select(tables.statements.c.sha256).where(tables.statements.c.sha256 == statement.sha256)
        )
        if known is None:
            withdraw_replaced(connection, statement, now, today)
        kept = keep_statement(connection, statement, now, file_name)
        kept += keep_shadow(connection, mine, now)
        kept += keep_reconciliation(connection, statement, outcome)
        kept += keep_outcome(connection, statement, outcome, now)
        kept += keep_drafts(connection, drafted, now)
    return Taken(statement, mine, outcome, drafted, kept)


def lines_for(statement: Statement, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the expected lines that a statement should bill: its account and days, and its market's charges.

    ERCOT bills the day-ahead market apart: charges at day-ahead prices on DAM statements, all others on RTM ones. Lines
    that no charge settles have nothing to be compared with.
    """
    mine = (lines["account"] == statement.account) & lines["market_day"].between(
        statement.first_day, statement.last_day
    )
    mine &= ~lines["charge_code"].str.startswith(UNSETTLED)
    if statement.iso == "ercot" and statement.market in ("DAM", "RTM"):
        mine &= lines["charge_code"].map(_is_day_ahead) == (statement.market == "DAM")
    return lines[mine].reset_index(drop=True)


def _is_day_ahead(charge_code: str) -> bool:
    charge = charge_named("ercot", charge_code)
    return charge is not None and charge.price_market == "da"
