"""From a statement's bytes into the books, twice."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from market_platform.sandbox import statements as sandbox
from market_platform.settlement.books import tables
from market_platform.settlement.books.keep import Kept
from market_platform.settlement.books.take import take_statement
from market_platform.settlement.refusals import WrongAccount, fingerprint
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform_tests.settlement.months import ACCOUNT, SETTLED, portfolio

DAY = date(2024, 11, 3)
NOW = datetime(2024, 11, 12, 15, tzinfo=UTC)


def test_a_statement_is_taken_once(ledger):
    inputs = portfolio("caiso", [DAY])
    expected, earlier = settle("caiso", inputs), settle("caiso", inputs, known_at=SETTLED)
    wrong, labels = sandbox.seed_errors(expected, earlier, seed=3, per_kind=2)
    data = sandbox.caiso_xml(wrong, account=ACCOUNT, day=DAY, issued_on=date(2024, 11, 15), kind="T+70B")
    taken = take_statement(ledger, data, ("caiso", "xml"), inputs, accounts={ACCOUNT}, now=NOW)
    assert taken.outcome.by_cause().set_index("cause")["lines"].to_dict() == labels["kind"].value_counts().to_dict()
    assert taken.outcome.unexplained_usd == 0
    assert taken.disputes
    assert taken.kept.inserted > len(labels)
    again = take_statement(ledger, data, ("caiso", "xml"), inputs, accounts={ACCOUNT}, now=NOW + timedelta(days=1))
    assert again.kept == Kept(0, 0)


@pytest.mark.parametrize("market", ["DAM", "RTM"])
def test_ercot_markets_are_billed_apart(ledger, market):
    inputs = portfolio("ercot", [DAY])
    lines = settle("ercot", inputs)
    day_ahead = lines["charge_code"].isin(["DAESAMT", "DAEPAMT"])
    part = lines[day_ahead if market == "DAM" else ~day_ahead]
    data = sandbox.ercot_xml(part, account=ACCOUNT, day=DAY, issued_on=date(2024, 11, 8), market=market)
    taken = take_statement(ledger, data, ("ercot", "xml"), inputs, accounts={ACCOUNT}, now=NOW)
    assert taken.outcome.variances.empty
    assert taken.outcome.billed_usd == taken.statement.amount_usd == sum(part["amount_usd"])


def test_a_refused_statement_is_noted_and_nothing_else(ledger):
    inputs = portfolio("ercot", [DAY])
    data = sandbox.ercot_xml(settle("ercot", inputs), account="OTHER", day=DAY, issued_on=DAY)
    with pytest.raises(WrongAccount):
        take_statement(ledger, data, ("ercot", "xml"), inputs, accounts={ACCOUNT}, now=NOW)
    with ledger.read() as connection:
        (row,) = connection.execute(sa.select(tables.refusals)).mappings()
        assert (row["sha256"], row["reason"]) == (fingerprint(data), "WrongAccount")
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.statements)) == 0


def test_superseded_lines_step_back_through_every_version():
    inputs = portfolio("nyiso", [DAY])
    once = superseded_lines("nyiso", inputs)
    earlier = settle("nyiso", inputs, known_at=SETTLED)
    key = ["charge_code", "interval_start"]
    pd.testing.assert_frame_equal(once.sort_values(key, ignore_index=True), earlier.sort_values(key, ignore_index=True))
    third = inputs.prices[inputs.prices["version"] == 2].head(3)
    third = third.assign(version=3, known_from=SETTLED + pd.Timedelta(days=9))
    third["price_usd_per_mwh"] = third["price_usd_per_mwh"] + 1
    history = pd.concat([inputs.prices, third], ignore_index=True)
    twice = superseded_lines("nyiso", type(inputs)(awards=inputs.awards, meter=inputs.meter, prices=history))
    assert len(twice) == 2 * len(once)
    clean = inputs.prices[inputs.prices["version"] == 1]
    assert superseded_lines("nyiso", type(inputs)(awards=inputs.awards, meter=inputs.meter, prices=clean)).empty
