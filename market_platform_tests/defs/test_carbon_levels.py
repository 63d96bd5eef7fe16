"""Floors and triggers beside the auctions that are known to have cleared at them."""

import pandas as pd
import pytest

from market_platform.defs.fundamentals.carbon import levels
from market_platform.sources.carbon.auctions import PROGRAMMES, reference_table
from market_platform.sources.catalogue import recognise


@pytest.fixture(scope="module")
def auctions() -> pd.DataFrame:
    tables = [reference_table(programme) for programme in PROGRAMMES]
    rows = pd.concat([feed.parse(feed, [table]) for table in tables for feed in [recognise(table)]])
    return rows[rows["allowance_type"] == "current"].assign(is_published=False).reset_index(drop=True)


def test_auctions_that_sold_the_reserve_stand_at_their_trigger(auctions: pd.DataFrame) -> None:
    rows = levels(auctions)
    assert len(rows) == 53 + 70 + 12
    rggi = rows[rows["programme"] == "rggi"].set_index("auction")
    assert rggi.loc[["54", "62"], "is_over_trigger"].tolist() == [True, True]
    assert not rggi.loc["53", "is_over_trigger"]
    assert rggi.loc["54", "trigger_usd_per_metric_ton"] == pytest.approx(13 * 1.10231131)
    assert rggi.loc["54", "price_usd_per_short_ton"] == pytest.approx(13.0)
    assert rggi.loc["1", ["trigger_usd_per_metric_ton", "is_over_trigger"]].isna().all()  # no reserve before 2014
    assert rows.loc[rows["programme"] != "rggi", "trigger_status"].isna().all()


def test_auctions_at_their_floor_are_told_and_floors_bear_their_status(auctions: pd.DataFrame) -> None:
    rows = levels(auctions)
    california = rows[rows["programme"] == "california_quebec"].set_index("market_day")
    spring = california.loc[pd.Timestamp("2020-05-01").date()]
    assert (spring["floor_usd_per_metric_ton"], bool(spring["is_at_floor"])) == (16.68, True)
    assert not california.loc[pd.Timestamp("2013-02-01").date(), "is_at_floor"]
    assert set(california["floor_status"].dropna()) >= {"solid", "supported", "unverified"}
    assert (california["price_usd_per_metric_ton"] >= california["floor_usd_per_metric_ton"] - 0.005).all()
