"""CAISO's load, wind and solar, schedules and required reserves: actual and forecast."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.markets.caiso import (
    ANCILLARY_PRODUCTS,
    ANCILLARY_REGIONS,
    CAPACITY_PRODUCTS,
    FORECAST_HUBS,
    RAMP_PRODUCTS,
    RENEWABLE_TYPES,
    RESERVE_BOUNDS,
    RESERVE_RESULTS,
    SCHEDULE_OF_ITEM,
    SCHEDULES,
)
from market_platform.sources.arrays import Rows, text_array
from market_platform.sources.caiso import columns
from market_platform.sources.caiso.components import codes_of, spread
from market_platform.sources.caiso.oasis import Moments, Report, intervals, read_report, report_columns
from market_platform.sources.caiso.rows import REPEATED, among, finish, laid, mark, mark_strangers, word_array
from market_platform.sources.feed import Feed, Publication
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import places_of, plain_array, repeated_text, texts_laid, utc_array

# A real-time report may hold both runs; the data item tells them apart.
RUN_OF_ITEM = {"SYS_FCST_15MIN_MW": "RTPD", "SYS_FCST_5MIN_MW": "RTD"}
# How long before its interval a run's forecast is out (from the public client; the runs' own schedule).
LEAD = {"HASP": timedelta(minutes=90), "RTPD": timedelta(minutes=22.5), "RTD": timedelta(minutes=2.5)}
FEW_DAYS = 100  # of a span that is looked up at once
UNREADABLE = np.iinfo(np.int64).min  # numpy's NaT


def load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly actual load by TAC area and by area of the western imbalance market."""
    read = report_columns(columns.LOAD, payloads)
    area = read.array("area")
    return finish(feed, intervals(feed, read).assign(location=area, location_id=area, load_mw=read.array("load")))


def load_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Load forecasts; OASIS gives no moment of issue, so it follows from the run's schedule."""
    read = report_columns(columns.LOAD, payloads)
    starts, (items, texts) = Moments(read.laid("start")), places_of(read.laid("item"))
    runs = [RUN_OF_ITEM.get(text, feed.file_part.rsplit("_", 1)[-1]) for text in (*texts.tolist(), None)]
    if len(set(runs)) == 1:
        rows = intervals(feed, read, starts, issued_at=_issued(feed, starts, runs[0]))
        model = repeated_text(runs[0], read.count)
    else:
        which = np.where(items < 0, len(texts), items)
        issued = np.stack([starts.lay(_issued(feed, starts, run)) for run in runs])
        rows = intervals(feed, read, starts).assign(issued_at=utc_array(issued[which, np.arange(read.count)]))
        model = texts_laid(pa.array(runs, pa.large_string()), which)
    location = plain_array(read.laid("area"))
    return finish(feed, rows.assign(location=location, model=text_array(model), load_mw=read.array("load")))


def peak_load_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Forecast peak of each day by TAC area."""
    read = report_columns(columns.PEAK_LOAD, payloads)
    starts = Moments(read.laid("start"))
    rows = intervals(feed, read, starts, issued_at=_issued(feed, starts, "DAM"))
    return finish(feed, rows.assign(location=read.array("area"), load_mw=read.array("load")))


def renewables(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Actual wind and solar output by trading hub."""
    read = report_columns(columns.RENEWABLES, payloads)
    return finish(feed, _renewables(read, intervals(feed, read)))


def renewables_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Wind and solar forecasts by trading hub and run."""
    read = report_columns(columns.RENEWABLES, payloads)
    starts = Moments(read.laid("start"))
    times = intervals(feed, read, starts, issued_at=_issued(feed, starts, feed.file_part))
    return finish(feed, _renewables(read, times))


def _renewables(read: Rows, times: Rows) -> Rows:
    kind, hub = read.laid("kind"), read.laid("hub")
    rows = times.assign(
        location=plain_array(hub),
        fuel=word_array(kind, RENEWABLE_TYPES),
        publisher_fuel=plain_array(kind),
        generation_mw=read.array("generation"),
    )
    mark_strangers(rows, among(kind, RENEWABLE_TYPES), kind, "renewable type")
    mark_strangers(rows, among(hub, FORECAST_HUBS), hub, "trading hub")
    return rows


def western_renewables_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Day-ahead wind and solar forecasts of the balancing areas in the extended market, issued when the file was made."""
    read = read_report(columns.WESTERN_RENEWABLES, payloads)
    issued = Moments(read["issued"]).utc()
    times = intervals(feed, read).assign(location=read["area"], issued_at=issued)
    frames = [times.assign(fuel=fuel, generation_mw=read[fuel]).frame() for fuel in ("solar", "wind")]
    return finish(feed, pd.concat(frames, ignore_index=True))


