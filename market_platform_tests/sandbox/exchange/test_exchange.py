"""Bids all the way: drafts, rules, limits, the ISO's own message, the exchange, answers, awards, delivery, ledger."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from market_platform.errors import Infeasible, MarketPlatformError, RuleBroken, UnreadablePayload
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.sandbox.exchange.caiso_wire import write_dispatch_batch
from market_platform.sandbox.exchange.certificate import self_signed
from market_platform.sandbox.exchange.door import Door, InProcessTransport
from market_platform.sandbox.exchange.exchange import Exchange
from market_platform.sandbox.exchange.server import LoopbackTransport, served
from market_platform.sandbox.exchange.unit import Unit
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import history, register
from market_platform.trading.bid_ledger.life_cycle import states_of
from market_platform.trading.bid_ledger.results import record_delivery
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.gateways.caiso import CaisoGateway
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.desk import Desk
from market_platform.trading.gateways.ercot.envelope import verified_body
from market_platform.trading.gateways.ercot.gateway import ErcotGateway
from market_platform.trading.gateways.ercot.names import NAMESPACES
from market_platform.trading.gateways.ercot.operating_plan import PlanHour
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform.trading.gateways.nyiso import NyisoGateway
from market_platform.trading.gateways.pjm import PjmGateway
from market_platform.trading.gateways.sending import Permission
from market_platform.trading.risk.limits import RiskLimits
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

GATEWAYS = {
    "ercot": lambda: ErcotGateway("SHOP", "USER1"),
    "pjm": lambda: PjmGateway("SHOP"),
    "nyiso": lambda: NyisoGateway("SHOP", "USER1"),
    "caiso": lambda: CaisoGateway("SHOP"),
}
DAYS = [date(2026, 3, 8), date(2026, 7, 15), date(2026, 11, 1)]
ROOM = RiskLimits(max_bid_mw=Decimal(5), daily_exposure_usd=Decimal(100_000), resource_position_mw=Decimal(10))


class House:
    """One shop, one exchange and a clock between them."""

    def __init__(self, iso, ledger, price, *, credit=None, depth=None, units=None, limits=ROOM):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.iso = iso
        self.ledger = ledger
        units = (
            [Unit("BATT_1", "storage", Decimal(-5), Decimal(5), Decimal(20), Decimal(10))] if units is None else units
        )
        more = {} if depth is None else {"depth": depth}
        self.exchange = Exchange(iso, check_bid, price, units=units, credit_usd=credit or {}, **more)
        certificate, key = self_signed("SHOP")

        def opened(body):
            return etree.tostring(verified_body(body, certificate)) if iso == "ercot" else body

        self.door = Door(self.exchange, lambda: self.now, opened)
        self.desk = Desk(
            ledger=ledger, gateway=GATEWAYS[iso](), limits=limits, actor="trader",
            permission=Permission("sandbox"), transport=InProcessTransport(self.door, "SHOP"),
            credentials=Credentials(iso, password="pass", token="t", certificate_pem=certificate, key_pem=key),
        )  # fmt: skip

    def bids(self, day, curve, minutes=60, **changes):
        starts = interval_starts(day, MARKETS[self.iso].zone, minutes)
        changes = {"participant": "SHOP", "location": "BATT_1"} | changes
        bids = [
            a_bid(self.iso, bid_id=f"{day:%m%d}{n:03d}", start=start.to_pydatetime(), points=points(*curve), **changes)
            for n, start in enumerate(starts)
        ]
        register(self.ledger, bids, at=self.now, actor="trader")
        return bids

    def states(self, bids):
        with self.ledger.read() as connection:
            known = states_of(connection, [bid.bid_id for bid in bids])
        return [known[bid.bid_id] for bid in bids]

    def run_day_ahead(self, bids, day):
        """Validate, tell, clear hour by hour, tell."""
        self.exchange.validate()
        (message,) = self.desk.gateway.submission(bids, self.now)
        self.desk.take_statuses(message, self.door.statuses("SHOP", day), self.now)
        for start in interval_starts(day, MARKETS[self.iso].zone, 60):
            self.exchange.clear("dam", start.to_pydatetime(), start.to_pydatetime() + timedelta(hours=1))
        accepted = [bid.bid_id for bid, state in zip(bids, self.states(bids), strict=True) if state == "accepted"]
        return self.desk.take_awards(self.door.awards("SHOP", day), accepted, self.now)


def hourly_price(*by_hour):
    def price(market, location, product, start, end):
        return Decimal(by_hour[start.hour % len(by_hour)])

    return price


@pytest.fixture
def quick_ledger(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.upgrade()
    yield ledger
    ledger.close()


# On a line from 20 to 40 the storage idles at 30.
CURVE = {"ercot": [("-5", "20"), ("5", "40")]}
STEPS = [("-5", "20"), ("0", "20"), ("5", "40")]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("iso", list(GATEWAYS))
def test_a_whole_day_ahead_in_each_isos_own_messages(iso, day, quick_ledger):
    house = House(iso, quick_ledger, hourly_price("10", "45", "30"))
    house.now = local(iso, day.year, day.month, day.day) - timedelta(days=1) + timedelta(hours=3)
    bids = house.bids(day, CURVE.get(iso, STEPS))
    outcome = house.desk.submit(bids, house.now)
    assert all(verdict.passes for verdict in outcome.verdicts)
    assert {answer.state for answer in outcome.answers} == {"submitted"}
    assert len(outcome.answers) == len(bids)
    states = house.run_day_ahead(bids, day)
    expected = []
    for bid in bids:
        idle = bid.start.hour % 3 == 2  # 30 $/MWh lies between charging and discharging
        expected.append("uncleared" if idle else "cleared")
    assert [states[bid.bid_id] for bid in bids] == expected
    begin, end = day_bounds(day, MARKETS[iso].zone)
    at = begin
    while at < end:
        house.exchange.run_units(at, at + timedelta(minutes=5))
        at += timedelta(minutes=5)
    delivered = house.exchange.close_deliveries(end)
    by_start = {key[5]: mwh for key, mwh in delivered.items()}
    mwh = {bid.bid_id: by_start[bid.start.isoformat()] for bid in bids if states[bid.bid_id] == "cleared"}
    record_delivery(quick_ledger, mwh, at=end, actor="telemetry")
    readings = house.exchange.telemetry["BATT_1"]
    assert len(readings) == (end - begin) / timedelta(minutes=5)
    energy = sum((reading.actual_mw for reading in readings), Decimal(0)) / 12
    assert sum(mwh.values()) == pytest.approx(energy, abs=Decimal("0.001"))
    assert all(0 <= reading.soc_mwh <= 20 for reading in readings)
    final = next(bid for bid in bids if states[bid.bid_id] == "cleared")
    assert [event.to_state for event in history(quick_ledger, final.bid_id)] == [
        "draft", "submitted", "accepted", "cleared", "delivered",
    ]  # fmt: skip


def test_an_ercot_curve_between_its_corners_is_cleared_in_part(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("36"))
    house.now = local("ercot", 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], [("-5", "20"), ("5", "40")])
    house.desk.submit(bids, house.now)
    assert set(house.run_day_ahead(bids, DAYS[1]).values()) == {"partly"}
    assert {award.mw for entry in house.exchange.book.values() for award in entry.awards} == {Decimal(3)}


def test_a_shallow_market_clears_in_part_and_a_spike_clears_all(quick_ledger):
    spike = hourly_price("5000")
    house = House("caiso", quick_ledger, spike, depth=lambda *_: Decimal(2))
    house.now = local("caiso", 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], STEPS)
    house.desk.submit(bids, house.now)
    assert set(house.run_day_ahead(bids, DAYS[1]).values()) == {"partly"}
    assert {award.mw for entry in house.exchange.book.values() for award in entry.awards} == {Decimal(2)}


@pytest.mark.parametrize("iso", ["caiso", "nyiso"])
def test_negative_prices_all_day_fill_the_store_and_no_more(iso, quick_ledger):
    house = House(iso, quick_ledger, hourly_price("-40"))
    house.now = local(iso, 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], STEPS)
    house.desk.submit(bids, house.now)
    assert set(house.run_day_ahead(bids, DAYS[1]).values()) == {"cleared"}
    begin, end = day_bounds(DAYS[1], MARKETS[iso].zone)
    readings = []
    while begin < end:
        readings.append(house.exchange.run_units(begin, begin + timedelta(hours=1))["BATT_1"])
        begin += timedelta(hours=1)
    assert {reading.set_point_mw for reading in readings} == {Decimal(-5)}
    assert [reading.soc_mwh for reading in readings][:3] == [15, 20, 20]
    assert sum(reading.actual_mw for reading in readings) == -10
    delivered = house.exchange.close_deliveries(end)
    assert sum(delivered.values()) == -10


def test_real_time_rolls_every_five_minutes_over_the_day_ahead_award(quick_ledger):
    prices = {"dam": Decimal(45), "rtm": Decimal(10)}
    house = House("caiso", quick_ledger, lambda market, *_: prices[market])
    house.now = local("caiso", 2026, 7, 14, 3)
    day_ahead = house.bids(DAYS[1], STEPS)
    house.desk.submit(day_ahead, house.now)
    house.run_day_ahead(day_ahead, DAYS[1])
    hour = local("caiso", 2026, 7, 15, 15)
    house.now = hour - timedelta(hours=2)
    real_time = a_bid(
        "caiso", bid_id="rt1", market="rtm", start=hour, participant="SHOP", location="BATT_1", points=points(*STEPS)
    )
    register(quick_ledger, [real_time], at=house.now, actor="trader")
    assert house.desk.submit([real_time], house.now).decisions[0].granted
    house.exchange.validate()
    at, seen = hour, []
    while at < hour + timedelta(hours=1):
        prices["rtm"] = Decimal(5000) if at.minute == 30 else Decimal(10)
        for _ in range(2):  # the second call finds the interval cleared
            house.exchange.clear("rtm", at, at + timedelta(minutes=5), final=False)
        seen.append(house.exchange.run_units(at, at + timedelta(minutes=5))["BATT_1"].actual_mw)
        at += timedelta(minutes=5)
    assert seen == [Decimal(-5)] * 6 + [Decimal(5)] + [Decimal(-5)] * 5
    (entry,) = house.exchange.settle_states("rtm", at)
    assert (entry.state, len(entry.awards)) == ("cleared", 12)
    delivered = house.exchange.close_deliveries(at)
    by_market = {key[1]: mwh for key, mwh in delivered.items() if key[5] == hour.astimezone(UTC).isoformat()}
    assert by_market == {"dam": 0, "rtm": round(sum(seen) / 12, 6)}


@pytest.mark.parametrize("iso", list(GATEWAYS))
def test_pending_bids_are_withdrawn_and_cleared_ones_are_not(iso, quick_ledger):
    house = House(iso, quick_ledger, hourly_price("45"))
    house.now = local(iso, 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], CURVE.get(iso, STEPS))
    house.desk.submit(bids, house.now)
    if iso == "ercot":
        with pytest.raises(RuleBroken, match="whole offer"):
            house.desk.cancel([bids[0].bid_id], house.now, "outage")
    house.desk.cancel([bid.bid_id for bid in bids], house.now, "outage")
    assert set(house.states(bids)) == {"cancelled"}
    assert {entry.state for entry in house.exchange.book.values()} == {"cancelled"}
    with pytest.raises(RuleBroken, match="is cancelled"):
        house.desk.cancel([bids[0].bid_id], house.now, "again")


def test_bids_that_break_rules_or_limits_never_reach_the_market(quick_ledger):
    house = House("caiso", quick_ledger, hourly_price("45"), limits=RiskLimits())
    house.now = local("caiso", 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], [("0.5", "30")])
    wrong = a_bid("caiso", bid_id="wrong", participant="SHOP", market="rtm", points=points(("0.5", "9999")))
    large = a_bid("caiso", bid_id="large", participant="SHOP", market="rtm", points=points(("0.6", "30")))
    register(quick_ledger, [wrong, large], at=house.now, actor="trader")
    outcome = house.desk.submit([wrong, *bids[:2]], house.now)
    assert [verdict.passes for verdict in outcome.verdicts] == [False, True, True]
    refused = house.desk.submit([large], house.now)
    assert not refused.decisions[0].granted
    assert house.states([wrong, large]) == ["draft", "draft"]
    assert len(house.exchange.book) == 2
    assert "price_cap" in history(quick_ledger, "wrong")[-1].reason
    assert "max_bid_mw" not in history(quick_ledger, "wrong")[-1].reason
    assert "0.5 MW allowed" in history(quick_ledger, "large")[-1].reason


def test_the_exchange_judges_for_itself(quick_ledger):
    """A message that went round our own checker is refused by the market's, with the reason."""
    house = House("ercot", quick_ledger, hourly_price("45"))
    late = a_bid(participant="SHOP")
    (message,) = house.desk.gateway.submission([late], late.start)
    house.now = late.start
    reply = house.door.submit(house.desk.gateway.sealed(message, house.desk.credentials), "SHOP")
    assert [answer.state for answer in house.desk.gateway.read_answers(message, reply)] == ["submitted"]
    house.exchange.validate()
    (answer,) = house.desk.gateway.read_answers(message, house.door.statuses("SHOP", late.market_day))
    assert (answer.state, answer.market_word) == ("rejected", "ERRORS")
    assert "gate" in answer.reason


