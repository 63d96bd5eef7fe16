"""A feed is fresh and asks for no look right after it ran, at any hour and on both clock-change days."""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import pytest

from market_platform.defs.feed_checks import feed_checks
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

MOMENTS = (
    datetime(2026, 11, 20, 11, 57, tzinfo=UTC),  # before the morning's forecast is out
    datetime(2026, 11, 1, 6, 57, tzinfo=UTC),  # within the repeated hours
    datetime(2026, 3, 8, 8, 57, tzinfo=UTC),  # after the hour that the clock skipped
)


# The file of CAISO's outlook shows the repeated hour once: that day is not whole, and the check says so.
CASES = (
    *((key, at) for key in ("pjm_solar_forecast_5min", "pjm_wind_forecast_5min", "ercot_outages") for at in MOMENTS),
    ("caiso_outlook_load_forecast", MOMENTS[0]),
    ("caiso_outlook_load_forecast", MOMENTS[2]),
)


@pytest.mark.parametrize(("key", "moment"), CASES)
def test_fresh_and_as_whole_as_the_running_day_can_be(
    make_platform: Callable[..., Platform], key: str, moment: datetime
) -> None:
    platform, feed = make_platform(now=moment), FEEDS[key]
    outcomes = list(platform.pipeline.ingest(feed, [today(moment, feed.zone)]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"]
    job = dg.define_asset_job("checks", dg.AssetSelection.checks_for_assets(feed.key))
    asset = dg.AssetSpec(feed.key)
    definitions = dg.Definitions(
        [asset], asset_checks=[feed_checks(feed)], jobs=[job], resources={"platform": platform}
    )
    result = definitions.resolve_job_def("checks").execute_in_process()
    checks = {each.check_name: each for each in result.get_asset_check_evaluations()}
    for name in ("freshness", "coverage"):
        assert checks[name].passed, checks[name].metadata
