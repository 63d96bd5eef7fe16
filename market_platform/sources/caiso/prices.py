"""CAISO's prices: LMP with its components, ancillary and capacity products, fuel, allowances, corrections."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from market_platform.markets.caiso import (
    ANCILLARY_PRODUCT_OF_ITEM,
    ANCILLARY_PRODUCTS,
    ANCILLARY_REGIONS,
    CAPACITY_PRODUCTS,
    COMPONENT_OF_ITEM,
    MARKET_RUNS,
    PRICE_COMPONENTS,
    location_type,
)
from market_platform.markets.market_day import day_bounds
from market_platform.sources.arrays import Rows
from market_platform.sources.caiso import columns
from market_platform.sources.caiso.components import codes_of, numbered, spread
from market_platform.sources.caiso.oasis import intervals, read_report, report_columns
from market_platform.sources.caiso.rows import (
    PLACE,
    REPEATED,
    among,
    finish,
    laid,
    mark,
    mark_repeats,
    mark_strangers,
    word_array,
)
from market_platform.sources.feed import Feed
from market_platform.sources.laying import taken
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import LocalStamps, as_day, as_text

COMPONENTS = tuple(PRICE_COMPONENTS)
_type_of = lru_cache(maxsize=2**16)(location_type)  # a day's answers name the same nodes again and again
# MGHG came later than the other parts: reports made before 2021 do not have it (facts).
PARTS = tuple(COMPONENTS.index(name) for name in ("MCE", "MCC", "MCL"))
LOCAL_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%Y-%m-%d",
    "%m/%d/%Y",
)
NO_CORRECTION = "No records found for report."
INTERVALS_PER_HOUR = {"RTPD": 4, "FMM": 4, "HASP": 4, "RTD": 12, "RTM": 12}


def lmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by node, hub or load point: one row a location and interval, from one published row a component.

    The column that holds $/MWh is headed MW, PRC or VALUE, by report and version.
    """
    return _components(feed, report_columns(columns.LMP, payloads), ["node"], _node)


def tie_lmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP of a scheduling point over a tie; the pair is the location."""
    return _components(feed, report_columns(columns.TIE_LMP, payloads), ["node", "tie"], _tie)


def _node(part: Rows) -> dict[str, Any]:
    node = part.array("node")
    return {"location": node, "location_id": node, "location_type": word_array(node, _type_of)}


def _tie(part: Rows) -> dict[str, Any]:
    pair = as_text(part["node"]) + " " + as_text(part["tie"])
    return {"location": pair, "location_id": part["node"], "location_type": "tie"}


def _components(feed: Feed, read: Rows, keys: list[str], place: Callable[[Rows], dict[str, Any]]) -> pd.DataFrame:
    component = _component(read)
    wide = spread(read, [*keys, "start", "end"], component, len(COMPONENTS))
    part = taken(read, [*keys, "start", "end", "day", *PLACE], wide.leading)
    prices = dict(zip(PRICE_COMPONENTS.values(), wide.values, strict=True))
    rows = intervals(feed, part).assign(**place(part), **prices, lines=wide.lines)
    _mark_partial(rows, wide.present)
    left = np.flatnonzero(wide.again | (component < 0))
    if left.size:
        part = taken(read, list(read), left)
        rest = intervals(feed, part).assign(**place(part), lmp_usd_per_mwh=part["value"], lines=1)
        mark(rest, wide.again[left], REPEATED)
        shown = part["component"].astype("object").fillna(part["item"].astype("object"))
        mark_strangers(rest, np.zeros(left.size, dtype=bool), shown, "component")
        return finish(feed, pd.concat([rows.frame(), rest.frame()], ignore_index=True))
    return finish(feed, rows)


def _component(read: Rows) -> np.ndarray:
    """Return the number of each row's component; rows that could not be read belong to none."""
    component = codes_of(read.laid("component"), COMPONENTS)
    if component.min(initial=0) < 0:
        by_item = numbered(
            read.laid("item"), {item: COMPONENTS.index(name) for item, name in COMPONENT_OF_ITEM.items()}
        )
        component = np.where(component >= 0, component, by_item)
    if read.is_made_later("defect"):  # where a reading finds any it makes them at once
        return component
    defect = ~read.array("defect").isna()
    return np.where(defect, -1, component) if defect.any() else component


def _mark_partial(rows: Rows, present: np.ndarray) -> None:
    """Mark prices of which the file holds only some of the parts; a price without any of its parts is whole."""
    if present.all():
        return
    some = present[list(PARTS)].any(axis=0)
    every = present[list(PARTS)].all(axis=0)
    mark(rows, ~present[0], "parts of a price without the price itself (LMP): import the group's files together")
    mark(rows, present[0] & some & ~every, "a price with some of its parts (MCE, MCC, MCL) missing in the file")


