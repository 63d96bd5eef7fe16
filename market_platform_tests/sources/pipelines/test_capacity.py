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


BOARDWALK = (
    "\ufeffTSP Name,TSP,Post Date/Time,Effective Gas Day,Effective Time,LineCode,Segment,Loc,Loc Name,Loc Zn,Loc Purp Desc,"
    "Loc/QTI,Flow Ind,Design Capacity,Operating Capacity,Total Scheduled Quantity,Operationally  Available Capacity,IT,"
    "All Qty Avail,Quantity Not Available Reason,Meas Basis Desc\r\n"
    '"River Gas, LLC",015972101,{day} 11:07:00,{day},12:00:00,200,,,East,,Pipeline Segment,SGQ,BD,34420,34420,5369,29051,,Y,'
    ",MMBtu\r\n"
    '"River Gas, LLC",015972101,{day} 11:07:00,{day},12:00:00,925,LKC,26096,"Mill, South",1,Delivery Location,DPQ,D,,,'
    "177000,,N,N,Capacity has not been specified,MMBtu\r\n"
)
EASTERN = (
    "Posting Date,Posting Time,TSP ,TSP Name,CycleDesc,Eff Gas Day,Eff Time,Meas Basis Desc,Loc Purp Desc,Loc/QTI Desc,"
    "Interconnect Party Name,OIA,Loc,Loc Name,Operating Capacity,Total Scheduled Quantity,Operationally Available Capacity,"
    "Design Capacity,All Quantities Available Indicator,Quantity Not Available Reason,Flow Ind,IT\n"
    "{day},{time},072888858,Eastern Gas,Intraday 3,{day},22:00:00,MMBtu,Receipt Location,RPQ,PORT LNG LP,,40704,LOUDOUN,"
    '"741,280",0,"741,280","777,600",,Y,R,Y\n'
)


@pytest.mark.parametrize(("day", "hours"), [("20260307", 23), ("20261031", 25), ("20260713", 24)])
def test_boardwalks_layout_without_cycle_and_with_segments(day: str, hours: int) -> None:
    rows = _read(Payload("OA.csv", BOARDWALK.format(day=day).encode()))
    assert rows["location_id"].tolist() == ["line 200: East", "26096"]
    assert rows["flow"].tolist() == ["both", "delivery"]
    assert rows["cycle"].tolist() == ["FROM 12:00"] * 2
    assert set(rows["pipeline_id"]) == {"015972101"}
    assert rows["utilisation"].iloc[0] == pytest.approx(5369 / 34420)
    assert rows[["operating_mmbtu", "utilisation"]].iloc[1].isna().all()
    assert set(rows["interval_end"] - rows["interval_start"]) == {pd.Timedelta(hours=hours)}
    assert rows["posted_at"].iloc[0] == pd.Timestamp(f"{day} 11:07", tz="America/Chicago")


@pytest.mark.parametrize(
    ("day", "time"), [("05/16/2026", "21:38"), ("2026-05-16", "09:38 PM"), ("05-16-2026", "21:38:00")]
)
def test_eastern_gas_transmissions_layout_however_it_writes_days_and_times(day: str, time: str) -> None:
    (row,) = _read(Payload("OA.csv", EASTERN.format(day=day, time=time).encode())).to_dict("records")
    assert (row["cycle"], row["flow"], row["location_id"]) == ("Intraday 3", "receipt", "40704")
    assert (row["design_mmbtu"], row["scheduled_mmbtu"], row["available_mmbtu"]) == (777_600, 0, 741_280)
    assert row["interval_start"] == pd.Timestamp("2026-05-16 09:00", tz="America/Chicago")
    assert row["posted_at"] == pd.Timestamp("2026-05-16 21:38", tz="America/Chicago")


def test_a_day_that_nobody_can_read_is_refused_and_counted() -> None:
    payload = Payload("OA.csv", EASTERN.format(day="16 May", time="21:38").encode())
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert (len(verdict.accepted), len(verdict.refused)) == (0, 1)
