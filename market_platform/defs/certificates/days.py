"""Days and periods of the certificate tables as intervals in UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.markets.market_day import day_bounds, today
from market_platform.platform import Platform

# Programmes count in local days of the East, where most of them are; a day's width does not change any figure.
ZONE = ZoneInfo("America/New_York")


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return start and end in UTC of the local days ``first`` to ``last``, both included."""
    return day_bounds(first, ZONE)[0], day_bounds(last, ZONE)[1]


def certificate_day(platform: Platform) -> date:
    """Return the local day."""
    return today(platform.clock(), ZONE)


def over(rows: pd.DataFrame, first: pd.Series, last: pd.Series) -> pd.DataFrame:
    """Add market_day and interval of local days that differ from row to row."""
    spans = {pair: bounds(*pair) for pair in set(zip(first, last, strict=True))}
    pairs = [spans[pair] for pair in zip(first, last, strict=True)]
    return rows.assign(
        market_day=list(first),
        interval_start=pd.Series([start for start, _ in pairs], index=rows.index, dtype="datetime64[us, UTC]"),
        interval_end=pd.Series([end for _, end in pairs], index=rows.index, dtype="datetime64[us, UTC]"),
    )
