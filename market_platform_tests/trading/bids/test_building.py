"""Plans become bids that the checker passes, and never ask for more than the plan."""

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.trading.bids.building import BidTarget, bid_identifier, fitted, offer_curves, self_schedules
from market_platform.trading.bids.checker import check_bid, check_schedule
from market_platform.trading.bids.schedule import schedule_frame, verdict_frame
from market_platform.trading.bids.tables import TABLES, product_of, products, rules, rules_in_force
from market_platform_tests.trading.bids.bid_cases import a_bid, local

ISOS = ["caiso", "pjm", "ercot", "nyiso"]


def target(iso, **changes):
    fields = {
        "market": "dam", "product": "energy", "resource": "BATT_1", "location": "HUB", "participant": "SHOP",
        "portfolio": "storage", "kind": "storage",
    }  # fmt: skip
    return BidTarget(iso=iso, **(fields | changes))


def in_order(pairs):
    return list(zip(sorted(mw for mw, _ in pairs), sorted(price for _, price in pairs), strict=True))


PAIRS = st.tuples(st.floats(-10, 10), st.floats(-140, 900))
CORNERS = st.lists(PAIRS, min_size=2, max_size=30).map(in_order)


@settings(max_examples=150, deadline=None)
@given(CORNERS, st.sampled_from(ISOS))
def test_any_curve_in_order_becomes_a_bid_that_passes(corners, iso):
    start = local(iso, 2026, 7, 15, 15)
    (bid,) = offer_curves(target(iso), [start], [[(-10.0, -145.0), *corners, (10.0, 950.0)]])
    assert check_bid(bid, local(iso, 2026, 7, 14, 1)).broken == ()
    assert (bid.points[0].mw, bid.points[-1].mw) == (-10, 10)
    assert min(point.price_usd_per_mwh for point in bid.points) >= -145


@settings(max_examples=100, deadline=None)
@given(st.floats(-20, 20, allow_nan=False), st.sampled_from(ISOS))
def test_a_self_schedule_is_rounded_towards_zero_or_left_out(mw, iso):
    bids = self_schedules(target(iso), [local(iso, 2026, 7, 15, 15)], [mw])
    if not bids:
        assert abs(mw) < 0.1
        return
    own = bids[0].self_schedule_mw
    assert abs(own) <= abs(Decimal(str(mw))) < abs(own) + Decimal("0.1")
    assert check_bid(bids[0], local(iso, 2026, 7, 14, 1)).passes


def test_prices_are_cut_to_the_cap_and_rounded_in_our_favour():
    start = local("ercot", 2026, 7, 15, 15)
    assert fitted(target("ercot"), start, [(1.0, -300.0), (2.0, 20.001), (3.0, 9999.0)]) == (
        (1, -250), (2, Decimal("20.01")), (3, 5000),
    )  # fmt: skip
    purchase = target("ercot", product="energy_bid", kind="virtual")
    assert fitted(purchase, start, [(1.0, 30.009), (2.0, 20.0)])[0].price_usd_per_mwh == Decimal("30.00")
    with pytest.raises(RuleBroken, match="out of order"):
        fitted(target("ercot"), start, [(1.0, 30.0), (2.0, 20.0)])


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25)])
def test_schedules_of_clock_change_days_are_tables_with_their_gates(day, hours):
    starts = [
        start.to_pydatetime() for start in interval_starts(local("caiso", *day).date(), MARKETS["caiso"].zone, 60)
    ]
    bids = offer_curves(target("caiso"), starts, [[(-1.0, 20.0), (1.0, 40.0)]] * hours)
    assert len({bid.bid_id for bid in bids}) == hours
    frame = schedule_frame(bids)
    assert len(frame) == 2 * hours
    assert frame["interval_start"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert frame["gate_closes_at"].nunique() == 1
    received = bids[0].start - timedelta(days=1)
    verdicts = verdict_frame(check_schedule(bids, received))
    assert not verdicts["broken"].any()
    assert set(verdicts.loc[verdicts["rule"] == "gate", "status"]) == {"U"}
    own = schedule_frame(self_schedules(target("caiso"), starts[:1], [0.5]))
    assert own[["point", "self_schedule_mw"]].to_numpy().tolist() == [[0, 0.5]]


def test_identifiers_follow_from_the_bid_and_its_revision():
    start = local("ercot", 2026, 7, 15, 15)
    names = {bid_identifier(target("ercot"), start, revision) for revision in (0, 0, 1)}
    assert len(names) == 2
    assert all(len(name) == 12 for name in names)


def test_no_day_has_two_rows_for_one_case():
    """Every product on the days around every date in the tables: one product row, and rules apart by receipt only."""
    days = {
        edge + timedelta(days=shift)
        for row in (*rules(), *products())
        for edge in (row.effective_from, row.effective_to)
        if edge
        for shift in (-1, 0, 1)
    }
    assert len(days) > 20
    for product in products():
        for day in days:
            product_of(product.iso, product.product, day)
            for kind in ("storage", "generator", "der"):
                for market in ("dam", "rtm"):
                    for same in rules_in_force(product.iso, market, product.product, kind, day):
                        assert len(same) == 1 or all(row.received_from or row.received_before for row in same), same


def test_the_tables_are_read_from_files_that_are_packaged():
    assert {path.name for path in TABLES.glob("*.csv")} == {"timetable.csv", "products.csv", "rules.csv"}
    assert a_bid().hours == 1
