"""ERCOT as a publisher: its feeds, its addresses, its pace. Sixty-day disclosure stands in a table of its own."""

from market_platform.sources.ercot.declare import ZONE
from market_platform.sources.ercot.disclosure_feeds import DISCLOSURE_FEEDS
from market_platform.sources.ercot.price_feeds import ANCILLARY, CORRECTIONS, PRICES
from market_platform.sources.ercot.recognise import recogniser
from market_platform.sources.ercot.reliability_feeds import RELIABILITY
from market_platform.sources.ercot.requests import BASE_URL, LOGIN, PACE_SECONDS, SITE_PACE_SECONDS, sign
from market_platform.sources.ercot.system_feeds import GRID, POWER
from market_platform.sources.feed import Publisher

FEEDS = (*PRICES, *ANCILLARY, *POWER, *GRID, *RELIABILITY, *CORRECTIONS, *DISCLOSURE_FEEDS)

ERCOT = Publisher(
    key="ercot",
    name="Electric Reliability Council of Texas",
    base_url=BASE_URL,
    pace_seconds=PACE_SECONDS,
    host_paces={"www.ercot.com": SITE_PACE_SECONDS, "ercotb2c.b2clogin.com": PACE_SECONDS},
    feeds=FEEDS,
    recognise=recogniser(FEEDS),
    stamp_zone=ZONE,
    sign=sign,
    login=LOGIN,
)