def test_the_second_validation_cancels_beyond_the_credit_last_in_first_out(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("45"), credit={"SHOP": Decimal(1000)})
    house.now = local("ercot", 2026, 7, 14, 3)
    first = house.bids(DAYS[1], [("5", "30")])[:5]
    house.desk.submit(first, house.now)
    house.now += timedelta(minutes=1)
    second = a_bid(bid_id="late", product="energy_bid", participant="SHOP", points=points(("5", "90")))
    register(quick_ledger, [second], at=house.now, actor="trader")
    house.desk.submit([second], house.now)
    house.exchange.validate()
    cancelled = house.exchange.validate_credit("dam", *day_bounds(DAYS[1], MARKETS["ercot"].zone))
    assert [entry.order.product for entry in cancelled] == ["energy_bid"]
    (message,) = house.desk.gateway.submission([second], house.now)
    house.desk.take_statuses(message, house.door.statuses("SHOP", DAYS[1]), house.now)
    assert house.states([second]) == ["cancelled"]


def test_the_quiet_minutes_are_kept(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("45"))
    house.now = local("ercot", 2026, 7, 14, 7)
    bids = house.bids(DAYS[1], [("1", "30")])[:1]
    with pytest.raises(RuleBroken, match="12:05"):
        house.desk.submit(bids, house.now)
    assert house.states(bids) == ["draft"]


