"""CAISO's feeds, a row each. All times Pacific."""

from datetime import time
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import prices as price_families
from market_platform.markets.caiso import HUBS_AND_LOAD_POINTS
from market_platform.sources.caiso import prices
from market_platform.sources.caiso.recognise import Recogniser
from market_platform.sources.caiso.requests import BASE_URL, PACE_SECONDS, Ask
from market_platform.sources.feed import Feed, Publication, Publisher

ZONE = ZoneInfo("America/Los_Angeles")
MARKET = {"market": "caiso"}
DAY_AHEAD = Publication(time(13), -1)


def _feed(key: str, title: str, contract: Contract, query: str, run: str, **facts: object) -> Feed:
    constants = {**MARKET, **facts.pop("constants", {})}  # type: ignore[dict-item]
    return Feed(
        key=f"caiso_{key}",
        publisher="caiso",
        title=title,
        contract=contract,
        zone=ZONE,
        dataset=query,
        file_part=run,
        constants=constants,
        **facts,  # type: ignore[arg-type]
    )


FEEDS = (
    _feed("dam_lmp_hub", "Day-ahead LMP of hubs and load points", price_families.LMP, "PRC_LMP", "DAM",
          parse=prices.lmp, publication=DAY_AHEAD, interval_minutes=60, locations=HUBS_AND_LOAD_POINTS,
          request=Ask("PRC_LMP", 12, {"market_run_id": "DAM", "node": ",".join(HUBS_AND_LOAD_POINTS)}),
          constants={"market_run": "DAM"}),
)  # fmt: skip

CAISO = Publisher(
    key="caiso",
    name="California ISO",
    base_url=BASE_URL,
    pace_seconds=PACE_SECONDS,
    feeds=FEEDS,
    recognise=Recogniser(FEEDS),
    stamp_zone=ZONE,
)
