"""The small world keeps its promises: one answer always, prices that add up, days that join, clocks that change."""

import hashlib
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.sandbox.world import World
from market_platform.sandbox.world.clock import grid
from market_platform.sandbox.world.dispatch import actual_power, dispatch
from market_platform.sandbox.world.tables import UnknownMarket, market_tables, read_table

ALL = tuple(read_table("markets")["market"])
CLOCK_CHANGES = ((date(2025, 3, 9), 23), (date(2025, 11, 2), 25), (date(2012, 3, 11), 23), (date(2031, 11, 2), 25))
DAYS = st.dates(date(2001, 1, 1), date(2039, 12, 31))


def _frames(world: World, market: str, day: date) -> dict[str, pd.DataFrame]:
    return {
        "day_ahead_prices": world.day_ahead_prices(market, day),
        "real_time_prices": world.real_time_prices(market, day),
        "real_time_node_prices": world.real_time_node_prices(market, day, 7, 60),
        "ancillary_day_ahead": world.ancillary_prices(market, day, "day_ahead"),
        "ancillary_real_time": world.ancillary_prices(market, day, "real_time"),
        "load": world.load(market, day),
        "load_hourly": world.load(market, day, 60),
        "fuel_mix": world.fuel_mix(market, day),
        "wind_solar": world.wind_solar(market, day),
        "btm_solar": world.btm_solar(market, day),
        "storage_fleet": world.storage_fleet(market, day),
        "interface_flows": world.interface_flows(market, day),
        "interchange": world.interchange(market, day),
        "constraints": world.constraints(market, day, "real_time"),
        "outages": world.outages(market, day),
        "load_forecast": world.load_forecast(market, day),
        "wind_solar_forecast": world.wind_solar_forecast(market, day),
        "btm_solar_forecast": world.btm_solar_forecast(market, day),
        "weather": world.weather(market, day),
    }


def _digest(world: World, market: str, day: date) -> str:
    digest = hashlib.sha256()
    for name, frame in _frames(world, market, day).items():
        digest.update(name.encode() + frame.to_csv().encode())
    return digest.hexdigest()


@pytest.mark.parametrize("market", ALL)
def test_answers_do_not_depend_on_what_was_asked_before(market: str):
    day = date(2024, 2, 17)
    fresh = _digest(World(3), market, day)
    used = World(3)
    for other in (date(2024, 2, 18), date(2009, 7, 4), date(2024, 2, 16)):
        used.real_time_prices(market, other)
        used.day_ahead_prices(market, other)
    assert _digest(used, market, day) == fresh
    assert _digest(World(4), market, day) != fresh


