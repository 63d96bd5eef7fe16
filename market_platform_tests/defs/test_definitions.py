"""The graph: small enough to review as a snapshot, and running on the sandbox."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from market_platform.definitions import build_defs
from market_platform.defs.feed_assets import describe
from market_platform.defs.jobs import all_ingest_jobs
from market_platform.defs.sensors import due_and_missing
from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform_tests.defs.graph import SNAPSHOT, graph

DAY = "2026-11-19"


@pytest.fixture
def definitions(make_platform):
    return build_defs(make_platform())


def test_the_graph_is_the_one_that_was_reviewed(definitions):
    """A planned change is put on record by writing the file anew: `make pages`."""
    found = graph(definitions)
    assert found == SNAPSHOT.read_text(encoding="utf-8"), "\n" + found


def test_definitions_are_loadable(definitions):
    dg.Definitions.validate_loadable(definitions)


@pytest.mark.parametrize("key", sorted(FEEDS))
def test_every_feed_explains_itself(key):
    feed = FEEDS[key]
    assert feed.publisher in PUBLISHERS
    assert feed.contract.description in describe(feed)
    assert not set(feed.contract.key) - set(feed.contract.row_columns)


def test_the_main_job_runs_and_shows_rows_schema_and_a_plot(make_platform):
    platform = make_platform()
    definitions = build_defs(platform)
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("nyiso_market_day").execute_in_process(
            partition_key=DAY, instance=instance
        )
        assert result.success
        materialized = {event.asset_key.to_user_string(): event for event in result.get_asset_materialization_events()}
    assert set(materialized) == {
        feed.key for feed in PUBLISHERS["nyiso"].feeds if feed.request and feed.cadence.value == "daily"
    }
    metadata = materialized["nyiso_dam_lbmp_zone"].materialization.metadata
    assert metadata["dagster/partition_row_count"].value == 360
    assert metadata["plot"].value.startswith("![Day-ahead LBMP by zone](data:image/png;base64,")
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == 3 * len(materialized)
    assert not [check for check in evaluations if check.check_name in ("coverage", "quarantine") and not check.passed]


def test_a_failing_feed_fails_loudly_and_its_neighbours_go_on(make_platform):
    platform = make_platform(FaultPlan([("damlbmp_zone", Fault.RENAMED_COLUMN, 99)]))
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(platform).resolve_job_def("nyiso_market_day")
        result = job.execute_in_process(partition_key=DAY, instance=instance, raise_on_error=False)
        assert not result.success
        failed = [event.step_key for event in result.all_events if event.is_step_failure]
        done = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert failed == ["nyiso_dam_lbmp_zone"]
    assert "nyiso_dam_lbmp_generator" in done
    assert "nyiso_dam_lbmp_zone" not in done


def test_what_is_not_out_yet_is_skipped_and_the_sensor_asks_for_it_when_due(make_platform):
    early = make_platform(now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(early).resolve_job_def("nyiso_market_day")
        result = job.execute_in_process(partition_key="2026-11-21", instance=instance)
        assert result.success
        assert result.get_asset_materialization_events() == []
    nyiso = next(job for job in all_ingest_jobs() if job.name == "nyiso_market_day")
    tomorrow = date(2026, 11, 21)
    assert tomorrow not in due_and_missing(nyiso, early, early.clock())
    due = due_and_missing(nyiso, early, datetime(2026, 11, 20, 16, 5, tzinfo=UTC))
    assert "nyiso_dam_lbmp_zone" in [feed.key for feed in due[tomorrow]]


def test_a_month_is_one_run(make_platform):
    platform = make_platform()
    definitions = build_defs(platform)
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_job_def("nyiso_market_day")
        result = job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey("nyiso_load_hourly")],
            tags={
                "dagster/asset_partition_range_start": "2026-10-01",
                "dagster/asset_partition_range_end": "2026-10-31",
            },
        )
        assert result.success
        assert len(result.get_asset_materialization_events()) == 31
    assert len(platform.lake.read(FEEDS["nyiso_load_hourly"].contract)) == 31 * 24 * 11


def test_upkeep_and_catalog_run(make_platform):
    platform = make_platform()
    list(platform.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], [date(2026, 11, 19)]))
    definitions = build_defs(platform)
    with dg.DagsterInstance.ephemeral() as instance:
        for name in ("maintenance", "catalog", "purge_runs"):
            assert definitions.resolve_job_def(name).execute_in_process(instance=instance).success
    assert platform.catalog.is_current()


def test_schedules_ask_for_the_days_around_in_the_markets_zone(definitions):
    schedule = definitions.get_repository_def().get_schedule_def("nyiso_market_day_schedule")
    assert schedule.execution_timezone == "America/New_York"
    at = datetime(2026, 11, 2, 4, 20, tzinfo=UTC)
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=definitions.get_repository_def()
        ) as context,
    ):
        requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests] == ["2026-10-31", "2026-11-01", "2026-11-02"]


def test_days_that_may_be_corrected_are_read_again_every_night(definitions):
    schedule = definitions.get_repository_def().get_schedule_def("nyiso_market_day_corrections_schedule")
    at = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=definitions.get_repository_def()
        ) as context,
    ):
        requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests] == [f"2026-11-{day}" for day in (18, 17, 16, 15, 14, 13)]
    assert all(dg.AssetKey("nyiso_rt_lbmp_zone") in request.asset_selection for request in requests)
    assert not any(dg.AssetKey("nyiso_load_forecast") in request.asset_selection for request in requests)
