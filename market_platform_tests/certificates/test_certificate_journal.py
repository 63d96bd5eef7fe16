"""What people are shown of the ledger: journal, accounts and offers, what is picked, and who may take back a forward."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from market_platform.certificates.ledger.changing_hands import Rearrange, Settle, Transfer
from market_platform.certificates.ledger.closing import overdue
from market_platform.certificates.ledger.forward import Forward, agree, rescind
from market_platform.certificates.ledger.journal import Serials, accounts, journal, offers
from market_platform.certificates.ledger.parties import Lot
from market_platform.certificates.refusals import Overdrawn, UnknownCertificates
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, ALICE, BOB, NOON, World, parcel, part

# What is read here is the same SQL on both databases, which test_certificate_ledger.py runs.
pytestmark = pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)


@pytest.fixture
def traded(world):
    """Wind: 1 to 30 with Bob, 31 to 35 and 41 to 45 offered to him; solar untouched."""
    wind, _ = world.issue(parcel("W", 100), parcel("S", 50, fuel="solar"))
    (sale,) = world.post(Transfer((part(wind, 1, 30),), world.alice, world.bob, price_usd=Decimal("3.25")))
    world.post(Settle(sale, "accepted"), actor=BOB)
    world.post(Transfer((part(wind, 31, 35), part(wind, 41, 45)), world.alice, world.bob, price_usd=Decimal(3)))
    return world


def pieces(rows):
    return list(rows[["serial_base", "serial_start", "serial_end"]].itertuples(index=False, name=None))


def test_the_journal_by_party_by_serials_and_its_end(traded):
    with traded.book.ledger.read() as connection:
        everything = journal(connection)
        assert everything["posting_id"].tolist() == list(range(1, 7))
        assert everything["quantity"].tolist() == [100, 50, 30, 30, 5, 5]
        assert pieces(journal(connection, organization="Birch Power")) == [("W", 1, 30)]
        assert len(journal(connection, organization="Alder Energy")) == 6
        assert journal(connection, registry="nar").empty
        assert pieces(journal(connection, serials=Serials("W", 30, 34), after_posting=1)) == [
            ("W", 1, 30), ("W", 1, 30), ("W", 31, 35)
        ]  # fmt: skip
        assert pieces(journal(connection, serials=Serials("W", 36, 41), after_posting=1)) == [("W", 41, 45)]
        assert journal(connection, latest=2)["posting_id"].tolist() == [5, 6]


def test_accounts_and_offers(traded):
    with traded.book.ledger.read() as connection:
        held = accounts(connection)
        waiting = offers(connection)
        assert offers(connection, "Birch Power").equals(waiting)
        assert offers(connection, "Cedar").empty
        assert set(accounts(connection, "Birch Power")["organization"]) == {"Birch Power"}
    assert held.groupby(["organization", "kind"])["quantity"].sum()[lambda count: count > 0].to_dict() == {
        ("Alder Energy", "active"): 110, ("Alder Energy", "pending"): 10, ("Birch Power", "active"): 30
    }  # fmt: skip
    assert held["account_id"].min() == traded.alice
    assert waiting[["quantity", "price_usd", "serials"]].values.tolist() == [[10, Decimal(3), "W:31-35; W:41-45"]]
    assert waiting[["from_organization", "to_organization"]].values.tolist() == [["Alder Energy", "Birch Power"]]


def test_what_is_picked_comes_from_the_first_pieces_and_no_more_than_asked(traded):
    first = traded.book.pick(traded.alice, 7, fuel="wind")
    assert [(lot.serial_start, lot.serial_end) for lot in first] == [(36, 40), (46, 47)]
    assert sum(lot.quantity for lot in traded.book.pick(traded.alice, 60, fuel="wind")) == 60
    with pytest.raises(Overdrawn, match="holds 60 of the 61"):
        traded.book.pick(traded.alice, 61, fuel="wind")
    assert Lot(1, 5, 5).quantity == 1


def test_a_move_between_sub_accounts_is_called_what_it_is(book):
    world = World(book, "nygats")
    (lot,) = world.issue()
    held_in = "active"
    for kind in ("banked", "active", "compliance", "active", "banked", "compliance"):
        with book.ledger.read() as connection:
            mine = accounts(connection, "Alder Energy").set_index("kind")["account_id"]
        world.post(Rearrange((part(lot, 1, 10),), int(mine[held_in]), kind))
        held_in = kind
    with book.ledger.read() as connection:
        kinds = journal(connection)["kind"].tolist()
    assert kinds == ["issuance", "bank", "bank", "commitment", "commitment", "bank", "commitment"]


def test_trading_ends_at_its_moment(book):
    world = World(book, "nygats")
    world.issue()
    with book.ledger.read() as connection:
        assert overdue(connection, book.registries, datetime(2027, 7, 1, 3, 59, tzinfo=UTC)) == {}
        found = overdue(connection, book.registries, datetime(2027, 7, 1, 4, tzinfo=UTC))
    assert [operation.lots[0].quantity for operation in found["nygats"]] == [100]


def test_only_the_seller_and_the_administrator_take_a_forward_back_and_only_that_one(book):
    world = World(book)
    terms = (world.alice, world.bob, 40, date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 1))
    binding, free = (agree(book, Forward(*terms, rescindable), ALICE, NOON, "x") for rescindable in (False, True))
    with pytest.raises(UnknownCertificates, match=f"forward {free + 1}"):
        rescind(book, free + 1, ALICE, NOON, "x")
    assert (binding, free) == (1, 2)
    rescind(book, free, ADMINISTRATOR, NOON, "x")
