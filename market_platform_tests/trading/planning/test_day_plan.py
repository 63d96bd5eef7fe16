"""Plans and the bids made of them: within the store, within the plan, within the rules."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.sandbox.exchange.clearing import award_mw
from market_platform.sandbox.exchange.order import Order
from market_platform.trading.bids.building import BidTarget
from market_platform.trading.bids.checker import check_schedule
from market_platform.trading.dispatch import Fleet, exclusive_dispatch
from market_platform.trading.planning.bids_of_plan import bids_of, schedule_rows, service_bids, service_rows
from market_platform.trading.planning.day_plan import plan_plant, plan_storage, upright
from market_platform.trading.planning.expectation import NOTHING_KNOWN, Expectation
from market_platform.trading.planning.services import services_of

DAYS = [date(2026, 3, 8), date(2026, 7, 15), date(2026, 11, 1)]
BATTERY = Fleet.of(
    power_mw=0.5, energy_mwh=2, soc_start_mwh=1, soc_min_mwh=0.1, charge_efficiency=0.95, discharge_efficiency=0.95,
    discharge_cost_usd_per_mwh=1,
)  # fmt: skip
LEVELS = (0.1, 2.0)


def target(iso: str) -> BidTarget:
    return BidTarget(
        iso=iso, market="dam", product="energy", resource="BATT_1", location="BATT_1", participant="SHOP",
        portfolio="main", kind="storage",
    )  # fmt: skip


def expectation(iso: str, day: date, seed: int) -> Expectation:
    zone = MARKETS[iso].zone
    hours = interval_starts(day, zone, 60).append(interval_starts(day + timedelta(days=1), zone, 60))
    return Expectation(pd.Series(np.random.default_rng(seed).normal(40, 40, len(hours)), index=hours), "test")


@settings(max_examples=40)
@given(
    iso=st.sampled_from(["caiso", "pjm", "ercot", "nyiso"]), day=st.sampled_from(DAYS), seed=st.integers(0, 2**20),
    strategy=st.sampled_from(["offers", "value_curves", "self_schedule", "threshold"]),
)  # fmt: skip
def test_every_plan_becomes_bids_that_break_no_rule(iso, day, seed, strategy):
    intervals = interval_starts(day, MARKETS[iso].zone, 60)
    plan = plan_storage(BATTERY, expectation(iso, day, seed), intervals, strategy=strategy)
    bids = bids_of(plan, target(iso), LEVELS)
    begin = day_bounds(day, MARKETS[iso].zone)[0]
    verdicts = check_schedule(bids, begin - timedelta(days=1) + timedelta(hours=3))
    assert not [(v.bid_id, f.rule, f.message) for v in verdicts for f in v.broken]
    rows = schedule_rows(plan, bids, target(iso), resource="own name", location="HUB", planned_at=begin)
    assert len(rows) == len(intervals)
    assert set(rows["bid_id"].dropna()) == {bid.bid_id for bid in bids}


SERVICES = {
    "caiso": ["regulation_up", "regulation_down", "spin", "non_spin"],
    "pjm": ["synchronized_reserve", "secondary_reserve"],
    "ercot": ["regulation_up", "regulation_down", "rrs_pf", "ecrs", "non_spin"],
    "nyiso": ["spin_10", "reserve_30", "regulation_capacity"],
}


def some_services(iso, day, path, seed):
    random = np.random.default_rng(seed)
    rated = {"up": 0.5, "down": 0.5, "both": 0.5}
    qualified = dict.fromkeys(SERVICES[iso], None) | {"energy": None, SERVICES[iso][0]: 0.3}

    def expect(_product):
        return Expectation(pd.Series(np.abs(random.normal(0, 12, len(path))), index=path), "test")

    return services_of(qualified, iso, day, "storage", rated, 1.0, expect)


@settings(max_examples=30)
@given(
    iso=st.sampled_from(sorted(SERVICES)), day=st.sampled_from(DAYS), seed=st.integers(0, 2**20),
    strategy=st.sampled_from(["offers", "value_curves", "self_schedule"]), cycles=st.sampled_from([np.inf, 0.5]),
)  # fmt: skip
def test_energy_and_services_become_bids_that_break_no_rule_and_stay_within_the_store(iso, day, seed, strategy, cycles):
    """What is offered of all products together can be held at once, in every hour, by power and by stored energy."""
    expected = expectation(iso, day, seed)
    services = some_services(iso, day, expected.prices.index, seed)
    assert {each.product for each in services} == set(SERVICES[iso])
    intervals = interval_starts(day, MARKETS[iso].zone, 60)
    plan = plan_storage(BATTERY, expected, intervals, strategy=strategy, services=services, cycles=cycles)
    energy, capacity = bids_of(plan, target(iso), LEVELS), service_bids(plan, target(iso), LEVELS)
    begin = day_bounds(day, MARKETS[iso].zone)[0]
    verdicts = check_schedule([*energy, *capacity], begin - timedelta(days=1) + timedelta(hours=3))
    assert not [(v.bid_id, f.rule, f.message) for v in verdicts for f in v.broken]
    assert capacity
    assert np.maximum(plan.planned_mw, 0).sum() <= cycles * 1.9 * 0.95 + 1e-6
    terms = {each.product: each for each in services}
    soc = np.concatenate([[1.0], plan.soc_end_mwh])
    for n, start in enumerate(intervals):
        mine = [bid for bid in capacity if bid.start == start.to_pydatetime()]
        for side in ("up", "down"):
            held = [bid for bid in mine if terms[bid.product].traded.side in (side, "both")]
            power = plan.planned_mw[n] if side == "up" else -plan.planned_mw[n]
            assert sum(float(bid.largest_mw) for bid in held) <= 0.5 - power + 1e-6
            energy_behind = sum(float(bid.largest_mw) * terms[bid.product].hours_behind for bid in held)
            for level in soc[n : n + 2]:
                assert energy_behind <= (level - 0.1 if side == "up" else 2 - level) + 1e-6
        assert all(bid.largest_mw <= Decimal("0.3") for bid in mine if bid.product == SERVICES[iso][0])
    rows = service_rows(plan, capacity, target(iso), resource="own name", location="HUB", planned_at=begin)
    assert {bid.bid_id for bid in capacity} == {name for part in rows for name in part["bid_id"].dropna()}
    offered = [bid for bid in energy if bid.points]
    if strategy == "offers":
        for bid in offered:
            planned, at = plan.planned_mw[intervals.get_loc(bid.start)], plan.expected[intervals.get_loc(bid.start)]
            reservation = float(bid.points[0].price_usd_per_mwh)
            assert reservation <= at + 0.02 if planned > 0 else reservation >= at - 0.02


@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), price=st.floats(-100, 300), iso=st.sampled_from(["caiso", "ercot"]))
def test_no_price_awards_more_than_the_plan(seed, price, iso):
    """The market's own clearing of an offer lies between nothing and the planned power, in every hour."""
    intervals = interval_starts(DAYS[1], MARKETS[iso].zone, 60)
    plan = plan_storage(BATTERY, expectation(iso, DAYS[1], seed), intervals)
    planned = dict(zip(intervals, plan.planned_mw, strict=True))
    for bid in bids_of(plan, target(iso), LEVELS):
        order = Order(
            bid_id=bid.bid_id, iso=iso, market="dam", product="energy", resource="BATT_1", location="BATT_1",
            participant="SHOP", kind="storage", start=bid.start, end=bid.end, points=bid.points,
        )  # fmt: skip
        got = float(award_mw(order, Decimal(str(round(price, 2)))))
        power = planned[pd.Timestamp(bid.start)]
        assert min(power, 0) - 1e-9 <= got <= max(power, 0) + 1e-9


