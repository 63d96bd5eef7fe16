"""Plots and the monthly pack: the numbers in them are the reconciliation's, and texts from outside stay texts."""

import io
import re
import zlib
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import openpyxl
import pytest

from market_platform.sandbox import statements as sandbox
from market_platform.settlement.disputes.draft import draft_disputes
from market_platform.settlement.payments.cash_flow import ageing
from market_platform.settlement.payments.invoices import invoice
from market_platform.settlement.reconciliation.reconcile import reconcile
from market_platform.settlement.reports.pack import charges_table, monthly_pack, to_html, to_pdf, to_xlsx
from market_platform.settlement.reports.plots import variance_png, waterfall_png, waterfall_steps
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.statements.caiso_xml import read_statement
from market_platform_tests.settlement.months import SETTLED, portfolio

DAY = date(2024, 11, 3)
ACCOUNT = "ACME"


@pytest.fixture(scope="module")
def pack():
    inputs = portfolio("caiso", [DAY])
    expected, earlier = settle("caiso", inputs), settle("caiso", inputs, known_at=SETTLED)
    wrong, _ = sandbox.seed_errors(expected, earlier, seed=9, per_kind=2)
    data = sandbox.caiso_xml(wrong, account=ACCOUNT, day=DAY, issued_on=DAY + timedelta(days=12), kind="T+70B")
    statement = read_statement(data)
    outcome = reconcile(expected, statement.lines, earlier)
    bill = invoice("ALL", [statement], DAY + timedelta(days=12))
    return monthly_pack(
        "caiso",
        "ACME <script>alert(1)</script>",
        (DAY, DAY),
        expected,
        statement.lines,
        outcome,
        disputes=draft_disputes(statement, outcome, inputs, today=DAY + timedelta(days=13)),
        invoices=[bill],
        ageing=ageing([bill], {bill.invoice_id: bill.amount_usd}, DAY + timedelta(days=60)),
        simulated=True,
    )


def test_waterfall_ends_at_the_bill(pack):
    steps = waterfall_steps(pack.outcome)
    assert steps[0][2] == pack.outcome.expected_usd
    assert steps[-1][2] == pack.outcome.billed_usd
    assert all(before[2] == after[1] for before, after in pairwise(steps[:-1]))


def test_plots_are_png(pack):
    for plot in (waterfall_png(pack.outcome, "x"), variance_png(pack.outcome, "x")):
        assert plot.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(plot) > 5_000


def test_charges_show_the_status_of_their_rule(pack):
    table = pack.tables["Charges"].set_index("charge_code")
    assert set(table["rule"]) == {"U: unverified"}
    assert sum(table["variance_usd"]) == pack.outcome.variance_usd
    unknown = charges_table("caiso", *(pack.outcome.variances.assign(amount_usd=Decimal(1), charge_code="9999"),) * 2)
    assert unknown.loc[0, "name"] == "not in the charge table"


def test_html_is_whole_and_escaped(pack):
    page = to_html(pack)
    assert "<script>" not in page
    assert "SIMULATED" in page
    assert f"{pack.outcome.unexplained_usd:,.2f} USD" in page
    assert page.count("data:image/png;base64,") == 2
    assert not re.search(r"\b(nan|NaT|<NA>)\b", page)
    for name in ("Charges", "Causes", "Variances", "Disputes", "Invoices", "Ageing"):
        assert f"<h2>{name}</h2>" in page


def test_xlsx_holds_every_row_as_numbers(pack):
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(pack)))
    assert book.sheetnames == ["Summary", *pack.tables]
    rows = list(book["Variances"].iter_rows(values_only=True))
    column = rows[0].index("variance_usd")
    assert len(rows) - 1 == len(pack.outcome.variances)
    assert sum(Decimal(str(row[column])) for row in rows[1:]) == pack.outcome.variance_usd


def test_pdf_has_every_table(pack):
    document = to_pdf(pack)
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    streams = [
        zlib.decompressobj().decompress(part)
        for part in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", document, re.DOTALL)
    ]
    printed = b"".join(re.findall(rb"\((.*?)\)", b"\n".join(streams)))
    for name, frame in pack.tables.items():
        assert (name.replace(" ", "").encode() in printed.replace(b" ", b"")) == bool(len(frame)), name
    rows = sum(len(frame) for frame in pack.tables.values())
    assert len(re.findall(rb"/Type /Page\b", document)) >= 2 + rows // 44


def test_an_empty_reconciliation_still_gives_a_pack():
    expected = settle("caiso", portfolio("caiso", [DAY]))
    clean = monthly_pack("caiso", ACCOUNT, (DAY, DAY), expected, expected, reconcile(expected, expected))
    assert "100.0000%" in to_html(clean)
    assert to_pdf(clean).startswith(b"%PDF-")
    assert to_xlsx(clean)
