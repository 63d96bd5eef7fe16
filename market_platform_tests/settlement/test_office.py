"""The office on the simulated markets: days settled, statements taken, errors named, corrections followed, junk refused."""

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
import sqlalchemy as sa

from market_platform.contracts.families.settlement import SETTLEMENT_LINES, SETTLEMENT_POSITIONS, SETTLEMENT_VARIANCES
from market_platform.defs.settlement import office
from market_platform.defs.settlement.identity import energy_codes, expected_energy_usd
from market_platform.defs.settlement.inbox import take_inbox, take_one
from market_platform.defs.settlement.reconciling import reconcile_again
from market_platform.defs.settlement.sensors import touched_market_days
from market_platform.defs.settlement.simulated_statements import post_statements, seeded_errors, statements_folder
from market_platform.errors import SchemaChanged
from market_platform.sandbox import statements as wire
from market_platform.sandbox.statements_portfolio import ACCOUNT
from market_platform.settlement.books import tables, view
from market_platform.settlement.books.keep import Kept
from market_platform_tests.settlement.house import NOW, Clock, correct, fill, open_house

ORDINARY, SPRING, AUTUMN = date(2026, 11, 18), date(2026, 3, 8), date(2026, 11, 1)
# Each ISO on one clock-change day; NYISO's is in the test of corrections.
CHANGES = {"caiso": SPRING, "ercot": AUTUMN, "pjm": AUTUMN}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """All ISOs with one settled clock-change day."""
    platform = open_house(tmp_path_factory.mktemp("office"))
    for iso, day in CHANGES.items():
        fill(platform, iso, [day])
        office.lay_in_positions(platform, iso, day)
        office.settle_day(platform, iso, day)
    return platform


@pytest.fixture(scope="module")
def billed(house):
    """The statements of the simulated ISOs, taken."""
    post_statements(house)
    return take_inbox(house)


@pytest.mark.parametrize("iso", CHANGES)
def test_a_clock_change_day_settles_to_the_identity(house, iso):
    _assert_identity(house, iso, CHANGES[iso])


def _assert_identity(platform, iso, day):
    lines = platform.lake.read(SETTLEMENT_LINES, f"feed = '{iso}_shadow_settlement' AND market_day = DATE '{day}'")
    hours = lines["interval_start"].dt.floor("h").nunique()
    assert hours == {SPRING: 23, AUTUMN: 25}.get(day, 24)
    energy = lines[lines["charge_code"].isin(energy_codes(iso, day))]
    assert abs(energy["amount_usd"].sum() - expected_energy_usd(platform, iso, day)) <= 0.005 * len(energy)
    assert abs(energy["amount_usd"].sum()) > 1000


def test_every_error_that_was_put_in_is_named_and_no_other(house, billed):
    assert [result.outcome for result in billed] == ["taken"] * 4, billed
    assert _assert_errors_named(house) == set(CHANGES)


def _assert_errors_named(platform):
    with platform.ledger.read() as connection:
        rows = view.statement_rows(connection)
        for row in rows:
            labels = seeded_errors(platform, row["file_name"])
            put_in = sorted(zip(labels["charge_code"], labels["kind"], labels["effect_usd"], strict=True))
            found = view.variance_rows(connection, sha256=row["sha256"])
            assert sorted((each["charge_code"], each["cause"], str(each["variance_usd"])) for each in found) == put_in
            assert {"wrong_price", "wrong_quantity", "missing", "sign"} <= set(labels["kind"])
            assert len(put_in) >= 6
            assert row["unexplained_usd"] == 0
            assert row["explained_usd"] == row["variance_usd"] == sum(each["variance_usd"] for each in found)
    return {row["iso"] for row in rows}


