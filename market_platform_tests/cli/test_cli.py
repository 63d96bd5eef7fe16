"""The command line as a person and a script use it."""

import json
import zipfile
from pathlib import Path

import pytest

from market_platform.sandbox.transport import is_simulated
from market_platform.sources.catalogue import FEEDS, PUBLISHERS

LBMP = "Time Stamp,Name,PTID,LBMP ($/MWHr),Marginal Cost Losses ($/MWHr),Marginal Cost Congestion ($/MWHr)\n"


@pytest.fixture
def downloads(tmp_path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    text = LBMP + "".join(f"07/01/2025 {hour:02}:00,WEST,61752,{hour}.00,1.00,0.00\n" for hour in range(24))
    (folder / "20250701damlbmp_zone.csv").write_text(text)
    with zipfile.ZipFile(folder / "20250701damlbmp_zone_csv.zip", "w") as archive:
        archive.writestr("20250701damlbmp_zone.csv", text)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (folder / "notes.txt").write_text("nothing of ours")
    return folder


def test_import_tells_what_was_read_skipped_and_why(call, downloads):
    answer = json.loads(call("import", downloads, "--json", code=1))
    assert {key: answer[key] for key in ("files", "rows", "committed", "quarantined", "skipped")} == {
        "files": 4, "rows": 48, "committed": 48, "quarantined": 0, "skipped": 2,
    }  # fmt: skip
    by_file = {row["file"]: row for row in answer["results"]}
    assert by_file["broken.zip"]["outcome"] == "UnreadablePayload"
    assert by_file["notes.txt"]["outcome"] == "UnknownPayload"
    assert sorted(row["changed"] for row in answer["results"]) == [0, 0, 0, 24]
    assert json.loads(call("sql", "SELECT count(*) AS n FROM lmp", "--json")) == [{"n": 24}]


def test_sql_prints_csv_when_piped_and_refuses_to_write(call, downloads):
    call("import", downloads / "20250701damlbmp_zone.csv")
    text = call("sql", "SELECT location, lmp_usd_per_mwh FROM lmp ORDER BY interval_start LIMIT 2")
    assert text.splitlines() == ["location,lmp_usd_per_mwh", "WEST,0.0", "WEST,1.0"]
    assert "read-only" in call("sql", "CREATE TABLE mine (a INT)", code=1)
    assert "Catalog Error" in call("sql", "FROM nowhere", code=1)


def test_feeds_lists_every_declaration(call):
    rows = json.loads(call("feeds", "--json"))
    assert [row["feed"] for row in rows] == list(FEEDS)


def test_backfill_passes_over_whole_days_and_status_shows_the_gap(call):
    words = ("backfill", "nyiso_dam_lbmp_zone")
    first = json.loads(call(*words, "2026-10-01", "2026-10-31", "--json"))
    assert first[0]["committed"] == 31 * 24 * 15
    assert json.loads(call(*words, "2026-10-01", "2026-10-31", "--json")) == []
    call(*words, "2026-08-01", "2026-08-31", "--json")
    status = next(row for row in json.loads(call("status", "--json")) if row["feed"] == "nyiso_dam_lbmp_zone")
    assert (status["days"], status["complete_days"], status["gaps"], status["coverage_percent"]) == (62, 62, 30, 100.0)


def test_backfill_takes_several_feeds(call):
    words = ("nyiso_load_hourly,nyiso_dam_lbmp_zone", "2026-10-31", "2026-11-01")
    rows = json.loads(call("backfill", *words, "--json"))
    # Each month is one request a feed, and NYISO's zips hold the whole month.
    assert {row["feed"]: row["outcomes"] for row in rows} == dict.fromkeys(words[0].split(","), "2 committed")


def test_backfill_of_a_stranger_is_refused(call):
    call("backfill", "atlantis", "2026-10-01", "2026-10-02", code=2)
    call("backfill", "nyiso_load_hourly,atlantis", "2026-10-01", "2026-10-02", code=2)


@pytest.mark.long
def test_run_lays_in_the_running_day_and_runs_lists_it(call):
    answer = json.loads(call("run", "--market", "nyiso", "--days", 0, "--json"))
    assert answer["failed_runs"] == []
    assert answer["quarantined"] == 0
    assert {"lmp", "load", "generation"} <= {row["table"] for row in answer["tables"]}
    runs = json.loads(call("runs", "--json"))
    assert {row["job"] for row in runs} >= {"nyiso_market_day", "nyiso_lists"}
    assert {row["status"] for row in runs} == {"SUCCESS"}


def test_what_runs_by_default_is_what_the_sandbox_simulates():
    """A publisher that can be asked for, but is not simulated, is left to files and to the live origin."""
    simulated = {key for key, publisher in PUBLISHERS.items() if is_simulated(publisher.base_url)}
    assert simulated == {key for key, publisher in PUBLISHERS.items() if any(feed.request for feed in publisher.feeds)}
