"""Pipelines: the recorded posting, commas, directions, late cycles, and both clock changes."""

from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.catalogue import recognise
from market_platform.sources.payload import Payload
from market_platform.sources.pipelines.capacity import last_posts


@pytest.fixture
def posting(recordings: Path) -> Payload:
    path = recordings / "pipelines/texas_eastern_operational_capacity/te_oa_rows_gasday_2026-08-21.csv"
    return Payload(path.name, path.read_bytes())


def _read(payload: Payload) -> pd.DataFrame:
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return verdict.accepted


def test_recorded_rows(posting: Payload) -> None:
    rows = _read(posting)
    assert rows["cycle"].tolist() == ["TIMELY", "INTRDY", "INTRDY", "INTRDY"]
    assert rows["flow"].tolist() == ["delivery", "delivery", "receipt", "delivery"]
    assert rows["scheduled_mmbtu"].tolist() == [246_706, 297_640, 0, 0]
    assert set(rows["pipeline_id"]) == {"007932908"}
    assert rows["location"].iloc[2] == "CHENIERE LNG, BEAUREGARD PA,LA (D-73866/R-73566)"
    assert rows["utilisation"].iloc[0] == pytest.approx(246_706 / 322_000)
    assert rows["interval_start"].iloc[0] == pd.Timestamp("2026-08-21 14:00", tz="UTC")
    assert rows["posted_at"].iloc[1] == pd.Timestamp("2026-08-22 14:01", tz="UTC")
    assert last_posts(rows)["scheduled_mmbtu"].tolist() == [297_640, 0, 0]


@pytest.mark.parametrize(("day", "hours"), [("03-07-2026", 23), ("10-31-2026", 25), ("08-21-2026", 24)])
def test_gas_days_over_clock_changes(posting: Payload, day: str, hours: int) -> None:
    rows = _read(Payload("TE_OA.csv", posting.content.replace(b"08-21-2026", day.encode())))
    assert set(rows["interval_end"] - rows["interval_start"]) == {pd.Timedelta(hours=hours)}


def test_renamed_column_and_strange_quantity(posting: Payload) -> None:
    feed = recognise(posting)
    with pytest.raises(SchemaChanged, match="Loc_Number"):
        feed.parse(feed, [Payload("a.csv", posting.content.replace(b",Loc,", b",Loc_Number,"))])
    rows = feed.parse(feed, [Payload("a.csv", posting.content.replace(b'"246,706"', b"n/a"))])
    assert rows["defect"].tolist()[0] == "scheduled = n/a is not a number"


WITHOUT_CYCLE = (
    b"Loc ,Loc Name,Loc Zn,Flow Ind,Loc Purp Desc,Loc/QTI,IT,All Qty Avail,DC,OPC,TSQ,OAC,Qty Reason\n"
    b'100,"WEST END, BORDER",AZ,D,Delivery Location,DPQ,N,Y,"1,200","1,100",900,200,\n'
)


@pytest.mark.parametrize(("day", "hours"), [("20260307", 23), ("20261031", 25), ("20260821", 24)])
def test_a_layout_without_cycle_takes_it_from_the_files_name(day: str, hours: int) -> None:
    rows = _read(Payload(f"TW_OA_{day}_EVENING.csv", WITHOUT_CYCLE))
    row = rows.iloc[0]
    assert (row["pipeline_id"], row["cycle"], row["flow"]) == ("007933047", "EVENING", "delivery")
    assert (row["scheduled_mmbtu"], row["utilisation"]) == (900, pytest.approx(900 / 1_100))
    assert row["interval_end"] - row["interval_start"] == pd.Timedelta(hours=hours)
    assert row["posted_at"].tz_convert("America/Chicago").hour == 21
    assert row["posted_at"] < row["interval_start"]


def test_a_layout_without_cycle_under_another_name_is_refused() -> None:
    payload = Payload("download.csv", WITHOUT_CYCLE)
    with pytest.raises(UnreadablePayload, match=r"name the file <asset>_OA_<YYYYMMDD>_<cycle>.csv"):
        recognise(payload).parse(recognise(payload), [payload])
