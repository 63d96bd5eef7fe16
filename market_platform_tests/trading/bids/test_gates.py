"""Gates on ordinary and clock-change days, in each market's own time."""

from datetime import UTC, datetime, timedelta

import pytest

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.bids.gates import event_at, gate_of, open_intervals, quiet_window
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

# Day-ahead gates in UTC, worked by hand from the local time: PDT is UTC-7, PST -8, EDT -4, EST -5, CDT -5, CST -6.
GATES = [
    ("caiso", (2026, 7, 15), "2026-07-14T17:00Z"),
    ("caiso", (2026, 3, 8), "2026-03-07T18:00Z"),  # spring: the day before is still standard time
    ("caiso", (2026, 11, 1), "2026-10-31T17:00Z"),
    ("caiso", (2026, 11, 2), "2026-11-01T18:00Z"),  # the gate itself lies on the 25-hour day
    ("pjm", (2026, 7, 15), "2026-07-14T15:00Z"),
    ("pjm", (2018, 7, 15), "2018-07-14T14:30Z"),
    ("pjm", (2015, 7, 15), "2015-07-14T16:00Z"),
    ("ercot", (2026, 11, 1), "2026-10-31T15:00Z"),
    ("nyiso", (2026, 3, 8), "2026-03-07T10:00Z"),
    ("nyiso", (2026, 3, 9), "2026-03-08T09:00Z"),
]


@pytest.mark.parametrize(("iso", "day", "closes_at"), GATES)
def test_the_day_ahead_gate_follows_the_markets_clock(iso, day, closes_at):
    for hour in (0, 12, 23):
        assert gate_of(iso, "dam", local(iso, *day, hour)).closes_at == datetime.fromisoformat(closes_at)


@pytest.mark.parametrize("iso", ["caiso", "pjm", "ercot", "nyiso"])
def test_a_bid_is_late_at_the_gate_and_in_time_a_second_before(iso):
    bid = a_bid(iso)
    gate = gate_of(iso, "dam", bid.start).closes_at
    assert "gate" not in {finding.rule for finding in check_bid(bid, gate - timedelta(seconds=1)).broken}
    assert "gate" in {finding.rule for finding in check_bid(bid, gate).broken}


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 7, 15), 24)])
def test_every_hour_of_a_clock_change_day_can_be_bid(day, hours):
    iso = "caiso"
    starts = interval_starts(local(iso, *day).date(), MARKETS[iso].zone, 60)
    bids = [a_bid(iso, bid_id=f"b{n}", start=start.to_pydatetime()) for n, start in enumerate(starts)]
    received = gate_of(iso, "dam", bids[0].start).closes_at - timedelta(minutes=1)
    assert len(bids) == hours
    assert all(check_bid(bid, received).passes for bid in bids)
    assert len({bid.market_day for bid in bids}) == 1


def test_real_time_gates_run_back_from_the_hour():
    start = local("caiso", 2026, 7, 15, 15, 35)
    assert gate_of("caiso", "rtm", start).closes_at == local("caiso", 2026, 7, 15, 13, 45)
    assert gate_of("pjm", "rtm", start).closes_at == start.replace(minute=0) - timedelta(minutes=65)


def test_pjm_takes_no_real_time_updates_between_rebid_and_evening():
    bid = a_bid("pjm", market="rtm", points=points(("1", "30")))
    for clock, broken in (((14, 14), []), ((14, 15), ["closed_window"]), ((18, 29), ["closed_window"]), ((18, 30), [])):
        at = local("pjm", 2026, 7, 14, *clock)
        assert [finding.rule for finding in check_bid(bid, at).broken] == broken


def test_open_intervals_roll_on_every_five_minutes():
    until = datetime(2026, 7, 15, 23, tzinfo=UTC)
    at = datetime(2026, 7, 15, 20, 2, 30, tzinfo=UTC)
    rolling = [next(open_intervals("ercot", "rtm", at + timedelta(minutes=m), until, late=True)) for m in (0, 5, 10)]
    assert [start.strftime("%H:%M") for start, _ in rolling] == ["20:10", "20:15", "20:20"]
    assert all(end - start == timedelta(minutes=5) for start, end in rolling)
    firm = next(open_intervals("ercot", "rtm", at, until))
    assert firm[0] == datetime(2026, 7, 15, 22, tzinfo=UTC)
    assert list(open_intervals("ercot", "rtm", at, at)) == []


def test_an_offer_changed_with_a_reason_may_come_late():
    bid = a_bid(market="rtm")
    at = bid.start - timedelta(minutes=6)
    assert not check_bid(bid, at).passes
    verdict = check_bid(bid, at, late_reason="FUEL")
    assert verdict.passes
    assert "gate" in verdict.unverified


def test_the_quiet_minutes_around_the_second_validation():
    begin, end = quiet_window("ercot", "dam", local("ercot", 2026, 7, 15).date())
    assert (begin, end) == (local("ercot", 2026, 7, 14, 6, 55), local("ercot", 2026, 7, 14, 7, 5))
    assert event_at("ercot", "dam", "phase_two", local("ercot", 2026, 7, 15).date()) == begin + timedelta(minutes=5)
    assert quiet_window("caiso", "dam", local("caiso", 2026, 7, 15).date()) is None


def test_an_unknown_gate_is_an_error_and_not_an_open_door():
    with pytest.raises(RuleBroken, match=r"timetable\.csv"):
        gate_of("isone", "dam", datetime(2026, 7, 15, tzinfo=UTC))
