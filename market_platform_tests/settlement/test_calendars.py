"""Statement calendars, dispute windows and payment dates."""

from datetime import date

import pytest

from market_platform.errors import RuleBroken
from market_platform.settlement.calendars.business_days import add_business_days, add_months, holidays, is_business_day
from market_platform.settlement.calendars.schedule import dispute_window, payment_due, statements_due


def test_nerc_holidays_of_2022():
    """NERC's additional off-peak days of 2022; Christmas and New Year 2023 fall on Sunday and move to Monday."""
    expected = {(5, 30), (7, 4), (9, 5), (11, 24), (12, 26)}
    assert {(day.month, day.day) for day in holidays("ercot", 2022)} - {(1, 1)} == expected
    assert date(2023, 1, 2) in holidays("ercot", 2023)


def test_business_days_skip_weekends_and_holidays():
    thursday_before = date(2024, 7, 3)
    assert add_business_days("ercot", thursday_before, 1) == date(2024, 7, 5)
    assert add_business_days("ercot", thursday_before, 2) == date(2024, 7, 8)
    assert add_business_days("ercot", date(2024, 7, 6), 1) == date(2024, 7, 8)
    assert add_business_days("ercot", date(2024, 7, 8), -1) == date(2024, 7, 5)
    assert add_business_days("ercot", date(2024, 7, 6), 0) == date(2024, 7, 8)
    assert not is_business_day("pjm", date(2024, 6, 19))
    assert is_business_day("ercot", date(2024, 6, 19))
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_ercot_schedule():
    due = {(s.market, s.statement_type): s for s in statements_due("ercot", date(2024, 6, 14))}  # a Friday
    assert due["DAM", "INITIAL"].due_on == date(2024, 6, 18)
    assert due["RTM", "INITIAL"].due_on == date(2024, 6, 19)
    assert due["RTM", "FINAL"].due_on == date(2024, 8, 8)
    assert due["RTM", "TRUEUP"].due_on == date(2024, 12, 11)
    assert due["DAM", "INITIAL"].dispute_until == date(2024, 7, 2)
    # Twenty business days before the true-up, with Thanksgiving in between.
    assert due["RTM", "INITIAL"].dispute_until == date(2024, 11, 12)
    assert due["RTM", "INITIAL"].status == "V"


def test_caiso_old_and_present_schedule():
    old = [s.statement_type for s in statements_due("caiso", date(2018, 3, 11))]
    assert old == ["T+3B", "T+12B", "T+55B", "T+9M", "T+18M", "T+35M", "T+36M"]
    now = statements_due("caiso", date(2024, 3, 10))
    assert [s.statement_type for s in now] == ["T+9B", "T+70B", "T+11M", "T+21M", "T+24M", "T+36M"]
    assert {s.status for s in now} == {"U"}
    assert dispute_window("caiso", "ALL", "T+3B", date(2018, 3, 11), date(2018, 3, 14)) == (None, "V")


@pytest.mark.parametrize("iso", ["caiso", "ercot", "nyiso", "pjm"])
def test_every_date_is_a_business_day(iso):
    for statement in statements_due(iso, date(2024, 11, 3)):
        assert is_business_day(iso, statement.due_on)
        assert statement.due_on > statement.market_day


def test_payment_terms_and_unknown_rules():
    due, status = payment_due("ercot", "DAM", "participant", date(2024, 7, 3))
    assert (due, status) == (date(2024, 7, 8), "U")
    with pytest.raises(RuleBroken, match="no payment term"):
        payment_due("spp", "DAM", "iso", date(2024, 7, 3))
    with pytest.raises(RuleBroken, match="has no RTM nonsense"):
        dispute_window("ercot", "RTM", "nonsense", date(2024, 7, 3), date(2024, 7, 8))
