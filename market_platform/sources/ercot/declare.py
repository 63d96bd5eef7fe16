"""How a feed of ERCOT is declared: what all or many of them share, said once. All times Central."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.sources.ercot.requests import DAY, MIDNIGHT, Ask, follow, next_page, snapshot
from market_platform.sources.feed import Cadence, Feed, Publication, Refresh, declare

ZONE = ZoneInfo("America/Chicago")
DAY_BEFORE = (-DAY, MIDNIGHT)
DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:30 to 13:30
DAY_DONE = Publication(time(0, 30), 1)
NEXT_MORNING = Publication(time(6), 1)
AT_ONCE = Publication(time(1), 0)
CORRECTED_DAYS = 2
AFTER_INTERVAL = (timedelta(minutes=10), timedelta(days=1, minutes=10))
YEAR = Publication(time(12), 5)

DAM = {"publication": DAY_AHEAD, "interval_minutes": 60, "constants": {"market_run": "DAM"}}
RTM = {"publication": DAY_DONE, "interval_minutes": 15, "refresh": Refresh.FIVE_MINUTES, "revision_days": CORRECTED_DAYS,
       "publication_lag": timedelta(minutes=2), "constants": {"market_run": "RTM"}}  # fmt: skip
SCED = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "publication_lag": timedelta(minutes=1),
        "constants": {"market_run": "SCED"}}  # fmt: skip
RTD = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "constants": {"market_run": "RTD"}}
HOURLY_ISSUE = {"publication": AT_ONCE, "refresh": Refresh.HOURLY}
AFTER = {"publication": NEXT_MORNING, "publication_lag": timedelta(hours=6)}
NOW = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "request": snapshot, "cadence": Cadence.SNAPSHOT}
DASHBOARD = "api/1/services/read/dashboards"
FILES = {"publication": YEAR, "request": None}


def days_later(count: int) -> tuple[timedelta, timedelta]:
    """Return the posting time of what comes out ``count`` days after its market day."""
    return count * DAY, (count + 1) * DAY


def feed(key: str, title: str, contract: Contract, part: str, ask: Ask | None, **facts: Any) -> Feed:
    """Declare a feed; ``ask`` also names product and report number of feeds that are read from files only."""
    pages_of = facts.pop("pages_of", key)
    if "members" in facts:  # the same rows may come as pages of a query
        facts["members"] = rf"{facts['members']}|ercot_{pages_of}_\d{{8}}\.json"
    usual = {"zone": ZONE, "dataset": ask.product if ask else part, "file_part": part, "request": ask}
    return declare("ercot", key, title, contract, **{**usual, "pages": next_page, "follow": follow, **facts})
