"""PJM's bill with its hourly reports: errors in an hour are named as what they are, on both clock-change days."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from market_platform.defs.settlement.inbox import papers
from market_platform.sandbox import statements as wire
from market_platform.sandbox.statements_issued import issued_statements
from market_platform.settlement.books.take import lines_for
from market_platform.settlement.reconciliation.reconcile import reconcile
from market_platform.settlement.refusals import MalformedStatement
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform.settlement.statements.pjm_bill import read_csv_statement
from market_platform.settlement.statements.pjm_bundle import make_bundle, read_bundle
from market_platform.settlement.statements.recognise import members
from market_platform_tests.settlement.months import ACCOUNT, portfolio

SPRING, AUTUMN = date(2024, 3, 10), date(2024, 11, 3)
PLACE = ("charge_code", "location", "interval_start")


def _records(rows):
    return rows.to_dict("records")


def _issued(day, seed=3):
    inputs = portfolio("pjm", [day], resources=("R1", "R2"))
    lines, old = settle("pjm", inputs), superseded_lines("pjm", inputs)
    assert not old.empty
    (issued,) = issued_statements(lines, old, market="pjm", account=ACCOUNT, day=day, issued_on=day, seed=seed)
    return lines, old, issued


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_every_error_of_the_hours_is_named_and_its_amount_explained(day):
    lines, old, issued = _issued(day)
    statement = read_bundle(issued.data)
    assert statement.lines.groupby("charge_code").size().to_dict()["1200"] >= {SPRING: 22, AUTUMN: 24}[day]
    outcome = reconcile(lines_for(statement, lines), statement.lines, old)
    found = [tuple(row[name] for name in (*PLACE, "cause", "explained_usd")) for row in _records(outcome.variances)]
    seeded = [tuple(row[name] for name in (*PLACE, "kind", "effect_usd")) for row in _records(issued.labels)]
    assert sorted(found) == sorted(seeded)
    assert set(issued.labels["kind"]) == set(wire.KINDS)
    assert outcome.unexplained_usd == 0
    assert outcome.explained_usd == outcome.variance_usd == sum(issued.labels["effect_usd"])


def test_the_bill_alone_knows_totals_only():
    lines, _, issued = _issued(AUTUMN)
    bill = next(part for name, part in members(issued.data).items() if name == "BILL.CSV")
    statement = read_csv_statement(bill)
    whole = read_bundle(issued.data)
    assert total_usd(whole.lines) == total_usd(statement.lines) == statement.amount_usd == whole.amount_usd
    assert whole.statement_id == statement.statement_id
    outcome = reconcile(lines, statement.lines)
    assert set(outcome.variances["cause"]) == {"unexplained", "extra"}


def test_what_a_total_has_beyond_its_hours_is_a_line_of_its_own():
    _, _, issued = _issued(AUTUMN)
    parts = members(issued.data)
    bill = parts.pop("BILL.CSV")
    spot = next(part for part in parts.values() if b"Spot" in part)
    cut = b"\n".join(spot.split(b"\n")[:-3]) + b"\nEnd of Report\n"
    short = read_bundle(make_bundle(bill, [cut]))
    lines = short.lines.set_index("charge_code")
    assert total_usd(short.lines) == read_csv_statement(bill).amount_usd
    beyond = lines.loc["1205 beyond its hours"]
    assert beyond["amount_usd"] == -beyond["iso_amount"] != 0
    assert make_bundle(bill, [cut, spot]) == make_bundle(bill, [spot, cut])
    with pytest.raises(MalformedStatement, match="detail the same charge"):
        read_bundle(make_bundle(bill, [spot, cut]))
    with pytest.raises(MalformedStatement, match="0 bills"):
        read_bundle(make_bundle(spot, []))
    with pytest.raises(MalformedStatement, match="is outside"):
        read_bundle(make_bundle(bill.replace(b"11/03/2024", b"11/04/2024"), [spot]))


def test_an_hour_weighs_its_five_minutes_by_quantity():
    """Twelve five-minute lines against an hourly one: the mean price is by quantity, so an equal bill has no variance."""
    lines, _, _ = _issued(AUTUMN)
    hours = lines[lines["charge_code"] == "1205"].assign(resource="", location="")
    hours["interval_start"] = hours["interval_start"].dt.floor("h")
    sums = hours.groupby(["interval_start"])[["quantity_mwh", "amount_usd", "iso_amount"]].agg(
        lambda values: sum(values, Decimal(0))
    )
    billed = hours.drop_duplicates("interval_start").set_index("interval_start")
    billed[sums.columns] = sums.astype(billed[sums.columns].dtypes.to_dict())
    billed = billed.assign(price_usd_per_mwh=None, interval_end=billed.index + pd.Timedelta(hours=1)).reset_index()
    outcome = reconcile(lines[lines["charge_code"] == "1205"], billed[lines.columns].astype(lines.dtypes.to_dict()))
    assert outcome.variances.empty
    assert outcome.matched_lines == outcome.compared_lines == 25


def test_a_bill_and_its_reports_in_the_inbox_are_one_paper(tmp_path):
    def lay(**texts):
        return [path for name, text in texts.items() if (path := tmp_path / name).write_text(text)]

    bill, spot, other = lay(b="PJM Monthly Billing Statement\n", s="PJM Spot Market Energy\n", o="Organization,DESK\n")
    assert papers([bill, other, spot]) == [[bill, spot], [other]]
    assert papers([bill, other]) == [[bill], [other]]
    assert papers([spot]) == [[spot]]
    (second,) = lay(c="PJM Monthly Billing Statement, another\n")
    assert papers([bill, second, spot]) == [[bill], [second], [spot]]  # whose report it is cannot be told
