"""What all files of the simulated New York ISO share: its clock, its zones, and what is past."""

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.sandbox.world import World

ZONE = MARKETS["nyiso"].zone
MINUTE = "%m/%d/%Y %H:%M"
SECOND = "%m/%d/%Y %H:%M:%S"
GENERATORS = 40

Writer = Callable[[World, date, datetime], bytes]


def past(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the rows whose interval is over."""
    return rows[rows["interval_end"] <= now]


def zone_ids(world: World) -> dict[str, str]:
    """Return the PTID of each zone."""
    zones = world.zones("nyiso")
    return dict(zip(zones["zone"], zones["publisher_id"].astype(str), strict=True))
