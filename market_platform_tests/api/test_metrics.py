"""Metrics as Prometheus reads them, the Grafana file that draws them, health and logs."""

import json
import logging
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from market_platform.api.logs import JsonLines
from market_platform_tests.api.conftest import NOW

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana" / "market_platform.json"


def families(client) -> dict:
    page = client.get("/metrics")
    assert page.status_code == 200
    return {family.name: family for family in text_string_to_metric_families(page.text)}


def test_requests_are_counted_by_declared_route_and_not_by_value(client):
    for location in ("WESTERN HUB", "CHICAGO HUB", "nowhere"):
        client.get("/v1/markets/pjm/prices", params={"location": location})
    client.get("/v1/no/such/path")
    counted = {sample.labels["route"] for sample in families(client)["market_api_requests"].samples}
    assert any(route.endswith("/markets/{iso}/prices") for route in counted)
    assert not any("WESTERN" in route or "such" in route for route in counted)


def test_ages_and_prices_are_those_of_the_data(served, client):
    found = families(client)
    ages = {sample.labels["feed"]: sample.value for sample in found["market_feed_age_minutes"].samples}
    listed = {row["feed"]: row for row in client.get("/v1/markets/pjm").json()["rows"]}
    assert ages["pjm_dam_lmp_hub"] == listed["pjm_dam_lmp_hub"]["age_minutes"]
    prices = {sample.labels["location"]: sample.value for sample in found["market_price_usd_per_mwh"].samples}
    rows = client.get("/v1/markets/pjm/prices", params={"market": "RTD", "location": "WESTERN HUB"}).json()["rows"]
    assert prices["WESTERN HUB"] == rows[0]["lmp_usd_per_mwh"]


def test_grafana_draws_only_what_is_measured(client):
    client.get("/v1/markets")  # what counts requests has no points before the first
    dashboard = json.loads(GRAFANA.read_text(encoding="utf-8"))
    drawn = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"\bmarket_[a-z_]+", re.sub(r'"[^"]*"', "", target["expr"]))
    }
    measured = {sample.name for family in families(client).values() for sample in family.samples}
    # Figures of trading and settlement have no points on a platform that has not traded yet.
    measured |= set(families(client)) | {f"{name}_total" for name in families(client)}
    assert drawn <= measured
    assert len(drawn) >= 10


def test_the_platform_is_ready(served):
    with served.client(None) as client:
        assert client.get("/ready").json() == {"status": "ready"}


def test_logs_are_json_lines_without_secrets(served):
    record = logging.LogRecord("x", logging.INFO, "f", 1, "key %s", (served.keys["read"],), None)
    record.headers = f"Bearer {served.keys['admin']}"
    line = JsonLines().format(record)
    assert json.loads(line)["level"] == "INFO"
    assert served.keys["read"].split("_", 2)[2] not in line
    assert served.keys["admin"].split("_", 2)[2] not in line


def test_alerts_are_checked_and_listed_over_http(served):
    with served.client("admin") as client:
        answer = client.post("/v1/alerts/check", headers={"Idempotency-Key": f"check-{NOW:%H%M%S}"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["told"] == {}
        rows = client.get("/v1/alerts", params={"standing": "true"}).json()["rows"]
        assert len(rows) == answer.json()["raised"] > 0
        rules = client.get("/v1/alerts/rules").json()["rows"]
        assert {rule["rule"] for rule in rules} >= {"price_change", "stale_data", "gate_closing"}
    with served.client("trade") as client:
        assert client.post("/v1/alerts/check", headers={"Idempotency-Key": "check-again"}).status_code == 403
        assert client.get("/v1/audit").status_code == 403
