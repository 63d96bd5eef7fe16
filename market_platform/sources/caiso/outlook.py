"""CAISO's outlook files: one local day of five-minute samples, the day in the file's name and the minute in the file.

Facts: a file runs from 00:00 to a closing 00:00 that is the next day's first sample; on the spring day the hour that
does not exist is there with blank values; the running day's file has blank values for what is still to come.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.markets.caiso import CO2_SOURCES, FUELS, STORAGE, SYSTEM
from market_platform.markets.market_day import second_pass_by_order, utc_from_local
from market_platform.sources.caiso.rows import PLACE, finish, mark
from market_platform.sources.feed import Feed, day_in_name
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import LocalStamps, as_day
from market_platform.sources.tabular import Field, label, number, passed, read_csv

STEP = timedelta(minutes=5)
STAMP = label("stamp", "Time")
FUEL_NAMES = ("Solar", "Wind", "Geothermal", "Biomass", "Biogas", "Small hydro", "Coal", "Nuclear", "Natural Gas",
              "Large Hydro", "Batteries", "Imports", "Other")  # fmt: skip
YOUNG_FUELS = ("Batteries", "Other")
FUEL_MIX = (
    STAMP,
    *(number(name, name, name.title(), name.capitalize(), optional=name in YOUNG_FUELS) for name in FUEL_NAMES),
)
STORAGE_COLUMNS = (STAMP, *(number(name, name) for name in STORAGE))
CO2_COLUMNS = (STAMP, *(number(name, name, optional=name == "Geothermal CO2") for name in CO2_SOURCES))
DEMAND = (
    STAMP,
    number("day_ahead", "Day ahead forecast", "Day-ahead forecast", optional=True),
    number("hour_ahead", "Hour ahead forecast", "Hour-ahead forecast", optional=True),
    number("load", "Current demand"),
    number("response", "Demand response", optional=True),
    passed("Net demand"),
    passed("Net demand forecast"),
)
ADEQUACY = (
    STAMP,
    number("demand_mw", "Demand"),
    number("net_demand_mw", "Net Demand"),
    number("demand_forecast_mw", "Day-ahead demand forecast"),
    number("net_demand_forecast_mw", "Day-ahead net demand forecast"),
    number("capacity_forecast_mw", "Resource adequacy capacity forecast"),
    number("net_capacity_forecast_mw", "Net resource adequacy capacity forecast"),
    number("reserve_requirement_mw", "Reserve requirement"),
    number("reserve_requirement_forecast_mw", "Reserve requirement forecast"),
    number("capacity_credits_mw", "Resource adequacy credits"),
)
MEASURED: dict[str, tuple[Field, ...]] = {
    "fuelsource": FUEL_MIX,
    "storage": STORAGE_COLUMNS,
    "co2": CO2_COLUMNS,
    "demand": DEMAND,
    "rtm_forecast_7day": ADEQUACY,
}
ADEQUACY_FORMATS = ("%m/%d/%Y %H:%M",)
FORECASTS = {"day_ahead": "Day ahead forecast", "hour_ahead": "Hour ahead forecast"}


def fuel_mix(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generation by fuel; batteries are negative while they charge, imports while they are exports."""
    columns = {name: {"fuel": FUELS[name.lower()], "publisher_fuel": name} for name in FUEL_NAMES}
    return _long(feed, payloads, FUEL_MIX, columns, "generation_mw")


