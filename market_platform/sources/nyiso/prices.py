"""NYISO's prices: LBMP by zone and generator, and ancillary prices."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from market_platform.markets.nyiso import ANCILLARY_PRODUCTS, REFERENCE_BUS
from market_platform.sources.arrays import Rows
from market_platform.sources.feed import Feed
from market_platform.sources.nyiso import columns
from market_platform.sources.nyiso.rows import (
    FIVE_MINUTES,
    HOUR,
    QUARTER,
    finish,
    interval_columns,
    intervals,
    strangers_named,
)
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_text, plain_array
from market_platform.sources.tabular import read_columns, read_csv


def lbmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Day-ahead and hourly integrated LBMP by zone or generator: stamps begin the hour."""
    read = read_columns(payloads, columns.LBMP)
    return prices(feed, read, interval_columns(feed, read, length=HOUR, series="name"))


def real_time_lbmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute LBMP: stamps end the interval and may lie off the five-minute grid.

    The running day's file goes on past the newest dispatch interval with quarter-hour look-ahead prices of the
    commitment run; those rows are named RTC.
    """
    read = read_columns(payloads, columns.LBMP)
    times = interval_columns(feed, read, length=FIVE_MINUTES, series="name", ends=True)
    rows = prices(feed, read, times)
    look_ahead = _look_ahead(rows["interval_end"], read.array("file"))
    if look_ahead.any():
        rows.loc[look_ahead, "market_run"] = "RTC"
        rows.loc[look_ahead, "interval_start"] = rows["interval_end"][look_ahead] - QUARTER
    return rows


def custom_rtc(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hour commitment prices as the custom-report page exports them: stamps end the interval."""
    read = read_columns(payloads, columns.CUSTOM_RTC)
    formats = columns.CUSTOM_REPORT_FORMATS
    times = interval_columns(feed, read, length=QUARTER, series="name", ends=True, formats=formats)
    return prices(feed, read, times.assign(interval_start=times["interval_end"] - QUARTER))


def ancillary(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Reserve and regulation prices: one column a product, turned into one row a product."""
    read = read_csv(payloads, columns.ANCILLARY)
    ends = feed.constants["market_run"] == "RTD"
    times = intervals(feed, read, length=FIVE_MINUTES if ends else HOUR, series="name", ends=ends)
    frames = []
    for heading, product in ANCILLARY_PRODUCTS.items():
        if product == "regulation_movement" and read[product].isna().all():
            continue  # published in real time only
        rows = times.assign(
            location=as_text(read["name"]),
            location_id=as_text(read["ptid"]),
            product=product,
            publisher_product=heading,
            price_usd_per_mw=read[product],
        )
        frames.append(rows)
    return finish(feed, pd.concat(frames, ignore_index=True))


def prices(feed: Feed, read: Rows, times: Rows) -> pd.DataFrame:
    """LBMP = energy + losses - congestion as published: turn the sign of congestion, derive energy to the cent."""
    names = plain_array(read.array("name"))
    price, losses = read.array("lbmp"), read.array("losses")
    congestion = 0.0 - read.array("congestion")
    energy = price - losses
    energy -= congestion
    values = {
        "lmp_usd_per_mwh": price,
        "energy_usd_per_mwh": np.round(energy, 2, out=energy),
        "congestion_usd_per_mwh": congestion,
        "loss_usd_per_mwh": losses,
        "ghg_usd_per_mwh": np.full(len(price), np.nan),
    }
    rows = times.assign(location=names, location_id=plain_array(read.array("ptid")), **values)
    if feed.constants["location_type"] == "zone":
        rows["defect"] = strangers_named(times, read)
    found = finish(feed, rows)
    if feed.constants["location_type"] == "generator":
        found.loc[names == REFERENCE_BUS, "location_type"] = "reference"
    return found


def _look_ahead(ends: pd.Series, files: np.ndarray) -> np.ndarray:
    """Mark the quarter-hour rows below the newest five-minute interval of each file.

    They are the closing run of stamps on the quarter hour that lie a quarter apart, in a file that before it went
    on in steps of at most five minutes.
    """
    moments = ends.to_numpy(dtype="datetime64[us]", copy=False)
    marks = np.zeros(len(moments), dtype=bool)
    edges = np.flatnonzero(np.diff(files, prepend=-1, append=-1))
    steps = np.diff(moments.view(np.int64))
    uneven = np.append((steps < 0) | (steps > FIVE_MINUTES // timedelta(microseconds=1)), False)
    uneven[edges[1:] - 1] = False
    for first, last in itertools.pairwise(edges):
        if not uneven[first:last].any():
            continue
        mine = moments[first:last]
        distinct = np.unique(mine[~np.isnat(mine)])
        close = np.flatnonzero(np.diff(distinct) <= np.timedelta64(FIVE_MINUTES))
        if close.size and close[-1] + 1 < len(distinct) - 1:
            on_quarter = mine == mine.astype("datetime64[m]").astype("datetime64[15m]")
            marks[first:last] = (mine > distinct[close[-1] + 1]) & on_quarter
    return marks
