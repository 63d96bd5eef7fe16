"""Bids as a table of people and programs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.errors import RuleBroken, UnreadablePayload
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.bids.bid_table import COLUMNS, read_bid_table, write_bid_table
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

amounts = st.decimals(-999, 999, places=2).map(str)
HEADER = "bid_id,iso,market,product,resource,start,points\n"


@given(
    curves=st.lists(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5), min_size=1, max_size=4),
    own=st.none() | st.decimals(-9, 9, places=3),
    minutes=st.sampled_from([5, 15, 60]),
)
def test_what_is_written_is_read_back(curves, own, minutes):
    bids = [
        a_bid(
            "caiso", bid_id=f"b{n}", points=points(*curve), self_schedule_mw=own,
            start=local("caiso", 2026, 11, 1, 1) + timedelta(hours=n),
            end=local("caiso", 2026, 11, 1, 1) + timedelta(hours=n, minutes=minutes),
            soc=StorageTerms(Decimal(1), Decimal(9), Decimal(2)) if n else None,
        )
        for n, curve in enumerate(curves)
    ]  # fmt: skip
    text = write_bid_table(bids)
    assert text.splitlines()[0].split(",") == list(COLUMNS)
    assert read_bid_table(text, "bids.csv") == bids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bid_id,iso\n", "columns missing"),
        (HEADER + "b1,pjm,dam,energy,X,2026-07-15T15:00,1@30\n", "line 2.*no zone"),
        (HEADER + "b1,pjm,dam,energy,X,2026-07-15T15:00Z,1-30\n", "line 2.*mw@price"),
        (HEADER + "b1,pjm,dam,energy,X,2026-07-15T15:00Z,1@thirty\n", "line 2"),
        (HEADER + "b1,pjm,dam,energy,X\n", "line 2.*as many values"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text, said):
    with pytest.raises(UnreadablePayload, match=said):
        read_bid_table(text, "bids.csv")


def test_a_bid_of_nothing_is_refused_with_its_line():
    with pytest.raises(RuleBroken, match=r"line 2.*neither a curve nor"):
        read_bid_table(HEADER + "b1,pjm,dam,energy,X,2026-07-15T15:00Z,\n", "bids.csv")
