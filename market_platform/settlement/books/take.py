"""One call from a statement's bytes to its place in the books: read, check, settle, reconcile, keep, draft disputes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.settlement.books.keep import (
    Kept,
    keep_reconciliation,
    keep_refusal,
    keep_shadow,
    keep_statement,
)
from market_platform.settlement.charges.table import charge_named
from market_platform.settlement.disputes.draft import Dispute, draft_disputes
from market_platform.settlement.disputes.states import keep_drafts
from market_platform.settlement.reconciliation.reconcile import Reconciliation, reconcile
from market_platform.settlement.refusals import StatementRefused
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements.intake import READERS, receive
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
    source: tuple[str, str],
    inputs: Inputs,
    *,
    accounts: Collection[str],
    now: datetime,
    tolerance_usd: Decimal = Decimal("0.01"),
) -> Taken:
    """Take one statement; ``source`` is a key of ``READERS``, as ("ercot", "xml").

    ``inputs`` must cover the statement's days. Taking it again writes nothing. A refused statement is noted in the
    quarantine table under its hash and the refusal is raised: the caller keeps the bytes. Raises MissingInput where the
    shadow cannot be settled; then nothing is written.
    """
    iso = source[0]
    expected = settle(iso, inputs)
    known_days = set(expected["market_day"])
    try:
        statement = receive(data, READERS[source], accounts=accounts, known_days=known_days, expected=expected)
    except StatementRefused as refusal:
        with ledger.begin() as connection:
            keep_refusal(connection, iso, refusal, data, now)
        raise
    expected = lines_for(statement, expected)
    outcome = reconcile(
        expected, statement.lines, lines_for(statement, superseded_lines(iso, inputs)), tolerance_usd=tolerance_usd
    )
    drafted = draft_disputes(statement, outcome, inputs, today=now.astimezone(MARKETS[iso].zone).date())
    with ledger.begin() as connection:
        kept = keep_statement(connection, statement, now)
        kept += keep_shadow(connection, expected, now)
        kept += keep_reconciliation(connection, statement, outcome)
        kept += keep_drafts(connection, drafted, now)
    return Taken(statement, expected, outcome, drafted, kept)


def lines_for(statement: Statement, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the expected lines that a statement should bill: its account and days, and its market's charges.

    ERCOT bills the day-ahead market apart: charges at day-ahead prices on DAM statements, all others on RTM ones.
    """
    mine = (lines["account"] == statement.account) & lines["market_day"].between(
        statement.first_day, statement.last_day
    )
    if statement.iso == "ercot" and statement.market in ("DAM", "RTM"):
        mine &= lines["charge_code"].map(_is_day_ahead) == (statement.market == "DAM")
    return lines[mine].reset_index(drop=True)


def _is_day_ahead(charge_code: str) -> bool:
    charge = charge_named("ercot", charge_code)
    return charge is not None and charge.price_market == "da"
