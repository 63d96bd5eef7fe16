"""ERCOT's answers: packed or plain they say the same, and what cannot be read is never taken for yes."""

import base64
import gzip
from datetime import datetime
from decimal import Decimal

import pytest

from market_platform.errors import PayloadError, RuleBroken, UnreadablePayload
from market_platform.trading.gateways.ercot.answers import read_award_set, read_statuses
from market_platform.trading.gateways.ercot.names import EWS, MESSAGE
from market_platform_tests.trading.bids.bid_cases import a_bid

OFFERS = {"Q.20260715.EOC.A": ("bid1", "bid2")}
OFFER = "<EnergyOfferCurve><externalId>Q.20260715.EOC.A</externalId><mRID>R.1</mRID><status>{}</status>{}</EnergyOfferCurve>"


def plain(content: str) -> bytes:
    return _message(content)


def packed(content: str) -> bytes:
    return _message(f"<Compressed>{base64.b64encode(gzip.compress(content.encode())).decode()}</Compressed>")


def _message(payload: str, reply: str = "<ReplyCode>OK</ReplyCode>") -> bytes:
    return f'<ResponseMessage xmlns="{MESSAGE}"><Reply>{reply}</Reply><Payload>{payload}</Payload></ResponseMessage>'.encode()


def bid_set(status: str, more: str = "") -> str:
    return f'<BidSet xmlns="{EWS}">{OFFER.format(status, more)}</BidSet>'


def award_set(award: str) -> str:
    return f'<AwardSet xmlns="{EWS}">{award}</AwardSet>'


@pytest.mark.parametrize("wrap", [plain, packed])
def test_a_status_is_that_of_every_bid_of_the_offer(wrap):
    reason = "<error><text>HASL</text></error><error><text>too late</text></error>"
    answers = read_statuses(wrap(bid_set("ERRORS", reason)), OFFERS)
    assert [(answer.bid_id, answer.state, answer.reason) for answer in answers] == [
        ("bid1", "rejected", "HASL; too late"),
        ("bid2", "rejected", "HASL; too late"),
    ]


@pytest.mark.parametrize("wrap", [plain, packed])
def test_an_energy_award_finds_its_bid(wrap):
    bid = a_bid()
    times = f"<startTime>{bid.start.isoformat()}</startTime><endTime>{bid.end.isoformat()}</endTime>"
    award = f"<AwardedEnergyOffer>{times}<resource>{bid.resource}</resource><awardedMWh>2.5</awardedMWh></AwardedEnergyOffer>"
    [found] = read_award_set(wrap(award_set(award)), [bid])
    assert (found.bid_id, found.awarded_mw, found.start) == (
        bid.bid_id,
        Decimal("2.5"),
        datetime.fromisoformat(bid.start.isoformat()),
    )
    with pytest.raises(UnreadablePayload, match="AwardedEnergyOffer has no awardedMWh"):
        read_award_set(wrap(award_set(award.replace("<awardedMWh>2.5</awardedMWh>", ""))), [bid])
    with pytest.raises(PayloadError, match="AwardedSomething is not read here"):
        read_award_set(wrap(award_set(award.replace("AwardedEnergyOffer", "AwardedSomething"))), [bid])
    with pytest.raises(PayloadError, match="fits no bid of ours"):
        read_award_set(wrap(award_set(award)), [a_bid(resource="OTHER")])
    service = award.replace("AwardedEnergyOffer", "AwardedASOnlyOffer").replace(
        "<awardedMWh>2.5</awardedMWh>", "<awardedMWh/>"
    )
    with pytest.raises(UnreadablePayload, match="holds no quantity"):
        read_award_set(wrap(award_set(service)), [bid])


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        (plain(bid_set("MAYBE")), UnreadablePayload, "status MAYBE, which is not known"),
        (plain(bid_set("ACCEPTED").replace("EOC.A", "EOC.B")), UnreadablePayload, "names none of the offers"),
        (_message("<Compressed>no base64!</Compressed>"), UnreadablePayload, "cannot be unpacked"),
        (_message("<Compressed>aGVsbG8=</Compressed>"), UnreadablePayload, "cannot be unpacked"),
        (_message("", "<ReplyCode>ERROR</ReplyCode><Error>bad XML</Error>"), RuleBroken, "answers ERROR: bad XML"),
        (_message("", "<ReplyCode>FATAL</ReplyCode>"), RuleBroken, "no reason given"),
        (b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>", RuleBroken, "0 messages"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(reply, error, why):
    with pytest.raises(error, match=why):
        read_statuses(reply, OFFERS)


def test_a_packed_payload_does_not_grow_without_end():
    bomb = _message(f"<Compressed>{base64.b64encode(gzip.compress(bytes(64_000_001), 1)).decode()}</Compressed>")
    with pytest.raises(UnreadablePayload, match="more than 64000000 bytes"):
        read_statuses(bomb, OFFERS)
