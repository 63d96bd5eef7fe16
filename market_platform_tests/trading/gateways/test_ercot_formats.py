"""ERCOT's messages against ERCOT's own schemas and examples."""

import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from lxml import etree

from market_platform.errors import PayloadError, RuleBroken, SettingsError, UnreadablePayload
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.sandbox.exchange.certificate import self_signed
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.bids.tables import product_of, products
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.ercot.bid_set import bid_sets
from market_platform.trading.gateways.ercot.envelope import body_of, verified_body
from market_platform.trading.gateways.ercot.gateway import ErcotGateway
from market_platform.trading.gateways.ercot.names import EWS, LARGEST_PAYLOAD_BYTES, NAMESPACES
from market_platform.trading.gateways.ercot.operating_plan import PlanHour, plan_bid_sets
from market_platform.trading.gateways.ercot.resource_parameters import StorageParameters
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

NOW = datetime(2026, 7, 14, 13, tzinfo=UTC)
DAYS = {date(2026, 7, 15): 24, date(2026, 3, 8): 23, date(2026, 11, 1): 25}


@pytest.fixture(scope="session")
def schemas(recordings):
    return ErcotSchemas(recordings / "bids" / "ercot" / "xsd")


@pytest.fixture
def gateway(schemas):
    return ErcotGateway("QSE1", "USER1", schemas)


def a_day(day, product="energy", **changes):
    starts = interval_starts(day, MARKETS["ercot"].zone, 60)
    return [
        a_bid(product=product, bid_id=f"h{n}", start=start.to_pydatetime(), **changes) for n, start in enumerate(starts)
    ]


def payload(message):
    return body_of(message.body).find("m:Payload", NAMESPACES)[0]


@pytest.mark.parametrize(("day", "hours"), DAYS.items())
def test_a_day_of_hours_is_one_valid_offer_on_every_kind_of_day(schemas, day, hours):
    (bid_set,) = bid_sets(a_day(day, points=points(("-10", "-20.5"), ("10", "4999.99"))))
    root = etree.fromstring(bid_set.xml)
    schemas.demand(root)
    curves = root.findall(".//e:EnergyOfferCurve", NAMESPACES)
    assert len(curves) == hours
    begins = [datetime.fromisoformat(curve[0].text) for curve in curves]
    assert all(later - earlier == timedelta(hours=1) for earlier, later in pairwise(begins))
    assert root.findtext("e:tradingDate", namespaces=NAMESPACES) == day.isoformat()
    offer = root[1]
    expires = datetime.fromisoformat(offer.findtext("e:expirationTime", namespaces=NAMESPACES))
    assert expires == local("ercot", day.year, day.month, day.day, 10) - timedelta(days=1)
    assert datetime.fromisoformat(offer[0].text) == begins[0]
    assert datetime.fromisoformat(offer[1].text) == begins[-1] + timedelta(hours=1)


def test_the_times_are_those_of_an_accepted_sample(recordings):
    sample = etree.parse(recordings / "bids" / "ercot" / "examples" / "wattness-energy-bid.xml").getroot()
    bid = a_bid(
        product="energy_bid", location="HB_WEST", start=datetime(2026, 10, 15, 7, tzinfo=UTC), shape="fixed",
        points=points(("8.0", "18.00")),
    )  # fmt: skip
    ours = etree.fromstring(bid_sets([bid])[0].xml)
    for path in (
        "e:tradingDate", "e:EnergyBid/e:startTime", "e:EnergyBid/e:endTime", "e:EnergyBid/e:sp",
        "e:EnergyBid/e:PriceCurve/e:startTime", "e:EnergyBid/e:PriceCurve/e:endTime",
        "e:EnergyBid/e:PriceCurve/e:curveStyle", "e:EnergyBid/e:PriceCurve/e:CurveData/e:xvalue",
        "e:EnergyBid/e:PriceCurve/e:CurveData/e:y1value",
    ):  # fmt: skip
        assert ours.findtext(path, namespaces=NAMESPACES) == sample.findtext(path, namespaces=NAMESPACES), path


