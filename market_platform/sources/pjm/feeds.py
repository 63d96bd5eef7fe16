"""All of PJM's feeds, and PJM as a publisher."""

from market_platform.sources.feed import Publisher
from market_platform.sources.pjm.declare import ZONE
from market_platform.sources.pjm.price_feeds import ANCILLARY, LOAD, PRICES
from market_platform.sources.pjm.recognise import recognise
from market_platform.sources.pjm.requests import (
    BASE_URL,
    MEMBER_PACE_SECONDS,
    NON_MEMBER_PACE_SECONDS,
    sign,
)
from market_platform.sources.pjm.system_feeds import BIDS, GENERATION, NETWORK

__all__ = ["FEEDS", "PJM", "ZONE"]

FEEDS = (*PRICES, *ANCILLARY, *LOAD, *GENERATION, *NETWORK, *BIDS)

PJM = Publisher(
    key="pjm",
    name="PJM Interconnection",
    base_url=BASE_URL,
    pace_seconds=NON_MEMBER_PACE_SECONDS,
    pace_with={"pjm_key": NON_MEMBER_PACE_SECONDS, "pjm_member_key": MEMBER_PACE_SECONDS},
    host_paces={"www.pjm.com": 1.0},  # workbooks of auctions
    feeds=FEEDS,
    recognise=recognise,
    sign=sign,
)
