"""How a feed of ERCOT is declared: what all of them share, said once."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.sources.ercot.requests import DAY, MIDNIGHT, Ask, follow, next_page
from market_platform.sources.feed import Feed, declare

ZONE = ZoneInfo("America/Chicago")
DAY_BEFORE = (-DAY, MIDNIGHT)


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
