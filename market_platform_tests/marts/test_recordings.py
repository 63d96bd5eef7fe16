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


@pytest.fixture(scope="module")
def platform(recordings, tmp_path_factory):
    """A lake of everything that was recorded, and its marts."""
    platform = Platform(Settings(data=tmp_path_factory.mktemp("recordings") / "data", origin="sandbox"))
    files = sorted(path for path in recordings.rglob("*") if path.is_file())
    outcomes = [
        outcome for path in files for outcome in platform.imports.take_file(Payload(path.name, path.read_bytes()))
    ]
    assert sum(outcome.committed for outcome in outcomes) > 1_000_000
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
    feeds = "'nyiso_rt_lbmp_zone', 'pjm_rt_hourly_lmp_zone', 'ercot_rtm_spp', 'ercot_rtm_spp_yearly'"
    rows = platform.lake.read(LMP, f"feed IN ({feeds}) AND location_type IN ('hub', 'zone')")
    length = (rows["interval_end"] - rows["interval_start"]).dt.total_seconds()
    rows = rows.assign(
        interval_start=rows["interval_start"].dt.floor("h"), length=length, weighted=rows["lmp_usd_per_mwh"] * length
    )
    place = ["market", "location", "interval_start"]
    sums = rows.groupby(["feed", *place])[["length", "weighted"]].sum().query("3540 <= length <= 3660").reset_index()
    assert not sums.duplicated(place).any()
    with platform.catalog.connect() as connection:
        found = frame(connection, "FROM prices_hourly WHERE real_time_usd_per_mwh IS NOT NULL")
    both = sums.merge(found, on=place, how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    assert set(both["market"]) == {"nyiso", "pjm", "ercot"}
    assert both["real_time_usd_per_mwh"].to_numpy() == pytest.approx((both["weighted"] / both["length"]).to_numpy())


def test_load_and_storage_are_those_of_the_lake(platform):
    zones = platform.lake.read(LOAD, "feed = 'nyiso_load_hourly'")
    total = zones.groupby("interval_start")["load_mw"].agg(["sum", "count"]).query("count == 11")["sum"]
    areas = platform.lake.read(LOAD, "feed = 'ercot_load_yearly' AND location <> 'ERCOT'").dropna(subset="load_mw")
    with platform.catalog.connect() as connection:
        system = frame(
            connection, "FROM load_hourly WHERE market = 'nyiso' AND area = 'system' ORDER BY interval_start"
        )
        texas = frame(
            connection, "FROM load_hourly WHERE market = 'ercot' AND area <> 'system' AND load_mw IS NOT NULL"
        )
        # Two weeks came as releases only; where a week came in several ways, they say the same.
        stocks = connection.sql("SELECT count(*), sum(stock_bcf) FROM gas_storage_weekly").fetchone()
        published = connection.sql(
            "SELECT count(*), sum(stock_bcf) FROM (SELECT DISTINCT region, gas_type, week_ending, stock_bcf "
            "FROM gas_storage WHERE feed IN ('eia_gas_storage', 'eia_storage_release', 'eia_storage_history'))"
        ).fetchone()
    # The hours that only the five-minute files have are in the mart as well.
    system = system[system["interval_start"].isin(total.index)]
    assert system["load_mw"].to_numpy() == pytest.approx(total.to_numpy())
    assert {23, 25} <= set(system.groupby("market_day").size())
    assert texas.set_index(["area", "interval_start"])["load_mw"].sort_index().to_numpy() == pytest.approx(
        areas.set_index(["location", "interval_start"])["load_mw"].sort_index().to_numpy()
    )
    assert stocks == pytest.approx(published)
