"""Rules and what they find."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.alerts import finding
from market_platform.alerts.finding import PricePair, change_percent
from market_platform.alerts.rules import read_rules, rule_for
from market_platform.errors import SettingsError

END = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)


def pair(price, before, location="WESTERN HUB"):
    return PricePair("pjm", location, price, before, END)


def test_a_location_may_have_a_threshold_of_its_own():
    own = b"rule,kind,subject,threshold\nhub,price_change,pjm WESTERN HUB,50\nstale_data,data_age,*,30\n"
    rules = read_rules(own)
    assert rule_for(rules, "price_change", "pjm WESTERN HUB").threshold == 50
    assert rule_for(rules, "price_change", "pjm OHIO HUB").threshold == 5
    assert rule_for(rules, "data_age", "x").threshold == 30
    found = finding.price_findings(rules, [pair(54, 40), pair(54, 40, "OHIO HUB")])
    assert [(each.rule, each.subject) for each in found] == [("price_change", "pjm OHIO HUB")]
    assert found[0].value == pytest.approx(35)


def test_a_rule_can_be_switched_off():
    rules = read_rules(b"rule,kind,threshold,enabled\nnegative_price,price_below,0,no\n")
    assert rule_for(rules, "price_below", "pjm X") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"rule,kind\n", "threshold"),
        (b"rule,kind,threshold,colour\n", "colour"),
        (b"rule,kind,threshold\na,price_up,5\n", "line 2"),
        (b"rule,kind,threshold\na,gap,many\n", "many"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_bad_line_is_named(text, named):
    with pytest.raises(SettingsError, match=named):
        read_rules(text)


@given(
    before=st.floats(-500, 500, allow_nan=False).filter(lambda value: abs(value) > 0.01),
    percent=st.floats(-300, 300, allow_nan=False),
)
def test_a_move_of_so_many_percent_is_told_as_that(before, percent):
    after = before + abs(before) * percent / 100
    assert change_percent(before, after) == pytest.approx(percent, abs=1e-6)
    found = [
        each for each in finding.price_findings(read_rules(), [pair(after, before)]) if each.kind == "price_change"
    ]
    assert bool(found) == (abs(change_percent(before, after)) > 5)


def test_prices_at_the_edges():
    rules = read_rules()
    kinds = lambda pairs: {each.kind for each in finding.price_findings(rules, pairs)}  # noqa: E731
    assert kinds([pair(200, 200)]) == set()
    assert kinds([pair(200.01, 200)]) == {"price_above"}
    assert kinds([pair(-0.01, -0.01)]) == {"price_below"}
    assert kinds([pair(1, 0)]) == {"price_change"}
    assert kinds([pair(0, 0), pair(math.nan, 5), pair(10, None)]) == set()


def test_gates_and_deadlines_are_told_while_they_are_ahead_and_near():
    rules = read_rules()
    gates = [("pjm", date(2026, 11, 21), END + timedelta(minutes=minutes)) for minutes in (-1, 0, 60, 61)]
    assert [each.value for each in finding.gate_findings(rules, gates, END)] == [0, 60]
    due = [("NJ EY2026 file_by", "file", date(2026, 11, 20) + timedelta(days=days)) for days in (-1, 0, 30, 31)]
    found = finding.deadline_findings(rules, "compliance_deadline", due, date(2026, 11, 20))
    assert [each.value for each in found] == [0, 30]


def test_risk_is_told_above_its_part_of_the_limit():
    bound = [("a", 8000.0, 10000.0), ("b", 8000.01, 10000.0), ("c", 0.0, 0.0)]
    found = finding.risk_findings(read_rules(), bound)
    assert [each.subject for each in found] == ["b", "c"]