def test_offers_above_the_real_time_cap_are_swept_away_at_14_30(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("45"))
    house.now = local("ercot", 2026, 7, 14, 11)
    dear, fair = (
        a_bid(
            bid_id=name, market="rtm", participant="SHOP", points=points(("1", price)), portfolio=name,
            start=local("ercot", 2026, 7, 15, hour), resource=name, kind="generator", soc=None,
        )
        for name, price, hour in (("dear", "2000.01", 15), ("fair", "2000", 16))
    )  # fmt: skip
    register(quick_ledger, [dear, fair], at=house.now, actor="trader")
    house.desk.submit([dear, fair], house.now)
    house.exchange.validate()
    assert house.exchange.sweep(local("ercot", 2026, 7, 14, 14, 29)) == []
    swept = house.exchange.sweep(local("ercot", 2026, 7, 14, 14, 30))
    assert [entry.order.resource for entry in swept] == ["dear"]
    assert [entry.state for entry in house.exchange.book.values()] == ["cancelled", "accepted"]


def test_a_later_version_takes_the_place_of_a_pending_offer(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("45"))
    house.now = local("ercot", 2026, 7, 14, 3)
    first, second = (
        a_bid(bid_id=f"v{n}", participant="SHOP", points=points(("1", price))) for n, price in enumerate(("30", "35"))
    )
    for bid in (first, second):
        (message,) = house.desk.gateway.submission([bid], house.now)
        house.door.submit(house.desk.gateway.sealed(message, house.desk.credentials))
    (entry,) = house.exchange.book.values()
    assert entry.order.points == ((1, 35),)
    house.exchange.validate()
    house.exchange.clear("dam", first.start, first.end)
    house.door.submit(house.desk.gateway.sealed(message, house.desk.credentials))
    assert house.exchange.book[entry.order.key].state == "cleared"


