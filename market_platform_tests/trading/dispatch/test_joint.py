"""Energy and services of one battery: never both ways at once, limits kept, and prices that lead back to the plan."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import (
    AncillaryProduct,
    Fleet,
    ancillary_dispatch,
    exclusive_dispatch,
    joint_dispatch,
)

HOURS = 8
BATTERY = Fleet.of(
    power_mw=1, energy_mwh=3, soc_min_mwh=0.2, soc_start_mwh=1.5, charge_efficiency=0.9, discharge_efficiency=0.95,
    charge_cost_usd_per_mwh=0.3, discharge_cost_usd_per_mwh=0.5,
)  # fmt: skip
PRODUCTS = [
    AncillaryProduct("up", upward=True, duration_hours=0.5),
    AncillaryProduct("down", upward=False, duration_hours=0.5, limit_mw=0.7),
    AncillaryProduct("slow", upward=True, duration_hours=4),
    AncillaryProduct("both", upward=True, duration_hours=0.25, both_ways=True),
]


def by_paper(fleet, prices, products, capacity, room, most):
    """The same question written row by row with a choice in every interval, through SciPy's own door to HiGHS."""
    b, n, count = fleet.table[0], len(prices), len(products)
    width = 4 + count  # charge, discharge, SOC at the end, whether it charges, awards
    size = n * width
    gain, low, high, whole = np.zeros(size), np.zeros(size), np.full(size, np.inf), np.zeros(size)
    rows, least, limits = [], [], []

    def add(entries, upper, lower=-np.inf):
        row = np.zeros(size)
        for place, value in entries:
            row[place] += value
        rows.append(row)
        least.append(lower)
        limits.append(upper)

    for t in range(n):
        c, d, s, yes = (t * width + k for k in range(4))
        gain[c], gain[d], gain[t * width + 4 : (t + 1) * width] = -(prices[t] + b[7]), prices[t] - b[8], capacity[:, t]
        high[[c, d, s, yes]], low[s], whole[yes] = [b[0], b[1], b[3], 1], b[2], 1
        before = [] if t == 0 else [(s - width, -1.0)]
        start = b[4] if t == 0 else 0.0
        add([(s, 1.0), (c, -b[5]), (d, 1 / b[6]), *before], start, start)
        add([(c, 1.0), (yes, -b[0])], 0.0)
        add([(d, 1.0), (yes, b[1])], b[1])
        ups = [(t * width + 4 + k, p) for k, p in enumerate(products) if p.upward or p.both_ways]
        downs = [(t * width + 4 + k, p) for k, p in enumerate(products) if p.both_ways or not p.upward]
        for k, product in enumerate(products):
            high[t * width + 4 + k] = np.inf if product.limit_mw is None else product.limit_mw
        add([(d, 1.0), (c, -1.0), *((k, 1.0) for k, _ in ups)], min(b[1], room[t]))
        add([(d, -1.0), (c, 1.0), *((k, 1.0) for k, _ in downs)], b[0])
        for soc in ([(s, 1.0)], before and [(s - width, 1.0)]):
            level = 0.0 if soc else b[4]
            sure = [(place, -b[6] * value) for place, value in soc or []]
            add([*((k, p.duration_hours) for k, p in ups), *sure], (level - b[2]) * b[6])
            free = [(place, value / b[5]) for place, value in soc or []]
            add([*((k, p.duration_hours) for k, p in downs), *free], (b[3] - level) / b[5])
    add([(t * width + 1, 1.0) for t in range(n)], most)
    rules = LinearConstraint(np.array(rows), least, limits)
    answer = milp(-gain, constraints=rules, bounds=Bounds(low, high), integrality=whole, options={"mip_rel_gap": 1e-10})
    return -answer.fun if answer.success else None


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**20), level=st.sampled_from([-60.0, -10.0, 30.0]), most=st.sampled_from([0.5, 2.0, np.inf]),
    room=st.sampled_from([0.0, 0.6, 9.0]), products=st.sampled_from([PRODUCTS, PRODUCTS[:2], []]),
)  # fmt: skip
def test_the_optimum_is_that_of_a_program_written_apart(seed, level, most, room, products):
    random = np.random.default_rng(seed)
    prices = random.normal(level, 40, HOURS)
    capacity = np.abs(random.normal(0, 15, (len(products), HOURS)))
    rooms = np.where(random.random(HOURS) < 0.4, room, 9.0)
    value = by_paper(BATTERY, prices, products, capacity, rooms, most)
    if value is None:
        with pytest.raises(Infeasible):
            joint_dispatch(BATTERY, prices, products, capacity, injection_limit_mw=rooms, most_discharged_mwh=most)
        return
    found = joint_dispatch(BATTERY, prices, products, capacity, injection_limit_mw=rooms, most_discharged_mwh=most)
    energy = found.plan.energy
    assert energy.value_usd[0] == pytest.approx(value, rel=1e-7, abs=1e-6)
    assert np.minimum(energy.charge_mw, energy.discharge_mw).max() <= 1e-6
    assert energy.discharge_mw.sum() <= most + 1e-6
    discharges, charges = energy.discharge_mw[0] > 1e-6, energy.charge_mw[0] > 1e-6
    # What is planned at the expected prices is what the reservation prices say at them.
    assert (found.discharge_above_usd_per_mwh[discharges] <= prices[discharges] + 1e-5).all()
    assert (found.charge_below_usd_per_mwh[charges] >= prices[charges] - 1e-5).all()


def test_without_products_it_is_the_exclusive_optimum_and_with_them_the_services_one():
    prices = np.array([-30.0, -40.0, 10.0, 80.0, -20.0, 60.0])
    alone = joint_dispatch(BATTERY, prices, [], np.empty((0, 6)))
    assert alone.plan.energy.value_usd == pytest.approx(exclusive_dispatch(BATTERY, prices).value_usd)
    dear = np.abs(prices) + 5
    capacity = np.full((2, 6), 8.0)
    both = joint_dispatch(BATTERY, dear, PRODUCTS[:2], capacity)
    assert both.plan.energy.value_usd == pytest.approx(
        ancillary_dispatch(BATTERY, dear, PRODUCTS[:2], capacity).energy.value_usd
    )
    assert both.plan.capacity_usd[0] > 0


def test_a_service_that_pays_more_than_energy_takes_its_place():
    flat = np.full(4, 30.0)
    full = BATTERY.replace(soc_start_mwh=3.0, terminal_value_usd_per_mwh=10.0)
    without = joint_dispatch(full, flat, [], np.empty((0, 4)))
    # Without a limit it would charge and discharge in turn: charging at full power backs twice the power upwards.
    service = AncillaryProduct("up", upward=True, duration_hours=0.5, limit_mw=1.0)
    dear = joint_dispatch(full, flat, [service], np.full((1, 4), 50.0))
    assert without.plan.energy.discharge_mw.sum() > 2
    assert dear.plan.energy.discharge_mw.sum() == pytest.approx(0, abs=1e-9)
    assert dear.plan.capacity_usd == pytest.approx(200)
    assert np.isnan(dear.discharge_above_usd_per_mwh).all()


def test_more_than_one_battery_is_refused():
    with pytest.raises(ValueError, match="one battery"):
        joint_dispatch(Fleet.of(power_mw=[1, 1], energy_mwh=[2, 2]), [1.0, 2.0], [], np.empty((0, 2)))
