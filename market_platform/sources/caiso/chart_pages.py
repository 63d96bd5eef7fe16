"""Daily reports that are pages of charts: their series stand in the script, one list of numbers a series.

A series is called by what it is of and by its run (``tot_energy_hybrid_rtd``, ``bid_ifm_pos_3``, ``curt_hourly_econ_local``);
it holds one value an interval of the day and no clock. Charts of other spans (days before, months) say what earlier
reports said, and are read over. Layouts second-hand: the public client gridstatus 0.37 reads them so.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.errors import UnreadablePayload
from market_platform.markets.market_day import day_bounds
from market_platform.sources.caiso.rows import finish
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day

# Some lists are wrapped: name = JSON.parse("[...]").
SERIES = re.compile(r"\b((?:tot|as|bid|curt)_\w+)\s*=\s*(?:JSON\.parse\(\s*\[?[\"']?)?\[([^\[\]]*)\]")
OTHER_SPAN = re.compile(r"_(daily|monthly|ytd)_")
RUN = re.compile(r"_(ifm|ruc|rtpd|rtd|rtbs|telem|forec)(?:_|$)")
ENERGY = re.compile(r"^tot_charge_|_mwh$|^curt_hourly_(?!max_)")
MINUTES = (60, 15, 5)
NO_VALUE = ("", "na", "n/a", "nan", "null", "none", "-")
DAY_IN_NAME = re.compile(r"(20\d{6})|([a-z]{3})-?(\d{1,2})-?(20\d{2})", re.IGNORECASE)


def series(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Figures of a report's day, one row a series and interval, each series under its own name.

    The length of a series tells its interval: hours, quarters or five minutes of that very day. One that fits none of
    them (a clock-change day drawn with 24 hours) says nothing of when, so it goes to quarantine whole.
    Raises UnreadablePayload where the page holds no series or its name no day.
    """
    moment = PANDAS_TYPES[Kind.MOMENT]
    rows = pd.DataFrame(
        [row for position, payload in enumerate(payloads) for row in _rows(feed, position, payload)],
        columns=[
            "market_day",
            "interval_start",
            "interval_end",
            "subject",
            "figure",
            "value",
            "unit",
            "file",
            "line",
            "defect",
        ],
    ).astype({"interval_start": moment, "interval_end": moment, "value": "float64", "defect": "object"})
    days = as_day(rows["market_day"].to_numpy(dtype="datetime64[D]"))
    return finish(
        feed, rows.assign(market_day=days, location="CAISO", issued_at=pd.Series(pd.NaT, rows.index, dtype=moment))
    )


def _rows(feed: Feed, position: int, payload: Payload) -> Iterator[tuple[object, ...]]:
    text = payload.content.decode("utf-8", "replace").replace('\\"', '"')
    found = [(name, values) for name, values in SERIES.findall(text) if not OTHER_SPAN.search(name)]
    if not found:
        raise UnreadablePayload(f"{payload.name}: the page holds no series of its day; fetch it again")
    day = _day(payload)
    begin, end = day_bounds(day, feed.zone)
    for line, (name, values) in enumerate(found, start=1):
        cells = [cell.strip().strip("\"'") for cell in values.split(",")] if values.strip() else []
        run = RUN.search(name)
        subject, unit = run[1].upper() if run else "", "MWh" if ENERGY.search(name) else "MW"
        length = next((minutes for minutes in MINUTES if begin + timedelta(minutes=minutes) * len(cells) == end), None)
        astray = (
            None if length else f"{name}: {len(cells)} values are neither hours, quarters nor five minutes of {day}"
        )
        for number, cell in enumerate(cells):
            step = timedelta(minutes=length or 0)
            start = begin + number * step
            value, defect = _number(cell)
            yield day, start, start + step, subject, name, value, unit, position, line, astray or defect


def _number(text: str) -> tuple[float, str | None]:
    if text.lower() in NO_VALUE:
        return np.nan, None
    try:
        return float(text), None
    except ValueError:
        return np.nan, f"value = {text} is not a number"


def _day(payload: Payload) -> date:
    for plain, month, day, year in DAY_IN_NAME.findall(payload.base_name):
        text, pattern = (plain, "%Y%m%d") if plain else (f"{month} {day} {year}", "%b %d %Y")
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no clock
        except ValueError:
            continue
    raise UnreadablePayload(f"{payload.name}: nothing says of which day the report is; put YYYYMMDD in its name")
