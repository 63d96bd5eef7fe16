"""The engine's plan against HiGHS: the same facility written as a mixed-integer programme by hand."""

import itertools
from dataclasses import replace

import highspy
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.analysis.chp.facility import Facility, Tariff, interval_cost_usd
from market_platform.analysis.chp.plan import EngineState, cleanest_plan, decisions, plan, quality
from market_platform.errors import Infeasible

ENGINE = Facility(
    maximum_mw=60.0,
    minimum_mw=30.0,
    electric_efficiency=0.4,
    high_heat_efficiency=0.2,
    low_heat_efficiency=0.2,
    boiler_efficiency=0.85,
    co2_tonnes_per_mwh_fuel=0.18,
)


def _tariff(count: int, seed: int) -> Tariff:
    chance = np.random.default_rng(seed)
    price = chance.normal(60, 45, count)
    return Tariff(
        import_price_usd_per_mwh=price + 4.0,
        export_price_usd_per_mwh=price,
        gas_price_usd_per_mwh=np.full(count, 15.0),
        power_demand_mw=chance.uniform(20, 60, count),
        high_heat_mw=chance.uniform(0, 50, count),
        low_heat_mw=chance.uniform(0, 50, count),
        carbon_price_usd_per_tonne=np.full(count, 25.0),
    )


def _highs_usd(facility: Facility, tariff: Tariff) -> float | None:
    """Return the optimum of the same problem as a MIP, None where there is none; the engine enters off and free to start."""
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("mip_rel_gap", 0.0)
    count, inf = len(tariff.high_heat_mw), highspy.kHighsInf
    on = [model.addBinary() for _ in range(count)]
    start = [model.addBinary() for _ in range(count)]
    total = 0.0
    for step in range(count):
        load, bought, sold, high, low, down = (model.addVariable(0, inf) for _ in range(6))
        fuel = load * (1 / facility.electric_efficiency)
        model.addConstr(load <= facility.maximum_mw * on[step])
        model.addConstr(load >= facility.minimum_mw * on[step])
        model.addConstr(load + bought - sold == tariff.power_demand_mw[step])
        dumped = model.addVariable(0, inf if facility.heat_may_be_dumped else 0)
        model.addConstr(fuel * facility.high_heat_efficiency + high - down == tariff.high_heat_mw[step])
        model.addConstr(fuel * facility.low_heat_efficiency + low + down - dumped == tariff.low_heat_mw[step])
        model.addConstr(high + low <= facility.boiler_maximum_mw)
        buys = model.addBinary()  # one of buying and selling, whatever the prices say
        model.addConstr(bought <= 200.0 * buys)
        model.addConstr(sold <= 200.0 - 200.0 * buys)
        carbon = facility.co2_tonnes_per_mwh_fuel * tariff.carbon_price_usd_per_tonne[step]
        price = tariff.gas_price_usd_per_mwh[step] + carbon
        total = total + fuel * price + (high + low) * (price / facility.boiler_efficiency)
        total = total + bought * tariff.import_price_usd_per_mwh[step] - sold * tariff.export_price_usd_per_mwh[step]
        total = total + start[step] * facility.start_cost_usd
        before = on[step - 1] if step else 0.0
        model.addConstr(on[step] - before <= start[step])
        for later in range(step + 1, min(step + facility.minimum_up, count)):
            model.addConstr(on[later] - on[step] + before >= 0)
        for later in range(step + 1, min(step + facility.minimum_down, count) if step else step):
            model.addConstr(on[later] - on[step] + before <= 1)
    model.minimize(total)
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(model.getObjectiveValue())


@pytest.mark.parametrize(
    ("start_cost", "up", "down", "seed"), [(0, 1, 1, 1), (800, 1, 1, 2), (0, 4, 3, 3), (1500, 5, 4, 4), (400, 2, 6, 5)]
)
def test_plan_equals_the_mixed_integer_optimum(start_cost: float, up: int, down: int, seed: int) -> None:
    facility = replace(ENGINE, start_cost_usd=start_cost, minimum_up=up, minimum_down=down)
    tariff = _tariff(48, seed)
    assert plan(facility, tariff).total_usd == pytest.approx(_highs_usd(facility, tariff), abs=1e-4)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000), dump=st.booleans(), boiler=st.sampled_from([40.0, 80.0, float("inf")]),
    selling_pays=st.sampled_from([-20.0, 0.0, 15.0]), start=st.sampled_from([0.0, 600.0]), times=st.integers(1, 4),
    low_less=st.sampled_from([0.0, 30.0]),
)  # fmt: skip
def test_every_switch_equals_the_mixed_integer_optimum(
    seed: int, dump: bool, boiler: float, selling_pays: float, start: float, times: int, low_less: float
) -> None:
    """Heat that may not be dumped, a boiler with a limit, sales that pay more than power costs, low heat from elsewhere."""
    facility = replace(
        ENGINE,
        heat_may_be_dumped=dump,
        boiler_maximum_mw=boiler,
        start_cost_usd=start,
        minimum_up=times,
        minimum_down=times,
    )
    tariff = _tariff(8, seed)
    low = tariff.low_heat_mw - low_less if dump else tariff.low_heat_mw
    export = tariff.import_price_usd_per_mwh + selling_pays
    tariff = replace(tariff, low_heat_mw=low, export_price_usd_per_mwh=export)
    best = _highs_usd(facility, tariff)
    if best is None:
        with pytest.raises(Infeasible):
            plan(facility, tariff)
    else:
        assert plan(facility, tariff).total_usd == pytest.approx(best, abs=1e-4)


