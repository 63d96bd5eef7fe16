"""The cross-market assets on the simulated markets."""

from datetime import date

import dagster as dg
import pandas as pd

from market_platform.definitions import build_defs
from market_platform.defs.cross_market import HUBS
from market_platform.sources.catalogue import FEEDS


def test_all_four_markets_stand_side_by_side(make_platform):
    platform = make_platform()
    for day_ahead, real_time, _ in HUBS.values():
        for key in (day_ahead, real_time):
            outcomes = list(platform.pipeline.ingest(FEEDS[key], [date(2026, 11, 18), date(2026, 11, 19)]))
            assert not [outcome.message for outcome in outcomes if outcome.failed]
    with dg.DagsterInstance.ephemeral() as instance:
        result = build_defs(platform).resolve_job_def("analysis").execute_in_process(instance=instance)
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["spreads"].value.startswith("![Spreads](data:image/png;base64,")
    summary = pd.read_parquet(platform.settings.data_folder / "analysis" / "cross_market_summary.parquet")
    assert set(summary["location"]) == {location for _, _, locations in HUBS.values() for location in locations}
    assert summary["hours"].between(24, 72).all()
    assert summary["premium_usd_per_mwh"].notna().all()
