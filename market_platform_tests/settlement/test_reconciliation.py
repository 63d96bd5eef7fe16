"""A month of simulated statements with seeded errors: each found and named, none invented, every cent accounted for."""

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.sandbox import statements as sandbox
from market_platform.settlement.reconciliation.reconcile import reconcile
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform.settlement.statements.ercot_extract import read_extract, with_determinants
from market_platform.settlement.statements.intake import READERS, receive
from market_platform_tests.settlement.months import ACCOUNT, SETTLED, days_of, portfolio

KEY = ["charge_code", "resource", "location", "interval_start"]
SPRING, AUTUMN = (2024, 3), (2024, 11)


def _statements(iso, lines):
    """The lines through the exchange's own wire format and back through our reader."""
    read = READERS[iso, "csv" if iso == "nyiso" else "xml"]
    if iso == "nyiso":
        day = lines["market_day"].max()
        payloads = [sandbox.nyiso_csv(lines, account=ACCOUNT, invoice=f"{day:%Y%m}", issued_on=day)]
    else:
        write = sandbox.caiso_xml if iso == "caiso" else sandbox.ercot_xml
        payloads = [
            write(part, account=ACCOUNT, day=day, issued_on=day + timedelta(days=9))
            for day, part in lines.groupby("market_day")
        ]
    days = set(lines["market_day"])
    return [receive(data, read, accounts={ACCOUNT}, known_days=days) for data in payloads]


def _found(variances, kinds):
    rows = variances[variances["cause"].isin(kinds)]
    return {(*(row[name] for name in KEY), row["cause"]): row["variance_usd"] for row in rows.to_dict("records")}


@pytest.mark.parametrize(("iso", "month"), [("caiso", SPRING), ("nyiso", AUTUMN)])
def test_month_of_seeded_errors(iso, month):
    days = days_of(*month)
    inputs = portfolio(iso, days)
    expected, earlier = settle(iso, inputs), settle(iso, inputs, known_at=SETTLED)
    wrong, labels = sandbox.seed_errors(expected, earlier, seed=month[1], per_kind=6)
    assert labels["kind"].value_counts().to_dict() == dict.fromkeys(sandbox.KINDS, 6)
    billed = pd.concat([statement.lines for statement in _statements(iso, wrong)], ignore_index=True)
    outcome = reconcile(expected, billed, earlier)
    seeded = {(*(row[name] for name in KEY), row["kind"]): row["effect_usd"] for row in labels.to_dict("records")}
    assert _found(outcome.variances, set(sandbox.KINDS)) == seeded
    # Nothing else is reported, nothing is left unexplained, and the sums close.
    assert set(outcome.variances["cause"]) == set(sandbox.KINDS)
    assert outcome.unexplained_usd == 0
    assert outcome.explained_usd == outcome.variance_usd == sum(labels["effect_usd"])
    assert outcome.dollar_accuracy == 1.0
    assert outcome.compared_lines - outcome.matched_lines == len(labels)


def test_ercot_statements_without_determinants():
    """An ERCOT statement states amounts only: errors of price and quantity stay unexplained, to the cent."""
    days = days_of(2024, 11)[:6]
    inputs = portfolio("ercot", days)
    expected, earlier = settle("ercot", inputs), settle("ercot", inputs, known_at=SETTLED)
    wrong, labels = sandbox.seed_errors(expected, earlier, seed=4, per_kind=4)
    billed = pd.concat([statement.lines for statement in _statements("ercot", wrong)], ignore_index=True)
    outcome = reconcile(expected, billed, earlier)
    named = labels["kind"].replace({"wrong_price": "unexplained", "wrong_quantity": "unexplained"})
    assert outcome.by_cause().set_index("cause")["lines"].to_dict() == named.value_counts().to_dict()
    unexplained = labels.loc[labels["kind"].isin(["wrong_price", "wrong_quantity"]), "effect_usd"]
    assert outcome.unexplained_usd == sum(unexplained)
    assert outcome.explained_usd + outcome.unexplained_usd == outcome.variance_usd == sum(labels["effect_usd"])


def test_ercot_month_with_its_extracts():
    """With the extract tables beside the statements, every error on an ERCOT month has its name too."""
    inputs = portfolio("ercot", days_of(*AUTUMN))
    expected, earlier = settle("ercot", inputs), settle("ercot", inputs, known_at=SETTLED)
    wrong, labels = sandbox.seed_errors(expected, earlier, seed=11, per_kind=5)
    assert labels["kind"].value_counts().to_dict() == dict.fromkeys(sandbox.KINDS, 5)
    billed = pd.concat([statement.lines for statement in _statements("ercot", wrong)], ignore_index=True)
    headers, intervals, names = sandbox.ercot_extract(wrong)
    extract = read_extract(headers, intervals, names, {})
    codes = set(wrong["charge_code"])
    billed = with_determinants(billed, extract, {code: (f"Q{code}", f"P{code}") for code in codes})
    outcome = reconcile(expected, billed, earlier)
    key = ["charge_code", "interval_start"]
    seeded = {(*(row[name] for name in key), row["kind"]): row["effect_usd"] for row in labels.to_dict("records")}
    rows = outcome.variances.to_dict("records")
    assert {(*(row[name] for name in key), row["cause"]): row["explained_usd"] for row in rows} == seeded
    assert outcome.unexplained_usd == 0
    assert outcome.explained_usd == outcome.variance_usd


