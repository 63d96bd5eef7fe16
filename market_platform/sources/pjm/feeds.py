"""PJM's feeds, a row each; all times Eastern."""

from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import prices as price_families
from market_platform.markets.pjm import HUB_PNODES, HUBS, ZONE_PNODES, ZONES
from market_platform.sources.feed import Feed, Publication, Publisher
from market_platform.sources.pjm import prices
from market_platform.sources.pjm.columns import LMP_FEEDS
from market_platform.sources.pjm.recognise import recognise
from market_platform.sources.pjm.requests import (
    BASE_URL,
    HOURLY_ARCHIVE_DAYS,
    MEMBER_PACE_SECONDS,
    NON_MEMBER_PACE_SECONDS,
    Ask,
    next_page,
    sign,
)

ZONE = ZoneInfo("America/New_York")
MARKET = {"market": "pjm"}
DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:00 to 13:30 (facts: a third party's measurement)


def _feed(key: str, title: str, contract: Contract, dataset: str, **facts: object) -> Feed:
    constants = {**MARKET, **facts.pop("constants", {})}  # type: ignore[dict-item]
    return Feed(
        key=f"pjm_{key}",
        publisher="pjm",
        title=title,
        contract=contract,
        zone=ZONE,
        dataset=dataset,
        file_part=dataset,
        constants=constants,
        **{"request": Ask(), "pages": next_page, **facts},  # type: ignore[arg-type]
    )


def _lmp(title: str, dataset: str, archive_days: int, **facts: object) -> tuple[Feed, ...]:
    """One feed each for hubs, zones and all pricing nodes of a price dataset."""
    places: Mapping[str, tuple[str, dict[str, object]]] = {
        "hub": ("hubs", _filtered(tuple(HUB_PNODES.values()), HUBS, archive_days)),
        "zone": ("zones", _filtered(tuple(ZONE_PNODES.values()), ZONES, archive_days)),
        "node": ("all pricing nodes", {"request": Ask(days_per_request=1, archive_days=archive_days)}),
    }
    stem = LMP_FEEDS[dataset]
    return tuple(
        _feed(f"{stem}_{place}", f"{title}, {words}", price_families.LMP, dataset, parse=prices.lmp, **own, **facts)
        for place, (words, own) in places.items()
    )


def _filtered(pnodes: tuple[str, ...], locations: tuple[str, ...], archive_days: int) -> dict[str, object]:
    ask = Ask(filters={"pnode_id": ";".join(pnodes)}, archive_days=archive_days)
    return {"request": ask, "locations": locations}


FEEDS = (
    *_lmp("Day-ahead hourly LMP", "da_hrl_lmps", HOURLY_ARCHIVE_DAYS, publication=DAY_AHEAD, interval_minutes=60,
          revision_days=7, constants={"market_run": "DAM"}),
)  # fmt: skip

PJM = Publisher(
    key="pjm",
    name="PJM Interconnection",
    base_url=BASE_URL,
    pace_seconds=NON_MEMBER_PACE_SECONDS,
    pace_with={"pjm_key": NON_MEMBER_PACE_SECONDS, "pjm_member_key": MEMBER_PACE_SECONDS},
    feeds=FEEDS,
    recognise=recognise,
    sign=sign,
)
