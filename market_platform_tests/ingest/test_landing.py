"""Answers that make up a market day go into the lake in one commit; one that fails takes no other with it."""

from datetime import date
from functools import partial

import pytest

from market_platform.ingest.landing import Archived, Landing
from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload, unpack

HOURLY_ANSWERS = FEEDS["caiso_fmm_ancillary"]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_the_hours_of_a_day_are_one_commit_and_an_outcome_each(make_platform, day, hours):
    platform = make_platform()
    outcomes = list(platform.pipeline.ingest(HOURLY_ANSWERS, [day]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"] * hours
    held = platform.lake.read(HOURLY_ANSWERS.contract)
    assert len(held) == sum(outcome.changed for outcome in outcomes) == sum(outcome.committed for outcome in outcomes)
    assert held.groupby("payload").size().to_dict() == {outcome.sha256: outcome.committed for outcome in outcomes}
    first = platform.lake.version(HOURLY_ANSWERS.contract)
    assert {outcome.outcome for outcome in platform.pipeline.ingest(HOURLY_ANSWERS, [day])} == {"unchanged"}
    assert platform.lake.version(HOURLY_ANSWERS.contract) == first == 1


def test_days_of_a_month_are_one_commit_and_an_outcome_each(make_platform):
    platform, feed = make_platform(), FEEDS["ercot_dam_spp"]
    days = [date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
    outcomes = list(platform.pipeline.ingest(feed, days))
    assert [(outcome.days, outcome.outcome) for outcome in outcomes] == [((day,), "committed") for day in days]
    assert platform.lake.version(feed.contract) == 2
    held = platform.lake.read(feed.contract)
    assert held.groupby("market_day")["interval_start"].nunique().tolist() == [24, 24, 25, 24]
    assert held.groupby("payload").size().to_dict() == {outcome.sha256: outcome.committed for outcome in outcomes}


def test_a_broken_hour_is_told_and_the_others_land(make_platform):
    platform = make_platform(FaultPlan([("PRC_INTVL_AS", Fault.TRUNCATED, 1)]))
    outcomes = list(platform.pipeline.ingest(HOURLY_ANSWERS, [date(2026, 11, 19)]))
    assert [outcome.failed for outcome in outcomes].count(True) == 1
    assert platform.lake.read(HOURLY_ANSWERS.contract)["interval_start"].nunique() == 92


def test_a_row_that_came_twice_keeps_both_versions(make_platform, tmp_path):
    platform = make_platform()
    feed = FEEDS["nyiso_dam_lbmp_zone"]
    (outcome,) = platform.pipeline.ingest(feed, [date(2026, 11, 19)])
    first = platform.archive.read(outcome.sha256)
    head, line, rest = first.split(b"\n", 2)
    cells = line.split(b",")
    cells[3], cells[4] = b"77.00", b"%.2f" % (77 - float(cells[3]) + float(cells[4]))
    pipeline = make_platform(folder=tmp_path / "another").pipeline
    second = b"\n".join([head, b",".join(cells), rest])
    outcomes = _landed(pipeline, feed, [first, second])
    assert [(each.outcome, each.changed) for each in outcomes] == [("committed", 360), ("committed", 1)], outcomes
    versions = pipeline.lake.read(feed.contract, versions=True)
    assert len(versions) == 361
    assert versions["known_to"].notna().sum() == 1


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_row_told_alike_twice_stands_once_in_one_commit(make_platform, tmp_path, day, hours):
    platform, feed = make_platform(), FEEDS["nyiso_dam_lbmp_zone"]
    (outcome,) = platform.pipeline.ingest(feed, [day])
    month = unpack(Payload("month.zip", platform.archive.read(outcome.sha256)))
    (whole,) = (file.content for file in month if file.base_name.startswith(f"{day:%Y%m%d}"))
    head, *lines = whole.splitlines(keepends=True)
    early, late = (head + b"".join(part) for part in (lines[:60], lines[45:]))
    pipeline = make_platform(folder=tmp_path / "another").pipeline
    outcomes = _landed(pipeline, feed, [early, late, whole, whole])
    assert [(each.outcome, each.committed, each.changed) for each in outcomes] == [
        ("committed", 60, 60),
        ("committed", 15 * hours - 45, 15 * hours - 60),
        ("unchanged", 15 * hours, 0),
        ("unchanged", 15 * hours, 0),
    ]
    held = pipeline.lake.read(feed.contract, versions=True)
    assert held.groupby("payload").size().to_dict() == {each.sha256: each.changed for each in outcomes[:2]}
    assert pipeline.lake.version(feed.contract) == 1


def _landed(pipeline, feed, contents):
    landing = Landing(pipeline.lake, pipeline.account, pipeline.clock, pipeline.origin, pipeline.notice)
    files = [Payload("20261119damlbmp_zone.csv", content) for content in contents]
    archived = [
        Archived(f"{number}.csv", pipeline.archive.keep(file.content), (), partial(list, [file]))
        for number, file in enumerate(files)
    ]
    return landing.land(feed, archived)