def test_pjm_lines_with_seeded_errors():
    days = days_of(2024, 11)[:7]
    inputs = portfolio("pjm", days)
    expected, earlier = settle("pjm", inputs), settle("pjm", inputs, known_at=SETTLED)
    wrong, labels = sandbox.seed_errors(expected, earlier, seed=8, per_kind=5)
    outcome = reconcile(expected, wrong, earlier)
    seeded = {(*(row[name] for name in KEY), row["kind"]): row["effect_usd"] for row in labels.to_dict("records")}
    assert _found(outcome.variances, set(outcome.variances["cause"])) == seeded
    assert outcome.unexplained_usd == 0


def test_a_clean_month_has_no_variance_and_running_again_changes_nothing():
    inputs = portfolio("nyiso", days_of(2024, 11)[:10])
    expected = settle("nyiso", inputs)
    (statement,) = _statements("nyiso", expected)
    first, second = reconcile(expected, statement.lines), reconcile(expected, statement.lines)
    assert first.variances.empty
    assert first.variance_usd == 0
    assert first.line_accuracy == 1.0
    assert statement.amount_usd == total_usd(expected)
    pd.testing.assert_frame_equal(first.variances, second.variances)
    pd.testing.assert_frame_equal(settle("nyiso", inputs), expected)


def test_price_and_quantity_both_wrong_are_told_apart():
    day = [date(2024, 7, 10)]
    expected = settle("nyiso", portfolio("nyiso", day))
    billed = expected.copy()
    index = billed.index[billed["amount_usd"].map(abs) > 100][0]
    quantity, price = billed.at[index, "quantity_mwh"], billed.at[index, "price_usd_per_mwh"]
    billed.at[index, "quantity_mwh"] = quantity * 2
    billed.at[index, "price_usd_per_mwh"] = price + 10
    billed.at[index, "amount_usd"] = round(quantity * 2 * (price + 10), 2)
    outcome = reconcile(expected, billed)
    effects = outcome.variances.set_index("cause")["explained_usd"].to_dict()
    assert effects == {"wrong_price": round(quantity * 10, 2), "wrong_quantity": round(quantity * (price + 10), 2)}
    assert outcome.unexplained_usd == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.decimals(-500, 500, places=2)), max_size=12))
@settings(max_examples=12, deadline=None)
def test_explained_and_unexplained_always_close(changes):
    expected = _one_day()
    billed = expected.copy()
    for position, amount in changes:
        billed.at[position, "amount_usd"] = amount
    outcome = reconcile(expected, billed)
    assert outcome.explained_usd + outcome.unexplained_usd == outcome.variance_usd
    assert outcome.variance_usd == total_usd(billed) - total_usd(expected)
    for row in outcome.variances.to_dict("records"):
        assert row["explained_usd"] + row["unexplained_usd"] == row["variance_usd"]


_DAY = []


def _one_day():
    if not _DAY:
        _DAY.append(settle("nyiso", portfolio("nyiso", [date(2024, 7, 10)])))
    return _DAY[0]


def test_a_cent_is_tolerance_and_pjm_month_is_compared_by_charge():
    days = days_of(2024, 11)[:5]
    expected = settle("pjm", portfolio("pjm", days))
    totals = expected.groupby("charge_code")["iso_amount"].agg(lambda values: sum(values, Decimal("0.00")))
    rows = [(code, "", f"Name, of {code}", "", amount) for code, amount in totals.items()]
    rows[0] = (*rows[0][:4], rows[0][4] + Decimal("0.01"))
    rows.append(("1205", "A", "Balancing Spot, adjusted", "10/2024", Decimal("33.10")))
    data = sandbox.pjm_csv(rows, account=ACCOUNT, period=(days[0], days[-1]))
    statement = receive(data, READERS["pjm", "csv"], accounts={ACCOUNT}, known_days=set(days))
    outcome = reconcile(expected, statement.lines)
    assert outcome.by_cause()["cause"].tolist() == ["adjustment", "tolerance"]
    assert outcome.variance_usd == Decimal("-33.11")
    assert outcome.unexplained_usd == 0
