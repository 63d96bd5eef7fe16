"""Each drill, small: the fault strikes, and nothing is lost, doubled or left wrong; `make drills` runs them in full."""

import json

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.drills.damage import damaged_parquet
from market_platform.drills.drill import DRILLS, run_drills
from market_platform.drills.ground import Ground
from market_platform.drills.page import page_of
from market_platform.drills.result import Result, Tally

SMALL = {"kill": 3, "corrections": 5, "object-store": 5, "clock": 3}


@pytest.mark.long
@pytest.mark.parametrize("name", DRILLS)
def test_nothing_is_lost_doubled_or_left(name):
    [result] = run_drills([name], seed=727, times=SMALL.get(name, 2))
    assert result.tally.holds, result.row()
    assert result.tally.faults >= SMALL.get(name, 2)


@pytest.mark.long
def test_the_same_seed_does_the_same(tmp_path):
    told = [damaged_parquet(Ground(tmp_path / str(turn), 5), 4) for turn in range(2)]
    assert told[0].seen == told[1].seen


def test_the_page_names_what_does_not_hold():
    lost = Tally(faults=1, rows=10, lost=2)
    fine = Tally(faults=3, rows=10)
    page = page_of([Result("kill", lost, 1.0, 1.0), Result("clock", fine, 1.0, 1.0)], seed=4)
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| `")}
    assert "**no**" in rows["`kill`"]
    assert "| yes |" in rows["`clock`"]
    assert "seed 4" in page


def test_the_command_refuses_a_drill_that_is_none():
    answer = CliRunner().invoke(app, ["drills", "earthquake"])
    assert answer.exit_code == 2
    assert "no drill earthquake" in answer.output


@pytest.mark.long
def test_the_command_writes_json_and_a_page(tmp_path):
    answer = CliRunner().invoke(
        app, ["drills", "read-only-disk", "--times", "1", "--json", "--page", str(tmp_path / "page.md")]
    )
    assert answer.exit_code == 0, answer.output
    [row] = json.loads(answer.stdout)
    assert (row["drill"], row["lost"], row["extra"], row["holds"]) == ("read-only-disk", 0, 0, True)
    assert "`read-only-disk`" in (tmp_path / "page.md").read_text()
