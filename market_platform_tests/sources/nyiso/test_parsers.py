"""NYISO's parsers on small files of our own: the cases that no recording shows."""

from datetime import date

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnknownPayload
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.payload import Payload

LBMP = "Time Stamp,Name,PTID,LBMP ($/MWHr),Marginal Cost Losses ($/MWHr),Marginal Cost Congestion ($/MWHr)\n"


def rows_of(key: str, text: str, name: str = "20251102x.csv"):
    feed = FEEDS[key]
    return validate(feed.parse(feed, [Payload(name, text.encode())]), feed.contract)


def test_congestion_turns_its_sign_and_energy_is_what_is_left():
    verdict = rows_of("nyiso_dam_lbmp_zone", LBMP + "07/01/2025 00:00,N.Y.C.,61761,50.00,2.00,-8.00\n")
    row = verdict.accepted.iloc[0]
    parts = row[["lmp_usd_per_mwh", "energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh"]].tolist()
    assert parts == [50.0, 40.0, 8.0, 2.0]
    assert (row["market"], row["market_run"], row["location_type"], row["location_id"]) == (
        "nyiso",
        "DAM",
        "zone",
        "61761",
    )
    assert row["interval_start"] == pd.Timestamp("2025-07-01 04:00", tz="UTC")


def test_the_cut_heading_of_2016_is_known():
    head = LBMP.replace("Congestion ($/MWHr)", 'Congestion ($/MWH"')
    assert len(rows_of("nyiso_dam_lbmp_zone", head + "01/05/2016 00:00,WEST,61752,20.0,1.0,0.0\n").accepted) == 1


def test_real_time_stamps_end_the_interval_through_the_repeated_hour():
    ends = pd.date_range("2025-11-02 00:05", "2025-11-03 00:00", freq="5min", tz="America/New_York")
    lines = "".join(f"{end:%m/%d/%Y %H:%M:%S},WEST,61752,20.00,1.00,0.00\n" for end in ends)
    verdict = rows_of("nyiso_rt_lbmp_zone", LBMP + lines)
    assert len(verdict.accepted) == 300
    assert verdict.accepted["interval_end"].tolist() == ends.tz_convert("UTC").tolist()
    assert set(verdict.accepted["market_day"]) == {date(2025, 11, 2)}


def test_the_spring_day_has_276_real_time_intervals():
    ends = pd.date_range("2025-03-09 00:05", "2025-03-10 00:00", freq="5min", tz="America/New_York")
    lines = "".join(f"{end:%m/%d/%Y %H:%M:%S},WEST,61752,20.00,1.00,0.00\n" for end in ends)
    accepted = rows_of("nyiso_rt_lbmp_zone", LBMP + lines).accepted
    assert len(accepted) == 276
    assert accepted["interval_start"].is_unique


def test_look_ahead_rows_of_the_running_day_are_the_commitment_runs():
    stamps = ["09:55:00", "10:00:00", "10:05:00", "10:15:00", "10:30:00", "10:45:00"]
    lines = "".join(f"07/01/2025 {stamp},WEST,61752,20.00,1.00,0.00\n" for stamp in stamps)
    accepted = rows_of("nyiso_rt_lbmp_zone", LBMP + lines).accepted
    assert accepted["market_run"].tolist() == ["RTD"] * 3 + ["RTC"] * 3
    length = (accepted["interval_end"] - accepted["interval_start"]).dt.total_seconds() / 60
    assert length.tolist() == [5, 5, 5, 15, 15, 15]


def test_a_stamp_that_does_not_exist_and_an_unknown_zone_go_to_quarantine_by_name():
    text = LBMP + "03/09/2025 02:00,WEST,61752,1.00,0.00,0.00\n03/09/2025 03:00,ATLANTIS,1,1.00,0.00,0.00\n"
    verdict = rows_of("nyiso_dam_lbmp_zone", text)
    assert verdict.accepted.empty
    assert verdict.refused["line"].tolist() == [1, 2]
    assert "interval_start is blank" in verdict.refused["reason"][0]
    assert "ATLANTIS" in verdict.refused["reason"][1]


def test_a_row_told_twice_is_one_row_and_the_other_is_named():
    text = LBMP + "07/01/2025 00:00,WEST,61752,1.00,0.00,0.00\n" * 2 + "07/01/2025 00:00,WEST,61752,2.00,0.00,0.00\n"
    verdict = rows_of("nyiso_dam_lbmp_zone", text)
    assert verdict.accepted["lmp_usd_per_mwh"].tolist() == [2.0]
    assert verdict.refused["reason"].tolist() == [
        "the same row stands again below",
        "another row with the same key stands below",
    ]


def test_no_limit_is_blank_and_an_unknown_fuel_is_named():
    text = (
        "Timestamp,Interface Name,Point ID,Flow (MWH),Positive Limit (MWH),Negative Limit (MWH)\n"
        "07/01/2025 00:00,CENTRAL EAST - VC,23330,2054.26,2175,-9999\n"
    )
    row = rows_of("nyiso_interface_flows", text).accepted.iloc[0]
    assert row["positive_limit_mw"] == 2175
    assert pd.isna(row["negative_limit_mw"])
    mix = "Time Stamp,Time Zone,Fuel Category,Gen MW\n07/01/2025 00:05:00,EDT,Fusion,1.0\n"
    assert "Fusion" in rows_of("nyiso_fuel_mix", mix).refused["reason"][0]


def test_a_renamed_column_fails_by_name():
    with pytest.raises(SchemaChanged, match="Zone Price"):
        rows_of("nyiso_dam_lbmp_zone", LBMP.replace("LBMP ($/MWHr)", "Zone Price"))


@pytest.mark.parametrize(
    ("name", "line", "key"),
    [
        ("20250701damlbmp_gen.csv", "07/01/2025 00:00,59TH STREET_GT_1,24138", "nyiso_dam_lbmp_generator"),
        ("x.csv", "07/01/2025 00:00,59TH STREET_GT_1,24138", "nyiso_dam_lbmp_generator"),
        ("x.csv", "07/01/2025 00:00,WEST,61752", "nyiso_dam_lbmp_zone"),
        ("x.csv", "07/01/2025 00:00:00,WEST,61752", "nyiso_rt_hourly_lbmp_zone"),
        ("x.csv", "07/01/2025 00:05:00,WEST,61752", "nyiso_rt_lbmp_zone"),
        ("20250701realtime_gen.csv", "07/01/2025 00:05:00,59TH STREET_GT_1,24138", "nyiso_rt_lbmp_generator"),
    ],
)
def test_files_are_told_by_name_and_by_content(name, line, key):
    assert recognise(Payload(name, (LBMP + line + ",1.00,0.00,0.00\n").encode())).key == key


def test_a_stranger_is_named():
    with pytest.raises(UnknownPayload, match=r"notes\.txt"):
        recognise(Payload("notes.txt", b"hello, world\n1,2\n"))
