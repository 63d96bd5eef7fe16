"""Simulated weather services: the Weather Service's grid and stations, CPC's degree days, GHCN's files, Open-Meteo.

All of them tell the weather of the small world's zone nearest to what was asked for, in their own formats.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import numpy as np
import pandas as pd

from market_platform.sandbox.world import World
from market_platform.sandbox.world.clock import moments
from market_platform.sandbox.world.gas_views import day_number
from market_platform.sandbox.world.noise import smooth, stream
from market_platform.sandbox.world.tables import read_table
from market_platform.sandbox.world.weather import Weather, weather
from market_platform.sources.weather.places import Place, places

# Census divisions: a point in the middle, share of gas customers and of people. Invented to the percent.
DIVISIONS = {
    "1": (42.3, -71.8, 0.05, 0.05), "2": (40.8, -75.5, 0.14, 0.13), "3": (41.3, -85.5, 0.21, 0.14),
    "4": (42.5, -95.0, 0.09, 0.06), "5": (35.0, -80.5, 0.15, 0.20), "6": (34.5, -87.0, 0.06, 0.06),
    "7": (31.5, -96.5, 0.11, 0.13), "8": (38.5, -109.0, 0.09, 0.08), "9": (37.5, -120.5, 0.10, 0.15),
}  # fmt: skip
CPC_FILES = {"UtilityGas.Heating": ("Heating", "Utility Gas", 2), "Population.Heating": ("Heating", "Population", 3),
             "Population.Cooling": ("Cooling", "Population", 3)}  # fmt: skip
CPC_LAG = timedelta(days=2)
REANALYSIS_LAG_DAYS = 5
GHCN_MONTHS = 3


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the service would at ``now``."""
    return BY_HOST[request.url.host](world, request, now)


