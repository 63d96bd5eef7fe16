"""Settlement's results as rows of the lake's tables: lines, variances, disputes, invoices."""

from datetime import timedelta
from typing import Any

import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.settlement import (
    SETTLEMENT_DISPUTES,
    SETTLEMENT_LINES,
    SETTLEMENT_PAYMENTS,
    SETTLEMENT_VARIANCES,
)
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds


def line_rows(lines: pd.DataFrame, *, side: str, statement: str = "") -> pd.DataFrame:
    """Return charge lines as rows of ``settlement_lines``; a line that is billed again counts as another copy."""
    key = ["account", "charge_code", "resource", "location", "interval_start"]
    frame = lines.rename(columns={"iso": "market", "iso_amount": "iso_amount_usd", "status": "rule_status"})
    numbers = ["quantity_mwh", "price_usd_per_mwh", "amount_usd", "iso_amount_usd"]
    frame[numbers] = frame[numbers].astype("float64")
    frame = frame.assign(side=side, statement=statement, copy=lines.groupby(key).cumcount() + 1)
    return frame[list(SETTLEMENT_LINES.row_columns)]


def variance_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the ledger's variances as rows of ``settlement_variances``."""
    records = [
        {
            **row,
            "market": row["iso"],
            "statement": row["sha256"],
            "market_day": row["market_day"] or row["first_day"],
            "interval_end": row["interval_end"] or row["interval_start"] + timedelta(hours=1),
        }
        for row in rows
    ]
    return _frame(records, SETTLEMENT_VARIANCES)


def dispute_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the ledger's disputes as rows of ``settlement_disputes``."""
    records = [
        {
            **row,
            "market": row["iso"],
            "statement": row["statement_sha256"],
            "interval_start": row["first_interval_start"],
            "interval_end": row["last_interval_end"],
        }
        for row in rows
    ]
    return _frame(records, SETTLEMENT_DISPUTES)


def payment_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return invoices with what was paid as rows of ``settlement_payments``."""
    records = []
    for row in rows:
        begin, end = day_bounds(row["invoiced_on"], MARKETS[row["iso"]].zone)
        times = {"market_day": row["invoiced_on"], "interval_start": begin, "interval_end": end}
        records.append({**row, **times, "market": row["iso"], "term_status": row["status"]})
    return _frame(records, SETTLEMENT_PAYMENTS)


def _frame(records: list[dict[str, Any]], contract: Contract) -> pd.DataFrame:
    frame = pd.DataFrame(records, columns=list(contract.row_columns))
    for name in frame.columns:
        if name.endswith("_usd"):
            frame[name] = frame[name].astype("float64")
        if name.startswith("interval_"):
            frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame
