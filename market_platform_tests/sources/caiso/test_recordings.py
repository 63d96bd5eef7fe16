"""CAISO's real files, 2013 to 2026: every row comes out, or is named."""

import re
from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.errors import UnreadablePayload
from market_platform.sources.caiso.described import figures
from market_platform.sources.catalogue import FEEDS, publisher_of, recognise
from market_platform.sources.payload import Payload, unpack

FEED_OF_FOLDER = {
    "atl_pnode_map": {"caiso_aggregate_map"},
    "atl_tac_area_map": {"caiso_tac_area_map"},
    "ene_cb_mkt_sum": {"caiso_convergence_summary"},
    "ene_slrs": {"caiso_dam_schedules"},
    "outlook_ra_7day": {"caiso_adequacy_outlook"},
    "prc_lmp_dam": {"caiso_dam_lmp_node", "caiso_dam_lmp_hub"},
    "prc_nomogram_dam": {"caiso_dam_constraints"},
    "prc_rtm_shadow": {"caiso_rtd_power_balance"},
    "prc_rtpd_lmp": {"caiso_fmm_lmp_node"},
    "sld_fcst": {"caiso_load_forecast_dam", "caiso_load_forecast_7da", "caiso_load_forecast_rtpd"},
    "sld_ren_fcst": {"caiso_renewables_forecast_dam", "caiso_renewables_hourly"},
}
OTHER_SHAPES = ("daily_renewables_watch", "outlook_demand", "oasis_error")


def read(path: Path) -> tuple[str, int, Verdict]:
    """Return the feed, the count of published rows by an independent count, and the verdict."""
    payload = Payload(path.name, path.read_bytes())
    feed = recognise(unpack(payload)[0])
    files = unpack(payload, publisher_of(feed).stamp_zone)
    return feed.key, sum(published(file) for file in files), validate(feed.parse(feed, files), feed.contract)


def published(file: Payload) -> int:
    if file.content.lstrip().startswith(b"<"):
        return len(re.findall(rb"</REPORT_DATA>", file.content))
    return len([line for line in file.content.splitlines() if line.strip()]) - 1


def parts_of(rows: pd.DataFrame) -> int:
    """How many published rows went into rows of prices: one a component that has a value."""
    names = ["lmp_usd_per_mwh", "energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh", "ghg_usd_per_mwh"]
    return int(rows[names].notna().sum().sum())


def test_every_file_is_recognised_and_no_row_is_lost(recordings):
    files = sorted(path for path in (recordings / "caiso").rglob("*") if path.is_file())
    assert len(files) >= 30
    for path in (path for path in files if path.parent.name not in OTHER_SHAPES):
        key, lines, verdict = read(path)
        assert key in FEED_OF_FOLDER[path.parent.name], path.name
        rows = verdict.accepted
        assert verdict.refused.empty, (path.name, verdict.refused["reason"].unique())
        assert (parts_of(rows) if "lmp" in key else len(rows)) == lines, path.name


@pytest.mark.parametrize(
    ("file", "days"),
    [
        ("prc_lmp_dam/20181013_20181107_PRC_LMP_DAM_20200511_16_08_16_v1.csv", {"2018-11-04": 25, "2018-10-20": 24}),
        ("prc_lmp_dam/20190301_20190401_PRC_LMP_DAM_20200603_09_21_36_v1.csv", {"2019-03-10": 23, "2019-03-20": 24}),
        ("sld_ren_fcst/20220301_20220331_SLD_REN_FCST_DAM_20240515_09_09_07_v1.csv", {"2022-03-13": 23}),
        ("sld_ren_fcst/20221101_20221201_SLD_REN_FCST_ACTUAL_20240515_09_14_09_v1.csv", {"2022-11-06": 25}),
    ],
)
def test_clock_change_days_are_whole_unique_and_follow_each_other(recordings, file, days):
    _, _, verdict = read(recordings / "caiso" / file)
    keys = ["location", *(["fuel"] if "fuel" in verdict.accepted else [])]
    assert not verdict.accepted.duplicated([*keys, "interval_start"]).any()
    for day, hours in days.items():
        rows = verdict.accepted[verdict.accepted["market_day"].astype(str) == day]
        counts = rows.groupby(keys)["interval_start"].nunique()
        assert counts.max() == hours, day
        assert counts.min() >= hours - ("ACTUAL" in file), day  # the actual run lacks one hour of one hub
        whole = counts.idxmax()
        one = rows.set_index(keys).loc[[whole]].sort_values("interval_start")
        assert (one["interval_end"].iloc[:-1].to_numpy() == one["interval_start"].iloc[1:].to_numpy()).all()


def test_the_binding_constraints_of_the_long_day_hold_each_hour_once(recordings):
    _, _, verdict = read(recordings / "caiso/prc_nomogram_dam/chunk_07_20251028_20251127.csv")
    rows = verdict.accepted
    assert not rows.duplicated(["constraint_name", "contingency", "interval_start"]).any()
    spans = rows["interval_end"] - rows["interval_start"]
    assert (spans == pd.Timedelta(hours=1)).all()
    assert rows["constraint_name"].str.contains("  ").any()  # runs of blanks are kept as published


def test_csv_and_xml_of_one_query_say_the_same(recordings):
    folder = recordings / "caiso/prc_lmp_dam"
    frames = [
        read(folder / name)[2].accepted.sort_values("interval_start", ignore_index=True)
        for name in ("dam.csv", "dam.xml")
    ]
    pd.testing.assert_frame_equal(*frames)


def test_every_real_xml_describes_itself_well_enough_to_be_read_without_its_columns(recordings):
    """What is read of unknown reports in this way is shown on known ones: the same figures, places, units and moments."""
    feed = FEEDS["caiso_fmm_ramp_prices"]
    by_item = {"LMP_PRC": "lmp", "LMP_ENE_PRC": "energy", "LMP_CONG_PRC": "congestion", "LMP_LOSS_PRC": "loss"}
    path = recordings / "caiso/prc_lmp_dam/dam.xml"
    verdict = validate(figures(feed, [Payload(path.name, path.read_bytes())]), feed.contract)
    assert verdict.refused.empty
    assert set(verdict.accepted["unit"]) == {"USD/MWh"}
    wide = verdict.accepted.pivot_table(index=["location", "interval_start"], columns="figure", values="value")
    prices = read(path)[2].accepted.set_index(["location", "interval_start"]).sort_index()
    for item, name in by_item.items():
        assert wide[item].tolist() == prices[f"{name}_usd_per_mwh"].tolist()
    for other in sorted((recordings / "caiso").glob("*/*.xml")):
        if "oasis_error" not in str(other):
            file = Payload(other.name, other.read_bytes())
            verdict = validate(figures(feed, [file]), feed.contract)
            assert len(verdict.accepted) + len(verdict.refused) == published(file), other.name


def test_prices_are_the_sum_of_their_parts_within_their_rounding(recordings):
    for path in sorted((recordings / "caiso").glob("prc_*lmp*/*")):
        rows = read(path)[2].accepted
        parts = rows["energy_usd_per_mwh"] + rows["congestion_usd_per_mwh"] + rows["loss_usd_per_mwh"]
        parts = parts + rows["ghg_usd_per_mwh"].fillna(0.0)
        assert (rows["lmp_usd_per_mwh"] - parts).abs().max() < 5.1e-5, path.name


def test_values_stand_where_the_file_has_them(recordings):
    rows = read(recordings / "caiso/prc_lmp_dam/dam.csv")[2].accepted.set_index("interval_start")
    first = rows.loc[pd.Timestamp("2018-12-30T08:00Z")]
    assert first["lmp_usd_per_mwh"] == 40.49724
    assert str(first["market_day"]) == "2018-12-30"
    load = read(recordings / "caiso/sld_fcst/20230917_20230919_SLD_FCST_DAM_20230920_21_28_35_v1.csv")[2].accepted
    area = load[(load["location"] == "AVA") & (load["interval_start"] == pd.Timestamp("2023-09-18T03:00Z"))]
    assert area["load_mw"].tolist() == [1111.63]
    assert area["issued_at"].tolist() == [pd.Timestamp("2023-09-16T16:10Z")]


def test_a_report_with_both_real_time_runs_tells_them_apart(recordings):
    rows = read(recordings / "caiso/sld_fcst/sld_forecast.xml")[2].accepted
    minutes = (rows["interval_end"] - rows["interval_start"]).dt.total_seconds() / 60
    assert dict(zip(rows["model"], minutes, strict=True)) == {"RTPD": 15, "RTD": 5}


def test_the_retired_watch_names_the_hour_that_does_not_exist(recordings):
    folder = recordings / "caiso/daily_renewables_watch"
    _, _, spring = read(folder / "20170312_DailyRenewablesWatch.txt")
    assert (len(spring.accepted), len(spring.refused)) == (23 * 12, 12)
    assert set(spring.refused["reason"]) == {"the clock skips this time on that day"}
    _, _, autumn = read(folder / "20171105_DailyRenewablesWatch.txt")
    assert (len(autumn.accepted), len(autumn.refused)) == (24 * 12, 0)
    nuclear = autumn.accepted[autumn.accepted["publisher_fuel"] == "NUCLEAR"].sort_values("interval_start")
    assert nuclear["generation_mw"].iloc[0] == 2254


def test_the_page_download_gives_load_and_names_its_forecasts(recordings):
    _, _, verdict = read(recordings / "caiso/outlook_demand/CAISO-demand-20191010.csv")
    assert len(verdict.accepted) == 288
    assert verdict.accepted["load_mw"].iloc[0] == 21302
    assert verdict.refused["reason"].str.startswith("a forecast beside the load").sum() == 2 * 289


def test_an_error_document_is_refused_with_its_own_words(recordings):
    path = recordings / "caiso/oasis_error/caiso_sld_ren_fcst_no_data.xml"
    with pytest.raises(UnreadablePayload, match=r"error 1000 \(No data returned for the specified selection\)"):
        recognise(Payload(path.name, path.read_bytes()))
