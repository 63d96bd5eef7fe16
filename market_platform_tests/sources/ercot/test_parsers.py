"""ERCOT's parsers, requests and login on small files of our own: the cases that no recording shows."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import httpx
import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import Gone, NotPublishedYet, SchemaChanged, UnreadablePayload
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.credentials import Credentials, NotHeld
from market_platform.sources.ercot.requests import KEY_HEADER, LOGIN, follow, next_page, sign
from market_platform.sources.http import Client
from market_platform.sources.login import Tokens
from market_platform.sources.paging import Incomplete
from market_platform.sources.payload import Payload, Request

DAM = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
TODAY = date(2026, 11, 20)


def rows_of(key: str, text: str | bytes, name: str = "cdr.00000000.0000000000000000.20261120.083000.X.csv"):
    feed = FEEDS[key]
    content = text if isinstance(text, bytes) else text.encode()
    return validate(feed.parse(feed, [Payload(name, content)]), feed.contract)


def test_blanks_before_prices_and_after_headings_are_nothing():
    row = rows_of(
        "ercot_dam_spp", DAM.replace("DSTFlag", "DSTFlag    ") + "08/05/2025,24:00,HB_NORTH, 23.94,N\n"
    ).accepted.iloc[0]
    assert (row["lmp_usd_per_mwh"], row["location_type"], row["market_run"]) == (23.94, "hub", "DAM")
    assert row["interval_start"] == pd.Timestamp("2025-08-05 23:00", tz="America/Chicago")
    assert row["market_day"] == date(2025, 8, 5)


@pytest.mark.parametrize(("day", "hours"), [("03/09/2025", 23), ("11/02/2025", 25), ("07/01/2025", 24)])
def test_hours_by_the_clock_with_a_flag(day, hours):
    starts = pd.date_range(pd.Timestamp(day, tz="America/Chicago"), periods=hours, freq="h")
    again = [(start - pd.Timedelta(hours=1)).tz_localize(None) == start.tz_localize(None) for start in starts]
    lines = "".join(
        f"{day},{start.hour + 1:02d}:00,LZ_WEST,1.00,{'Y' if flag else 'N'}\n"
        for start, flag in zip(starts, again, strict=True)
    )
    accepted = rows_of("ercot_dam_spp", DAM + lines).accepted
    assert accepted["interval_start"].tolist() == starts.tz_convert("UTC").tolist()


def test_quarter_hours_and_flags_of_the_api_are_booleans():
    fields = [
        "deliveryDate",
        "deliveryHour",
        "deliveryInterval",
        "settlementPoint",
        "settlementPointType",
        "settlementPointPrice",
        "DSTFlag",
    ]
    data = [["2025-11-02", 2, 4, "LZ_WEST", "LZ", 10.5, False], ["2025-11-02", 2, 1, "LZ_WEST", "LZ", -3, True]]
    for separators in ((",", ":"), (", ", ": ")):
        answer = {
            "_meta": {},
            "report": {"reportName": "spp_node_zone_hub"},
            "fields": [{"name": name} for name in fields],
            "data": data,
        }
        text = json.dumps(answer, separators=separators)
        assert recognise(Payload("page.json", text.encode())).key == "ercot_rtm_spp"
        accepted = rows_of("ercot_rtm_spp", text).accepted
        assert accepted["interval_start"].tolist() == [
            pd.Timestamp("2025-11-02 06:45", tz="UTC"),
            pd.Timestamp("2025-11-02 07:00", tz="UTC"),
        ]
        assert accepted["lmp_usd_per_mwh"].tolist() == [10.5, -3.0]


def test_an_unknown_type_an_unknown_service_and_an_hour_that_is_none_are_named():
    head = "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,SettlementPointPrice,DSTFlag\n"
    assert "XX" in rows_of("ercot_rtm_spp", head + "07/01/2025,1,1,A,XX,1,N\n").refused["reason"][0]
    service = "DeliveryDate,HourEnding,AncillaryType,MCPC,DSTFlag\n07/01/2025,01:00,FUSION,1,N\n"
    assert "FUSION" in rows_of("ercot_dam_mcpc", service).refused["reason"][0]
    assert (
        "interval_start is blank"
        in rows_of("ercot_dam_spp", DAM + "03/09/2025,03:00,HB_NORTH,1,N\n").refused["reason"][0]
    )
    assert (
        "interval_start is blank"
        in rows_of("ercot_dam_spp", DAM + "07/01/2025,26:00,HB_NORTH,1,N\n").refused["reason"][0]
    )


def test_a_renamed_column_fails_by_name():
    with pytest.raises(SchemaChanged, match="Zone Price"):
        rows_of(
            "ercot_dam_spp", DAM.replace("SettlementPointPrice", "Zone Price") + "08/05/2025,24:00,HB_NORTH, 23.94,N\n"
        )


def test_capped_prices_have_the_plain_ones_place():
    old = "SCEDTimestamp,RepeatedHourFlag,ASType,MCPC\n12/07/2025 00:00:17,N,REGUP,1.5\n"
    new = "SCEDTimestamp,RepeatedHourFlag,ASType,CappedMCPC,UncappedMCPC\n08/28/2026 00:00:17,N,REGUP,1.5,2.5\n"
    for text in (old, new):
        assert rows_of("ercot_sced_mcpc", text).accepted["price_usd_per_mw"].tolist() == [1.5]


def test_corrections_are_told_apart_by_their_headings():
    head = "DeliveryDate,DeliveryHour,SettlementPoint,SPPOriginal,SPPCorrected,PriceCorrectionTime,DSTFlag\n"
    text = head + "07/01/2025,1,HB_WEST,20,25,07/03/2025 10:00:00,N\n"
    name = "cdr.00013044.0000000000000000.20250703.100000.DAM_SPP.csv"
    assert recognise(Payload(name, text.encode())).key == "ercot_corrections_dam_spp"
    row = rows_of("ercot_corrections_dam_spp", text, name).accepted.iloc[0]
    assert (row["original_usd_per_mwh"], row["corrected_usd_per_mwh"]) == (20.0, 25.0)


def test_a_curve_point_may_share_its_quantity_and_a_silent_line_still_stands():
    who = '"SCED Time Stamp","Repeated Hour Flag","QSE","DME","Resource Name","Resource Type"'
    head = who + ',"SCED1 Curve-MW1","SCED1 Curve-Price1","SCED1 Curve-MW2","SCED1 Curve-Price2"\n'
    text = head + '"06/04/2025 00:00:25","N","Q","D","A","PVGR","0","-250","0","-3.01"\n'
    text += '"06/04/2025 00:00:25","N","Q","D","B","PVGR","","","",""\n'
    name = "60d_SCED_Gen_Resource_Data-03-AUG-25.csv"
    assert recognise(Payload(name, text.encode())).key == "ercot_60d_sced_generators"
    curves = rows_of("ercot_60d_sced_generator_curves", text, name)
    assert curves.refused.empty
    assert sorted(zip(curves.accepted["resource_id"], curves.accepted["product_bid_id"], strict=True)) == [
        ("A", "#01"),
        ("A", "#02"),
        ("B", "#none"),
    ]


def test_what_was_bought_from_demand_is_read_from_the_document():
    words = (
        "ERS Procurement Results: Non-Weather-Sensitive ERS-30, October 1 – November 30, 2026 Time Period 1 HE 0600 through 0900, "
        "Monday thru Friday except ERCOT Holidays; 164 hours MW Procured or Self Arranged 2,400.916 Clearing Price $5.15 "
        "Number of ERS Resources Procured 339 Projected cost $2,027,813.65"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document><w:p><w:t>{words}</w:t></w:p></w:document>")
    payload = Payload("30M_ERS_Procurement_OctNov26.docx", buffer.getvalue())
    assert recognise(payload).key == "ercot_ers_procurement"
    row = rows_of("ercot_ers_procurement", buffer.getvalue(), payload.name).accepted.iloc[0]
    assert (row["procured_mw"], row["price_usd_per_mw"], row["resource_count"], row["term_hours"]) == (
        2400.916,
        5.15,
        339,
        164,
    )
    # The document's own sum: price x capacity x hours.
    assert row["cost_usd"] == pytest.approx(2400.916 * 5.15 * 164, abs=1)
    with pytest.raises(UnreadablePayload, match="known words"):
        rows_of("ercot_ers_procurement", _docx("nothing of the kind"), payload.name)


def _docx(words: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f"<w:p>{words}</w:p>")
    return buffer.getvalue()


# Asking.


def page(number: int, of: int, rows: int, total: int) -> Payload:
    answer = {"_meta": {"totalRecords": total, "totalPages": of, "currentPage": number}, "fields": [{"name": "a"}]}
    return Payload(
        "p.json", json.dumps(answer | ({"data": [[1]] * rows} if rows else {}), separators=(",", ":")).encode()
    )


def query(key: str = "ercot_dam_spp", day: date = TODAY) -> Request:
    feed = FEEDS[key]
    return feed.request(feed, [day], TODAY)[0]


def test_pages_are_asked_for_until_all_announced_rows_are_there():
    request = query()
    assert next_page(request, [page(1, 2, 3, 5)]).params["page"] == "2"
    assert next_page(request, [page(1, 2, 3, 5), page(2, 2, 2, 5)]) is None
    with pytest.raises(Incomplete, match="4 records came in 2 pages where 5"):
        next_page(request, [page(1, 2, 3, 5), page(2, 2, 1, 5)])
    with pytest.raises(NotPublishedYet):
        next_page(request, [page(1, 0, 0, 0)])


def test_recent_days_are_queried_and_old_ones_come_from_the_archive_by_posting():
    assert query().url.endswith("np4-190-cd/dam_stlmnt_pnt_prices")
    assert query().alternatives[0].params == {"reportTypeId": "12331"}
    old = query(day=date(2024, 1, 2))
    assert (old.params["postDatetimeFrom"], old.params["postDatetimeTo"]) == (
        "2024-01-01T00:00:00",
        "2024-01-02T00:00:00",
    )
    assert old.archived


def test_a_list_becomes_downloads_of_the_days_own_csv_files():
    listed = [
        ("1", "2026-11-19T12:45:00-06:00", "DAMSPNP4190_csv"),
        ("2", "2026-11-19T12:45:00-06:00", "DAMSPNP4190_xml"),
        ("3", "2026-11-18T12:45:00-06:00", "DAMSPNP4190_csv"),
    ]
    documents = [
        {"Document": {"DocID": number, "PublishDate": at, "FriendlyName": name, "ConstructedName": f"c{number}.zip"}}
        for number, at, name in listed
    ]
    answer = Payload("l", json.dumps({"ListDocsByRptTypeRes": {"DocumentList": documents}}).encode())
    feed, request = FEEDS["ercot_dam_spp"], query().alternatives[0]
    (found,) = follow(feed, request, [answer], list)
    assert [part.params["doclookupId"] for part in found.parts] == ["1"]
    assert follow(feed, request, [answer], lambda _listed: []) == []
    with pytest.raises(NotPublishedYet, match="no document"):
        follow(feed, request, [Payload("l", b'{"ListDocsByRptTypeRes":{"DocumentList":[]}}')], list)
    with pytest.raises(UnreadablePayload, match="no document list"):
        follow(feed, request, [Payload("l", b'{"something":"else"}')], list)


def test_an_empty_archive_is_gone_for_good():
    with pytest.raises(Gone):
        next_page(query(day=date(2024, 1, 2)), [Payload("a", b'{"_meta":{"totalRecords":0},"archives":[]}')])


# Logging in.

HELD = Credentials({"ercot_user": "me@example.org", "ercot_password": "s3cret", "ercot_key": "k3y"})


class Door:
    """Gives tokens and counts them; takes only the newest."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "ercotb2c.b2clogin.com":
            self.given += 1
            return httpx.Response(200, json={"id_token": f"t0ken-{self.given}", "expires_in": "3600"})
        good = (
            request.headers.get("Authorization") == f"Bearer t0ken-{self.given}"
            and request.headers[KEY_HEADER] == "k3y"
        )
        return httpx.Response(200 if good else 401, json={})


def test_a_token_is_fetched_once_and_renewed_before_it_expires():
    door, now = Door(), [datetime(2026, 11, 20, 12, tzinfo=UTC)]
    client = Client({}, transport=httpx.MockTransport(door), clock=lambda: now[0], sleep=lambda _: None)
    tokens = Tokens(client, HELD, lambda: now[0])
    for minutes, given in ((0, 1), (54, 1), (55, 2), (56, 2)):
        now[0] = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(minutes=minutes)
        assert client.fetch(sign(query(), tokens.credentials(LOGIN, query()))).content == b"{}"
        assert door.given == given
    assert "t0ken" not in repr(tokens.credentials(LOGIN, query()))
    assert "s3cret" not in repr(LOGIN.request(HELD))
    assert "t0ken" not in repr(sign(query(), tokens.credentials(LOGIN, query())))


def test_a_user_without_an_account_is_told_so_and_lists_need_none():
    with pytest.raises(NotHeld, match="MARKET_PLATFORM_ERCOT_KEY"):
        LOGIN.request(Credentials({"ercot_user": "me"}))
    listed = query().alternatives[0]
    assert sign(listed, Credentials({})) is listed
