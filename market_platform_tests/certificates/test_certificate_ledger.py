"""The life of certificates on SQLite and Postgres: what moves, what is refused, and that a refusal leaves no trace."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.chain import verify_chain
from market_platform.certificates.ledger.changing_hands import Rearrange, Settle, Transfer
from market_platform.certificates.ledger.closing import close_period, expire
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.leaving import Claim, Export, Remove, Retire, Unretire
from market_platform.certificates.refusals import (
    AlreadyRetired,
    DoubleCount,
    ExpiredVintage,
    NotAllowed,
    NotAvailable,
    Overdrawn,
    UnknownCertificates,
    WindowClosed,
    WrongOwner,
)
from market_platform.errors import StoreError
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, ALICE, BOB, NOON, World, parcel, part

BASE = "G1-01-2026-MN-abc"


def test_a_partial_transfer_splits_the_range_exactly(world):
    (lot,) = world.issue()
    (offer,) = world.post(Transfer((part(lot, 11, 60),), world.alice, world.bob))
    assert world.held() == [
        (BASE, 1, 10, "Alder Energy", "active"),
        (BASE, 11, 60, "Alder Energy", "pending"),
        (BASE, 61, 100, "Alder Energy", "active"),
    ]
    world.post(Settle(offer, "accepted"), actor=BOB)
    assert world.held() == [
        (BASE, 1, 10, "Alder Energy", "active"),
        (BASE, 11, 60, "Birch Power", "active"),
        (BASE, 61, 100, "Alder Energy", "active"),
    ]
    with world.book.ledger.read() as connection:
        assert audit(connection).by_kind == {"active": 100}


def test_a_lot_that_lies_in_pieces_moves_whole(world):
    (lot,) = world.issue()
    (offer,) = world.post(Transfer((part(lot, 11, 60),), world.alice, world.bob))
    world.post(Settle(offer, "withdrawn"))
    world.post(Retire((lot,), world.alice, "RPS", "customers of Alder"))
    assert [row[1:3] + row[4:] for row in world.held()] == [
        (1, 10, "retirement"), (11, 60, "retirement"), (61, 100, "retirement")
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn", "expired"])
def test_an_offer_that_is_not_taken_goes_back(world, outcome):
    (lot,) = world.issue()
    (offer,) = world.post(Transfer((lot,), world.alice, world.bob))
    actor = {"rejected": BOB, "withdrawn": ALICE, "expired": ADMINISTRATOR}[outcome]
    world.post(Settle(offer, outcome), actor=actor)
    assert world.held() == [(BASE, 1, 100, "Alder Energy", "active")]
    with pytest.raises(NotAvailable, match=outcome):
        world.post(Settle(offer, "accepted"), actor=BOB)


def _refusals():
    claim = Claim("MN", "Most utilities", Period("2026", date(2026, 1, 1), date(2026, 12, 31)))
    other = Claim("DC", "Solar", claim.period)
    late = Claim("MN", "Most utilities", Period("2031", date(2031, 1, 1), date(2031, 12, 31)))
    return {
        "over-retirement": (
            lambda w, lot: Retire((part(lot, 40, 140),), w.alice, "RPS", "x"),
            ALICE,
            UnknownCertificates,
        ),
        "more than held": (lambda w, lot: Retire((part(lot, 1, 100),), w.bob, "RPS", "x"), BOB, Overdrawn),
        "wrong owner": (lambda w, lot: Retire((part(lot, 1, 5),), w.alice, "RPS", "x"), BOB, WrongOwner),
        "not yours": (lambda w, lot: Retire((part(lot, 1, 5),), w.bob, "RPS", "x"), BOB, WrongOwner),
        "no reason": (lambda w, lot: Retire((part(lot, 1, 5),), w.alice, "", "x"), ALICE, NotAllowed),
        "unknown reason": (lambda w, lot: Retire((part(lot, 1, 5),), w.alice, "GREEN", "x"), ALICE, NotAllowed),
        "not certified": (lambda w, lot: Retire((part(lot, 1, 5),), w.alice, "RPS", "x", other), ALICE, NotAllowed),
        "expired vintage": (
            lambda w, lot: Retire((part(lot, 1, 5),), w.alice, "RPS", "x", late),
            ALICE,
            ExpiredVintage,
        ),
        "to oneself": (lambda w, lot: Transfer((part(lot, 1, 5),), w.alice, w.alice), ALICE, NotAllowed),
        "nothing": (lambda w, lot: Transfer((), w.alice, w.bob), ALICE, UnknownCertificates),
        "export to nowhere": (lambda w, lot: Export((part(lot, 1, 5),), w.alice, "wregis"), ALICE, NotAllowed),
        "no such sub-account": (lambda w, lot: Rearrange((part(lot, 1, 5),), w.alice, "banked"), ALICE, NotAllowed),
        "user unretires": (lambda w, lot: Unretire((part(lot, 1, 5),), w.alice, "oops"), ALICE, NotAllowed),
        "unretire the active": (
            lambda w, lot: Unretire((part(lot, 1, 5),), w.alice, "oops"),
            ADMINISTRATOR,
            NotAvailable,
        ),
        "user removes": (lambda w, lot: Remove((part(lot, 1, 5),), w.alice, "expired"), ALICE, NotAllowed),
    }


@pytest.mark.parametrize("case", _refusals())
def test_a_refusal_names_its_reason_and_leaves_no_trace(world, case):
    operation, actor, refusal = _refusals()[case]
    (lot,) = world.issue()
    (offer,) = world.post(Transfer((part(lot, 91, 100),), world.alice, world.bob))
    world.post(Settle(offer, "accepted"), actor=BOB)
    before, rows = world.held(), _journal_rows(world)
    with pytest.raises(refusal) as refused:
        world.post(_sound(world, lot, actor), operation(world, lot), actor=actor)
    assert str(refused.value)
    assert world.held() == before
    assert _journal_rows(world) == rows


def _sound(world, lot, actor):
    if actor == BOB:
        return Retire((part(lot, 95, 96),), world.bob, "RPS", "sound")
    return Retire((part(lot, 20, 30),), world.alice, "RPS", "sound")


def _journal_rows(world):
    with world.book.ledger.read() as connection:
        return [
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (tables.transactions, tables.postings, tables.outcomes)
        ]


def test_retired_is_retired_until_the_administrator_undoes_it(world):
    (lot,) = world.issue()
    world.post(Retire((part(lot, 1, 40),), world.alice, "RPS", "customers of Alder"))
    for operation in (
        Retire((part(lot, 40, 41),), world.alice, "RPS", "again"),
        Transfer((part(lot, 40, 40),), world.alice, world.bob),
        Export((part(lot, 1, 1),), world.alice, "nar"),
    ):
        with pytest.raises(AlreadyRetired):
            world.post(operation)
    world.post(Unretire((part(lot, 5, 8),), world.alice, "wrong quarter"), actor=ADMINISTRATOR)
    assert world.held() == [
        (BASE, 1, 4, "Alder Energy", "retirement"),
        (BASE, 5, 8, "Alder Energy", "active"),
        (BASE, 9, 40, "Alder Energy", "retirement"),
        (BASE, 41, 100, "Alder Energy", "active"),
    ]


def test_serials_enter_once(world):
    assert [lot.batch_id for lot in (*world.issue(), *world.issue(parcel("second")))] == [1, 2]
    for again in (parcel(serial_start=100, serial_end=120), parcel()):
        with pytest.raises(DoubleCount, match=rf"serials of {BASE} .* exist in this ledger"):
            world.issue(again)
    with pytest.raises(DoubleCount, match=r"serials of twice .* exist in this ledger"):
        world.issue(parcel("twice"), parcel("twice"))


def test_what_is_wrong_with_a_parcel_is_not_called_a_double_count(world):
    with pytest.raises(sa.exc.IntegrityError, match="generation"):
        world.issue(parcel(generation_end=date(2025, 12, 31)))


def test_export_and_import_never_count_twice(world):
    (lot,) = world.issue()
    abroad = World(world.book, "nar")
    arrival = parcel("NAR-7", 30, imported_from="mrets", imported_base=BASE, imported_start=1)
    with pytest.raises(DoubleCount, match="export them there first"):
        abroad.issue(arrival)
    world.post(Export((part(lot, 1, 30),), world.alice, "nar"))
    abroad.issue(arrival)
    with pytest.raises(DoubleCount):
        abroad.issue(parcel("NAR-8", 1, imported_from="mrets", imported_base=BASE, imported_start=30))
    with pytest.raises(NotAvailable):
        world.post(Retire((part(lot, 30, 30),), world.alice, "RPS", "x"))
    with pytest.raises(NotAllowed, match="two registries"):
        world.post(Transfer((part(lot, 31, 40),), world.alice, abroad.bob))


def test_nepool_moves_only_in_a_declared_window(book):
    world = World(book, "nepool_gis")
    (lot,) = world.issue()
    with pytest.raises(WindowClosed, match="declare_window"):
        world.post(Transfer((lot,), world.alice, world.bob))
    book.declare_window("nepool_gis", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC), "notice")
    (offer,) = world.post(Transfer((lot,), world.alice, world.bob))
    with pytest.raises(WindowClosed):
        world.post(Settle(offer, "accepted"), actor=BOB, at=datetime(2026, 3, 15, tzinfo=UTC))
    world.post(Settle(offer, "accepted"), actor=BOB, at=datetime(2026, 3, 14, 23, 59, tzinfo=UTC))
    world.post(Rearrange((part(lot, 1, 10),), world.bob, "banked"), actor=BOB)
    world.post(Remove((part(lot, 11, 100),), world.bob, "residual"), actor=ADMINISTRATOR)
    assert [row[4] for row in world.held()] == ["banked", "residual"]


def test_nygats_closes_the_prior_year_at_the_end_of_june_eastern(book):
    world = World(book, "nygats")
    (lot,) = world.issue()
    world.post(Rearrange((part(lot, 1, 1),), world.alice, "banked"), at=datetime(2027, 7, 1, 3, 59, tzinfo=UTC))
    with pytest.raises(WindowClosed, match="2026-01"):
        world.post(Rearrange((part(lot, 2, 2),), world.alice, "banked"), at=datetime(2027, 7, 1, 4, 0, tzinfo=UTC))


def test_ercot_certificates_live_three_compliance_periods(book):
    world = World(book, "ercot")
    (lot,) = world.issue()
    last = datetime(2029, 4, 1, 4, 59, tzinfo=UTC)
    world.post(Retire((part(lot, 1, 1),), world.alice, "voluntary", "x"), at=last)
    with pytest.raises(ExpiredVintage):
        world.post(Retire((part(lot, 2, 2),), world.alice, "voluntary", "x"), at=datetime(2029, 4, 1, 5, tzinfo=UTC))
    with pytest.raises(NotAllowed, match="no export"):
        world.post(Export((part(lot, 2, 2),), world.alice, "mrets"))


FORGED = """INSERT INTO certificate_postings
SELECT posting_id + {gap}, transaction_id, batch_id, {start}, {end}, from_account, to_account, at, actor, source,
  {seal}, hash
