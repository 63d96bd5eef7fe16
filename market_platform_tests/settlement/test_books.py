"""Records in the ledger, disputes through their life, invoices and payments: on SQLite and on Postgres."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from market_platform.errors import RuleBroken, StoreError
from market_platform.sandbox import statements as sandbox
from market_platform.settlement.books import tables
from market_platform.settlement.books.keep import (
    Kept,
    keep,
    keep_reconciliation,
    keep_refusal,
    keep_shadow,
    keep_statement,
)
from market_platform.settlement.disputes.draft import draft_disputes
from market_platform.settlement.disputes.ercot_xml import Contact, read_dispute_extract, write_dispute
from market_platform.settlement.disputes.states import NEXT, due_soon, expire, keep_drafts, move
from market_platform.settlement.payments.invoices import invoice as invoice_of
from market_platform.settlement.payments.invoices import keep_invoice
from market_platform.settlement.payments.matching import Payment, keep_matches, match_payments
from market_platform.settlement.reconciliation.reconcile import reconcile
from market_platform.settlement.refusals import StatementRefused
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.statements.ercot_xml import read_statement
from market_platform.settlement.statements.safe_xml import schema_errors
from market_platform_tests.settlement.months import ACCOUNT, SETTLED, portfolio

DAY = date(2024, 11, 3)
NOW = datetime(2024, 11, 12, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def case():
    """One ERCOT day with errors: inputs, statement and reconciliation."""
    inputs = portfolio("ercot", [DAY])
    expected, earlier = settle("ercot", inputs), settle("ercot", inputs, known_at=SETTLED)
    wrong, _ = sandbox.seed_errors(expected, earlier, seed=2, per_kind=2)
    data = sandbox.ercot_xml(wrong, account=ACCOUNT, day=DAY, issued_on=DAY + timedelta(days=5))
    statement = read_statement(data)
    return inputs, expected, statement, reconcile(expected, statement.lines, earlier)


def test_migration_makes_the_declared_tables(ledger):
    found = sa.inspect(ledger.engine)
    for table in tables.ALL_TABLES:
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert set(columns) == {column.name for column in table.columns}
        assert set(found.get_pk_constraint(table.name)["constrained_columns"]) == {
            column.name for column in table.primary_key.columns
        }
        for column in table.columns:
            assert columns[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"


def test_keeping_twice_changes_nothing(ledger, case):
    _, expected, statement, outcome = case
    counts = []
    for later in (NOW, NOW + timedelta(hours=1)):
        with ledger.begin() as connection:
            counts.append(
                [
                    keep_statement(connection, statement, later),
                    keep_shadow(connection, expected, later),
                    keep_reconciliation(connection, statement, outcome),
                ]
            )
    assert all(kept.inserted > 0 for kept in counts[0])
    assert counts[1] == [Kept(0, 0)] * 3
    with ledger.read() as connection:
        explained = connection.execute(sa.select(tables.variances.c.explained_usd, tables.variances.c.unexplained_usd))
        assert sum(one + other for one, other in explained) == outcome.variance_usd
        stored = connection.execute(sa.select(tables.statements)).mappings().one()
    assert stored["amount_usd"] == statement.amount_usd
    assert stored["received_at"] == NOW


def test_a_variance_that_is_gone_is_taken_out(ledger, case):
    _, expected, statement, outcome = case
    with ledger.begin() as connection:
        keep_statement(connection, statement, NOW)
        keep_reconciliation(connection, statement, outcome)
        kept = keep_reconciliation(connection, statement, reconcile(expected, expected))
        left = connection.scalar(sa.select(sa.func.count()).select_from(tables.variances))
    assert kept.changed == len(outcome.variances)
    assert left == 0


def test_money_and_refusals(ledger):
    with ledger.begin() as connection:
        refusal = StatementRefused("cut short", "ab" * 32)
        assert keep_refusal(connection, "ercot", refusal, b"bytes", NOW) == Kept(1, 0)
        assert keep_refusal(connection, "ercot", refusal, b"bytes", NOW + timedelta(days=1)) == Kept(0, 0)
        row = connection.execute(sa.select(tables.refusals)).mappings().one()
        assert (row["reason"], row["size_bytes"], row["refused_at"]) == ("StatementRefused", 5, NOW)
    fraction = {"payment_id": "P", "iso": "pjm", "paid_on": DAY, "amount_usd": Decimal("0.005"), "reference": ""}
    with ledger.begin() as connection, pytest.raises(sa.exc.StatementError) as caught:
        keep(connection, tables.payments, [fraction])
    assert isinstance(caught.value.orig, StoreError)


def _drafts(case, today=TODAY):
    inputs, _, statement, outcome = case
    return draft_disputes(statement, outcome, inputs, today=today)


def test_drafts_claim_what_is_short_with_evidence(case):
    _, _, statement, outcome = case
    drafts = _drafts(case)
    short = outcome.variances[~outcome.variances["cause"].isin(["tolerance", "adjustment"])]
    sums = short.groupby(["charge_code", "cause"])["variance_usd"].agg(lambda values: sum(values, Decimal(0)))
    assert {(d.charge_code, d.cause): -d.amount_usd for d in drafts} == {
        key: amount for key, amount in sums.items() if amount <= Decimal(-1)
    }
    assert drafts
    for draft in drafts:
        assert draft.state == "drafted"
        # Twenty business days before the true-up of 2024-11-03 (OD+180 = Friday 2025-05-02).
        assert draft.deadline == date(2025, 4, 4)
        moments = {row["interval_start"] for row in draft.evidence["lines"]}
        assert moments <= {row["interval_start"] for row in draft.evidence["prices"]}
        assert draft.evidence["awards"]
    late = _drafts(case, today=date(2025, 4, 5))
    assert {draft.state for draft in late} == {"expired"}
    assert [draft.dispute_id for draft in late] == [draft.dispute_id for draft in drafts]
    assert statement.sha256 in {draft.statement_sha256 for draft in drafts}


def test_dispute_life(ledger, case):
    _, _, statement, _ = case
    drafts = _drafts(case)
    first, second = drafts[0].dispute_id, drafts[1].dispute_id
    with ledger.begin() as connection:
        keep_statement(connection, statement, NOW)
        assert keep_drafts(connection, drafts, NOW) == Kept(len(drafts), 0)
        assert len(due_soon(connection, date(2025, 3, 20), 20)) == len(drafts)
        assert due_soon(connection, TODAY, 20) == []
        move(connection, first, "filed", at=NOW, today=TODAY, note="through the portal")
        move(connection, first, "open", at=NOW, today=TODAY)
        with pytest.raises(RuleBroken, match="how much was awarded"):
            move(connection, first, "granted", at=NOW, today=TODAY)
        move(connection, first, "granted", at=NOW, today=TODAY, awarded_usd=drafts[0].amount_usd)
        with pytest.raises(RuleBroken, match="after that comes"):
            move(connection, first, "filed", at=NOW, today=TODAY)
        with pytest.raises(RuleBroken, match="could be filed until"):
            move(connection, second, "filed", at=NOW, today=date(2025, 4, 5))
        assert keep_drafts(connection, drafts, NOW) == Kept(0, 0)
        assert expire(connection, date(2025, 4, 5), NOW) == len(drafts) - 1
        rows = connection.execute(sa.select(tables.disputes).order_by(tables.disputes.c.dispute_id)).mappings()
        states = {row["dispute_id"]: (row["state"], row["awarded_usd"]) for row in rows}
        events = connection.execute(
            sa.select(tables.dispute_events.c.state)
            .where(tables.dispute_events.c.dispute_id == first)
            .order_by(tables.dispute_events.c.number)
        )
        assert [state for (state,) in events] == ["drafted", "filed", "open", "granted"]
    assert states[first] == ("granted", drafts[0].amount_usd)
    assert states[second] == ("expired", None)
    assert set().union(*NEXT.values()) <= set(NEXT)


def test_ercot_dispute_message_is_valid(case, recordings):
    contact = Contact(phone="555-0100", email="desk@example.com", last_name="Doe", first_name="Jo")
    for draft in _drafts(case):
        data = write_dispute(draft, contact, sub_type="Other")
        assert schema_errors(data, recordings / "bids/ercot/xsd/ErcotDisputes.xsd") == []


EXTRACT_FIELDS = (
    "DISPUTE_NUMBER MP_ACCOUNT_NAME MP_ACCOUNT_NUMBER MARKET_TYPE DISPUTE_TYPE DISPUTE_SUB_TYPE CHARGE_TYPE DESCRIPTION"
    " OPERATING_DATE START_OPERATING_DATE END_OP_DATE BEGINNING_INTERVAL INVOICE_DATE INVOICE_TYPE CREATED_DATE"
    " CLOSED_DATE RESOLUTION_CODE STATUS DISPUTE_DUE_DATE PLANNED_RESOLUTION_DATE RESOLUTION_DATE DISPUTE_AMOUNT"
    " RESOLUTION_AMOUNT AMOUNT_AWARD CONTACT_FIRST_NAME CONTACT_LAST_NAME_SC CONTACT_EMAIL_ADDRESS_SC"
    " CONTACT_BUSINESS_PHONE_SC EXP_OF_CONF_RULE_FLAG ATTACHMENT_FLAG"
)


def test_ercot_dispute_extract(recordings):
    special = {"DISPUTE_AMOUNT": "120.50", "AMOUNT_AWARD": "100.25", "STATUS": "Closed", "CHARGE_TYPE": "RTEIAMT"}
    cells = []
    for name in EXTRACT_FIELDS.split():
        day = name.endswith(("DATE", "INTERVAL"))
        cells.append(f"<{name}>{special.get(name, '2024-11-03' if day else 'x')}</{name}>")
    data = f"<MPDISPUTE_DATA><MPDISPUTE>{''.join(cells)}</MPDISPUTE></MPDISPUTE_DATA>".encode()
    assert schema_errors(data, recordings / "bids/ercot/settlement_xsd/edw_mp_disputes.xsd") == []
    (status,) = read_dispute_extract(data)
    assert (status.status, status.charge_type) == ("Closed", "RTEIAMT")
    assert (status.disputed_usd, status.awarded_usd) == (Decimal("120.50"), Decimal("100.25"))


def test_invoices_and_payments_are_kept(ledger, case):
    _, _, statement, _ = case
    bill = invoice_of("RTM", [statement], date(2024, 11, 8))
    payments = [Payment("P1", "ercot", bill.due_on, bill.amount_usd, f"INV {bill.invoice_id}")]
    matched = match_payments([bill], payments)
    for expected in (Kept(2, 0), Kept(0, 0)):
        with ledger.begin() as connection:
            assert keep_invoice(connection, bill) == expected
            assert keep_matches(connection, payments, matched) == expected
    with ledger.read() as connection:
        (row,) = connection.execute(sa.select(tables.invoices)).mappings()
    assert row["amount_usd"] == statement.net_usd
