"""The same API over a Postgres ledger: bids, keys, audit, lists, alerts and events."""

import uuid

import psycopg

from market_platform.api.app import create_app
from market_platform_tests.api.conftest import Served, keys_of, serving, small_platform
from market_platform_tests.api.test_bids import bid


def test_bids_lists_audit_and_alerts_on_postgres(tmp_path, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS test_api WITH (FORCE)")
        connection.execute("CREATE DATABASE test_api")
    platform = small_platform(tmp_path, ("nyiso_dam_lbmp_zone",), postgres_url.replace("/postgres?", "/test_api?"))
    with serving(create_app(platform)) as url:
        served = Served(url, platform, keys_of(platform))
        with served.client("admin") as client:
            asked = {"bids": [bid(hour) for hour in (15, 16, 17)]}
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            first = client.post("/v1/bids/submit", json=asked, headers=headers)
            assert first.status_code == 200, first.text
            assert client.post("/v1/bids/submit", json=asked, headers=headers).content == first.content
            page = client.get("/v1/bids", params={"limit": 2}).json()
            rest = client.get("/v1/bids", params={"limit": 2, "cursor": page["next_cursor"]}).json()
            assert len({row["bid_id"] for row in page["rows"] + rest["rows"]}) == 3
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            assert client.post("/v1/alerts/check", headers=headers).status_code == 200
            audit = client.get("/v1/audit").json()["rows"]
            assert [row["path"] for row in audit] == ["/v1/bids/submit", "/v1/bids/submit", "/v1/alerts/check"]
            assert client.get("/v1/bids", params={"resource": "x' OR '1'='1"}).json()["rows"] == []
            assert client.get("/v1/settlements/%00").status_code in (404, 422)
    platform.ledger.close()
