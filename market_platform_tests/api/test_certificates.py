"""Certificates over HTTP: transfers and retirements in the ledger, once per key, and refusals that say why."""

import uuid

import pytest

from market_platform.api.app import create_app
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.parties import Actor
from market_platform.defs.certificates.desk import open_desk
from market_platform_tests.api.conftest import NOW, Served, keys_of, serving
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, parcel

QUANTITY = 100


@pytest.fixture
def held(make_platform):
    platform = make_platform()
    desk = open_desk(platform)
    account = desk.book.open_account("mrets", desk.organization, desk.actor("test"), NOW)
    desk.book.open_account("mrets", "Example Energy", Actor("test", "Example Energy"), NOW)
    desk.book.post([Issue(account, (parcel(quantity=QUANTITY),))], ADMINISTRATOR, NOW, "test")
    with serving(create_app(platform)) as url:
        yield Served(url, platform, keys_of(platform))


def key():
    return {"Idempotency-Key": uuid.uuid4().hex}


def quantities(client) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in client.get("/v1/rec/query").json()["rows"]:
        found[row["account_kind"]] = found.get(row["account_kind"], 0) + row["quantity"]
    return found


def test_certificates_are_retired_and_offered_once(held):
    with held.client("trade") as client:
        assert quantities(client) == {"active": 100}
        retirement = {"registry": "mrets", "quantity": 30, "reason": "OTHER", "beneficiary": "Example Campus"}
        headers = key()
        first = client.post("/v1/rec/retire", json=retirement, headers=headers)
        assert first.status_code == 200, first.text
        assert client.post("/v1/rec/retire", json=retirement, headers=headers).content == first.content
        assert quantities(client) == {"active": 70, "retirement": 30}
        offer = {"registry": "mrets", "quantity": 20, "to_organization": "Example Energy", "price_usd": "1.25"}
        assert client.post("/v1/rec/transfer", json=offer, headers=key()).json()["quantity"] == 20
        assert quantities(client) == {"active": 50, "retirement": 30, "pending": 20}
        over = client.post("/v1/rec/retire", json={**retirement, "quantity": 51}, headers=key())
        assert (over.status_code, over.json()["kind"]) == (409, "Overdrawn")
        nobody = client.post("/v1/rec/transfer", json={**offer, "to_organization": "Nobody"}, headers=key())
        assert (nobody.status_code, nobody.json()["kind"]) == (404, "UnknownCertificates")
        assert quantities(client) == {"active": 50, "retirement": 30, "pending": 20}
