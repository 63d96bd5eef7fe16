"""Weather: every recorded file, the definition of degree days, and checks that the files bring along."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import PayloadError
from market_platform.sources.catalogue import recognise
from market_platform.sources.payload import Payload
from market_platform.sources.weather.degree_days import cooling_degree_days, heating_degree_days

FILES = {
    "cpc/utility_gas_hdd/utility_gas_hdd_2026-01-01_2026-04-30.txt": "weather_gas_heating_degree_days",
    "nws/nws_gridpoint_raw/detailed_forecast.json": "weather_nws_gridpoint",
    "nws/nws_points/points.json": "weather_nws_points",
    "nws/nws_gridpoint_hourly/gridpoints_forecast_hourly_us.json": "weather_nws_periods",
    "nws/nws_gridpoint_12h/gridpoints_forecast_us.json": "weather_nws_periods",
    "nws/nws_station_observations/stations_observations.json": "weather_nws_observations",
    "noaa/ghcn_daily/USC00411885.dly": "weather_ghcn_daily",
    "noaa/gsod/GSOD.op.gz": "weather_gsod",
    "noaa/isd/ISD.gz": "weather_isd",
}


def _read(recordings: Path, path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    payload = Payload(Path(path).name, (recordings / path).read_bytes())
    feed = recognise(payload)
    assert feed.key == FILES[path]
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    return verdict.accepted, verdict.refused


@pytest.mark.parametrize("path", FILES)
def test_rows_are_accepted_or_named(recordings: Path, path: str) -> None:
    rows, refused = _read(recordings, path)
    assert len(rows) > 0
    assert set(refused["reason"]) <= {"the same row stands again below", "another row with the same key stands below"}
    assert len(refused) < 0.01 * len(rows)


def test_conus_is_a_weighted_mean_of_the_divisions(recordings: Path) -> None:
    rows, _ = _read(recordings, next(iter(FILES)))
    assert len(rows) == 120 * 10
    wide = rows.pivot(index="market_day", columns="location", values="degree_days_f")
    divisions = wide[[str(place) for place in range(1, 10)]].to_numpy()
    weights, *_ = np.linalg.lstsq(divisions, wide["CONUS"].to_numpy(), rcond=None)
    assert np.abs(divisions @ weights - wide["CONUS"].to_numpy()).max() <= 1.0
    assert weights.sum() == pytest.approx(1.0, abs=0.02)


def test_grid_values_span_their_durations(recordings: Path) -> None:
    rows, _ = _read(recordings, "nws/nws_gridpoint_raw/detailed_forecast.json")
    wind_chill = rows[rows["element"] == "windChill"]
    assert (wind_chill["interval_end"] - wind_chill["interval_start"]).iloc[0] == pd.Timedelta(hours=30)
    assert wind_chill["value"].isna().iloc[0]
    assert set(rows["issued_at"]) == {pd.Timestamp("2022-02-04 03:15:41", tz="UTC")}


def test_station_files(recordings: Path) -> None:
    daily, _ = _read(recordings, "noaa/ghcn_daily/USC00411885.dly")
    first = daily[(daily["element"] == "maximum_temperature") & daily["value"].notna()].iloc[0]
    assert (str(first["market_day"]), first["value"]) == ("1912-01-26", 22.2)
    gsod, _ = _read(recordings, "noaa/gsod/GSOD.op.gz")
    day = gsod[gsod["market_day"].astype(str) == "2007-01-01"].set_index("element")["value"]
    assert day.to_dict() == {"mean_temperature": 56.0, "maximum_temperature": 66.9, "minimum_temperature": 46.0}
    isd, _ = _read(recordings, "noaa/isd/ISD.gz")
    assert (isd["interval_start"].iloc[0], isd["value"].iloc[0]) == (pd.Timestamp("2007-01-01 00:47", tz="UTC"), 15.0)
    assert isd["value"].between(-10, 50).mean() > 0.95


def test_degree_days_by_definition() -> None:
    high, low = np.array([50.0, 90.0, 65.0, 70.0]), np.array([30.0, 70.0, 65.0, 59.0])
    assert heating_degree_days(high, low).tolist() == [25, 0, 0, 1]
    assert cooling_degree_days(high, low).tolist() == [0, 15, 0, 0]


OPEN_METEO = {
    "latitude": 40.78, "longitude": -73.97, "generationtime_ms": 0.2, "utc_offset_seconds": 0, "timezone": "GMT",
    "hourly_units": {"time": "iso8601", "temperature_2m": "°C", "shortwave_radiation": "W/m²"},
    "hourly": {"time": ["2026-03-08T06:00", "2026-03-08T07:00", "2026-03-08T08:00"],
               "temperature_2m": [-0.0, 1.5, None], "shortwave_radiation": [0.0, 12.0, 90.0]},
}  # fmt: skip


def _open_meteo(name: str = "open_meteo_nyiso_city_20260308.json", **change: object) -> Payload:
    return Payload(name, json.dumps({**OPEN_METEO, **change}).encode())


def test_open_meteo_radiation_is_of_the_hour_before_and_the_rest_of_the_hour_after() -> None:
    payload = _open_meteo()
    feed = recognise(payload)
    assert feed.key == "weather_open_meteo_forecast"
    rows = validate(feed.parse(feed, [payload]), feed.contract).accepted.set_index("element")
    assert rows.loc["temperature", "interval_start"].dt.hour.tolist() == [6, 7, 8]
    assert rows.loc["irradiance", "interval_start"].dt.hour.tolist() == [5, 6, 7]
    assert set(rows["location"]) == {"nyiso_city"}
    assert set(rows["issued_at"]) == {pd.Timestamp("2026-03-08", tz="UTC")}
    assert str(rows.loc["temperature", "value"].iloc[0]) == "0.0"
    history = recognise(_open_meteo("open_meteo_nyiso_city_20260308_20260308.json"))
    assert history.key == "weather_open_meteo_history"
    assert len(history.parse(history, [payload])) == 5  # the hour that is not reached yet is no row


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"utc_offset_seconds": -18000, "timezone": "America/New_York"}, "ask with timezone=GMT"),
        ({"hourly": {"time": ["2026-03-08T06:00"], "temperature_2m": [1.0, 2.0]}}, "2 values for 1 hours"),
        ({"hourly": {"time": ["2026-03-08T06:00"], "soil": [1.0]}}, "the column soil is not mapped"),
    ],
)
def test_open_meteo_in_another_shape_is_refused(change: dict[str, object], words: str) -> None:
    feed = recognise(_open_meteo())
    with pytest.raises(PayloadError, match=words):
        feed.parse(feed, [_open_meteo(**change)])


def _hourly(**changes: object) -> Payload:
    period = {
        "number": 1, "startTime": "2026-11-01T01:00:00-04:00", "endTime": "2026-11-01T01:00:00-05:00", "temperature": 51,
        "temperatureUnit": "F", "windSpeed": "5 to 10 mph", "probabilityOfPrecipitation": {"unitCode": "unit:percent", "value": 7},
    }  # fmt: skip
    properties = {"updateTime": "2026-10-31T20:00:00+00:00", "periods": [{**period, **changes}]}
    body = {"@context": ["https://geojson.org", {"wx": "https://api.weather.gov/ontology#"}], "properties": properties}
    return Payload("nws_periods_boston_20261031.json", json.dumps(body).encode())


@pytest.mark.parametrize(
    ("told", "speed", "unit"),
    [("5 to 10 mph", 7.5, "mph"), ("15 km/h", 15.0, "km_h-1"), ("0 mph", 0.0, "mph"),
     ({"unitCode": "wmoUnit:km_h-1", "minValue": 5.0, "maxValue": 9.0, "value": None}, 7.0, "km_h-1"),
     ("calm", None, "mph")],
)  # fmt: skip
def test_winds_of_every_form(told: object, speed: float | None, unit: str) -> None:
    payload = _hourly(windSpeed=told, temperature={"unitCode": "wmoUnit:degC", "value": 10.5})
    feed = recognise(payload)
    assert feed.key == "weather_nws_periods"
    rows = feed.parse(feed, [payload]).set_index("element")
    wind = rows.loc["wind_speed"]
    assert (None if pd.isna(wind["value"]) else wind["value"], wind["unit"]) == (speed, unit)
    assert (wind["defect"] is None or pd.isna(wind["defect"])) == (speed is not None)
    assert rows.loc["temperature", ["value", "unit"]].tolist() == [10.5, "degC"]
    assert wind["interval_end"] - wind["interval_start"] == pd.Timedelta(hours=1)  # the hour that comes again


def test_a_stations_latest_report_comes_alone(recordings: Path) -> None:
    whole = json.loads((recordings / "nws/nws_station_observations/stations_observations.json").read_bytes())
    alone = Payload("latest.json", json.dumps(whole["features"][0]).encode())
    feed = recognise(alone)
    assert feed.key == "weather_nws_observations"
    rows = feed.parse(feed, [alone])
    both = feed.parse(feed, [Payload("a.json", json.dumps(whole).encode())])
    assert set(rows["station"]) == {"KFLL"}
    assert 0 < len(rows) == len(both[both["interval_start"] == rows["interval_start"].iloc[0]])
