"""CAISO's parsers on small files of our own: repeats, strangers, partial prices, drift, outlook days."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.caiso.feeds import CAISO, FEEDS
from market_platform.sources.caiso.prices import hours_elapsed
from market_platform.sources.payload import Payload, unpack

FEED = {feed.key: feed for feed in FEEDS}
LMP_HEAD = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,"
    "XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP"
)
HUB = "TH_NP15_GEN-APND"


def lmp_line(component, value, hour=8, node=HUB, group=1, day="2026-06-09"):
    start, end = f"2026-06-09T{hour:02d}:00:00-00:00", f"2026-06-09T{hour + 1:02d}:00:00-00:00"
    return f"{start},{end},{day},{hour - 6},0,{node},{node},{node},DAM,{component},X,{node},ALL,1,{value},{group}"


def lmp_file(*lines, head=LMP_HEAD):
    return Payload("20260609_20260610_PRC_LMP_DAM_20260608_13_05_00_v12.csv", "\n".join([head, *lines]).encode())


def verdict_of(key, *payloads):
    feed = FEED[key]
    return validate(feed.parse(feed, list(payloads)), feed.contract)


WHOLE = [lmp_line(*part) for part in (("LMP", 30.5), ("MCE", 30), ("MCC", 0.75), ("MCL", -0.25), ("MGHG", 0))]


def test_components_become_one_price():
    verdict = verdict_of("caiso_dam_lmp_hub", lmp_file(*WHOLE))
    row = verdict.accepted.iloc[0]
    assert (row["lmp_usd_per_mwh"], row["congestion_usd_per_mwh"], row["loss_usd_per_mwh"]) == (30.5, 0.75, -0.25)
    assert (row["location"], row["location_type"], row["market_run"], row["market"]) == (HUB, "hub", "DAM", "caiso")
    assert verdict.refused.empty


def test_parts_in_files_of_their_own_are_put_together():
    files = [
        Payload(f"20260609_20260609_PRC_LMP_DAM_{n}_v12.csv", f"{LMP_HEAD}\n{line}\n".encode())
        for n, line in enumerate(WHOLE)
    ]
    assert verdict_of("caiso_dam_lmp_node", *files).accepted["lmp_usd_per_mwh"].tolist() == [30.5]


def test_a_row_told_twice_is_named_and_the_first_stands():
    verdict = verdict_of("caiso_dam_lmp_hub", lmp_file(*WHOLE, lmp_line("MCC", 0.75, group=9)))
    assert len(verdict.accepted) == 1
    assert verdict.refused["reason"].tolist() == ["one row told twice: the report says it again in another group"]
    assert verdict.refused["line"].tolist() == [6]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (WHOLE[:3], "a price with some of its parts"),
        (WHOLE[1:], "parts of a price without the price itself"),
        ([*WHOLE, lmp_line("XYZ", 1)], "component XYZ is not in the table"),
        ([*WHOLE[:4], lmp_line("MGHG", "n/a")], "value = n/a is not a number"),
        ([*WHOLE, lmp_line("LMP", 1, hour=9, day="2026-06-11")], "operating day 2026-06-11 is not the day"),
        ([*WHOLE, "broken,line"], "2 of 16 fields"),
    ],
)
def test_what_is_not_whole_is_named(lines, reason):
    verdict = verdict_of("caiso_dam_lmp_hub", lmp_file(*lines))
    assert verdict.refused["reason"].str.startswith(reason).sum() == 1


def test_a_price_alone_is_whole():
    assert verdict_of("caiso_dam_lmp_hub", lmp_file(WHOLE[0])).accepted["lmp_usd_per_mwh"].tolist() == [30.5]


def test_a_renamed_column_stops_the_file_by_name():
    with pytest.raises(SchemaChanged, match="MWH"):
        verdict_of("caiso_dam_lmp_hub", lmp_file(*WHOLE, head=LMP_HEAD.replace(",MW,", ",MWH,")))
    assert CAISO.recognise(lmp_file(*WHOLE, head=LMP_HEAD.replace(",MW,", ",MWH,"))) == "caiso_dam_lmp_hub"


NOMOGRAM_HEAD = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,OPR_TYPE,MARKET_RUN_ID,NOMOGRAM_ID_XML,NOMOGRAM_ID,"
    "CONSTRAINT_CAUSE,PRC,GROUP"
)


def nomogram_line(price, group):
    return f"2026-06-09T08:00:00-00:00,2026-06-09T09:00:00-00:00,2026-06-09,2,0,Hourly,DAM,A  _1,A  _1,CAUSE,{price},{group}"


def test_shadow_prices_that_differ_under_one_key_are_told_from_repeats():
    text = "\n".join([NOMOGRAM_HEAD, nomogram_line(5, 1), nomogram_line(5, 2), nomogram_line(7, 3)])
    verdict = verdict_of("caiso_dam_constraints", Payload("x.csv", text.encode()))
    assert verdict.accepted["shadow_price_usd_per_mwh"].tolist() == [7]
    assert sorted(verdict.refused["reason"]) == [
        "another row with the same key stands below",
        "one row told twice: the report says it again in another group",
    ]


FORECAST_HEAD = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,LOAD_TYPE,OPR_DT,OPR_HR,OPR_INTERVAL,MARKET_RUN_ID,TAC_AREA_NAME,LABEL,"
    "XML_DATA_ITEM,POS,MW,EXECUTION_TYPE,GROUP"
)


def forecast_line(day):
    return f"{day}T08:00:00-00:00,{day}T09:00:00-00:00,0,{day},1,0,7DA,CA ISO-TAC,L,SYS_FCST_7DA_MW,1,21000,7DA,1"


@pytest.mark.parametrize("day", ["0001-01-01", "0000-00-00", "9999-12-31"])
def test_a_stamp_of_no_market_s_time_goes_to_quarantine_alone(day):
    text = "\n".join([FORECAST_HEAD, forecast_line("2026-06-09"), forecast_line(day)])
    verdict = verdict_of("caiso_load_forecast_7da", Payload("20260609_20260610_SLD_FCST_7DA_v1.csv", text.encode()))
    assert verdict.accepted["load_mw"].tolist() == [21000]
    assert verdict.refused["line"].tolist() == [2]
    assert "market_day is blank or cannot be read" in verdict.refused["reason"].item()


AS_HEAD = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,OPR_TYPE,ANC_TYPE,ANC_REGION,MARKET_RUN_ID,"
    "XML_DATA_ITEM,MW,GROUP"
)


@pytest.mark.parametrize(
    ("product", "region", "reason"),
    [
        ("XX", "AS_CAISO", "ancillary product XX is not in the table: add it there"),
        ("RU", "AS_MARS", "ancillary region AS_MARS is not in the table: add it there"),
    ],
)
def test_strangers_go_to_quarantine(product, region, reason):
    line = f"2026-06-09T08:00:00-00:00,2026-06-09T09:00:00-00:00,2026-06-09,2,0,Hourly,{product},{region},DAM,I,5.1,1"
    verdict = verdict_of("caiso_dam_ancillary", Payload("x.csv", f"{AS_HEAD}\n{line}\n".encode()))
    assert verdict.refused["reason"].tolist() == [reason]


def outlook_day(name, times, columns, value="1"):
    lines = [f"Time,{columns}", *(f"{time},{','.join([value] * (columns.count(',') + 1))}" for time in times)]
    return Payload(name, "\r\n".join(lines).encode())


FIVE_MINUTES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 24 * 60, 5)]
STORAGE = "Total batteries,Stand-alone batteries,Hybrid batteries"


def test_an_outlook_day_ends_before_the_next_days_first_sample():
    verdict = verdict_of("caiso_storage", outlook_day("20260609_storage.csv", [*FIVE_MINUTES, "00:00"], STORAGE))
    assert len(verdict.accepted) == 288 * 3
    assert verdict.refused["reason"].str.startswith("the closing 00:00").tolist() == [True]


def test_the_hour_that_the_clock_skips_is_named_and_the_repeated_one_read_once_or_twice():
    spring = verdict_of("caiso_storage", outlook_day("20260308_storage.csv", FIVE_MINUTES, STORAGE))
    assert spring.accepted["interval_start"].nunique() == 23 * 12
    autumn = verdict_of("caiso_storage", outlook_day("20261101_storage.csv", FIVE_MINUTES, STORAGE))
    assert autumn.accepted["interval_start"].nunique() == 24 * 12
    twice = [*FIVE_MINUTES[:24], *FIVE_MINUTES[12:]]
    both = verdict_of("caiso_storage", outlook_day("20261101_storage.csv", twice, STORAGE))
    assert both.accepted["interval_start"].nunique() == 25 * 12
    assert both.refused.empty


def test_what_a_running_day_still_waits_for_is_one_row():
    past = [f"{time},1,1,1" for time in FIVE_MINUTES[:100]]
    ahead = [f"{time},,," for time in FIVE_MINUTES[100:]]
    text = "\n".join([f"Time,{STORAGE}", *past, *ahead])
    verdict = verdict_of("caiso_storage", Payload("20260609_storage.csv", text.encode()))
    assert len(verdict.accepted) == 300
    assert verdict.refused["reason"].tolist() == ["no value yet from this line on to the end of the file (188 lines)"]


def test_demand_gives_load_and_called_demand_response():
    head = "Time,Day ahead forecast,Hour ahead forecast,Current demand,Demand response"
    text = f"{head}\n00:00,5,6,7,\n00:05,5,6,8,120\n00:10,5,6,,\n"
    payload = Payload("20260609_demand.csv", text.encode())
    assert verdict_of("caiso_load_5min", payload).accepted["load_mw"].tolist() == [7, 8]
    called = verdict_of("caiso_demand_response", payload).accepted["demand_response_mw"]
    assert called.isna().tolist() == [True, False]
    assert set(verdict_of("caiso_outlook_load_forecast", payload).accepted["model"]) == {
        "Day ahead forecast",
        "Hour ahead forecast",
    }
    assert CAISO.recognise(payload) == "caiso_load_5min"


def test_an_unknown_fuel_column_stops_the_file():
    payload = outlook_day("20260609_fuelsource.csv", FIVE_MINUTES, "Solar,Wind,Fusion")
    assert CAISO.recognise(payload) == "caiso_fuel_mix"
    with pytest.raises(SchemaChanged, match="Fusion"):
        verdict_of("caiso_fuel_mix", payload)


CORRECTION_HEAD = (
    "TRADE_DATE,HOUR_ENDING,INTERVAL,MARKET,AFFECTED_AREA,CORRECTION_METHOD,CORRECTION_COUNT,ENERGY_TYPECODE,"
    "CORRECTION_REASON,REPORT_GENERATED"
)


@pytest.mark.parametrize(
    ("day", "hour", "start"),
    [
        ("2026-11-01", 2, "2026-11-01T08:00Z"),
        ("2026-11-01", 25, "2026-11-01T09:00Z"),
        ("2026-11-01", 3, "2026-11-01T10:00Z"),
        ("2026-03-08", 4, "2026-03-08T10:00Z"),
        ("2026-06-09", 18, "2026-06-10T00:00Z"),
    ],
)
def test_corrected_hours_follow_oasis_numbers(day, hour, start):
    line = f"{day},{hour},,DAM,{HUB},Recalculated,3,ENERGY,error,2026-12-01 16:30:00"
    verdict = verdict_of("caiso_price_corrections", Payload("c.csv", f"{CORRECTION_HEAD}\n{line}\n".encode()))
    assert verdict.accepted["interval_start"].tolist() == [pd.Timestamp(start)]


def test_a_day_without_corrections_says_so_for_the_whole_day():
    line = "2026-11-01,,,RTD,,Recalculated,0,ENERGY,No records found for report.,2026-11-05 16:30:00"
    row = verdict_of(
        "caiso_price_corrections", Payload("c.csv", f"{CORRECTION_HEAD}\n{line}\n".encode())
    ).accepted.iloc[0]
    assert row["interval_end"] - row["interval_start"] == pd.Timedelta(hours=25)


@given(st.dates(min_value=pd.Timestamp("2015-01-01").date(), max_value=pd.Timestamp("2030-12-31").date()))
def test_every_hour_of_any_day_has_one_number(day):
    feed = FEED["caiso_price_corrections"]
    elapsed = [hours_elapsed(feed, pd.Timestamp(day), number) for number in range(1, 26)]
    hours = sorted(hour for hour in elapsed if hour == hour)
    whole = pd.date_range(day, periods=2, freq="D", tz=feed.zone)
    length = int((whole[1] - whole[0]).total_seconds() // 3600)
    assert set(range(length)) <= set(hours)


def test_a_line_of_public_bids_may_hold_curve_schedule_and_charge():
    names = "SCH_BID_TIMEINTERVALSTART_GMT,SCH_BID_TIMEINTERVALSTOP_GMT,RESOURCE_TYPE,SCHEDULINGCOORDINATOR_SEQ,RESOURCEBID_SEQ,"
    names += "PRODUCTBID_MRID,MARKETPRODUCTTYPE,SELFSCHEDMW,SCH_BID_XAXISDATA,SCH_BID_Y1AXISDATA,MINEOHSTATEOFCHARGE,"
    names += "MAXEOHSTATEOFCHARGE"
    hour = "2026-03-10T08:00:00-00:00,2026-03-10T09:00:00-00:00,GENERATOR,5,7,1"
    lines = [
        f"{hour},EN,,0,-15,,",
        f"{hour},EN,12.5,40,30,,",
        f"{hour},RU,,3,1.5,,",
        f"{hour},EN,,,,10,80",
        f"{hour},EN,,,,,",
    ]
    verdict = verdict_of(
        "caiso_dam_public_bids", Payload("20260310_20260310_PUB_BID_DAM_v3.csv", "\n".join([names, *lines]).encode())
    )
    assert verdict.accepted["bid_kind"].value_counts().to_dict() == {
        "curve": 3,
        "self_schedule": 1,
        "state_of_charge": 1,
    }
    assert set(verdict.accepted["product"]) == {"energy", "regulation_up"}
    assert verdict.refused["reason"].tolist() == ["the line holds neither a quantity nor bounds of charge"]


def test_unit_outages_are_found_below_the_title():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "PREV_DAY_OUTAGES"
    sheet.append([None, "Report"])
    headings = ["OUTAGE MRID", "RESOURCE NAME", "RESOURCE ID", "OUTAGE TYPE", "NATURE OF WORK", "CURTAILMENT START DATE TIME",
                "CURTAILMENT END DATE TIME", "CURTAILMENT MW", "RESOURCE PMAX MW", "NET QUALIFYING CAPACITY MW"]  # fmt: skip
    sheet.append([None, *headings])
    start = pd.Timestamp("2026-06-08 05:00").to_pydatetime()
    sheet.append([None, 1, "UNIT A", "UA_1", "FORCED", "PLANT", start, None, 55.5, 60, 58])
    buffer = io.BytesIO()
    book.save(buffer)
    name = "20260609_curtailed-non-operational-generator-prior-trade-date-report.xlsx"
    payload = Payload(name, buffer.getvalue())
    assert CAISO.recognise(payload) == "caiso_unit_outages"
    row = verdict_of("caiso_unit_outages", payload).accepted.iloc[0]
    assert (row["outage_mw"], row["equipment"], str(row["listed_on"])) == (55.5, "UNIT A", "2026-06-09")
    assert row["interval_start"] == pd.Timestamp("2026-06-08T12:00Z")
    assert row["interval_end"] == pd.Timestamp("2026-06-10T07:00Z")


XML = (
    '<?xml version="1.0"?><OASISReport xmlns="http://www.caiso.com/soa/OASISReport_v1.xsd"><MessagePayload><RTO><REPORT_ITEM>'
    "<REPORT_HEADER><REPORT>ENE_SLRS</REPORT><MKT_TYPE>DAM</MKT_TYPE></REPORT_HEADER>{rows}</REPORT_ITEM></RTO></MessagePayload>"
    "</OASISReport>"
)
XML_ROW = (
    "<REPORT_DATA><DATA_ITEM>ISO_TOT_LOAD_MW</DATA_ITEM><RESOURCE_NAME>Caiso_Totals</RESOURCE_NAME><OPR_DATE>2026-06-09</OPR_DATE>"
    "<INTERVAL_NUM>2</INTERVAL_NUM><INTERVAL_START_GMT>2026-06-09T08:00:00-00:00</INTERVAL_START_GMT>"
    "<INTERVAL_END_GMT>2026-06-09T09:00:00-00:00</INTERVAL_END_GMT><VALUE>21000.5</VALUE></REPORT_DATA>"
)


def test_broken_xml_is_refused_and_bad_nesting_around_whole_rows_is_not():
    whole = XML.format(rows=XML_ROW)
    assert verdict_of("caiso_dam_schedules", Payload("x.xml", whole.encode())).accepted["scheduled_mw"].tolist() == [
        21000.5
    ]
    ill = whole.replace("</REPORT_ITEM>", "")
    assert len(verdict_of("caiso_dam_schedules", Payload("x.xml", ill.encode())).accepted) == 1
    with pytest.raises(UnreadablePayload, match="breaks off or is broken"):
        verdict_of("caiso_dam_schedules", Payload("x.xml", whole[:-40].encode()))


def test_a_zip_with_an_error_document_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("INVALID_REQUEST.xml", "<m:OASISReport xmlns:m='http://www.caiso.com/soa/OASISReport_v1.xsd'>"
                         "<m:ERR_CODE>1004</m:ERR_CODE><m:ERR_DESC>too wide</m:ERR_DESC></m:OASISReport>")  # fmt: skip
    files = unpack(Payload("a.zip", buffer.getvalue()))
    with pytest.raises(UnreadablePayload, match=r"error 1004 \(too wide\)"):
        verdict_of("caiso_dam_schedules", *files)


@pytest.mark.parametrize(
    ("name", "run", "minutes", "key"),
    [
        ("20230917_20230918_PRC_INTVL_LMP_RTM_20230921_11_49_39_v1.csv", "RTM", 5, "caiso_rtd_lmp_hub"),
        ("20230917_20230918_PRC_INTVL_LMP_RTD_20230921_11_49_39_v1.csv", "RTD", 5, "caiso_rtd_lmp_hub"),
        ("renamed.csv", "RTM", 5, "caiso_rtd_lmp_hub"),
        ("renamed.csv", "HASP", 15, "caiso_hasp_lmp_hub"),
        ("renamed.csv", "RTPD", 15, "caiso_fmm_lmp_hub"),
        ("renamed.csv", "XYZ", 15, None),
    ],
)
def test_runs_of_prices_are_told_by_what_the_file_says_and_by_its_name(name, run, minutes, key):
    end = f"2023-09-17T07:{minutes:02d}:00-00:00"
    line = f"2023-09-17T07:00:00-00:00,{end},2023-09-17,1,1,{HUB},{HUB},{HUB},{run},LMP,LMP_PRC,{HUB},ALL,1,31.5,1"
    assert CAISO.recognise(Payload(name, f"{LMP_HEAD}\n{line}\n".encode())) == key


def test_five_minute_and_fifteen_minute_shadow_prices_are_told_by_their_length():
    for minutes, key in ((5, "caiso_rtd_constraints"), (15, "caiso_fmm_constraints")):
        line = f"2026-06-09T08:00:00-00:00,2026-06-09T08:{minutes:02d}:00-00:00,2026-06-09,2,1,RTM,A,A,CAUSE,5.5,1"
        head = NOMOGRAM_HEAD.replace("OPR_TYPE,", "")
        assert CAISO.recognise(Payload("renamed.csv", f"{head}\n{line}\n".encode())) == key


def tie_file(run="DAM", name="X.xml", hours=("08", "09")):
    rows = "\n".join(
        f"<REPORT_DATA>\n<TIE_NAME>MALIN500</TIE_NAME>\n<DIRECTION>{way}</DIRECTION>\n<OPR_DATE>2026-06-09</OPR_DATE>\n"
        f"<INTERVAL_NUM>{hour}</INTERVAL_NUM>\n<INTERVAL_START_GMT>2026-06-09T{hour}:00:00-00:00</INTERVAL_START_GMT>\n"
        f"<INTERVAL_END_GMT>2026-06-09T{int(hour) + 1:02d}:00:00-00:00</INTERVAL_END_GMT>\n<SCHEDULE_MW>{mw}</SCHEDULE_MW>\n"
        "<RESOURCE_SEQ>17</RESOURCE_SEQ>\n</REPORT_DATA>"
        for hour in hours
        for way, mw in (("I", 120.5), ("E", 0))
    )
    return Payload(
        name,
        f"""<?xml version="1.0"?>
