"""Least-cost assignment against an integer programme at lot level that knows nothing of groups."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from market_platform.certificates.compliance.assignment import assign
from market_platform.certificates.compliance.eligibility import eligible_classes
from market_platform.certificates.compliance.obligations import Requirement
from market_platform.certificates.compliance.programmes import Period, Programme

YEAR = Period("2025", date(2025, 1, 1), date(2025, 12, 31))


def requirement(state, certificates, payment, cap=None, tier="Tier I", within=""):
    payment = None if payment is None else Decimal(payment)
    return Requirement(
        state, tier, within, YEAR, Decimal(1), certificates, certificates, payment, cap, "test", "verified"
    )


def frame(lots):
    return pd.DataFrame(lots, columns=["lot_id", "quantity", "cost_usd"])


def pairs(rows):
    return pd.DataFrame(rows, columns=["lot_id", "requirement", "banked"])


def test_first_fit_would_pay_more():
    lots = frame([(1, 100, 1.0), (2, 100, 2.0)])
    eligible = pairs([(1, 0, False), (1, 1, False), (2, 0, False)])
    found = assign(lots, eligible, [requirement("A", 100, 50), requirement("B", 100, 50)])
    assert found.cost_usd == Decimal(300)
    assert sorted(found.lots.itertuples(index=False, name=None)) == [(1, 1, 100), (2, 0, 100)]


def test_paying_is_cheaper_than_a_dear_certificate_and_a_shortfall_is_shown():
    lots = frame([(1, 10, 70.0), (2, 5, 20.0)])
    eligible = pairs([(1, 0, False), (2, 0, False)])
    found = assign(lots, eligible, [requirement("A", 12, 50)])
    assert found.cost_usd == Decimal(5 * 20 + 7 * 50)
    assert found.summary[["required", "assigned", "shortfall"]].values.tolist() == [[12, 5, 7]]
    assert found.summary["payment_usd"].tolist() == [Decimal(350)]


def test_an_unknown_payment_stays_unknown():
    found = assign(frame([(1, 10, 70.0)]), pairs([(1, 0, False)]), [requirement("A", 12, None)])
    assert found.summary[["assigned", "shortfall"]].values.tolist() == [[10, 2]]
    assert found.summary["payment_usd"].tolist() == [None]


def test_nothing_to_assign():
    found = assign(frame([]), pairs([]), [requirement("A", 3, 10)])
    assert found.summary["shortfall"].tolist() == [3]
    assert found.cost_usd == 30


@st.composite
def problems(draw):
    width = draw(st.integers(1, 4))
    demands = [
        requirement(
            str(number), draw(st.integers(0, 40)), draw(st.integers(1, 60)), draw(st.none() | st.integers(0, 20))
        )
        for number in range(width)
    ]
    lots, eligible = [], []
    for lot_id in range(draw(st.integers(1, 8))):
        lots.append((lot_id, draw(st.integers(1, 30)), draw(st.integers(0, 6000)) / 100))
        eligible += [(lot_id, number, draw(st.booleans())) for number in range(width) if draw(st.booleans())]
    return frame(lots), pairs(eligible), demands


@given(problems())
@settings(max_examples=60, deadline=None)
def test_no_integer_programme_does_better(problem):
    lots, eligible, demands = problem
    found = assign(lots, eligible, demands)
    used = found.lots.groupby("lot_id")["quantity"].sum()
    assert (used <= lots.set_index("lot_id")["quantity"].loc[used.index]).all()
    assert (found.lots["quantity"] > 0).all()
    allowed = {(row.lot_id, row.requirement): row.banked for row in eligible.itertuples()}
    for number, demand in enumerate(demands):
        mine = found.lots[found.lots["requirement"] == number]
        assert mine["quantity"].sum() <= demand.certificates
        banked = sum(row.quantity for row in mine.itertuples() if allowed[row.lot_id, number])
        assert demand.bank_cap is None or banked <= demand.bank_cap
    assert float(found.cost_usd) == pytest.approx(_best_by_milp(lots, eligible, demands), abs=1e-6)


@given(st.integers(0, 10**6))
@settings(max_examples=12, deadline=None)
def test_long_cost_curves_are_refined_to_the_exact_optimum(seed):
    dice = np.random.default_rng(seed)
    count, width, kinds = 250, 4, 5
    lots = frame({
        "lot_id": range(count), "quantity": dice.integers(1, 30, count), "cost_usd": dice.integers(1, 6000, count) / 100
    })  # fmt: skip
    may, old, kind = (
        dice.random((kinds, width)) < 0.5,
        dice.random((kinds, width)) < 0.4,
        dice.integers(0, kinds, count),
    )
    lot, number = np.nonzero(may[kind])
    eligible = pairs({"lot_id": lot, "requirement": number, "banked": old[kind[lot], number]})
    demands = [
        requirement(str(state), int(dice.integers(100, 1500)), int(dice.integers(5, 60)), int(dice.integers(0, 400)))
        for state in range(width)
    ]
    found = assign(lots, eligible, demands)
    assert float(found.cost_usd) == pytest.approx(_best_by_milp(lots, eligible, demands), rel=1e-9)


def _best_by_milp(lots, eligible, demands):
    arcs, width = list(eligible.itertuples(index=False)), len(demands)
    price = lots.set_index("lot_id")["cost_usd"]
    cost = [price[arc.lot_id] for arc in arcs] + [float(item.payment_usd) for item in demands]
    rows, low, high = [], [], []
    for row in lots.itertuples():
        rows.append([arc.lot_id == row.lot_id for arc in arcs] + [0] * width)
        low.append(0)
        high.append(row.quantity)
    for number, item in enumerate(demands):
        rows.append([arc.requirement == number for arc in arcs] + [other == number for other in range(width)])
        low.append(item.certificates)
        high.append(item.certificates)
        if item.bank_cap is not None:
            rows.append([arc.requirement == number and arc.banked for arc in arcs] + [0] * width)
            low.append(0)
            high.append(item.bank_cap)
    solved = milp(
        cost, constraints=LinearConstraint(np.array(rows, dtype=float), low, high), integrality=np.ones(len(cost)),
        bounds=Bounds(0, np.inf),
    )  # fmt: skip
    assert solved.success
    return solved.fun


def test_who_may_serve_whom():
    programmes = {
        "DC": Programme("DC", {"compliance_year": "01", "registry": "pjm_gats", "later_periods": "2"}),
    }
    classes = pd.DataFrame(
        [
            (1, "pjm_gats", date(2025, 3, 1), "DC:Solar"),
            (2, "pjm_gats", date(2024, 3, 1), "DC:Tier I;MD:Tier 1"),
            (3, "pjm_gats", date(2022, 3, 1), "DC:Tier I"),
            (4, "mrets", date(2025, 3, 1), "DC:Tier I"),
            (5, "pjm_gats", date(2025, 3, 1), "MD:Tier 1"),
        ],
        columns=["class_id", "registry", "vintage", "eligibility"],
    )
    wanted = [requirement("DC", 1, 50), requirement("DC", 1, 460, tier="Solar", within="Tier I")]
    found = eligible_classes(classes, wanted, programmes, date(2026, 3, 1))
    assert found.values.tolist() == [[1, 0, False], [2, 0, True], [1, 1, False]]
