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


def read_own_csv(payload: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return target and known-ahead frames (interval_start in UTC, value); raises UnusableData naming the row."""
    try:
        table = pd.read_csv(io.BytesIO(payload))
    except (ValueError, UnicodeDecodeError) as broken:
        msg = f"the CSV cannot be read: {broken}; expected a header with interval_start,value"
        raise UnusableData(msg) from broken
    missing = {"interval_start", "value"} - set(table.columns)
    if missing or table.empty:
        msg = f"the CSV has columns {list(table.columns)} and {len(table)} rows: interval_start and value are needed"
        raise UnusableData(msg)
    starts = _utc(table["interval_start"].astype(str), zone)
    columns = [name for name in table.columns if name != "interval_start"]
    frames = {name: pd.DataFrame({"interval_start": starts, "value": _numbers(table[name])}) for name in columns}
    target = frames.pop("value").dropna()
    if target.empty:
        msg = "the CSV has no value at all: fill the column value"
        raise UnusableData(msg)
    return target, {name: frame.dropna() for name, frame in frames.items()}


def _utc(text: pd.Series, zone: ZoneInfo) -> pd.Series:
    if text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$").all():
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
        row = int(np.flatnonzero(wrong)[0])
        msg = f"CSV row {row + 2}, {column.name}: {column.iloc[row]!r} is no number"
        raise UnusableData(msg)
    return numbers.astype(float)
