"""Gas and weather as inputs of the price forecasts: numbers that come once a day, as last known when a forecast was due.

At a gate the newest number is some days old. Every past day takes the one that was as old at its own gate, so that what
the models are trained on is no fresher than what the forecast rests on.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.contracts.families.fundamentals import DEGREE_DAYS, GAS_PRICES
from market_platform.defs.forecasting import reading
from market_platform.defs.forecasting.subjects import MarketSubjects
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

SPOT = "frequency = 'daily' AND hub = 'Henry Hub' AND product = 'spot'"
BY_POPULATION = "weighting = 'population'"
DAILY_INPUTS = ("gas", "degree_days")
OLDEST_DAYS = 10  # an older number says nothing of tomorrow: the forecast then goes without


def daily_feeds() -> list[str]:
    """Return the feeds of gas prices and of degree days."""
    names = {GAS_PRICES.name, DEGREE_DAYS.name}
    return [key for key, feed in FEEDS.items() if feed.contract.name in names]


def daily_known(platform: Platform, subjects: MarketSubjects, moment: datetime, day: date) -> dict[str, pd.DataFrame]:
    """Return ``gas`` (USD/MMBtu) and ``degree_days`` (°F) up to the day before ``day``, without what is missing or too old.

    Each has interval_start (hourly) and value. The rows of day d−1 hold what was the newest when day d was forecast, since
    the models read it one day back.
    """
    series = (henry_hub(platform, moment), degree_days(platform, subjects.divisions, moment))
    found = {name: as_old_as_now(newest, day, subjects.zone) for name, newest in zip(DAILY_INPUTS, series, strict=True)}
    return {name: frame for name, frame in found.items() if not frame.empty}


def henry_hub(platform: Platform, moment: datetime) -> pd.Series:
    """Return Henry Hub's spot price by market day, as known at ``moment``."""
    rows = reading.known_rows(platform, GAS_PRICES, moment, SPOT).dropna(subset=["price_usd_per_mmbtu"])
    return rows.drop_duplicates("market_day", keep="last").set_index("market_day")["price_usd_per_mmbtu"].astype(float)


def degree_days(platform: Platform, divisions: Sequence[str], moment: datetime) -> pd.Series:
    """Return heating plus cooling degree days by market day, the mean of Census divisions, where both are known of all."""
    named = ", ".join(f"'{division}'" for division in divisions)
    rows = reading.known_rows(platform, DEGREE_DAYS, moment, f"{BY_POPULATION} AND location IN ({named})")
    rows = rows.dropna(subset=["degree_days_f"]).drop_duplicates(["market_day", "location", "kind"], keep="last")
    days = rows.groupby("market_day")["degree_days_f"].agg(["sum", "count"])
    return days.loc[days["count"] == 2 * len(divisions), "sum"].astype(float) / len(divisions)


def as_old_as_now(newest: pd.Series, day: date, zone: ZoneInfo) -> pd.DataFrame:
    """Return the hours before ``day`` with the number that was as old at their next day's gate as the last is now."""
    if newest.empty or (day - newest.index.max()).days > OLDEST_DAYS:
        return pd.DataFrame(columns=["interval_start", "value"])
    age = timedelta(days=(day - newest.index.max()).days - 1)
    by_day = newest.set_axis(pd.DatetimeIndex(newest.index)).sort_index().asfreq("D").ffill(limit=OLDEST_DAYS)
    by_day.index += age
    hours = pd.date_range(by_day.index[0], pd.Timestamp(day), freq="h", tz=zone, inclusive="left")
    values = by_day.reindex(hours.tz_localize(None).normalize()).to_numpy()
    return pd.DataFrame({"interval_start": hours.tz_convert("UTC"), "value": values}).dropna()
