"""ERCOT's real files, 2010 to 2026: every row comes out, or is named."""

from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.errors import PayloadError
from market_platform.sources.catalogue import recognise
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload, unpack

# Folder: feed, and rows that one published line gives.
FEEDS_OF_FOLDERS = {
    "np3-560-cd_load_forecast": ({"ercot_load_forecast_by_forecast_zone"}, 5),
    "np4-181-er_dam_as_yearly": ({"ercot_dam_mcpc_yearly"}, 4),
    "np4-190-cd_dam_spp": ({"ercot_dam_spp"}, 1),
    "np4-732-cd_wind_hourly": ({"ercot_wind_hourly"}, 17),
    "np6-785-er_rtm_yearly": ({"ercot_rtm_spp_yearly"}, 1),
    "np3-911-er_two_day_as": ({"ercot_as_cleared_2day", "ercot_as_self_arranged_2day", "ercot_as_offers_2day"}, 1),
}
NO_DATA = ("api_archive_listing", "mis_doclist", "cdr_html_dam_spp", "cdr_html_rtm_spp", "cdr_html_system_conditions")


def read(path: Path) -> list[tuple[Feed, Payload, Verdict]]:
    """Return, for each file inside, its feed and the verdict on its rows."""
    found = []
    for file in unpack(Payload(path.name, path.read_bytes())):
        feed = recognise(file)
        found.append((feed, file, validate(feed.parse(feed, [file]), feed.contract)))
    return found


@pytest.mark.parametrize("folder", sorted(FEEDS_OF_FOLDERS))
def test_every_row_of_a_csv_comes_out(recordings, folder):
    feeds, rows_a_line = FEEDS_OF_FOLDERS[folder]
    seen = set()
    for path in sorted((recordings / "ercot" / folder).iterdir()):
        for feed, file, verdict in read(path):
            lines = [line for line in file.content.splitlines() if line.strip()]
            headed = not lines[0][:2].isdigit()
            assert len(verdict.accepted) == (len(lines) - headed) * rows_a_line
            assert verdict.refused.empty, verdict.refused["reason"].unique()
            seen.add(feed.key)
    assert seen == feeds


def test_one_interval_as_csv_and_as_a_page_of_the_api(recordings):
    (csv,) = read(next((recordings / "ercot/np6-905-cd_rtm_spp").glob("*.csv")))
    (page,) = read(next((recordings / "ercot/np6-905-cd_rtm_spp").glob("*.jsonl")))
    assert (csv[0].key, len(csv[2].accepted)) == ("ercot_rtm_spp", 908)
    assert (page[0].key, len(page[2].accepted)) == ("ercot_rtm_spp", 192)
    assert set(page[2].accepted["location_type"]) == {"zone"}
    assert set(csv[2].accepted["interval_start"]) == {pd.Timestamp("2024-03-29 00:45", tz="America/Chicago")}
    twice = csv[2].accepted[csv[2].accepted["location"] == "LZ_HOUSTON"]
    assert set(twice["location_type"]) == {"zone", "zone_energy_weighted"}


@pytest.mark.parametrize(
    ("path", "key", "rows", "days", "per_hour"),
    [
        ("np4-180-er_dam_yearly/rpt.00013060.0000000000000000.DAMLZHBSPP_2025.xlsx", "ercot_dam_spp_yearly", 124920,
         ("2025-03-09", "2025-11-02"), 1),
        ("native_load_yearly/Native_Load_2024.xlsx", "ercot_load_yearly", 8784 * 9, ("2024-03-10", "2024-11-03"), 1),
        ("native_load_yearly/native_Load_2016.xlsx", "ercot_load_yearly", 8784 * 9, ("2016-03-13", "2016-11-06"), 1),
        ("fuel_mix_yearly/IntGenbyFuel2022.xlsx", "ercot_fuel_mix_yearly", 365 * 96 * 10, ("2022-03-13", "2022-11-06"), 4),
    ],
)  # fmt: skip
def test_workbooks_of_a_year_are_whole_on_both_clock_change_days(recordings, path, key, rows, days, per_hour):
    ((feed, _, verdict),) = read(recordings / "ercot" / path)
    accepted = verdict.accepted
    assert (feed.key, len(accepted)) == (key, rows)
    assert verdict.refused.empty
    place = ["publisher_fuel" if "publisher_fuel" in accepted else "location"]
    assert not accepted.duplicated([*place, "interval_start"]).any()
    for day, hours in zip(days, (23, 25), strict=True):
        mine = accepted[accepted["market_day"].astype(str) == day]
        assert set(mine.groupby(place)["interval_start"].nunique()) == {hours * per_hour}
        assert all(
            group.is_monotonic_increasing
            for _, group in mine.sort_values("interval_end").groupby(place)["interval_start"]
        )


def test_ancillary_clock_changes_by_flag_and_by_counting(recordings):
    ((_, _, yearly),) = read(recordings / "ercot/np4-181-er_dam_as_yearly/ercot_as_2014.csv")
    rows = yearly.accepted
    for day, hours in (("2014-03-09", 23), ("2014-11-02", 25)):
        mine = rows[rows["market_day"].astype(str) == day]
        assert set(mine.groupby("publisher_product")["interval_start"].nunique()) == {hours}
    for feed, _, verdict in read(recordings / "ercot/np3-911-er_two_day_as/np3-911-er_1049861718.zip"):
        starts = verdict.accepted["interval_start"].drop_duplicates()
        assert len(starts) == 25, feed.key
        assert starts.max() - starts.min() == pd.Timedelta(hours=24)


def test_dashboards_and_the_oldest_reports(recordings):
    ((mix, _, fuels),) = read(recordings / "ercot/dashboard_fuel_mix/ERCOT_generation.json")
    ((fleet, _, storage),) = read(recordings / "ercot/dashboard_storage/ERCOT_storage.json")
    assert (mix.key, len(fuels.accepted)) == ("ercot_fuel_mix", (288 + 81) * 8)
    assert (fleet.key, len(storage.accepted)) == ("ercot_storage", (288 + 81) * 3)
    assert fuels.refused.empty
    assert storage.refused.empty
    counts = {}
    for path in (recordings / "ercot/np4-790-er_peaker_net_margin").iterdir():
        ((feed, _, verdict),) = read(path)
        assert feed.key == "ercot_peaker_net_margin"
        counts[path.suffix + str(len(verdict.accepted))] = verdict.accepted["value"].sum()
    assert counts[".zip1"] == 763961.62
    assert counts[".csv96"] == counts[".zip96"]


def test_the_hour_of_the_file_name_is_the_issue(recordings):
    ((_, _, verdict),) = read(recordings / "ercot/np4-732-cd_wind_hourly/wind_specific_reportid.zip")
    assert set(verdict.accepted["issued_at"]) == {pd.Timestamp("2025-03-13 13:55:09", tz="America/Chicago")}


@pytest.mark.parametrize("folder", NO_DATA)
def test_lists_and_pages_for_the_eye_are_refused_by_name(recordings, folder):
    for path in (recordings / "ercot" / folder).iterdir():
        with pytest.raises(PayloadError, match=path.name[:20]):
            read(path)
