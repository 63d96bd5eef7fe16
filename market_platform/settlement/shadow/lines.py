"""The charge-line frame: one shape for what we expect and for what an ISO's statement says."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa

#: Revenue is positive in ``amount_usd``; ``iso_amount`` keeps the ISO's own sign, told by ``positive_means``.
LINES = pa.schema(
    [
        ("iso", pa.string()),
        ("account", pa.string()),
        ("market_day", pa.date32()),
        ("charge_code", pa.string()),
        ("resource", pa.string()),
        ("location", pa.string()),
        ("interval_start", pa.timestamp("us", "UTC")),
        ("interval_end", pa.timestamp("us", "UTC")),
        ("quantity_mwh", pa.decimal128(18, 6)),
        ("price_usd_per_mwh", pa.decimal128(18, 6)),
        ("amount_usd", pa.decimal128(18, 2)),
        ("iso_amount", pa.decimal128(18, 2)),
        ("positive_means", pa.string()),
        ("status", pa.string()),
    ]
)
KEY = ("iso", "account", "market_day", "charge_code", "resource", "location", "interval_start")
DECIMAL_COLUMNS = ("quantity_mwh", "price_usd_per_mwh", "amount_usd", "iso_amount")


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table of lines as pandas, decimals kept as Arrow decimals."""
    return table.to_pandas(types_mapper=lambda kind: pd.ArrowDtype(kind) if pa.types.is_decimal(kind) else None)


def from_records(records: list[dict[str, object]]) -> pd.DataFrame:
    """Return lines from plain records (Decimal, date, datetime); absent fields are null."""
    full = [{name: record.get(name) for name in LINES.names} for record in records]
    return to_frame(pa.Table.from_pylist(full, schema=LINES))


def to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return lines as an Arrow table for DuckDB, columns and types of LINES."""
    return pa.Table.from_pandas(frame[list(LINES.names)], schema=LINES, preserve_index=False)


def total_usd(frame: pd.DataFrame) -> Decimal:
    """Return the exact sum of ``amount_usd`` as a Decimal; zero for no lines."""
    return sum(frame["amount_usd"], Decimal("0.00"))
