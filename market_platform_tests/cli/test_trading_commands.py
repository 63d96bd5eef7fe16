"""Bids, risk, dispatch and backtests from the command line."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS


@pytest.fixture
def call(tmp_path):
    def call(*words: object, code: int = 0) -> str:
        environment = {"MARKET_PLATFORM_DATA": str(tmp_path / "data")}
        result = CliRunner().invoke(app, [str(word) for word in words], env=environment, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout

    return call


@pytest.fixture
def days(tmp_path):
    """The last days' day-ahead prices of PJM from the sandbox, and the next market day whose gate is open."""
    platform = Platform(Settings(data=tmp_path / "data"))
    now = datetime.now(UTC)
    past = [(now - timedelta(days=step)).date() for step in range(2, 5)]
    list(platform.pipeline.ingest(FEEDS["pjm_dam_lmp_hub"], past))
    return sorted(past), (now + timedelta(days=2)).date()


def test_bids_are_built_checked_sent_listed_shown_and_cancelled(call, days, tmp_path):
    _, day = days
    words = ("--market", "pjm", "--day", day)
    file = tmp_path / "bids.csv"
    assert "nothing was registered" in call("bids", "build", *words, "--output", file)
    assert json.loads(call("bids", "list", "--json")) == []
    lines = file.read_text().splitlines()
    assert len(lines) > 1
    assert json.loads(call("bids", "check", file, "--json"))["broken"] == 0
    assert "call off" not in call("bids", "build", *words)
    sent = json.loads(call("bids", "submit", *words, "--json"))
    assert {row["result"] for row in sent} == {"submitted"}
    listed = json.loads(call("bids", "list", "--market", "pjm", "--json"))
    assert {row["state"] for row in listed} == {"submitted"}
    assert {row["resource"] for row in listed} == {"laurel_battery"}
    call("bids", "follow", *words)
    name = listed[0]["bid_id"]
    shown = json.loads(call("bids", "show", name, "--json"))
    assert [event["to"] for event in shown["events"]] == ["draft", "submitted", "accepted"]
    bound = json.loads(call("risk", "status", "--day", day, "--json"))
    assert bound["bound"][0]["bids"] == len(listed)
    assert "SubmitRequest" in call("bids", "export", "--format", "pjm", "--day", day)
    call("bids", "cancel", name, "--reason", "outage")
    assert json.loads(call("bids", "history", name, "--json"))[-1]["reason"] == "outage"
    assert "is cancelled" in call("bids", "cancel", name, code=1)
    assert "not in the ledger" in call("bids", "show", "nobody", code=1)


def test_a_message_is_held_against_ercots_own_schemas(call, recordings):
    ercot = recordings / "bids" / "ercot"
    judged = ("--schemas", ercot / "xsd")
    assert "keeps" in call("bids", "check", ercot / "examples" / "AwardedASOnly-Example.xml", *judged)
    for name, fault in (("ASOnlyOffer-Example.xml", "BidSet"), ("GenResParams-SOC-Example.xml", "ReplayDetection")):
        said = call("bids", "check", ercot / "examples" / name, *judged, code=1)
        assert "breaks Message.xsd: line" in said
        assert f"{fault}': This element is not expected" in said
    call("bids", "check", ercot / "examples" / "ASOnlyOffer-Example.xml", code=2)


def test_a_file_with_broken_rules_names_each(call, tmp_path):
    file = tmp_path / "bids.csv"
    file.write_text(
        "bid_id,iso,market,product,resource,start,points,kind\n"
        "b1,pjm,dam,energy,X,2027-07-15T15:00-04:00,0.05@2000 0.04@10,generator\n"
    )
    answer = json.loads(call("bids", "check", file, "--json", code=1))
    assert {fault["rule"] for fault in answer["faults"]} >= {"price_cap", "price_order", "mw_order", "min_mw"}
    text = call("bids", "check", file, "--at", "2027-07-15T00:00:00", code=1)
    assert "the gate closed" in text
    file.write_text("bid_id\n")
    assert "columns missing" in call("bids", "check", file, code=1)


def test_limits_are_shown_and_a_stop_that_is_not_there_cannot_be_released(call):
    rows = {row["limit"]: row["value"] for row in json.loads(call("risk", "limits", "--json"))}
    assert (rows["max_bid_mw"], rows["daily_exposure_usd"], rows["stop_loss_fraction"]) == ("0.5", "10000", "0.5")
    assert "is not stopped" in call("risk", "release-stop", "laurel_battery", "--reason", "looked", code=1)


def test_dispatch_of_a_file_is_the_optimum(call, tmp_path):
    hours = pd.date_range("2026-11-01", periods=25, freq="h", tz="America/New_York")
    prices = 40 + 30 * np.sin(np.arange(25) / 25 * 2 * np.pi)
    file = tmp_path / "prices.csv"
    pd.DataFrame({"start": [stamp.isoformat() for stamp in hours], "price": prices}).to_csv(file, index=False)
    answer = json.loads(call("dispatch", file, "--power", 1, "--energy", 2, "--efficiency", 1, "--json"))
    best = np.sort(prices[:13])[
        -2:
    ].sum()  # it starts empty: buys the cheapest two hours before the dearest two it can reach
    assert answer["intervals"] == 25
    assert answer["value_usd"] <= best
    sold = sum(row["discharge_mw"] * row["price_usd_per_mwh"] for row in answer["plan"])
    bought = sum(row["charge_mw"] * row["price_usd_per_mwh"] for row in answer["plan"])
    assert answer["value_usd"] == pytest.approx(sold - bought, abs=1e-3)
    limited = json.loads(call("dispatch", file, "--energy", 2, "--cycles", 0.25, "--json"))
    assert limited["cycles"] == pytest.approx(0.25, abs=1e-3)
    uneven = tmp_path / "uneven.csv"
    uneven.write_text("start,price\n2026-11-01T00:00Z,1\n2026-11-01T01:00Z,2\n2026-11-01T03:00Z,3\n")
    assert "even steps" in call("dispatch", uneven, code=1)
    assert "no column nothing" in call("dispatch", file, "--column", "nothing", code=1)


def test_a_backtest_runs_on_what_the_lake_holds(call, days):
    rows = json.loads(call("backtest", "--market", "pjm", "--json"))
    assert [row["strategy"] for row in rows] == [
        "threshold", "day-ahead self-schedule", "value-function offers", "stochastic schedule with CVaR",
    ]  # fmt: skip
    assert all(row["capture_percent"] <= 100 for row in rows)
    assert all("end SOC free" in row["horizon"] and row["cycle_cost_usd"] == 0 for row in rows)
    assert "WESTERN HUB" in rows[0]["market"]
    assert "backfill" in call("backtest", "--market", "nyiso", code=1)


def test_the_exchange_serves_and_ends(call):
    said = call("exchange", "serve", "--market", "caiso", "--port", 0, "--seconds", 0.1)
    assert "/caiso" in said
    assert "simulated" in said
