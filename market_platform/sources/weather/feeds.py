"""Weather feeds, a row each: what is asked for, and what is read from files."""

from collections.abc import Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import fundamentals
from market_platform.sources.feed import Cadence, Feed, Parser, Publication, Publisher
from market_platform.sources.payload import Payload, Request
from market_platform.sources.weather import degree_days, forecasts, stations

EASTERN = ZoneInfo("America/New_York")
UTC = ZoneInfo("UTC")
CPC_URL = "https://ftp.cpc.ncep.noaa.gov/htdocs/degree_days/weighted/daily_data"
DAYS_LATER = Publication(time(12), 2)


def weighted_year(feed: Feed, days: Sequence[date], _today: date) -> list[Request]:
    """Ask for the years' files; the running year's grows by a column a day."""
    years: dict[int, list[date]] = {}
    for day in sorted(days):
        years.setdefault(day.year, []).append(day)
    stem = feed.file_part
    return [Request(f"{CPC_URL}/{year}/{stem}", f"{year}_{stem}", tuple(own)) for year, own in years.items()]


def _feed(
    key: str, title: str, contract: Contract, dataset: str, parse: Parser, zone: ZoneInfo = UTC, **facts: object
) -> Feed:
    return Feed(
        key=f"weather_{key}", publisher="weather", title=title, contract=contract, zone=zone, dataset=dataset,
        parse=parse, publication=DAYS_LATER, sparse=True, constants={"market": "weather"},
        **{"file_part": dataset, **facts},  # type: ignore[arg-type]
    )  # fmt: skip


FEEDS = (
    _feed("gas_heating_degree_days", "Heating degree days weighted by gas customers", fundamentals.DEGREE_DAYS,
          "UtilityGas.Heating.txt", degree_days.weighted, EASTERN, request=weighted_year),
    _feed("population_heating_degree_days", "Heating degree days weighted by population", fundamentals.DEGREE_DAYS,
          "Population.Heating.txt", degree_days.weighted, EASTERN, request=weighted_year),
    _feed("population_cooling_degree_days", "Cooling degree days weighted by population", fundamentals.DEGREE_DAYS,
          "Population.Cooling.txt", degree_days.weighted, EASTERN, request=weighted_year),
    _feed("nws_gridpoint", "Forecast layers of a grid point", fundamentals.WEATHER_FORECASTS, "gridpoints",
          forecasts.grid, cadence=Cadence.SNAPSHOT),
    _feed("nws_periods", "Hourly and twelve-hour forecasts of a grid point", fundamentals.WEATHER_FORECASTS,
          "gridpoints/forecast", forecasts.hourly, cadence=Cadence.SNAPSHOT),
    _feed("nws_observations", "Observations of a station", fundamentals.WEATHER_OBSERVATIONS, "stations/observations",
          forecasts.observations),
    _feed("ghcn_daily", "Daily figures of a station (GHCN)", fundamentals.WEATHER_OBSERVATIONS, "ghcn/daily",
          stations.ghcn_daily),
    _feed("gsod", "Daily temperatures of a station (GSOD)", fundamentals.WEATHER_OBSERVATIONS, "gsod", stations.gsod),
    _feed("isd", "Reports of a station (ISD)", fundamentals.WEATHER_OBSERVATIONS, "isd", stations.isd),
)  # fmt: skip


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no weather."""
    head = payload.content[:2_000]
    if head.startswith(b"Product: Daily "):
        kinds = {(b"Utility Gas", b"Heating"): "gas_heating", (b"Population", b"Heating"): "population_heating",
                 (b"Population", b"Cooling"): "population_cooling"}  # fmt: skip
        found = next((key for words, key in kinds.items() if all(word in head for word in words)), None)
        return f"weather_{found}_degree_days" if found else None
    if b"api.weather.gov" in head or b"#Gridpoint" in head:
        return _nws(payload.content)
    is_packed = head.startswith(b"\x1f\x8b")
    first = (stations.plain_lines(payload) or [""])[0] if is_packed else head.decode("latin-1").split("\n")[0]
    first = first.rstrip("\r")
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
    return "weather_nws_gridpoint" if b'"validTime"' in content else None


WEATHER = Publisher(
    key="weather", name="National Weather Service and NOAA", base_url="https://api.weather.gov", pace_seconds=0.5,
    feeds=FEEDS, recognise=recognise,
)  # fmt: skip