def test_operating_plans_are_taken_and_are_no_orders(quick_ledger, recordings):
    house = House("ercot", quick_ledger, hourly_price("45"))
    house.now = local("ercot", 2026, 7, 14, 3)
    start = local("ercot", 2026, 7, 15, 15).astimezone(UTC)
    hour = PlanHour(
        resource="BATT_1", start=start, end=start + timedelta(hours=1), status="ON", high_mw=Decimal(5),
        low_mw=Decimal(-5), high_emergency_mw=Decimal(5), low_emergency_mw=Decimal(-5),
    )  # fmt: skip
    (message,) = house.desk.gateway.plan([hour], house.now)
    reply = etree.fromstring(house.door.submit(house.desk.gateway.sealed(message, house.desk.credentials)))
    ErcotSchemas(recordings / "bids" / "ercot" / "xsd").demand(reply)
    assert reply.findtext("m:Reply/m:ReplyCode", namespaces=NAMESPACES) == "OK"
    assert house.exchange.book == {}


def test_dispatch_batches_follow_the_published_element_names(recordings):
    """The recorded specification lists the elements in their order; its own schema text is not well formed."""
    specification = (recordings / "bids" / "caiso" / "ads" / "ads_api_v7.0.0_schema.xsd.txt").read_text()
    begin = local("caiso", 2026, 7, 15, 15)
    root = etree.fromstring(write_dispatch_batch({"BATT_1": Decimal("2.5"), "BATT_2": Decimal(-1)}, begin, begin))
    assert [part.findtext("{*}dot") for part in root.iter("{*}instruction")] == ["2.5", "-1"]
    for holder, declared in ((root, "DispatchBatch"), (next(root.iter("{*}instruction")), "instruction")):
        text = specification.split(f'<element name="{declared}">')[1].split("<attribute name=")[0]
        names = [etree.QName(part).localname for part in holder]
        places = [text.index(f'name="{name}"') for name in names]
        assert places == sorted(places)


