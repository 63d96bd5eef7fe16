"""California ISO as a publisher: its address, its pace and all its feeds."""

from market_platform.sources.caiso.declare import ZONE
from market_platform.sources.caiso.described_feeds import DESCRIBED_FEEDS
from market_platform.sources.caiso.price_feeds import PRICE_FEEDS
from market_platform.sources.caiso.recognise import Recogniser
from market_platform.sources.caiso.requests import BASE_URL, PACE_SECONDS
from market_platform.sources.caiso.system_feeds import SYSTEM_FEEDS
from market_platform.sources.feed import Publisher

FEEDS = (*PRICE_FEEDS, *SYSTEM_FEEDS, *DESCRIBED_FEEDS)

CAISO = Publisher(
    key="caiso",
    name="California ISO",
    base_url=BASE_URL,
    pace_seconds=PACE_SECONDS,
    host_paces={"www.caiso.com": 1.0},  # files behind a cache; no limit is documented
    feeds=FEEDS,
    recognise=Recogniser(FEEDS),
    stamp_zone=ZONE,
)
