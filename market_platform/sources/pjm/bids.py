"""PJM's bids into the energy market: demand, virtuals submitted and cleared."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.pjm import SYSTEM
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import DAY, finish, fixed, intervals, local_intervals, stacked


def demand(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read day-ahead demand bid by area."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        stage="submitted",
        kind="demand",
        location=table["area"],
        price_usd_per_mwh=np.nan,
        volume_mw=table["hrly_da_demand_bid"],
    )
    return finish(feed, rows)


def virtual_curves(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read increments and decrements bid at each price point, the whole market together."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)), stage="submitted", location=SYSTEM, price_usd_per_mwh=table["price_point"]
    )
    kinds = {"inc_mw": "increment", "dec_mw": "decrement"}
    return finish(feed, stacked([rows.assign(kind=kind, volume_mw=table[name]) for name, kind in kinds.items()]))


def virtuals_cleared(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read a day's cleared increments, decrements and up-to-congestion transactions, MWh of the whole day."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = local_intervals(feed, table, eastern(table["day"]), DAY).assign(**fixed(feed, len(table)), location=SYSTEM)
    kinds = {"inc_mw": "supply", "dec_mw": "demand", "utc_mw": "up_to_congestion"}
    return finish(feed, stacked([rows.assign(direction=kind, awarded_mw=table[name]) for name, kind in kinds.items()]))