def test_answers_are_the_same_in_another_process():
    code = (
        "from datetime import date; from market_platform.sandbox.world import World;"
        "print(World(3).real_time_prices('nyiso', date(2024, 2, 17)).to_csv())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == World(3).real_time_prices("nyiso", date(2024, 2, 17)).to_csv().strip()


@settings(max_examples=12, deadline=None)
@given(day=DAYS, market=st.sampled_from(ALL))
def test_prices_add_up_to_the_cent_and_cover_every_interval(day: date, market: str):
    world, zone = World(), MARKETS[market].zone
    for frame, minutes in (
        (world.day_ahead_prices(market, day), 60),
        (world.real_time_prices(market, day, 15), 15),
        (world.real_time_node_prices(market, day, 25, 60), 60),
    ):
        cents = {
            name: np.round(frame[f"{name}_usd_per_mwh"].to_numpy() * 100).astype(int)
            for name in ("lmp", "energy", "congestion", "loss")
        }
        assert (cents["lmp"] == cents["energy"] + cents["congestion"] + cents["loss"]).all()
        assert np.allclose(frame["lmp_usd_per_mwh"] * 100, cents["lmp"], atol=1e-6)
        assert frame.groupby("interval_start")["energy_usd_per_mwh"].nunique().eq(1).all()
        starts = pd.DatetimeIndex(frame["interval_start"].unique())
        assert starts.equals(interval_starts(day, zone, minutes))
        assert not frame.duplicated(["interval_start", "location"]).any()


@settings(max_examples=12, deadline=None)
@given(day=DAYS, market=st.sampled_from(ALL))
def test_load_is_plausible_and_generation_with_imports_meets_it(day: date, market: str):
    world, peak = World(), market_tables(market).peak_mw
    load = world.load(market, day).groupby("interval_start")["load_mw"].sum()
    assert load.between(0.12 * peak, 1.15 * peak).all()
    made = world.fuel_mix(market, day).groupby("interval_start")["generation_mw"].sum()
    brought = world.interchange(market, day).groupby("interval_start")["net_import_mw"].sum()
    assert np.allclose(load, made + brought, atol=3.0)
    assert (world.load(market, day)["load_mw"] > -0.05 * peak).all()


@pytest.mark.parametrize("market", ALL)
@pytest.mark.parametrize("first", [date(2024, 12, 31), date(2025, 3, 8), date(2025, 6, 14), date(2025, 11, 1)])
def test_days_join_without_a_jump(market: str, first: date):
    world = World()
    joined = pd.concat([world.load(market, first + timedelta(days=step)) for step in (0, 1)])
    load = joined.groupby("interval_start")["load_mw"].sum()
    steps = load.diff().abs().dropna()
    seam = steps[interval_starts(first + timedelta(days=1), MARKETS[market].zone, 60)[0]]
    assert seam <= steps.quantile(0.99)
    sky = pd.concat([world.weather(market, first + timedelta(days=step), 5) for step in (0, 1)])
    degrees = sky.pivot_table(index="interval_start", columns="location", values="temperature_c")
    assert degrees.diff().abs().max().max() < 0.8


@pytest.mark.parametrize("market", ALL)
@pytest.mark.parametrize(("day", "hours"), CLOCK_CHANGES)
def test_clock_change_days_have_their_own_length(market: str, day: date, hours: int):
    expected = {"constraints": None, "outages": None}
    for name, frame in _frames(World(), market, day).items():
        if name in expected:
            continue
        stamps = pd.DatetimeIndex(frame["interval_start"].unique())
        assert stamps.is_monotonic_increasing, name
        assert frame["interval_start"].is_monotonic_increasing, name
        local = stamps.tz_convert(MARKETS[market].zone)
        if "forecast" not in name:
            assert set(local.date) == {day}, name
            minutes = (frame["interval_end"] - frame["interval_start"]).iloc[0] / pd.Timedelta(minutes=1)
            assert len(stamps) == hours * 60 / minutes, name
        assert str(frame["interval_start"].dtype) == "datetime64[us, UTC]", name
        keys = [column for column in ("location", "region", "product", "interface", "fuel_category", "neighbour")
                if column in frame]  # fmt: skip
        assert not frame.duplicated(["interval_start", *keys]).any(), name


@pytest.mark.parametrize("market", ALL)
def test_real_time_follows_day_ahead_but_is_not_it(market: str):
    world = World()
    ahead, real = [], []
    for step in range(30):
        day = date(2025, 6, 1) + timedelta(days=step)
        place = world.day_ahead_prices(market, day)["location"].iloc[0]
        for prices, into in (
            (world.day_ahead_prices(market, day), ahead),
            (world.real_time_prices(market, day, 60), real),
        ):
            into.append(prices.loc[prices["location"] == place, "lmp_usd_per_mwh"].to_numpy())
    ahead, real = np.concatenate(ahead), np.concatenate(real)
    assert 0.6 < np.corrcoef(ahead, real)[0, 1] < 0.999
    assert abs(ahead.mean() - real.mean()) < 0.35 * ahead.mean()


@pytest.mark.parametrize("market", ALL)
def test_forecasts_agree_with_actuals_and_worsen_with_lead(market: str):
    world = World()
    errors: dict[int, list[np.ndarray]] = {1: [], 5: []}
    for step in range(0, 60, 3):
        target = date(2025, 1, 10) + timedelta(days=step)
        actual = world.load(market, target, 60)["load_mw"].to_numpy()
        for lead, found in errors.items():
            forecast = world.load_forecast(market, target - timedelta(days=lead), days=1, first=lead)
            found.append((forecast["load_mw"].to_numpy() - actual) / actual.mean())
    size = {lead: float(np.sqrt(np.mean(np.concatenate(found) ** 2))) for lead, found in errors.items()}
    assert 0.01 < size[1] < 0.06
    assert 1.4 < size[5] / size[1] < 2.8


@pytest.mark.parametrize("market", ALL)
def test_nodes_do_not_depend_on_how_many_are_asked_for(market: str):
    world, day = World(), date(2025, 8, 1)
    few, many = world.nodes(market, 10), world.nodes(market, 1500)
    pd.testing.assert_frame_equal(few, many.head(10))
    assert many["node"].is_unique
    assert many["publisher_id"].is_unique
    prices = world.day_ahead_node_prices(market, day, 12)
    some = prices[prices["location"].isin(few["node"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, world.day_ahead_node_prices(market, day, 10))


@pytest.mark.parametrize("market", ALL)
def test_outages_are_the_same_seen_from_any_day_and_take_capacity(market: str):
    world = World()
    seen = pd.concat([world.outages(market, date(2025, 4, 1) + timedelta(days=step)) for step in range(10)])
    assert len(seen) > 10
    assert (seen.groupby(["unit", "outage_start"])["outage_end"].nunique() == 1).all()
    assert (seen["out_mw"] <= seen["capacity_mw"] + 0.1).all()
    assert set(seen["unit"]) <= set(world.nodes(market, 2000)["node"])


@pytest.mark.parametrize("market", ALL)
def test_solar_sleeps_at_night_and_storage_stays_inside_its_tank(market: str):
    world, zone = World(), MARKETS[market].zone
    sun = world.wind_solar(market, date(2025, 6, 21))
    local = sun["interval_start"].dt.tz_convert(zone).dt.hour
    assert sun.loc[local.isin([0, 1, 2, 3]), "solar_mw"].eq(0).all()
    assert sun.loc[local == 12, "solar_mw"].sum() > 0
    tank = world.storage_fleet(market, date(2025, 6, 21))
    assert tank["state_of_charge_mwh"].between(0, tank["energy_capacity_mwh"]).all()
    assert (tank["net_discharge_mw"].abs() <= tank["power_capacity_mw"] * 1.2).all()
    moved = tank["state_of_charge_mwh"].iloc[[0, -1]].to_numpy()
    assert abs(moved[1] - moved[0]) < 0.02 * tank["energy_capacity_mwh"].iloc[0]


def test_an_unknown_market_or_run_is_named():
    with pytest.raises(UnknownMarket, match="nordpool"):
        World().load("nordpool", date(2025, 1, 1))
    with pytest.raises(ValueError, match="yesterday"):
        World().constraints("nyiso", date(2025, 1, 1), "yesterday")


def test_nyiso_locations_carry_the_published_ids():
    ids = World().locations("nyiso").set_index("location")["publisher_id"]
    assert ids["N.Y.C."] == "61761"
    assert ids["H Q"] == "61844"
    assert len(ids) == 15


@pytest.mark.parametrize("market", ALL)
def test_a_day_inside_a_longer_span_is_the_day_itself(market: str):
    table = market_tables(market)
    span = grid(date(2025, 3, 8), table.zone_info, 60, 3)
    day = grid(date(2025, 3, 9), table.zone_info, 60)
    within, alone = actual_power(0, table, span), actual_power(0, table, day)
    chosen = slice(24, 24 + 23)
    for name in ("load_mw", "wind_mw", "solar_mw", "roof_solar_mw", "imports_mw", "storage_mw"):
        assert np.allclose(getattr(within, name)[..., chosen], getattr(alone, name), rtol=0, atol=1e-6), name


@pytest.mark.parametrize("market", ALL)
def test_tables_are_whole(market: str):
    table = market_tables(market)
    assert table.load_share.sum() == pytest.approx(1.0)
    for weights in (table.location_weights, table.block_zones, table.neighbour_zones):
        assert np.allclose(weights.sum(axis=1), 1.0)
    assert (table.upstream.sum(axis=1) > 0).all()
    assert set(table.interfaces["reference"]) <= {"upstream", "downstream", "load"}


@pytest.mark.parametrize("market", ALL)
def test_a_year_has_scarcity_congestion_and_negative_prices(market: str):
    table = market_tables(market)
    hours = grid(date(2025, 1, 1), table.zone_info, 60, 365)
    result = dispatch(0, table, hours, actual_power(0, table, hours), real_time=False)
    energy, knots = result.energy_usd_per_mwh, result.congestion
    assert np.percentile(energy, 99.9) > 2 * np.median(energy)
    assert (energy + knots.zone_usd_per_mwh < 0).any(axis=0).sum() > 20
    assert 0.05 < (knots.shadow_usd_per_mwh != 0).any(axis=0).mean() < 0.8
    bounded = knots.negative_limit_mw > -9999.0
    assert (knots.flow_mw <= knots.limit_mw + 1e-9).all()
    assert (knots.flow_mw[bounded] >= knots.negative_limit_mw[bounded] - 1e-9).all()
    built = table.blocks["capacity_mw"].to_numpy()[:, None]
    assert (result.block_mw[:, result.used_capacity < 1] <= built * 1.0001).all()


@pytest.mark.parametrize("run", ["day_ahead", "real_time"])
def test_better_reserve_is_never_cheaper(run: str):
    ladders = {
        "nyiso": ("10 Min Spinning Reserve", "10 Min Non-Synchronous Reserve", "30 Min Operating Reserve"),
        "caiso": ("SR", "NR"),
        "pjm": ("Synchronized Reserve", "Primary Reserve"),
        "ercot": ("RRS", "ECRS", "NSPIN"),
    }
    for market, ladder in ladders.items():
        frame = World().ancillary_prices(market, date(2025, 7, 15), run)
        wide = frame.pivot_table(index=["interval_start", "region"], columns="product", values="price_usd_per_mw")
        for better, worse in pairwise(ladder):
            assert (wide[better] >= wide[worse]).all(), (market, better)
        assert (frame["price_usd_per_mw"] >= 0).all()
        assert frame["price_usd_per_mw"].nunique() > 5


@pytest.mark.parametrize("market", ALL)
def test_hourly_values_are_means_of_their_five_minutes(market: str):
    world, day = World(), date(2025, 11, 2)
    for five, hour, key, value in (
        (world.load(market, day), world.load(market, day, 60), "location", "load_mw"),
        (world.real_time_prices(market, day), world.real_time_prices(market, day, 60), "location", "lmp_usd_per_mwh"),
    ):
        mean = five.groupby([five["interval_start"].dt.floor("h"), key])[value].mean()
        published = hour.set_index(["interval_start", key])[value]
        assert len(mean) == len(published)
        # Both are rounded: to 0.1 MW, or to a cent in each of three parts.
        assert (mean - published).abs().max() < 0.1001
