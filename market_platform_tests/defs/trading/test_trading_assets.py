"""The trading room's assets on the simulated markets."""

import warnings
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from market_platform.contracts.families.trading import AWARDS, BID_SCHEDULES, BIDS, RESOURCE_DISPATCH, TRADING_KPIS
from market_platform.defs.trading.prices import DAY_AHEAD
from market_platform.defs.trading.real_time_assets import real_time_offers
from market_platform.defs.trading.room import definitions
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)


def run(platform, job, day=None):
    """Run a job of the room alone; feeds it reads count as laid in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        room = dg.Definitions.merge(definitions(), dg.Definitions(resources={"platform": platform}))
        with dg.DagsterInstance.ephemeral() as instance:
            result = room.resolve_job_def(job).execute_in_process(
                instance=instance, partition_key=day.isoformat() if day else None
            )
    shown = {
        event.materialization.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    return shown, result.get_asset_check_evaluations()


def feed(platform, days):
    for keys in DAY_AHEAD.values():
        outcomes = platform.pipeline.ingest(FEEDS[keys[0]], days)
        assert not [outcome.message for outcome in outcomes if outcome.failed]


@pytest.mark.long
def test_a_fresh_sandbox_trades(make_platform):
    platform = make_platform(now=NOW)
    yesterday = date(2026, 11, 19)
    feed(platform, [date(2026, 11, 18), yesterday])
    fleet, _ = run(platform, "trading_fleet")
    assert fleet["trading_resources"]["resources"].value == 7
    assert fleet["trading_resources"]["source"].value == "simulated fleet"
    shown, checks = run(platform, "trading", yesterday)
    assert set(shown) == {f"{iso}_bid_schedule" for iso in DAY_AHEAD} | {
        "bids", "awards", "resource_dispatch", "trading_kpis",
    }  # fmt: skip
    for iso in DAY_AHEAD:
        metadata = shown[f"{iso}_bid_schedule"]
        assert metadata["plan"].value.startswith("![Plan](data:image/png;base64,")
        assert metadata["bid_curves"].value.startswith("![Bid curves](data:image/png;base64,")
        assert metadata["forecast"].value == "seasonal_naive"
        assert "starts at" in metadata["notes"].value
    assert {(check.check_name, check.passed) for check in checks} == {("bid_rules", True), ("risk_limits", True)}
    assert len(checks) == 8
    assert "delivered" in shown["awards"]["moved"].value
    assert shown["trading_kpis"]["hours"].value == 24
    assert "capture_of_foresight" in shown["trading_kpis"]["figures"].value
    with platform.catalog.connect() as connection:
        for contract in (BID_SCHEDULES, BIDS, AWARDS, RESOURCE_DISPATCH, TRADING_KPIS):
            (count,) = connection.sql(f"SELECT count(*) FROM {contract.name}").fetchone()
            assert count > 0, contract.name
        lives = connection.sql("SELECT DISTINCT state FROM bids_history").fetchall()
        assert {("submitted",), ("delivered",)} <= set(lives)
    again, _ = run(platform, "pjm_bidding", yesterday)
    assert "stands" in again["pjm_bid_schedule"]["notes"].value
    assert again["bids"]["submissions"].value == "nothing was to be submitted"
    offers = dg.materialize([real_time_offers], resources={"platform": platform})
    (event,) = offers.get_asset_materialization_events()
    assert event.materialization.metadata["what_happened"].value.startswith("- ")
    assert event.materialization.metadata["origin"].value == "sandbox"


def test_with_live_data_and_no_resources_each_asset_says_what_is_missing(tmp_path):
    platform = Platform(Settings(data=tmp_path, origin="live"), clock=lambda: NOW)
    fleet, _ = run(platform, "trading_fleet")
    assert str(tmp_path / "resources.csv") in fleet["trading_resources"]["note"].value
    shown, checks = run(platform, "trading", NOW.date() + timedelta(days=1))
    assert "resources.csv" in shown["pjm_bid_schedule"]["note"].value
    assert shown["bids"]["delivery"].value == "dry_run"
    assert "dry run" in shown["resource_dispatch"]["note"].value
    assert all(check.passed for check in checks)
    platform.ledger.close()


@pytest.mark.parametrize(
    ("iso", "at", "day"),
    [
        ("nyiso", datetime(2026, 3, 7, 9, 35, tzinfo=UTC), "2026-03-08"),
        ("caiso", datetime(2026, 10, 31, 16, 35, tzinfo=UTC), "2026-11-01"),
        ("pjm", datetime(2026, 11, 1, 15, 5, tzinfo=UTC), "2026-11-02"),
    ],
)
def test_before_each_gate_tomorrow_is_asked_for(iso, at, day):
    (schedule,) = (each for each in definitions().schedules or () if each.name == f"{iso}_bidding_schedule")
    request = schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert request.partition_key == day
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
