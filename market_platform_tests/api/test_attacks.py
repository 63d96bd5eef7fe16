"""Attacks by hand: SQL in every parameter, paths that climb, ranges without end, scopes that do not suffice."""

import httpx
import pytest
import sqlalchemy as sa

from market_platform.api.tables import api_keys
from market_platform.trading.bid_ledger.tables import bids
from market_platform_tests.api.wire import request, talk

SQL = (
    "'; DROP TABLE lmp; DROP TABLE api_keys; --",
    "x' OR '1'='1",
    "x' UNION SELECT secret_sha256 FROM api_keys --",
    "read_text('/etc/passwd')",
    "\\'; ATTACH '/etc/passwd' AS p; --",
)
ONE_TABLE_FOR_ALL = "/v1/tables/lmp"


def operations(client, *methods):
    """Every operation of the document: method, path with values that exist, its parameters."""
    values = {"iso": "pjm", "feed": "pjm_dam_lmp_hub"}
    for path, ways in client.get("/openapi.json").json()["paths"].items():
        if path.startswith("/v1/tables/") and path != ONE_TABLE_FOR_ALL:
            continue
        for method in methods:
            if method in ways:
                asked = ways[method].get("parameters", [])
                known = {
                    each["name"]: values.get(each["name"], "b00000000000") for each in asked if each["in"] == "path"
                }
                yield method, path.format(**known), path, asked


@pytest.mark.long
def test_sql_in_every_parameter_is_a_value_and_nothing_else(served):
    before = secrets_of(served)
    asked = 0
    with served.client("admin") as client:
        for _, path, template, parameters in operations(client, "get"):
            for n, parameter in enumerate(parameters):
                text = SQL[(asked + n) % len(SQL)]
                if parameter["in"] == "query":
                    answer = client.get(path, params={parameter["name"]: text})
                elif parameter["in"] == "path":
                    quoted = httpx.QueryParams({"x": text}).__str__().removeprefix("x=").replace("+", "%20")
                    answer = client.get(template.replace("{" + parameter["name"] + "}", quoted).replace("{iso}", "pjm"))
                else:
                    answer = client.get(path, headers={parameter["name"]: text.encode()})
                asked += 1
                assert answer.status_code < 500, (path, parameter["name"], text)
                assert not any(secret in answer.text for secret in before)
                assert "root:" not in answer.text
                if answer.status_code == 200 and parameter["in"] == "query" and "rows" in answer.text:
                    assert answer.json().get("rows", []) == []
        assert client.get("/v1/markets/pjm/prices").json()["rows"]
    assert asked > 150
    assert secrets_of(served) == before


def secrets_of(served) -> set[str]:
    with served.platform.ledger.read() as connection:
        return set(connection.scalars(sa.select(api_keys.c.secret_sha256)))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/markets/../../../../etc/passwd", "/v1/markets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/v1/markets/..%2f..%2fetc%2fpasswd", "/dashboard/../../pyproject.toml", "/dashboard.js/../../settings.py",
        "/dashboard.js%00.html", "/dashboard.css;x=/etc/passwd", "//v1//markets", "/v1/tables/../keys",
        "/v1/tables/api_keys", "/v1/tables/lmp%3B%20DROP", "/v1\\markets", "/V1/MARKETS", "/health/../v1/audit",
        "/%76%31/audit", "http://localhost/v1/audit",
    ],
)  # fmt: skip
def test_a_path_that_climbs_finds_nothing_and_opens_nothing_without_a_key(served, path):
    for key, expected in (
        ("mp_000000000000_x", {400, 401, 404}),
        (served.keys["read"], {400, 401, 403, 404, 405, 422}),
    ):
        status, _, body = talk(served, [request(path, key)], 1)[0]
        assert status in expected
        assert b"root:" not in body
        assert b"[project]" not in body


@pytest.mark.parametrize(
    ("question", "statuses"),
    [
        ({"start_day": "0001-01-01", "end_day": "9999-12-31"}, {200, 422}),
        ({"start_day": "0001-01-01", "end_day": "9999-12-31", "limit": "10000"}, {200, 422}),
        ({"limit": "1000000000000"}, {422}), ({"limit": "-1"}, {422}), ({"limit": "1e9"}, {422}),
        ({"start_day": "99999-01-01", "end_day": "99999-01-02"}, {422}),
        ({"as_of": "9999-12-31T23:59:59.999999+14:00"}, {200, 422}), ({"as_of": "0001-01-01T00:00:00-14:00"}, {200, 422}),
        ({"location": "x" * 60_000}, {414, 422, 431, 400}),
        ({"location": [f"hub {n}" for n in range(500)]}, {422}),
    ],
)  # fmt: skip
def test_ranges_without_end_are_pages_or_refusals(client, question, statuses):
    answer = client.get("/v1/markets/pjm/prices", params=question)
    assert answer.status_code in statuses
    if answer.status_code == 200:
        assert len(answer.json()["rows"]) <= 10_000


def test_a_key_that_reads_changes_nothing_and_one_that_trades_rules_nothing(served):
    with served.client("admin") as admin:
        changing = [(method, path) for method, path, _, _ in operations(admin, "post", "delete", "put", "patch")]
        ruling = ("/v1/audit",)
    assert len(changing) >= 6
    with served.client("read") as reader:
        statuses = {
            (method, path): reader.request(method.upper(), path, json={}).status_code for method, path in changing
        }
    assert set(statuses.values()) == {403}, statuses
    with served.client("trade") as trader:
        assert [trader.get(path).status_code for path in ruling] == [403]
    with served.platform.ledger.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(bids)) == 0
