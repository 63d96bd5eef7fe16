"""The desk: look, transfer, accept, retire, bank, and the lists that tell what was done."""

from datetime import date
from decimal import Decimal

import pytest

from market_platform.certificates import desk as acts
from market_platform.certificates.compliance.duties import claim_of
from market_platform.certificates.desk import Desk, Wanted, serials_of
from market_platform.certificates.ledger.journal import Serials, accounts, journal, offers
from market_platform.certificates.refusals import NotAllowed, Overdrawn, UnknownCertificates
from market_platform.errors import Infeasible
from market_platform_tests.certificates.certificate_world import ALICE, BOB, NOON, World, parcel

OLD = {"generation_start": date(2025, 6, 1), "generation_end": date(2025, 6, 30)}


@pytest.fixture
def desk(book, reference) -> Desk:
    world = World(book, "mrets")
    world.issue(parcel("W1", 100), parcel("W0", 40, **OLD), parcel("S1", 30, fuel="solar", eligibility=()), cost="2.00")
    return Desk(book, reference, "Alder Energy")


def _account(desk, organization="Alder Energy"):
    return acts.account_of(desk, "mrets", organization)


def test_serials_are_read_as_the_lists_show_them():
    assert serials_of("G1-01-2026-MN-abc:7-50") == Serials("G1-01-2026-MN-abc", 7, 50)
    assert serials_of("SIM:A:9") == Serials("SIM:A", 9, 9)
    with pytest.raises(UnknownCertificates, match="BASE:FIRST-LAST"):
        serials_of("everything")


def test_holdings_by_what_a_person_asks_for(desk):
    def count(**asked):
        return int(acts.holdings(desk, **asked)["quantity"].sum())

    assert count() == 170
    assert count(fuel="solar") == 30
    assert count(state="MN") == count(state="MN", tier="Most utilities") == 140
    assert count(state="MN", tier="Xcel") == count(owner="Birch Power") == 0
    assert count(vintage_from=date(2026, 1, 1)) == 130
    assert count(vintage_to=date(2025, 12, 1)) == 40
    assert count(kinds=("banked",)) == 0


def test_an_offer_waits_is_listed_and_is_accepted(desk):
    wanted = Wanted(quantity=50, fuel="wind")
    done = acts.transfer(
        desk, _account(desk), "Birch Power", wanted, ALICE, NOON, "test", Decimal("3.10"), notes="deal 7"
    )
    with desk.book.ledger.read() as connection:
        (offer,) = offers(connection, "Birch Power").to_dict("records")
        assert offers(connection, "Nobody").empty
    # Oldest vintage first: all 40 of June 2025, then ten of January 2026.
    assert (offer["quantity"], offer["serials"], offer["price_usd"]) == (50, "W0:1-40; W1:1-10", Decimal("3.10"))
    acts.settle(desk, done.transaction_id, "accepted", BOB, NOON, "test")
    with desk.book.ledger.read() as connection:
        assert offers(connection).empty
        held = accounts(connection, "Birch Power").set_index("kind")["quantity"]
        assert held["active"] == 50
        lines = journal(connection, serials=Serials("W1", 5, 5))
        assert list(lines["kind"]) == ["issuance", "market_transfer", "market_transfer"]
        assert list(lines["outcome"])[1:] == ["accepted", "accepted"]
        assert len(journal(connection, organization="Birch Power")) == 2
        latest = journal(connection, latest=2)
        assert list(latest["posting_id"]) == sorted(latest["posting_id"])
        assert latest["previous_hash"].iloc[1] == latest["hash"].iloc[0]
        assert journal(connection, registry="wregis").empty


def test_named_serials_and_what_does_not_fit(desk):
    account = _account(desk)
    done = acts.retire(desk, account, Wanted((Serials("W1", 11, 20),)), "RPS", "customers", ALICE, NOON, "test")
    assert done.quantity == 10
    with pytest.raises(NotAllowed, match="count 10 certificates, not 11"):
        acts.lots_of(desk, account, Wanted((Serials("W1", 21, 30),), quantity=11))
    with pytest.raises(UnknownCertificates, match="how many"):
        acts.lots_of(desk, account, Wanted())
    with pytest.raises(Overdrawn, match="130 of the 131"):
        acts.lots_of(desk, account, Wanted(quantity=131, fuel="wind"))
    assert (
        sum(lot.quantity for lot in acts.lots_of(desk, account, Wanted(quantity=90, vintage_from=date(2026, 1, 1))))
        == 90
    )
    with pytest.raises(UnknownCertificates, match="list of accounts"):
        acts.lots_of(desk, 999, Wanted((Serials("W1", 1, 2),)))
    with pytest.raises(UnknownCertificates, match="0 active accounts"):
        acts.transfer(desk, account, "Cedar Trading", Wanted(quantity=1), ALICE, NOON, "test")


def test_the_account_must_be_named_where_there_are_several(desk):
    desk.book.open_account("mrets", "Alder Energy", ALICE, NOON, name="second")
    with pytest.raises(UnknownCertificates, match="2 active accounts"):
        _account(desk)
    assert acts.account_of(desk, "mrets", "Alder Energy", name="second") != acts.account_of(
        desk, "mrets", "Alder Energy", name="active"
    )


def test_a_retirement_for_a_programme_names_its_tier_and_period(desk):
    claim = claim_of(desk, "MN", "Most utilities", "2025")
    done = acts.retire(desk, _account(desk), Wanted(quantity=40, state="MN"), "RPS", "x", ALICE, NOON, "test", claim)
    with desk.book.ledger.read() as connection:
        line = journal(connection, latest=1).iloc[0]
    assert (done.quantity, line["programme_tier"], line["programme_period"]) == (40, "Most utilities", "2025")
    assert claim_of(desk, "DC", "Tier I", "2025").carve_outs == ("Solar",)
    with pytest.raises(Infeasible, match="has no tier"):
        claim_of(desk, "MN", "Tier I", "2025")


def test_banking_is_refused_where_the_registry_has_no_such_account(desk):
    with pytest.raises(NotAllowed, match="no banked sub-account"):
        acts.rearrange(desk, _account(desk), Wanted(quantity=5), "banked", ALICE, NOON, "test")
