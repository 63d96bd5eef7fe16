"""A simulated market day along its timetable."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.exchange.exchange import Exchange
from market_platform.sandbox.exchange.market_day import MarketDay
from market_platform.sandbox.exchange.order import Backing
from market_platform.sandbox.exchange.unit import Unit
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.gateways.caiso import CaisoGateway
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

STEPS = [("-5", "20"), ("0", "20"), ("5", "40")]


def market_day(day, price, results_hours_before=11):
    unit = Unit("BATT_1", "storage", Decimal(-5), Decimal(5), Decimal(20), Decimal(10))
    begin, _ = day_bounds(day, MARKETS["caiso"].zone)
    exchange = Exchange("caiso", check_bid, price, units=[unit])
    return MarketDay(exchange, day, results_at=begin - timedelta(hours=results_hours_before))


def send(side, bids, at, *, cancel=False):
    side.advance(at)
    gateway = CaisoGateway("SHOP")
    messages = gateway.cancellation(bids, {}, at) if cancel else gateway.submission(bids, at)
    for message in messages:
        side.door.take(message.body, "SHOP", at)


def bid(day, hour, name, **changes):
    start = local("caiso", day.year, day.month, day.day, hour)
    return a_bid(
        "caiso", bid_id=name, start=start, participant="SHOP", location="BATT_1", points=points(*STEPS), **changes
    )


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_nothing_happens_before_its_time(day):
    side = market_day(day, lambda *_: Decimal(50))
    sent = bid(day, 15, "b1")
    send(side, [sent], side.begin - timedelta(hours=20))
    asked = {("BATT_1", "energy", sent.start)}
    side.advance(side.results_at - timedelta(minutes=1))
    assert side.ended("SHOP", "dam") == set()
    assert b'status="VALID"' in side.statuses("SHOP", "dam", asked)
    side.advance(side.results_at)
    assert side.ended("SHOP", "dam") == asked
    assert side.telemetry().empty
    side.advance(sent.start)
    assert side.delivered("SHOP", "dam") == {}
    side.advance(side.end + timedelta(days=1))
    assert side.delivered("SHOP", "dam") == {("BATT_1", "energy", sent.start): Decimal(5)}
    assert len(side.telemetry()) == (side.end - side.begin) / timedelta(minutes=5)
    assert b'mw="5.00"' in side.awards("SHOP", asked)


def test_the_day_waits_for_a_price_and_goes_on_from_there():
    day, prices = date(2026, 7, 15), {}
    side = market_day(day, lambda market, _location, _product, start, _end: prices.get((market, start)))
    day_ahead, real_time = bid(day, 15, "b1"), bid(day, 16, "b2", market="rtm")
    send(side, [day_ahead, real_time], side.begin - timedelta(hours=20))
    side.advance(side.end)
    assert "no dam price" in side.waits_for
    prices[("dam", day_ahead.start)] = Decimal(50)
    side.advance(side.end)
    assert "no rtm price" in side.waits_for
    assert side.ran_until == real_time.start
    assert side.ended("SHOP", "rtm") == set()
    prices |= {("rtm", real_time.start + timedelta(minutes=5 * n)): Decimal(10) for n in range(12)}
    side.advance(side.end)
    assert side.waits_for == ""
    assert len(side.instructions("SHOP")) == 12
    assert {each.mw for each in side.instructions("SHOP")} == {Decimal(-5)}
    assert side.delivered("SHOP", "rtm") == {("BATT_1", "energy", real_time.start): Decimal(-5)}


def test_of_bids_that_were_withdrawn_nothing_more_is_said():
    day = date(2026, 7, 15)
    side = market_day(day, lambda *_: Decimal(50))
    first, second = bid(day, 15, "b1"), bid(day, 15, "b2")
    send(side, [first], side.begin - timedelta(hours=20))
    send(side, [first], side.begin - timedelta(hours=19), cancel=True)
    send(side, [second], side.begin - timedelta(hours=18))
    side.advance(side.end)
    told = side.statuses("SHOP", "dam", {("BATT_1", "energy", first.start)})
    assert (told.count(b"bidId="), b'bidId="b2"' in told) == (1, True)
    assert side.delivered("SHOP", "dam") == {("BATT_1", "energy", first.start): Decimal(5)}


def test_capacity_delivers_what_power_and_store_stood_behind():
    """Worked by hand: 4 MW up for an hour beside 3 MW sold of 5 leaves 2 MW; 1 MWh left after it backs 2 MW for half an hour."""
    day = date(2026, 7, 15)
    unit = Unit("BATT_1", "storage", Decimal(-5), Decimal(5), Decimal(20), Decimal(4))
    begin, _ = day_bounds(day, MARKETS["caiso"].zone)

    def backing(order):
        return Backing(up_hours=Decimal("0.5")) if order.product == "spin" else Backing()

    exchange = Exchange("caiso", check_bid, lambda *_: Decimal(50), units=[unit], backing=backing)
    side = MarketDay(exchange, day, results_at=begin - timedelta(hours=11))
    start = local("caiso", 2026, 7, 15, 15)
    terms = StorageTerms(Decimal(0), Decimal(20), Decimal(4))
    sold = a_bid("caiso", bid_id="e1", start=start, participant="SHOP", location="BATT_1", points=points(("3", "20")))
    held = a_bid(
        "caiso", bid_id="s1", start=start, participant="SHOP", location="BATT_1", product="spin", soc=terms,
        points=points(("4", "1")),
    )  # fmt: skip
    send(side, [sold, held], side.begin - timedelta(hours=20))
    side.advance(side.end)
    told = side.delivered("SHOP", "dam")
    assert told[("BATT_1", "energy", start)] == Decimal(3)
    # Readings end five minutes apart: 2 MW while more than 1 MWh is left, which is so at each of the twelve.
    assert told[("BATT_1", "spin", start)] == Decimal(2)