def test_without_a_price_nothing_is_cleared(quick_ledger):
    house = House("caiso", quick_ledger, lambda *_: None)
    house.now = local("caiso", 2026, 7, 14, 3)
    bids = house.bids(DAYS[1], STEPS)
    house.desk.submit(bids, house.now)
    house.exchange.validate()
    with pytest.raises(Infeasible, match="no dam price"):
        house.exchange.clear("dam", bids[0].start, bids[0].end)
    assert {entry.state for entry in house.exchange.book.values()} == {"accepted"}


def test_what_the_exchange_writes_for_ercot_is_valid(quick_ledger, recordings):
    schemas = ErcotSchemas(recordings / "bids" / "ercot" / "xsd")
    house = House("ercot", quick_ledger, hourly_price("45.255"))
    house.now = local("ercot", 2026, 7, 14, 3)
    products = ["energy", "regulation_up", "regulation_down", "rrs_pf", "ecrs", "energy_only_offer", "as_only_non_spin"]
    bids = [
        a_bid(product=product, bid_id=f"bid{n}", participant="SHOP", points=points(("2", "3")))
        for n, product in enumerate(products)
    ]
    purchase = a_bid(product="energy_bid", bid_id="buy", participant="SHOP", points=points(("2", "300")))
    bids.append(purchase)
    register(quick_ledger, bids, at=house.now, actor="trader")
    for bid in bids:
        assert house.desk.submit([bid], house.now).decisions[0].granted, bid
    house.exchange.validate()
    assert {entry.state for entry in house.exchange.book.values()} == {"accepted"}
    house.exchange.clear("dam", purchase.start, purchase.end)
    statuses, awards = house.door.statuses("SHOP", DAYS[1]), house.door.awards("SHOP", DAYS[1])
    for body, inner in ((statuses, "BidSet"), (awards, "AwardSet")):
        root = etree.fromstring(body)
        schemas.demand(root)
        for part in root.iterfind(f".//e:{inner}", NAMESPACES):
            schemas.demand(part)
        assert root.find(f".//e:{inner}", NAMESPACES) is not None
    read = house.desk.gateway.read_awards(awards, bids)
    assert {award.bid_id: award.awarded_mw for award in read} == {bid.bid_id: 2 for bid in bids}
    assert b"ERCOT-SIMULATED" in awards


