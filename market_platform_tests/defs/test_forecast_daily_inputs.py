"""Gas and degree days as inputs of price forecasts: as old in the past as at the gate, and blind to what came later."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from market_platform.contracts.families.fundamentals import DEGREE_DAYS, GAS_PRICES
from market_platform.defs.forecasting.daily_inputs import SPOT, daily_known
from market_platform.defs.forecasting.price_assets import price_order
from market_platform.defs.forecasting.subjects import SUBJECTS
from market_platform.forecasting.hours import day_slots
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

NYISO = SUBJECTS["nyiso"]
GAS = "eia_gas_prices_lately"
WEATHER = ("weather_population_heating_degree_days", "weather_population_cooling_degree_days")


@pytest.fixture(name="platform")
def _platform(make_platform) -> Platform:
    platform = make_platform()  # noon of 20 November 2026 in New York
    for _ in platform.pipeline.ingest(FEEDS[GAS], [date(2026, 11, 20)]):
        pass
    return platform


def _spot(platform: Platform) -> pd.Series:
    return platform.lake.read(GAS_PRICES, SPOT).set_index("market_day")["price_usd_per_mmbtu"].astype(float)


def test_every_day_reads_the_price_that_was_as_old_as_the_newest_is_today(platform):
    day, spot = date(2026, 11, 22), _spot(platform)
    age = day - spot.index.max()
    gas = daily_known(platform, NYISO, platform.clock(), day)["gas"]
    days = np.arange(np.datetime64("2026-03-01"), np.datetime64("2026-11-22"))  # both clock changes lie between
    table = day_slots(gas["interval_start"], gas["value"], NYISO.zone, days, "gas")
    assert np.isfinite(table).all()
    for row, before in enumerate(days.astype(object)):
        at_the_gate = spot[spot.index <= before + timedelta(days=1) - age].sort_index().iloc[-1]
        assert (table[row] == at_the_gate).all()


def test_a_price_that_became_known_later_or_is_too_old_is_not_read(platform):
    moment, day = platform.clock(), date(2026, 11, 22)
    before = daily_known(platform, NYISO, moment, day)["gas"]
    rows = platform.lake.read(GAS_PRICES, SPOT)[list(GAS_PRICES.row_columns)].assign(price_usd_per_mmbtu=99.0)
    platform.lake.commit(GAS_PRICES, GAS, rows, payload="later", read_at=moment + timedelta(hours=1))
    pd.testing.assert_frame_equal(daily_known(platform, NYISO, moment, day)["gas"], before)
    assert (daily_known(platform, NYISO, moment + timedelta(hours=1), day)["gas"]["value"] == 99.0).all()
    assert daily_known(platform, NYISO, moment, date(2026, 12, 24)) == {}


def test_price_orders_carry_both_and_name_what_is_missing(platform):
    days = [date(2026, 11, 20), date(2026, 11, 21)]
    for feed, asked in (("nyiso_dam_lbmp_zone", days), *((feed, days[:1]) for feed in WEATHER)):
        assert "degree_days" not in daily_known(
            platform, NYISO, platform.clock(), days[1]
        )  # heating alone is no weather
        for _ in platform.pipeline.ingest(FEEDS[feed], asked):
            pass
    order = price_order(platform, NYISO, platform.clock())
    inputs = order.panels["WEST"].known_after
    assert np.isfinite(inputs["gas"][:-1]).all()
    rows = platform.lake.read(DEGREE_DAYS, "location = '2'")  # the Middle Atlantic states
    by_day = rows.groupby("market_day")["degree_days_f"].sum().sort_index()
    assert (inputs["degree_days"][-2] == by_day.iloc[-1]).all()  # the newest of all is what tomorrow's forecast reads
    assert order.notes["WEST"] == "none known of load_forecast, btm_solar_forecast: left out"
