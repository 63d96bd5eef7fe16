"""Gas as an input of the price forecasts: what Henry Hub last cost when a day's forecast was due.

At a gate the newest price is some days old. Every past day takes the price that was as old at its own gate, so that what
the models are trained on is no fresher than what the forecast rests on.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.contracts.families.fundamentals import GAS_PRICES
from market_platform.defs.forecasting import reading
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

SPOT = "frequency = 'daily' AND hub = 'Henry Hub' AND product = 'spot'"
OLDEST_DAYS = 10  # an older price says nothing of tomorrow: the forecast then goes without


def gas_feeds() -> list[str]:
    """Return the feeds of gas prices."""
    return [key for key, feed in FEEDS.items() if feed.contract.name == GAS_PRICES.name]


def gas_known(platform: Platform, moment: datetime, day: date, zone: ZoneInfo) -> dict[str, pd.DataFrame]:
    """Return ``gas`` (interval_start hourly, value in USD/MMBtu) up to the day before ``day``, nothing where it is too old.

    The rows of day d−1 hold the price that was the newest when day d was forecast, since the models read it one day back.
    """
    rows = reading.known_rows(platform, GAS_PRICES, moment, SPOT).dropna(subset=["price_usd_per_mmbtu"])
    if rows.empty or (day - rows["market_day"].max()).days > OLDEST_DAYS:
        return {}
    spot = rows.drop_duplicates("market_day", keep="last").set_index("market_day")["price_usd_per_mmbtu"].astype(float)
    spot.index = pd.DatetimeIndex(spot.index)
    newest = spot.sort_index().asfreq("D").ffill(limit=OLDEST_DAYS)
    newest.index += timedelta(days=(day - rows["market_day"].max()).days - 1)
    hours = pd.date_range(newest.index[0], pd.Timestamp(day), freq="h", tz=zone, inclusive="left")
    values = newest.reindex(hours.tz_localize(None).normalize()).to_numpy()
    return {"gas": pd.DataFrame({"interval_start": hours.tz_convert("UTC"), "value": values}).dropna()}
