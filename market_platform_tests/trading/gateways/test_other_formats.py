"""PJM, NYISO and CAISO messages against the names and layouts of the facts, on every kind of day."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from market_platform.errors import PayloadError, RuleBroken, SettingsError, UnreadablePayload
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.trading.gateways.caiso import CaisoGateway
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.nyiso import SECRET, NyisoGateway
from market_platform.trading.gateways.pjm import NAMESPACES, PjmGateway
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

NOW = local("pjm", 2026, 7, 14, 3)
SPRING, SUMMER, AUTUMN = date(2026, 3, 8), date(2026, 7, 15), date(2026, 11, 1)


def a_day(iso, product, day, **changes):
    starts = interval_starts(day, MARKETS[iso].zone, 60)
    return [
        a_bid(iso, product, bid_id=f"h{n}", start=start.to_pydatetime(), participant="SHOP", **changes)
        for n, start in enumerate(starts)
    ]


def pjm(bids):
    (message,) = PjmGateway("SHOP").submission(bids, NOW)
    return etree.fromstring(message.body), message


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (SPRING, [(1, "false"), (2, "false"), *((n, "false") for n in range(4, 25))]),  # hour ending 03 is skipped
        (SUMMER, [(n, "false") for n in range(1, 25)]),
        (AUTUMN, [(1, "false"), (2, "false"), (2, "true"), *((n, "false") for n in range(3, 25))]),
    ],
)
def test_pjm_counts_hours_ending_and_marks_the_repeated_one(day, hours):
    root, message = pjm(a_day("pjm", "increment", day, location="51217"))
    hourly = root.findall(".//p:VirtualBid/p:Increment/p:VirtualBidHourly", NAMESPACES)
    assert [(int(one.get("hour")), one.get("isDuplicateHour")) for one in hourly] == hours
    assert message.format_status == "S"
    assert len(message.offers) == len(hours)


def test_pjm_virtual_and_demand_bids_use_the_known_names():
    root, _ = pjm(a_day("pjm", "decrement", SUMMER, location="51217", points=points(("1", "40"), ("2", "30"))))
    segment = root.find(".//p:Decrement/p:VirtualBidHourly/p:BidSegment[@id='2']", NAMESPACES)
    assert [(part.tag.split("}")[1], part.text) for part in segment] == [("MW", "2"), ("Price", "30")]
    demand = a_day("pjm", "demand", SUMMER, kind="load", soc=None, points=(), self_schedule_mw=Decimal("1.5"))
    root, message = pjm(demand)
    assert root.findtext(".//p:DemandBid/p:DemandBidHourly/p:FixedDemand", namespaces=NAMESPACES) == "1.5"
    assert message.format_status == "S"


def test_pjm_one_curve_for_the_day_is_known_and_hourly_curves_are_not():
    same = a_day(
        "pjm", "energy", SUMMER, location="UNIT1", shape="slope", points=points(("1", "20"), ("9", "30.123456"))
    )
    root, message = pjm(same)
    (offer,) = root.findall(".//p:ScheduleOffer", NAMESPACES)
    assert dict(offer.attrib) == {"day": "2026-07-15", "location": "UNIT1", "schedule": "91", "slope": "true"}
    assert [dict(one.attrib) for one in offer] == [{"MW": "1", "price": "20"}, {"MW": "9", "price": "30.123456"}]
    assert message.format_status == "S"
    root, message = pjm(same[:5])
    assert len(root.findall(".//p:ScheduleOffer", NAMESPACES)) == 5
    assert message.format_status == "U"


def test_pjm_regulation_states_its_hourly_megawatts():
    root, message = pjm(a_day("pjm", "regulation_up", AUTUMN, location="UNIT1", points=points(("1.5", "20"))))
    hourly = root.findall(".//p:RegulationUpdate/p:RegulationUpdateHourly", NAMESPACES)
    assert [one.findtext("p:MW", namespaces=NAMESPACES) for one in hourly] == ["1.5"] * 25
    assert [one.get("isDuplicateHour") for one in hourly].count("true") == 1
    assert message.format_status == "U"


def test_pjm_answers():
    gateway = PjmGateway("SHOP")
    _, message = pjm([a_bid("pjm", participant="SHOP")])
    space = 'xmlns="http://emkt.pjm.com/emkt/xml"'
    yes = f"<SubmitResponse {space}><TransactionID>42</TransactionID></SubmitResponse>".encode()
    assert [(answer.state, answer.market_reference) for answer in gateway.read_answers(message, yes)] == [
        ("submitted", "42")
    ]
    for no in (f"<E {space}><Text>no such unit</Text></E>".encode(), b"<E><faultstring>cvc</faultstring></E>"):
        with pytest.raises(RuleBroken, match=r"no such unit|cvc"):
            gateway.read_answers(message, no)
    for neither in (b"<E/>", b"", b"503 Service Unavailable"):
        with pytest.raises(UnreadablePayload):
            gateway.read_answers(message, neither)
    stray = f'<R {space}><Award location="X" product="energy" day="2026-07-15" hour="4" MW="1" price="2"/></R>'.encode()
    with pytest.raises(PayloadError, match="fits no bid"):
        gateway.read_awards(stray, [a_bid("pjm")])
    with pytest.raises(PayloadError, match="no hour ending 3"):
        gateway.read_awards(stray.replace(b"2026-07-15", b"2026-03-08").replace(b'"4"', b'"3"'), [a_bid("pjm")])


def nyiso_rows(message):
    lines = message.body.decode().split("\r\n")
    return lines[:4], list(csv.reader(io.StringIO("\n".join(lines[4:]))))


def test_a_nyiso_load_bid_follows_the_known_layout():
    bids = a_day(
        "nyiso", "load", SUMMER, kind="load", soc=None, location="61757", self_schedule_mw=Decimal("3.25"),
        points=points(("1", "90"), ("2", "50.25")),
    )  # fmt: skip
    (message,) = NyisoGateway("SHOP", "trader1").submission(bids, NOW)
    header, rows = nyiso_rows(message)
    assert header == ["BID_TYPE=LOAD_BID&", "USERID=trader1&", f"PASSWORD={SECRET}&", "DATA_ROWS=24&"]
    assert rows[0] == ["61757", "07/15/2026 00:00", "", "3.25", "1", "90", "2", "50.25", "", "", "", ""]
    assert rows[23][1] == "07/15/2026 23:00"
    assert message.format_status == "S"


@pytest.mark.parametrize(("day", "count", "status"), [(SPRING, 23, "S"), (AUTUMN, 25, "U")])
def test_nyiso_rows_stand_in_time_order_on_clock_change_days(day, count, status):
    bids = a_day("nyiso", "load", day, kind="load", soc=None, location="61757", points=points(("1", "90")))
    (message,) = NyisoGateway("SHOP", "trader1").submission(bids, NOW)
    _, rows = nyiso_rows(message)
    times = [row[1][-5:] for row in rows if row]
    assert len(times) == count
    assert ("02:00" in times) == (day != SPRING)
    assert times.count("01:00") == (2 if day == AUTUMN else 1)
    assert message.format_status == status


def test_the_password_is_in_what_is_sealed_and_nowhere_else():
    gateway = NyisoGateway("SHOP", "trader1")
    (message,) = gateway.submission([a_bid("nyiso", participant="SHOP")], NOW)
    credentials = Credentials.from_environment("nyiso", {"NYISO_PASSWORD": "hunter2", "PATH": "/bin"})
    assert b"hunter2" in gateway.sealed(message, credentials)
    assert b"hunter2" not in message.body
    assert "hunter2" not in repr(message) + repr(credentials) + str(credentials) + f"{credentials!r}"
    assert credentials.masked("PASSWORD=hunter2&") == "PASSWORD=***&"
    with pytest.raises(SettingsError, match="NYISO_PASSWORD") as refusal:
        gateway.sealed(message, Credentials("nyiso"))
    assert "hunter2" not in str(refusal.value)


def test_layouts_that_no_public_text_shows_are_marked():
    for gateway, bid in (
        (NyisoGateway("SHOP", "u"), a_bid("nyiso", participant="SHOP")),
        (CaisoGateway("SHOP"), a_bid("caiso", participant="SHOP")),
        (PjmGateway("SHOP"), a_bid("pjm", "secondary_reserve", participant="SHOP")),
    ):
        assert {message.format_status for message in gateway.submission([bid], NOW)} == {"U"}
        assert {message.format_status for message in gateway.cancellation([bid], {}, NOW)} == {"U"}


def test_caiso_bid_sets_are_in_utc_with_products_by_their_codes():
    bids = a_day("caiso", "energy", AUTUMN) + a_day("caiso", "regulation_up", AUTUMN)[:1]
    for n, bid in enumerate(bids):
        object.__setattr__(bid, "bid_id", f"b{n}")
    (message,) = CaisoGateway("SHOP").submission(bids, NOW)
    root = etree.fromstring(message.body)
    assert (root.findtext("TradeDate"), root.findtext("MarketRun"), root.get("action")) == (
        "2026-11-01",
        "DAM",
        "SUBMIT",
    )
    rows = root.findall(".//ProductBid")
    assert {row.get("product") for row in rows} == {"EN", "RU"}
    starts = sorted({row.get("start") for row in rows})
    assert (starts[0], starts[-1], len(starts)) == ("2026-11-01T07:00:00+00:00", "2026-11-02T07:00:00+00:00", 25)


@pytest.mark.parametrize("gateway", [PjmGateway("SHOP"), NyisoGateway("SHOP", "u"), CaisoGateway("SHOP")])
def test_other_peoples_bids_and_foreign_products_are_refused(gateway):
    with pytest.raises(RuleBroken, match="OTHER"):
        gateway.submission([a_bid(gateway.iso, participant="OTHER")], NOW)
    with pytest.raises(RuleBroken, match="no product"):
        gateway.submission([a_bid(gateway.iso, "rrs_pf", participant="SHOP")], NOW)


def test_markets_and_days_go_out_apart():
    bids = [
        a_bid("caiso", bid_id=f"b{n}", market=market, start=local("caiso", 2026, 7, 15) + timedelta(days=day))
        for n, (market, day) in enumerate([("dam", 0), ("rtm", 0), ("dam", 1)])
    ]
    messages = CaisoGateway("QSE1").submission(bids, NOW)
    assert [message.bid_ids for message in messages] == [("b0",), ("b1",), ("b2",)]
