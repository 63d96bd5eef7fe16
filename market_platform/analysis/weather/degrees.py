"""Degree days of a place from its hourly temperatures, by the definition of the National Weather Service.

A day's mean is half the sum of its highest and lowest temperature; what it lacks to 65 °F are heating, what it exceeds
it by are cooling degree days, each rounded to whole degrees.
"""

from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.markets.market_day import hours_in_day, market_day_of
from market_platform.sources.weather.degree_days import cooling_degree_days, heating_degree_days


def degree_days(hourly: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Return heating and cooling degree days by local day; a day that lacks an hour has none.

    ``hourly`` has ``interval_start`` (UTC) and ``temperature_c``.
    """
    days = market_day_of(hourly["interval_start"], zone)
    grouped = hourly.assign(day=days).groupby("day")["temperature_c"].agg(["max", "min", "count"])
    whole = grouped[[count >= hours_in_day(day, zone) for day, count in _counts(grouped)]]
    high, low = (whole[name].to_numpy() * 1.8 + 32.0 for name in ("max", "min"))
    return pd.DataFrame(
        {"heating": heating_degree_days(high, low), "cooling": cooling_degree_days(high, low)}, index=whole.index
    )


def _counts(grouped: pd.DataFrame) -> list[tuple[date, int]]:
    return list(zip(grouped.index, grouped["count"], strict=True))