@pytest.mark.long
def test_doing_all_of_it_again_changes_nothing(house, billed):
    versions = {contract.name: house.lake.version(contract) for contract in (SETTLEMENT_LINES, SETTLEMENT_POSITIONS)}
    for iso, day in CHANGES.items():
        office.lay_in_positions(house, iso, day)
        settled = office.settle_day(house, iso, day)
        assert (settled.rows_changed, settled.kept) == (0, Kept(0, 0))
    assert post_statements(house) == []
    with house.ledger.read() as connection:
        statements = view.statement_rows(connection)
    for row in statements:
        assert office.reconcile(house, row["sha256"]).kept == Kept(0, 0)
        data = house.archive.read(row["sha256"])
        assert office.take_file(house, row["file_name"], data).kept == Kept(0, 0)
    assert versions == {
        contract.name: house.lake.version(contract) for contract in (SETTLEMENT_LINES, SETTLEMENT_POSITIONS)
    }


def test_a_statement_is_read_back_from_the_books_as_it_came(house, billed):
    with house.ledger.read() as connection:
        row = next(row for row in view.statement_rows(connection) if row["iso"] == "caiso")
    kept = office.received_statement(house, row["sha256"][:16])
    taken = office.take_file(house, row["file_name"], house.archive.read(row["sha256"])).statement
    order = ["charge_code", "resource", "location", "interval_start", "amount_usd"]
    pd.testing.assert_frame_equal(
        kept.lines.sort_values(order, ignore_index=True), taken.lines.sort_values(order, ignore_index=True)
    )
    assert (kept.amount_usd, kept.net_usd) == (taken.amount_usd, taken.net_usd)


@pytest.mark.long
def test_a_corrected_price_resettles_exactly_the_touched_intervals(tmp_path):
    clock = Clock()
    platform = open_house(tmp_path, clock=clock)
    fill(platform, "nyiso", [ORDINARY, AUTUMN])
    for day in (ORDINARY, AUTUMN):
        office.lay_in_positions(platform, "nyiso", day)
        office.settle_day(platform, "nyiso", day)
        _assert_identity(platform, "nyiso", day)
    post_statements(platform)
    take_inbox(platform)
    assert _assert_errors_named(platform) == {"nyiso"}
    reconcile_again(platform, AUTUMN, "settlement_reconciliation")
    assert touched_market_days(platform) == []
    clock.pass_by(hours=3)
    moved = correct(platform, "nyiso_rt_lbmp_zone", ORDINARY, "NORTH", 12.5)
    assert [(iso, day) for iso, day, _ in touched_market_days(platform)] == [("nyiso", ORDINARY)]
    clock.pass_by(minutes=1)
    settled = office.settle_day(platform, "nyiso", ORDINARY)
    fresh = platform.lake.read(
        SETTLEMENT_LINES, f"side = 'expected' AND known_from = TIMESTAMPTZ '{clock.now.isoformat()}'"
    )
    assert set(fresh["interval_start"]) == moved
    assert set(fresh["charge_code"]) == {"BAL_ENERGY"}
    assert settled.rows_changed == len(fresh) == len(moved)
    assert touched_market_days(platform) == []
    # The bill of that day now differs, and the bill of the other is not looked at again.
    again, changed, _ = reconcile_again(platform, AUTUMN, "settlement_reconciliation")
    assert again == 1
    found = platform.lake.read(SETTLEMENT_VARIANCES, "cause = 'wrong_version'")
    assert set(found["interval_start"]) == moved - _seeded_intervals(platform)
    assert changed >= len(found)
    assert reconcile_again(platform, AUTUMN, "settlement_reconciliation")[:2] == (0, 0)


def _seeded_intervals(platform):
    labels = pd.concat(
        [seeded_errors(platform, path.name) for path in (statements_folder(platform) / "taken").iterdir()]
    )
    return set(pd.to_datetime(labels["interval_start"], utc=True))


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Statement>&b;</Statement>'
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><SettlementStatement>&e;</SettlementStatement>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "UnsafeStatement"),
        (XXE, "UnsafeStatement"),
        (b"<Statement><AccountSection>", "MalformedStatement"),
        (b"<Other/>", "MalformedStatement"),
        (b"PK\x03\x04 no zip", "MalformedStatement"),
        (b"Organization,DESK\nInvoice,1\n", "MalformedStatement"),
        (b"PJM Monthly Billing Statement\nAccount,X\n", "MalformedStatement"),
        (b"\x00\x01", "MalformedStatement"),
        (b"", "MalformedStatement"),
    ],
    ids=["bomb", "xxe", "cut", "stranger", "zip", "nyiso cut", "pjm cut", "bytes", "nothing"],
)
def test_junk_is_refused_and_kept_in_quarantine(house, data, reason):
    result = take_one(house, "junk.bin", data)
    assert result.outcome == "refused"
    assert result.message.startswith(reason)
    with house.ledger.read() as connection:
        rows = connection.execute(sa.select(tables.refusals)).mappings().all()
    (mine,) = [row for row in rows if house.archive.read(row["sha256"]) == data]
    assert mine["reason"] == reason


