"""The settlement commands as a user types them, on a simulated PJM day."""

import json
import zipfile
from datetime import date

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.defs.settlement import office
from market_platform.defs.settlement.simulated_statements import post_statements
from market_platform_tests.settlement.house import fill, open_house

pytestmark = pytest.mark.long

DAY = date(2026, 11, 18)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder with a settled PJM day and its statement waiting in the inbox."""
    folder = tmp_path_factory.mktemp("data")
    platform = open_house(folder)
    fill(platform, "pjm", [DAY])
    office.lay_in_positions(platform, "pjm", DAY)
    office.settle_day(platform, "pjm", DAY)
    post_statements(platform)
    return folder


@pytest.fixture
def run(folder, monkeypatch):
    monkeypatch.setenv("MARKET_PLATFORM_DATA", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    runner = CliRunner()

    def call(*words, code=0):
        result = runner.invoke(app, ["settlement", *words])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in words else result.output

    return call


def test_from_shadow_to_pack(run, folder, tmp_path):
    charges = run("shadow", "pjm", "--day", str(DAY), "--json")
    assert {row["charge_code"] for row in charges} >= {"1200", "1205", "2360"}
    (waiting,) = (folder / "inbox" / "statements").iterdir()
    junk = tmp_path / "junk.csv"
    junk.write_text("nothing")
    results = run("take", str(waiting), str(junk), "--json", code=1)
    assert [row["outcome"] for row in results] == ["taken", "refused"]
    (statement,) = run("statements", "--json")
    assert statement["unexplained_usd"] == "0.00"
    expected = sum(float(row["amount_usd"]) for row in charges)
    assert float(statement["expected_usd"]) == pytest.approx(expected, abs=0.005)
    found = run("variances", "--json")
    assert {row["cause"] for row in found} >= {"missing", "duplicate", "sign", "wrong_price", "wrong_quantity"}
    assert run("statement", statement["sha256"][:12], "--json")["variances"] == run("variances", "--json")
    assert [row["statement_id"] for row in run("reconcile", "--json")] == [statement["statement_id"]]
    pack = run("pack", "pjm", "SIM-DESK", "2026-11", "--format", "xlsx", "--json")
    assert pack["title"].startswith("SIMULATED: PJM")
    assert pack["files"][0].endswith("pjm-SIM-DESK-2026-11.xlsx")


def test_lines_add_up_to_the_charges_and_what_is_late_is_listed(run, folder):
    charges = {
        row["charge_code"]: float(row["amount_usd"]) for row in run("shadow", "pjm", "--day", str(DAY), "--json")
    }
    lines = run("shadow", "pjm", "--day", str(DAY), "--lines", "--json")
    for code, amount in charges.items():
        assert sum(float(row["amount_usd"]) for row in lines if row["charge_code"] == code) == pytest.approx(
            amount, abs=0.005
        )
    assert "rule V was read in an official text" in run("shadow", "pjm", "--day", str(DAY))
    refused = run("shadow", "pjm", "--day", str(DAY), "--xml", str(folder / "statement.xml"), code=1)
    assert "is for one ERCOT account" in refused
    assert "no lines of account NOBODY" in run("shadow", "pjm", "--day", str(DAY), "--account", "NOBODY", code=1)
    assert all(row["market_day"] < row["due_on"] for row in run("overdue", "--json"))
    run("pack", "pjm", "SIM-DESK", "2026-11", "--format", "docx", code=2)


def test_a_bill_with_its_hourly_reports(run, folder, tmp_path):
    (waiting,) = (path for path in (folder / "inbox" / "statements").iterdir() if path.is_file())
    with zipfile.ZipFile(waiting) as archive:
        archive.extractall(tmp_path)
    bill, spot = tmp_path / "bill.csv", tmp_path / "spot-market.csv"
    assert "take it with its bill" in run("take", str(spot), code=1)
    hours = run("hours", str(spot), "--json")
    assert {row["charge_code"] for row in hours} <= {"1200", "1205"}
    (taken,) = run("take", str(bill), "--hourly", str(spot), "--json")
    assert taken["outcome"] == "taken"
    (mine,) = run("statements", "--json")  # the bill came again: the later file stands
    assert mine["file_name"] == "bill.csv with hours"
    assert {row["state"] for row in run("disputes", "list", "--json")} == {"drafted", "withdrawn"}
    found = run("variances", "--statement", mine["sha256"], "--json")
    alone = [(row["interval_start"], row["cause"]) for row in found if row["charge_code"] in ("1200", "1205")]
    assert sorted(alone) == sorted((row["interval_start"], row["cause"]) for row in hours)
    run("payments", "take", str(_bank(tmp_path)), "--json")
    assert len(run("payments", "list", "--json")) == 1


def _bank(folder):
    path = folder / "bank.csv"
    path.write_text("payment_id,iso,paid_on,amount_usd,reference\n")
    return path


def test_disputes_are_written_and_never_sent(run, folder):
    (waiting,) = (path for path in (folder / "inbox" / "statements").iterdir() if path.is_file())
    run("take", str(waiting))
    (statement,) = run("statements", "--json")
    drafted = run("disputes", "draft", statement["sha256"][:10], "--json")
    assert drafted
    which = drafted[0]["dispute_id"]
    assert "dry run, nothing was sent" in run("disputes", "submit", which)
    evidence = json.loads((folder / "reports" / "settlement" / "disputes" / f"{which}.json").read_text())
    assert set(evidence) == {"lines", "prices", "awards", "meter"}
    run("disputes", "move", which, "granted", code=1)
    assert run("disputes", "show", which, "--json")["state"] == drafted[0]["state"]
    assert "no dispute begins with" in run("disputes", "show", "zzz", code=1)


def test_payments_are_matched_and_the_rest_is_shown(run, folder, tmp_path):
    (waiting,) = (path for path in (folder / "inbox" / "statements").iterdir() if path.is_file())
    run("take", str(waiting))
    bank = tmp_path / "bank.csv"
    bank.write_text("payment_id,iso,paid_on,amount_usd,reference\nb1,pjm,2026-11-27,5.00,nothing known\n")
    (unmatched,) = run("payments", "take", str(bank), "--json")
    assert (unmatched["invoice_id"], unmatched["rule"]) == ("", "not applied")
    (invoice,) = run("payments", "list", "--open", "--json")
    half = round(float(invoice["amount_usd"]) / 2, 2)
    bank.write_text(f"payment_id,iso,paid_on,amount_usd,reference\nb2,pjm,2026-11-27,{half},{invoice['invoice_id']}\n")
    (match,) = run("payments", "take", str(bank), "--json")
    assert (match["rule"], float(match["amount_usd"])) == ("reference", half)
    (left,) = run("payments", "list", "--json")
    assert float(left["open_usd"]) == pytest.approx(float(invoice["amount_usd"]) - half)
    flow = run("payments", "cash-flow", "--json")
    assert sum(float(row["amount_usd"]) for row in flow) == pytest.approx(float(left["open_usd"]))
    bank.write_text("payment_id,iso,paid_on,amount_usd,reference\nb3,pjm,27.11.2026,1,x\n")
    assert "row 2" in run("payments", "take", str(bank), code=1)