def test_a_plan_on_a_right_forecast_earns_the_optimum_and_starts_half_full():
    day = expectation("pjm", DAYS[1], 7)
    intervals = day.prices.index
    plan = plan_storage(BATTERY, day, intervals)
    best = exclusive_dispatch(BATTERY, day.prices.to_numpy())
    assert plan.planned_mw @ day.prices.to_numpy() == pytest.approx(best.net_mw[0] @ day.prices.to_numpy())
    assert plan.soc_end_mwh.min() >= 0.1 - 1e-9
    assert plan.soc_end_mwh.max() <= 2 + 1e-9


@pytest.mark.parametrize("cycles", [0.0, 0.5, 1.0])
def test_the_cycle_limit_is_kept(cycles):
    intervals = interval_starts(DAYS[1], MARKETS["pjm"].zone, 60)
    plan = plan_storage(BATTERY, expectation("pjm", DAYS[1], 3), intervals, cycles=cycles)
    assert np.maximum(plan.planned_mw, 0).sum() <= cycles * 1.9 * 0.95 + 1e-6


def test_negative_prices_all_day_fill_the_store_and_sell_nothing():
    hours = expectation("caiso", DAYS[1], 0).prices.index
    falling = Expectation(pd.Series(np.linspace(-50, -10, len(hours)), index=hours), "test")
    plan = plan_storage(BATTERY.replace(discharge_cost_usd_per_mwh=100), falling, hours[:24])
    assert (plan.planned_mw <= 1e-9).all()
    assert plan.soc_end_mwh[-1] == pytest.approx(2.0)


def test_a_shared_connection_takes_its_room():
    intervals = interval_starts(DAYS[1], MARKETS["ercot"].zone, 60)
    room = np.full(24, 0.2)
    plan = plan_storage(BATTERY, expectation("ercot", DAYS[1], 5), intervals, strategy="value_curves", room_mw=room)
    assert plan.planned_mw.max() <= 0.2 + 1e-9
    assert max(mw for curve in plan.curves for mw, _ in curve) <= 0.2 + 1e-9


def test_without_an_expectation_the_threshold_stands_in():
    intervals = interval_starts(DAYS[1], MARKETS["pjm"].zone, 60)
    plan = plan_storage(BATTERY, NOTHING_KNOWN, intervals)
    assert plan.strategy == "threshold"
    assert plan.curves[0] == ((-0.5, 30.0), (0.0, 30.0), (0.5, 100.0))
    with pytest.raises(ValueError, match="none of"):
        plan_storage(BATTERY, NOTHING_KNOWN, intervals, strategy="luck")


def test_steps_get_upright_edges_where_the_market_draws_lines():
    assert upright(((-5, 20.0), (0, 20.0), (5, 40.0))) == ((-5, 20.0), (0, 20.0), (0, 40.0), (5, 40.0))


def test_a_plant_is_offered_at_its_cost():
    hours = pd.date_range(datetime(2026, 7, 15, 4, tzinfo=UTC), periods=2, freq="h")
    plan = plan_plant(25.0, 0.2, 0.5, Expectation(pd.Series([20.0, 30.0], index=hours), "test"), hours)
    assert plan.planned_mw.tolist() == [0.0, 0.5]
    assert plan.curves == (((0.2, 25.0), (0.5, 25.0)),) * 2
