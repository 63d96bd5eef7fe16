"""What goes in: column checks, as-of prices, telemetry, the platform's own tables, charge tables as data."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from market_platform.errors import Infeasible, RuleBroken, SchemaChanged
from market_platform.settlement.calendars.overdue import overdue, read_ercot_calendar
from market_platform.settlement.charges.table import ISOS, charge_table, charges_on, name_of
from market_platform.settlement.inputs.columns import checked, latest
from market_platform.settlement.inputs.from_platform import awards_of_bids, price_history
from market_platform.settlement.inputs.profiling import seconds_weighted
from market_platform.settlement.inputs.telemetry import metered_from_telemetry
from market_platform.settlement.refusals import MalformedStatement, MissingInput
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform.settlement.shadow.positions import offer_cost_usd, spread_prices
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements.ercot_xml import read_statement, write_statement
from market_platform.settlement.statements.safe_xml import schema_errors
from market_platform.settlement.statements.statement import shadow_statement
from market_platform_tests.settlement import builders as b
from market_platform_tests.settlement.months import portfolio

DAY = date(2024, 7, 10)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.drop(columns="award_mw"), "missing columns"),
        (lambda frame: frame.assign(extra=1), "unknown columns"),
        (lambda frame: frame.assign(award_mw=np.nan), "empty values"),
        (lambda frame: frame.assign(interval_start=frame["interval_start"].dt.tz_convert("US/Central")), "UTC"),
        (lambda frame: frame.assign(interval_end=frame["interval_start"]), "ends before"),
        (lambda frame: pd.concat([frame, frame.head(1)]), "repeat a key"),
    ],
)
def test_frames_are_checked(spoil, message):
    frame = b.awards("ercot", DAY, 1.0)
    assert len(checked(frame, "awards")) == 24
    with pytest.raises(SchemaChanged, match=message):
        checked(spoil(frame), "awards")


def test_prices_as_of():
    first = b.prices("pjm", DAY, 10.0)
    later = b.prices("pjm", DAY, 12.0, version=2, known_from=b.KNOWN + pd.Timedelta(days=5))
    history = pd.concat([later, first], ignore_index=True)
    assert set(latest(history)["price_usd_per_mwh"]) == {12.0}
    assert set(latest(history, b.KNOWN + pd.Timedelta(days=4))["price_usd_per_mwh"]) == {10.0}


def _irregular(cuts, values):
    begin = pd.Timestamp("2024-11-03T05:00", tz="UTC")
    marks = [begin + pd.Timedelta(seconds=cut) for cut in cuts]
    frame = b.prices("nyiso", date(2024, 11, 3), 0.0, market="rt", minutes=5).head(len(values))
    frame[["interval_start", "interval_end"]] = pd.DataFrame({"a": marks[:-1], "b": marks[1:]}, index=frame.index)
    return frame.assign(price_usd_per_mwh=values, energy_usd_per_mwh=values)


def test_irregular_dispatch_intervals_count_by_their_seconds():
    prices = seconds_weighted(_irregular([0, 120, 330, 600], [30.0, 60.0, 90.0]), minutes=5)
    # 120 s at 30 and 180 s at 60; then 30 s at 60 and 270 s at 90.
    assert prices["price_usd_per_mwh"].tolist() == [48.0, 87.0]
    assert len(checked(prices, "prices")) == 2
    regular = b.prices("nyiso", DAY, 41.5, market="rt", minutes=5)
    pd.testing.assert_frame_equal(seconds_weighted(regular, minutes=5), regular, check_dtype=False)
    with pytest.raises(MissingInput, match="cover 270 s"):
        seconds_weighted(_irregular([0, 120, 330, 570], [30.0, 60.0, 90.0]), minutes=5)


def _telemetry(minutes):
    at = pd.date_range("2024-11-03T05:00", periods=minutes * 15, freq="4s", tz="UTC", unit="us")
    return pd.DataFrame({"resource": "B1", "at": at, "power_mw": np.repeat([12.0, -6.0], [75, len(at) - 75])})


def test_telemetry_becomes_energy():
    energy = metered_from_telemetry(_telemetry(15), minutes=5)
    assert energy["metered_mwh"].tolist() == [1.0, -0.5, -0.5]
    assert energy["coverage"].tolist() == [1.0, 1.0, 1.0]
    quarter = metered_from_telemetry(_telemetry(15), minutes=15)
    assert quarter["metered_mwh"].tolist() == [0.0]


@pytest.mark.parametrize("gap", [slice(75, 90), slice(75, 150)])
def test_thin_telemetry_is_refused(gap):
    readings = _telemetry(15)
    with pytest.raises(Infeasible, match="covers"):
        metered_from_telemetry(readings.drop(readings.index[gap]), minutes=5)


def test_every_charge_has_status_source_and_equation():
    codes = {iso: {charge.charge_code for charge in charge_table(iso)} for iso in ISOS}
    assert codes["caiso"] >= {"6011", "6460", "6470", "6475", "6477", "6100", "6200", "6500", "6600"}
    assert codes["pjm"] >= {"1200", "1205", "1210", "1215", "1220", "1225", "1340", "1500", "2340", "2210"}
    assert codes["ercot"] >= {"DAESAMT", "DAEPAMT", "RTEIAMT", "PCRUAMT", "WSLAMT"}
    assert codes["nyiso"] >= {"DA_ENERGY", "BAL_ENERGY", "DA_SPIN10", "BAL_SPIN10", "TCC", "ICAP"}
    for iso in ISOS:
        for charge in charge_table(iso):
            assert charge.equation
            assert charge.source
            assert (charge.status == "U") == ("unverified" in f"{charge.source} {charge.equation}"), charge


def test_pjm_settles_hours_until_march_2018_and_five_minutes_since():
    balancing = {
        day: {charge.interval_minutes for charge in charges_on("pjm", day) if charge.charge_code == "1205"}
        for day in (date(2018, 3, 31), date(2018, 4, 1))
    }
    assert balancing == {date(2018, 3, 31): {60}, date(2018, 4, 1): {5}}


def test_ftr_is_paid_the_congestion_spread():
    ends = [("A", 30.0, -4.25), ("B", 40.0, 6.0)]
    prices = pd.concat([b.prices("pjm", DAY, lmp, location=name, congestion=part) for name, lmp, part in ends])
    spreads = spread_prices(prices, [("A", "B")], component="congestion")
    awards = b.awards("pjm", DAY, 10.0, product="ftr", location="A>B")
    assert total_usd(settle("pjm", Inputs(awards=awards, prices=spreads))) == Decimal("10.25") * 10 * 24
    with pytest.raises(MissingInput, match="A>C"):
        spread_prices(prices, [("A", "C")])


def test_virtual_positions_close_in_real_time_without_a_meter():
    awards = b.awards("pjm", DAY, -20.0, product="virtual")  # a decrement bid: bought day-ahead, sold back
    prices = pd.concat([b.prices("pjm", DAY, 30.0), b.prices("pjm", DAY, 45.0, market="rt", minutes=5)])
    assert total_usd(settle("pjm", Inputs(awards=awards, prices=prices))) == Decimal(20 * 15 * 24)


def test_ercot_real_time_capacity_is_paid_on_the_difference():
    day = date(2026, 1, 15)
    awards = pd.concat(
        [
            b.awards("ercot", day, 10.0, product="regup"),
            b.awards("ercot", day, 4.0, market="rt", minutes=5, product="regup"),
        ]
    )
    prices = pd.concat(
        [
            b.prices("ercot", day, 6.0, product="regup"),
            b.prices("ercot", day, 9.0, market="rt", minutes=5, product="regup"),
        ]
    )
    lines = settle("ercot", Inputs(awards=awards, prices=prices))
    sums = {code: total_usd(part) for code, part in lines.groupby("charge_code")}
    assert sums == {"PCRUAMT": Decimal(10 * 6 * 24), "RTRUAMT": Decimal(-6 * 9 * 24)}
    assert len(lines[lines["charge_code"] == "RTRUAMT"]) == 96  # settled at five minutes, billed per fifteen


def test_block_offer_cost():
    offer = [(Decimal(50), Decimal(10)), (Decimal(100), Decimal(20))]
    assert offer_cost_usd(offer, Decimal(75), sloped=False) == 50 * 10 + 25 * 20
    with pytest.raises(MissingInput, match="offer ends"):
        offer_cost_usd(offer, Decimal(120), sloped=False)


def test_lake_versions_become_price_versions():
    start = pd.Timestamp("2024-11-03T05:00", tz="UTC")
    lmp = pd.DataFrame(
        {
            "market": "nyiso",
            "market_run": ["RTD", "RTD", "RTC", "DAM"],
            "location": "N.Y.C.",
            "market_day": date(2024, 11, 3),
            "interval_start": start,
            "interval_end": start + pd.Timedelta(minutes=5),
            "lmp_usd_per_mwh": [31.0, 30.0, 99.0, 28.5],
            "energy_usd_per_mwh": 25.0,
            "congestion_usd_per_mwh": 3.0,
            "loss_usd_per_mwh": 0.5,
            "known_from": [start + pd.Timedelta(days=2), start, start, start],
        }
    )
    history = checked(price_history("nyiso", lmp), "prices")
    real_time = history[history["market"] == "rt"].sort_values("version")
    assert real_time["price_usd_per_mwh"].tolist() == [30.0, 31.0]
    assert real_time["version"].tolist() == [1, 2]
    assert len(history) == 3
    assert price_history("nyiso", lmp.head(0)).empty


def test_awards_of_the_ledger_are_added_up():
    start = datetime(2024, 11, 3, 5, tzinfo=UTC)
    row = {
        "iso": "ercot",
        "participant": "ACME",
        "resource": "B1",
        "location": "N1",
        "market": "dam",
        "product": "energy",
        "kind": "storage",
        "market_day": date(2024, 11, 3),
        "interval_start": start,
        "interval_end": start + timedelta(hours=1),
        "awarded_mw": Decimal("10.5"),
    }
    frame = awards_of_bids([row, {**row, "awarded_mw": Decimal("-3.2")}, {**row, "kind": "virtual"}])
    assert checked(frame, "awards").set_index("product")["award_mw"].to_dict() == {"energy": 7.3, "virtual": 10.5}
    purchase = awards_of_bids([{**row, "product": "energy_bid", "kind": "virtual"}])
    assert purchase[["product", "award_mw"]].to_numpy().tolist() == [["virtual", -10.5]]
    assert awards_of_bids([]).empty
    assert awards_of_bids([{**row, "product": "flexible_ramp"}])["product"].tolist() == ["flexible_ramp"]
    with pytest.raises(RuleBroken, match="hour_ahead"):
        awards_of_bids([{**row, "market": "hour_ahead"}])


@pytest.mark.parametrize("iso", ISOS)
def test_an_award_without_a_known_charge_is_shown_unsettled_and_the_rest_settles(iso, recordings):
    day = date(2024, 11, 3)
    inputs = portfolio(iso, [day])
    odd = b.awards(iso, day, 12.5, product="flexible_ramp", resource="R9").iloc[2:5]
    lines = settle(iso, replace(inputs, awards=pd.concat([inputs.awards, odd], ignore_index=True)))
    apart = lines["charge_code"] == "UNSETTLED_DA_FLEXIBLE_RAMP"
    pd.testing.assert_frame_equal(lines[~apart].reset_index(drop=True), settle(iso, inputs))
    mine = lines[apart]
    assert mine["interval_start"].tolist() == odd["interval_start"].tolist()
    assert set(mine["quantity_mwh"]) == {Decimal("12.500000")}
    assert set(mine["resource"]) == {"R9"}
    assert set(mine["status"]) == {"U"}
    assert mine["price_usd_per_mwh"].isna().all()
    assert total_usd(mine) == 0
    assert "no charge known for flexible_ramp" in name_of(iso, "UNSETTLED_DA_FLEXIBLE_RAMP")
    if iso == "ercot":
        statement = shadow_statement(lines, market="RTM", statement_type="INITIAL", issued_on=day)
        data = write_statement(statement, participant_name="ACME")
        assert schema_errors(data, recordings / "bids/ercot/settlement_xsd/Statements.xsd") == []
        assert b"no charge known for flexible_ramp awards (da)" in data


def test_a_shadow_statement_is_written_in_ercots_schema(recordings):
    lines = settle("ercot", portfolio("ercot", [DAY]))
    shadow = shadow_statement(lines, market="RTM", statement_type="INITIAL", issued_on=date(2024, 7, 15))
    data = write_statement(shadow, participant_name="ACME")
    assert schema_errors(data, recordings / "bids/ercot/settlement_xsd/Statements.xsd") == []
    assert read_statement(data).amount_usd == total_usd(lines)
    with pytest.raises(MalformedStatement, match="one ISO and account"):
        shadow_statement(lines.head(0), market="RTM", statement_type="INITIAL", issued_on=DAY)


def test_overdue_statements():
    day = date(2024, 6, 14)
    late = overdue("ercot", [day], {("DAM", "INITIAL", day)}, today=date(2024, 8, 20))
    found = [(statement.market, statement.statement_type) for statement in late]
    assert found == [("RTM", "INITIAL"), ("RTM", "FINAL")]
    assert overdue("ercot", [day], set(), today=date(2024, 6, 18)) == []


def test_ercot_calendar(recordings):
    data = (
        b"<SETTLEMENT_CALENDAR_DATA><SETTLEMENT_CALENDAR><SETTLEMENTTYPE>RTM INITIAL</SETTLEMENTTYPE>"
        b"<OPERATINGDATE>2024-11-03</OPERATINGDATE><INVOICEDATE>2024-11-08T00:00:00</INVOICEDATE>"
        b"<DISPUTEDATE>2025-04-04T00:00:00</DISPUTEDATE></SETTLEMENT_CALENDAR></SETTLEMENT_CALENDAR_DATA>"
    )
    assert schema_errors(data, recordings / "bids/ercot/settlement_xsd/Settlements_Calendar.xsd") == []
    (entry,) = read_ercot_calendar(data)
    assert (entry.invoice_on, entry.dispute_until, entry.due_on) == (date(2024, 11, 8), date(2025, 4, 4), None)
    with pytest.raises(MalformedStatement):
        read_ercot_calendar(data.replace(b"2024-11-08", b"2024-19-08"))
