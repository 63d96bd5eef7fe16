"""Keys, scopes, rates, sizes, audit: who gets in, how far, and what is written of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from market_platform.api.app import create_app
from market_platform.api.callers import Rates
from market_platform.api.keys import caller_of, create_key, list_keys, revoke_key, rotate_key
from market_platform.api.tables import api_audit, api_keys
from market_platform.errors import SettingsError
from market_platform_tests.api.conftest import NOW, Served, keys_of, serving


def test_a_key_holds_until_it_ends_is_revoked_or_replaced(ledger):
    made = create_key(ledger, "desk", ["trade"], now=NOW, days=10)
    caller = caller_of(ledger, made.text, NOW)
    assert caller is not None
    assert (caller.may("read"), caller.may("trade"), caller.may("admin")) == (True, True, False)
    assert caller_of(ledger, made.text, NOW + timedelta(days=10)) is None
    assert caller_of(ledger, made.text[:-1] + ("A" if made.text[-1] != "A" else "B"), NOW) is None
    following = rotate_key(ledger, made.key_id, now=NOW, overlap=timedelta(hours=1))
    assert caller_of(ledger, made.text, NOW + timedelta(minutes=59)) is not None
    assert caller_of(ledger, made.text, NOW + timedelta(hours=1)) is None
    assert caller_of(ledger, following.text, NOW + timedelta(days=9)).scopes == caller.scopes
    revoke_key(ledger, following.key_id, now=NOW)
    assert caller_of(ledger, following.text, NOW) is None
    with pytest.raises(SettingsError):
        revoke_key(ledger, following.key_id, now=NOW)
    with pytest.raises(SettingsError):
        create_key(ledger, "desk", ["write"], now=NOW, days=1)


def test_the_ledger_keeps_no_secret(ledger):
    made = create_key(ledger, "desk", ["read"], now=NOW, days=10)
    secret = made.text.split("_", 2)[2]
    with ledger.read() as connection:
        stored = str(connection.execute(sa.select(api_keys)).all())
    assert secret not in stored
    assert secret not in str(list_keys(ledger))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": "mp_000000000000_x"},
        {"X-API-Key": "'; DROP TABLE api_keys; --"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic bXA6eA=="},
        {"X-API-Key": "mp_" + "a" * 5000},
        {"X-API-Key": "mp_\xff\xfe_x"},
    ],
)
def test_without_a_valid_key_nothing_opens(served, headers):
    with served.client(None) as client:
        for path in ("/v1/markets", "/v1/markets/pjm/prices", "/metrics", "/v1/nothing"):
            answer = client.get(path, headers={name: value.encode("latin-1") for name, value in headers.items()})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert client.get("/health").json() == {"status": "alive"}


def test_a_bearer_header_opens_as_well(served):
    with served.client(None) as client:
        assert client.get("/v1/markets", headers={"Authorization": f"Bearer {served.keys['read']}"}).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served):
    with served.client("trade") as client:
        assert client.post("/v1/bids/submit", content=b"x" * (1024 * 1024 + 1)).status_code == 413
        parts = (b"x" * 65_536 for _ in range(32))
        assert client.post("/v1/bids/submit", content=parts).status_code == 413


def test_a_bucket_gives_a_minutes_worth_and_no_more():
    rates = Rates()
    assert [rates.wait_seconds("a", 3) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert 0 < rates.wait_seconds("a", 3) <= 20
    assert rates.wait_seconds("b", 3) == 0.0


def test_a_caller_that_asks_too_often_is_told_when_to_come_back(served):
    slow = create_key(served.platform.ledger, "slow", ["read"], now=NOW, days=1, requests_per_minute=3).text
    with served.client(None) as client:
        answers = [client.get("/v1/markets", headers={"X-API-Key": slow}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
        assert client.get("/v1/markets", headers={"X-API-Key": served.keys["read"]}).status_code == 200


def test_the_audit_names_caller_and_path_and_takes_no_change(make_platform):
    platform = make_platform()
    with serving(create_app(platform)) as url:
        served = Served(url, platform, keys_of(platform))
        with served.client("read") as client:
            assert client.post("/v1/bids/submit", json={}).status_code == 403
            client.request("DELETE", f"/v1/bids/{served.keys['read']}")
    with platform.ledger.read() as connection:
        rows = connection.execute(sa.select(api_audit)).all()
    assert {(row.method, row.status) for row in rows} >= {("POST", 403)}
    assert all(row.caller.startswith("key:") for row in rows)
    assert served.keys["read"].split("_", 2)[2] not in str(rows)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), platform.ledger.begin() as connection:
        connection.execute(sa.delete(api_audit))