FROM certificate_postings WHERE posting_id = 3"""
TAMPERING = {
    "rewrite a posting": "UPDATE certificate_postings SET actor = 'mallory' WHERE posting_id = 1",
    "drop a posting": "DELETE FROM certificate_postings WHERE posting_id = 2",
    "rewrite terms": "UPDATE certificate_transactions SET notes = 'x'",
    "steal": "UPDATE certificate_holdings SET account_id = 2",
    "stretch": "UPDATE certificate_holdings SET serial_end = serial_end + 5",
    "wipe holdings": "DELETE FROM certificate_holdings",
    "invent serials": "INSERT INTO certificate_holdings VALUES (1, 500, 600, 1, 2, NULL)",
    "hold twice": "INSERT INTO certificate_holdings VALUES (1, 52, 52, 1, 3, NULL)",
    "raise a position": "UPDATE certificate_positions SET quantity = quantity + 1",
    "wipe positions": "DELETE FROM certificate_positions",
    "change the lifecycle": "UPDATE certificate_moves SET to_kind = 'active'",
    "retire twice": FORGED.format(gap=1, start=1, end=10, seal="hash"),
    "retire more than held": FORGED.format(gap=1, start=60, end=101, seal="hash"),
    "leave a gap in the chain": FORGED.format(gap=2, start=51, end=60, seal="hash"),
    "break the chain": FORGED.format(gap=1, start=51, end=60, seal="previous_hash"),
}


@pytest.mark.parametrize("crime", TAMPERING)
def test_the_database_itself_refuses_to_be_edited(world, crime):
    (lot,) = world.issue()
    world.post(Retire((part(lot, 1, 10),), world.alice, "RPS", "x"))
    world.post(Retire((part(lot, 11, 50),), world.alice, "RPS", "x"))
    with pytest.raises(sa.exc.IntegrityError), world.book.ledger.begin() as connection:
        connection.exec_driver_sql(TAMPERING[crime])
    with world.book.ledger.read() as connection:
        assert audit(connection).issued == 100


def test_an_altered_journal_is_found_out(world):
    (lot,) = world.issue()
    world.post(Retire((part(lot, 1, 10),), world.alice, "RPS", "x"))
    with world.book.ledger.read() as connection:
        assert verify_chain(connection) == 2
    with world.book.ledger.begin() as connection:
        drop = "certificate_postings_no_update" if world.book.ledger.dialect == "sqlite" else (
            "certificate_postings_append_only ON certificate_postings"
        )  # fmt: skip
        connection.exec_driver_sql(f"DROP TRIGGER {drop}")
        connection.exec_driver_sql("UPDATE certificate_postings SET source = 'elsewhere' WHERE posting_id = 1")
    with world.book.ledger.read() as connection, pytest.raises(StoreError, match="posting 1 "):
        verify_chain(connection)


def test_sales_carry_cost_and_realise_profit(world):
    (lot,) = world.issue(cost="2.50")
    (offer,) = world.post(Transfer((part(lot, 1, 40),), world.alice, world.bob, price_usd=Decimal("4.75")))
    world.post(Settle(offer, "accepted"), actor=BOB)
    with world.book.ledger.read() as connection:
        sale = connection.execute(sa.select(tables.realised)).one()
        costs = connection.execute(
            sa.select(tables.positions.c.account_id, tables.positions.c.quantity, tables.positions.c.cost_usd)
            .where(tables.positions.c.account_id.in_([world.alice, world.bob]))
            .order_by(tables.positions.c.account_id)
        ).all()
    assert (sale.quantity, sale.unit_price_usd, sale.unit_cost_usd) == (40, Decimal("4.75"), Decimal("2.5"))
    assert [tuple(row)[1:] for row in costs] == [(60, Decimal(150)), (40, Decimal(190))]


def test_issue_needs_an_open_active_account(world):
    with pytest.raises(UnknownCertificates, match="999"):
        world.post(Issue(999, (parcel(),)))
    assert NOON.tzinfo is UTC


def test_a_closed_period_retires_what_is_committed_and_leaves_the_rest_to_the_residual_mix(book):
    world = World(book, "nepool_gis")
    (lot,) = world.issue()
    book.declare_window("nepool_gis", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC), "notice")
    world.post(Rearrange((part(lot, 1, 40),), world.alice, "compliance"))
    world.post(Rearrange((part(lot, 41, 50),), world.alice, "banked"))
    with book.ledger.read() as connection:
        operations = close_period(connection, "nepool_gis", date(2026, 1, 1), date(2026, 3, 1))
    world.post(*operations, actor=ADMINISTRATOR, at=datetime(2026, 3, 16, tzinfo=UTC))
    assert [row[1:3] + row[4:] for row in world.held()] == [
        (1, 40, "retirement"), (41, 50, "banked"), (51, 100, "residual")
    ]  # fmt: skip
    with book.ledger.read() as connection:
        assert close_period(connection, "nepool_gis", date(2026, 1, 1), date(2026, 3, 1)) == []


def test_ercot_takes_out_what_expired_on_april_first(book):
    world = World(book, "ercot")
    world.issue(parcel(), parcel("young", generation_start=date(2027, 1, 1), generation_end=date(2027, 1, 31)))
    for day, count in ((datetime(2029, 4, 1, 4, 59, tzinfo=UTC), 0), (datetime(2029, 4, 1, 5, tzinfo=UTC), 1)):
        with book.ledger.read() as connection:
            operations = expire(connection, book.registries, "ercot", day)
        assert len(operations) == count
    world.post(*operations, actor=ADMINISTRATOR, at=day)
    assert [row[4] for row in world.held()] == ["expired", "active"]


def test_a_naive_moment_is_refused(world):
    with pytest.raises(StoreError, match="aware"):
        world.post(at=datetime(2026, 3, 2))  # noqa: DTZ001
