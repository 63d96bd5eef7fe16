"""Rows over HTTP: the same rows as plain SQL gives, whole over pages, in every format."""

import io
from datetime import timedelta

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from market_platform_tests.api.conftest import NOW

RANGE = {"start_day": "2026-11-20", "end_day": "2026-11-20"}


def by_sql(served, sql: str) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{served.platform.catalog.path}' AS market (READ_ONLY)")
        connection.execute("USE market")
        connection.execute("SET TimeZone = 'UTC'")
        return connection.sql(sql).to_arrow_table().to_pandas()


def test_the_latest_price_of_each_location_is_its_last_interval(served, client):
    rows = client.get("/v1/markets/pjm/prices", params={"market": "RTD"}).json()["rows"]
    truth = by_sql(
        served,
        "SELECT location, max(interval_end) AS interval_end FROM lmp WHERE market='pjm' AND market_run='RTD' GROUP BY 1",
    )
    assert {row["location"]: pd.Timestamp(row["interval_end"]) for row in rows} == dict(truth.to_numpy())
    assert len(rows) == len(truth) > 5


@pytest.mark.parametrize(
    ("media", "read"),
    [
        ("text/csv", lambda body: pd.read_csv(io.BytesIO(body))),
        ("application/vnd.apache.arrow.stream", lambda body: pa.ipc.open_stream(body).read_all().to_pandas()),
        ("application/vnd.apache.parquet", lambda body: pl.read_parquet(io.BytesIO(body)).to_pandas()),
    ],
)
def test_each_format_holds_the_same_rows(client, media, read):
    question = {**RANGE, "market": "DAM", "location": ["WESTERN HUB", "CHICAGO HUB"]}
    plain = client.get("/v1/markets/pjm/prices", params=question)
    assert plain.headers["content-type"] == "application/json"
    other = client.get("/v1/markets/pjm/prices", params=question, headers={"Accept": media})
    assert other.headers["content-type"].split(";")[0] == media
    rows, frame = plain.json()["rows"], read(other.content)
    assert len(rows) == len(frame) == 48
    assert frame["lmp_usd_per_mwh"].tolist() == [row["lmp_usd_per_mwh"] for row in rows]
    assert list(frame.columns) == list(rows[0])


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("path", ["/v1/markets/pjm/prices", "/v1/tables/lmp", "/v1/markets/nyiso/rt_lbmp_zone"])
def test_pages_give_every_row_once(client, path, limit):
    question = {**RANGE, "location": "WESTERN HUB" if "nyiso" not in path else "WEST"}
    whole = client.get(path, params={**question, "limit": 10_000}).json()
    assert whole["next_cursor"] is None
    found, cursor = [], {}
    while True:
        page = client.get(path, params={**question, "limit": max(limit, len(whole["rows"]) // 5), **cursor}).json()
        found += page["rows"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == whole["rows"]
    assert len(found) > 20


def test_a_price_that_two_feeds_publish_is_given_once(client):
    rows = client.get("/v1/markets/pjm/prices", params={**RANGE, "market": "DAM"}).json()["rows"]
    keys = [(row["location"], row["location_type"], row["interval_end"]) for row in rows]
    assert len(keys) == len(set(keys)) == 12 * 24


def test_what_was_not_known_yet_is_not_given(client):
    before = (NOW - timedelta(hours=1)).isoformat()
    assert client.get("/v1/markets/pjm/prices", params={**RANGE, "as_of": before}).json()["rows"] == []
    after = client.get("/v1/markets/pjm/prices", params={**RANGE, "as_of": NOW.isoformat()}).json()["rows"]
    assert after == client.get("/v1/markets/pjm/prices", params=RANGE).json()["rows"]


def test_the_same_question_again_is_answered_with_not_modified(client):
    first = client.get("/v1/markets/pjm/prices", params=RANGE)
    again = client.get("/v1/markets/pjm/prices", params=RANGE, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"start_day": "2026-11-20"}, 422),
        ({"start_day": "2026-11-21", "end_day": "2026-11-20"}, 422),
        ({"start_day": "1900-01-01", "end_day": "2099-01-01"}, 422),
        ({"as_of": "2026-11-20T12:00:00"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "99999999999999999999"}, 422),
        ({"locaton": "WEST"}, 422),
        ({"location": "'; DROP TABLE lmp; --"}, 200),
        ({"location": "\x00"}, 422),
        ({"cursor": "AAAA"}, 400),
        ({"cursor": "W10"}, 400),
        ({"cursor": "é"}, 400),
        ({"format": "xml"}, 422),
    ],
)
def test_questions_that_make_no_sense_are_refused_as_problems(client, question, status):
    answer = client.get("/v1/markets/pjm/prices", params=question)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    else:
        assert answer.json()["rows"] == []


def test_a_cursor_holds_for_its_own_question_only(client):
    cursor = client.get("/v1/markets/pjm/prices", params={**RANGE, "limit": 5}).json()["next_cursor"]
    other = client.get("/v1/markets/nyiso/prices", params={**RANGE, "limit": 5, "cursor": cursor})
    assert other.status_code == 400


@pytest.mark.parametrize(
    "spoil", ["2026-99-99T00:00:00", "0001-01-01T00:00:00+14:00", "x", "", None, "-inf", "9" * 400, "\x00"]
)
def test_a_forged_cursor_is_refused(client, spoil):
    import base64
    import json

    for path in ("/v1/markets/pjm/prices", "/v1/tables/lmp"):
        cursor = client.get(path, params={**RANGE, "limit": 5}).json()["next_cursor"]
        document = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for place in range(1, len(document)):
            forged = [spoil if number == place else value for number, value in enumerate(document)]
            text = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
            assert client.get(path, params={**RANGE, "limit": 5, "cursor": text}).status_code in (200, 400, 422)


def test_a_filter_outside_of_what_a_path_means_finds_nothing(client):
    assert client.get("/v1/pjm/schedule", params={"market_run": "RTM"}).json()["rows"] == []


def test_unknown_markets_feeds_and_formats_are_named(client):
    assert client.get("/v1/markets/miso/prices").status_code == 404
    assert client.get("/v1/markets/pjm/nyiso_dam_lbmp_zone").status_code == 404
    assert client.get("/v1/markets/pjm/../../etc/passwd").status_code == 404
    assert client.get("/v1/markets/pjm/%2e%2e%2f%2e%2e%2fetc").status_code == 404
    assert client.get("/v1/markets/pjm/prices", headers={"Accept": "image/png"}).status_code == 406


def test_rows_that_come_while_a_client_pages_neither_double_nor_push_out_others(tmp_path):
    """The first page is read, a correction and a new day come in, the rest is read as it stood."""
    from market_platform.api.app import create_app
    from market_platform.contracts.families.prices import LMP
    from market_platform_tests.api.conftest import Served, keys_of, serving, small_platform

    platform = small_platform(tmp_path / "own", ("pjm_dam_lmp_hub",))
    rows = platform.lake.read(LMP, "feed = 'pjm_dam_lmp_hub'")
    with serving(create_app(platform)) as url:
        served = Served(url, platform, keys_of(platform))
        with served.client() as client:
            whole = client.get("/v1/tables/lmp", params={"feed": "pjm_dam_lmp_hub", **RANGE}).json()["rows"]
            page = client.get("/v1/tables/lmp", params={"feed": "pjm_dam_lmp_hub", **RANGE, "limit": 100}).json()
            changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=rows["lmp_usd_per_mwh"] + 1)
            changed["energy_usd_per_mwh"] += 1
            platform.lake.commit(LMP, "pjm_dam_lmp_hub", changed, payload="f" * 64, read_at=NOW + timedelta(minutes=1))
            platform.catalog.refresh()
            found, cursor = page["rows"], page["next_cursor"]
            while cursor:
                asked = {"feed": "pjm_dam_lmp_hub", **RANGE, "limit": 100, "cursor": cursor}
                page = client.get("/v1/tables/lmp", params=asked).json()
                found, cursor = found + page["rows"], page["next_cursor"]
            assert found == whole
            fresh = client.get("/v1/tables/lmp", params={"feed": "pjm_dam_lmp_hub", **RANGE}).json()["rows"]
            assert [row["lmp_usd_per_mwh"] for row in fresh] == pytest.approx(
                [row["lmp_usd_per_mwh"] + 1 for row in whole]
            )
