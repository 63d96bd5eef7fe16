"""Open-Meteo: columns of hourly values in UTC, of a forecast or of the reanalysis behind it.

Radiation is the mean, rain the sum of the hour before its stamp, everything else the value at the stamp, which stands here for the
hour that begins there. A forecast's answer bears no moment of issue: the server's own stamp is taken, else the day in
the file's name. Format and these rules are secondary (facts); a body of another zone than UTC is refused.
"""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.feed import Feed, day_in_name
from market_platform.sources.fundamental_rows import each_file, finish, load_json
from market_platform.sources.payload import Payload

HOUR = pd.Timedelta(hours=1)
ELEMENTS = {
    "temperature_2m": "temperature",
    "wind_speed_10m": "wind_speed",
    "wind_speed_100m": "wind_speed_100m",
    "shortwave_radiation": "irradiance",
    "direct_normal_irradiance": "direct_normal_irradiance",
    "diffuse_radiation": "diffuse_irradiance",
    "cloud_cover": "cloud_cover",
    "windspeed_10m": "wind_speed",  # names of before 2023
    "windspeed_100m": "wind_speed_100m",
    "cloudcover": "cloud_cover",
    "dewpoint_2m": "dew_point",
    "dew_point_2m": "dew_point",
    "relativehumidity_2m": "relative_humidity",
    "relative_humidity_2m": "relative_humidity",
    **{name: name for name in (
        "apparent_temperature", "precipitation_probability", "weather_code", "surface_pressure", "pressure_msl", "visibility",
        "wind_direction_10m", "wind_gusts_10m", "wind_speed_80m", "wind_speed_120m", "cloud_cover_low", "cloud_cover_mid",
        "cloud_cover_high", "direct_radiation", "global_tilted_irradiance", "terrestrial_radiation", "precipitation", "rain",
        "showers", "snowfall",
    )},
}  # fmt: skip
# What is a mean or a sum of the hour before its stamp.
MEANS = {
    "irradiance", "direct_normal_irradiance", "diffuse_irradiance", "direct_radiation", "global_tilted_irradiance",
    "terrestrial_radiation", "precipitation", "rain", "showers", "snowfall",
}  # fmt: skip
UNITS = {"°C": "degC", "°F": "degF", "m/s": "m_s-1", "km/h": "km_h-1", "W/m²": "W_m-2", "%": "percent"}
PLACE = re.compile(r"open_meteo_([a-z0-9_]+?)_\d{8}")


def forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the hours of forecasts, the model's own past days included."""

    def one(payload: Payload) -> pd.DataFrame:
        issued = payload.published_at or day_in_name(payload)
        if issued is None:
            raise UnreadablePayload(
                f"{payload.name}: nothing says when the forecast was made; name the file open_meteo_<place>_YYYYMMDD.json"
            )
        rows = _hours(payload)
        return rows.assign(location=rows.pop("place"), issued_at=_utc(issued), model="open_meteo")

    return finish(feed, _dated(feed, each_file(payloads, one)))


def history(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the hours of the reanalysis; an hour that it has not reached yet is no row."""

    def one(payload: Payload) -> pd.DataFrame:
        rows = _hours(payload)
        return rows.assign(station=rows.pop("place"), report="reanalysis", quality=None)[rows["value"].notna()]

    return finish(feed, _dated(feed, each_file(payloads, one)))


def _hours(payload: Payload) -> pd.DataFrame:
    body = load_json(payload)
    hourly, units = body.get("hourly"), body.get("hourly_units", {})
    if not isinstance(hourly, dict) or "time" not in hourly:
        raise SchemaChanged(f"{payload.name}: there is no table 'hourly' with times; map it")
    if body.get("utc_offset_seconds", 0) != 0:
        raise UnreadablePayload(f"{payload.name}: times of {body.get('timezone')}; ask with timezone=GMT")
    stamps = pd.to_datetime(pd.Series(hourly["time"]), format="ISO8601", utc=True)
    found = PLACE.search(payload.base_name)
    place = found[1] if found else f"{body.get('latitude')},{body.get('longitude')}"
    frames = [_column(payload, name, values, stamps, units) for name, values in hourly.items() if name != "time"]
    return pd.concat(frames, ignore_index=True).assign(place=place)


def _column(payload: Payload, name: str, values: list[Any], stamps: pd.Series, units: dict[str, str]) -> pd.DataFrame:
    if name not in ELEMENTS:
        raise SchemaChanged(f"{payload.name}: the column {name} is not mapped")
    if len(values) != len(stamps):
        raise SchemaChanged(f"{payload.name}: {name} has {len(values)} values for {len(stamps)} hours; fetch it again")
    element, unit = ELEMENTS[name], UNITS.get(units.get(name, ""), units.get(name, ""))
    begin = stamps - HOUR if element in MEANS else stamps
    value = pd.Series(values, dtype="float64") + 0.0  # -0 occurs
    return pd.DataFrame(
        {"interval_start": begin, "interval_end": begin + HOUR, "element": element, "value": value, "unit": unit}
    )


def _dated(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    local = rows["interval_start"].dt.tz_convert(feed.zone).dt.tz_localize(None).dt.normalize()
    return rows.assign(market_day=local)


def _utc(moment: Any) -> pd.Timestamp:  # noqa: ANN401
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
