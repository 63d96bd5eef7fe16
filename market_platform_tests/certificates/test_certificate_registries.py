"""Eight registries with their rules and an export each, read through the mapping that the user may edit."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.tables import MOVES, moves
from market_platform.certificates.registries.exports import (
    mapping_from,
    parcels,
    read_export,
    simulated_holdings,
    write_export,
)
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sandbox.world import World as SmallWorld
from market_platform.store.ledger import metadata
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, NOON, REFERENCE

EIGHT = ("mrets", "nar", "wregis", "nepool_gis", "pjm_gats", "ercot", "nygats", "california")


@pytest.fixture(scope="module")
def issuance():
    return SmallWorld(7).rec_issuance(date(2026, 1, 1))


def _mapping(registry):
    return mapping_from((REFERENCE / "mappings" / f"{registry}.csv").read_bytes())


def test_there_are_eight_and_each_rule_has_its_source(reference, registry_rules):
    assert set(reference.registries) == set(EIGHT)
    assert registry_rules.set_index(["registry", "item"]).index.is_unique
    assert set(registry_rules["status"]) <= {"verified", "secondary"}


@pytest.mark.parametrize("registry", EIGHT)
def test_a_simulated_export_is_read_back_through_the_mapping(registry, issuance):
    held = simulated_holdings(issuance, registry)
    content = write_export(held, _mapping(registry))
    read = read_export(content, _mapping(registry))
    for column in ("generator", "fuel", "location", "vintage", "quantity", "serial_base", "serial_start", "serial_end"):
        assert read[column].tolist() == held[column].tolist(), column
    assert (read["quantity"] > 0).all()


def test_an_export_fills_the_ledger(book, issuance):
    read = read_export(write_export(simulated_holdings(issuance, "nygats"), _mapping("nygats")), _mapping("nygats"))
    account = book.open_account("nygats", "Alder Energy", ADMINISTRATOR, NOON)
    book.post([Issue(account, parcels(read))], ADMINISTRATOR, NOON, "nygats export")
    with book.ledger.read() as connection:
        assert audit(connection).issued == read["quantity"].sum()


def test_m_rets_headings_and_its_own_serial_text():
    content = (
        b"Account,Account ID,M-RETS ID,Organization,Generator,Fuel Type,Vintage,Generation Start,Generation End Date,"
        b"Location,Type,Eligibility,Quantity,Serial Numbers\r\n"
        b"Main,9,M7,Prairie,Ridge,Wind,01/2009,01/01/2009,01/31/2009,MI,active,MN:Most utilities,1,"
        b"MIRECS-123-MI-01-2009-123-1 to 1\r\n"
    )
    (parcel,) = parcels(read_export(content, _mapping("mrets")))
    assert (parcel.serial_base, parcel.quantity) == ("MIRECS-123-MI-01-2009-123", 1)
    assert (parcel.vintage, parcel.eligibility) == (date(2009, 1, 1), (("MN", "Most utilities"),))


def test_a_user_edits_the_mapping_to_the_headings_of_his_export():
    mapping = mapping_from(
        b"field,heading,format\ngenerator,WREGIS GU ID,\nfuel,Fuel,\nlocation,St,\nvintage,Vintage,%m/%Y\n"
        b"quantity,Quantity,\nserials,Certificate Serial Numbers,(?P<base>.+)-(?P<start>\\d+)-(?P<end>\\d+)\n"
    )
    content = (
        b"WREGIS GU ID,Fuel,St,Vintage,Quantity,Certificate Serial Numbers,More\r\n"
        b'W1,Solar,CA,02/2026,"1,200","9-CA-11-1-1200",x\r\n'
    )
    assert read_export(content, mapping)["quantity"].tolist() == [1200]


ROW = "A,H,G,wind,TX,01/2026,,{quantity},{serials},active"
HEAD = "Account,Account Holder,Generator ID,Fuel,State,Vintage,Eligibility,Quantity,Serial Numbers,Status"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (HEAD + "\n" + ROW.format(quantity=31, serials="000001 -- 000030"), SchemaChanged, "line 2"),
        (HEAD + "\n" + ROW.format(quantity=31, serials="1 to 31"), SchemaChanged, "does not fit"),
        (HEAD + "\n" + ROW.format(quantity="3.5", serials="1 -- 3"), SchemaChanged, "whole number"),
        (HEAD.replace("Vintage", "Month") + "\n" + ROW.format(quantity=1, serials="1 -- 1"), SchemaChanged, "Vintage"),
        (HEAD, SchemaChanged, "any row"),
        ("\xff", UnreadablePayload, "CSV"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(content, error, message):
    with pytest.raises(error, match=message):
        read_export(content.encode("latin-1"), _mapping("ercot"))


def test_wregis_creates_on_day_ninety(reference):
    assert reference.registries["wregis"].issued_by(date(2026, 1, 31)) == date(2026, 5, 1)
    assert reference.registries["mrets"].issued_by(date(2026, 1, 31)) is None


def test_daylight_saving_moves_the_nygats_minute(reference):
    ends = reference.registries["nygats"].trading_ends_at(date(2025, 3, 1))
    assert ends.astimezone(UTC) == datetime(2026, 7, 1, 4, 0, tzinfo=UTC)


def test_the_migration_makes_exactly_the_declared_tables(ledger):
    inspector = sa.inspect(ledger.engine)
    for table in (table for name, table in metadata.tables.items() if name.startswith("certificate_")):
        assert {column["name"] for column in inspector.get_columns(table.name)} == set(table.c.keys())
        assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [key.name for key in table.primary_key]
        assert {check["name"] for check in inspector.get_check_constraints(table.name)} == {
            check.name for check in table.constraints if isinstance(check, sa.CheckConstraint)
        }
    with ledger.read() as connection:
        seeded = {tuple(row) for row in connection.execute(sa.select(moves))}
    assert seeded == {(kind, start, goal, bool(same)) for kind, start, goal, same in MOVES}
