"""ERCOT's feeds, a row each; all times Central."""

from datetime import time
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import prices as price_families
from market_platform.sources.ercot import prices
from market_platform.sources.ercot.recognise import recogniser
from market_platform.sources.ercot.requests import (
    BASE_URL,
    DAY,
    LOGIN,
    MIDNIGHT,
    PACE_SECONDS,
    SITE_PACE_SECONDS,
    Ask,
    follow,
    next_page,
    sign,
)
from market_platform.sources.feed import Feed, Publication, Publisher

ZONE = ZoneInfo("America/Chicago")
MARKET = {"market": "ercot"}
DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:30 to 13:30
DAY_BEFORE = (-DAY, MIDNIGHT)


def _feed(key: str, title: str, contract: Contract, product: str, part: str, **facts: object) -> Feed:
    constants = {**MARKET, **facts.pop("constants", {})}  # type: ignore[dict-item]
    return Feed(
        key=f"ercot_{key}",
        publisher="ercot",
        title=title,
        contract=contract,
        zone=ZONE,
        dataset=product,
        file_part=part,
        constants=constants,
        **{"pages": next_page, "follow": follow, **facts},  # type: ignore[arg-type]
    )


FEEDS = (
    _feed("dam_spp", "Day-ahead settlement point prices", price_families.LMP, "NP4-190-CD", "DAMSPNP4190",
          parse=prices.day_ahead, publication=DAY_AHEAD, interval_minutes=60, constants={"market_run": "DAM"},
          request=Ask("NP4-190-CD", "dam_stlmnt_pnt_prices", report_type=12331, posted=DAY_BEFORE)),
)  # fmt: skip

ERCOT = Publisher(
    key="ercot",
    name="Electric Reliability Council of Texas",
    base_url=BASE_URL,
    pace_seconds=PACE_SECONDS,
    host_paces={"www.ercot.com": SITE_PACE_SECONDS},
    feeds=FEEDS,
    recognise=recogniser(FEEDS),
    stamp_zone=ZONE,
    sign=sign,
    login=LOGIN,
)
