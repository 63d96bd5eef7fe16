"""How PJM's feeds are declared: what many rows share. All times Eastern.

Publication times are the public client's unless the facts say more.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import prices as price_families
from market_platform.markets.pjm import (
    HUB_PNODES,
    HUBS,
    ZONE_PNODES,
    ZONES,
)
from market_platform.sources.feed import Feed, Publication, Refresh, declare
from market_platform.sources.pjm import prices
from market_platform.sources.pjm.feed_names import FEED_NAMES, LMP_FEEDS
from market_platform.sources.pjm.requests import (
    Ask,
    next_page,
)

ZONE = ZoneInfo("America/New_York")

DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:00 to 13:30 (facts: a third party's measurement)
NEXT_DAY = Publication(time(12), 1)
SETTLED = Publication(time(12), 40)  # settlement-verified months follow the month
DAY_DONE = Publication(time(0, 15), 1)
FOUR_MONTHS_LATE = Publication(time(12), 125)
LIVE: dict[str, Any] = {
    "publication": DAY_DONE,
    "refresh": Refresh.FIVE_MINUTES,
    "interval_minutes": 5,
    "publication_lag": timedelta(minutes=5),
}
HOURLY: dict[str, Any] = {
    "publication": DAY_DONE,
    "refresh": Refresh.HOURLY,
    "interval_minutes": 60,
    "publication_lag": timedelta(hours=1),
}
DAILY: dict[str, Any] = {"publication": NEXT_DAY, "interval_minutes": 60, "publication_lag": timedelta(days=1)}
VERIFIED: dict[str, Any] = {"publication": NEXT_DAY, "revision_days": 7}
# Days that PJM keeps its fast datasets (as its list of feeds has it; secondary).
MONTH = 30
HALF_MONTH = 15
ONE_DAY = Ask(days_per_request=1, kept_days=MONTH)
FINE = Ask(days_per_request=1, through_midnight=True, kept_days=MONTH)
DRIFTING = Ask(through_midnight=True, kept_days=MONTH)
KEPT_A_MONTH = Ask(kept_days=MONTH)


def feed(dataset: str, title: str, contract: Contract, **facts: Any) -> Feed:
    """Declare a feed of PJM; it is called as its dataset is, unless ``key`` says otherwise."""
    key = facts.pop("key", "") or FEED_NAMES[dataset]
    usual = {"zone": ZONE, "dataset": dataset, "file_part": dataset, "request": Ask(), "pages": next_page}
    return declare("pjm", key, title, contract, **{**usual, **facts})


def lmp_feeds(dataset: str, title: str, run: str, archive_days: int, **facts: object) -> tuple[Feed, ...]:
    """Give one feed each for hubs, zones and all pricing nodes of a price dataset."""
    ids = dataset != "rt_unverified_hrl_lmps"
    kept = HALF_MONTH if dataset == "rt_unverified_fivemin_lmps" else None
    nodes = Ask(days_per_request=1, archive_days=archive_days, kept_days=kept)
    places: Mapping[str, tuple[str, dict[str, Any]]] = {
        "hub": ("hubs", _filtered(ids, HUB_PNODES, "HUB", archive_days, kept)),
        "zone": ("zones", _filtered(ids, ZONE_PNODES, "ZONE", archive_days, kept)),
        "node": ("all pricing nodes", {"request": nodes}),
    }
    return tuple(
        feed(
            dataset, f"{title}, {words}", price_families.LMP, key=f"{LMP_FEEDS[dataset]}_{place}", parse=prices.lmp,
            constants={"market_run": run}, **own, **facts,
        )
        for place, (words, own) in places.items()
    )  # fmt: skip


def _filtered(
    ids: bool, pnodes: Mapping[str, str], kind: str, archive_days: int, kept: int | None
) -> dict[str, object]:
    filters = {"pnode_id": ";".join(pnodes.values())} if ids else {"type": kind}
    ask = Ask(filters=filters, archive_days=archive_days, kept_days=kept)
    return {"request": ask, "locations": HUBS if kind == "HUB" else ZONES}


RTD = {"market_run": "RTD"}
DAM = {"market_run": "DAM"}
REAL_TIME_HOURLY = {"market_run": "RT_HOURLY"}
REGULATION = {"market_run": "RTD"}
