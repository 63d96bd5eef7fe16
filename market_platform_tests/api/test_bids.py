"""Bids over HTTP: through rules, limits and the simulated exchange; once per key, once per bid, whoever races."""

import base64
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from market_platform.api.app import create_app
from market_platform_tests.api.conftest import Served, keys_of, serving, small_platform

# Harlem's day-ahead gate for the 22nd closes on the 21st at 05:00 local: open at the tests' present moment.
BID = {
    "resource": "hudson_battery",
    "market": "dam",
    "interval_start": "2026-11-22T17:00:00Z",
    "interval_end": "2026-11-22T18:00:00Z",
    "points": [{"mw": "0.1", "price_usd_per_mwh": "40.00"}, {"mw": "0.5", "price_usd_per_mwh": "55.00"}],
}


@pytest.fixture(scope="module")
def traded(tmp_path_factory):
    platform = small_platform(tmp_path_factory.mktemp("traded"), ("nyiso_dam_lbmp_zone",))
    with serving(create_app(platform)) as url:
        yield Served(url, platform, keys_of(platform))


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def bid(hour: int, **changes) -> dict:
    return {
        **BID,
        "interval_start": f"2026-11-22T{hour:02d}:00:00Z",
        "interval_end": f"2026-11-22T{hour + 1:02d}:00:00Z",
        **changes,
    }


def test_a_bid_goes_to_the_simulated_exchange_and_can_be_withdrawn(traded):
    with traded.client("trade") as client:
        answer = client.post("/v1/bids/submit", json={"bids": [BID]}, headers=key())
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["rows"]
        assert (answer.json()["delivery"], answer.json()["simulated"]) == ("sandbox", True)
        assert (row["broken_rules"], row["refused_by"]) == ([], [])
        assert row["state"] in ("submitted", "accepted")
        seen = client.get(f"/v1/bids/{row['bid_id']}").json()
        assert seen["points"][1] == {"mw": "0.5", "price_usd_per_mwh": "55.00"}
        assert [event["to"] for event in seen["events"]][:2] == ["draft", "submitted"]
        assert seen["events"][0]["actor"].startswith("key:")
        assert client.delete(f"/v1/bids/{row['bid_id']}").json()["state"] == "cancelled"
        assert client.delete(f"/v1/bids/{row['bid_id']}").status_code == 409


def test_a_bid_past_its_limit_stays_a_draft_and_says_why(traded):
    with traded.client("trade") as client:
        large = bid(16, points=[{"mw": "0.1", "price_usd_per_mwh": "40"}, {"mw": "0.7", "price_usd_per_mwh": "50"}])
        (row,) = client.post("/v1/bids/submit", json={"bids": [large]}, headers=key()).json()["rows"]
        assert (row["state"], row["broken_rules"]) == ("draft", [])
        assert row["refused_by"][0]["limit"] == "max_bid_mw"


def test_checking_writes_nothing(traded):
    with traded.client("trade") as client:
        before = client.get("/v1/bids").json()["rows"]
        asked = {"bids": [bid(5)], "check_only": True}
        (row,) = client.post("/v1/bids/submit", json=asked, headers=key()).json()["rows"]
        assert row["state"] == "not written"
        assert client.get("/v1/bids").json()["rows"] == before


def test_the_same_key_gives_the_same_answer_and_does_nothing_again(traded):
    with traded.client("trade") as client:
        headers, asked = key(), {"bids": [bid(7)]}
        first = client.post("/v1/bids/submit", json=asked, headers=headers)
        again = client.post("/v1/bids/submit", json=asked, headers=headers)
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        other = client.post("/v1/bids/submit", json={"bids": [bid(8)]}, headers=headers)
        assert other.status_code == 422
        assert "another request" in other.json()["detail"]
        assert client.post("/v1/bids/submit", json=asked, headers=key()).status_code == 409
        assert client.post("/v1/bids/submit", json=asked).status_code == 422


def test_two_clients_that_race_on_one_bid_place_it_once(traded):
    def place(_number: int) -> httpx.Response:
        with traded.client("trade") as client:
            return client.post("/v1/bids/submit", json={"bids": [bid(10)]}, headers=key())

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(place, range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


def test_one_key_raced_by_many_is_done_once(traded):
    headers = key()

    def place(_number: int) -> httpx.Response:
        with traded.client("trade") as client:
            return client.post("/v1/bids/submit", json={"bids": [bid(12)]}, headers=headers)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(place, range(6)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.status_code for answer in answers} <= {200, 409}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"resource": "'; DROP TABLE bids; --"}, 422),
        ({"resource": "\x00"}, 422),
        ({"interval_end": "2026-11-22T14:00:00Z"}, 422),
        ({"interval_start": "0001-01-01T00:00:00Z"}, 422),
        ({"points": [{"mw": "NaN", "price_usd_per_mwh": "1"}]}, 422),
        ({"points": [{"mw": "1e400", "price_usd_per_mwh": "1"}]}, 422),
        ({"points": [], "self_schedule_mw": None}, 422),
        ({"revision": 2**70}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_bids_that_make_no_sense_are_refused(traded, change, status):
    with traded.client("trade") as client:
        answer = client.post("/v1/bids/submit", json={"bids": [{**bid(14), **change}]}, headers=key())
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_reading_is_not_trading(traded):
    with traded.client("read") as client:
        assert client.post("/v1/bids/submit", json={"bids": [BID]}, headers=key()).status_code == 403
        assert client.delete("/v1/bids/b0123456789a").status_code == 403
        assert client.post("/v1/rec/retire", json={}, headers=key()).status_code == 403
        assert client.get("/v1/bids").status_code == 200


def cursor_of(client) -> str:
    return client.get("/v1/bids", params={"iso": "nyiso", "day": "2026-11-22", "limit": 2}).json()["next_cursor"]


def decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_lists_are_filtered_and_paged(traded):
    with traded.client("trade") as client:
        client.post("/v1/bids/submit", json={"bids": [bid(19), bid(20), bid(21)]}, headers=key())
        whole = client.get("/v1/bids", params={"iso": "nyiso", "day": "2026-11-22"}).json()["rows"]
        found, cursor = [], {}
        while True:
            page = client.get("/v1/bids", params={"iso": "nyiso", "day": "2026-11-22", "limit": 2, **cursor}).json()
            found += page["rows"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == whole
        assert len({row["bid_id"] for row in whole}) == len(whole) >= 3
        for moment, bid_id in (("0001-01-01T00:00:00+14:00", "b"), ("x", "b"), ("2026-11-20", "\x00")):
            document = [*json.loads(decoded(cursor_of(client)))[:2], moment, bid_id]
            forged = base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
            asked = {"iso": "nyiso", "day": "2026-11-22", "limit": 2, "cursor": forged}
            assert client.get("/v1/bids", params=asked).status_code == 400
        assert client.get("/v1/bids", params={"iso": "pjm"}).json()["rows"] == []
        assert client.get("/v1/bids/b000000000000").status_code == 404
        assert client.get("/v1/bids/..%2f..%2fetc").status_code == 404