@pytest.mark.parametrize("row", [row for row in products() if row.iso == "ercot"], ids=lambda row: row.product)
def test_every_product_has_a_valid_message(gateway, row):
    shape = {"points": points(("1", "3"), ("2", "2"))} if row.side == "buy" else {}
    market = row.markets[0]
    bid = a_bid(product=row.product, market=market, **shape)
    (message,) = gateway.submission([bid], NOW)
    assert message.format_status == "V"
    assert message.bid_ids == ("bid1",)
    assert product_of("ercot", row.product, bid.market_day) is row


def test_services_of_one_hour_share_one_offer_of_five_blocks(gateway):
    offered = ("regulation_up", "rrs_pf", "ecrs", "non_spin", "regulation_down")
    bids = [a_bid(product=product, bid_id=product, points=points(("1", "3"))) for product in offered]
    (message,) = gateway.submission(bids, NOW)
    offers = payload(message).findall("e:ASOffer", NAMESPACES)
    assert [offer.findtext("e:asType", namespaces=NAMESPACES) for offer in offers] == ["REGUP-RRS-ONNS", "Reg-Down"]
    assert len(offers[0].findall("e:ASPriceCurve", NAMESPACES)) == 1
    more = [a_bid(product="rrs_ff", bid_id="sixth"), *bids, a_bid(product="rrs_uf", bid_id="seventh")]
    with pytest.raises(RuleBroken, match="blocks"):
        gateway.submission(more, NOW)


def test_a_block_over_hours_is_one_fixed_curve(gateway):
    block = a_bid(product="energy_bid", shape="fixed", points=points(("8", "18")), end=local("ercot", 2026, 7, 15, 19))
    curve = payload(gateway.submission([block], NOW)[0]).find(".//e:PriceCurve", NAMESPACES)
    assert curve.findtext("e:curveStyle", namespaces=NAMESPACES) == "FIXED"
    assert curve.findtext("e:multiHourBlock", namespaces=NAMESPACES) == "true"


def test_what_the_format_cannot_say_is_refused(gateway):
    with pytest.raises(RuleBroken, match="not both"):
        gateway.submission([a_bid(self_schedule_mw=Decimal(1))], NOW)
    with pytest.raises(RuleBroken, match="QSE2"):
        gateway.submission([a_bid(participant="QSE2")], NOW)
    with pytest.raises(RuleBroken, match="no product of ERCOT"):
        gateway.submission([a_bid("caiso")], NOW)
    twice = [a_bid(bid_id=f"b{n}") for n in range(26)]
    with pytest.raises(RuleBroken, match="overlap"):
        gateway.submission(twice, NOW)


def test_names_are_escaped_and_never_become_markup(gateway):
    bid = a_bid(resource='<BATT> & "1"')
    assert payload(gateway.submission([bid], NOW)[0]).findtext(".//e:resource", namespaces=NAMESPACES) == bid.resource


def plan_hours(resource, day):
    return [
        PlanHour(
            resource=resource, start=start.to_pydatetime(), end=start.to_pydatetime() + timedelta(hours=1), status="ON",
            high_mw=Decimal(10), low_mw=Decimal(-10), high_emergency_mw=Decimal(11), low_emergency_mw=Decimal(-11),
            min_soc_mwh=Decimal(2), max_soc_mwh=Decimal(38), begin_soc_mwh=Decimal(20),
            capacity_mw={"ecrs": Decimal(2), "regUp": Decimal("1.5")},
        )
        for start in interval_starts(day, MARKETS["ercot"].zone, 60)
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "hours"), DAYS.items())
def test_operating_plans_are_valid_on_every_kind_of_day(schemas, day, hours):
    (text,) = plan_bid_sets(plan_hours("BATT_1", day) + plan_hours("BATT_2", day))
    root = etree.fromstring(text)
    schemas.demand(root)
    assert Counter(etree.QName(part).localname for part in root[1]).most_common(3) == [
        ("ResourceStatus", hours), ("Limits", hours), ("ASCapacity", hours),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"begin_soc_mwh": Decimal(39)}, "targetBeginSOC"),
        ({"status": "ONREG"}, "ONREG"),
        ({"low_mw": Decimal(12)}, "lsl <= hsl"),
        ({"capacity_mw": {"rrs": Decimal(1)}}, "no service rrs"),
    ],
)
def test_a_plan_that_ercot_rejects_is_refused(change, reason):
    hour = plan_hours("BATT_1", date(2026, 7, 15))[0]
    fields = {name: getattr(hour, name) for name in hour.__slots__}
    with pytest.raises(RuleBroken, match=reason):
        PlanHour(**(fields | change))


