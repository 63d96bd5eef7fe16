"""Weather feeds, a row each: what is asked for, and what is read from files."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import fundamentals
from market_platform.sources.feed import Cadence, Feed, Parser, Publication, Publisher, declare
from market_platform.sources.payload import Payload
from market_platform.sources.weather import degree_days, forecasts, open_meteo, requests, station_tables, stations
from market_platform.sources.weather.places import places

EASTERN = ZoneInfo("America/New_York")
UTC = ZoneInfo("UTC")
DAYS_LATER = Publication(time(12), 2)
DIVISIONS = (*(str(number) for number in range(1, 10)), "CONUS")


def _feed(
    key: str, title: str, contract: Contract, dataset: str, parse: Parser, zone: ZoneInfo = UTC, **facts: Any
) -> Feed:
    usual = {"publication": DAYS_LATER, "sparse": True, "file_part": dataset}
    return declare("weather", key, title, contract, zone=zone, dataset=dataset, parse=parse, **{**usual, **facts})


def _weighted(key: str, title: str, dataset: str) -> Feed:
    return _feed(
        key, title, fundamentals.DEGREE_DAYS, dataset, degree_days.weighted, EASTERN, request=requests.weighted_year,
        locations=DIVISIONS, interval_count=1, publication_lag=timedelta(days=2),
    )  # fmt: skip


FEEDS = (
    _weighted("gas_heating_degree_days", "Heating degree days weighted by gas customers", "UtilityGas.Heating.txt"),
    _weighted("population_heating_degree_days", "Heating degree days weighted by population", "Population.Heating.txt"),
    _weighted("population_cooling_degree_days", "Cooling degree days weighted by population", "Population.Cooling.txt"),
    _feed("nws_gridpoint", "Forecast layers of a grid point", fundamentals.WEATHER_FORECASTS, "gridpoints",
          forecasts.grid, cadence=Cadence.SNAPSHOT, request=requests.each_point, follow=requests.to_grid),
    _feed("nws_points", "Grid point of a place", fundamentals.WEATHER_POINTS, "points", forecasts.points,
          cadence=Cadence.SNAPSHOT, note="read from files; the forecasts ask for their points by themselves"),
    _feed("nws_periods", "Hourly and twelve-hour forecasts of a grid point", fundamentals.WEATHER_FORECASTS,
          "gridpoints/forecast", forecasts.hourly, cadence=Cadence.SNAPSHOT, request=requests.each_point,
          follow=requests.to_grid),
    _feed("nws_observations", "Observations of a station", fundamentals.WEATHER_OBSERVATIONS, "stations/observations",
          forecasts.observations, request=requests.each_station_day, publication=Publication(time(2), 1),
          publication_lag=timedelta(hours=1)),
    _feed("ghcn_daily", "Daily figures of a station (GHCN)", fundamentals.WEATHER_OBSERVATIONS, "ghcn/daily",
          stations.ghcn_daily, cadence=Cadence.MONTHLY, request=requests.each_climate_station,
          note="a station's whole history comes as one file, several megabytes each: read again once a month"),
    _feed("gsod", "Daily temperatures of a station (GSOD)", fundamentals.WEATHER_OBSERVATIONS, "gsod", stations.gsod),
    _feed("isd", "Reports of a station (ISD)", fundamentals.WEATHER_OBSERVATIONS, "isd", stations.isd),
    _feed("open_meteo_forecast", "Hourly temperature, wind and irradiance ahead", fundamentals.WEATHER_FORECASTS,
          "v1/forecast", open_meteo.forecast, cadence=Cadence.SNAPSHOT, request=requests.open_meteo_forecast),
    _feed("open_meteo_history", "Hourly temperature, wind and irradiance of the reanalysis",
          fundamentals.WEATHER_OBSERVATIONS, "v1/archive", open_meteo.history, request=requests.open_meteo_history,
          publication=Publication(time(12), requests.REANALYSIS_LAG_DAYS), locations=tuple(places()),
          interval_count=1, rows_per_location=24 * 4 + 23 * 3,  # radiation of a day's last hour comes with the next day
          publication_lag=timedelta(days=requests.REANALYSIS_LAG_DAYS)),
)  # fmt: skip


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no weather."""
    head = payload.content[:2_000]
    if head.startswith(b"Product: Daily "):
        kinds = {(b"Utility Gas", b"Heating"): "gas_heating", (b"Population", b"Heating"): "population_heating",
                 (b"Population", b"Cooling"): "population_cooling"}  # fmt: skip
        found = next((key for words, key in kinds.items() if all(word in head for word in words)), None)
        return f"weather_{found}_degree_days" if found else None
    if b'"generationtime_ms"' in head and b'"hourly"' in payload.content:
        is_history = payload.base_name.count("_20") > 1 or b"ERA5" in head
        return "weather_open_meteo_history" if is_history else "weather_open_meteo_forecast"
    if b"api.weather.gov" in head or b"#Gridpoint" in head:
        return _nws(payload.content)
    is_packed = head.startswith(b"\x1f\x8b")
    first = (stations.plain_lines(payload) or [""])[0] if is_packed else head.decode("latin-1").split("\n")[0]
    first = first.rstrip("\r")
    if table := station_tables.kind_of(first):
        return "weather_gsod" if table == "gsod" else "weather_ghcn_daily"
    if first.startswith("STN--- WBAN"):
        return "weather_gsod"
    if len(first) == stations.GHCN_LINE and first[17:21].isalnum() and first[11:17].isdigit():
        return "weather_ghcn_daily"
    return "weather_isd" if len(first) > 105 and first[:27].isdigit() and first[27] in "0123456789" else None


def _nws(content: bytes) -> str | None:
    if b'"periods"' in content:
        return "weather_nws_periods"
    if b"/observations/" in content:
        return "weather_nws_observations"
    if b'"forecastGridData"' in content and b'"gridX"' in content:
        return "weather_nws_points"
    return "weather_nws_gridpoint" if b'"validTime"' in content else None


WEATHER = Publisher(
    key="weather", name="Weather: National Weather Service, NOAA, Open-Meteo", base_url="https://api.weather.gov", pace_seconds=0.5,
    feeds=FEEDS, recognise=recognise,
    host_paces={"ftp.cpc.ncep.noaa.gov": 1.0, "www.ncei.noaa.gov": 1.0, "api.open-meteo.com": 0.3,
                "archive-api.open-meteo.com": 0.3},
)  # fmt: skip
