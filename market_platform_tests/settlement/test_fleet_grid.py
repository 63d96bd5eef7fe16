"""The 64-bit fleet kernel against exact fractions, and its refusals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import SchemaChanged
from market_platform.settlement.exact import cents
from market_platform.settlement.shadow.grid import settle_fleet

HOURS_OF_DAYS = (23, 24, 25)


def _fleet(seed, per_hour, price_decimals=5, size_mw=200.0):
    draw = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(HOURS_OF_DAYS)])
    hours = first[-1]
    return {
        "day_ahead_mw": np.round(draw.uniform(-size_mw, size_mw, (3, hours)), 3),
        "metered_mwh": np.round(draw.uniform(-size_mw, size_mw, (3, hours * per_hour)) / per_hour, 6),
        "day_ahead_usd_per_mwh": np.round(draw.uniform(-150, 2000, (2, hours)), price_decimals),
        "real_time_usd_per_mwh": np.round(draw.uniform(-150, 2000, (2, hours * per_hour)), price_decimals),
        "location_of_resource": np.array([0, 1, 1]),
        "first_hour_of_day": first,
    }


@given(seed=st.integers(0, 10**6), per_hour=st.sampled_from([1, 4, 12]))
@settings(max_examples=6, deadline=None)
def test_equals_exact_fractions(seed, per_hour):
    fleet = _fleet(seed, per_hour)
    result = settle_fleet(**fleet, keep_intervals=True)
    resource, at = 2, 1
    total = 0
    for step, metered in enumerate(fleet["metered_mwh"][resource]):
        award = Fraction(str(fleet["day_ahead_mw"][resource, step // per_hour])) / per_hour
        price = Fraction(str(fleet["real_time_usd_per_mwh"][at, step]))
        exact = int(cents((Fraction(f"{metered:.6f}") - award) * price) * 100)
        assert result.interval_imbalance_cents[resource, step] == exact
        total += exact
    assert result.imbalance_cents[resource].sum() == total
    first, after = fleet["first_hour_of_day"][0:2]
    sold = sum(
        int(cents(Fraction(str(mw)) * Fraction(str(price))) * 100)
        for mw, price in zip(
            fleet["day_ahead_mw"][resource, first:after], fleet["day_ahead_usd_per_mwh"][at, first:after], strict=True
        )
    )
    assert result.day_ahead_cents[resource, 0] == sold


@pytest.mark.parametrize(
    ("name", "value"), [("metered_mwh", np.nan), ("metered_mwh", 1e9), ("day_ahead_mw", 0.00000012)]
)
def test_what_64_bits_cannot_hold_is_refused(name, value):
    fleet = _fleet(1, 12)
    fleet[name][1, 5] = value
    with pytest.raises(SchemaChanged, match="resource row 1"):
        settle_fleet(**fleet)


def test_prices_with_too_many_decimals_and_wrong_shapes_are_refused():
    fleet = _fleet(1, 12)
    with pytest.raises(SchemaChanged, match="more decimals"):
        settle_fleet(**fleet, price_decimals=2)
    fleet["first_hour_of_day"] = fleet["first_hour_of_day"][:-1]
    with pytest.raises(SchemaChanged, match="shape"):
        settle_fleet(**fleet)
