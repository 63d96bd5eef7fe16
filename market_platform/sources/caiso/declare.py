"""How CAISO's feeds are declared: what all of them share, and the moments at which runs are out. Times Pacific."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.sources.feed import Feed, Publication, Refresh, declare

ZONE = ZoneInfo("America/Los_Angeles")

DAY_AHEAD = Publication(time(13), -1)  # day-ahead results, 13:00 (tariff practice; facts: unverified)
LOAD_FORECAST = Publication(time(9, 10), -1)
TWO_DAYS_AHEAD = Publication(time(9, 10), -2)
THREE_DAYS_AHEAD = Publication(time(9, 10), -3)
SEVEN_DAYS_AHEAD = Publication(time(9, 10), -7)
RENEWABLE_FORECAST = Publication(time(7), -1)
DAY_DONE = Publication(time(0, 30), 1)
NEXT_MORNING = Publication(time(9), 1)
BIDS_OUT = Publication(time(13), 90)

# Prices are corrected within 3-5 business days, some later (facts): the last ten days are read again.
CORRECTED_DAYS = 10

REAL_TIME = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "publication_lag": timedelta(minutes=5)}
# At one request in five seconds not every report can be asked for every five minutes.
QUARTERS = {"publication": DAY_DONE, "refresh": Refresh.HOURLY}
HOUR_BY_HOUR = {"publication": DAY_DONE, "refresh": Refresh.DAILY, "publication_lag": timedelta(minutes=5)}
DAILY = {"publication": NEXT_MORNING}


def caiso_feed(key: str, title: str, contract: Contract, query: str, run: str, **facts: Any) -> Feed:
    """Declare a feed: ``query`` is OASIS' report (or the file's stem), ``run`` the run as the file names it."""
    return declare("caiso", key, title, contract, zone=ZONE, dataset=query, file_part=run, **facts)
