"""Invoices, matching, ageing and the cash-flow forecast."""

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import RuleBroken
from market_platform.sandbox import statements as sandbox
from market_platform.settlement.calendars.business_days import is_business_day
from market_platform.settlement.payments.cash_flow import ageing, cash_flow
from market_platform.settlement.payments.ercot_invoice import read_invoice, write_invoice
from market_platform.settlement.payments.invoices import Invoice, invoice, net_by_due_date
from market_platform.settlement.payments.matching import Payment, match_payments
from market_platform.settlement.refusals import MalformedStatement, TotalsDisagree
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.statements.ercot_xml import read_statement
from market_platform.settlement.statements.safe_xml import schema_errors
from market_platform_tests.settlement.months import ACCOUNT, portfolio

DUE = date(2024, 11, 20)


def _invoice(name, amount, due=DUE, iso="ercot"):
    return Invoice(name, iso, ACCOUNT, "RTM", due - timedelta(days=3), due, Decimal(amount), "U")


def _statements():
    found = []
    for day in (date(2024, 11, 2), date(2024, 11, 3)):
        lines = settle("ercot", portfolio("ercot", [day]))
        found.append(read_statement(sandbox.ercot_xml(lines, account=ACCOUNT, day=day, issued_on=date(2024, 11, 8))))
    return found


def test_an_invoice_nets_statements():
    statements = _statements()
    bill = invoice("RTM", statements, date(2024, 11, 8))
    assert bill.amount_usd == sum(statement.net_usd for statement in statements)
    assert is_business_day("ercot", bill.due_on)
    assert bill.due_on > bill.invoiced_on
    assert bill.status == "U"
    with pytest.raises(RuleBroken, match="one ISO and account"):
        invoice("RTM", [], date(2024, 11, 8))


def test_ercot_invoice_through_the_official_schema(recordings):
    statements = _statements()
    bill = invoice("RTM", [statement.with_id(statement.statement_id) for statement in statements], date(2024, 11, 8))
    days = {statement.sha256: statement.first_day for statement in statements}
    data = write_invoice(bill, 4711, days, payout_on=bill.due_on)
    assert schema_errors(data, recordings / "bids/ercot/settlement_xsd/Settlement_Invoice.xsd") == []
    read = read_invoice(data)
    assert (read.amount_usd, read.items, read.due_on) == (bill.amount_usd, bill.items, bill.due_on)
    assert read.invoice_id == "STL4711"
    with pytest.raises(TotalsDisagree):
        read_invoice(data.replace(b"<InvoiceTotal>", b"<InvoiceTotal>1"))
    with pytest.raises(MalformedStatement):
        read_invoice(data[:-30])


def test_rules_of_matching():
    invoices = [
        _invoice("A-1", "100.00"),
        _invoice("A-2", "250.00"),
        _invoice("A-3", "-75.50", DUE + timedelta(days=1)),
        _invoice("A-4", "30.00", DUE + timedelta(days=2)),
        _invoice("A-5", "-10.00", DUE + timedelta(days=2)),
        _invoice("A-6", "5.00", DUE + timedelta(days=60)),
    ]
    payments = [
        Payment("P1", "ercot", DUE, Decimal("60.00"), "part of A-1"),
        Payment("P2", "ercot", DUE, Decimal("250.00"), ""),
        Payment("P3", "ercot", DUE, Decimal("-75.50"), "wire"),
        Payment("P4", "ercot", DUE, Decimal("20.00"), "net"),
        Payment("P5", "ercot", DUE, Decimal("5.00"), "too early for A 6"),
    ]
    matched = match_payments(invoices, payments)
    assert {(match.payment_id, match.invoice_id, match.rule) for match in matched.matches} == {
        ("P1", "A-1", "reference"),
        ("P2", "A-2", "amount"),
        ("P3", "A-3", "amount"),
        ("P4", "A-4", "netting"),
        ("P4", "A-5", "netting"),
    }
    assert matched.open_usd == {"A-1": Decimal("40.00"), "A-6": Decimal("5.00")}
    assert matched.unapplied_usd == {"P5": Decimal("5.00")}


def test_two_invoices_of_the_same_amount_are_not_guessed():
    invoices = [_invoice("A-1", "100.00"), _invoice("A-2", "100.00", DUE + timedelta(days=1))]
    matched = match_payments(invoices, [Payment("P1", "ercot", DUE, Decimal("100.00"), "")])
    assert matched.matches == ()


money = st.decimals(-1000, 1000, places=2).filter(lambda value: value != 0)


@given(st.lists(money, max_size=6), st.lists(money, max_size=6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_money_is_conserved(invoiced, paid, random):
    invoices = [_invoice(f"I{n}", amount, DUE + timedelta(days=n % 2)) for n, amount in enumerate(invoiced)]
    payments = [
        Payment(f"P{n}", "ercot", DUE, amount, f"I{random.randrange(6)}" if random.random() < 0.5 else "")
        for n, amount in enumerate(paid)
    ]
    matched = match_payments(invoices, payments)
    applied = sum((match.amount_usd for match in matched.matches), Decimal(0))
    assert applied + sum(matched.open_usd.values()) == sum(invoiced)
    assert applied + sum(matched.unapplied_usd.values()) == sum(paid)


def test_netting_and_ageing():
    invoices = [
        _invoice("A-1", "100.00"),
        _invoice("A-2", "-40.00"),
        _invoice("A-3", "7.00", DUE - timedelta(days=45)),
        _invoice("A-4", "9.00", DUE - timedelta(days=100)),
    ]
    net = net_by_due_date(invoices)
    assert net.loc[net["due_on"] == DUE, "amount_usd"].tolist() == [Decimal("60.00")]
    table = ageing(invoices, {item.invoice_id: item.amount_usd for item in invoices}, DUE + timedelta(days=1))
    assert table["bucket"].tolist() == ["not due", "1-30", "31-60", "61-90", "over 90"]
    assert table["receivable_usd"].tolist() == [0, Decimal(100), Decimal(7), 0, Decimal(9)]
    assert table["payable_usd"].tolist() == [0, Decimal(-40), 0, 0, 0]


def test_cash_flow_counts_each_day_once():
    shadow = pd.DataFrame(
        [("ercot", date(2024, 11, 2), Decimal("500.00")), ("ercot", date(2024, 11, 3), Decimal("-80.00"))],
        columns=["iso", "market_day", "amount_usd"],
    )
    invoices = [_invoice("A-1", "500.00")]
    flow = cash_flow(shadow, invoices, {"A-1": Decimal("500.00")}, {("ercot", date(2024, 11, 2))})
    assert flow["basis"].tolist() == ["shadow", "invoice"]
    assert sum(flow["amount_usd"]) == Decimal("420.00")
    # The Sunday's DAM statement comes on the 2nd business day, the payment two business days later.
    assert flow["due_on"].tolist() == [date(2024, 11, 7), DUE]