def test_the_official_examples_that_break_their_schema_are_refused_with_the_reason(recordings, schemas):
    examples = recordings / "bids" / "ercot" / "examples"
    schemas.demand(etree.parse(examples / "AwardedASOnly-Example.xml").getroot())
    for name, container, space in (
        ("ASOnlyOffer-Example.xml", "BidSet", "nodal/ews/message"),
        ("GenResParams-SOC-Example.xml", "ResParametersSet", "none"),
    ):
        root = etree.parse(examples / name).getroot()
        element = root.find(f".//{{*}}{container}")
        with pytest.raises(RuleBroken, match=f"{container} stands in namespace .*{space}"):
            schemas.demand(element)
        for part in element.iter():
            part.tag = f"{{{EWS}}}{etree.QName(part).localname}"
        schemas.demand(element)  # the namespace was its only fault
    for name in ("wattness-energy-bid.xml", "wattness-energy-only-offer.xml"):
        schemas.demand(etree.parse(examples / name).getroot())


def test_storage_parameters_say_what_the_official_example_says(recordings, gateway):
    """The example's fields, its namespace fault mended, in the same order and with the same names."""
    storage = StorageParameters(
        resource="RES1", ramp_up_mw_per_minute=Decimal("2.0"), ramp_down_mw_per_minute=Decimal("2.0"),
        from_mw=Decimal("1.0"), reason="QSE Update",
        soc=StorageTerms(Decimal(1), Decimal(20), round_trip_efficiency=Decimal("0.87")),
    )  # fmt: skip
    ours = payload(gateway.parameters([storage], NOW))[0]
    example = etree.parse(recordings / "bids" / "ercot" / "examples" / "GenResParams-SOC-Example.xml").getroot()
    theirs = example.find(".//{*}GenResourceParameters")

    def shape(element):
        return [etree.QName(part).localname for part in element.iter()]

    def without_second_point(element):
        for curve in (element.find("{*}normalRrCurve"), element.find("{*}emergencyRrCurve")):
            curve.remove(curve[1])
        return element

    assert shape(ours) == shape(without_second_point(theirs))
    assert [part.text for part in ours.find("{*}SOC")] == ["1", "20", "0.87"]
    with pytest.raises(RuleBroken, match="make no sense"):
        gateway.parameters([replace(storage, soc=StorageTerms(Decimal(1), Decimal(20)))], NOW)


def test_a_fault_is_named_with_its_line_and_element(schemas):
    text = bid_sets([a_bid()])[0].xml
    for wrong, word in (
        (text.replace("ThreePartOffer", "IncDecOffer"), "IncDecOffer"),
        (text.replace("<y1value>30<", "<y1value>30.125<"), "y1value"),
        (text.replace("<tradingDate>2026-07-15</tradingDate>", ""), "tradingDate"),
    ):
        with pytest.raises(RuleBroken, match=word):
            schemas.demand(etree.fromstring(wrong))
    with pytest.raises(RuleBroken, match="no message"):
        schemas.demand(etree.fromstring("<Letter/>"))
    with pytest.raises(SettingsError, match=r"ErcotTransactions\.xsd"):
        ErcotSchemas(schemas.folder / "nowhere").demand(etree.fromstring(text))


def test_large_fleets_are_split_and_no_bid_is_lost(gateway):
    curve = tuple(points((str(n), str(n)))[0] for n in range(1, 11))
    bids = [
        a_bid(bid_id=f"b{n}-{hour}", resource=f"BATT_{n}", points=curve, start=local("ercot", 2026, 7, 15, hour))
        for n in range(60) for hour in range(24)
    ]  # fmt: skip
    messages = gateway.submission(bids, NOW)
    assert len(messages) > 1
    assert max(len(message.body) for message in messages) < LARGEST_PAYLOAD_BYTES + 10_000
    assert Counter(bid_id for message in messages for bid_id in message.bid_ids) == Counter(bid.bid_id for bid in bids)


