"""A user's own CSV as frames for the engine.

Header: ``interval_start`` (ISO time with UTC offset, or local wall clock of the zone that is passed) and ``value``;
every further column is a forecast that is known ahead, by its own name.
"""

import io
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.forecasting.errors import UnusableData
from market_platform.markets.market_day import second_pass_by_order, utc_from_local

OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"


def read_own_csv(payload: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return target and known-ahead frames (interval_start in UTC, value), and notes on rows that were left out.

    Raises UnusableData naming the row.
    """
    try:
        table = pd.read_csv(io.BytesIO(payload))
    except (ValueError, UnicodeDecodeError) as broken:
        msg = f"the CSV cannot be read: {broken}; expected a header with interval_start,value"
        raise UnusableData(msg) from broken
    missing = {"interval_start", "value"} - set(table.columns)
    if missing or table.empty:
        msg = f"the CSV has columns {list(table.columns)} and {len(table)} rows: interval_start and value are needed"
        raise UnusableData(msg)
    text = table["interval_start"].astype(str)
    starts = _utc(text, zone)
    skipped = starts.isna()
    notes: tuple[str, ...] = ()
    if skipped.any():
        first = int(np.flatnonzero(skipped)[0])
        notes = (f"{int(skipped.sum())} rows on an hour that the clock skips, the first in row {first + 2}: left out",)
        table, starts = table[~skipped], starts[~skipped]
    columns = [name for name in table.columns if name != "interval_start"]
    frames = {name: pd.DataFrame({"interval_start": starts, "value": _numbers(table[name])}) for name in columns}
    target = frames.pop("value").dropna()
    if target.empty:
        msg = "the CSV has no value at all: fill the column value"
        raise UnusableData(msg)
    return target, {name: frame.dropna() for name, frame in frames.items()}, notes


def _utc(text: pd.Series, zone: ZoneInfo) -> pd.Series:
    with_offset = text.str.contains(OFFSET)
    if with_offset.any() and not with_offset.all():
        row = int(np.flatnonzero(with_offset != with_offset.iloc[0])[0])
        msg = (
            f"CSV row {row + 2}: {text.iloc[row]!r} is written otherwise than row 2; give all times an offset, or none"
        )
        raise UnusableData(msg)
    if with_offset.all():
        starts = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce")
        _refuse_unread(text, starts)
        return starts.astype("datetime64[us, UTC]")
    wall = pd.to_datetime(text, format="ISO8601", errors="coerce")
    _refuse_unread(text, wall)
    marks = second_pass_by_order(wall, pd.Series(np.zeros(len(wall))), zone)
    return utc_from_local(wall, zone, second_pass=marks)


def _refuse_unread(text: pd.Series, stamps: pd.Series) -> None:
    if stamps.isna().any():
        row = int(np.flatnonzero(stamps.isna())[0])
        msg = f"CSV row {row + 2}: {text.iloc[row]!r} is no time; write 2026-01-31T13:00 or with an offset"
        raise UnusableData(msg)


def _numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() & column.notna()
    if wrong.any():
        row = int(wrong.idxmax())
        msg = f"CSV row {row + 2}, {column.name}: {column.loc[row]!r} is no number"
        raise UnusableData(msg)
    return numbers.astype(float)
