"""Builds that add come to what one build of everything comes to: also after corrections, withdrawals and at markets' midnights."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd
import pytest

from market_platform.contracts.families.prices import LMP
from market_platform.defs.marts.build import build_marts
from market_platform.platform import Platform
from market_platform.settings import Settings

pytestmark = pytest.mark.long

FIRST = datetime(2026, 11, 1, 20, tzinfo=UTC)
MARTS = ("prices_hourly", "prices_daily", "prices_monthly", "price_shapes", "top_bottom_spreads", "hub_spreads_daily")
# Hubs in three time zones, so that a pair's hours belong to two market days.
HUBS = {
    "nyiso_dam_lbmp_zone": ("nyiso", "DAM", "zone", "N.Y.C.", "America/New_York"),
    "nyiso_rt_hourly_lbmp_zone": ("nyiso", "RT_HOURLY", "zone", "N.Y.C.", "America/New_York"),
    "ercot_dam_spp": ("ercot", "DAM", "hub", "HB_NORTH", "America/Chicago"),
    "caiso_dam_lmp_hub": ("caiso", "DAM", "hub", "TH_SP15_GEN-APND", "America/Los_Angeles"),
}


def test_days_that_came_changed_and_went(tmp_path):
    now = [FIRST]
    platform = Platform(Settings(data=tmp_path / "data", origin="sandbox"), clock=lambda: now[0])
    for feed in HUBS:
        # The long day of autumn and the month's turn.
        lay(platform, feed, [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)], 30.0)
    assert build_marts(platform).full_refresh

    now[0] += timedelta(days=2)
    lay(platform, "caiso_dam_lmp_hub", [date(2026, 11, 1)], 55.0)  # corrected
    lay(platform, "nyiso_dam_lbmp_zone", [date(2026, 11, 3)], 20.0)  # came
    nothing = prices("ercot_dam_spp", [date(2026, 10, 31)], 0.0).iloc[:0]
    platform.lake.commit(
        LMP, "ercot_dam_spp", nothing, payload="0" * 64, read_at=now[0], whole_days=[date(2026, 10, 31)]
    )  # went
    added = build_marts(platform)
    assert added.published, added.error
    assert not added.full_refresh
    by_adding = contents(platform)
    assert hours(by_adding, "ercot", "2026-10-31") == 0
    assert hours(by_adding, "ercot", "2026-11-01") == hours(by_adding, "caiso", "2026-11-01") == 25
    assert hours(by_adding, "nyiso", "2026-11-03") == 24

    at_once = build_marts(platform, full_refresh=True)
    assert at_once.published, at_once.error
    for name, rows in contents(platform).items():
        assert len(rows), name
        pd.testing.assert_frame_equal(by_adding[name], rows, obj=name)


def lay(platform, feed, days, level):
    rows = prices(feed, days, level)
    platform.lake.commit(LMP, feed, rows, payload="0" * 64, read_at=platform.clock())


def prices(feed, days, level):
    market, run, kind, location, zone = HUBS[feed]
    starts = pd.DatetimeIndex(
        [hour for day in days for hour in pd.date_range(pd.Timestamp(day, tz=zone), periods=26, freq="h")
         if hour.date() == day]
    )  # fmt: skip
    values = level + starts.hour.to_numpy() + len(feed) / 10
    return pd.DataFrame(
        {
            "market_day": starts.date,
            "interval_start": starts.tz_convert("UTC"),
            "interval_end": starts.tz_convert("UTC") + pd.Timedelta(hours=1),
            "market": market,
            "market_run": run,
            "location": location,
            "location_id": None,
            "location_type": kind,
            "lmp_usd_per_mwh": values,
            "energy_usd_per_mwh": values,
            "congestion_usd_per_mwh": 0.0,
            "loss_usd_per_mwh": 0.0,
            "ghg_usd_per_mwh": float("nan"),
        }
    )[list(LMP.row_columns)]


def hours(found, market, day):
    rows = found["prices_hourly"]
    return ((rows["market"] == market) & (pd.to_datetime(rows["market_day"]) == day)).sum()


def contents(platform):
    with duckdb.connect(platform.catalog.marts, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return {name: connection.sql(f"FROM {name} ORDER BY ALL").to_arrow_table().to_pandas() for name in MARTS}
