"""The way of the data, on the sandbox, with everything that goes wrong at real publishers."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from market_platform.ingest.status import feed_statuses, whole_days
from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.payload import Payload
from market_platform.store.feed_tables import coverage, fetches, payloads, quarantine

DAY = date(2026, 11, 19)
FEED = FEEDS["nyiso_dam_lbmp_zone"]


def all_rows(platform, table):
    with platform.ledger.read() as connection:
        return connection.execute(sa.select(table)).all()


def ingest(platform, feed=FEED, days=(DAY,)):
    return list(platform.pipeline.ingest(feed, list(days)))


def test_a_day_goes_from_the_publisher_to_the_lake_and_is_accounted_for(make_platform):
    platform = make_platform()
    (outcome,) = ingest(platform)
    assert (outcome.outcome, outcome.rows, outcome.committed, outcome.quarantined) == ("committed", 360, 360, 0)
    assert len(platform.lake.read(FEED.contract)) == 360
    (fetch,) = all_rows(platform, fetches)
    (payload,) = all_rows(platform, payloads)
    (day,) = all_rows(platform, coverage)
    assert fetch.sha256 == payload.sha256 == outcome.sha256
    assert platform.archive.read(payload.sha256).startswith(b"Time Stamp")
    assert (day.expected, day.received, day.last_interval_end) == (360, 360, datetime(2026, 11, 20, 5, tzinfo=UTC))
    assert whole_days(platform.ledger, FEED, [DAY]) == {DAY}
    (again,) = ingest(platform)
    assert (again.outcome, again.changed) == ("unchanged", 0)


def test_a_throttled_publisher_is_asked_again_when_it_says_so(make_platform):
    slept = []
    platform = make_platform(FaultPlan([("damlbmp", Fault.THROTTLED, 2)]), sleep=slept.append)
    assert ingest(platform)[0].outcome == "committed"
    assert slept == [1.0, 1.0]


def test_a_day_that_is_not_out_yet_is_no_failure(make_platform):
    platform = make_platform(now=datetime(2026, 11, 20, 14, tzinfo=UTC))
    (outcome,) = ingest(platform, days=[date(2026, 11, 21)])
    assert outcome.outcome == "not_published"
    assert not outcome.failed


def test_a_day_that_rolled_off_comes_from_the_months_zip(make_platform):
    platform = make_platform()
    (outcome,) = ingest(platform, days=[date(2026, 10, 5)])
    assert outcome.source == "20261001damlbmp_zone_csv.zip"
    assert outcome.committed == 31 * 15 * 24


def test_a_later_correction_is_a_version_and_each_is_known_from_its_moment(make_platform):
    platform = make_platform()
    ingest(platform)
    later = make_platform(FaultPlan([("damlbmp_zone", Fault.CORRECTED, 1)]), now=platform.clock() + timedelta(hours=6))
    assert ingest(later)[0].changed == 1
    old = platform.lake.read(FEED.contract, "known_to IS NOT NULL", versions=True)
    new = platform.lake.read(FEED.contract, f"known_from > TIMESTAMPTZ '{platform.clock().isoformat()}'")
    assert len(old) == len(new) == 1
    assert abs(new["lmp_usd_per_mwh"].iloc[0] - old["lmp_usd_per_mwh"].iloc[0]) == pytest.approx(1.0)
    assert (old["known_to"] == new["known_from"]).all()
    assert old["payload"].iloc[0] != new["payload"].iloc[0]


def test_bad_rows_go_to_quarantine_with_place_and_reason_and_the_good_ones_go_on(make_platform):
    platform = make_platform()
    text = platform.archive.read(ingest(platform)[0].sha256).decode()
    bad = text.replace("WEST,61752", "ATLANTIS,1", 1) + "11/19/2026 23:00,WEST\n"
    name = "20261119damlbmp_zone.csv"
    outcomes = list(platform.imports.take_file(Payload(name, bad.encode())))
    assert (outcomes[0].rows, outcomes[0].committed, outcomes[0].quarantined) == (361, 359, 2)
    rows = sorted(all_rows(platform, quarantine), key=lambda row: row.row_number)
    assert [row.file_name for row in rows] == [name, name]
    assert "ATLANTIS" in rows[0].reason
    assert "2 of 6 fields" in rows[1].reason
    list(platform.imports.take_file(Payload(name, bad.encode())))
    assert len(all_rows(platform, quarantine)) == 2


def test_a_zip_with_several_feeds_and_a_stranger_is_taken_apart(make_platform):
    platform = make_platform()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key in ("nyiso_dam_lbmp_zone", "nyiso_dam_ancillary"):
            (outcome,) = ingest(platform, FEEDS[key])
            archive.writestr(outcome.source, platform.archive.read(outcome.sha256))
        archive.writestr("readme.txt", "nothing of ours")
    fresh = make_platform(folder="fresh")
    outcomes = list(fresh.imports.take_file(Payload("mixed.zip", buffer.getvalue())))
    assert [(outcome.feed, outcome.outcome) for outcome in outcomes] == [
        ("nyiso_dam_lbmp_zone", "committed"),
        ("nyiso_dam_ancillary", "committed"),
        ("unknown", "UnknownPayload"),
    ]


def test_replay_reads_archived_bytes_again_with_no_network(make_platform):
    platform = make_platform()
    (outcome,) = ingest(platform)
    fresh = make_platform(FaultPlan([(".*", Fault.TIME_OUT, 999)]), folder="fresh")
    again = fresh.pipeline.replay(FEED, Payload(outcome.source, platform.archive.read(outcome.sha256)))
    assert again.committed == 360


@pytest.mark.parametrize("key", sorted(feed.key for feed in PUBLISHERS["nyiso"].feeds if feed.request is not None))
def test_every_feed_lands_from_the_sandbox(make_platform, key):
    platform = make_platform()
    feed = FEEDS[key]
    day = {"monthly": date(2026, 11, 1)}.get(feed.cadence.value, DAY)
    if not feed.request(feed, [day], platform.clock().date()):  # it comes by months that are over
        day = date(2026, 10, 31)
    outcomes = ingest(platform, feed, [day])
    assert outcomes
    assert {outcome.outcome for outcome in outcomes} <= {"committed", "not_published"}, outcomes[0].message
    if any(outcome.outcome == "committed" for outcome in outcomes):
        status = next(each for each in feed_statuses(platform.ledger, platform.clock()) if each.feed == key)
        assert status.days >= 1
        if feed.counted and DAY in outcomes[0].days:
            assert whole_days(platform.ledger, feed, [DAY]) == {DAY}


def test_the_ledger_on_postgres_takes_the_same_account(make_platform, postgres_url):
    platform = make_platform(database_url=postgres_url)
    ingest(platform)
    assert whole_days(platform.ledger, FEED, [DAY]) == {DAY}
    platform.ledger.close()


def test_a_saved_answer_that_repeats_a_key_is_archived_without_it(make_platform):
    platform = make_platform()
    saved = b'{"response": {"total": "0", "data": []}, "request": {"params": {"api_key": "S3cretKey"}}}'
    (outcome,) = platform.imports.take_file(Payload("saved.json", saved))
    kept = platform.archive.read(outcome.sha256)
    assert b"S3cretKey" not in kept
    assert b'"api_key": "********"' in kept
