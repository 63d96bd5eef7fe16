"""Real Data Miner files and auction workbooks: every row is accepted or named in quarantine."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.markets.market_day import hours_in_day
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.feeds import ZONE
from market_platform.sources.pjm.recognise import recognise

# File, feed, data lines in the file (counted with a CSV or JSON reader, not ours), rows a line.
RECORDED = (
    ("ancillary_services/ancillary_services.csv", "pjm_rt_hourly_ancillary", 720, 1),
    ("da_hrl_lmps/da_hrl_lmps.csv", "pjm_dam_lmp_node", 8737, 1),
    ("da_hrl_lmps/da_hrl_lmps_2026-06-09.json", "pjm_dam_lmp_zone", 552, 1),
    ("da_marginal_value/da_marginal_value_2023-11-05_2023-11-07.json", "pjm_dam_constraints", 387, 1),
    ("da_transconstraints/da_transconstraints_2023-11-05_2023-11-07.json", "pjm_dam_congestion_events", 82, 1),
    ("gen_by_fuel/gen_by_fuel.json", "pjm_fuel_mix", 220, 1),
    ("gen_by_fuel/mar_2021_gen_by_fuel.csv", "pjm_fuel_mix", 8173, 1),
    ("hourly_solar_power_forecast/pjm_solar_forecast_2025-02-24.json", "pjm_solar_forecast", 1061, 2),
    ("hrl_load_metered/hrl_load_metered - test3.csv", "pjm_load_metered", 168, 1),
    ("hrl_load_metered/hrl_load_metered-20191215121616.csv", "pjm_load_metered", 20910, 1),
    ("inst_load/inst_load.csv", "pjm_load_instantaneous", 288, 1),
    ("load_frcstd_7_day/compressed_pjm_load_forecast_2025-03-19.gz", "pjm_load_forecast", 168, 1),
    ("ops_sum_prev_period/ops_sum_prev_period-20191215121615.csv", "pjm_operations_load", 312, 1),
    ("pnode/pnode-20191215121613.csv", "pjm_pnodes", 12708, 1),
    ("reg_market_results/reg_market_results.csv", "pjm_regulation_results", 719, 12),
    ("reserve_market_results/reserve_market_results.csv", "pjm_rt_reserve_prices", 8928, 3),
    ("rt_marginal_value/rt_marginal_value_2023-11-05_2023-11-07.json", "pjm_rt_constraints", 875, 1),
    (
        "rt_unverified_fivemin_lmps/rt_unverified_fivemin_lmps_2026-06-10.json",
        "pjm_rt_5min_unverified_lmp_zone",
        154,
        1,
    ),
    ("solar_gen/solar_gen-20191215121639.csv", "pjm_solar", 2154, 1),
)


def taken(recordings: Path, file: str) -> tuple[str, pd.DataFrame, Verdict]:
    path = recordings / "pjm" / file
    payload = Payload(path.name, path.read_bytes())
    key = recognise(payload)
    assert key is not None, f"{path.name}: no feed knows it"
    feed = FEEDS[key]
    rows = feed.parse(feed, [payload])
    return key, rows, validate(rows, feed.contract)


@pytest.mark.parametrize(("file", "key", "lines", "rows_per_line"), RECORDED, ids=[one[0] for one in RECORDED])
def test_every_row_is_accepted(recordings: Path, file: str, key: str, lines: int, rows_per_line: int):
    found, rows, verdict = taken(recordings, file)
    assert found == key
    assert rows["line"].nunique() == lines
    assert len(verdict.accepted) == len(rows) == lines * rows_per_line


def test_every_recorded_file_is_known(recordings: Path):
    for path in (recordings / "pjm").glob("*/*"):
        assert recognise(Payload(path.name, path.read_bytes())) in FEEDS, path.name


def test_superseded_versions_are_named_and_the_current_one_stands(recordings: Path):
    """2024-03-05 stands twice in the file: version 1 no longer current, version 2 current, prices equal."""
    key, rows, verdict = taken(recordings, "rt_hrl_lmps/rt_hrl_lmps.csv")
    assert (key, len(rows)) == ("pjm_rt_hourly_lmp_zone", 8808)
    assert set(verdict.refused["reason"]) == {"superseded by version 2 in the same file"}
    assert list(verdict.refused["market_day"].unique()) == [date(2024, 3, 5)]
    assert len(verdict.refused) == 24
    assert len(verdict.accepted) == 8784 == verdict.accepted["interval_start"].nunique()


@pytest.mark.parametrize(
    ("file", "day", "series"),
    [
        ("da_hrl_lmps/da_hrl_lmps.csv", date(2025, 11, 2), "location"),
        ("da_hrl_lmps/da_hrl_lmps.csv", date(2026, 3, 8), "location"),
        ("rt_hrl_lmps/rt_hrl_lmps.csv", date(2024, 3, 10), "location"),
        ("rt_hrl_lmps/rt_hrl_lmps.csv", date(2024, 11, 3), "location"),
        ("hrl_load_metered/hrl_load_metered-20191215121616.csv", date(2019, 11, 3), "location"),
        ("gen_by_fuel/mar_2021_gen_by_fuel.csv", date(2021, 3, 14), "publisher_fuel"),
    ],
)
def test_clock_change_days_have_23_and_25_hours(recordings: Path, file: str, day: date, series: str):
    _, _, verdict = taken(recordings, file)
    rows = verdict.accepted[verdict.accepted["market_day"] == day]
    hours = hours_in_day(day, ZONE)
    assert hours in (23, 25)
    for _, one in rows.groupby(series):
        starts = one["interval_start"].sort_values()
        assert len(starts) == hours == starts.nunique()
        assert (starts.diff().dropna() == pd.Timedelta(hours=1)).all()


def test_day_ahead_constraints_reach_through_the_repeated_hour(recordings: Path):
    _, _, verdict = taken(recordings, "da_marginal_value/da_marginal_value_2023-11-05_2023-11-07.json")
    rows = verdict.accepted[verdict.accepted["market_day"] == date(2023, 11, 5)]
    assert rows["interval_start"].nunique() <= 25
    assert {5, 6} <= set(rows["interval_start"].dt.hour)  # 1:00 EDT and 1:00 EST
    assert (rows["shadow_price_usd_per_mwh"] <= 0).all()


@pytest.mark.parametrize(
    ("file", "tolerance"), [("da_hrl_lmps/da_hrl_lmps.csv", 1e-9), ("rt_hrl_lmps/rt_hrl_lmps.csv", 0.00501)]
)
def test_price_is_the_sum_of_its_parts(recordings: Path, file: str, tolerance: float):
    rows = taken(recordings, file)[2].accepted
    parts = rows["energy_usd_per_mwh"] + rows["congestion_usd_per_mwh"] + rows["loss_usd_per_mwh"]
    np.testing.assert_allclose(parts, rows["lmp_usd_per_mwh"], atol=tolerance)


def test_a_bus_carries_the_full_name_of_the_list_of_nodes(recordings: Path):
    price = taken(recordings, "da_hrl_lmps/da_hrl_lmps.csv")[2].accepted.iloc[0]
    nodes = taken(recordings, "pnode/pnode-20191215121613.csv")[2].accepted.set_index("location_id")
    assert price["location"] == nodes.loc[price["location_id"], "location"] == "ALDENE  230 KV  T-10"


def test_drifting_samples_lie_on_the_five_minutes(recordings: Path):
    rows = taken(recordings, "inst_load/inst_load.csv")[2].accepted
    assert set(rows["interval_start"].dt.second) == {0}
    assert set(rows["interval_start"].dt.minute % 5) == {0}


@pytest.mark.parametrize(
    ("file", "year", "known"),
    [
        # Prices and volumes that PJM announced: base residual auction, delivery area, USD per MW and day, MW.
        ("2021-2022-base-residual-auction-results.xlsx", 2021, {"RTO": (140.0, 163627.3), "COMED": (195.55, 22358.1)}),
        ("2023-2024-base-residual-auction-results.xlsx", 2023, {"RTO": (34.13, 144870.6), "DPLSOUTH": (69.95, 1324.0)}),
        ("2025-2026-base-residual-auction-results.xlsx", 2025, {"RTO": (269.92, 135684.0), "BGE": (466.35, 606.9)}),
        ("2026-2027-bra-results.xlsx", 2026, {"RTO": (329.17, 134205.3), "JCPL": (329.17, 2542.9)}),
    ],
)
def test_capacity_auctions(recordings: Path, file: str, year: int, known: dict[str, tuple[float, float]]):
    key, rows, verdict = taken(recordings, f"rpm_bra_results/{file}")
    assert key == "pjm_capacity_auctions"
    assert len(verdict.accepted) == len(rows)
    areas = verdict.accepted[verdict.accepted["auction"] == "base_residual"].set_index("locality")
    for area, (price, mw) in known.items():
        assert (areas.loc[area, "price_usd_per_mw_day"], areas.loc[area, "cleared_mw"]) == pytest.approx((price, mw))
    assert set(verdict.accepted["market_day"]) == {date(year, 6, 1)}
    zones = verdict.accepted[verdict.accepted["auction"] == "base_residual_zonal"]
    assert len(zones) in (20, 21)
    total = areas.loc["RTO", "cleared_mw"]
    assert zones["cleared_mw"].sum() == pytest.approx(total, abs=0.1)  # zonal obligations add up to what cleared