def storage(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Output of batteries in all, stand-alone and hybrid; negative while they charge."""
    columns = {name: {"fuel": "storage", "publisher_fuel": name} for name in STORAGE}
    return _long(feed, payloads, STORAGE_COLUMNS, columns, "generation_mw")


def emissions(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Emission rate by source, metric tons of CO2 an hour."""
    columns = {name: {"source": source, "publisher_source": name} for name, source in CO2_SOURCES.items()}
    return _long(feed, payloads, CO2_COLUMNS, columns, "co2_tonnes_per_hour")


def demand(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute load."""
    return _long(feed, payloads, DEMAND, {"load": {}}, "load_mw")


def demand_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Forecasts that the outlook shows beside the load: the day-ahead one by hours, the hour-ahead one by quarters."""
    rows = _long(feed, payloads, DEMAND, {name: {"model": text} for name, text in FORECASTS.items()}, "load_mw")
    return rows.assign(issued_at=_due(feed, rows["market_day"]))


def demand_response(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Demand response that the control room called on; blank where none is shown."""
    return _long(feed, payloads, DEMAND, {"response": {}}, "demand_response_mw", witness="load")


def adequacy(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Seven days of demand and resource-adequacy capacity, issued on the day of the file; stamps end the interval."""
    read = read_csv(payloads, ADEQUACY)
    stamps = LocalStamps(read["stamp"], ADEQUACY_FORMATS)
    end = stamps.utc(feed.zone, series_of_row=read["file"])
    day = {position: _issue_day(payload, stamps, read["file"], position) for position, payload in enumerate(payloads)}
    issued = {n: datetime.combine(day[n], time(), tzinfo=feed.zone).astimezone(UTC) for n in day}
    rows = pd.DataFrame(
        {
            "market_day": stamps.market_day(ends=True),
            "interval_start": end - STEP,
            "interval_end": end,
            "issued_at": pd.to_datetime(read["file"].map(issued), utc=True),
        }
    )
    names = [spec.name for spec in ADEQUACY if spec is not STAMP]
    rows = rows.assign(**{name: read[name] for name in (*names, *PLACE)})
    mark_skipped(rows, end.isna().to_numpy(), read[names].isna().all(axis=1).to_numpy())
    return finish(feed, rows)


def _issue_day(payload: Payload, stamps: LocalStamps, file: pd.Series, position: int) -> date:
    day = day_in_name(payload)
    if day is not None:
        return day
    first = stamps.naive()[file == position].min()
    if pd.isna(first):
        raise UnreadablePayload(f"{payload.name}: nothing says of which day the file is; put YYYYMMDD in its name")
    return first.date()


def _long(
    feed: Feed,
    payloads: Sequence[Payload],
    fields: tuple[Field, ...],
    columns: Mapping[str, Mapping[str, str]],
    value: str,
    witness: str | None = None,
) -> pd.DataFrame:
    """Return one row a time and column.

    A line without a value (in ``witness``, else in all columns) becomes one row, named, instead of one a column; the
    lines at the end of a running day's file that wait for their values become one row together.
    """
    read = read_csv(payloads, fields)
    times = _times(feed, read, payloads)
    names = list(columns)
    blank = read[[witness] if witness else names].isna().all(axis=1).to_numpy() & read["defect"].isna().to_numpy()
    waiting, kept = _waiting(read, blank)
    mark(times, waiting, f"no value yet from this line on to the end of the file ({waiting.sum()} lines)")
    mark(times, blank, "no value, as in an hour that the clock skips")
    read, times = read[kept].reset_index(drop=True), times[kept].reset_index(drop=True)
    alone = times["defect"].notna().to_numpy()
    frames = [times[~alone].assign(**words, **{value: read[name][~alone]}) for name, words in columns.items()]
    first = names[0]
    frames.append(times[alone].assign(**columns[first], **{value: read[first][alone]}))
    rows = pd.concat(frames, ignore_index=True)
    return finish(feed, rows.assign(location=feed.constants.get("location", SYSTEM)))


def _waiting(read: pd.DataFrame, blank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the blank lines that close each file, and the lines to keep: all others and the first of those."""
    filled_below = pd.Series(~blank)[::-1].groupby(read["file"][::-1].to_numpy()).cumsum()[::-1].to_numpy()
    waiting = filled_below == 0
    follows = waiting & (pd.Series(waiting).groupby(read["file"].to_numpy()).cumsum().to_numpy() > 1)
    return waiting, ~follows


def _times(feed: Feed, read: pd.DataFrame, payloads: Sequence[Payload]) -> pd.DataFrame:
    days = []
    for payload in payloads:
        day = day_in_name(payload)
        if day is None:
            raise UnreadablePayload(f"{payload.name}: the file does not say its day; put YYYYMMDD in its name")
        days.append(np.datetime64(day, "D"))
    day_of_row = pd.Series(np.array(days, dtype="datetime64[D]")[read["file"].to_numpy()])
    minute = LocalStamps(read["stamp"], ("%H:%M",)).naive()
    naive = day_of_row.astype("datetime64[us]") + (minute - minute.dt.normalize())
    second = second_pass_by_order(naive, read["file"], feed.zone)
    start = utc_from_local(naive, feed.zone, second_pass=second)
    frame = pd.DataFrame(
        {"market_day": as_day(day_of_row.to_numpy()), "interval_start": start, "interval_end": start + STEP}
    ).assign(**{name: read[name] for name in PLACE})
    last = read.groupby("file").cumcount(ascending=False).to_numpy() == 0
    midnight = (naive == naive.dt.normalize()).to_numpy()
    first = read.groupby("file").cumcount().to_numpy() == 0
    mark(frame, last & midnight & ~first, "the closing 00:00 is the next day's first sample and stands in its own file")
    mark_skipped(frame, start.isna().to_numpy(), naive.notna().to_numpy())
    return frame


def mark_skipped(rows: pd.DataFrame, no_moment: np.ndarray, readable: np.ndarray) -> None:
    """Name rows whose local time does not exist on their day."""
    mark(rows, no_moment & readable, "the clock skips this time on that day")


def _due(feed: Feed, days: pd.Series) -> pd.Series:
    due = {day: feed.publication.moment(day, feed.zone) for day in days.dropna().unique()}
    return pd.to_datetime(days.map(due), utc=True).astype("datetime64[us, UTC]")
