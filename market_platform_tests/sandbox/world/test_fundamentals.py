"""Gas, carbon, capacity, weather and certificates of the small world."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.sandbox.world import World
from market_platform.sandbox.world.gas_futures import last_trade_day
from market_platform.sandbox.world.noise import normal, smooth, stream, uniform

WORLD = World()


def test_noise_has_the_moments_it_claims_and_no_seams():
    key = stream("test")
    many = np.arange(200_000)
    assert abs(normal(key, many).mean()) < 0.01
    assert abs(normal(key, many).std() - 1.0) < 0.01
    assert abs(uniform(key, many).mean() - 0.5) < 0.005
    hours = np.arange(0, 60_000, 0.25)
    curve = smooth(key, 10.0, hours)[0]
    assert abs(curve.std() - 1.0) < 0.03
    # Forty steps a knot: the steepest stretch between opposite extremes makes 0.3 a step, a broken seam 1 or more.
    assert np.abs(np.diff(curve)).max() < 0.3
    assert np.array_equal(smooth(key, 10.0, hours[77:99])[0], curve[77:99])
    assert abs(np.corrcoef(normal(key, many), normal(stream("other"), many))[0, 1]) < 0.01


def test_henry_hub_futures_end_as_the_exchange_says():
    # NGF15 settled for the last time on 2014-12-29 (NYMEX settlement file of that day).
    assert last_trade_day(2015, 1) == date(2014, 12, 29)
    curve = WORLD.futures_curve(date(2014, 12, 29))
    front = curve[curve["symbol"] == "NG"].iloc[0]
    assert front["contract_month"] == date(2015, 1, 1)
    next_day = WORLD.futures_curve(date(2014, 12, 30))
    assert next_day[next_day["symbol"] == "NG"].iloc[0]["contract_month"] == date(2015, 2, 1)


@settings(max_examples=10, deadline=None)
@given(day=st.dates(date(2008, 1, 1), date(2035, 12, 31)))
def test_futures_bracket_their_settle_and_remember_yesterday(day: date):
    curve = WORLD.futures_curve(day, 14)
    if day.weekday() > 4:
        assert curve.empty
        return
    if curve.empty:
        return
    assert (curve["high_usd_per_mmbtu"] >= curve["settle_usd_per_mmbtu"]).all()
    assert (curve["low_usd_per_mmbtu"] <= curve["settle_usd_per_mmbtu"]).all()
    assert (curve.loc[curve["symbol"] == "NG", "settle_usd_per_mmbtu"] > 0).all()
    assert not curve.duplicated(["symbol", "contract_month"]).any()
    before = day - timedelta(days=1)
    while WORLD.futures_curve(before, 1).empty:
        before -= timedelta(days=1)
    old = WORLD.futures_curve(before, 14).set_index(["symbol", "contract_month"])["settle_usd_per_mmbtu"]
    new = curve.set_index(["symbol", "contract_month"])["prior_settle_usd_per_mmbtu"]
    shared = new.index.intersection(old.index)
    assert len(shared) > 50
    assert (new[shared] == old[shared]).all()


def test_storage_fills_in_summer_and_chains_week_to_week():
    weeks = [date(2024, 1, 5) + timedelta(days=7 * step) for step in range(53)]
    frames = [WORLD.gas_storage(week) for week in weeks]
    total = np.array([frame.set_index("region").loc["Lower 48", "stock_bcf"] for frame in frames])
    change = np.array([frame.set_index("region").loc["Lower 48", "net_change_bcf"] for frame in frames])
    assert (np.diff(total) == change[1:]).all()
    peak = weeks[int(total.argmax())]
    assert date(2024, 9, 15) < peak < date(2024, 12, 15)
    assert 900 < total.min() < total.max() < 4600
    last = frames[-1].set_index("region")["stock_bcf"]
    parts = last[["East", "Midwest", "Mountain", "Pacific", "South Central"]].sum()
    assert abs(parts - last["Lower 48"]) <= 3
    with pytest.raises(ValueError, match="Friday"):
        WORLD.gas_storage(date(2024, 1, 4))


def test_gas_prices_differ_by_hub_and_are_dear_in_the_cold_north():
    days = [date(2025, 1, 1) + timedelta(days=step) for step in range(0, 365, 5)]
    prices = pd.concat([WORLD.gas(day).assign(day=day) for day in days]).pivot_table(
        index="day", columns="hub", values="price_usd_per_mmbtu"
    )
    assert prices["Henry Hub"].between(0.8, 20).all()
    assert prices["Waha"].mean() < prices["Henry Hub"].mean()
    winter = prices.iloc[:12]
    assert (winter["Algonquin"] - winter["Henry Hub"]).mean() > 1.0
    assert (WORLD.gas(date(2025, 3, 9))["interval_end"] - WORLD.gas(date(2025, 3, 9))["interval_start"]).iloc[
        0
    ] == pd.Timedelta(hours=24)


def test_pipelines_schedule_within_capacity_and_key_is_unique():
    for cycle in ("TIMELY", "EVENING", "INTRDY3"):
        flows = WORLD.pipeline_flows(date(2025, 8, 21), cycle)
        assert (flows["scheduled_mmbtu"] + flows["available_mmbtu"] == flows["operating_mmbtu"]).all()
        assert (flows["available_mmbtu"] >= 0).all()
        assert not flows.duplicated(["tsp", "location_id", "direction"]).any()
    with pytest.raises(ValueError, match="NOON"):
        WORLD.pipeline_flows(date(2025, 8, 21), "NOON")


def test_carbon_auctions_never_settle_below_reserve_and_keep_their_tons_apart():
    sales = pd.concat([WORLD.carbon_auctions(year) for year in range(2009, 2031)])
    assert (sales["settlement_price_usd"] >= sales["reserve_price_usd"]).all()
    assert (sales["sold_allowances"] <= sales["offered_allowances"]).all()
    assert {day.weekday() for day in sales["auction_day"]} == {2}
    units = sales.groupby("program")["unit"].unique().map(list)
    assert units.to_dict() == {
        "california": ["USD/metric ton"],
        "rggi": ["USD/short ton"],
        "washington": ["USD/metric ton"],
    }
    assert not sales.duplicated(["program", "auction"]).any()
    assert WORLD.carbon_prices(date(2005, 1, 1))["price_usd"].eq(0).all()


def test_capacity_areas_never_clear_below_the_area_around_them():
    pjm = WORLD.capacity_auctions("pjm", 2026).set_index("area")["price_usd"]
    assert pjm["RTO"] <= pjm["MAAC"] <= pjm["EMAAC"] <= pjm["PS"]
    nyiso = WORLD.capacity_auctions("nyiso", 2025)
    assert len(nyiso) == 12 * 3 * 4
    summer = nyiso[(nyiso["auction"] == "strip") & (nyiso["area"] == "NYC")].set_index("delivery_begins")["price_usd"]
    assert summer.loc[date(2025, 5, 1) : date(2025, 10, 1)].nunique() == 1
    assert WORLD.capacity_auctions("ercot", 2026).empty


def test_ftr_prices_are_congestion_between_the_ends():
    auction = WORLD.ftr_auction("nyiso", date(2025, 2, 1))
    assert not auction.duplicated(["source", "sink", "period"]).any()
    west_to_city = auction[(auction["source"] == "MHK VL") & (auction["sink"] == "N.Y.C.")]
    assert set(auction["period"]) == {"onpeak", "offpeak"}
    assert (auction["cleared_mw"] > 0).all()
    assert west_to_city.empty or (west_to_city["price_usd_per_mw"] > 0).all()


def test_certificates_are_whole_and_below_what_a_plant_can_make():
    issued = WORLD.rec_issuance(date(2025, 11, 15))
    hours = 30 * 24 + 1
    assert issued["generation_mwh"].between(1, issued["capacity_mw"] * hours).all()
    assert issued["month"].eq(date(2025, 11, 1)).all()
    assert len(WORLD.rec_issuance(date(2012, 1, 1))) < len(issued)
    again = World().rec_issuance(date(2025, 11, 1))
    pd.testing.assert_frame_equal(issued, again)


def test_degree_days_follow_the_seasons_and_forecasts_stay_near():
    january, july = (WORLD.degree_days("nyiso", date(2025, month, 1), 20) for month in (1, 7))
    assert january["heating_degree_days"].mean() > 20
    assert january["cooling_degree_days"].sum() == 0
    assert july["cooling_degree_days"].mean() > 4
    actual = WORLD.weather("nyiso", date(2025, 1, 10))
    ahead = WORLD.weather_forecast("nyiso", date(2025, 1, 9), days=1, first=1)
    miss = ahead["temperature_c"].to_numpy() - actual["temperature_c"].to_numpy()
    assert 0.05 < np.sqrt((miss**2).mean()) < 5.0
    assert (ahead["issued_at"] < ahead["interval_start"]).all()
