"""Analytics that are computed when asked: the same figures as SQL over the same rows."""

import pytest

from market_platform_tests.api.conftest import DAY


def test_markets_side_by_side_are_means_of_their_hours(served, client):
    answer = client.get("/v1/cross-market/analysis", params={"top_bottom_hours": 2}).raise_for_status().json()
    assert answer["simulated"] is True
    told = {row["location"]: row["mean_usd_per_mwh"] for row in answer["summary"] if row["market"] == "pjm"}
    with served.platform.catalog.connect() as connection:
        rows = connection.sql(
            "SELECT location, avg(lmp_usd_per_mwh) FROM lmp WHERE feed = 'pjm_dam_lmp_hub' GROUP BY location"
        ).fetchall()
    expected = dict(rows)
    assert told
    assert told == pytest.approx({location: expected[location] for location in told})
    assert client.get("/v1/cross-market/analysis", params={"top_bottom_hours": 13}).status_code == 422


def test_pjms_day_is_that_of_its_hubs(served, client):
    answer = client.get("/v1/pjm/market-summary").raise_for_status().json()
    assert answer["market_day"] == DAY.isoformat()
    with served.platform.catalog.connect() as connection:
        [(low, high, count)] = connection.sql(
            "SELECT min(lmp_usd_per_mwh), max(lmp_usd_per_mwh), count(*) FROM lmp "
            "WHERE market = 'pjm' AND market_run = 'DAM' AND location = 'WESTERN HUB'"
        ).fetchall()
    [hub] = [row for row in answer["prices"] if (row["market_run"], row["location"]) == ("DAM", "WESTERN HUB")]
    assert (hub["low_usd_per_mwh"], hub["high_usd_per_mwh"], hub["intervals"]) == (low, high, count)


def test_figures_are_those_of_the_last_prices(client):
    rows = client.get("/v1/analytics/figures").raise_for_status().json()["rows"]
    assert {row["labels"]["market"] for row in rows if row["name"] == "price_usd_per_mwh"} >= {"pjm", "nyiso"}


def test_the_audit_is_the_administrators_and_names_who_was_turned_away(served, client):
    assert client.get("/v1/audit").status_code == 403
    with served.client("admin") as administrator:
        rows = administrator.get("/v1/audit", params={"method": "GET"}).raise_for_status().json()["rows"]
    assert any(row["path"].endswith("/v1/audit") and row["status"] == 403 for row in rows)
    assert all(row["method"] == "GET" for row in rows)
