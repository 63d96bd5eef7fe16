"""Degree days by their definition over both clock changes, and wind and sun against pvlib's own clear sky."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pvlib
import pytest

from market_platform.analysis.weather.degrees import degree_days
from market_platform.analysis.weather.outlook import solar_output, wind_output
from market_platform.markets.market_day import hours_in_day, interval_starts

NEW_YORK = ZoneInfo("America/New_York")


def _hours(day: date, low_f: float, high_f: float) -> pd.DataFrame:
    starts = interval_starts(day, NEW_YORK, 60)
    fahrenheit = np.linspace(low_f, high_f, len(starts))
    return pd.DataFrame({"interval_start": starts, "temperature_c": (fahrenheit - 32.0) / 1.8})


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 4)])
def test_a_whole_local_day_has_degree_days_and_one_that_lacks_an_hour_has_none(day: date) -> None:
    hours = _hours(day, 20.0, 41.0)
    assert len(hours) == hours_in_day(day, NEW_YORK)
    found = degree_days(hours, NEW_YORK)
    assert found.loc[day].tolist() == [35.0, 0.0]  # 65 less 30.5, half degrees up
    assert degree_days(hours.iloc[1:], NEW_YORK).empty


def test_days_are_local() -> None:
    both = pd.concat([_hours(date(2026, 7, 4), 70.0, 90.0), _hours(date(2026, 7, 5), 50.0, 60.0)])
    found = degree_days(both, NEW_YORK)
    assert found["cooling"].tolist() == [15.0, 0.0]
    assert found["heating"].tolist() == [0.0, 10.0]


def test_solar_under_a_clear_sky_is_near_its_rating_at_noon_and_nothing_at_night() -> None:
    hours = pd.date_range("2026-06-21 04:30", periods=24, freq="h", tz="UTC")
    zenith = pvlib.solarposition.get_solarposition(hours, 32.0, -102.2)["apparent_zenith"]
    sky = pvlib.clearsky.haurwitz(zenith)["ghi"]
    direct = (0.85 * sky / np.cos(np.radians(zenith))).where(zenith < 85, 0.0)
    weather = pd.DataFrame(
        {
            "irradiance": sky, "direct_normal_irradiance": direct, "diffuse_irradiance": 0.15 * sky,
            "temperature": 30.0, "wind_speed": 3.0,
        },
        index=hours,
    )  # fmt: skip
    output = pd.Series(solar_output(weather, 32.0, -102.2), index=hours)
    assert output[zenith > 92].max() == 0
    assert 0.75 < output.max() <= 1.0
    assert output.idxmax() in hours[(zenith < 20).to_numpy()]
    dim = solar_output(
        weather.assign(irradiance=sky / 2, direct_normal_irradiance=0.0, diffuse_irradiance=sky / 2), 32.0, -102.2
    )
    assert dim.sum() < 0.75 * output.sum()


def test_the_power_curve_cuts_in_rises_and_cuts_out() -> None:
    speeds = np.array([0.0, 2.9, 3.0, 7.5, 12.0, 20.0, 24.9, 25.0, 40.0])
    output = wind_output(speeds)
    assert output[[0, 1, 2, 7, 8]].tolist() == [0, 0, 0, 0, 0]
    assert output[[4, 5, 6]].tolist() == [1, 1, 1]
    assert output[3] == pytest.approx((7.5**3 - 27) / (12**3 - 27))
