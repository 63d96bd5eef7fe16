"""The checker names every broken rule; what it passes keeps rules written down here a second time, by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from market_platform.errors import RuleBroken
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.bids.checker import check_bid, check_schedule
from market_platform.trading.bids.rules import RULES
from market_platform.trading.bids.tables import products, rules, timetable
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

EARLY = datetime(2026, 7, 14, 8, 0, tzinfo=UTC)  # 01:00 in California, 04:00 in New York, the day before

SOC = StorageTerms(Decimal(1), Decimal(39), Decimal(20))
BENT = [
    ("ercot", "energy", {"points": points(("1", "5000.01"))}, {"price_cap"}),
    ("ercot", "energy", {"points": points(("1", "-250.01"))}, {"price_floor"}),
    ("ercot", "energy", {"points": points(("1", "40"), ("2", "30"))}, {"price_order"}),
    ("ercot", "energy", {"points": points(("2", "30"), ("1", "40"))}, {"mw_order"}),
    ("ercot", "energy", {"points": points(("1", "3"), ("1", "4"), ("1", "5"))}, {"max_equal_neighbours"}),
    ("ercot", "energy", {"points": points(("1", "3"), ("2", "3"), ("3", "3"))}, {"max_equal_neighbours"}),
    ("ercot", "energy", {"points": points(("1.25", "30"))}, {"mw_decimals"}),
    ("ercot", "energy", {"points": points(("1", "30.125"))}, {"price_decimals"}),
    ("ercot", "energy", {"points": tuple(points((str(n), str(n)))[0] for n in range(1, 12))}, {"max_points"}),
    ("ercot", "energy", {"points": points(("0.9", "30")), "kind": "generator", "soc": None}, {"min_mw"}),
    ("ercot", "energy", {"points": points(("-1", "30")), "kind": "generator", "soc": None}, {"mw_sign"}),
    ("ercot", "energy", {"shape": "fixed"}, {"block_points"}),
    ("ercot", "energy", {"soc": StorageTerms(Decimal(5), Decimal(39), Decimal(4))}, {"soc_order"}),
    ("ercot", "energy", {"start": local("ercot", 2026, 7, 15, 15, 5)}, {"whole_hours"}),
    ("ercot", "energy", {"end": datetime(2026, 7, 16, 6, tzinfo=UTC)}, {"one_market_day"}),
    ("ercot", "energy_bid", {"points": points(("1", "30"), ("2", "40"))}, {"price_order"}),
    ("ercot", "energy_only_offer", {"bid_id": "b"}, {"bid_id", "bid_id_length"}),
    ("ercot", "as_only_ecrs", {"points": points(("0.05", "-1"))}, {"min_mw", "mw_decimals", "price_floor"}),
    ("ercot", "non_spin", {"points": points(("5", "1"))}, {"soc_hours"}),
    ("ercot", "ecrs", {"soc": None}, {"soc_terms"}),
    ("ercot", "ecrs", {"self_schedule_mw": Decimal(1)}, {"self_schedule"}),
    ("ercot", "imbalance_reserve_up", {}, {"product"}),
    ("ercot", "rtm_energy_bid", {"market": "rtm", "kind": "load"}, {"first_mw", "price_order"}),
    ("caiso", "energy", {"points": points(("1", "2000.01"))}, {"price_cap"}),
    ("caiso", "energy", {"points": points(("1", "1000.01")), "kind": "generator", "soc": None}, {"price_cap"}),
    ("caiso", "energy", {"points": points(("1", "-150.01"))}, {"price_floor"}),
    ("caiso", "energy", {"self_schedule_mw": Decimal("1.5")}, {"self_schedule_below_curve"}),
    ("caiso", "regulation_up", {"points": points(("20", "250.5"))}, {"price_cap", "soc_hours"}),
    ("pjm", "energy", {"points": points(("0.05", "30"))}, {"min_mw", "mw_decimals"}),
    ("pjm", "energy", {"kind": "der", "soc": None}, {"admitted"}),
    ("pjm", "energy", {"end": datetime(2026, 7, 15, 21, tzinfo=UTC)}, {"max_hours"}),
    ("pjm", "regulation_up", {}, {"product"}),
    ("nyiso", "energy", {"points": points(("1", "1000.01"))}, {"price_cap"}),
    ("nyiso", "load", {"kind": "load", "soc": None}, {"price_order"}),
    ("nyiso", "spin_10", {"points": points(("20", "1"))}, {"soc_hours"}),
]


@pytest.mark.parametrize(("iso", "product", "changes", "broken"), BENT)
def test_every_broken_rule_is_named(iso, product, changes, broken):
    verdict = check_bid(a_bid(iso, product, **changes), EARLY)
    assert {finding.rule for finding in verdict.broken} == broken
    with pytest.raises(RuleBroken) as refusal:
        verdict.demand()
    assert all(rule in str(refusal.value) for rule in broken)


@pytest.mark.parametrize(
    ("iso", "product", "changes"),
    [
        ("ercot", "energy", {"points": points(("-10", "-250"), ("-10", "20"), ("10", "5000"))}),
        ("ercot", "energy_bid", {"points": points(("1", "40"), ("2", "30"))}),
        ("ercot", "as_only_ecrs", {"points": points(("24", "1.83"), ("20", "1.60"), ("28", "1.90"))}),
        ("ercot", "energy", {"points": (), "self_schedule_mw": Decimal(2)}),
        ("caiso", "energy", {"points": points(("-2.25", "-150"), ("2.25", "2000"))}),
        ("caiso", "imbalance_reserve_up", {}),
        ("pjm", "decrement", {"points": points(("1", "40"), ("2", "30"))}),
        ("pjm", "regulation", {}),
        ("nyiso", "energy", {"points": points(("-1.2345", "-1000"), ("1", "1000"))}),
        ("nyiso", "spin_10", {}),
    ],
)
def test_bids_at_the_edge_of_the_rules_pass(iso, product, changes):
    assert check_bid(a_bid(iso, product, **changes), EARLY).broken == ()


def test_the_verdict_shows_how_well_each_rule_is_known():
    verdict = check_bid(a_bid("nyiso"), EARLY)
    assert verdict.passes
    assert verdict.status == "U"
    assert "price_cap" in verdict.unverified
    assert {f.rule: f.status for f in verdict.findings}["gate"] == "V"


def test_the_real_time_cap_of_ercot_hangs_on_the_moment_of_receipt():
    dear = a_bid("ercot", market="rtm", points=points(("1", "2000.01")))
    before = local("ercot", 2026, 7, 14, 14, 29)
    assert check_bid(dear, before).passes
    assert [f.rule for f in check_bid(dear, before + timedelta(minutes=1)).broken] == ["price_cap"]


def test_products_come_and_go_with_their_dates():
    split = a_bid("pjm", "regulation_up", start=local("pjm", 2026, 10, 1, 15))
    assert check_bid(split, local("pjm", 2026, 9, 30, 9)).passes
    assert not check_bid(a_bid("pjm", "regulation", start=local("pjm", 2026, 10, 1, 15)), EARLY).passes
    der = a_bid("pjm", kind="der", soc=None, start=local("pjm", 2028, 2, 2, 15))
    assert check_bid(der, EARLY).passes


def test_two_bids_for_one_product_at_one_time_are_an_overlap():
    second = a_bid(bid_id="bid2")
    later = a_bid(bid_id="bid3", start=local("ercot", 2026, 7, 15, 16))
    verdicts = check_schedule([a_bid(), second, later], EARLY)
    assert [[f.rule for f in verdict.broken] for verdict in verdicts] == [[], ["overlap"], []]


def test_values_that_no_rule_can_judge_are_refused():
    for changes in (
        {"points": ((1.0, 2.0),)},
        {"points": ()},
        {"points": points(("NaN", "1"))},
        {"start": datetime(2026, 7, 15), "end": datetime(2026, 7, 15, 1)},  # noqa: DTZ001
        {"shape": "round"},
    ):
        with pytest.raises(RuleBroken, match="bid1"):
            a_bid(**({"start": local("ercot", 2026, 7, 15, 15)} | changes))


def test_every_row_is_dated_sourced_and_has_its_function():
    for row in (*rules(), *products(), *timetable()):
        assert row.status in "VSMU", row
        assert row.source, row
        assert not (row.effective_from and row.effective_to) or row.effective_from <= row.effective_to, row
    assert {row.rule for row in rules()} == set(RULES)
