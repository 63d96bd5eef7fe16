"""The simulated New York ISO: published on time, in form, and the same over a real socket."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sandbox.server import running
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.payload import Payload

BASE = "http://mis.nyiso.com/public/csv"


def sandbox(now: datetime) -> httpx.Client:
    return httpx.Client(transport=SandboxTransport(0, lambda: now))


@pytest.mark.parametrize(
    ("now", "path", "status"),
    [
        (datetime(2026, 11, 19, 15, 29, tzinfo=UTC), "damlbmp/20261120damlbmp_zone.csv", 404),
        (datetime(2026, 11, 19, 15, 31, tzinfo=UTC), "damlbmp/20261120damlbmp_zone.csv", 200),
        (datetime(2026, 11, 20, 4, 59, tzinfo=UTC), "pal/20261120pal.csv", 404),
        (datetime(2026, 11, 20, 5, 10, tzinfo=UTC), "pal/20261120pal.csv", 200),
        (datetime(2026, 11, 20, 15, tzinfo=UTC), "pal/20261105pal.csv", 404),
        (datetime(2026, 11, 20, 15, tzinfo=UTC), "pal/20261101pal_csv.zip", 200),
        (datetime(2026, 11, 20, 15, tzinfo=UTC), "nothing/20261120nothing.csv", 404),
    ],
)
def test_files_come_and_go_as_at_the_real_publisher(now, path, status):
    with sandbox(now) as client:
        assert client.get(f"{BASE}/{path}").status_code == status


def test_the_running_day_ends_now_and_looks_an_hour_ahead():
    now = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    feed = FEEDS["nyiso_rt_lbmp_zone"]
    with sandbox(now) as client:
        content = client.get(f"{BASE}/realtime/20261120realtime_zone.csv").content
    rows = feed.parse(feed, [Payload("20261120realtime_zone.csv", content)])
    dispatched = rows[rows["market_run"] == "RTD"]
    assert dispatched["interval_end"].max() == datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert (rows[rows["market_run"] == "RTC"]["interval_end"] > now).all()


FILES_OF_DAYS = (
    "nyiso_dam_lbmp_zone",
    "nyiso_load_hourly",
    "nyiso_rt_lbmp_zone",
    "nyiso_load_forecast",
    "nyiso_fuel_mix",
)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 1), 24)])
@pytest.mark.parametrize(
    ("days_later", "keys"), [(2, FILES_OF_DAYS), (30, ("nyiso_load_hourly",))], ids=["a file a day", "a month's zip"]
)
def test_clock_change_days_are_served_as_the_real_ones_are(make_platform, day, hours, days_later, keys):
    platform = make_platform(now=datetime(day.year, day.month, day.day, 17, 2, tzinfo=UTC) + timedelta(days=days_later))
    for key in keys:
        feed = FEEDS[key]
        outcomes = list(platform.pipeline.ingest(feed, [day]))
        assert all(outcome.quarantined == 0 for outcome in outcomes), key
        rows = platform.lake.read(feed.contract, f"feed = '{key}' AND market_day = DATE '{day}'")
        place = "publisher_fuel" if "publisher_fuel" in rows else "location"
        issue = rows["issued_at"].min() if "issued_at" in rows else None
        rows = rows[rows["issued_at"] == issue] if issue is not None else rows
        assert set(rows.groupby(place)["interval_start"].nunique()) == {hours * 60 // feed.interval_minutes}, key


def test_over_a_socket_the_same_bytes_come():
    now = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    transport = SandboxTransport(0, lambda: now)
    path = "public/csv/damlbmp/20261120damlbmp_zone.csv"
    with running(transport) as address, httpx.Client() as client:
        by_path = client.get(f"{address}/mis.nyiso.com/{path}")
        by_host = client.get(f"{address}/{path}", headers={"Host": "mis.nyiso.com"})
    with sandbox(now) as direct:
        assert by_path.content == by_host.content == direct.get(f"http://mis.nyiso.com/{path}").content
    assert by_path.headers["Last-Modified"] == "Thu, 19 Nov 2026 15:30:00 GMT"


@pytest.mark.parametrize("minute", [1, 7])
def test_a_day_that_has_just_begun_is_no_failure(make_platform, minute):
    platform = make_platform(now=datetime(2026, 11, 20, 5, minute, tzinfo=UTC))
    for feed in PUBLISHERS["nyiso"].feeds:
        if feed.request is not None and feed.cadence.value == "daily":
            outcomes = list(platform.pipeline.ingest(feed, [date(2026, 11, 20)]))
            assert not [outcome.message for outcome in outcomes if outcome.failed], feed.key


@pytest.mark.parametrize("key", ["nyiso_generators", "nyiso_load_buses", "nyiso_generation_maintenance"])
def test_a_list_that_the_first_host_no_longer_has_comes_from_the_second(make_platform, key):
    platform = make_platform(FaultPlan([("mis.nyiso.com", Fault.NOT_FOUND, 99)]))
    (outcome,) = platform.pipeline.ingest(FEEDS[key], [date(2026, 11, 20)])
    assert (outcome.outcome, outcome.quarantined) == ("committed", 0)
