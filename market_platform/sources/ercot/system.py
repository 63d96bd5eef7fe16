"""ERCOT's load, wind, solar and grid: actuals, forecasts, constraints, figures of the system."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from market_platform.markets.ercot import (
    FORECAST_ZONES,
    SOLAR_REGIONS,
    SYSTEM,
    WEATHER_ZONES,
    WIND_LOAD_ZONES,
    WIND_REGIONS,
)
from market_platform.markets.market_day import utc_from_local
from market_platform.sources.arrays import blank_texts
from market_platform.sources.ercot import system_columns as columns
from market_platform.sources.ercot.hours import (
    DAY_FORMATS,
    FIVE_MINUTES,
    HOUR,
    PLACE,
    QUARTER,
    STAMP_FORMATS,
    hourly,
    hourly_rows,
    moments,
    never,
    quarter_hourly,
    second_run,
    stamped,
)
from market_platform.sources.ercot.reading import read, read_rows
from market_platform.sources.ercot.rows import finish, issued_at, long
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day
from market_platform.sources.tabular import Field

DAY = timedelta(days=1)


def places(zones: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the locations of a wide file, each under its own name."""
    return {location: {"location": location} for location in zones.values()}


def load_by_forecast_zone(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly load by forecast zone, actual or (where the feed keeps the issue) forecast."""
    return _loads(feed, payloads, columns.LOAD_FORECAST_ZONE, FORECAST_ZONES)


def load_by_weather_zone(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly load by weather zone, actual or forecast."""
    return _loads(feed, payloads, columns.LOAD_WEATHER_ZONE, WEATHER_ZONES)


def load_by_model(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Load forecasts of each model by weather zone; ``model`` carries ERCOT's mark of the one in use."""
    return _loads(feed, payloads, columns.LOAD_MODEL, WEATHER_ZONES)


def load_by_study_area(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Load forecasts of each model for study areas."""
    return _loads(feed, payloads, columns.LOAD_STUDY_AREA, {"valley": "VALLEY"})


def _loads(feed: Feed, payloads: Sequence[Payload], fields: Sequence[Field], zones: Mapping[str, str]) -> pd.DataFrame:
    rows = read_rows(payloads, fields)
    times = hourly_rows(feed, rows)
    if "issued_at" in feed.contract.columns:
        times = times.assign(issued_at=issued_at(feed, rows, payloads))
        if "model" in rows:
            times = times.assign(model=rows.array("model"))
    else:
        times = times.assign(location_id=blank_texts(rows.count))
    return finish(feed, long(feed, times, rows, places(zones), "load_mw"))


def load_by_quarter(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hourly load of the whole system; the flag is of the quarter's end, and the last ends at ``24:00`` or ``00:00``."""
    rows = read(payloads, columns.LOAD_QUARTER)
    days = moments(rows["day"], DAY_FORMATS).astype("datetime64[D]")
    clock = rows["end"].astype(str).str.extract(r"^(\d{1,2}):(\d{2})").astype("float64")
    minutes = (clock[0] * 60 + clock[1]).replace(0, 24 * 60)
    local = pd.Series(days).astype("datetime64[us]") + pd.to_timedelta(minutes, unit="min").astype("timedelta64[us]")
    flagged = not rows["flag"].isna().all()
    second = second_run(rows["flag"]) if flagged else np.zeros(len(rows), dtype=bool)
    start = utc_from_local(local.astype("datetime64[us]"), feed.zone, second_pass=second) - QUARTER
    frame = pd.DataFrame({"market_day": as_day(days), "interval_start": start, "interval_end": start + QUARTER})
    frame = frame.assign(**{name: rows[name] for name in PLACE})
    return finish(feed, frame.assign(**feed.constants, location=SYSTEM, location_id=None, load_mw=rows["load"]))


def load_of_year(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Settled load of a year by weather zone: stamps end the hour, ``24:00`` closes a day, ``DST`` marks the repeated hour.

    Older books hold day numbers instead of texts; there the second of two equal stamps is the repeated hour.
    """
    rows = read(payloads, columns.LOAD_YEARLY)
    texts = pd.Series(rows["stamp"].cat.categories.astype(str))
    marked = texts.str.contains("DST")
    bare = texts.str.replace("DST", "").str.strip()
    midnight = bare.str.endswith("24:00")
    kinds = pd.Series(pd.Categorical(bare.str.replace("24:00", "00:00"), ordered=False))
    ends = pd.Series(moments(kinds, STAMP_FORMATS)).dt.round("1min") + pd.to_timedelta(midnight.astype(int), unit="D")
    codes = rows["stamp"].cat.codes.to_numpy()
    local = pd.Series((ends - HOUR).astype("datetime64[us]").to_numpy()[codes])
    second = marked.to_numpy()[codes] | local.duplicated().to_numpy()
    start = utc_from_local(local, feed.zone, second_pass=second)
    # On the spring day the book of 2016 closes the hour before the change with 03:00, that of 2024 with 02:00.
    by_end = utc_from_local((local + HOUR).astype("datetime64[us]"), feed.zone, second_pass=second) - HOUR
    start = start.fillna(by_end)
    frame = pd.DataFrame(
        {"market_day": as_day(local.to_numpy()), "interval_start": start, "interval_end": start + HOUR}
    )
    frame = frame.assign(**{name: rows[name] for name in PLACE}, location_id=None)
    return finish(feed, long(feed, frame, rows, places(WEATHER_ZONES), "load_mw"))


RENEWABLES: dict[str, tuple[Sequence[Field], Mapping[str, str], Sequence[str]]] = {
    "wind_zones": (columns.WIND_ZONES, WIND_LOAD_ZONES, tuple(columns.WIND_MODELS)),
    "wind_geo": (columns.WIND_GEO, WIND_REGIONS, tuple(columns.WIND_MODELS)),
    "solar_system": (columns.SOLAR_SYSTEM, {"systemwide": SYSTEM}, tuple(columns.SOLAR_MODELS)),
    "solar_geo": (columns.SOLAR_GEO, SOLAR_REGIONS, tuple(columns.SOLAR_MODELS)),
}
FIVE_MINUTE_RENEWABLES: dict[str, tuple[Sequence[Field], Mapping[str, str]]] = {
    "wind_zones": (columns.WIND_5MIN, WIND_LOAD_ZONES),
    "wind_geo": (columns.WIND_5MIN_GEO, WIND_REGIONS),
    "solar_system": (columns.SOLAR_5MIN, {"systemwide": SYSTEM}),
    "solar_geo": (columns.SOLAR_5MIN_GEO, SOLAR_REGIONS),
}


def renewables(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly wind or solar: each issue says what was made so far (``GEN``), what plants plan, and two forecasts."""
    fields, regions, models = RENEWABLES[feed.file_part]
    rows = read_rows(payloads, fields)
    times = hourly_rows(feed, rows).assign(issued_at=issued_at(feed, rows, payloads))
    wide = {
        f"{model} {location}": {"model": model, "location": location}
        for location in regions.values()
        for model in models
    }
    return finish(feed, long(feed, times, rows, wide, "generation_mw"))


def renewables_by_model(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly wind forecasts of each model, by region."""
    rows = read(payloads, columns.WIND_MODEL)
    times = hourly(feed, rows).assign(**feed.constants, issued_at=issued_at(feed, rows, payloads))
    return finish(feed, times.assign(model=rows["model"], location=rows["region"], generation_mw=rows["value"]))


def five_minute_renewables(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute averages of wind or solar output; stamps end the interval."""
    fields, regions = FIVE_MINUTE_RENEWABLES[feed.file_part]
    rows = read(payloads, fields)
    times = stamped(feed, rows, FIVE_MINUTES, ends=True)
    return finish(feed, long(feed, times, rows, places(regions), "generation_mw"))


def constraints(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Binding constraints with the contingency they bind under and their shadow price."""
    if feed.constants["market_run"] == "DAM":
        rows = read(payloads, columns.DAM_SHADOW)
        times = hourly(feed, rows)
    else:
        rows = read(payloads, columns.SCED_SHADOW)
        times = stamped(feed, rows, FIVE_MINUTES)
    found = times.assign(
        **feed.constants,
        constraint_name=rows["name"],
        constraint_id=rows["id"],
        contingency=rows["contingency"].astype("object").fillna(""),
        shadow_price_usd_per_mwh=rows["price"],
    )
    return finish(feed, found)


FIGURES: dict[str, tuple[Sequence[Field], Mapping[str, Mapping[str, str]]]] = {
    "dam_lambda": (columns.DAM_LAMBDA, columns.LAMBDA_FIGURES),
    "sced_lambda": (columns.SCED_LAMBDA, columns.LAMBDA_FIGURES),
    "outage_capacity": (columns.OUTAGE_CAPACITY, columns.OUTAGE_FIGURES),
    "adequacy": (columns.ADEQUACY, columns.ADEQUACY_FIGURES),
    "as_capability": (columns.AS_CAPABILITY, columns.CAPABILITY_FIGURES),
    "planned_7day": (columns.PLANNED_7DAY, columns.PLANNED_FIGURES),
    "planned_future": (columns.PLANNED_FUTURE, columns.PLANNED_FIGURES),
}
BY_RUN = ("sced_lambda", "as_capability")
IN_ISSUES = ("outage_capacity", "adequacy", "planned_7day", "planned_future")


def figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Figures of the system, one column each, by hour, by SCED run or by day."""
    fields, names = FIGURES[feed.file_part]
    rows = read(payloads, fields)
    if feed.file_part in BY_RUN:
        times = stamped(feed, rows, FIVE_MINUTES)
    elif feed.file_part == "planned_future":
        times = whole_days(feed, rows)
    else:
        times = hourly(feed, rows)
    times["issued_at"] = issued_at(feed, rows, payloads) if feed.file_part in IN_ISSUES else never(rows)
    return finish(feed, long(feed, times.assign(subject=""), rows, names, "value"))


def net_margin(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Peaker net margin: quarter-hourly in the first days of the nodal market, since then one running total a day."""
    rows = read(payloads, columns.NET_MARGIN)
    times = whole_days(feed, rows) if rows["hour"].isna().all() else quarter_hourly(feed, rows)
    times["issued_at"] = never(rows)
    return finish(feed, long(feed, times.assign(subject=""), rows, columns.NET_MARGIN_FIGURES, "value"))


def whole_days(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Market day, its bounds and place of rows that are of a whole day."""
    days = moments(rows["day"], DAY_FORMATS).astype("datetime64[D]")
    first = pd.Series(days).astype("datetime64[us]")
    never = np.zeros(len(rows), dtype=bool)
    start = utc_from_local(first, feed.zone, second_pass=never)
    end = utc_from_local((first + DAY).astype("datetime64[us]"), feed.zone, second_pass=never)
    frame = pd.DataFrame({"market_day": as_day(days), "interval_start": start, "interval_end": end})
    return frame.assign(**{name: rows[name] for name in PLACE})


def dc_ties(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Approved schedules over the ties to other grids; stamps are GMT and end a quarter hour."""
    rows = read(payloads, columns.DC_TIES)
    ends = pd.Series(moments(rows["stamp"], STAMP_FORMATS)).astype("datetime64[us]").dt.tz_localize("UTC")
    local = (ends - QUARTER).dt.tz_convert(feed.zone).dt.tz_localize(None).to_numpy()
    frame = pd.DataFrame({"market_day": as_day(local), "interval_start": ends - QUARTER, "interval_end": ends})
    frame = frame.assign(**{name: rows[name] for name in PLACE})
    direction = rows["direction"].astype(str).str.strip().str.lower().str[:1].map({"i": "import", "e": "export"})
    return finish(
        feed, frame.assign(**feed.constants, location=rows["tie"], schedule=direction, scheduled_mw=rows["mw"])
    )
