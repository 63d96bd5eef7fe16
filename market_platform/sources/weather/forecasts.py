"""The National Weather Service: gridpoint layers, hourly forecasts and station observations.

Each layer's value holds over ``start/ISO duration``, which may span many hours or days: it is kept as one interval.
Units are written ``wmoUnit:degC``, before ``unit:degC``. ``updateTime`` is the moment of issue.
"""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.feed import Feed, day_in_name
from market_platform.sources.fundamental_rows import each_file, finish, load_json
from market_platform.sources.payload import Payload

MINUTE = pd.Timedelta(minutes=1)
POINTS_SINCE = "2017-01-01"  # a point without any date; the service took up its grid around then (unverified)
WIND = re.compile(r"^(\d+)(?: to (\d+))? (mph|km/h|kt)$")
WIND_UNITS = {"mph": "mph", "km/h": "km_h-1", "kt": "kt"}
PLACE = re.compile(r"^nws_(?:gridpoint|periods)_([a-z0-9_]+?)_\d{8}\.json$")
COLUMNS = ["begin", "end", "element", "value", "unit", "defect"]


def grid(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read every layer of a gridpoint as it is published; layers without values have no rows."""
    return _forecast(feed, payloads, "gridpoint", _grid_rows)


def hourly(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the periods of an hourly or twelve-hour forecast; of a wind range the mean is taken."""
    return _forecast(feed, payloads, "periods", _period_rows)


def observations(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the measured figures of a station's reports, with the publisher's quality mark."""
    return finish(feed, _timed(feed, each_file(payloads, _observation_rows)))


def points(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read which grid point belongs to a place; it stands for the day in the file's name, else the day it was made."""

    def one(payload: Payload) -> pd.DataFrame:
        body = load_json(payload)
        found = body.get("properties", {})
        missing = {"gridId", "gridX", "gridY", "forecastHourly", "forecastGridData"} - set(found)
        if missing:
            raise SchemaChanged(f"{payload.name}: the point lacks {sorted(missing)}; map it")
        begin = pd.Timestamp(day_in_name(payload) or payload.published_at or POINTS_SINCE)
        begin = begin.tz_localize("UTC") if begin.tzinfo is None else begin.tz_convert("UTC").normalize()
        return pd.DataFrame(
            {
                "begin": [begin], "end": begin + pd.Timedelta(days=1),
                "location": str(body.get("id", "")).rpartition("/")[2] or payload.base_name,
                "grid_id": found["gridId"], "grid_x": int(found["gridX"]), "grid_y": int(found["gridY"]),
                "forecast_url": found["forecastHourly"], "grid_url": found["forecastGridData"],
                "time_zone": found.get("timeZone"),
            }
        )  # fmt: skip

    return finish(feed, _timed(feed, each_file(payloads, one)))


def _forecast(feed: Feed, payloads: Sequence[Payload], model: str, read: Any) -> pd.DataFrame:  # noqa: ANN401
    def one(payload: Payload) -> pd.DataFrame:
        properties = load_json(payload).get("properties", {})
        issued = properties.get("updateTime") or properties.get("updated")
        if issued is None:
            raise SchemaChanged(f"{payload.name}: no updateTime says when the forecast was issued")
        rows = pd.DataFrame(read(properties), columns=COLUMNS)
        grid_id = properties.get("gridId")
        named = PLACE.search(payload.base_name)
        place = f"{grid_id}/{properties['gridX']},{properties['gridY']}" if grid_id else payload.base_name
        place = named[1] if named else place
        return rows.assign(location=place, issued_at=pd.Timestamp(issued), model=model)

    return finish(feed, _timed(feed, each_file(payloads, one)))


def _timed(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    start, end = (pd.to_datetime(rows[name], utc=True).astype("datetime64[us, UTC]") for name in ("begin", "end"))
    local = start.dt.tz_convert(feed.zone).dt.tz_localize(None).dt.normalize()
    return rows.assign(interval_start=start, interval_end=end, market_day=local)


def _grid_rows(properties: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for layer, content in properties.items():
        if not isinstance(content, dict) or not isinstance(content.get("values"), list):
            continue
        unit = _unit(content.get("uom"))
        for point in content["values"]:
            start, _, length = point["validTime"].partition("/")
            begin = pd.Timestamp(start)
            value = point["value"] if not isinstance(point["value"], list) else None
            if value is None and isinstance(point["value"], list):
                continue  # weather and hazards are words, not figures
            rows.append((begin, begin + pd.Timedelta(length), layer, value, unit, None))
    return rows


def _period_rows(properties: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for period in properties.get("periods", []):
        begin, end = pd.Timestamp(period["startTime"]), pd.Timestamp(period["endTime"])
        warmth = period["temperature"]
        if isinstance(warmth, dict):
            rows.append((begin, end, "temperature", warmth.get("value"), _unit(warmth.get("unitCode")), None))
        else:
            rows.append((begin, end, "temperature", warmth, f"deg{period['temperatureUnit']}", None))
        rows.append((begin, end, "wind_speed", *_wind(period.get("windSpeed"))))
        rows += [
            (begin, end, name, period[name].get("value"), _unit(period[name].get("unitCode")), None)
            for name in ("probabilityOfPrecipitation", "dewpoint", "relativeHumidity")
            if isinstance(period.get(name), dict)
        ]
    return rows


def _wind(told: Any) -> tuple[float | None, str, str | None]:  # noqa: ANN401
    """Return speed, unit and defect of a wind that is a text or, where the caller asks for it, a figure with its unit."""
    if isinstance(told, dict):
        speeds = [told[name] for name in ("value", "minValue", "maxValue") if told.get(name) is not None]
        unit = _unit(told.get("unitCode"))
    else:
        wind = WIND.match(str(told))
        speeds = [float(speed) for speed in wind.groups()[:2] if speed] if wind else []
        unit = WIND_UNITS[wind[3]] if wind else "mph"
    if not speeds:
        return None, unit, f"windSpeed = {told!r} is no speed in mph, km/h or kt"
    return sum(speeds) / len(speeds), unit, None


def _observation_rows(payload: Payload) -> pd.DataFrame:
    rows = []
    body = load_json(payload)
    for feature in body.get("features", [body]):  # the latest report comes alone
        properties = feature.get("properties", {})
        if not {"timestamp", "station"} <= set(properties):
            raise SchemaChanged(f"{payload.name}: a report names no timestamp or station; map it and replay")
        begin = pd.Timestamp(properties["timestamp"])
        station = str(properties["station"]).rsplit("/", 1)[-1]
        for name, content in properties.items():
            if isinstance(content, dict) and "unitCode" in content and "qualityControl" in content:
                rows.append(
                    {
                        "begin": begin, "end": begin + MINUTE, "station": station, "element": name, "report": "METAR",
                        "value": content.get("value"), "unit": _unit(content["unitCode"]),
                        "quality": content["qualityControl"],
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _unit(code: str | None) -> str:
    return (code or "1").removeprefix("wmoUnit:").removeprefix("unit:")