def ancillary(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Ancillary clearing prices by region and product; regional prices add up along the nest of regions."""
    read = read_report(columns.ANCILLARY, payloads)
    by_item = laid(read["item"], ANCILLARY_PRODUCT_OF_ITEM)
    shown = (
        as_text(read["product"]).astype("object").where(read["product"].notna(), pd.Series(by_item, index=read.index))
    )
    shown = shown.astype("category")
    product = laid(shown, ANCILLARY_PRODUCTS)
    rows = intervals(feed, read).assign(
        location=read["region"], location_id=read["region"], product=product,
        publisher_product=shown, price_usd_per_mw=read["value"],
    )  # fmt: skip
    mark_strangers(rows, ~pd.isna(product), read["product"], "ancillary product")
    mark_strangers(rows, among(read["region"], ANCILLARY_REGIONS), read["region"], "ancillary region")
    mark_repeats(rows, feed)
    return finish(feed, rows)


def capacity_products(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Nodal prices of imbalance reserve and reliability capacity of the day-ahead run."""
    read = read_report(columns.CAPACITY_PRICES, payloads)
    product = laid(read["product"], CAPACITY_PRODUCTS)
    rows = intervals(feed, read).assign(
        location=read["node"], location_id=read["node"], product=product,
        publisher_product=read["product"], price_usd_per_mw=read["price"],
    )  # fmt: skip
    mark_strangers(rows, ~pd.isna(product), read["product"], "capacity product")
    return finish(feed, rows)


def rights_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read clearing prices of congestion revenue rights by node, class of hours and term."""
    read = read_report(columns.RIGHTS_PRICES, payloads)
    same = {name: as_text(read[name]) for name in ("auction", "term", "time_of_use", "item")}
    rows = intervals(feed, read).assign(**same, location=read["node"], clearing_price_usd_per_mw=read["price"])
    mark_repeats(rows, feed)
    return finish(feed, rows)


def fuel_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Gas price indices by fuel region and hour."""
    read = read_report(columns.FUEL_PRICES, payloads)
    rows = intervals(feed, read).assign(location=read["region"], price_usd_per_mmbtu=read["price"])
    mark_repeats(rows, feed)
    return finish(feed, rows)


def allowance_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Greenhouse-gas allowance price index by day."""
    read = read_report(columns.ALLOWANCE_PRICES, payloads)
    return finish(feed, intervals(feed, read).assign(price_usd_per_tonne=read["price"]))


def corrections(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Corrected intervals of a trade date; a market without corrections has one row that says so, for the whole day.

    Hours end at their number; the repeated hour of autumn is 25 and follows hour 2, as everywhere in OASIS.
    """
    read = read_report(columns.CORRECTIONS, payloads)
    days = LocalStamps(read["day"], LOCAL_FORMATS).naive()
    start, end = _corrected_interval(feed, read, days)
    none = (read["reason"] == NO_CORRECTION).to_numpy()
    bounds = {day: day_bounds(day.date(), feed.zone) for day in days[none].dropna().unique()}
    for day, (begin, close) in bounds.items():
        start[none & (days == day).to_numpy()] = begin
        end[none & (days == day).to_numpy()] = close
    issued = LocalStamps(read["issued"], LOCAL_FORMATS).utc(feed.zone, second_pass=np.zeros(len(read), dtype=bool))
    rows = pd.DataFrame(
        {"market_day": as_day(days.to_numpy()), "interval_start": start, "interval_end": end, "issued_at": issued}
    ).assign(
        market_run=laid(read["run"], MARKET_RUNS), location=read["area"].astype("object").fillna(""),
        method=read["method"], energy_type=read["energy_type"], reason=read["reason"], correction_count=read["count"],
        **{name: read[name] for name in PLACE},
    )  # fmt: skip
    mark_strangers(rows, rows["market_run"].notna().to_numpy(), read["run"], "market run")
    return finish(feed, rows)


def _corrected_interval(feed: Feed, read: pd.DataFrame, days: pd.Series) -> tuple[pd.Series, pd.Series]:
    hour = pd.to_numeric(as_text(read["hour"]), errors="coerce").to_numpy(dtype="float64")
    part = pd.to_numeric(as_text(read["interval"]), errors="coerce").fillna(0).to_numpy(dtype="float64")
    midnights = {day: day_bounds(day.date(), feed.zone)[0] for day in days.dropna().unique()}
    begin = pd.to_datetime(days.map(midnights), utc=True).astype("datetime64[us, UTC]")
    elapsed = np.array([hours_elapsed(feed, day, number) for day, number in zip(days, hour, strict=True)])
    parts = laid(read["run"], lambda run: INTERVALS_PER_HOUR.get(run, 1)).astype("float64")
    split = (part > 0) & (parts > 1)
    start_hours = elapsed + np.where(split, (part - 1) / parts, 0.0)
    length = np.where(split, 1.0 / parts, 1.0)
    start = begin + pd.to_timedelta(np.round(start_hours * 3600), unit="s")
    return start.astype("datetime64[us, UTC]"), (start + pd.to_timedelta(length, unit="h")).astype(
        "datetime64[us, UTC]"
    )


def hours_elapsed(feed: Feed, day: pd.Timestamp, hour_ending: float) -> float:
    """Return how many hours of a market day have gone when OASIS' hour of that number begins; NaN for none such."""
    if pd.isna(day) or np.isnan(hour_ending):
        return float("nan")
    start, end = day_bounds(day.date(), feed.zone)
    hours = round((end - start) / timedelta(hours=1))
    number = int(hour_ending)
    if hours == 25:
        return {25: 2.0}.get(number, float(number - 1 if number <= 2 else number))
    if hours == 23:
        return float("nan") if number == 3 else float(number - 1 if number < 3 else number - 2)
    return float(number - 1)
