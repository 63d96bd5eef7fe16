"""How a feed of ERCOT is declared: what all of them share, said once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.sources.ercot.requests import DAY, MIDNIGHT, Ask, follow, next_page
from market_platform.sources.feed import Feed

ZONE = ZoneInfo("America/Chicago")
MARKET = {"market": "ercot"}
DAY_BEFORE = (-DAY, MIDNIGHT)


def days_later(count: int) -> tuple[timedelta, timedelta]:
    """Return the posting time of what comes out ``count`` days after its market day."""
    return count * DAY, (count + 1) * DAY


def feed(key: str, title: str, contract: Contract, part: str, ask: Ask | None, **facts: object) -> Feed:
    """Declare a feed; ``ask`` also names product and report number of feeds that are read from files only."""
    constants = {**MARKET, **facts.pop("constants", {})}  # type: ignore[dict-item]
    if "members" in facts:  # the same rows may come as pages of a query
        facts["members"] = rf"{facts['members']}|ercot_{facts.pop('pages_of', key)}_\d{{8}}\.json"
    dataset = str(facts.pop("dataset", ask.product if ask else part))
    return Feed(
        key=f"ercot_{key}",
        publisher="ercot",
        title=title,
        contract=contract,
        zone=ZONE,
        dataset=dataset,
        file_part=part,
        constants=constants,
        **{"pages": next_page, "follow": follow, "request": ask, **facts},  # type: ignore[arg-type]
    )