def test_without_schemas_a_message_counts_as_unverified():
    assert ErcotGateway("QSE1", "USER1").submission([a_bid()], NOW)[0].format_status == "U"


@pytest.mark.parametrize("sha1", [False, True])
def test_the_signature_covers_the_body_and_nothing_else_is_read(schemas, sha1):
    certificate, key = self_signed("QSE1")
    gateway = ErcotGateway("QSE1", "USER1", schemas, with_sha1=sha1)
    (message,) = gateway.submission([a_bid()], NOW)
    sealed = gateway.sealed(message, Credentials("ercot", certificate_pem=certificate, key_pem=key))
    inside = verified_body(sealed, certificate, accept_sha1=sha1)
    assert inside.tag.endswith("RequestMessage")
    assert b"BinarySecurityToken" in sealed
    for forged in (sealed.replace(b">30<", b">31<"), message.body):
        with pytest.raises(RuleBroken, match="not signed"):
            verified_body(forged, certificate, accept_sha1=sha1)
    other, _ = self_signed("QSE2")
    with pytest.raises(RuleBroken, match="not signed"):
        verified_body(sealed, other, accept_sha1=sha1)
    if sha1:
        with pytest.raises(RuleBroken, match="not signed"):
            verified_body(sealed, certificate)


def test_a_program_none_of_us_wrote_accepts_the_signature(gateway, tmp_path):
    """OpenSSL checks the signature value over the canonical SignedInfo."""
    certificate, key = self_signed("QSE1")
    (message,) = gateway.submission([a_bid()], NOW)
    root = etree.fromstring(gateway.sealed(message, Credentials("ercot", certificate_pem=certificate, key_pem=key)))
    signature = root.find(".//{http://www.w3.org/2000/09/xmldsig#}Signature")
    (tmp_path / "signed").write_bytes(etree.tostring(signature[0], method="c14n", exclusive=True))
    (tmp_path / "value.b64").write_text(
        "\n".join(signature[1].text[n : n + 64] for n in range(0, 400, 64)).strip() + "\n"
    )
    (tmp_path / "cert.pem").write_text(certificate)

    def openssl(*words):
        return subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    (tmp_path / "public.pem").write_text(openssl("x509", "-in", "cert.pem", "-pubkey", "-noout"))
    openssl("base64", "-d", "-in", "value.b64", "-out", "value")
    assert "OK" in openssl("dgst", "-sha256", "-verify", "public.pem", "-signature", "value", "signed")


def test_unsigned_material_is_named_when_missing(gateway):
    with pytest.raises(SettingsError, match="ERCOT_CERTIFICATE_PEM, ERCOT_KEY_PEM"):
        gateway.sealed(gateway.submission([a_bid()], NOW)[0], Credentials("ercot"))


def test_a_cancellation_names_the_references_once(gateway):
    bids = [a_bid(), a_bid(bid_id="bid2", start=local("ercot", 2026, 7, 15, 16))]
    (message,) = gateway.cancellation(bids, {"bid1": "Q.1", "bid2": "Q.1"}, NOW)
    root = body_of(message.body)
    assert root.findtext("m:Header/m:Verb", namespaces=NAMESPACES) == "cancel"
    assert [one.text for one in root.iterfind("m:Request/m:ID", NAMESPACES)] == ["Q.1"]
    assert message.bid_ids == ("bid1", "bid2")
    with pytest.raises(RuleBroken, match="bid2"):
        gateway.cancellation(bids, {"bid1": "Q.1"}, NOW)


def test_awards_of_the_official_example_are_read(recordings, gateway):
    body = (recordings / "bids" / "ercot" / "examples" / "AwardedASOnly-Example.xml").read_bytes()
    with pytest.raises(PayloadError, match="fits no bid of ours"):
        gateway.read_awards(body, [a_bid()])


def test_answers_that_say_nothing_are_not_taken_for_yes(gateway):
    (message,) = gateway.submission([a_bid()], NOW)
    for reply in (b"", b"<html>busy</html>", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        with pytest.raises(UnreadablePayload):
            gateway.read_answers(message, reply)
