"""The SQL macros of market time say what the Python rules say, hour by hour."""

from datetime import UTC, datetime

import duckdb
import numpy as np
import pandas as pd
import pytest

from market_platform.markets.market import MARKETS
from market_platform.markets.nerc_calendar import BLOCKS, on_peak
from market_platform.store.macros import macro_statements

# Holidays on Saturdays, Sundays and weekdays, and both clock-change days of every year.
HOURS = pd.date_range("2020-01-01", "2028-12-31 23:00", freq="h", tz="UTC")


@pytest.fixture(scope="module")
def sql():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")  # whoever asks may sit anywhere
        for statement in macro_statements():
            connection.execute(statement)
        connection.register("hours", pd.DataFrame({"ts": HOURS}))
        yield connection


@pytest.mark.parametrize("market", sorted(BLOCKS))
def test_on_peak_is_that_of_the_nerc_calendar(sql, market):
    found = sql.execute(f"SELECT on_peak(ts, '{market}') AS peak FROM hours ORDER BY ts").fetchnumpy()["peak"]
    assert np.array_equal(np.asarray(found, dtype=bool), on_peak(market, HOURS))


@pytest.mark.parametrize("market", sorted(MARKETS))
def test_local_time_and_market_day_are_those_of_the_zone(sql, market):
    query = (
        f"SELECT local_time(ts, '{market}') AS local, market_day(ts, '{market.upper()}') AS day FROM hours ORDER BY ts"
    )
    found = sql.execute(query).df()
    local = HOURS.tz_convert(MARKETS[market].zone).tz_localize(None)
    assert (found["local"].to_numpy() == local.to_numpy()).all()
    assert (found["day"].to_numpy() == local.normalize().to_numpy()).all()


def test_a_text_with_its_offset_will_do_and_an_unknown_market_is_named(sql):
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert sql.execute("SELECT market_day(?, 'caiso')", [moment]).fetchone()[0].isoformat() == "2026-11-19"
    assert sql.sql("SELECT on_peak('2026-11-20 18:00:00+00', 'pjm')").fetchall() == [(True,)]
    with pytest.raises(duckdb.Error, match="no market erco: there are caiso"):
        sql.sql("SELECT on_peak('2026-11-20 18:00:00+00', 'erco')").fetchall()
