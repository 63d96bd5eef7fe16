"""The simulated weather services and pipelines read by the platform, and what their formats promise."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.weather.places import places
from market_platform.store.feed_tables import coverage

MAKE = Callable[..., Platform]
ASKED = {
    "weather_gas_heating_degree_days": [date(2026, 11, 18)],
    "weather_population_heating_degree_days": [date(2026, 11, 18)],
    "weather_population_cooling_degree_days": [date(2026, 11, 18)],
    "weather_nws_gridpoint": [date(2026, 11, 20)],
    "weather_nws_periods": [date(2026, 11, 20)],
    "weather_nws_observations": [date(2026, 11, 19)],
    "weather_ghcn_daily": [date(2026, 11, 1)],
    "weather_open_meteo_forecast": [date(2026, 11, 20)],
    "weather_open_meteo_history": [date(2026, 11, 1), date(2026, 11, 2)],
    "pipelines_energy_transfer": [date(2026, 11, 1), date(2026, 11, 19)],
}


def test_every_feed_that_can_be_asked_is_asked_here() -> None:
    feeds = [feed for key in ("weather", "pipelines") for feed in PUBLISHERS[key].feeds]
    assert set(ASKED) == {feed.key for feed in feeds if feed.request is not None}


@pytest.mark.parametrize("key", sorted(ASKED))
def test_feed_commits_all_of_its_rows(make_platform: MAKE, key: str) -> None:
    platform = make_platform()
    outcomes = list(platform.pipeline.ingest(FEEDS[key], ASKED[key]))
    assert outcomes
    for outcome in outcomes:
        assert (outcome.outcome, outcome.quarantined) == ("committed", 0), outcome
        assert outcome.rows


def test_days_of_the_reanalysis_and_of_degree_days_are_whole(make_platform: MAKE) -> None:
    platform = make_platform()
    for key in ("weather_open_meteo_history", "weather_gas_heating_degree_days"):
        list(platform.pipeline.ingest(FEEDS[key], ASKED[key]))
        with platform.ledger.read() as connection:
            held = {
                row.market_day: row for row in connection.execute(coverage.select().where(coverage.c.feed == key)).all()
            }
        for day in ASKED[key]:
            assert held[day].received >= held[day].expected > 0


def test_reanalysis_and_forecast_tell_one_weather(make_platform: MAKE) -> None:
    """What has been is the same in the forecast's past days and in the station's reports of the same hours."""
    platform = make_platform()
    for key in ("weather_open_meteo_forecast", "weather_nws_observations"):
        list(platform.pipeline.ingest(FEEDS[key], ASKED[key]))
    forecasts = platform.lake.read(FEEDS["weather_open_meteo_forecast"].contract, "element = 'temperature'")
    reports = platform.lake.read(FEEDS["weather_nws_observations"].contract, "element = 'temperature'")
    stations = {place.station: key for key, place in places().items()}
    reports = reports.assign(location=reports["station"].map(stations), hour=reports["interval_start"].dt.ceil("h"))
    both = reports.merge(forecasts, left_on=["location", "hour"], right_on=["location", "interval_start"])
    assert len(both) == 14 * 24
    assert float((both["value_x"] - both["value_y"]).abs().quantile(0.95)) < 1.0


def test_forecast_radiation_is_none_at_night_and_some_by_day(make_platform: MAKE) -> None:
    platform = make_platform()
    list(platform.pipeline.ingest(FEEDS["weather_open_meteo_forecast"], ASKED["weather_open_meteo_forecast"]))
    rows = platform.lake.read(FEEDS["weather_open_meteo_forecast"].contract, "element = 'irradiance'")
    city = rows[rows["location"] == "nyiso_city"].sort_values("interval_start")
    by_hour = city.groupby(city["interval_start"].dt.tz_convert("America/New_York").dt.hour)["value"].mean()
    assert by_hour.loc[[0, 1, 2, 3, 22, 23]].max() == 0
    assert by_hour.idxmax() in (10, 11, 12)
    assert set(city["interval_end"] - city["interval_start"]) == {pd.Timedelta(hours=1)}


def test_conus_is_the_weighted_mean_of_the_divisions(make_platform: MAKE) -> None:
    platform = make_platform()
    key = "weather_gas_heating_degree_days"
    list(platform.pipeline.ingest(FEEDS[key], ASKED[key]))
    wide = platform.lake.read(FEEDS[key].contract).pivot(index="market_day", columns="location", values="degree_days_f")
    divisions = wide[[str(number) for number in range(1, 10)]].to_numpy()
    weights, *_ = np.linalg.lstsq(divisions, wide["CONUS"].to_numpy(), rcond=None)
    assert np.abs(divisions @ weights - wide["CONUS"].to_numpy()).max() <= 1.0
    assert wide["CONUS"].loc[date(2026, 1, 1) :].iloc[:31].mean() > wide["CONUS"].iloc[180:210].mean() + 15
