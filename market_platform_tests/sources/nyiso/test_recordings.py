"""NYISO's real files, 2005 to 2026: every row comes out, or is named."""

from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.sources.catalogue import publisher_of, recognise
from market_platform.sources.payload import Payload, unpack

FEED_OF_FOLDER = {
    "ExternalLimitsFlows": "nyiso_interface_flows",
    "custom_report_integrated_load": "nyiso_custom_report_load",
    "custom_report_rtc_zonal_lbmp": "nyiso_custom_report_rtc_lbmp",
    "damasp": "nyiso_dam_ancillary",
    "damlbmp_zone": "nyiso_dam_lbmp_zone",
    "isolf": "nyiso_load_forecast",
    "pal": "nyiso_load_5min",
    "palIntegrated": "nyiso_load_hourly",
    "realtime_zone": "nyiso_rt_lbmp_zone",
    "rtasp": "nyiso_rt_ancillary",
    "rtfuelmix": "nyiso_fuel_mix",
}
ROWS_PER_LINE = {"damasp": 4, "rtasp": 5, "isolf": 12}


def read(path: Path) -> tuple[str, int, Verdict]:
    """Return the feed, the count of data lines by an independent count, and the verdict."""
    payload = Payload(path.name, path.read_bytes())
    feed = recognise(unpack(payload)[0])
    files = unpack(payload, publisher_of(feed).stamp_zone)
    lines = sum(len([line for line in file.content.splitlines() if line.strip()]) - 1 for file in files)
    return feed.key, lines, validate(feed.parse(feed, files), feed.contract)


def test_every_file_is_recognised_and_no_row_is_lost(recordings):
    files = sorted(path for path in (recordings / "nyiso").rglob("*") if path.is_file())
    assert len(files) >= 27
    for path in files:
        key, lines, verdict = read(path)
        assert key == FEED_OF_FOLDER[path.parent.name], path.name
        rows = lines * ROWS_PER_LINE.get(path.parent.name, 1)
        assert len(verdict.accepted) + len(verdict.refused) == rows, path.name
        assert verdict.refused.empty, (path.name, verdict.refused["reason"].unique())


@pytest.mark.parametrize(
    ("file", "day", "hours", "minutes"),
    [
        ("damlbmp_zone/nyiso_20250309damlbmp_zone_sample.csv", "2025-03-09", 23, 60),
        ("damlbmp_zone/nyiso_20251102damlbmp_zone_sample.csv", "2025-11-02", 25, 60),
        ("palIntegrated/20051030palIntegrated.csv", "2005-10-30", 25, 60),
        ("palIntegrated/20191103palIntegrated.csv", "2019-11-03", 25, 60),
        ("palIntegrated/20200308palIntegrated.csv", "2020-03-08", 23, 60),
        ("isolf/20191101isolf_csv.zip", "2019-11-03", 25, 60),
        ("isolf/20071101isolf_csv.zip", "2007-11-04", 25, 60),
        ("isolf/20190301isolf_csv.zip", "2019-03-10", 23, 60),
        ("pal/20191101pal_csv.zip", "2019-11-03", 25, 5),
        ("pal/20150301pal_csv.zip", "2015-03-08", 23, 5),
    ],
)
def test_clock_change_days_are_whole_and_unique(recordings, file, day, hours, minutes):
    _, _, verdict = read(recordings / "nyiso" / file)
    rows = verdict.accepted[verdict.accepted["market_day"].astype(str) == day]
    keys = ["location", "interval_start", *(["issued_at"] if "issued_at" in rows else [])]
    assert not rows.duplicated(keys).any()
    on_grid = rows[rows["interval_start"].dt.minute % minutes == 0]
    on_grid = on_grid[on_grid["interval_start"].dt.second == 0]
    assert set(on_grid.groupby("location")["interval_start"].nunique()) == {hours * 60 // minutes}


@pytest.mark.parametrize("folder", ["damlbmp_zone", "realtime_zone", "custom_report_rtc_zonal_lbmp"])
def test_lbmp_is_the_sum_of_its_parts_to_the_cent_in_our_sign(recordings, folder):
    for path in (recordings / "nyiso" / folder).iterdir():
        _, _, verdict = read(path)
        rows = verdict.accepted
        cents = (rows[["energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh"]] * 100).round().sum(axis=1)
        assert (cents == (rows["lmp_usd_per_mwh"] * 100).round()).all(), path.name


def test_off_grid_dispatch_intervals_keep_their_true_length(recordings):
    _, _, verdict = read(recordings / "nyiso/realtime_zone/20161027realtime_zone.csv")
    rows = verdict.accepted[verdict.accepted["location"] == "N.Y.C."].sort_values("interval_end")
    assert len(rows) == 300
    assert (rows["interval_start"].iloc[1:].to_numpy() == rows["interval_end"].iloc[:-1].to_numpy()).all()
    assert rows["interval_end"].iloc[-1] - rows["interval_start"].iloc[0] == pd.Timedelta(days=1)


def test_energy_is_one_price_for_the_whole_system(recordings):
    """What was derived agrees with how the market works: one energy price an hour, to rounding."""
    _, _, verdict = read(recordings / "nyiso/damlbmp_zone/20220718da.csv")
    spread = verdict.accepted.groupby("interval_start")["energy_usd_per_mwh"].agg(
        lambda prices: prices.max() - prices.min()
    )
    assert spread.max() <= 0.021


def test_the_forecast_is_issued_when_the_member_was_written(recordings):
    _, _, verdict = read(recordings / "nyiso/isolf/20191101isolf_csv.zip")
    first = verdict.accepted.sort_values("issued_at")["issued_at"].iloc[0]
    assert first == pd.Timestamp("2019-10-31 07:05:06", tz="America/New_York")
