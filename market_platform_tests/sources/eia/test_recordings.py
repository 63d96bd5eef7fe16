"""EIA's recorded payloads: all rows accounted for, the anchors of the facts, and what must be refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.sources.eia.answers import EmptyAnswer, next_page
from market_platform.sources.eia.feeds import EIA
from market_platform.sources.eia.recognise import recognise
from market_platform.sources.eia.release_calendar import exceptions, release_moment
from market_platform.sources.paging import Incomplete
from market_platform.sources.payload import Payload, Request

WHOLE = [
    ("api_v2_stor_wkly/nw2_epg0_sno_r33_bcf_2010-01-01.json", "gas_storage", 1),
    ("api_v2_pri_fut/rngc4_1993-12-24.json", "gas_prices", 1),
    ("api_v2_rto_region_data/aec_demand_2019-01-02T00.json", "rto_region", 1),
    ("api_v2_rto_interchange/FPC_FPL.json", "rto_interchange", 25),
    ("api_v2_retail_sales/ak_all_2001-01.json", "retail_sales", 4),
    ("wngsr_json/wngsr.json", "storage_release", 2),
    ("wngsr_json/wngsr.json", "storage_report", 1),
    ("weekly_storage_history_xls/ngshistory_2026-01-29.xls", "storage_history", 839 * 8),
    ("weekly_storage_dnav_csv/Weekly_Working_Gas_in_Underground_Storage.csv", "storage_chart", None),
    ("henry_hub_daily_csv/daily.csv", "henry_hub_history", None),
    ("henry_hub_daily_dnav_xls/natural-gas-daily.xls", "henry_hub_history", 7437),
]


def _payload(recordings: Path, path: str) -> Payload:
    file = recordings / "eia" / path
    return Payload(file.name, file.read_bytes())


def _read(recordings: Path, path: str, key: str) -> pd.DataFrame:
    feed = EIA.feed(f"eia_{key}")
    rows = feed.parse(feed, [_payload(recordings, path)])
    verdict = validate(rows, feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return verdict.accepted


@pytest.mark.parametrize(("path", "key", "count"), WHOLE)
def test_every_row_is_accepted(recordings: Path, path: str, key: str, count: int | None) -> None:
    payload = _payload(recordings, path)
    if count is None:
        count = sum(line[:1].isdigit() for line in payload.content.decode().splitlines() if "GMT" not in line)
    assert len(_read(recordings, path, key)) == count
    found = recognise(payload)
    assert found is not None
    assert key in (found.removeprefix("eia_"), *(name.removeprefix("eia_") for name in EIA.feed(found).also))


def test_storage_anchor_is_the_same_in_both_forms(recordings: Path) -> None:
    api = _read(recordings, WHOLE[0][0], "gas_storage")
    book = _read(recordings, WHOLE[7][0], "storage_history")
    mine = book[(book["series"] == "NW2_EPG0_SNO_R33_BCF") & (book["interval_start"] == api["interval_start"].iloc[0])]
    assert api["stock_bcf"].tolist() == mine["stock_bcf"].tolist() == [826.0]
    chart = _read(recordings, WHOLE[8][0], "storage_chart").set_index("interval_end")["stock_bcf"]
    total = book[book["series"] == "NW2_EPG0_SWO_R48_BCF"].set_index("interval_end")["stock_bcf"]
    assert (chart == total.reindex(chart.index)).mean() > 0.99  # two vintages


def test_regions_differ_from_the_total_and_are_left_as_published(recordings: Path) -> None:
    book = _read(recordings, WHOLE[7][0], "storage_history")
    wide = book.assign(name=book["region"] + " " + book["gas_type"]).pivot(
        index="market_day", columns="name", values="stock_bcf"
    )
    regions = [f"{name} total" for name in ("East", "Midwest", "Mountain", "Pacific", "South Central")]
    gap = (wide[regions].sum(axis=1) - wide["Lower 48 total"]).abs()
    assert (len(gap), int((gap >= 1).sum()), int((gap >= 2).sum()), gap.max()) == (839, 309, 9, 2.0)
    salt = wide["South Central salt"] + wide["South Central nonsalt"] - wide["South Central total"]
    assert int((salt.abs() == 1).sum()) == 149
    assert salt.abs().max() == 1
    net = wide["Lower 48 total"].diff()
    assert net.min() == -359
    assert str(net.idxmin()) == "2018-01-05"


def test_release_has_texts_for_flags_and_survives_a_byte_mark(recordings: Path) -> None:
    payload = _payload(recordings, "wngsr_json/wngsr.json")
    feed = EIA.feed("eia_storage_report")
    twice = "\xef\xbb\xbf".encode()
    for content in (payload.content, b"\xef\xbb\xbf" + payload.content, twice + b"\r\n" + payload.content):
        rows = feed.parse(feed, [Payload("wngsr.json", content)])
        assert rows[["stock_bcf", "net_change_bcf", "five_year_average_bcf"]].iloc[0].tolist() == [2983.0, 61.0, 2798.0]
        assert not rows["is_revision"].iloc[0]
        assert rows["released_at"].iloc[0] == pd.Timestamp("2026-07-09 14:30", tz="UTC")
        assert recognise(Payload("wngsr.json", content)) == "eia_storage_release"
    revised = payload.content.replace(b'"revision_flag":["false"', b'"revision_flag":["true"')
    stocks = EIA.feed("eia_storage_release")
    assert stocks.parse(stocks, [Payload("wngsr.json", revised)])["is_revision"].tolist() == [True, False]


def test_cut_page_and_empty_answer_are_refused(recordings: Path) -> None:
    cut = _payload(recordings, "api_v2_facility_fuel_truncated_page/eia923_2022_CO.json")
    assert recognise(cut) == "eia_facility_fuel"
    feed = EIA.feed("eia_facility_fuel")
    with pytest.raises(Incomplete, match=r"5000 rows came where 10426 are announced \(incomplete return\)"):
        feed.parse(feed, [cut])
    empty = _payload(recordings, "api_v2_empty_result/SC_nuclear_empty.json")
    assert recognise(empty) == "eia_rto_fuel"
    with pytest.raises(EmptyAnswer, match="a facet is misspelt"):
        EIA.feed("eia_rto_fuel").parse(EIA.feed("eia_rto_fuel"), [empty])


def test_pages_are_asked_for_until_the_total_is_there(recordings: Path) -> None:
    cut = _payload(recordings, "api_v2_facility_fuel_truncated_page/eia923_2022_CO.json")
    request = Request("https://api.eia.gov/v2/x", "x.json", (), params={"offset": "0"})
    second = next_page(request, [cut])
    assert second is not None
    assert second.params["offset"] == "5000"
    answer = json.loads(cut.content)
    answer["response"]["data"] = answer["response"]["data"][:426]
    last = Payload("x.json", json.dumps(answer).encode())
    assert next_page(request, [cut, cut, last]) is None
    feed = EIA.feed("eia_facility_fuel")
    rows = feed.parse(feed, [cut, cut, last])
    assert len(rows) == 2 * 10_426
    assert rows["defect"].isna().all()
    with pytest.raises(Incomplete):
        next_page(request, [cut, cut, cut])


def test_release_calendar_has_its_exceptions() -> None:
    assert len(exceptions()) == 31
    assert release_moment(pd.Timestamp("2026-07-03").date()) == pd.Timestamp("2026-07-09 14:30", tz="UTC")
    assert release_moment(pd.Timestamp("2025-11-21").date()) == pd.Timestamp("2025-11-26 17:00", tz="UTC")
    with pytest.raises(ValueError, match="Friday"):
        release_moment(pd.Timestamp("2026-07-04").date())


def test_what_is_no_number_is_named_and_kept(recordings: Path) -> None:
    payload = _payload(recordings, WHOLE[0][0])
    feed = EIA.feed("eia_gas_storage")
    rows = feed.parse(feed, [Payload("a.json", payload.content.replace(b'"value":"826"', b'"value":"W"'))])
    assert rows["defect"].tolist() == ["value = W is not a number"]
    lines = b"Series Key,NW2_EPG0_SWO_R48_BCF.W\nWeek of,Stock\n05/7/2021,2029x\n05/07,1\n"
    chart = EIA.feed("eia_storage_chart")
    defects = chart.parse(chart, [Payload("a.csv", lines)])["defect"].tolist()
    assert defects[0].endswith("= 2029x is not a number")
    assert defects[1] == "the date cannot be read"


def _changed(recordings: Path, place: int, frequency: str, period: str) -> pd.DataFrame:
    path, key, _ = WHOLE[place]
    answer = json.loads(_payload(recordings, path).content)
    answer["response"] |= {"frequency": frequency, "total": 1}
    answer["response"]["data"] = [{**answer["response"]["data"][0], "period": period}]
    feed = EIA.feed(f"eia_{key}")
    return feed.parse(feed, [Payload("a.json", json.dumps(answer).encode())])


@pytest.mark.parametrize(
    ("period", "end"),
    [("2026-03-08T03-04", "2026-03-08 07:00"), ("2026-11-01T01-04", "2026-11-01 05:00"), ("2026-11-01T01-05", "2026-11-01 06:00")],
)  # fmt: skip
def test_local_hours_bring_their_offset(recordings: Path, period: str, end: str) -> None:
    row = _changed(recordings, 2, "local-hourly", period).iloc[0]
    assert row["interval_end"] == pd.Timestamp(end, tz="UTC")
    assert row["interval_end"] - row["interval_start"] == pd.Timedelta(hours=1)


@pytest.mark.parametrize(
    ("frequency", "period", "first", "after"),
    [("quarterly", "2001-Q4", "2001-10-01", "2002-01-01"), ("annual", "2001", "2001-01-01", "2002-01-01")],
)
def test_quarters_and_years(recordings: Path, frequency: str, period: str, first: str, after: str) -> None:
    rows = _changed(recordings, 4, frequency, period)
    assert set(rows["interval_start"]) == {pd.Timestamp(first, tz="America/New_York")}
    assert set(rows["interval_end"]) == {pd.Timestamp(after, tz="America/New_York")}