<OASISReport xmlns="http://www.caiso.com/soa/OASISReport_v1.xsd"><MessagePayload><RTO><REPORT_ITEM><REPORT_HEADER>
<REPORT>ENE_SCH_BY_TIE</REPORT><MKT_TYPE>{run}</MKT_TYPE><UOM>MW</UOM></REPORT_HEADER>
{rows}
</REPORT_ITEM></RTO></MessagePayload></OASISReport>""".encode(),
    )


@pytest.mark.parametrize(("run", "key"), [("DAM", "dam"), ("RUC", "ruc"), ("RTPD", "fmm"), ("RTD", "rtd")])
def test_a_report_whose_elements_nobody_has_listed_is_told_by_its_run_and_read_by_its_own_names(run, key):
    file = tie_file(run)
    assert CAISO.recognise(file) == f"caiso_{key}_tie_schedules"
    rows = verdict_of(f"caiso_{key}_tie_schedules", file).accepted
    assert set(rows["location"]) == {"MALIN500"}
    assert set(rows["figure"]) == {"SCHEDULE_MW"}  # a number that names is no figure
    assert set(rows["subject"]) == {f"{run}, DIRECTION {way}, RESOURCE_SEQ 17" for way in "IE"}
    assert rows.groupby("subject")["value"].sum().tolist() == [0, 241.0]
    assert set(rows["unit"]) == {"MW"}


def test_a_csv_that_nobody_has_listed_is_read_by_its_headings_too():
    head = "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,TIE_NAME,LIMIT_MW,SCHEDULE_MW,GROUP"
    line = "2026-06-09T08:00:00-00:00,2026-06-09T09:00:00-00:00,2026-06-09,2,MALIN500,300,120.5,1"
    file = Payload("20260609_20260609_DAM_ENE_SCH_BY_TIE_N_v12.csv", f"{head}\n{line}\n".encode())
    assert CAISO.recognise(file) == "caiso_dam_tie_schedules"
    rows = verdict_of("caiso_dam_tie_schedules", file).accepted
    assert dict(zip(rows["figure"], rows["value"], strict=True)) == {"LIMIT_MW": 300, "SCHEDULE_MW": 120.5}


def test_rows_that_say_no_number_are_named():
    head = "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,TIE_NAME,STATUS"
    line = "2026-06-09T08:00:00-00:00,2026-06-09T09:00:00-00:00,MALIN500,OPEN"
    with pytest.raises(SchemaChanged, match="STATUS"):
        verdict_of("caiso_dam_tie_schedules", Payload("x_DAM_ENE_SCH_BY_TIE_v12.csv", f"{head}\n{line}\n".encode()))
