"""The lake: versions kept, slices replaced whole, many writers at once."""

import multiprocessing
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.contracts.families.power import LOAD
from market_platform.store.catalog import Catalog
from market_platform.store.lake import Lake
from market_platform.store.merging import Arrival

T0 = datetime(2026, 11, 2, 12, tzinfo=UTC)
PLACES = ("A", "B", "C")


def rows(day: date, value: float, places=PLACES) -> pd.DataFrame:
    starts = pd.date_range(pd.Timestamp(day, tz="UTC"), periods=24, freq="h", unit="us")
    frame = pd.MultiIndex.from_product([starts, places], names=["interval_start", "location"]).to_frame(index=False)
    frame["market_day"] = day
    frame["interval_end"] = frame["interval_start"] + timedelta(hours=1)
    frame = frame.assign(market="nyiso", location_id="1", load_mw=value)
    frame = frame.astype({"market_day": PANDAS_TYPES[Kind.DAY], "load_mw": "float64"})
    return frame[list(LOAD.row_columns)]


def commit(lake: Lake, frame: pd.DataFrame, at: datetime = T0, feed: str = "f"):
    return lake.commit(LOAD, feed, frame, payload="0" * 64, read_at=at)


def test_the_same_rows_again_change_nothing(tmp_path):
    lake = Lake(tmp_path)
    first = commit(lake, rows(date(2026, 11, 1), 5.0))
    again = commit(lake, rows(date(2026, 11, 1), 5.0), T0 + timedelta(hours=1))
    assert (first.rows_changed, again.rows_changed) == (72, 0)
    assert again.version == first.version
    assert again.standing["received"].tolist() == [72]


def test_a_correction_keeps_both_versions_and_as_of_gives_each(tmp_path):
    lake = Lake(tmp_path / "lake")
    day = date(2026, 11, 1)
    commit(lake, rows(day, 5.0))
    corrected = rows(day, 5.0)
    corrected.loc[0, "load_mw"] = 6.0
    commit(lake, corrected, T0 + timedelta(hours=2))
    key = "location = 'A' AND interval_start = TIMESTAMPTZ '2026-11-01 00:00:00+00'"
    assert lake.read(LOAD, key)["load_mw"].tolist() == [6.0]
    assert sorted(lake.read(LOAD, key, versions=True)["load_mw"]) == [5.0, 6.0]
    assert len(lake.read(LOAD, versions=True)) == 73
    with Catalog(tmp_path / "market.duckdb", lake, [LOAD]).connect() as connection:
        for hours, value in ((1, 5.0), (2, 6.0), (3, 6.0)):
            at = (T0 + timedelta(hours=hours)).isoformat()
            found = connection.sql(f"SELECT load_mw FROM load_as_of('{at}') WHERE {key}").fetchall()
            assert found == [(value,)], hours
        before = (T0 - timedelta(seconds=1)).isoformat()
        assert connection.sql(f"SELECT count(*) FROM load_as_of('{before}')").fetchall() == [(0,)]


def test_a_part_of_a_day_adds_to_it_and_takes_nothing_away(tmp_path):
    lake = Lake(tmp_path)
    day = date(2026, 11, 1)
    commit(lake, rows(day, 5.0, ("A",)))
    commit(lake, rows(day, 7.0, ("B",)), T0 + timedelta(minutes=5))
    standing = lake.read(LOAD)
    assert standing.groupby("location")["load_mw"].agg(["size", "mean"]).to_dict("index") == {
        "A": {"size": 24, "mean": 5.0},
        "B": {"size": 24, "mean": 7.0},
    }


def test_a_clock_set_back_never_turns_a_versions_life_around(tmp_path):
    lake = Lake(tmp_path)
    day = date(2026, 11, 1)
    commit(lake, rows(day, 5.0))
    commit(lake, rows(day, 6.0), T0 - timedelta(days=1))
    closed = lake.read(LOAD, "known_to IS NOT NULL", versions=True)
    assert len(closed) == 72
    assert (closed["known_to"] > closed["known_from"]).all()
    assert lake.read(LOAD)["load_mw"].unique().tolist() == [6.0]


def test_blank_values_and_values_are_different_versions_and_blank_is_not_different_from_blank(tmp_path):
    lake = Lake(tmp_path)
    day = date(2026, 11, 1)
    blank = rows(day, float("nan"))
    assert commit(lake, blank).rows_changed == 72
    assert commit(lake, blank, T0 + timedelta(hours=1)).rows_changed == 0
    assert commit(lake, rows(day, 1.0), T0 + timedelta(hours=2)).rows_changed == 72


def test_compaction_keeps_every_row_and_version(tmp_path):
    lake = Lake(tmp_path)
    for step in range(6):
        commit(lake, rows(date(2026, 11, 1 + step), 5.0), T0 + timedelta(minutes=step))
    commit(lake, rows(date(2026, 11, 1), 9.0), T0 + timedelta(hours=1))
    before = lake.read(LOAD, versions=True).sort_values(["interval_start", "location", "known_from"], ignore_index=True)
    assert lake.compact(LOAD)["files_removed"] >= 6
    after = lake.read(LOAD, versions=True).sort_values(["interval_start", "location", "known_from"], ignore_index=True)
    pd.testing.assert_frame_equal(before, after)


def replace_slices(root, writer: int, rounds: int) -> None:
    lake = Lake(root)
    for step in range(rounds):
        commit(lake, rows(date(2026, 11, 1 + writer), float(step)), T0 + timedelta(minutes=step))


def same_slice(root, writer: int, rounds: int) -> None:
    lake = Lake(root)
    for step in range(rounds):
        commit(lake, rows(date(2026, 11, 1), float(step), (f"writer {writer}",)), T0 + timedelta(minutes=step))


@pytest.mark.parametrize("work", [replace_slices, same_slice])
def test_eight_processes_write_one_table_and_a_reader_never_sees_half(tmp_path, work):
    rounds = 4
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=work, args=(tmp_path, writer, rounds)) for writer in range(8)]
    for writer in writers:
        writer.start()
    lake = Lake(tmp_path)
    seen = 0
    while any(writer.is_alive() for writer in writers):
        standing = lake.read(LOAD)
        if len(standing):
            seen += 1
            by_slice = standing.groupby(["market_day"] if work is replace_slices else ["location"])["load_mw"]
            assert set(by_slice.size()) == {72 if work is replace_slices else 24}
            assert (by_slice.nunique() == 1).all()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert seen
    standing = lake.read(LOAD)
    assert len(standing) == 8 * (72 if work is replace_slices else 24)
    assert standing["load_mw"].unique().tolist() == [rounds - 1]
    assert len(lake.read(LOAD, versions=True)) == len(standing) * rounds


def test_an_older_publication_yields_to_a_newer_one_and_a_stampless_one_does_not(tmp_path):
    lake, day = Lake(tmp_path), date(2026, 11, 1)

    def arrive(value, stamp, minutes):
        arrival = Arrival(rows(day, value), f"{minutes:064d}", stamp)
        return lake.commit_all(LOAD, "f", [arrival], read_at=T0 + timedelta(minutes=minutes), older_yields=True)

    arrive(5.0, T0, 0)
    assert arrive(4.0, T0 - timedelta(seconds=2), 1).rows_changed == 0
    assert arrive(6.0, T0 + timedelta(seconds=2), 2).rows_changed == 72
    assert arrive(7.0, None, 3).rows_changed == 72
    assert lake.read(LOAD)["load_mw"].unique().tolist() == [7.0]
    assert set(lake.read(LOAD, versions=True)["load_mw"]) == {5.0, 6.0, 7.0}
