"""The doctor, a backup and its way back, from the command line."""

import json

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app

pytestmark = pytest.mark.long

COUNT = ("sql", "SELECT count(*) AS hours, sum(lmp_usd_per_mwh) AS total FROM lmp", "--json")


@pytest.fixture
def laid_in(call):
    call("backfill", "nyiso_dam_lbmp_zone", "2025-11-01", "2025-11-30", "--json")
    return json.loads(call(*COUNT))


def test_the_doctor_names_damage_and_mends_it(call, laid_in, tmp_path):
    assert laid_in[0]["hours"] == (30 * 24 + 1) * 15
    assert "Everything is in order" in call("doctor")
    file = next((tmp_path / "data" / "lake" / "lmp").rglob("feed=nyiso_dam*/month=*/*.parquet"))
    file.write_bytes(file.read_bytes()[:100])
    [found] = json.loads(call("doctor", "--json", code=1))
    assert found["part"] == "lake"
    assert "1 things are wrong; --mend puts 1 of them right" in call("doctor", code=1)
    [mended] = json.loads(call("doctor", "--mend", "--json"))
    assert mended["advice"] == "mended"
    assert json.loads(call("doctor", "--json")) == []
    assert json.loads(call(*COUNT)) == laid_in


def test_a_backup_opens_as_it_is_and_comes_back(call, laid_in, tmp_path):
    parts = json.loads(call("backup", tmp_path / "kept", "--json"))
    assert all(part["equal"] and part["count"] == part["there"] > 0 for part in parts)
    assert len(parts) > 3
    for folder in ("kept", "restored"):
        environment = {"MARKET_PLATFORM_DATA": str(tmp_path / folder), "MARKET_PLATFORM_ORIGIN": "sandbox"}
        runner = CliRunner()
        if folder == "restored":
            assert runner.invoke(app, ["restore", str(tmp_path / "kept")], env=environment).exit_code == 0
        again = runner.invoke(app, list(COUNT), env=environment)
        assert json.loads(again.stdout) == laid_in
