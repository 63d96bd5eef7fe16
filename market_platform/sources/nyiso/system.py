"""NYISO's load, generation and grid: actuals, forecasts, interfaces, constraints."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from market_platform.markets.nyiso import FORECAST_COLUMNS, FUELS, SYSTEM
from market_platform.sources.arrays import Rows
from market_platform.sources.feed import Feed
from market_platform.sources.nyiso import columns
from market_platform.sources.nyiso.rows import FIVE_MINUTES, HOUR, finish, interval_columns, intervals, strangers_named
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_text, plain_array
from market_platform.sources.tabular import read_columns, read_csv


def load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Actual load: five-minute samples, or hourly integrated where the feed says sixty minutes."""
    read = read_columns(payloads, columns.LOAD)
    times = interval_columns(feed, read, length=timedelta(minutes=feed.interval_minutes or 5), series="name")
    return loads(feed, read, times)


def custom_load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Time-weighted hourly load as the custom-report page exports it."""
    read = read_columns(payloads, columns.CUSTOM_LOAD)
    times = interval_columns(feed, read, length=HOUR, series="name", formats=columns.CUSTOM_REPORT_FORMATS)
    return loads(feed, read, times)


def load_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Six days of hourly load forecast, one column a zone; the member's stamp is the moment of issue."""
    read = read_csv(payloads, columns.LOAD_FORECAST)
    times = intervals(feed, read, length=HOUR, series="file")
    times["issued_at"] = _issue_moments(feed, payloads, read["file"], times["interval_start"])
    frames = [times.assign(model="isolf", location=zone, load_mw=read[zone]) for zone in FORECAST_COLUMNS.values()]
    return finish(feed, pd.concat(frames, ignore_index=True))


def fuel_mix(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute generation by fuel: stamps end the interval. The 2016 heading says MWh; the values are MW."""
    read = read_csv(payloads, columns.FUEL_MIX)
    times = intervals(feed, read, length=FIVE_MINUTES, series="fuel", ends=True)
    fuel = as_text(read["fuel"])
    rows = times.assign(location=SYSTEM, fuel=fuel.map(FUELS), publisher_fuel=fuel, generation_mw=read["generation"])
    unknown = rows["fuel"].isna() & rows["defect"].isna()
    rows.loc[unknown, "defect"] = "fuel " + fuel[unknown].astype(str) + " is not in the table of fuels: add it there"
    return finish(feed, rows)


def btm_solar(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Estimated actual output behind the meter, by zone and hour."""
    return finish(feed, _btm_rows(feed, payloads))


def btm_solar_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Forecast output behind the meter, issued 07:55 on the day before (facts: from the public client)."""
    rows = _btm_rows(feed, payloads)
    due = {day: feed.publication.moment(day, feed.zone) for day in rows["market_day"].dropna().unique()}
    return finish(feed, rows.assign(issued_at=rows["market_day"].map(due).astype("datetime64[us, UTC]")))


def _btm_rows(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    read = read_csv(payloads, columns.BTM_SOLAR)
    return intervals(feed, read, length=HOUR, series="name").assign(
        location=as_text(read["name"]), generation_mw=read["generation"]
    )


def interfaces(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Flows and limits of interfaces; -9999 and 9999 stand for no limit."""
    read = read_csv(payloads, columns.INTERFACES)
    rows = intervals(feed, read, length=FIVE_MINUTES, series="name").assign(
        interface=as_text(read["name"]),
        interface_id=as_text(read["point"]),
        flow_mw=read["flow"],
        positive_limit_mw=read["positive_limit"].where(read["positive_limit"].abs() != -columns.NO_LIMIT),
        negative_limit_mw=read["negative_limit"].where(read["negative_limit"].abs() != -columns.NO_LIMIT),
    )
    return finish(feed, rows)


def circulation(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Lake Erie circulation, the flow around the lake that no schedule accounts for."""
    read = read_csv(payloads, columns.CIRCULATION)
    length = timedelta(minutes=feed.interval_minutes or 5)
    rows = intervals(feed, read, length=length, series="file").assign(
        interface="LAKE ERIE CIRCULATION",
        interface_id="",
        flow_mw=read["flow"],
        positive_limit_mw=np.nan,
        negative_limit_mw=np.nan,
    )
    return finish(feed, rows)


def constraints(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Limiting facilities with the contingency they bind under and their cost."""
    read = read_csv(payloads, columns.CONSTRAINTS)
    length = timedelta(minutes=feed.interval_minutes or 5)
    series = read["facility"].astype(str) + "\t" + read["contingency"].astype(str)
    rows = intervals(feed, read.assign(series=series), length=length, series="series").assign(
        constraint_name=as_text(read["facility"]),
        constraint_id=as_text(read["ptid"]),
        contingency=as_text(read["contingency"]).fillna(""),
        shadow_price_usd_per_mwh=read["cost"],
    )
    return finish(feed, rows)


def loads(feed: Feed, read: Rows, times: Rows) -> pd.DataFrame:
    """Lay names and values beside the intervals."""
    names, numbers = plain_array(read.array("name")), plain_array(read.array("ptid"))
    rows = times.assign(location=names, location_id=numbers, load_mw=read.array("load"))
    return finish(feed, rows.assign(defect=strangers_named(times, read)))


def _issue_moments(feed: Feed, payloads: Sequence[Payload], file: pd.Series, starts: pd.Series) -> pd.Series:
    """Take the member's own stamp where the file has one, else the hour at which the first forecast day is due."""
    first = starts.groupby(file).min()
    moments = []
    for position, payload in enumerate(payloads):
        begin = first.get(position)
        if payload.published_at is not None or begin is None or pd.isna(begin):
            moments.append(payload.published_at)
        else:
            moments.append(feed.publication.moment(begin.tz_convert(feed.zone).date(), feed.zone))
    issued = pd.Series(pd.to_datetime(pd.Series(moments, dtype="object"), utc=True)).astype("datetime64[us, UTC]")
    return issued.take(file).set_axis(file.index)