def test_the_cleanest_plan_emits_no_more_and_costs_no_less_than_the_cheapest() -> None:
    tariff = _tariff(48, 7)
    facility = replace(ENGINE, start_cost_usd=700.0, minimum_up=3, minimum_down=2)
    intensity = np.random.default_rng(7).normal(0.35, 0.2, 48)
    cheapest = plan(facility, tariff)
    cleanest, tonnes = cleanest_plan(facility, tariff, intensity)
    in_tonnes = replace(facility, start_cost_usd=0.0)
    assert tonnes == pytest.approx(_highs_usd(in_tonnes, tariff.in_tonnes(intensity)), abs=1e-6)
    assert tonnes <= float(interval_cost_usd(facility, tariff.in_tonnes(intensity), cheapest.load_mw).sum())
    assert cleanest.total_usd >= cheapest.total_usd
    starts = int(np.diff(cleanest.is_on.astype(int), prepend=0).clip(0).sum())
    running = float(interval_cost_usd(facility, tariff, cleanest.load_mw).sum())
    assert cleanest.total_usd == pytest.approx(running + 700.0 * starts)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), up=st.integers(1, 6), down=st.integers(1, 6), start=st.floats(0, 3_000))
def test_plans_keep_their_times_and_cost_what_they_say(seed: int, up: int, down: int, start: float) -> None:
    facility = replace(ENGINE, start_cost_usd=start, minimum_up=up, minimum_down=down)
    tariff = _tariff(60, seed)
    best = plan(facility, tariff)
    assert best.total_usd >= plan(ENGINE, tariff).total_usd - 1e-6
    turns = np.flatnonzero(np.diff(best.is_on.astype(int))) + 1
    for begin, end in itertools.pairwise(turns):
        assert end - begin >= (up if best.is_on[begin] else down)
    running = best.load_mw[best.is_on]
    assert ((running >= 30.0) & (running <= 60.0)).all()


def test_entering_state_is_kept() -> None:
    facility = replace(ENGINE, minimum_up=6, minimum_down=6)
    tariff = _tariff(24, 9)
    assert plan(facility, tariff, EngineState(on=True, intervals=2)).is_on[:4].all()
    assert not plan(facility, tariff, EngineState(on=False, intervals=1)).is_on[:5].any()


def test_heat_that_cannot_be_met_is_infeasible() -> None:
    with pytest.raises(Infeasible, match="cannot cover the heat"):
        plan(replace(ENGINE, boiler_maximum_mw=1.0, maximum_mw=31.0), _tariff(24, 1))


def test_decisions_change_with_prices_and_carry_quality() -> None:
    tariff = _tariff(4, 1)
    now = pd.Timestamp("2026-11-20 12:00", tz="UTC")
    observed = pd.Series(pd.to_datetime(["2026-11-20 11:50", "2026-11-20 11:50", "2026-11-20 06:00", None], utc=True))
    basis = quality(observed, pd.Series([False, True, True, False]), now, pd.Timedelta(hours=1))
    starts = pd.date_range(now, periods=4, freq="h")
    dear = replace(tariff, import_price_usd_per_mwh=np.full(4, 500.0), export_price_usd_per_mwh=np.full(4, 499.0))
    cheap = replace(tariff, import_price_usd_per_mwh=np.full(4, 1.0), export_price_usd_per_mwh=np.full(4, 0.0))
    assert decisions(ENGINE, dear, starts, basis)["decision"].tolist() == ["run"] * 4
    table = decisions(ENGINE, cheap, starts, basis)
    assert table["decision"].tolist() == ["off"] * 4
    assert table["data_quality"].tolist() == ["good", "estimated", "stale", "stale"]


@pytest.mark.parametrize(("count", "objective_usd"), [(24, -53_596.57595611), (720, -1_586_299.77110872)])
def test_plan_equals_energypylinear(count: int, objective_usd: float) -> None:
    """Objectives of energypylinear 1.4.1 (spill allowed, boiler 0.8, gap 0) as its solver reports them.

    What the peer adds up itself is 5e-4 off at 720 hours: it reads the solution back from a file of eight digits. Its
    running hours are the same as here in every hour.
    """
    chance = np.random.default_rng(42)
    price = chance.normal(100, 60, count)
    heat = {"high_heat_mw": chance.uniform(0, 60, count), "low_heat_mw": chance.uniform(0, 30, count)}
    nothing = np.zeros(count)
    tariff = Tariff(price, price, np.full(count, 25.0), nothing, **heat, carbon_price_usd_per_tonne=nothing)
    facility = replace(ENGINE, boiler_efficiency=0.8)
    assert plan(facility, tariff).total_usd == pytest.approx(objective_usd, abs=1e-6)
