"""PJM's bill as CSV and XML, and its hourly reports, as they are read."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from market_platform.sandbox import statements as sandbox
from market_platform.settlement.refusals import TotalsDisagree
from market_platform.settlement.statements import pjm_bill
from market_platform.settlement.statements.pjm_hours import read_hours
from market_platform_tests.settlement.months import ACCOUNT


def test_pjm_names_with_commas_adjustments_and_credits():
    rows = [
        ("1200", "", "Day-ahead Spot Market Energy, Net", "", Decimal("-120.55")),
        ("1205", "A", "Balancing Spot Market Energy, Net, Adjusted", "09/2024", Decimal("3.10")),
        ("2340", "", "Regulation, Credits", "", Decimal("40.00")),
    ]
    period = (date(2024, 11, 1), date(2024, 11, 30))
    statement = pjm_bill.read_csv_statement(sandbox.pjm_csv(rows, account=ACCOUNT, period=period))
    lines = statement.lines.set_index("charge_code")
    assert list(lines.index) == ["1200", "1205A", "2340"]
    assert lines.at["1205A", "location"] == "09/2024"
    assert list(lines["amount_usd"]) == [Decimal("120.55"), Decimal("-3.10"), Decimal("40.00")]
    assert list(lines["iso_amount"]) == [Decimal("-120.55"), Decimal("3.10"), Decimal("40.00")]
    assert statement.amount_usd == Decimal("157.45")
    hours = (lines["interval_end"] - lines["interval_start"]).iloc[0] / pd.Timedelta(hours=1)
    assert hours == 30 * 24 + 1  # November holds the repeated hour


def test_pjm_xml_rows():
    data = (
        b"<ROWSET>"
        b"<ROW><BLI>1200</BLI><BILLING_LINE_ITEM_NAME>Spot, net</BILLING_LINE_ITEM_NAME><AMT>1,250.40</AMT></ROW>"
        b"<ROW><BLI>2340</BLI><BILLING_LINE_ITEM_NAME>Regulation</BILLING_LINE_ITEM_NAME><AMT>(2.50)</AMT></ROW>"
        b"<ROW><BLI>TOTAL_CHARGES</BLI><BILLING_LINE_ITEM_NAME/><AMT>1250.40</AMT></ROW></ROWSET>"
    )
    period = (date(2024, 11, 1), date(2024, 11, 30))
    statement = pjm_bill.read_xml_statement(data, account=ACCOUNT, period=period)
    assert statement.amount_usd == Decimal("-1252.90")
    with pytest.raises(TotalsDisagree):
        pjm_bill.read_xml_statement(data.replace(b"<AMT>1250.40", b"<AMT>1250.90"), account=ACCOUNT, period=period)


def test_pjm_spot_hours_in_gmt():
    head = b"PJM Spot Market Energy\n" * 5
    rows = b"a,b,c,11/03/2024 06:00,-225,45,-10125,-175,50,45,2250\na,b,c,11/03/2024 07:00,10,20,200,10,0,,0\n"
    rows += b"a,b,c,11/03/2024 08:00,0,20,0,0,0,,1.25\n"
    lines = read_hours(head + rows, account=ACCOUNT)
    assert list(lines["amount_usd"]) == [Decimal(10125), Decimal(-2250), Decimal(-200), Decimal("-1.25")]
    assert lines.loc[0, "quantity_mwh"] == 225
    assert pd.isna(lines.loc[3, "price_usd_per_mwh"]), "five-minute quantities that cancel out have no mean price"
    assert lines["interval_start"].iloc[0] == pd.Timestamp("2024-11-03 05:00", tz="UTC")
    assert set(lines["market_day"]) == {date(2024, 11, 3)}
