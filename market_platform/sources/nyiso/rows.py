"""What all NYISO files share: local stamps to UTC intervals, and columns in the contract's order.

Stamps are Eastern prevailing time. Where a file marks the zone (EDT, EST) the mark decides the repeated hour, else the
order of the file does: first daylight, then standard time (files of 2019-11-03 and 2025-11-02).
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from market_platform.markets.market_day import second_pass_by_order
from market_platform.markets.nyiso import PRICED_ZONES, SYSTEM
from market_platform.sources.arrays import Rows, text_array
from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together
from market_platform.sources.nyiso import columns
from market_platform.sources.stamps import LocalStamps, places_of, repeated_text

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
FIVE_MINUTES = timedelta(minutes=5)
PLACE = ["file", "line", "defect"]
KNOWN_ZONES = frozenset((*PRICED_ZONES, SYSTEM))


def intervals(
    feed: Feed,
    read: pd.DataFrame,
    *,
    length: timedelta,
    series: str,
    ends: bool = False,
    formats: Sequence[str] = columns.STAMP_FORMATS,
) -> pd.DataFrame:
    """Return market day, interval and place of each row.

    ``series`` names the column within which a file stands in time order.
    """
    return interval_columns(feed, Rows.of(read), length=length, series=series, ends=ends, formats=formats).frame()


def interval_columns(
    feed: Feed,
    read: Rows,
    *,
    length: timedelta,
    series: str,
    ends: bool = False,
    formats: Sequence[str] = columns.STAMP_FORMATS,
) -> Rows:
    """Return the same as columns, for parsers that lay a month's rows at once."""
    stamps = LocalStamps(read.array("stamp"), formats)
    instants = stamps.instants(feed.zone, second_pass=_second_pass(feed, read, stamps, series))
    stamped = instants.array()
    start, end = (instants.starts(length), stamped) if ends else (stamped, instants.array(shifted=length))
    times = {"market_day": stamps.day_array(ends=ends), "interval_start": start, "interval_end": end}
    return Rows(times | {name: read.array(name) for name in PLACE}, read.count)


def _second_pass(feed: Feed, read: Rows, stamps: LocalStamps, series: str) -> np.ndarray:
    """Mark the second run through the repeated hour: by the zone mark, or by file order where it does not tell.

    The file of 2005-10-30 marks both runs EDT; its two rows of each zone stand in the order of their values, so which
    is which cannot be known: the order is kept and no row is lost.
    """
    marks = np.zeros(len(stamps.codes), dtype=bool)
    repeated = np.flatnonzero(stamps.repeated(feed.zone))
    if not repeated.size:
        return marks
    if (told := _told_by_mark(read, stamps, repeated, series)) is not None:
        marks[repeated] = told
        return marks
    naive = stamps.naive()
    inside = pd.DataFrame({name: read[name].iloc[repeated] for name in ("file", series)}).assign(
        stamp=naive.iloc[repeated]
    )
    by_order = second_pass_by_order(inside["stamp"], inside[series].astype(str) + inside["file"].astype(str), feed.zone)
    zone = (
        read["time_zone"].iloc[repeated].astype("object")
        if "time_zone" in read
        else pd.Series(None, index=inside.index)
    )
    unclear = zone.isna() | inside.assign(zone=zone).duplicated(keep=False)
    unclear_file = inside["file"].isin(inside["file"][unclear])
    marks[repeated] = np.where(unclear_file, by_order, zone == "EST")
    return marks


def _told_by_mark(read: Rows, stamps: LocalStamps, repeated: np.ndarray, series: str) -> np.ndarray | None:
    """Mark the second run by the zone alone; None where a row has no mark or two rows of a file would be the same."""
    if "time_zone" not in read:
        return None
    if not isinstance(read.array(series), pd.Categorical):
        return None
    (zone, zones), (which, names) = (places_of(read.array(name)) for name in ("time_zone", series))
    zone, place = zone[repeated], read.array("file")[repeated].astype(np.int64)
    series_of_row = (zone, len(zones)), (stamps.codes[repeated], len(stamps.distinct)), (which[repeated], len(names))
    for codes, count in series_of_row:
        place = place * (count + 1) + codes
    if (zone < 0).any() or len(pd.unique(place)) < len(place):
        return None
    return np.array([text == "EST" for text in zones])[zone]


def strangers_named(times: Rows, read: Rows) -> pd.Series | ExtensionArray:
    """Return the defects with rows of a zone that is not in the table, so that they are seen."""
    if KNOWN_ZONES.issuperset(read.array("name").categories):
        return times.array("defect")
    defect, name = times["defect"], read["name"]
    strange = ~name.isin(KNOWN_ZONES) & defect.isna()
    return defect.mask(strange, "zone " + name.astype(str) + " is not in the table of zones: add it there")


def finish(feed: Feed, rows: Rows | pd.DataFrame) -> pd.DataFrame:
    """Order and type the columns (or a frame of them) as the contract has them; a feed's constants fill what is open."""
    laid = rows.arrays() if isinstance(rows, Rows) else dict(rows.items())
    for name, text in feed.constants.items():
        if name not in laid:
            laid[name] = text_array(repeated_text(text, len(laid["line"])))
    return put_together(feed.contract, laid, PLACE)
