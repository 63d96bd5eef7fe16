"""Comparing again what has moved since: the statements whose prices or positions are newer than their comparison."""

from datetime import date, datetime
from typing import Any

import pandas as pd

from market_platform.contracts.families.settlement import SETTLEMENT_LINES
from market_platform.defs.settlement.office import publish_variances, reconcile
from market_platform.platform import Platform
from market_platform.settlement.books import view
from market_platform.settlement.reconciliation.reconcile import Reconciliation

VARIANCE_COLUMNS = ["cause", "expected_usd", "billed_usd", "variance_usd", "explained_usd", "unexplained_usd"]


def reconcile_again(platform: Platform, since: date, asset: str) -> tuple[int, int, list[dict[str, Any]]]:
    """Compare statements again whose expected lines changed after their last comparison, and lay the variances in.

    Returns how many were compared again, how many rows changed in the lake, and the statements with their outcome.
    """
    with platform.ledger.read() as connection:
        rows = view.statement_rows(connection, first=since)
    stale = [row for row in rows if _moved(platform, row)]
    for row in stale:
        reconcile(platform, row["sha256"])
    with platform.ledger.read() as connection:
        rows = view.statement_rows(connection, first=since)
    days = {day for row in rows for day in pd.date_range(row["first_day"], row["last_day"]).date}
    changed = publish_variances(platform, sorted(days), asset)
    return len(stale), changed, rows


def _moved(platform: Platform, row: dict[str, Any]) -> bool:
    """Whether an expected line of the statement's days became known, or ceased to stand, after it was compared."""
    compared: datetime | None = row["reconciled_at"]
    if compared is None:
        return True
    where = (
        f"feed = '{row['iso']}_shadow_settlement' AND market_day BETWEEN DATE '{row['first_day']}' AND"
        f" DATE '{row['last_day']}' AND (known_from > TIMESTAMPTZ '{compared.isoformat()}'"
        f" OR known_to > TIMESTAMPTZ '{compared.isoformat()}')"
    )
    return not platform.lake.read(SETTLEMENT_LINES, where, versions=True).empty


def combined_outcome(platform: Platform, rows: list[dict[str, Any]]) -> Reconciliation:
    """Return the statements' outcomes as one, from the books."""
    mine = {row["sha256"] for row in rows}
    with platform.ledger.read() as connection:
        found = [row for row in view.variance_rows(connection) if row["sha256"] in mine]
    return Reconciliation(
        variances=pd.DataFrame(found, columns=[*VARIANCE_COLUMNS, "sha256", "variance_id"]),
        matched_lines=sum(row["matched_lines"] for row in rows),
        compared_lines=sum(row["compared_lines"] for row in rows),
        expected_usd=sum(row["expected_usd"] for row in rows),
        billed_usd=sum(row["billed_usd"] for row in rows),
        explained_usd=sum(row["explained_usd"] for row in rows),
        unexplained_usd=sum(row["unexplained_usd"] for row in rows),
        absolute_expected_usd=sum(row["absolute_expected_usd"] for row in rows),
    )
