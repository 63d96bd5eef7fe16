"""ERCOT's energy prices: settlement point prices and LMP by settlement point and bus. No loss part is published."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.ercot import NODE, PLACE_BY_PREFIX, SETTLEMENT_POINT_TYPES
from market_platform.sources.ercot import columns
from market_platform.sources.ercot.hours import FIVE_MINUTES, hourly, quarter_hourly, stamped, stamps_utc
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import constants, finish, name_strangers, words
from market_platform.sources.feed import Feed
from market_platform.sources.laying import recoded
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import blank_text


def day_ahead(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly settlement point prices of the day-ahead market, daily files, API pages and yearly workbooks."""
    rows = read(payloads, columns.DAM_SPP)
    return _by_name(feed, rows, hourly(feed, rows))


def real_time(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hourly settlement point prices; one place may stand under two types with prices of their own."""
    rows = read(payloads, columns.RTM_SPP)
    times = quarter_hourly(feed, rows)
    types = words(rows["type"], SETTLEMENT_POINT_TYPES)
    found = _prices(
        feed,
        rows,
        times.assign(location_type=types.cat.add_categories([NODE]).fillna(NODE) if types.isna().any() else types),
    )
    name_strangers(found, rows["type"], types, "settlement point type")
    return finish(feed, found)


def by_run(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by settlement point of each SCED run. An interval begins with its run and is taken to last five minutes."""
    rows = read(payloads, columns.SCED_LMP)
    return _by_name(feed, rows, stamped(feed, rows, FIVE_MINUTES))


def by_bus(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by electrical bus: hourly in the day-ahead market, else of each SCED run."""
    if feed.constants["market_run"] == "DAM":
        rows = read(payloads, columns.DAM_BUS_LMP)
        times = hourly(feed, rows)
    else:
        rows = read(payloads, columns.SCED_BUS_LMP)
        times = stamped(feed, rows, FIVE_MINUTES)
    return finish(feed, _prices(feed, rows, times))


def indicative(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read indicative LMP that a look-ahead run gives for its next intervals."""
    rows = read(payloads, columns.RTD_LMP)
    times = stamped(feed, rows, FIVE_MINUTES, stamp="end", flag="end_flag", ends=True)
    found = times.assign(
        **feed.constants,
        issued_at=stamps_utc(feed, rows, "stamp", "flag"),
        product="energy",
        location=rows["location"],
        location_type=_type_by_name(rows["location"]),
        price_usd_per_mwh=rows["price"],
    )
    return finish(feed, found)


def _by_name(feed: Feed, rows: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    return finish(feed, _prices(feed, rows, times.assign(location_type=_type_by_name(rows["location"]))))


def _prices(feed: Feed, rows: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    return times.assign(
        **constants(feed, times.index),
        location=rows["location"],
        location_id=blank_text(times.index),
        lmp_usd_per_mwh=rows["price"],
        energy_usd_per_mwh=np.nan,
        congestion_usd_per_mwh=np.nan,
        loss_usd_per_mwh=np.nan,
        ghg_usd_per_mwh=np.nan,
    )


def _type_by_name(location: pd.Series) -> pd.Series:
    types = [PLACE_BY_PREFIX.get(name[:3], NODE) for name in map(str, location.cat.categories.tolist())]
    return recoded(location, types, location.cat.codes.to_numpy())
