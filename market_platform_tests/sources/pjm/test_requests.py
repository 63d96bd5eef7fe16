"""What Data Miner is asked for: ranges, filters, pages, the archive's rules and the key."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import Gone, NotPublishedYet, Rejected, UnreadablePayload
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.credentials import NOBODY, Credentials
from market_platform.sources.paging import Incomplete, bundle
from market_platform.sources.payload import Payload, Request, unpack
from market_platform.sources.pjm.requests import KEY_HEADER, next_page, sign

TODAY = date(2026, 11, 20)
SPAN = "datetime_beginning_ept"


def asked(key: str, days: Sequence[date]) -> list[Request]:
    feed = FEEDS[key]
    assert feed.request is not None
    return list(feed.request(feed, days, TODAY))


def page(rows: int, total: int) -> Payload:
    body = {"links": [], "items": [{"mw": number} for number in range(rows)], "totalRows": total}
    return Payload("page.json", json.dumps(body).encode())


def request(rows: int = 3) -> Request:
    params = {"rowCount": str(rows), "startRow": "1"}
    return Request("https://api.pjm.com/api/v1/gen_by_fuel", "fuel.json", (TODAY,), params=params)


def test_a_day_is_asked_for_to_its_last_minute_because_the_end_is_inclusive():
    (one,) = asked("pjm_dam_lmp_hub", [date(2026, 11, 1)])
    assert one.url == "https://api.pjm.com/api/v1/da_hrl_lmps"
    assert one.params[SPAN] == "11/01/2026 00:00to11/01/2026 23:59"
    assert one.params["pnode_id"].split(";")[:2] == ["51217", "51287"]
    assert one.params["rowCount"] == "50000"


def test_days_are_asked_for_in_unbroken_runs_within_a_month():
    days = [date(2026, 9, 29) + timedelta(days=count) for count in range(4)] + [date(2026, 10, 9)]
    assert [one.params[SPAN] for one in asked("pjm_dam_lmp_zone", days)] == [
        "09/29/2026 00:00to09/30/2026 23:59",
        "10/01/2026 00:00to10/02/2026 23:59",
        "10/09/2026 00:00to10/09/2026 23:59",
    ]


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 1200), max_size=40))
def test_no_request_crosses_the_archive_line_or_a_year_and_no_day_is_left_out(ages: set[int]):
    days = [TODAY - timedelta(days=age) for age in ages]
    line = TODAY - timedelta(days=731)
    requests = asked("pjm_dam_lmp_node", days)
    assert sorted(day for one in requests for day in one.days) == sorted(days)
    for one in requests:
        assert len({day < line for day in one.days}) == 1
        assert len({day.year for day in one.days}) == 1
        assert one.archived == (one.days[0] < line)
        if one.archived:
            assert set(one.params) == {"rowCount", "startRow", SPAN}  # neither filter nor order nor field list


def test_archived_days_of_a_filtered_feed_point_to_the_node_feed():
    feed = FEEDS["pjm_dam_lmp_hub"]
    requests = feed.request(feed, [date(2020, 1, 1), TODAY], TODAY)
    assert next(requests).days == (TODAY,)
    with pytest.raises(Gone, match="node feed of da_hrl_lmps for 2020-01-01"):
        next(requests)


def test_days_that_rolled_off_are_gone_and_not_late():
    recent, old = asked("pjm_load_instantaneous", [TODAY, TODAY - timedelta(days=45)])[::-1]
    assert (recent.archived, old.archived) == (False, True)
    with pytest.raises(Gone):
        next_page(old, [page(0, 0)])


def test_fast_stamps_are_asked_for_through_midnight():
    (one,) = asked("pjm_area_control_error", [date(2026, 11, 19)])
    assert one.params[SPAN] == "11/19/2026 00:00to11/20/2026 00:00"


def test_pages_go_on_until_the_announced_total():
    first = next_page(request(), [page(3, 7)])
    assert first is not None
    assert first.params["startRow"] == "4"
    second = next_page(request(), [page(3, 7), page(3, 7)])
    assert second is not None
    assert second.params["startRow"] == "7"
    assert next_page(request(), [page(3, 7), page(3, 7), page(1, 7)]) is None


@pytest.mark.parametrize(
    "pages",
    [
        [page(2, 7)],  # a short page that is not the last
        [page(3, 7), page(3, 7), page(2, 7)],  # more than announced
        [page(3, 7), page(3, 8)],  # the total changed on the way
        [Payload("page.json", b'{"items": [{"mw": 1}]}')],  # no total at all
    ],
)
def test_pages_that_do_not_add_up_are_refused(pages: list[Payload]):
    with pytest.raises(Incomplete, match=r"announced|totalRows"):
        next_page(request(), pages)


def test_no_rows_are_not_yet_or_no_more():
    with pytest.raises(NotPublishedYet):
        next_page(request(), [page(0, 0)])
    archived = Request("https://api.pjm.com/api/v1/gen_by_fuel", "x", (TODAY,), params={"rowCount": "3"}, archived=True)
    with pytest.raises(Gone):
        next_page(archived, [page(0, 0)])


def test_pjm_s_own_complaint_with_status_200_is_a_refusal():
    complaint = Payload("page.json", b'{"errors": [{"field": "query", "message": "not a date"}]}')
    with pytest.raises(Rejected, match="not a date"):
        next_page(request(), [complaint])
    with pytest.raises(UnreadablePayload):
        next_page(request(), [Payload("page.json", b'{"message": "Service temporarily unavailable"}')])


def test_pages_are_kept_byte_for_byte_in_one_bundle():
    pages = [page(3, 4), page(1, 4)]
    whole = bundle(request(), pages)
    assert [one.content for one in unpack(whole)] == [one.content for one in pages]
    assert bundle(request(), pages).content == whole.content
    assert bundle(request(), pages[:1]) is pages[0]


def test_the_key_goes_to_data_miner_only_and_is_a_secret():
    signed = sign(request(), Credentials({"pjm_key": "plain", "pjm_member_key": "member"}))
    assert signed.headers[KEY_HEADER] == "member"
    assert signed.secrets == ("member",)
    workbook = Request("https://www.pjm.com/a.xlsx", "a.xlsx", (TODAY,))
    assert sign(workbook, Credentials({"pjm_key": "plain"})) is workbook
    with pytest.raises(Rejected, match="MARKET_PLATFORM_PJM_KEY"):
        sign(request(), NOBODY)
    assert "plain" not in repr(Credentials({"pjm_key": "plain"}))


def test_the_pace_follows_the_key():
    pjm = PUBLISHERS["pjm"]
    assert pjm.pace(NOBODY) > 10  # six calls a minute
    assert pjm.pace(Credentials({"pjm_key": "x"})) > 10
    assert pjm.pace(Credentials({"pjm_member_key": "x"})) == pytest.approx(0.1)  # six hundred


def test_monthly_auctions_are_asked_for_by_name():
    (one,) = asked("pjm_ftr_monthly_bids", [date(2026, 1, 3), date(2026, 1, 30)])
    assert one.params["market_name"] == "JAN 2026 Auction"


def test_capacity_workbooks_by_delivery_year():
    requests = asked("pjm_capacity_auctions", [date(2026, 3, 1), date(2026, 7, 1)])
    assert [one.file_name for one in requests] == [
        "2025-2026-base-residual-auction-results.xlsx",
        "2026-2027-bra-results.xlsx",
    ]