def test_what_is_not_ours_is_refused(house, billed):
    lines = office.received_statement(house, _statement_of(house, "caiso")).lines
    day = CHANGES["caiso"]
    foreign = wire.caiso_xml(lines, account="SOMEBODY", day=day, issued_on=day)
    unknown = wire.caiso_xml(
        lines.assign(market_day=day + timedelta(days=30)), account=ACCOUNT, day=day + timedelta(days=30), issued_on=day
    )
    mirrored = lines.assign(iso_amount=-lines["iso_amount"])
    turned = wire.caiso_xml(mirrored, account=ACCOUNT, day=day, issued_on=day)
    for data, reason in ((foreign, "WrongAccount"), (unknown, "UnknownDay"), (turned, "WrongSign")):
        result = take_one(house, "x.xml", data)
        assert (result.outcome, result.message.split(":")[0]) == ("refused", reason)


def _statement_of(platform, iso):
    with platform.ledger.read() as connection:
        return next(row["sha256"] for row in view.statement_rows(connection) if row["iso"] == iso)


def test_a_day_that_cannot_be_settled_says_why(house):
    running = office.settle_day(house, "nyiso", NOW.date())
    assert "ends at 2026-11-21 05:00 UTC" in running.note
    empty = office.settle_day(house, "nyiso", date(2026, 10, 5))
    assert "no prices of nyiso for 2026-10-05" in empty.note


def test_the_users_own_files_are_settled(tmp_path):
    fill(open_house(tmp_path), "pjm", [ORDINARY])
    platform = open_house(tmp_path, origin="live")
    assert office.lay_in_positions(platform, "pjm", ORDINARY).empty
    assert "data/inbox/awards" in office.settle_day(platform, "pjm", ORDINARY).note
    start = pd.Timestamp("2026-11-18T15:00Z")
    who = {"iso": "PJM", "account": "ACME", "resource": "SUN1", "location": "WESTERN HUB"}
    awards = pd.DataFrame(
        [{**who, "market": "da", "product": "energy", "interval_start": start, "interval_end": start + pd.Timedelta("1h"),
          "award_mw": 12.0}]
    )  # fmt: skip
    moments = pd.date_range(start, periods=12, freq="5min")
    meter = pd.DataFrame(
        [{**who, "interval_start": at, "interval_end": at + pd.Timedelta("5min"), "metered_mwh": 1.1, "storage": "no"}
         for at in moments]
    )  # fmt: skip
    for kind, frame in (("awards", awards), ("meter", meter)):
        folder = tmp_path / "inbox" / kind
        folder.mkdir(parents=True)
        frame.to_csv(folder / "mine.csv", index=False)
    rows = office.lay_in_positions(platform, "pjm", ORDINARY)
    assert rows["origin"].value_counts().to_dict() == {"meter file": 12, "awards file": 1}
    lines = office.settle_day(platform, "pjm", ORDINARY).lines
    total = lines["amount_usd"].sum()
    assert abs(float(total) - expected_energy_usd(platform, "pjm", ORDINARY)) <= 0.005 * len(lines)
    assert isinstance(total, Decimal)
    assert set(lines["charge_code"]) == {"1200", "1205", "1210", "1215", "1220", "1225"}
    meter.drop(columns="location").to_csv(tmp_path / "inbox" / "meter" / "mine.csv", index=False)
    with pytest.raises(SchemaChanged, match=r"mine.csv: missing columns \['location'\]"):
        office.lay_in_positions(platform, "pjm", ORDINARY)
