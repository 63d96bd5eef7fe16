"""What an order gets at a price, against a search over quantities that shares no code with the clearing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.sandbox.exchange.clearing import STEP_MW, award_mw, ration
from market_platform.sandbox.exchange.order import Order
from market_platform.sandbox.exchange.unit import Unit

START = datetime(2026, 7, 15, 20, tzinfo=UTC)


def an_order(iso, points=(), product="energy", shape="curve", own=None):
    return Order(
        bid_id="b1", iso=iso, market="dam", product=product, resource="R", location="L", participant="P",
        kind="storage", start=START, end=START + timedelta(hours=1), shape=shape, self_schedule_mw=own,
        points=tuple((Decimal(mw), Decimal(price)) for mw, price in points),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("iso", "points", "price", "mw"),
    [
        # Steps: from full draw at -10, idle from 20 on, 10 MW from 40 on.
        ("caiso", [("-10", "20"), ("0", "20"), ("10", "40")], "19.99", "-10"),
        ("caiso", [("-10", "20"), ("0", "20"), ("10", "40")], "20.01", "0"),
        ("caiso", [("-10", "20"), ("0", "20"), ("10", "40")], "40.01", "10"),
        ("caiso", [("-10", "20"), ("0", "20"), ("10", "40")], "-150", "-10"),
        # Straight lines between corners.
        ("ercot", [("-10", "20"), ("10", "40")], "30", "0"),
        ("ercot", [("-10", "20"), ("10", "40")], "35", "5"),
        ("ercot", [("-10", "20"), ("10", "40")], "10", "-10"),
        ("ercot", [("-10", "20"), ("10", "40")], "5000", "10"),
        ("ercot", [("1", "20"), ("2", "40")], "19", "0"),
        # A storage that wants to draw at any negative price.
        ("nyiso", [("-5", "0"), ("0", "0"), ("5", "1000")], "-300", "-5"),
    ],
)
def test_offers_are_read_as_each_iso_reads_them(iso, points, price, mw):
    assert award_mw(an_order(iso, points), Decimal(price)) == Decimal(mw)


def test_purchases_take_while_their_price_holds():
    bid = an_order("ercot", [("1", "40"), ("2", "30")], product="energy_bid", shape="variable")
    assert [award_mw(bid, Decimal(price)) for price in ("41", "35", "29")] == [0, 1, 2]
    line = an_order("ercot", [("1", "40"), ("3", "30")], product="energy_bid")
    assert award_mw(line, Decimal(35)) == 2


def test_capacity_is_taken_block_by_block():
    blocks = an_order("ercot", [("24", "1.83"), ("20", "1.60"), ("28", "1.90")], product="as_only_ecrs")
    assert [award_mw(blocks, Decimal(price)) for price in ("1.59", "1.7", "5")] == [0, 20, 72]


def test_the_margin_is_shared():
    step = an_order("caiso", [("0", "20"), ("10", "40")])
    assert award_mw(step, Decimal(40), Decimal("0.25")) == Decimal("2.5")
    assert award_mw(an_order("ercot", [("1", "20"), ("3", "20")]), Decimal(20), Decimal("0.5")) == Decimal("1.7")


def test_blocks_are_all_or_nothing_and_self_schedules_take_any_price():
    block = an_order("ercot", [("8", "18")], product="energy_bid", shape="fixed")
    assert [award_mw(block, Decimal(price)) for price in ("18", "18.01")] == [8, 0]
    own = an_order("caiso", [("5", "100"), ("9", "200")], own=Decimal(3))
    assert [award_mw(own, Decimal(price)) for price in ("-150", "150", "201")] == [3, 5, 9]


def test_a_shallow_market_takes_the_same_share_of_each():
    orders = [
        an_order("ercot", [("10", "1")]),
        an_order("ercot", [("5", "1")]),
        an_order("ercot", [("9", "1")], shape="fixed"),
    ]
    assert ration(orders, [Decimal(10), Decimal(5), Decimal(9)], None) == [10, 5, 9]
    assert ration(orders, [Decimal(10), Decimal(5), Decimal(9)], Decimal("7.5")) == [5, Decimal("2.5"), 0]
    assert ration(orders, [Decimal(10), Decimal(5), Decimal(9)], Decimal(24)) == [10, 5, 9]


CURVES = st.lists(st.tuples(st.integers(-20, 20), st.integers(-25, 50)), min_size=1, max_size=8).map(
    lambda pairs: list(zip(sorted(mw for mw, _ in pairs), sorted(price for _, price in pairs), strict=True))
)


def _marginal_price(corners, mw, *, linear):
    """Return the lowest price at which the curve still gives ``mw``: a search, with no shortcut."""
    first_mw, first_price = corners[0]
    if mw <= min(first_mw, 0):
        return None  # given at any price
    if mw <= first_mw:
        return Decimal(first_price)
    for (low, low_price), (high, high_price) in pairwise(corners):
        if low < mw <= high:
            share = Decimal(mw - low) / Decimal(high - low)
            return low_price + share * (high_price - low_price) if linear else Decimal(high_price)
    return Decimal("Infinity")


@settings(max_examples=400, deadline=None)
@given(CURVES, st.decimals(-30, 55, places=2), st.sampled_from(["ercot", "caiso"]))
def test_an_award_is_the_most_that_the_price_pays_for(corners, price, iso):
    order = an_order(iso, corners)
    mw = award_mw(order, price)
    linear = iso == "ercot"
    assert min(corners[0][0], 0) <= mw <= max(corners[-1][0], 0)
    # A little less pays at this price, a little more does not: two steps, for the rounding towards zero.
    less = _marginal_price(corners, mw - 2 * STEP_MW[iso], linear=linear)
    more = _marginal_price(corners, mw + 2 * STEP_MW[iso], linear=linear)
    assert less is None or less <= price
    assert more is None or more >= price


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.decimals(-2, 2, places=2), min_size=1, max_size=50), st.decimals(0, 4, places=2),
    st.decimals("0.5", 1, places=2), st.sampled_from([5, 15, 60]),
)  # fmt: skip
def test_a_storage_never_leaves_its_energy_and_does_all_it_can(set_points, start, efficiency, minutes):
    unit = Unit("R", "storage", Decimal(-1), Decimal(1), Decimal(4), start, efficiency)
    hours = Decimal(minutes) / 60
    at = START
    for asked in set_points:
        before = unit.soc_mwh
        at += timedelta(minutes=minutes)
        reading = unit.follow(asked, hours, at)
        tiny = Decimal("1e-20")
        assert -tiny <= unit.soc_mwh <= 4 + tiny
        change = -reading.actual_mw if reading.actual_mw > 0 else -reading.actual_mw * efficiency
        assert abs(unit.soc_mwh - before - change * hours) < Decimal("1e-20")
        wanted = max(Decimal(-1), min(Decimal(1), asked))
        assert abs(reading.actual_mw) <= abs(wanted)
        if reading.actual_mw != wanted:
            assert min(abs(unit.soc_mwh), abs(unit.soc_mwh - 4)) < Decimal("1e-20")
