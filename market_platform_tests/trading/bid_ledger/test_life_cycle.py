"""A bid's life in the ledger, on SQLite and on Postgres."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.trading.bid_ledger import tables
from market_platform.trading.bid_ledger.drafts import cancel, history, pending_bids, read_bids, register
from market_platform.trading.bid_ledger.life_cycle import FOLLOWS, move
from market_platform.trading.bid_ledger.results import Award, record_delivery, record_results
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

NOW = local("ercot", 2026, 7, 14, 8)


def put(ledger, *bids):
    register(ledger, bids, at=NOW, actor="trader")


def go(ledger, bid_ids, *states):
    for state in states:
        with ledger.begin() as connection:
            move(connection, bid_ids, state, at=NOW, actor="trader", reason=f"to {state}")


def test_a_bid_comes_back_as_it_was_written(ledger):
    bids = [
        a_bid(points=points(("-1.5", "-250"), ("2", "4999.99"))),
        a_bid(bid_id="bid2", points=(), self_schedule_mw=Decimal("0.1"), soc=None),
        a_bid("caiso", bid_id="bid3", start=local("caiso", 2026, 11, 1, 23)),
    ]
    put(ledger, *bids)
    with ledger.read() as connection:
        assert read_bids(connection, ["bid3", "bid1", "bid2"]) == [bids[2], bids[0], bids[1]]


def test_the_whole_way_from_draft_to_delivery_is_on_record(ledger):
    put(ledger, a_bid())
    go(ledger, ["bid1"], "submitted", "accepted")
    bid = a_bid()
    award = Award("bid1", bid.start, bid.end, Decimal(2), Decimal("41.25"))
    assert record_results(ledger, ["bid1"], [award], at=NOW, actor="ercot", reason="AwardSet") == {"bid1": "cleared"}
    record_delivery(ledger, {"bid1": Decimal("1.98")}, at=NOW + timedelta(days=1), actor="telemetry")
    trail = history(ledger, "bid1")
    assert [event.to_state for event in trail] == ["draft", "submitted", "accepted", "cleared", "delivered"]
    assert [event.from_state for event in trail[1:]] == [event.to_state for event in trail[:-1]]
    assert trail[0].at == NOW


@pytest.mark.parametrize(
    ("awarded", "state", "held"), [("2", "cleared", 2), ("0.7", "partly", "0.7"), ("0", "uncleared", 2)]
)
def test_the_state_follows_from_the_award(ledger, awarded, state, held):
    put(ledger, a_bid())
    go(ledger, ["bid1"], "submitted", "accepted")
    with ledger.begin() as connection:
        connection.execute(sa.update(tables.bids).values(held_mw=Decimal(2)))
    bid = a_bid()
    awards = [Award("bid1", bid.start, bid.end, Decimal(awarded), Decimal(40))]
    assert record_results(ledger, ["bid1"], awards, at=NOW, actor="iso", reason="")["bid1"] == state
    with ledger.read() as connection:
        assert connection.scalar(sa.select(tables.bids.c.held_mw)) == Decimal(held)


def test_every_move_that_is_not_foreseen_is_refused(ledger):
    ways = {
        "draft": [], "submitted": ["submitted"], "accepted": ["submitted", "accepted"],
        "rejected": ["submitted", "rejected"], "cancelled": ["cancelled"],
        "uncleared": ["submitted", "accepted", "uncleared"], "cleared": ["submitted", "accepted", "cleared"],
        "partly": ["submitted", "accepted", "partly"], "delivered": ["submitted", "accepted", "partly", "delivered"],
    }  # fmt: skip
    assert set(ways) == set(FOLLOWS)
    for state, way in ways.items():
        put(ledger, a_bid(bid_id=state))
        go(ledger, [state], *way)
        for target in FOLLOWS:
            if target not in FOLLOWS[state]:
                with pytest.raises(RuleBroken, match=f"bid {state}"):
                    go(ledger, [state], target)


def test_pending_bids_are_cancelled_all_or_none(ledger):
    put(ledger, a_bid(), a_bid(bid_id="bid2"), a_bid(bid_id="bid3"))
    go(ledger, ["bid1", "bid2"], "submitted")
    go(ledger, ["bid2"], "accepted", "uncleared")
    with pytest.raises(RuleBroken, match="bid2 is uncleared"):
        cancel(ledger, ["bid1", "bid2"], at=NOW, actor="trader", reason="outage")
    assert pending_bids(ledger, "BATT_1") == ["bid1", "bid3"]
    cancel(ledger, ["bid1", "bid3"], at=NOW, actor="trader", reason="outage")
    assert pending_bids(ledger, "BATT_1") == []
    assert history(ledger, "bid1")[-1].reason == "outage"


def test_identifiers_are_used_once(ledger):
    put(ledger, a_bid())
    with pytest.raises(RuleBroken, match="bid1"):
        put(ledger, a_bid(bid_id="bid2"), a_bid())
    with pytest.raises(RuleBroken, match="repeats"):
        put(ledger, a_bid(bid_id="bid4"), a_bid(bid_id="bid4"))
    with ledger.read() as connection, pytest.raises(RuleBroken, match="bid2"):
        read_bids(connection, ["bid1", "bid2"])


@pytest.mark.parametrize("change", [sa.update(tables.bid_events).values(reason="x"), sa.delete(tables.bid_events)])
def test_history_cannot_be_changed(ledger, change):
    put(ledger, a_bid())
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), ledger.begin() as connection:
        connection.execute(change)


def test_the_ledger_rounds_no_money(ledger):
    with pytest.raises(sa.exc.StatementError, match="at most 6 decimals"), ledger.begin() as connection:
        connection.execute(sa.update(tables.bids).values(held_usd=Decimal("0.1234567")))


def test_the_migration_makes_what_the_code_declares(ledger):
    inspector = sa.inspect(ledger.engine)
    for name, table in tables.metadata.tables.items():
        if name.startswith(("bid", "risk_")):
            assert {column["name"] for column in inspector.get_columns(name)} == set(table.c.keys())
            nullable = {column["name"] for column in inspector.get_columns(name) if column["nullable"]}
            assert nullable == {column.name for column in table.c if column.nullable}
