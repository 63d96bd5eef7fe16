"""The report of the main job: what a person need not read one by one is counted."""

from market_platform.cli.main_report import failures, not_published
from market_platform.ingest.account import Outcome


def heard(feed, outcome="not_published"):
    return Outcome(feed, "file.csv", (), outcome)


def test_feeds_without_a_day_yet_are_counted_by_publisher():
    told = not_published(
        [
            heard("nyiso_load_hourly"),
            heard("nyiso_load_hourly"),
            heard("pjm_dam_lmp_hub"),
            heard("pjm_dam_lmp_zone"),
            heard("cme_ng_settlements", "committed"),
        ]
    )
    assert told.startswith("3 feeds have a day that is not published yet (PJM Interconnection 2, New York ISO 1)")
    assert "nyiso_load_hourly" not in told


def test_nothing_is_said_where_every_feed_gave_something():
    assert not_published([heard("cme_ng_settlements", "committed")]) == ""


def test_runs_and_requests_that_failed_are_named():
    runs, request = failures([heard("cme_ng_settlements", "SchemaChanged"), heard("pjm_dam_lmp_hub")], ["certificates"])
    assert runs.startswith("failed: run of certificates;")
    assert request.startswith("failed: cme_ng_settlements: SchemaChanged")
