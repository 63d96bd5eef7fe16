"""NYISO's figures of the system: area control error, solar capacity installed behind the meter.

Addresses and columns are those of the public client gridstatus 0.37 (second-hand); no file of either is recorded.
"""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.markets.market_day import day_bounds
from market_platform.markets.nyiso import SYSTEM
from market_platform.sources.feed import Feed
from market_platform.sources.nyiso import columns
from market_platform.sources.nyiso.rows import PLACE, finish
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import LocalStamps, as_text
from market_platform.sources.tabular import read_csv

# The control error comes about every six seconds.
SIX_SECONDS = timedelta(seconds=6)


def control_error(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Area control error of a month; each stamp ends with its zone (``09/01/2026 00:00:05 EDT``), which tells the hour."""
    read = read_csv(payloads, columns.CONTROL_ERROR)
    texts = as_text(read["time"]).astype("object")
    stamps = LocalStamps(texts.str[:-4].astype("category"), columns.STAMP_FORMATS)
    second_pass = stamps.repeated(feed.zone) & texts.str.endswith("EST").to_numpy(dtype=bool)
    instants = stamps.instants(feed.zone, second_pass=second_pass)
    rows = pd.DataFrame(
        {
            "market_day": stamps.market_day(),
            "interval_start": instants.utc(),
            "interval_end": instants.utc(shifted=SIX_SECONDS),
        }
    )
    return finish(feed, _figures(rows, read, "area_control_error").assign(location=SYSTEM))


def installed_capacity(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Solar capacity installed behind the meter by zone, one row a day from midnight to midnight."""
    read = read_csv(payloads, columns.BTM_SOLAR)
    days = LocalStamps(read["stamp"], columns.STAMP_FORMATS).market_day()
    bounds = {day: day_bounds(day, feed.zone) for day in days.dropna().unique()}
    ends = {
        f"interval_{end}": {day: both[place] for day, both in bounds.items()}
        for place, end in enumerate(("start", "end"))
    }
    moments = {name: days.map(of_day).astype(PANDAS_TYPES[Kind.MOMENT]) for name, of_day in ends.items()}
    rows = _figures(pd.DataFrame({"market_day": days, **moments}), read, "btm_installed_capacity")
    return finish(feed, rows.assign(location=as_text(read["name"])))


def _figures(rows: pd.DataFrame, read: pd.DataFrame, figure: str) -> pd.DataFrame:
    never = pd.Series(pd.NaT, rows.index, dtype=PANDAS_TYPES[Kind.MOMENT])
    said = {"figure": figure, "subject": "", "unit": "MW", "issued_at": never}
    return rows.assign(**said, value=read["generation"], **{name: read[name] for name in PLACE})
