"""The certificate desk on the command line, as a person and a script use it."""

import json

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app

LIST = (
    "Account,Account Holder,Generator ID,Fuel,State,Vintage,Eligibility,Quantity,Serial Numbers,Status\n"
    "main,Simulated Prairie Power,G1,wind,PA,06/2025,DC:Tier I,900,BASE-1 to 900,Active\n"
)
GATS = ("--registry", "pjm_gats")


@pytest.fixture
def call(tmp_path):
    def call(*words: object, code: int = 0, error: str = "") -> str:
        environment = {"MARKET_PLATFORM_DATA": str(tmp_path / "data"), "MARKET_PLATFORM_ORIGIN": "sandbox"}
        words = ("certificates", *(str(word) for word in words))
        result = CliRunner().invoke(app, words, env=environment, catch_exceptions=False)
        assert result.exit_code == code, result.output
        assert error in result.stderr
        return result.stdout

    return call


@pytest.fixture
def listed(call, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return json.loads(call("import", path, *GATS, "--cost", "4.50", "--json"))[0]


def test_a_list_is_imported_once_and_held_at_its_cost(call, listed, tmp_path):
    assert (listed["issued"], listed["differences"]) == (900, 0)
    assert json.loads(call("import", tmp_path / "list.csv", *GATS, "--json"))[0]["issued"] == 0
    (row,) = json.loads(call("positions", "--by", "registry,vintage", "--json"))
    assert (row["registry"], row["vintage"], row["quantity"], row["cost_usd"]) == (
        "pjm_gats", "2025-06-01", 900, "4050.00",
    )  # fmt: skip
    call("positions", "--by", "colour", code=2)
    call(
        "import", tmp_path / "list.csv", "--registry", "nowhere", code=1, error="no mapping for the exports of nowhere"
    )


def test_from_offer_to_history_and_audit(call, listed):
    call("transfer", "Birch Power", *GATS, "--quantity", 5, code=1, error="refused (unknown)")
    call("open", "Birch Power", *GATS)
    call("transfer", "Birch Power", *GATS, "--quantity", 1000, code=1, error="refused (overdrawn)")
    said = call("transfer", "Birch Power", *GATS, "--quantity", 200, "--price", "6.25")
    number = said.split()[1].rstrip(":")
    (offer,) = json.loads(call("offers", "--json"))
    assert (offer["quantity"], offer["price_usd"]) == (200, "6.25")
    call("accept", number, code=1, error="refused (wrong_owner)")
    call("accept", number, "--as", "Birch Power")
    call("accept", number, "--as", "Birch Power", code=1, error="was accepted already")
    reasons = ("--reason", "RPS", "--beneficiary", "customers")
    call("retire", *GATS, "--quantity", 10, *reasons, code=1)
    call("retire", *GATS, "--quantity", 10, *reasons, "--claim", "DC/Tier I/2025", "--yes")
    serials = ("--serials", "BASE:1-10")
    call("retire", *GATS, *serials, *reasons, "--yes", code=1, error="belong to Birch Power")
    lines = json.loads(call("history", "--json"))
    assert [line["kind"] for line in lines] == ["issuance", "market_transfer", "market_transfer", "retirement"]
    touched = json.loads(call("history", "--serials", "BASE:205", "--json"))
    assert [line["kind"] for line in touched] == ["issuance", "retirement"]
    assert json.loads(call("audit", "--json")) == {
        "issued": 900, "postings": 4, "by_kind": {"active": 890, "retirement": 10},
    }  # fmt: skip


def test_what_is_owed_is_shown_planned_and_retired_only_when_told(call, listed):
    load = ("--state", "DC", "--period", "2025", "--load", 1000)
    rows = json.loads(call("comply", "obligation", *load, "--json"))
    assert {row["tier"]: row["certificates_due"] for row in rows} == {"Tier I": 477, "Tier II": 0, "Solar": 43}
    for _ in range(2):
        shown = json.loads(call("comply", "plan", *load, "--json"))
        assert {row["tier"]: row["planned"] for row in shown} == {"Tier I": 477, "Tier II": 0, "Solar": 0}
    call("comply", "plan", *load, "--post", "--yes")
    after = {row["tier"]: row for row in json.loads(call("comply", "plan", *load, "--json"))}
    assert (after["Tier I"]["retired"], after["Tier I"]["planned"]) == (477, 0)
    paths = json.loads(call("comply", "file", *load, "--json"))
    assert [path.rpartition(".")[2] for path in paths] == ["csv", "html", "pdf"]
    call(
        "comply",
        "obligation",
        "--state",
        "CT",
        "--period",
        "2025",
        "--load",
        1,
        code=1,
        error="no sourced step of Class I",
    )
    call("comply", "obligation", "--load", 5, code=2)
    assert json.loads(call("comply", "deadlines", "--state", "DC", "--since", "2026-01-01", "--json"))[0]["due"] == (
        "2026-10-01"
    )


def test_forwards_wait_for_their_day_and_exports_follow_the_registry(call, listed):
    call("open", "Birch Power", *GATS)
    terms = ("--quantity", 100, "--vintage-from", "2025-01", "--vintage-to", "2025-12")
    call("forward", "Birch Power", *GATS, *terms, "--deliver-on", "2030-01-01", "--rescindable")
    call("forward", "Birch Power", *GATS, *terms, "--deliver-on", "2026-01-01", "--price", "6.00")
    assert "forward 2: 100" in call("deliver")
    assert "nothing is due" in call("deliver")
    call("rescind", 2, code=1, error="not rescindable")
    call("rescind", 1)
    assert json.loads(call("offers", "--json"))[0]["quantity"] == 100
    call("export", "nar", *GATS, "--quantity", 50)
    assert json.loads(call("audit", "--json"))["by_kind"] == {"active": 750, "exported": 50, "pending": 100}


def test_lists_of_rules_name_their_sources(call):
    assert len(json.loads(call("registries", "--json"))) == 8
    assert all(row["source"] for row in json.loads(call("registries", "ercot", "--json")))
    assert all(row["source"] for row in json.loads(call("comply", "programmes", "DC", "--json")))
    call("registries", "nowhere", code=2)


def test_esg_figures_come_with_method_and_source(call):
    rows = json.loads(call("esg", "--json"))
    assert {row["metric"] for row in rows} >= {
        "location_based_metric_tons",
        "market_based_metric_tons",
        "overall_score",
    }
    assert all(row["method"] and row["source"] for row in rows)


def test_an_upload_is_dry_until_it_is_sent(call, recordings, tmp_path):
    sample = recordings / "mrets" / "generation_adjustment_upload" / "Generation-Adjustments-.csv"
    rows = json.loads(call("upload", sample, "--json"))
    assert [row["generation_mwh"] for row in rows] == [11561.0, 1234.0]
    call("upload", sample, "--send", code=1, error="nothing was sent")
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    path = tmp_path / "generation.csv"
    path.write_text(f"G900009,G900009,{today:%m/%Y},{today:%m}/01/{today:%Y},{today:%m/%d/%Y},12\r\n")
    assert json.loads(call("upload", path, "--json"))[0]["status"] == "not sent"
    assert json.loads(call("upload", path, "--send", "--json"))[0]["status"] == "accepted"


def test_a_retirement_is_undone_by_the_registrys_administrator_only(call, listed):
    reasons = ("--reason", "RPS", "--beneficiary", "customers", "--yes")
    call("retire", *GATS, "--serials", "BASE:1-50", *reasons)
    words = ("unretire", *GATS, "--serials", "BASE:11-20", "--notes", "ticket 7: wrong year")
    call(*words, code=1, error="retirement is final for users")
    said = call(*words, "--administrator", "--yes")
    assert "10 certificates" in said
    call(*words, "--administrator", "--yes", code=1, error="refused")
    (held,) = json.loads(call("positions", "--by", "account_kind", "--json"))
    assert (held["account_kind"], held["quantity"]) == ("active", 860)
    kinds = [line["kind"] for line in json.loads(call("history", "--serials", "BASE:15", "--json"))]
    assert kinds == ["issuance", "retirement", "unretirement"]
    assert json.loads(call("audit", "--json"))["issued"] == 900
    gone = json.loads(call("positions", "--by", "account_kind", "--gone", "--json"))
    assert {row["account_kind"]: row["quantity"] for row in gone} == {"active": 860, "retirement": 40}
    (row,) = json.loads(call("profit", "--by", "state,tier", "--json"))
    assert (row["state"], row["tier"], row["quantity"], row["cost_usd"]) == ("DC", "Tier I", 860, "3870.00")
    call("profit", "--by", "colour", code=2)


def test_acts_at_the_registry_itself_are_dry_until_they_are_sent(call, tmp_path):
    order = ("mrets", "retire", "State/Provincial Portfolio Standards", "--state", "MN", "--quantity", 25)
    (shown,) = json.loads(call(*order, "--json"))
    assert (shown["status"], shown["quantity"]) == ("not sent", 25)
    assert json.loads(call("mrets", "transactions", "--json")) == []
    (sent,) = json.loads(call(*order, "--send", "--json"))
    assert sent["status"] == "complete"
    (offer,) = json.loads(call("mrets", "transfer", "Simulated Birch Power", "--quantity", 10, "--send", "--json"))
    assert offer["status"] == "pending"
    assert int(offer["serials"].rpartition(":")[2].split("-")[0]) == 26  # the first 25 are retired there
    assert "dry run" in call("mrets", "settle", offer["transaction"], "withdraw")
    assert "withdrawn" in call("mrets", "settle", offer["transaction"], "withdraw", "--send")
    call("mrets", "settle", offer["transaction"], "accept", "--send", code=1, error="receiving organization")
    rows = json.loads(call("mrets", "transactions", "--json"))
    assert sorted(row["status"] for row in rows) == ["complete", "withdrawn"]
    path = tmp_path / "mass.csv"
    call("mrets", "mass-transfer", path, "--organization-id", "MM7", "--quantity", 30)
    assert path.read_text().strip().endswith(",30,MM7,,")
    call("mrets", "mass-transfer", path, "--quantity", 30, code=2)
    call("mrets", "transfer", "Nobody", "--quantity", 1, code=1, error="0 organizations")


def test_certificates_are_banked_and_taken_out_again(call, listed):
    def held():
        rows = json.loads(call("positions", "--by", "account_kind", "--json"))
        return {row["account_kind"]: row["quantity"] for row in rows}

    assert "100 certificates are banked now" in call("move", "banked", *GATS, "--quantity", 100)
    assert held() == {"active": 800, "banked": 100}
    assert "40 certificates are active now" in call("move", "active", *GATS, "--quantity", 40, "--from", "banked")
    assert held() == {"active": 840, "banked": 60}
    call("move", "elsewhere", *GATS, "--quantity", 1, code=2)
    kinds = {row["kind"] for row in json.loads(call("accounts", "--owner", "Simulated Prairie Power", "--json"))}
    assert kinds == {"active", "banked"}


def test_a_trading_period_is_entered_as_published(call):
    said = call(
        "window", "2026-12-15T15:00:00", "2027-01-15T22:00:00", "--registry", "nepool_gis", "--source", "rules 3.2"
    )
    assert said.strip() == "nepool_gis trades from 2026-12-15 15:00 to 2027-01-15 22:00 UTC"


@pytest.mark.long
def test_lists_of_all_registries_are_read_once(call):
    first = json.loads(call("sync", "--json"))
    assert {row["registry"] for row in first} >= {"mrets"}
    assert sum(row["issued"] for row in first) > 0
    again = json.loads(call("sync", "--json"))
    assert [(row["issued"], row["retired"], row["gone"]) for row in again] == [(0, 0, 0)] * len(first)
    lines = call("sync").splitlines()
    assert lines[0].split("\t")[:3] == ["registry", "ranges", "issued"]


@pytest.mark.long
def test_esg_and_duties_in_words(call):
    said = call("esg")
    assert "overall score: " in said
    assert said.splitlines()[0].startswith("year\tsubject\tmetric")
    assert "DC" in call("comply", "programmes")
    call("comply", "programmes", "XX", code=2)
    call("comply", "deadlines", "--state", "XX", code=2)
