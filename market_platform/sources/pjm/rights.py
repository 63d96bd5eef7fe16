"""PJM's financial transmission rights: bids and results of auctions by path, and the congestion that rights settle on.

Data Miner has the bids, four months late, and the congestion prices. Results stand behind a member's login (secondary: two
public projects that asked for them); they are read from the member's own download (``rights_results``).
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.markets.market_day import day_bounds
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import PLACE, finish, fixed, stacked, translated
from market_platform.sources.stamps import as_day

QUARTERS = {"Q1": (6, 3), "Q2": (9, 3), "Q3": (12, 3), "Q4": (3, 3)}  # of a planning year, which begins in June
MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], start=1
    )
}
JUNE = 6
PLANNING_YEAR = re.compile(r"(20\d{2})\s*/\s*(?:20)?\d{2}")
# A long-term auction sells each of its planning years apart, or all of them (periods YR1 to YR3 and YRALL, secondary).
OF_YEARS = re.compile(r"YR\s*(\d|ALL)$")
SPAN_OF_YEARS = re.compile(r"(20\d{2})\s*/\s*(20\d{2})")


def ftr_bids(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read bids of an FTR auction; bids alike in all but volume and price are counted from 1 in file order."""
    table = read(payloads, DATASETS[feed.dataset])
    named = {"source_pnode_name": "source", "sink_pnode_name": "sink", "class_type": "time_of_use",
             "quoted_mw": "bid_mw", "quoted_price": "bid_price"}  # fmt: skip
    return finish(feed, auction_rows(feed, table.rename(columns=named).assign(cleared_mw=np.nan, cleared_price=np.nan)))


def auction_rows(feed: Feed, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of lines of an FTR auction, over the months that auction and period name.

    ``table`` has market_name, period_type, source, sink, time_of_use, hedge_type, trade_type, bid_mw, bid_price,
    cleared_mw, cleared_price, the place of each line, and round where the auction has rounds.
    """
    named = table["market_name"].astype("str") + "|" + table["period_type"].astype("str")
    spans = {text: _period(*text.split("|", 1)) for text in named.unique()}
    day = named.map({text: span[0] for text, span in spans.items()})
    bounds = {
        text: (day_bounds(first, feed.zone)[0], day_bounds(last, feed.zone)[0])
        for text, (first, last) in spans.items()
        if first is not None and last is not None
    }
    rounds = ["round"] if "round" in table else []
    path = ["market_name", "period_type", "source", "sink", "time_of_use", "hedge_type", "trade_type"]
    rows = pd.DataFrame(
        {
            "market_day": as_day(day.to_numpy(dtype="datetime64[D]")),
            "interval_start": _moments(named.map({text: bound[0] for text, bound in bounds.items()})),
            "interval_end": _moments(named.map({text: bound[1] for text, bound in bounds.items()})),
        }
    ).assign(
        **fixed(feed, len(table)),
        auction=_auction(table),
        period=table["period_type"],
        source=table["source"],
        sink=table["sink"],
        time_of_use=table["time_of_use"],
        hedge_type=translated(table["hedge_type"], str.lower),
        trade_type=translated(table["trade_type"], str.lower),
        bid_number=(table.groupby([*rounds, *path], observed=True, dropna=False).cumcount() + 1).astype("Int64"),
        bid_mw=table["bid_mw"],
        bid_price_usd_per_mw=table["bid_price"],
        cleared_mw=table["cleared_mw"],
        clearing_price_usd_per_mw=table["cleared_price"],
        **{name: table[name] for name in PLACE},
    )
    unclear = day.isna() & rows["defect"].isna()
    rows.loc[unclear, "defect"] = "the months of period " + named[unclear] + " cannot be told"
    return rows


def _auction(table: pd.DataFrame) -> pd.Series:
    """Return the auction's name, with its round where it has rounds."""
    if "round" not in table or table["round"].isna().all():
        return table["market_name"]
    return table["market_name"].astype("str") + ", round " + table["round"].astype("str")


def _moments(column: pd.Series) -> pd.Series:
    return column.astype("object").astype(PANDAS_TYPES[Kind.MOMENT])


def _period(market: str, period: str) -> tuple[date | None, date | None]:
    """Return first day and day after the last of a period in a monthly auction's planning year, or of a whole year."""
    words = market.upper().split()
    month = next((MONTHS[word[:3]] for word in words if word[:3] in MONTHS), None)
    year = next((int(word) for word in words if word.isdigit() and len(word) == len("2026")), None)
    name = period.strip().upper()
    years, span = OF_YEARS.match(name), SPAN_OF_YEARS.search(market)
    if years is not None and span is not None:
        first_year, last_year = int(span[1]), int(span[2])
        if years[1] != "ALL":
            first_year += int(years[1]) - 1
            last_year = first_year + 1
        return date(first_year, JUNE, 1), date(last_year, JUNE, 1)
    whole = PLANNING_YEAR.search(period) or PLANNING_YEAR.search(market)
    if whole is not None and name not in QUARTERS and name[:3] not in MONTHS:
        return date(int(whole[1]), JUNE, 1), date(int(whole[1]) + 1, JUNE, 1)
    if month is None or year is None or (name not in QUARTERS and name[:3] not in MONTHS):
        return None, None
    first, length = QUARTERS[name] if name in QUARTERS else (MONTHS[name[:3]], 1)
    planning_year = year if month >= JUNE else year - 1
    start = date(planning_year if first >= JUNE else planning_year + 1, first, 1)
    months = start.month - 1 + length
    return start, date(start.year + months // 12, months % 12 + 1, 1)


# Class of hours and basis of each congestion column; simulated prices are the long-term auction's.
CONGESTION = {
    "24hour_clmp": ("24H", "realised"),
    "onpeak_clmp": ("OnPeak", "realised"),
    "wkndonpeak_clmp": ("WkndOnPeak", "realised"),
    "dailyoffpeak_clmp": ("DailyOffPeak", "realised"),
    "offpeak_clmp": ("OffPeak", "realised"),
    "lt_sim_clmp": ("24H", "simulated"),
    "lt_sim_onpeak_clmp": ("OnPeak", "simulated"),
    "lt_sim_wkndonpeak_clmp": ("WkndOnPeak", "simulated"),
    "lt_sim_dailyoffpeak_clmp": ("DailyOffPeak", "simulated"),
    "lt_sim_offpeak_clmp": ("OffPeak", "simulated"),
}


def ftr_congestion(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read congestion prices by node and class of hours for the span of days that each line names, last day included."""
    table = read(payloads, DATASETS[feed.dataset])
    first, last = eastern(table["effective_day"]), eastern(table["terminate_day"])
    rows = pd.DataFrame(
        {
            "market_day": first.market_day(),
            "interval_start": first.utc(feed.zone),
            "interval_end": last.shifted(timedelta(days=1)).utc(feed.zone),
        }
    ).assign(**fixed(feed, len(table)), location=table["pnode_name"], **{name: table[name] for name in PLACE})
    frames = [
        rows.assign(time_of_use=hours, basis=basis, congestion_usd_per_mwh=table[name])
        for name, (hours, basis) in CONGESTION.items()
        if table[name].notna().any()
    ]
    return finish(feed, stacked(frames))
