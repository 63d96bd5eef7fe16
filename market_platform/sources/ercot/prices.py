"""ERCOT's energy prices: settlement point prices and LMP by settlement point and bus. No loss part is published."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from market_platform.markets.ercot import NODE, PLACE_BY_PREFIX, SETTLEMENT_POINT_TYPES
from market_platform.sources.arrays import Rows, blank_texts, text_array
from market_platform.sources.ercot import columns
from market_platform.sources.ercot.hours import (
    FIVE_MINUTES,
    hourly_rows,
    quarter_hourly_rows,
    stamped,
    stamped_rows,
    stamps_utc,
)
from market_platform.sources.ercot.reading import read, read_rows
from market_platform.sources.ercot.rows import constants, finish, name_strangers, words
from market_platform.sources.feed import Feed
from market_platform.sources.laying import filled
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import places_of, texts_laid


def day_ahead(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly settlement point prices of the day-ahead market, daily files, API pages and yearly workbooks."""
    rows = read_rows(payloads, columns.DAM_SPP)
    return _by_name(feed, rows, hourly_rows(feed, rows))


def real_time(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hourly settlement point prices; one place may stand under two types with prices of their own."""
    rows = read_rows(payloads, columns.RTM_SPP)
    types = words(rows["type"], SETTLEMENT_POINT_TYPES)
    found = _prices(feed, rows, quarter_hourly_rows(feed, rows).assign(location_type=filled(types, NODE)))
    if types.isna().any():
        named = found.frame()
        name_strangers(named, rows["type"], types, "settlement point type")
        return finish(feed, named)
    return finish(feed, found)


def by_run(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by settlement point of each SCED run. An interval begins with its run and is taken to last five minutes."""
    rows = read_rows(payloads, columns.SCED_LMP)
    return _by_name(feed, rows, stamped_rows(feed, rows, FIVE_MINUTES))


def by_bus(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by electrical bus: hourly in the day-ahead market, else of each SCED run."""
    if feed.constants["market_run"] == "DAM":
        rows = read_rows(payloads, columns.DAM_BUS_LMP)
        times = hourly_rows(feed, rows)
    else:
        rows = read_rows(payloads, columns.SCED_BUS_LMP)
        times = stamped_rows(feed, rows, FIVE_MINUTES)
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


def _by_name(feed: Feed, rows: Rows, times: Rows) -> pd.DataFrame:
    return finish(feed, _prices(feed, rows, times.assign(location_type=_type_by_name(rows.array("location")))))


def _prices(feed: Feed, rows: Rows, times: Rows) -> Rows:
    unpublished = ("energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh", "ghg_usd_per_mwh")
    return times.assign(
        **constants(feed, rows.index),
        location=rows.array("location"),
        location_id=blank_texts(rows.count),
        lmp_usd_per_mwh=rows.array("price"),
        **{name: np.full(rows.count, np.nan) for name in unpublished},
    )


def _type_by_name(location: ExtensionArray | pd.Series) -> ExtensionArray:
    codes, texts = places_of(location)
    types = [PLACE_BY_PREFIX.get(name[:3], NODE) for name in map(str, texts.tolist())]
    return text_array(texts_laid(pa.array(types, pa.large_string()), codes))
