"""Any history of requests, cancellations, refusals and partial awards: what is bound never passes a limit."""

import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import cancel, register
from market_platform.trading.bid_ledger.life_cycle import move
from market_platform.trading.bid_ledger.results import Award, record_delivery, record_results
from market_platform.trading.bid_ledger.tables import bid_awards, bid_events, bids
from market_platform.trading.risk.enforcement import bind
from market_platform.trading.risk.limits import RiskLimits, exposure_usd
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

NOW = local("ercot", 2026, 7, 14, 8)
TIGHT = RiskLimits(
    daily_exposure_usd=Decimal(2000), resource_position_mw=Decimal("0.8"), portfolio_position_mw=Decimal(1)
)
REQUEST = st.tuples(
    st.just("bind"), st.integers(0, 5), st.sampled_from(["0.2", "0.3", "0.5"]), st.sampled_from(["30", "5000"]),
    st.sampled_from(["A", "B"]), st.sampled_from(["dam", "rtm"]),
)  # fmt: skip
STEP = st.tuples(
    st.sampled_from(["cancel", "accept", "reject", "award", "deliver"]), st.integers(0, 30), st.floats(0, 1)
)


def _draft(n, hour, mw, price, resource, market):
    start = local("ercot", 2026, 7, 15) + timedelta(minutes=30 * hour)
    return a_bid(
        bid_id=f"b{n}", start=start, end=start + timedelta(hours=1), points=points((mw, price)), resource=resource,
        market=market, kind="generator", soc=None,
    )  # fmt: skip


def _play(ledger, known, step):
    """Do one thing to one bid; what the life of a bid does not allow is refused and changes nothing."""
    what, which, share = step
    bid = known[which % len(known)]
    try:
        if what == "cancel":
            cancel(ledger, [bid.bid_id], at=NOW, actor="trader", reason="")
        elif what in ("accept", "reject"):
            with ledger.begin() as connection:
                move(connection, [bid.bid_id], f"{what}ed", at=NOW, actor="iso", reason="")
        elif what == "award":
            mw = round(bid.largest_mw * Decimal(share), 1)
            award = Award(bid.bid_id, bid.start, bid.end, mw, Decimal(40))
            record_results(ledger, [bid.bid_id], [award], at=NOW, actor="iso", reason="")
        else:
            record_delivery(ledger, {bid.bid_id: Decimal(0)}, at=NOW, actor="iso")
    except RuleBroken:
        pass


def _assert_within(ledger, known):
    with ledger.read() as connection:
        states = {row.bid_id: row.state for row in connection.execute(sa.select(bids.c.bid_id, bids.c.state))}
        awards = {row.bid_id: row.awarded_mw for row in connection.execute(sa.select(bid_awards))}
        last = {
            row.bid_id: row.to_state
            for row in connection.execute(sa.select(bid_events).order_by(bid_events.c.event_id))
        }
    assert last == states
    mw, usd = defaultdict(Decimal), Decimal(0)
    for bid in known:
        if states[bid.bid_id] in ("draft", "rejected", "cancelled", "uncleared"):
            continue
        usd += exposure_usd(bid, TIGHT)
        for quarter in range(4):
            at = bid.start + timedelta(minutes=15 * quarter)
            size = awards.get(bid.bid_id, bid.largest_mw)
            mw["max_bid_mw", at, bid.resource, bid.market] += size
            mw["resource_position_mw", at, bid.resource] += size
            mw["portfolio_position_mw", at] += size
    assert usd <= TIGHT.daily_exposure_usd
    assert all(size <= getattr(TIGHT, key[0]) for key, size in mw.items())


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The file of a ledger with its tables and nothing in them: made once, copied for each history."""
    file = tmp_path_factory.mktemp("ledger") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.upgrade()
    ledger.close()
    return file


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(REQUEST, STEP), min_size=10, max_size=30))
def test_no_history_passes_a_limit(empty, history):
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{shutil.copy(empty, Path(folder))}")
        known = []
        for step in history:
            if step[0] == "bind":
                known.append(_draft(len(known), *step[1:]))
                register(ledger, known[-1:], at=NOW, actor="trader")
                bind(ledger, known[-1:], TIGHT, at=NOW, actor="trader")
            elif known:
                _play(ledger, known, step)
            _assert_within(ledger, known)
        ledger.close()