def _nws(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    parts = request.url.path.strip("/").split("/")
    base = "https://api.weather.gov/gridpoints/SIM/{}"
    if parts[0] == "points":
        number = list(places()).index(_nearest(*map(float, parts[1].split(","))).key)
        address = base.format(f"{number},0")
        names = {"gridId": "SIM", "gridX": number, "gridY": 0, "forecastGridData": address}
        return _json({"id": str(request.url), "properties": {**names, "forecastHourly": f"{address}/forecast/hourly"}})
    if parts[0] == "gridpoints":
        place = list(places().values())[int(parts[2].split(",")[0])]
        return _json(_hourly_periods(world, place, now) if "forecast" in parts else _grid(world, place, now))
    if parts[0] == "stations" and len(parts) == 3:
        found = next((one for one in places().values() if one.station == parts[1]), None)
        return httpx.Response(404) if found is None else _json(_reports(world, found, request.url.params, now))
    return httpx.Response(404)


def _grid(world: World, place: Place, now: datetime) -> dict[str, Any]:
    """Write raw layers; two hours of like wind come as one value of two hours."""
    start, sky = _ahead(world, place, now, 156)
    temperature = [_layer(start, step, 1, value) for step, value in enumerate(np.round(sky.temperature_c[0], 2))]
    wind = [
        _layer(start, step, 2, value)
        for step, value in enumerate(np.round(sky.wind_m_per_s[0] * 3.6, 2))
        if not step % 2
    ]
    cover = [_layer(start, step, 1, value) for step, value in enumerate(np.round(100 * (1 - sky.clearness[0])))]
    address = f"https://api.weather.gov/gridpoints/SIM/{list(places()).index(place.key)},0"
    properties = {
        "@id": address, "updateTime": f"{start:%Y-%m-%dT%H:%M:%S+00:00}", "validTimes": f"{start:%Y-%m-%dT%H:00:00+00:00}/P6DT12H",
        "gridId": "SIM", "gridX": str(list(places()).index(place.key)), "gridY": "0",
        "temperature": {"uom": "wmoUnit:degC", "values": temperature},
        "windSpeed": {"uom": "wmoUnit:km_h-1", "values": wind},
        "skyCover": {"uom": "wmoUnit:percent", "values": cover},
    }  # fmt: skip
    return {"id": address, "type": "Feature", "properties": properties}


def _layer(start: datetime, step: int, hours: int, value: float) -> dict[str, Any]:
    return {"validTime": f"{start + timedelta(hours=step):%Y-%m-%dT%H:%M:%S+00:00}/PT{hours}H", "value": float(value)}


def _hourly_periods(world: World, place: Place, now: datetime) -> dict[str, Any]:
    start, sky = _ahead(world, place, now, 156)
    periods = []
    rain = [round(40 * (1 - float(clear))) for clear in sky.clearness[0]]
    for step in range(len(rain)):
        begin = start + timedelta(hours=step)
        periods.append(
            {
                "number": step + 1, "startTime": f"{begin:%Y-%m-%dT%H:%M:%S+00:00}",
                "endTime": f"{begin + timedelta(hours=1):%Y-%m-%dT%H:%M:%S+00:00}",
                "isDaytime": bool(sky.clear_sky_w_per_m2[0, step] > 0),
                "temperature": round(float(sky.temperature_c[0, step]) * 1.8 + 32), "temperatureUnit": "F",
                "probabilityOfPrecipitation": {"unitCode": "wmoUnit:percent", "value": rain[step]},
                "windSpeed": f"{round(float(sky.wind_m_per_s[0, step]) * 2.237)} mph", "windDirection": "W",
                "shortForecast": "Simulated",
            }
        )  # fmt: skip
    issued = f"{start:%Y-%m-%dT%H:%M:%S+00:00}"
    context = ["https://geojson.org/geojson-ld/geojson-context.jsonld", {"wx": "https://api.weather.gov/ontology#"}]
    return {"@context": context, "properties": {"updateTime": issued, "generatedAt": issued, "periods": periods}}


def _reports(world: World, place: Place, asked: httpx.QueryParams, now: datetime) -> dict[str, Any]:
    first, last = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
    stamps = [first + timedelta(hours=step, minutes=53) for step in range(round((last - first) / timedelta(hours=1)))]
    stamps = [stamp for stamp in stamps if stamp <= now and now - stamp < timedelta(days=7)]
    if not stamps:
        return {"@context": "https://api.weather.gov/ontology#", "type": "FeatureCollection", "features": []}
    sky = _sky(world, place, np.array([_hours(stamp) for stamp in stamps]))
    address = f"https://api.weather.gov/stations/{place.station}"
    features = [
        {
            "id": f"{address}/observations/{stamp:%Y-%m-%dT%H:%M:%S+00:00}",
            "properties": {
                "station": address, "timestamp": f"{stamp:%Y-%m-%dT%H:%M:%S+00:00}",
                "temperature": _figure("degC", round(float(sky.temperature_c[0, place_]), 1)),
                "windSpeed": _figure("km_h-1", round(float(sky.wind_m_per_s[0, place_]) * 3.6, 1)),
            },
        }
        for place_, stamp in reversed(list(enumerate(stamps)))
    ]  # fmt: skip
    return {"@context": "https://api.weather.gov/ontology#", "type": "FeatureCollection", "features": features}


def _figure(unit: str, value: float) -> dict[str, Any]:
    return {"unitCode": f"wmoUnit:{unit}", "value": value, "qualityControl": "V"}


def _open_meteo(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    asked = request.url.params
    place = _nearest(float(asked["latitude"]), float(asked["longitude"]))
    today = now.astimezone(UTC).date()
    if request.url.host.startswith("archive"):
        first, last = date.fromisoformat(asked["start_date"]), date.fromisoformat(asked["end_date"])
    else:
        first = today - timedelta(days=int(asked.get("past_days", 0)))
        last = today + timedelta(days=int(asked.get("forecast_days", 7)) - 1)
    hours = np.arange(day_number(first) * 24, (day_number(last) + 1) * 24, dtype=float)
    ahead = 0.0 if request.url.host.startswith("archive") else _miss(world, place, hours, now)
    sky = _sky(world, place, hours, ahead)
    before = _sky(world, place, hours - 0.5, ahead)  # radiation is the mean of the hour before its stamp
    columns = {
        "temperature_2m": ("°C", sky.temperature_c[0]),
        "wind_speed_10m": ("m/s", sky.wind_m_per_s[0]),
        "wind_speed_100m": ("m/s", sky.wind_m_per_s[0] * 1.35),
        "shortwave_radiation": ("W/m²", before.irradiance_w_per_m2[0]),
        "direct_normal_irradiance": ("W/m²", before.irradiance_w_per_m2[0] * before.clearness[0] * 1.1),
        "diffuse_radiation": ("W/m²", before.irradiance_w_per_m2[0] * (1.1 - before.clearness[0])),
        "cloud_cover": ("%", 100 * (1 - sky.clearness[0])),
    }
    wanted = [name for name in asked["hourly"].split(",") if name in columns]
    times = [f"{moment:%Y-%m-%dT%H:%M}" for moment in pd.to_datetime(hours * 3600, unit="s")]
    reached = (
        hours < (day_number(today) - REANALYSIS_LAG_DAYS) * 24 if request.url.host.startswith("archive") else hours > 0
    )
    body = {
        "latitude": place.latitude, "longitude": place.longitude, "generationtime_ms": 0.1, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 10.0,
        "hourly_units": {"time": "iso8601", **{name: columns[name][0] for name in wanted}},
        "hourly": {"time": times, **{name: _rounded(columns[name][1], reached) for name in wanted}},
    }  # fmt: skip
    return _json(body)


def _rounded(values: np.ndarray, reached: np.ndarray) -> list[float | None]:
    return [round(float(value), 1) if there else None for value, there in zip(values, reached, strict=True)]


def _cpc(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    *_, year_text, name = request.url.path.split("/")
    known = CPC_FILES.get(name.removesuffix(".txt"))
    last = min(date(int(year_text), 12, 31), (now - CPC_LAG).date())
    if known is None or last.year < int(year_text):
        return httpx.Response(404)
    kind, weights, column = known
    days, degrees = division_degree_days(world.seed, int(year_text), kind)
    days = days[: (last - date(int(year_text), 1, 1)).days + 1]
    share = np.array([division[column] for division in DIVISIONS.values()])
    conus = np.floor(share @ degrees / share.sum() + 0.5)
    lines = [f"Product: Daily {kind} Degree Days", "Regions: CPC::Regions::CensusDivisions", f"Weights: {weights}"]
    lines.append("|".join(["Region", *(f"{day:%Y%m%d}" for day in days)]))
    rows = [*zip(DIVISIONS, degrees, strict=True), ("CONUS", conus)]
    lines += ["|".join([region, *(f"{value:.0f}" for value in values[: len(days)])]) for region, values in rows]
    return httpx.Response(200, text="\n".join(lines) + "\n")


@cache
def division_degree_days(seed: int, year: int, kind: str) -> tuple[list[date], np.ndarray]:
    """Return the days of a year and whole degree days by census division, shape (9, days)."""
    first = date(year, 1, 1)
    count = (date(year + 1, 1, 1) - first).days
    hours = day_number(first) * 24.0 + 6.0 + np.arange(count * 24)
    latitude, longitude = (np.array([division[place] for division in DIVISIONS.values()]) for place in (0, 1))
    names = [f"division {name}" for name in DIVISIONS]
    fahrenheit = (
        weather(seed, names, latitude, longitude, moments(hours)).temperature_c.reshape(9, count, 24) * 1.8 + 32
    )
    mean = (fahrenheit.max(axis=2) + fahrenheit.min(axis=2)) / 2
    away = 65.0 - mean if kind == "Heating" else mean - 65.0
    return [first + timedelta(days=step) for step in range(count)], np.floor(np.maximum(away, 0.0) + 0.5)


def _ghcn(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    station = request.url.path.rpartition("/")[2].removesuffix(".dly")
    place = next((one for one in places().values() if one.ghcn_station == station), None)
    if place is None:
        return httpx.Response(404)
    lines = []
    for month in pd.period_range(end=pd.Period(now.date(), "M"), periods=GHCN_MONTHS):
        hours = day_number(month.start_time.date()) * 24.0 + 6.0 + np.arange(month.days_in_month * 24)
        celsius = _sky(world, place, hours).temperature_c[0].reshape(-1, 24)
        out = [month.start_time.date() + timedelta(days=day + 2) <= now.date() for day in range(month.days_in_month)]
        for element, values in (("TMAX", celsius.max(axis=1)), ("TMIN", celsius.min(axis=1))):
            cells = [
                f"{round(value * 10):5d}  W" if known else "-9999   " for value, known in zip(values, out, strict=True)
            ]
            cells += ["-9999   "] * (31 - len(cells))
            lines.append(f"{station}{month.year}{month.month:02d}{element}" + "".join(cells))
    return httpx.Response(200, text="\n".join(lines) + "\n")


def _ahead(world: World, place: Place, now: datetime, count: int) -> tuple[datetime, Weather]:
    """Return the moment of issue (the full hour) and the expected weather of the hours from there on."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = _hours(start) + 0.5 + np.arange(count)
    return start, _sky(world, place, hours, _miss(world, place, hours, now))


def _miss(world: World, place: Place, hours: np.ndarray, now: datetime) -> np.ndarray:
    """Return the error of a forecast in degrees: none for what has been, 1.3 a day ahead, growing with its root."""
    lead = np.maximum(hours - _hours(now), 0.0)
    wave = smooth(stream(world.seed, "open forecast", place.key, now.date()), 30.0, hours)[0]
    return 1.3 * np.sqrt(lead / 24.0) * wave


def _sky(world: World, place: Place, hours: np.ndarray, miss_c: np.ndarray | float = 0.0) -> Weather:
    zone = _zone(place)
    sky = weather(world.seed, [str(zone.zone)], np.array([zone.latitude]), np.array([zone.longitude]), moments(hours))
    wind = np.maximum(sky.wind_m_per_s * (1.0 + 0.06 * np.asarray(miss_c)), 0.2)
    return Weather(sky.temperature_c + miss_c, wind, sky.clearness, sky.clear_sky_w_per_m2)


@cache
def _zone(place: Place) -> Any:  # noqa: ANN401 - a row
    zones = read_table("zones")
    return next(row for row in zones.itertuples() if row.market == place.market and row.zone == place.zone)


def _nearest(latitude: float, longitude: float) -> Place:
    return min(places().values(), key=lambda one: (one.latitude - latitude) ** 2 + (one.longitude - longitude) ** 2)


def _hours(moment: datetime) -> float:
    return moment.timestamp() / 3600.0


def _json(body: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json=body)


BY_HOST: dict[str, Callable[[World, httpx.Request, datetime], httpx.Response]] = {
    "api.weather.gov": _nws,
    "ftp.cpc.ncep.noaa.gov": _cpc,
    "www.ncei.noaa.gov": _ghcn,
    "api.open-meteo.com": _open_meteo,
    "archive-api.open-meteo.com": _open_meteo,
}
HOSTS = tuple(BY_HOST)
