"""Real time, five minutes by five minutes: offers for the next open hour, instructions, the stop-loss."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from market_platform.defs.trading.real_time import reoptimise
from market_platform.defs.trading.records import dispatch_rows
from market_platform.defs.trading.stops import watch_stops
from market_platform.trading.bid_ledger.drafts import history, register
from market_platform.trading.bid_ledger.life_cycle import move
from market_platform.trading.bid_ledger.queries import awards_of, find_bids, open_stops
from market_platform.trading.bid_ledger.results import Award, record_results
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.risk.enforcement import bind
from market_platform.trading.risk.limits import RiskLimits
from market_platform_tests.defs.trading.market import house_at, lay_prices
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

DAY = date(2026, 7, 15)
BEFORE = [DAY - timedelta(days=step) for step in range(1, 3)]


@pytest.mark.parametrize("iso", ["pjm", "caiso"])
def test_an_hour_is_offered_left_offered_anew_and_instructed(iso, make_platform):
    platform = make_platform(now=datetime(2026, 7, 1, tzinfo=UTC))
    locations = ("TH_SP15_GEN-APND", "TH_NP15_GEN-APND") if iso == "caiso" else ()
    lay_prices(platform, iso, [*BEFORE, DAY], [20.0] * 8 + [40.0] * 8 + [90.0] * 8, locations=locations)
    now = local(iso, 2026, 7, 15, 14, 2).astimezone(UTC)
    said, rows = reoptimise(house_at(platform, now), iso)
    assert "with the simulated exchange" in said[0]
    assert rows["market_run"].eq("RTM").all()
    (hour,) = set(rows["interval_start"])
    assert hour > now + timedelta(minutes=65)
    _, again = reoptimise(house_at(platform, now + timedelta(minutes=1)), iso)
    assert again.empty  # nothing moved: the offers stand
    lay_prices(platform, iso, [DAY], [400.0], market="rtm", minutes=5, locations=locations)
    surprised = now + timedelta(minutes=5)
    said, anew = reoptimise(house_at(platform, surprised), iso)
    assert not anew.empty, said
    states = [state for bid, state in find_bids(platform.ledger, iso=iso, market="rtm") if bid.start == hour]
    assert sorted(set(states)) == ["cancelled", "submitted"]
    late = hour.to_pydatetime() + timedelta(hours=1, minutes=5)
    moved = house_at(platform, late).service(iso, DAY).follow(late)
    assert "delivered" in moved.values()
    awards = awards_of(platform.ledger, iso, DAY)
    given = awards[awards["market"] == "rtm"]
    assert given.groupby("bid_id").size().eq(12).all()
    assert set(given["price_usd_per_mwh"]) == {Decimal(400)}
    telemetry, _ = dispatch_rows(house_at(platform, late), iso, DAY)
    in_hour = telemetry[(telemetry["interval_start"] >= hour) & (telemetry["interval_end"] <= late)]
    assert (in_hour["set_point_mw"] > 0).any()
    one = next(bid for bid, _ in find_bids(platform.ledger, iso=iso, market="rtm", states=("delivered",)))
    life = [event.to_state for event in history(platform.ledger, one.bid_id)]
    assert life[:3] == ["draft", "submitted", "accepted"]
    assert life[3] in ("cleared", "partly")
    assert life[4:] == ["delivered"]


def test_an_hour_leaves_day_ahead_capacity_its_power(make_platform):
    """A battery that was awarded 0.3 MW of reserve offers no more than the 0.2 MW that are left of it, at any price."""
    platform = make_platform(now=datetime(2026, 7, 1, tzinfo=UTC))
    lay_prices(platform, "pjm", [*BEFORE, DAY], [40.0, 60.0])
    now = local("pjm", 2026, 7, 15, 14, 2).astimezone(UTC)
    at, hours = now - timedelta(days=1, hours=6), (14, 15, 16, 17)
    resource = {"resource": "LAUREL_BES", "location": "LAUREL_BES", "participant": "SIMULATED", "portfolio": "main"}
    levels = StorageTerms(Decimal("0.1"), Decimal(2), Decimal(1))
    held = [
        a_bid(
            "pjm", bid_id=f"held{hour}", start=local("pjm", 2026, 7, 15, hour), points=points(("0.3", "1")),
            product="synchronized_reserve", soc=levels, **resource,
        )
        for hour in hours
    ]  # fmt: skip
    house = house_at(platform, at)
    service = house.service("pjm", DAY)
    service.submit(service.draft(held, at), at)
    names = [bid.bid_id for bid in held]
    with platform.ledger.begin() as connection:
        move(connection, names, "accepted", at=at, actor="pjm", reason="test")
    awards = [Award(bid.bid_id, bid.start, bid.end, Decimal("0.3"), Decimal(5)) for bid in held]
    record_results(platform.ledger, names, awards, at=at, actor="pjm", reason="test")
    _, rows = reoptimise(house_at(platform, now), "pjm")
    assert rows["interval_start"].isin([bid.start for bid in held]).all()
    offers = [bid for bid, _ in find_bids(platform.ledger, iso="pjm", market="rtm", day=DAY)]
    assert offers
    assert max(mw for bid in offers for mw, _ in bid.points) <= Decimal("0.2")
    assert min(mw for bid in offers for mw, _ in bid.points) == Decimal("-0.5")


def test_nothing_is_offered_before_the_day_ahead_prices_are_there(make_platform):
    platform = make_platform(now=datetime(2026, 7, 1, tzinfo=UTC))
    now = local("nyiso", 2026, 7, 15, 9).astimezone(UTC)
    said, rows = reoptimise(house_at(platform, now), "nyiso")
    assert said == ["hudson_battery: no day-ahead prices of the hour yet, nothing offered"]
    assert rows.empty


def test_a_loss_beyond_the_limit_stops_the_resource_and_withdraws_its_bids(make_platform):
    platform = make_platform(now=datetime(2026, 7, 1, tzinfo=UTC))
    now = local("pjm", 2026, 7, 15, 12).astimezone(UTC)
    at = now - timedelta(days=1, hours=8)
    resource = {"resource": "LAUREL_BES", "location": "LAUREL_BES", "participant": "SIMULATED", "portfolio": "main"}
    bought, pending = (
        a_bid("pjm", bid_id=name, start=local("pjm", 2026, 7, 15, hour), points=points(("-0.5", "60"), ("0", "60")), **resource)
        for name, hour in (("bought", 11), ("pending", 20))
    )  # fmt: skip
    register(platform.ledger, [bought, pending], at=at, actor="trader")
    bind(platform.ledger, [bought], RiskLimits(), at=at, actor="trader")
    with platform.ledger.begin() as connection:
        move(connection, ["bought"], "accepted", at=at, actor="pjm", reason="test")
    award = Award("bought", bought.start, bought.end, Decimal("-0.5"), Decimal(60))
    record_results(platform.ledger, ["bought"], [award], at=at, actor="pjm", reason="test")
    lay_prices(platform, "pjm", [DAY], [31.0], market="rtm", minutes=5)
    assert watch_stops(house_at(platform, now), "pjm", DAY) == []
    lay_prices(platform, "pjm", [DAY], [29.0], market="rtm", minutes=5)
    (said,) = watch_stops(house_at(platform, now), "pjm", DAY)
    assert said.startswith("laurel_battery is stopped: 29.0 $/MWh passes 30")
    assert said.endswith("1 pending bids withdrawn")
    assert open_stops(platform.ledger)["resource"].tolist() == ["LAUREL_BES"]
    assert {bid.bid_id: state for bid, state in find_bids(platform.ledger, iso="pjm")}["pending"] == "cancelled"
