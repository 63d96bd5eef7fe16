"""Market days and clock changes, in every market's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import (
    day_bounds,
    hours_in_day,
    in_repeated_hour,
    interval_starts,
    market_day_of,
    repeated_hour_begins,
    second_pass_by_order,
    today,
    utc_from_local,
)

PREVAILING = [market for market in MARKETS.values() if market.key != "miso"]
SPRING, AUTUMN, SUMMER = date(2025, 3, 9), date(2025, 11, 2), date(2025, 7, 1)


@pytest.mark.parametrize("market", PREVAILING, ids=lambda market: market.key)
def test_a_day_has_23_24_or_25_hours(market):
    assert [hours_in_day(day, market.zone) for day in (SPRING, SUMMER, AUTUMN)] == [23, 24, 25]
    assert [len(interval_starts(day, market.zone, 5)) for day in (SPRING, SUMMER, AUTUMN)] == [276, 288, 300]


def test_a_market_on_standard_time_never_changes_its_clock():
    assert {hours_in_day(day, MARKETS["miso"].zone) for day in (SPRING, SUMMER, AUTUMN)} == {24}


def test_the_united_states_changed_the_rule_in_2007():
    zone = MARKETS["nyiso"].zone
    assert hours_in_day(date(2005, 4, 3), zone) == 23
    assert hours_in_day(date(2005, 10, 30), zone) == 25
    assert hours_in_day(date(2007, 3, 11), zone) == 23


@given(st.dates(date(2000, 1, 1), date(2035, 12, 31)), st.sampled_from(PREVAILING))
def test_days_join_without_gap_and_intervals_go_back_to_their_local_time(day, market):
    start, end = day_bounds(day, market.zone)
    assert end == day_bounds(day + timedelta(days=1), market.zone)[0]
    starts = pd.Series(interval_starts(day, market.zone, 60))
    local = starts.dt.tz_convert(market.zone)
    second = np.array([moment.fold == 1 for moment in local], dtype=bool)
    back = utc_from_local(local.dt.tz_localize(None), market.zone, second_pass=second)
    assert back.tolist() == starts.tolist()
    assert starts.iloc[0] == start


def test_a_stamp_that_the_clock_skipped_becomes_blank():
    stamps = pd.Series(pd.to_datetime(["2025-03-09 01:59", "2025-03-09 02:30", "2025-03-09 03:00"]))
    utc = utc_from_local(stamps, MARKETS["nyiso"].zone, second_pass=np.zeros(3, dtype=bool))
    assert utc.isna().tolist() == [False, True, False]


@pytest.mark.parametrize("by_location", [True, False])
def test_order_tells_the_second_run_through_the_repeated_hour(by_location):
    zone = MARKETS["nyiso"].zone
    hours = ["00:00", "01:00", "01:00", "02:00"]
    rows = [(f"2025-11-02 {hour}", place) for hour in hours for place in "AB"]
    if by_location:
        rows.sort(key=lambda row: row[1])
    stamps = pd.Series(pd.to_datetime([stamp for stamp, _ in rows]))
    places = pd.Series([place for _, place in rows])
    utc = utc_from_local(stamps, zone, second_pass=second_pass_by_order(stamps, places, zone))
    for place in "AB":
        mine = utc[places == place]
        assert mine.is_monotonic_increasing
        assert mine.is_unique


def test_five_minute_stamps_step_back_once():
    zone = MARKETS["nyiso"].zone
    first = pd.date_range("2025-11-02 00:55", "2025-11-02 01:55", freq="5min")
    again = pd.date_range("2025-11-02 01:00", "2025-11-02 02:05", freq="5min")
    stamps = pd.Series(first.append(again))
    marks = second_pass_by_order(stamps, pd.Series(["A"] * len(stamps)), zone)
    assert marks.sum() == 12
    assert utc_from_local(stamps, zone, second_pass=marks).diff().dropna().unique().tolist() == [timedelta(minutes=5)]


def test_the_repeated_hour_is_found_and_only_asked_of_long_days():
    zone = MARKETS["caiso"].zone
    assert repeated_hour_begins(AUTUMN, zone) == datetime(2025, 11, 2, 1)  # noqa: DTZ001 - local by design
    with pytest.raises(ValueError, match="no repeated hour"):
        repeated_hour_begins(SUMMER, zone)
    stamps = pd.Series(pd.to_datetime(["2025-11-02 00:59", "2025-11-02 01:00", "2025-11-02 01:59", "2025-11-02 02:00"]))
    assert in_repeated_hour(stamps, zone).tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [("America/Havana", date(2025, 11, 2), 0), ("America/Santiago", date(2025, 4, 5), 23)],
)
def test_the_repeated_hour_may_be_the_first_or_the_last_of_its_day(zone, day, begins):
    zone = ZoneInfo(zone)
    assert repeated_hour_begins(day, zone) == datetime(day.year, day.month, day.day, begins)  # noqa: DTZ001 - local
    for beside in (day - timedelta(days=1), day + timedelta(days=1)):
        with pytest.raises(ValueError, match="no repeated hour"):
            repeated_hour_begins(beside, zone)


@pytest.mark.parametrize("market", PREVAILING, ids=lambda market: market.key)
@pytest.mark.parametrize("day", [SPRING, SUMMER, AUTUMN], ids=str)
def test_a_moment_belongs_to_the_day_between_its_bounds(market, day):
    start, end = day_bounds(day, market.zone)
    instant = timedelta(microseconds=1)
    moments = pd.Series([start - instant, start, end - instant, end])
    expected = [day - timedelta(days=1), day, day, day + timedelta(days=1)]
    assert market_day_of(moments, market.zone).tolist() == expected
    assert [today(moment.to_pydatetime().astimezone(UTC), market.zone) for moment in moments] == expected


def test_where_no_hour_repeats_no_row_is_of_a_second_pass():
    zone = MARKETS["nyiso"].zone
    stamps = pd.Series(pd.date_range(SUMMER, periods=24, freq="h"))
    assert second_pass_by_order(stamps, pd.Series(["A"] * 24), zone).tolist() == [False] * 24
    assert in_repeated_hour(stamps, zone).tolist() == [False] * 24


def test_an_ordinary_day_has_no_repeated_hour():
    with pytest.raises(ValueError, match="no repeated hour"):
        repeated_hour_begins(SUMMER, MARKETS["nyiso"].zone)
