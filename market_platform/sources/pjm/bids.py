"""PJM's bids: demand, virtuals submitted and cleared, and bids for financial transmission rights.

Clearing prices of FTR auctions stand behind a member's login; public are the bids, four months late, and the congestion
prices that rights are settled on (secondary: two public projects that asked for the results).
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.markets.market_day import day_bounds
from market_platform.markets.pjm import SYSTEM
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import DAY, PLACE, finish, fixed, intervals, local_intervals, stacked, translated
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


def ftr_bids(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read bids of an FTR auction; bids alike in all but volume and price are counted from 1 in file order."""
    table = read(payloads, DATASETS[feed.dataset])
    named = table["market_name"].astype("str") + "|" + table["period_type"].astype("str")
    spans = {text: _period(*text.split("|", 1)) for text in named.unique()}
    day = named.map({text: span[0] for text, span in spans.items()})
    bounds = {
        text: (day_bounds(first, feed.zone)[0], day_bounds(last, feed.zone)[0])
        for text, (first, last) in spans.items()
        if first is not None and last is not None
    }
    rounds = ["round"] if "round" in table else []
    path = [
        "market_name",
        "period_type",
        "source_pnode_name",
        "sink_pnode_name",
        "class_type",
        "hedge_type",
        "trade_type",
    ]
    key = [*rounds, *path]
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
        source=table["source_pnode_name"],
        sink=table["sink_pnode_name"],
        time_of_use=table["class_type"],
        hedge_type=translated(table["hedge_type"], str.lower),
        trade_type=translated(table["trade_type"], str.lower),
        bid_number=(table.groupby(key, observed=True, dropna=False).cumcount() + 1).astype("Int64"),
        bid_mw=table["quoted_mw"],
        bid_price_usd_per_mw=table["quoted_price"],
        cleared_mw=np.nan,
        clearing_price_usd_per_mw=np.nan,
        **{name: table[name] for name in PLACE},
    )
    unclear = day.isna() & rows["defect"].isna()
    rows.loc[unclear, "defect"] = "the months of period " + named[unclear] + " cannot be told"
    return finish(feed, rows)


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
