"""Positions, value and profit, and forward transfers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from market_platform.certificates.ledger.changing_hands import Settle, Transfer
from market_platform.certificates.ledger.forward import Forward, agree, deliver, rescind
from market_platform.certificates.ledger.journal import offers
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.positions import (
    by,
    by_eligibility,
    certified_for,
    positions,
    profit_and_loss,
    realised_profit,
    valued,
    with_expiry,
)
from market_platform.certificates.refusals import NotAllowed, WrongOwner
from market_platform.certificates.reports.plots import position_figure
from market_platform_tests.certificates.certificate_world import ALICE, BOB, NOON, World, parcel, part


@pytest.fixture
def traded(world):
    wind, solar = world.issue(
        parcel("W", 100), parcel("S", 50, fuel="solar", eligibility=(("DC", "Solar"), ("DC", "Tier I"))), cost="2.00"
    )
    (sale,) = world.post(Transfer((part(wind, 1, 30),), world.alice, world.bob, price_usd=Decimal("3.25")))
    world.post(Settle(sale, "accepted"), actor=BOB)
    world.post(Transfer((part(wind, 31, 40),), world.alice, world.bob))
    world.post(Retire((part(solar, 1, 20),), world.alice, "RPS", "customers"))
    return world


def test_positions_by_every_dimension(traded):
    with traded.book.ledger.read() as connection:
        rows = positions(connection)
        mine = positions(connection, owner="Birch Power")
    found = by(rows, "owner", "account_kind").set_index(["owner", "account_kind"])["quantity"].to_dict()
    assert found == {
        ("Alder Energy", "active"): 90, ("Alder Energy", "pending"): 10, ("Alder Energy", "retirement"): 20,
        ("Birch Power", "active"): 30,
    }  # fmt: skip
    assert by(rows, "fuel")["quantity"].tolist() == [50, 100]
    assert by(rows, "registry", "vintage").values.tolist() == [["mrets", date(2026, 1, 1), 150, 150, Decimal("337.5")]]
    assert by_eligibility(rows)[["state", "tier", "quantity"]].values.tolist()[:2] == [
        ["DC", "Solar", 50], ["DC", "Tier I", 50]
    ]  # fmt: skip
    assert mine["cost_usd"].tolist() == [Decimal("97.5")]


def test_the_plot_stacks_to_what_is_held(traded):
    with traded.book.ledger.read() as connection:
        axes = position_figure(positions(connection)).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 150
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["solar", "wind"]


def test_expiry_is_the_last_day_any_certified_programme_takes_it(traded, reference):
    with traded.book.ledger.read() as connection:
        rows = with_expiry(positions(connection), reference.registries, reference.programmes)
    days = rows.groupby("fuel")["expires_on"].first()
    assert days["solar"] == date(2031, 1, 31), "five years for local solar credits"
    assert days["wind"] is None, "Minnesota counts periods, not days"


def test_value_and_profit(traded):
    with traded.book.ledger.read() as connection:
        rows, sales = positions(connection, owner="Alder Energy"), realised_profit(connection)
    marks = pd.DataFrame({"fuel": ["wind"], "price_usd": [Decimal("2.60")]})
    marked = valued(rows[rows["account_kind"] == "active"], marks, on=["fuel"]).set_index("fuel")
    assert marked.loc["wind", ["value_usd", "unrealised_usd"]].tolist() == [Decimal(156), Decimal(36)]
    assert marked.loc["solar", ["value_usd", "unrealised_usd"]].isna().all(), "no mark was given"
    assert sales[["owner", "quantity", "proceeds_usd", "profit_usd", "uncosted_quantity"]].values.tolist() == [
        ["Alder Energy", 30, Decimal("97.5"), Decimal("37.5"), 0]
    ]


def test_inventory_and_profit_by_any_dimension(traded, reference):
    with traded.book.ledger.read() as connection:
        rows, sales = positions(connection, owner="Alder Energy"), realised_profit(connection)
    marks = pd.DataFrame({"fuel": ["wind"], "price_usd": [Decimal("2.60")]})
    held = with_expiry(valued(rows[rows["account_kind"] == "active"], marks, on=["fuel"]), {}, reference.programmes)
    sold = with_expiry(sales, {}, reference.programmes)
    table = profit_and_loss(held, sold, ["owner", "fuel"]).set_index("fuel")
    assert table.loc["wind", ["unrealised_usd", "sold", "proceeds_usd", "realised_usd"]].tolist() == [
        Decimal(36), 30, Decimal("97.5"), Decimal("37.5"),
    ]  # fmt: skip
    assert table.loc["solar", "sold"] == 0
    assert pd.isna(table.loc["solar", "value_usd"]), "half a value is no value"
    for dimensions in (["expires_on"], ["registry", "vintage"], ["eligibility"], ["location"]):
        by_any = profit_and_loss(held, sold, dimensions)
        assert sum(by_any["realised_usd"]) == Decimal("37.5")
        assert by_any["quantity"].sum() == held["quantity"].sum()
    pairs = certified_for(held)
    assert set(pairs["state"] + ":" + pairs["tier"]) == {
        part for text in held["eligibility"] for part in text.split(";")
    }


def test_a_forward_is_delivered_when_due_and_as_far_as_held(book):
    world = World(book)
    terms = Forward(
        world.alice, world.bob, 120, date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1), False, Decimal(4)
    )
    number = agree(book, terms, ALICE, NOON, "contract 7")
    world.issue()
    april = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert deliver(book, ALICE, NOON, "test") == {}
    assert deliver(book, ALICE, april, "test") == {number: 100}
    assert deliver(book, ALICE, april, "test") == {}
    world.issue(parcel("late", 100, generation_start=date(2026, 3, 1), generation_end=date(2026, 3, 31)))
    assert deliver(book, ALICE, april, "test") == {number: 20}
    assert {row[3:] for row in world.held()} == {("Alder Energy", "pending"), ("Alder Energy", "active")}
    with pytest.raises(NotAllowed, match="not rescindable"):
        rescind(book, number, ALICE, april, "test")


@pytest.mark.parametrize(("outcome", "again"), [("accepted", 0), ("rejected", 40)])
def test_what_the_taker_rejects_is_offered_again_and_what_it_accepts_is_not(book, outcome, again):
    world = World(book)
    world.issue()
    terms = Forward(world.alice, world.bob, 40, date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 1), True)
    number = agree(book, terms, ALICE, NOON, "x")
    assert deliver(book, ALICE, NOON, "x") == {number: 40}
    with book.ledger.read() as connection:
        [offer] = offers(connection)["transaction_id"].unique().tolist()
    world.post(Settle(offer, outcome), actor=BOB)
    assert deliver(book, ALICE, NOON, "x") == ({number: again} if again else {})


def test_two_forwards_never_offer_the_same_serials_and_a_rescinded_one_nothing(book):
    world = World(book)
    world.issue()
    terms = Forward(world.alice, world.bob, 40, date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 1), True)
    first, second, third = (agree(book, terms, ALICE, NOON, "x") for _ in range(3))
    with pytest.raises(WrongOwner):
        rescind(book, second, BOB, NOON, "x")
    rescind(book, second, ALICE, NOON, "x")
    assert deliver(book, ALICE, NOON, "x") == {first: 40, third: 40}
    assert [row[1:3] for row in world.held()] == [(1, 40), (41, 80), (81, 100)]