def test_a_refused_message_and_an_unreadable_answer_are_two_things(quick_ledger):
    house = House("ercot", quick_ledger, hourly_price("45"))
    house.now = local("ercot", 2026, 7, 14, 3)
    first, second = house.bids(DAYS[1], [("1", "30")])[:2]
    stranger, key = self_signed("STRANGER")
    unsigned = Credentials("ercot", certificate_pem=stranger, key_pem=key)
    desk = Desk(**{**{name: getattr(house.desk, name) for name in house.desk.__slots__}, "credentials": unsigned})
    with pytest.raises(RuleBroken, match="not signed"):
        desk.submit([first], house.now)
    assert house.states([first]) == ["rejected"]

    class Garbled(InProcessTransport):
        def __call__(self, path, content_type, body):
            super().__call__(path, content_type, body)
            return b"<html>gateway timeout</html>"

    desk = Desk(
        **{
            **{name: getattr(house.desk, name) for name in house.desk.__slots__},
            "transport": Garbled(house.door, "SHOP"),
        }
    )
    with pytest.raises(UnreadablePayload):
        desk.submit([second], house.now)
    assert house.states([second]) == ["submitted"]
    assert "unknown whether" in history(quick_ledger, second.bid_id)[-1].reason


@pytest.mark.parametrize("iso", list(GATEWAYS))
def test_the_door_answers_garbage_with_a_refusal(iso, quick_ledger):
    house = House(iso, quick_ledger, hourly_price("45"))
    house.door.opened = lambda body: body
    bid = a_bid(iso, participant="SHOP", points=points(*CURVE.get(iso, STEPS)), location="BATT_1")
    (message,) = house.desk.gateway.submission([bid], local(iso, 2026, 7, 14, 3))
    whole = message.body
    bodies = [b"", b"\xff\xfe", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', whole[: len(whole) // 2], whole * 2]
    bodies += [whole.replace(b"2026", b"20x6"), whole.replace(b"-5", b"NaN"), b"x" * 3_000_000]
    for body in bodies:
        reply = house.door.submit(body, "SHOP")
        with pytest.raises(MarketPlatformError):
            house.desk.gateway.read_answers(message, reply)
    assert house.exchange.book == {}


@pytest.mark.parametrize(
    ("iso", "product"),
    [
        ("pjm", "regulation"), ("pjm", "secondary_reserve"), ("pjm", "decrement"), ("nyiso", "spin_10"),
        ("nyiso", "virtual_supply"), ("caiso", "regulation_down"), ("caiso", "imbalance_reserve_up"),
    ],
)  # fmt: skip
def test_other_products_go_the_same_way(iso, product, quick_ledger):
    buys = product == "decrement"
    house = House(iso, quick_ledger, hourly_price("12"))
    house.now = local(iso, 2026, 7, 14, 3)
    bid = a_bid(
        iso,
        product,
        bid_id="other",
        participant="SHOP",
        location="BATT_1",
        points=points(("2", "40" if buys else "10")),
    )
    register(quick_ledger, [bid], at=house.now, actor="trader")
    assert house.desk.submit([bid], house.now).decisions[0].granted
    assert house.run_day_ahead([bid], DAYS[1]) == {"other": "cleared"}
    (entry,) = house.exchange.book.values()
    assert (entry.order.product, entry.awards[0].mw) == (product, 2)


def test_the_same_over_loopback_http(ledger):
    house = House("pjm", ledger, hourly_price("45"))
    house.now = local("pjm", 2026, 7, 14, 3)
    with served({"pjm": house.door}) as address:
        transport = LoopbackTransport(address, "pjm", "SHOP")
        desk = Desk(**{**{name: getattr(house.desk, name) for name in house.desk.__slots__}, "transport": transport})
        bids = house.bids(DAYS[1], STEPS)
        desk.submit(bids, house.now)
        house.exchange.validate()
        (message,) = desk.gateway.submission(bids, house.now)
        desk.take_statuses(message, transport.get("statuses", day="2026-07-15"), house.now)
        house.exchange.clear("dam", bids[0].start, bids[0].end)
        house.exchange.run_units(bids[0].start, bids[0].end)
        awards = desk.gateway.read_awards(transport.get("awards", day="2026-07-15"), bids)
        assert [(award.bid_id, award.awarded_mw) for award in awards] == [(bids[0].bid_id, 5)]
        assert b'"actual_mw": "5"' in transport.get("telemetry", resource="BATT_1")
        with pytest.raises(OSError, match="404"):
            transport.get("settings")
        with pytest.raises(OSError, match="400"):
            transport.get("awards", day="soon")
    with pytest.raises(ValueError, match="loopback"):
        LoopbackTransport("http://ercot.com", "ercot", "SHOP")
