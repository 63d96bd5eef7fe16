"""Statements in and out: official schema, round trips, labels of clock-change days, refusals."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from market_platform.sandbox import statements as sandbox
from market_platform.settlement.refusals import (
    MalformedStatement,
    StatementRefused,
    TotalsDisagree,
    UnknownDay,
    UnsafeStatement,
    WrongAccount,
    WrongSign,
    fingerprint,
)
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import from_records, total_usd
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements import caiso_xml, ercot_xml, nyiso_bill
from market_platform.settlement.statements.ercot_extract import read_extract, with_determinants
from market_platform.settlement.statements.intake import READERS, receive, receive_all
from market_platform.settlement.statements.safe_xml import read_xml, schema_errors
from market_platform.settlement.statements.statement import line
from market_platform_tests.settlement import builders as b
from market_platform_tests.settlement.months import ACCOUNT, portfolio

CLOCK_DAYS = [date(2024, 3, 10), date(2024, 11, 3)]
DAYS = [*CLOCK_DAYS, date(2024, 7, 10)]
XSD = "bids/ercot/settlement_xsd/Statements.xsd"


def _ercot(day):
    lines = settle("ercot", portfolio("ercot", [day]))
    data = sandbox.ercot_xml(lines, account=ACCOUNT, day=day, issued_on=day + timedelta(days=5))
    return lines, data


@pytest.mark.parametrize("day", DAYS)
def test_ercot_round_trip_through_the_official_schema(day, recordings):
    lines, data = _ercot(day)
    assert schema_errors(data, recordings / XSD) == []
    statement = ercot_xml.read_statement(data)
    assert statement.amount_usd == total_usd(lines)
    written = ercot_xml.write_statement(statement, participant_name="SIMULATED ACME")
    assert schema_errors(written, recordings / XSD) == []
    again = ercot_xml.read_statement(written)
    assert ercot_xml.write_statement(again, participant_name="SIMULATED ACME") == written
    key = ["charge_code", "interval_start"]
    nonzero = again.lines[again.lines["iso_amount"] != 0].sort_values(key, ignore_index=True)
    before = statement.lines[statement.lines["iso_amount"] != 0].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(nonzero, before)
    hours = {date(2024, 3, 10): 23, date(2024, 11, 3): 25}.get(day, 24)
    assert again.lines.groupby("charge_code").size().to_dict() == {
        "DAEPAMT": hours,
        "DAESAMT": hours,
        "RTEIAMT": hours * 4,
    }


def test_schema_check_sees_a_fault(recordings):
    _, data = _ercot(DAYS[2])
    broken = data.replace(b"<Channel>1</Channel>", b"<Channel>one</Channel>")
    assert schema_errors(broken, recordings / XSD)


def test_ercot_resettlement_bills_the_difference():
    """NetAmount = StatementTotal - what the earlier statement billed: BILLAMT delta = current - previous."""
    _, data = _ercot(DAYS[2])
    first = ercot_xml.read_statement(data)
    change = Decimal("-0.66")  # the net of ERCOT notice W-C012813-01
    lines = first.lines.copy()
    lines.loc[0, "iso_amount"] += change
    final = replace(
        first,
        statement_type="FINAL",
        lines=lines,
        total_iso_amount=first.total_iso_amount + change,
        net_iso_amount=change,
        previous_iso_amount=first.total_iso_amount,
    )
    again = ercot_xml.read_statement(ercot_xml.write_statement(final, participant_name="ACME"))
    assert again.net_iso_amount == change
    assert again.net_usd == Decimal("0.66")
    assert again.previous_iso_amount == first.total_iso_amount
    assert again.version == 2


@pytest.mark.parametrize("iso", ["caiso", "nyiso"])
@pytest.mark.parametrize("day", CLOCK_DAYS)
def test_daily_lines_come_back_whole(iso, day):
    lines = settle(iso, portfolio(iso, [day]))
    if iso == "nyiso":
        data = sandbox.nyiso_csv(lines, account=ACCOUNT, invoice="1", issued_on=day)
        read = nyiso_bill.read_statement(data).lines
        assert (b"HB 24" in data) == (day == CLOCK_DAYS[1])  # NYISO-DST-3: the autumn bill runs to HB 24
    else:
        read = caiso_xml.read_statement(sandbox.caiso_xml(lines, account=ACCOUNT, day=day, issued_on=day)).lines
    key = ["charge_code", "resource", "interval_start"]
    pd.testing.assert_frame_equal(
        read.sort_values(key, ignore_index=True), lines.sort_values(key, ignore_index=True)[read.columns]
    )


def test_ercot_extract_tables():
    headers = (
        b"UIDDAMOUTPUTHEADER,SAVERECORDER,SAVECHANNEL,UIDBILLDETERMINANT,QSECODE,UIDSETLPOINT,UIDRESOURCE\n"
        b"7,REC,1,55,ACME,901,R1\n"
    )
    names = ",".join(f"INT{number:03d}" for number in range(1, 101))
    values = ",".join([*(f"{number}.5" for number in range(1, 26)), *[""] * 75])
    intervals = (
        f"UIDDAMOUTPUTHEADER,STARTTIME,STOPTIME,SPI,INTERVALCOUNT,{names}\n"
        f"7,2024-11-03T00:00:00,2024-11-03T23:59:59,3600,25,{values}\n"
    ).encode()
    table = read_extract(headers, intervals, {"55": "DAES"}, {"901": "HB_NORTH"})
    assert len(table) == 25
    assert set(table["determinant"]) == {"DAES"}
    assert set(table["location"]) == {"HB_NORTH"}
    assert sum(table["value"]) == Decimal("337.5")
    lines = from_records(
        [
            line(
                iso="ercot",
                account=ACCOUNT,
                market_day=date(2024, 11, 3),
                charge_code="DAESAMT",
                interval=(row["interval_start"], row["interval_end"]),
                iso_amount=Decimal(-10),
                positive_means="charge",
            )
            for row in table.to_dict("records")
        ]
    )
    filled = with_determinants(lines, table, {"DAESAMT": ("DAES", "DASPP")})
    assert filled["quantity_mwh"].tolist() == [Decimal(f"{number}.5") for number in range(1, 26)]
    assert filled["price_usd_per_mwh"].isna().all()
    with pytest.raises(MalformedStatement, match="do not fill"):
        read_extract(headers, intervals.replace(b",25,", b",24,"), {"55": "DAES"}, {"901": "HB_NORTH"})


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Statement>&c;</Statement>'
)
XXE = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><Statement>&x;</Statement>'


@pytest.mark.parametrize("data", [BOMB, XXE, XXE.decode().encode("utf-16"), b"<!DOCTYPE s SYSTEM 'http://x/y'><s/>"])
def test_entities_and_document_types_are_not_read(data):
    with pytest.raises(UnsafeStatement) as caught:
        read_xml(data)
    assert caught.value.sha256 == fingerprint(data)


def test_size_and_depth_are_bounded():
    with pytest.raises(UnsafeStatement, match="more than the 100"):
        read_xml(b"<s>" + b" " * 200 + b"</s>", largest_bytes=100)
    with pytest.raises(MalformedStatement):
        read_xml(b"<a>" * 5000 + b"</a>" * 5000)


REFUSALS = {
    "truncated": (MalformedStatement, lambda data: data[:-40]),
    "not xml": (MalformedStatement, lambda data: b"<html>busy</html>"),
    "empty": (MalformedStatement, lambda data: b""),
    "no such day": (MalformedStatement, lambda data: data.replace(b"07/10/2024", b"02/30/2024")),
    "amount is a word": (
        MalformedStatement,
        lambda data: data.replace(b"<IntervalValue>", b"<IntervalValue>x", 1),
    ),
    "intervals do not fit": (MalformedStatement, lambda data: data.replace(b"OfIntervals>96", b"OfIntervals>97")),
    "interval past the day": (MalformedStatement, lambda data: data.replace(b'NUM="96"', b'NUM="99"')),
    "total": (TotalsDisagree, lambda data: data.replace(b"<StatementTotal>", b"<StatementTotal>9")),
    "account": (WrongAccount, lambda data: data.replace(b"<AccountID>ACME", b"<AccountID>OTHER")),
    "unknown day": (UnknownDay, lambda data: data.replace(b"07/10/2024", b"07/12/2024")),
    "bomb": (UnsafeStatement, lambda data: BOMB),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_are_typed_and_carry_the_hash(case):
    kind, spoil = REFUSALS[case]
    _, data = _ercot(date(2024, 7, 10))
    bad = spoil(data)
    assert bad != data
    with pytest.raises(kind) as caught:
        receive(bad, READERS["ercot", "xml"], accounts={ACCOUNT}, known_days={date(2024, 7, 10)})
    assert caught.value.sha256 == fingerprint(bad)
    assert caught.value.reason == kind.__name__


@pytest.mark.parametrize("iso", ["caiso", "nyiso", "ercot"])
def test_the_wrong_sign_convention_is_refused_and_single_sign_errors_are_not(iso):
    day = date(2024, 7, 10)
    lines = settle(iso, portfolio(iso, [day]))
    mirrored = lines.copy()
    mirrored["iso_amount"] = -mirrored["iso_amount"]
    one = lines.copy()
    one.loc[3, "iso_amount"] = -one.loc[3, "iso_amount"]

    def write(frame):
        if iso == "nyiso":
            return sandbox.nyiso_csv(frame, account=ACCOUNT, invoice="1", issued_on=day)
        writer = sandbox.caiso_xml if iso == "caiso" else sandbox.ercot_xml
        return writer(frame, account=ACCOUNT, day=day, issued_on=day)

    read = READERS[iso, "csv" if iso == "nyiso" else "xml"]
    context = {"accounts": {ACCOUNT}, "known_days": {day}, "expected": lines}
    with pytest.raises(WrongSign, match="mirror the expected"):
        receive(write(mirrored), read, **context)
    assert receive(write(one), read, **context).account == ACCOUNT


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_mirrored_pjm_bill_is_refused(mirrored):
    day = date(2024, 11, 3)
    parts = {"congestion": 2.5, "loss": 1.25}
    prices = pd.concat(
        [b.prices("pjm", day, 40.0, **parts), b.prices("pjm", day, 55.0, market="rt", minutes=5, **parts)]
    )
    inputs = Inputs(awards=b.awards("pjm", day, 80.0), meter=b.meter("pjm", day, 5.0), prices=prices)
    lines = settle("pjm", inputs)
    totals = lines.groupby("charge_code")["iso_amount"].agg(lambda values: sum(values, Decimal("0.00")))
    assert (totals != 0).sum() == 6
    rows = [(code, "", code, "", -amount if mirrored else amount) for code, amount in totals.items()]
    data = sandbox.pjm_csv(rows, account=ACCOUNT, period=(day, day))
    context = {"accounts": {ACCOUNT}, "known_days": {day}, "expected": lines}
    if mirrored:
        with pytest.raises(WrongSign, match="6 of 6 charges"):
            receive(data, READERS["pjm", "csv"], **context)
    else:
        assert receive(data, READERS["pjm", "csv"], **context).amount_usd == total_usd(lines)


def test_one_bad_statement_stops_none_of_the_others():
    day = date(2024, 7, 10)
    _, data = _ercot(day)
    read = READERS["ercot", "xml"]
    result = receive_all([(BOMB, read), (data, read), (b"", read)], accounts={ACCOUNT}, known_days={day})
    assert [statement.first_day for statement in result.statements] == [day]
    assert [(refusal.reason, kept) for refusal, kept in result.refused] == [
        ("UnsafeStatement", BOMB),
        ("MalformedStatement", b""),
    ]


def _nyiso_bytes():
    day = date(2024, 11, 3)
    lines = settle("nyiso", portfolio("nyiso", [day]))
    return sandbox.nyiso_csv(lines, account=ACCOUNT, invoice="1", issued_on=day)


def _pjm_bytes():
    rows = [("1200", "", "Spot, net", "", Decimal(5))]
    return sandbox.pjm_csv(rows, account=ACCOUNT, period=(date(2024, 11, 1), date(2024, 11, 30)))


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (_nyiso_bytes, lambda data: data[: len(data) // 2]),
        (_nyiso_bytes, lambda data: data.replace(b"HB 24", b"HB 25")),
        (_nyiso_bytes, lambda data: data.replace(b"MWh,Price", b"Price,MWh")),
        (_nyiso_bytes, lambda data: b"\xff\xfe" + data),
        (_pjm_bytes, lambda data: data[:-20]),
        (_pjm_bytes, lambda data: data.replace(b"Spot, net,,", b"Spot")),
        (_pjm_bytes, lambda data: data.replace(b"11/30/2024", b"30.11.2024")),
    ],
)
def test_damaged_csv_is_refused(make, spoil):
    data = make()
    reader = READERS["nyiso" if make is _nyiso_bytes else "pjm", "csv"]
    assert reader(data).account == ACCOUNT
    with pytest.raises(StatementRefused):
        reader(spoil(data))


def test_local_times_are_utc_inside():
    lines, _ = _ercot(CLOCK_DAYS[1])
    assert lines["interval_start"].min() == pd.Timestamp(datetime.fromisoformat("2024-11-03T05:00:00+00:00"))
