"""NYISO's control error and installed solar: zone marks tell the repeated hour, a day's figure runs to its midnight."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.payload import Payload


def read(key, name, text):
    file = Payload(name, text.encode())
    assert recognise(file).key == key
    return validate(FEEDS[key].parse(FEEDS[key], [file]), FEEDS[key].contract)


def test_the_zone_mark_tells_both_runs_through_the_repeated_hour_and_the_skipped_one_is_refused():
    stamps = [
        "11/01/2026 00:59:59 EDT",
        "11/01/2026 01:30:05 EDT",
        "11/01/2026 01:30:05 EST",
        "11/01/2026 02:00:05 EST",
    ]
    text = "time,value\n" + "".join(f"{stamp},{number}.5\n" for number, stamp in enumerate(stamps))
    rows = read("nyiso_area_control_error", "ace-20261101.csv", text).accepted
    assert rows["interval_start"].dt.strftime("%H:%M:%S").tolist() == ["04:59:59", "05:30:05", "06:30:05", "07:00:05"]
    assert rows["value"].tolist() == [0.5, 1.5, 2.5, 3.5]
    spring = read(
        "nyiso_area_control_error",
        "ace-20260301.csv",
        "time,value\n03/08/2026 02:30:05 EDT,1\n03/08/2026 03:00:05 EDT,-2\n",
    )
    assert spring.accepted["interval_start"].tolist() == [pd.Timestamp("2026-03-08T07:00:05Z")]
    assert len(spring.refused) == 1


@pytest.mark.parametrize(("day", "hours"), [("03/08/2026", 23), ("11/01/2026", 25), ("06/09/2026", 24)])
def test_installed_capacity_stands_from_midnight_to_midnight(day, hours):
    text = f"Time Stamp,Zone Name,MW Value\n{day} 00:00,WEST,210.5\n{day} 00:00,SYSTEM,6000\n"
    name = f"{day[6:]}{day[:2]}{day[3:5]}btminstalledcapacitytracking.csv"
    rows = read("nyiso_btm_installed_capacity", name, text).accepted
    assert set(rows["interval_end"] - rows["interval_start"]) == {pd.Timedelta(hours=hours)}
    assert dict(zip(rows["location"], rows["value"], strict=True)) == {"WEST": 210.5, "SYSTEM": 6000}


def test_months_that_are_over_are_asked_for_where_they_lie():
    feed = FEEDS["nyiso_area_control_error"]
    days = [date(2026, 8, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert [request.url for request in feed.request(feed, days, date(2026, 11, 20))] == [
        "http://mis.nyiso.com/public/ace_data/ace-20260801.zip",
        "https://oasis-postings.prod.nysdi.com/AREA_CONTROL_ERROR/ZIP/2026/10/01/ace-20261001.zip",
    ]


def test_installed_capacity_comes_from_the_sandbox(make_platform):
    platform = make_platform(now=datetime(2026, 11, 20, 17, 2, tzinfo=UTC))
    feed = FEEDS["nyiso_btm_installed_capacity"]
    (outcome,) = platform.pipeline.ingest(feed, [date(2026, 11, 18)])
    assert (outcome.outcome, outcome.quarantined) == ("committed", 0)
    assert outcome.committed >= 11


@pytest.mark.long
def test_a_month_of_control_error_is_whole_through_the_clock_change(make_platform):
    platform = make_platform(now=datetime(2026, 12, 2, 17, 2, tzinfo=UTC))
    feed = FEEDS["nyiso_area_control_error"]
    (outcome,) = platform.pipeline.ingest(feed, [date(2026, 11, 1)])
    assert (outcome.outcome, outcome.committed, outcome.quarantined) == ("committed", (30 * 24 + 1) * 600, 0)
