"""Marts over real payloads of the publishers equal independent SQL and pandas over the lake they were imported into."""

import pandas as pd
import pytest

from market_platform.contracts.families.power import LOAD
from market_platform.contracts.families.prices import LMP
from market_platform.defs.marts.build import build_marts
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.payload import Payload
from market_platform_tests.marts.test_marts import frame

pytestmark = pytest.mark.long

# Hubs and zones of all four markets, both clock changes, load, gas in storage: a part of what lies there.
CHOSEN = (
    "nyiso_20251102damlbmp_zone_sample.csv", "nyiso_20250309damlbmp_zone_sample.csv", "20220718da.csv",
    "20161023realtime_zone.csv", "20191103palIntegrated.csv", "20200308palIntegrated.csv", "trythis.zip",
    "da_hrl_lmps_2026-06-09.json", "20170213.csv", "ngshistory_2026-01-29.xls",
)  # fmt: skip


@pytest.fixture(scope="module")
def platform(recordings, tmp_path_factory):
    found = {path.name: path for path in recordings.rglob("*") if path.name in CHOSEN}
    assert set(found) == set(CHOSEN)
    platform = Platform(Settings(data=tmp_path_factory.mktemp("recordings") / "data", origin="sandbox"))
    for name, path in found.items():
        assert sum(outcome.committed for outcome in platform.imports.take_file(Payload(name, path.read_bytes()))), name
    build = build_marts(platform)
    assert build.published, build.error
    return platform


def test_day_ahead_prices_are_the_published_ones_of_four_markets(platform):
    published = platform.lake.read(LMP, "market_run = 'DAM' AND location_type IN ('hub', 'zone')")
    with platform.catalog.connect() as connection:
        found = frame(connection, "FROM prices_hourly WHERE day_ahead_usd_per_mwh IS NOT NULL")
        daily = frame(connection, "FROM prices_daily WHERE block = 'all' AND day_ahead_hours > 0")
    both = published.merge(found, on=["market", "location", "interval_start"], how="outer", indicator=True)
    assert set(both["market"]) == {"nyiso", "pjm", "caiso", "ercot"}
    assert (both["_merge"] == "both").all()
    assert (both["lmp_usd_per_mwh"] == both["day_ahead_usd_per_mwh"]).all()
    days = published.assign(market_day=pd.to_datetime(published["market_day"]).dt.date)
    means = days.groupby(["market", "location", "market_day"])["lmp_usd_per_mwh"].mean()
    of_mart = daily.assign(market_day=pd.to_datetime(daily["market_day"]).dt.date).set_index(
        ["market", "location", "market_day"]
    )
    assert of_mart["day_ahead_usd_per_mwh"].sort_index().to_numpy() == pytest.approx(means.sort_index().to_numpy())
    # The long and the short day, as far as the recording goes: 25 and 23 hours.
    hours = of_mart["day_ahead_hours"].groupby("market_day").max()
    assert {str(day): count for day, count in hours.items()}.items() >= {"2025-11-02": 25, "2025-03-09": 23}.items()


def test_real_time_hours_are_means_over_their_intervals_weighted_by_length(platform):
    rows = platform.lake.read(LMP, "feed = 'nyiso_rt_lbmp_zone' AND market_run = 'RTD' AND location_type = 'zone'")
    hour = rows["interval_start"].dt.floor("h")
    length = (rows["interval_end"] - rows["interval_start"]).dt.total_seconds()
    sums = rows.assign(hour=hour, length=length, weighted=rows["lmp_usd_per_mwh"] * length)
    sums = sums.groupby(["location", "hour"])[["length", "weighted"]].sum().query("3540 <= length <= 3660")
    with platform.catalog.connect() as connection:
        found = frame(
            connection, "FROM prices_hourly WHERE real_time_usd_per_mwh IS NOT NULL ORDER BY location, interval_start"
        )
    assert len(found) == len(sums) > 300
    assert found["real_time_usd_per_mwh"].to_numpy() == pytest.approx((sums["weighted"] / sums["length"]).to_numpy())


def test_load_and_storage_are_those_of_the_lake(platform):
    zones = platform.lake.read(LOAD, "feed = 'nyiso_load_hourly'")
    total = zones.groupby("interval_start")["load_mw"].agg(["sum", "count"]).query("count == 11")["sum"]
    with platform.catalog.connect() as connection:
        system = frame(
            connection, "FROM load_hourly WHERE market = 'nyiso' AND area = 'system' ORDER BY interval_start"
        )
        stocks = connection.sql("SELECT count(*), sum(stock_bcf) FROM gas_storage_weekly").fetchone()
        published = connection.sql(
            "SELECT count(*), sum(stock_bcf) FROM gas_storage WHERE feed = 'eia_storage_history'"
        ).fetchone()
    assert system["load_mw"].to_numpy() == pytest.approx(total.to_numpy())
    assert {23, 25} <= set(system.groupby("market_day").size())
    assert stocks == pytest.approx(published)