def schedules(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Scheduled load, generation, imports and exports by TAC zone and in all."""
    read = read_report(columns.SCHEDULES, payloads)
    by_item = laid(read["item"], SCHEDULE_OF_ITEM)
    shown = read["schedule"].astype("object").where(read["schedule"].notna(), pd.Series(by_item, index=read.index))
    schedule = laid(shown.astype("category"), SCHEDULES)
    rows = intervals(feed, read).assign(location=read["area"], schedule=schedule, scheduled_mw=read["mw"])
    mark_strangers(rows, ~pd.isna(schedule), shown, "schedule")
    return finish(feed, rows)


def reserve_results(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Procured, self-provided and total quantities and their cost, one row a product and region."""
    return _reserves(feed, columns.RESERVE_RESULTS, payloads, "result", RESERVE_RESULTS)


def reserve_requirements(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Least and most quantity of each product by region."""
    return _reserves(feed, columns.RESERVE_REQUIREMENTS, payloads, "bound", RESERVE_BOUNDS)


def _reserves(
    feed: Feed, report: Report, payloads: Sequence[Payload], part: str, parts: dict[str, str]
) -> pd.DataFrame:
    read = read_report(report, payloads)
    number = np.where(read["defect"].notna(), -1, codes_of(read[part], tuple(parts)))
    wide = spread(read, ["region", "product", "start", "end"], number, len(parts))
    rows = _products(feed, read.iloc[wide.leading].reset_index(drop=True))
    rows = rows.assign(**dict(zip(parts.values(), wide.values, strict=True)), lines=wide.lines)
    left = np.flatnonzero(wide.again | (number < 0))
    if left.size:
        rest = _products(feed, read.iloc[left].reset_index(drop=True)).assign(lines=1)
        mark(rest, wide.again[left], REPEATED)
        mark_strangers(rest, np.zeros(left.size, dtype=bool), read[part].iloc[left], part)
        rows = pd.concat([rows.frame(), rest.frame()], ignore_index=True)
    return finish(feed, rows)


def _products(feed: Feed, read: pd.DataFrame) -> Rows:
    product = laid(read["product"], ANCILLARY_PRODUCTS)
    rows = intervals(feed, read).assign(location=read["region"], product=product, publisher_product=read["product"])
    mark_strangers(rows, ~pd.isna(product), read["product"], "ancillary product")
    mark_strangers(rows, among(read["region"], ANCILLARY_REGIONS), read["region"], "ancillary region")
    return rows


def ramp_requirements(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Flexible-ramp requirement (the uncertainty to be covered) by balancing area and direction."""
    read = read_report(columns.RAMP_REQUIREMENTS, payloads)
    product = laid(read["direction"], lambda text: RAMP_PRODUCTS.get(text.upper()))
    rows = intervals(feed, read).assign(
        location=read["area"], product=product, publisher_product=read["direction"], minimum_mw=read["value"]
    )
    mark_strangers(rows, ~pd.isna(product), read["direction"], "ramp direction")
    return finish(feed, rows)


def capacity_awards(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Imbalance-reserve requirements and awards by balancing area."""
    read = read_report(columns.CAPACITY_AWARDS, payloads)
    product = laid(read["product"], CAPACITY_PRODUCTS)
    rows = intervals(feed, read).assign(
        location=read["area"], product=product, publisher_product=read["product"],
        minimum_mw=read["required"], procured_mw=read["awarded"],
    )  # fmt: skip
    mark_strangers(rows, ~pd.isna(product), read["product"], "capacity product")
    return finish(feed, rows)


def _issued(feed: Feed, starts: Moments, run: str) -> np.ndarray:
    """Return the moment of issue of each distinct start: so long before it in real-time runs, else when its day is due."""
    if run in LEAD:
        return starts.distinct - np.timedelta64(LEAD[run])
    days = starts.distinct_days(feed.zone)
    numbers = days.view(np.int64)
    first, last = (int(numbers.min()), int(numbers.max())) if len(numbers) else (UNREADABLE, 0)
    if first != UNREADABLE and last - first < FEW_DAYS:
        return _all_due(feed.publication, first, last, feed.zone)[numbers - first]
    days, place = np.unique(days, return_inverse=True)
    due = [_due(feed.publication, day, feed.zone) if day else None for day in days.tolist()]
    return np.array(due, dtype="datetime64[us]")[place]


@lru_cache(maxsize=1_024)
def _all_due(publication: Publication, first: int, last: int, zone: ZoneInfo) -> np.ndarray:
    """Return when each day of a span is due, naive UTC; answers are of the same days again."""
    days = np.arange(first, last + 1).view("datetime64[D]").tolist()
    return np.array([_due(publication, day, zone) for day in days], dtype="datetime64[us]")


@lru_cache(maxsize=4096)
def _due(publication: Publication, day: date, zone: ZoneInfo) -> datetime:
    """Return when a day is due, naive UTC."""
    return publication.moment(day, zone).replace(tzinfo=None)
