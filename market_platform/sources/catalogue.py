"""All publishers and feeds: add a publisher here and everything downstream knows of it."""

from market_platform.errors import UnknownPayload
from market_platform.sources.caiso.feeds import CAISO
from market_platform.sources.carbon.feeds import CARBON
from market_platform.sources.cme.feeds import CME
from market_platform.sources.eia.feeds import EIA
from market_platform.sources.ercot.feeds import ERCOT
from market_platform.sources.feed import Feed, Publisher
from market_platform.sources.nyiso.feeds import NYISO
from market_platform.sources.payload import Payload
from market_platform.sources.pipelines.feeds import PIPELINES
from market_platform.sources.pjm.feeds import PJM
from market_platform.sources.weather.feeds import WEATHER

PUBLISHERS: dict[str, Publisher] = {
    publisher.key: publisher for publisher in (NYISO, CAISO, PJM, EIA, CME, CARBON, PIPELINES, WEATHER, ERCOT)
}
FEEDS: dict[str, Feed] = {feed.key: feed for publisher in PUBLISHERS.values() for feed in publisher.feeds}


def publisher_of(feed: Feed) -> Publisher:
    """Return the publisher of a feed."""
    return PUBLISHERS[feed.publisher]


def recognise(payload: Payload) -> Feed:
    """Return the feed that a file belongs to. Raises UnknownPayload where none knows it."""
    for publisher in PUBLISHERS.values():
        key = publisher.recognise(payload)
        if key is not None:
            return FEEDS[key]
    raise UnknownPayload(f"{payload.name}: no feed knows this file; `market-platform feeds` lists what is known")
