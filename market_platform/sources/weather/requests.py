"""How weather is asked for: by place, station and year, and the grid point that a place leads to."""

from collections.abc import Sequence
from datetime import date, timedelta

from market_platform.errors import NotPublishedYet, SchemaChanged
from market_platform.sources.feed import Feed, Unread
from market_platform.sources.fundamental_rows import load_json
from market_platform.sources.payload import Payload, Request
from market_platform.sources.weather.places import places

NWS_URL = "https://api.weather.gov"
CPC_URL = "https://ftp.cpc.ncep.noaa.gov/htdocs/degree_days/weighted/daily_data"
GHCN_URL = "https://www.ncei.noaa.gov/pub/data/ghcn/daily/all"
OPEN_METEO_URL = "https://api.open-meteo.com/v1/forecast"
OPEN_METEO_ARCHIVE_URL = "https://archive-api.open-meteo.com/v1/archive"
HOURLY = (
    "temperature_2m", "wind_speed_10m", "wind_speed_100m", "shortwave_radiation", "direct_normal_irradiance",
    "diffuse_radiation", "cloud_cover",
)  # fmt: skip
# A reanalysis is some five days behind; the forecast's own past days close the gap (general knowledge, unverified).
REANALYSIS_LAG_DAYS = 6
PAST_DAYS, FORECAST_DAYS = 7, 7


def weighted_year(feed: Feed, days: Sequence[date], _today: date) -> list[Request]:
    """Ask for the years' files; the running year's grows by a column a day."""
    years: dict[int, list[date]] = {}
    for day in sorted(days):
        years.setdefault(day.year, []).append(day)
    stem = feed.file_part
    return [Request(f"{CPC_URL}/{year}/{stem}", f"{year}_{stem}", tuple(own)) for year, own in years.items()]


def each_point(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask the Weather Service which grid point each place has; ``to_grid`` goes on from there."""
    return [
        Request(
            f"{NWS_URL}/points/{place.latitude:.4f},{place.longitude:.4f}",
            f"{feed.key.removeprefix('weather_')}_{place.key}_{today:%Y%m%d}.json",
            (today,),
        )
        for place in (places().values() if days else ())
    ]


def to_grid(feed: Feed, request: Request, payloads: Sequence[Payload], _unread: Unread) -> list[Request] | None:
    """Return the request for a point's forecast; None where the answer is the forecast itself."""
    if "/points/" not in request.url:
        return None
    wanted = "forecastHourly" if feed.key == "weather_nws_periods" else "forecastGridData"
    address = load_json(payloads[0]).get("properties", {}).get(wanted)
    if not isinstance(address, str) or not address.startswith(f"{NWS_URL}/gridpoints/"):
        raise SchemaChanged(f"{payloads[0].name}: the point names no {wanted} ({address!r}); map it")
    return [Request(address, request.file_name, request.days)]


def each_station_day(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the reports of each station, one UTC day after the other."""
    return [
        Request(
            f"{NWS_URL}/stations/{place.station}/observations",
            f"nws_observations_{place.station}_{day:%Y%m%d}.json",
            (day,),
            params={"start": f"{day}T00:00:00Z", "end": f"{day + timedelta(days=1)}T00:00:00Z"},
            inspect=holds_reports,
        )
        for day in sorted(days)
        if day <= today
        for place in places().values()
    ]


def holds_reports(request: Request, payload: Payload) -> None:
    """Raise NotPublishedYet for an answer without a report; the service keeps about a week."""
    if load_json(payload).get("features") == []:
        raise NotPublishedYet(f"{request.file_name}: the station has no report of that day (it keeps about a week)")


def each_climate_station(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the whole history of each station: its file only exists as it stands now."""
    return [
        Request(f"{GHCN_URL}/{place.ghcn_station}.dly", f"{place.ghcn_station}.dly", (max(days),))
        for place in places().values()
        if min(days) <= today
    ]


def open_meteo_forecast(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the hours ahead, and the last days as the model analysed them, of each place."""
    span = {"past_days": str(PAST_DAYS), "forecast_days": str(FORECAST_DAYS)}
    return [
        _open_meteo(OPEN_METEO_URL, place, f"open_meteo_{place}_{today:%Y%m%d}.json", (today,), span)
        for place in (places() if days else ())
    ]


def open_meteo_history(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the range of the days at once, as far as the reanalysis reaches, the places as parts of one answer."""
    reached = sorted(day for day in days if day <= today - timedelta(days=REANALYSIS_LAG_DAYS))
    if not reached:
        return []
    first, last = reached[0], reached[-1]
    span = {"start_date": f"{first}", "end_date": f"{last}"}
    name = f"{first:%Y%m%d}_{last:%Y%m%d}"
    parts = tuple(
        _open_meteo(OPEN_METEO_ARCHIVE_URL, place, f"open_meteo_{place}_{name}.json", tuple(reached), span)
        for place in places()
    )
    return [Request(OPEN_METEO_ARCHIVE_URL, f"open_meteo_history_{name}", tuple(reached), parts=parts)]


def _open_meteo(url: str, key: str, name: str, days: tuple[date, ...], span: dict[str, str]) -> Request:
    place = places()[key]
    params = {
        "latitude": f"{place.latitude}", "longitude": f"{place.longitude}", "hourly": ",".join(HOURLY),
        "wind_speed_unit": "ms", "timezone": "GMT", **span,
    }  # fmt: skip
    return Request(url, name, days, params=params)
