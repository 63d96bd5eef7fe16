"""Forecast commands as a person and a script use them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app


@pytest.fixture
def call(tmp_path):
    def call(*words: object, code: int = 0) -> str:
        environment = {"MARKET_PLATFORM_DATA": str(tmp_path / "data")}
        result = CliRunner().invoke(app, ["forecast", *map(str, words)], env=environment, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout

    return call


@pytest.fixture
def own(tmp_path) -> Path:
    """Ten days of hours whose value is the local hour; the last is the day before the autumn clock change."""
    path = tmp_path / "own.csv"
    days = [f"2025-10-{day:02}" for day in range(23, 32)] + ["2025-11-01"]
    lines = [f"{day}T{hour:02}:00,{hour}" for day in days for hour in range(24)]
    path.write_text("\n".join(["interval_start,value", *lines]))
    return path


def test_a_short_file_is_forecast_by_the_naive_and_told_what_it_lacks(call, own):
    text = call("file", own, "--zone", "America/Chicago")
    lines = text.splitlines()
    assert lines[0].split("\t")[:2] == ["interval_start", "value"]
    assert "2025-11-02 05:00Z\t0.00" in text
    assert "25 more days" in text
    answer = json.loads(call("file", own, "--zone", "America/Chicago", "--json"))
    assert [hour["value"] for hour in answer["hours"]] == [0, 1, 1, *range(2, 24)]  # 25 hours
    assert answer["rung"] == "seasonal"
    assert len(answer["inputs_hash"]) == 64


def test_a_saved_model_issues_the_same_hours(call, own, tmp_path):
    model, out = tmp_path / "own.npz", tmp_path / "out.csv"
    hours = json.loads(call("file", own, "--save", model, "--out", out, "--json"))["hours"]
    assert json.loads(call("saved", model, "--json"))["hours"] == hours
    assert "q99" in out.read_text().splitlines()[0]
    assert "not a saved" in call("saved", own, code=1)


def test_what_cannot_be_forecast_is_refused_in_words(call, own, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("time,price\n1,2\n")
    assert "interval_start and value are needed" in call("file", broken, code=1)
    call("file", own, "--zone", "Mars/Olympus", code=2)
    assert "nothing to score" in call("score", own, code=1)


def test_without_forecasts_each_command_says_what_to_run(call):
    assert "run the job nyiso_forecasts" in call("show", "nyiso", code=1)
    assert "forecast_scoring" in call("score", code=1)
    assert "forecast_scoring" in call("leaderboard", code=1)
