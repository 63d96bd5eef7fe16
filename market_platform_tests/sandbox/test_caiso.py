"""The simulated California ISO: published on time and in form, its errors and limits, and how the pipeline takes them."""

import io
import zipfile
from datetime import UTC, date, datetime

import httpx
import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.ingest.pipeline import pace_by_host
from market_platform.markets.caiso import HUBS_AND_LOAD_POINTS
from market_platform.sandbox.server import running
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS, PUBLISHERS, recognise
from market_platform.sources.feed import Counted
from market_platform.sources.http import Client
from market_platform.sources.payload import Payload, Request, unpack

NOW = datetime(2026, 11, 10, 21, 0, tzinfo=UTC)
OASIS = "https://oasis.caiso.com/oasisapi/SingleZip"
HUB = "TH_NP15_GEN-APND"
CAISO = PUBLISHERS["caiso"]
BY_HOUR = {
    feed.key
    for feed in CAISO.feeds
    if feed.request and len(feed.request(feed, [date(2026, 6, 9)], date(2026, 6, 9))) > 1
}


def ask(now, **parameters):
    transport = SandboxTransport(0, lambda: now)
    with httpx.Client(transport=transport) as client:
        return client.get(OASIS, params={"resultformat": "6", "version": "1", **parameters})


def first_file(response):
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        name = archive.namelist()[0]
        return name, archive.read(name)


def dam(day="20261110T08:00-0000", end="20261111T08:00-0000", **more):
    return {
        "queryname": "PRC_LMP",
        "market_run_id": "DAM",
        "node": HUB,
        "startdatetime": day,
        "enddatetime": end,
        **more,
    }


@pytest.mark.parametrize(
    ("now", "parameters", "code"),
    [
        (datetime(2026, 11, 9, 20, 59, tzinfo=UTC), dam(), "1000"),
        (datetime(2026, 11, 9, 21, 1, tzinfo=UTC), dam(), None),
        (NOW, dam(end="20261231T08:00-0000"), "1004"),
        (NOW, dam(queryname="PRC_NOTHING"), "1001"),
        (NOW, dam(day="not a day"), "1001"),
        (NOW, dam(day="20200101T08:00-0000", end="20200102T08:00-0000"), "1000"),
    ],
)
def test_answers_come_on_time_and_errors_stand_in_a_zip_with_status_200(now, parameters, code):
    response = ask(now, **parameters)
    assert response.status_code == 200
    name, content = first_file(response)
    assert (name == "INVALID_REQUEST.xml") == (code is not None)
    assert code is None or f"<m:ERR_CODE>{code}</m:ERR_CODE>".encode() in content


def test_file_names_carry_days_query_run_moment_and_version():
    name, _ = first_file(ask(NOW, **dam(version="12")))
    assert name == "20261110_20261111_PRC_LMP_DAM_20261110_13_00_00_v12.csv"


def test_csv_and_xml_of_one_query_say_the_same():
    frames = []
    for form in ("6", "5"):
        _, content = first_file(ask(NOW, **dam(resultformat=form)))
        name = "r.csv" if form == "6" else "r.xml"
        feed = recognise(Payload(name, content))
        assert feed.key == "caiso_dam_lmp_hub"
        frames.append(
            feed.parse(feed, [Payload(name, content)])
            .sort_values("interval_start", ignore_index=True)
            .drop(columns="line")
        )
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize(("day", "hours", "numbers"), [
    (date(2026, 3, 8), 23, [1, 2, *range(4, 25)]),
    (date(2026, 11, 1), 25, [1, 2, 25, *range(3, 25)]),
])  # fmt: skip
def test_operating_hours_skip_and_repeat_as_oasis_numbers_them(day, hours, numbers):
    feed = FEEDS["caiso_dam_lmp_hub"]
    request = feed.request(feed, [day], NOW.date())[0]
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        _, content = first_file(client.get(request.url, params=request.params))
    rows = pd.read_csv(io.BytesIO(content))
    one = rows[(rows["NODE"] == HUB) & (rows["LMP_TYPE"] == "LMP")].sort_values("INTERVALSTARTTIME_GMT")
    assert one["OPR_HR"].tolist() == numbers
    assert len(one) == hours
    assert set(one["OPR_DT"]) == {str(day)}


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_clock_change_days_come_whole_and_unique_through_every_counted_feed(make_platform, day, hours):
    pipeline = make_platform(now=NOW).pipeline
    counted = [feed for feed in CAISO.feeds if feed.counted is Counted.ROWS and feed.key not in BY_HOUR]
    assert len(counted) >= 10
    for feed in counted:
        outcomes = list(pipeline.ingest(feed, [day]))
        assert not any(outcome.failed for outcome in outcomes), (feed.key, outcomes)
        stored = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
        outlook = feed.dataset in ("fuelsource", "storage", "demand") and hours == 25
        expected = feed.expected(day) * (24 if outlook else hours) // hours  # outlook files show the hour once
        assert len(stored) == expected, feed.key
        assert not stored.duplicated(list(feed.contract.key)).any(), feed.key


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_what_only_xml_describes_comes_whole_with_its_units(make_platform, day, hours):
    pipeline = make_platform(now=NOW).pipeline
    units = {
        "ramp_prices": "USD/MWh",
        "ramp_awards": "MW",
        "ramp_demand_curves": "USD/MWh",
        "uncertainty_movements": "MW",
    }
    for stem, unit in units.items():
        feed = FEEDS[f"caiso_fmm_{stem}"]
        (outcome,) = pipeline.ingest(feed, [day])
        assert (outcome.outcome, outcome.quarantined) == ("committed", 0)
        stored = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
        assert set(stored.groupby(["location", "figure"])["interval_start"].nunique()) == {hours * 4}
        assert (set(stored["subject"]), set(stored["unit"])) == ({"RTPD"}, {unit})


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_schedules_over_ties_say_tie_run_and_hour(make_platform, day, hours):
    pipeline = make_platform(now=NOW).pipeline
    feed = FEEDS["caiso_dam_tie_schedules"]
    (outcome,) = pipeline.ingest(feed, [day])
    assert (outcome.outcome, outcome.quarantined) == ("committed", 0)
    stored = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
    ties = stored.groupby(["location", "figure"])["interval_start"].nunique()
    assert len(ties.index.get_level_values("location").unique()) > 3
    assert set(ties) == {hours}
    assert (set(stored["subject"]), set(stored["unit"])) == ({"DAM"}, {"MW"})


def test_rights_held_are_asked_for_market_by_market(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    feed = FEEDS["caiso_crr_inventory"]
    outcomes = list(pipeline.ingest(feed, [date(2026, 10, 5)]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"]
    assert "CRR_INVENTORY_AUC_MN_2026_M10_TC" in outcomes[0].source
    stored = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
    assert set(stored["figure"]) == {"CRR_MW"}
    assert stored["subject"].str.contains("MARKET_NAME AUC_MN_2026_M10_TC").all()
    assert stored["subject"].str.contains("TIME_OF_USE ON").any()


def test_bids_for_rights_keep_every_line_and_both_numbers_of_it(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    feed = FEEDS["caiso_crr_monthly_public_bids"]
    (outcome,) = pipeline.ingest(feed, [date(2026, 7, 30)])
    assert (outcome.outcome, outcome.quarantined) == ("committed", 0)
    stored = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
    assert set(zip(stored["figure"], stored["unit"], strict=True)) == {("BID_MW", "MW"), ("PRC", "")}
    counted = stored["subject"].str.extract(r"#(\d)$")[0].fillna("1").value_counts()
    assert counted.nunique() == 1  # three bids a path: the second and third under numbers of their own
    assert set(counted.index) == {"1", "2", "3"}


def test_every_feed_takes_a_day_from_the_sandbox(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    empty = []
    for feed in CAISO.feeds:
        if feed.request is None or feed.key in BY_HOUR:
            continue
        day = date(2026, 7, 30) if "public_bids" in feed.key else date(2026, 11, 5)
        outcomes = list(pipeline.ingest(feed, [day]))
        assert not any(outcome.failed for outcome in outcomes), (feed.key, outcomes)
        assert all(outcome.rows == outcome.committed + outcome.quarantined for outcome in outcomes)
        if not sum(outcome.committed for outcome in outcomes):
            empty.append(feed.key)
    assert set(empty) <= {"caiso_transmission_outages"}  # there is not one every day


def test_one_hour_of_every_node_is_asked_for_at_a_time():
    for key in BY_HOUR:
        feed = FEEDS[key]
        for day, hours in ((date(2026, 3, 8), 23), (date(2026, 11, 1), 25)):
            requests = feed.request(feed, [day], NOW.date())
            assert len({request.params["startdatetime"] for request in requests}) == hours
            assert len({request.file_name for request in requests}) == hours
    feed = FEEDS["caiso_rtd_lmp_node"]
    request = feed.request(feed, [date(2026, 11, 1)], NOW.date())[2]
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        payload = Payload(request.file_name, client.get(request.url, params=request.params).content)
    verdict = validate(feed.parse(feed, unpack(payload)), feed.contract)
    assert verdict.refused.empty
    assert verdict.accepted["interval_start"].nunique() == 12


def test_requests_span_a_month_and_begin_at_local_midnight():
    feed = FEEDS["caiso_dam_lmp_hub"]
    days = [stamp.date() for stamp in pd.date_range("2026-10-20", periods=40)]
    requests = feed.request(feed, days, NOW.date())
    assert [len(request.days) for request in requests] == [31, 9]
    assert requests[0].params["startdatetime"] == "20261020T07:00-0000"
    assert requests[0].params["enddatetime"] == "20261120T08:00-0000"
    assert requests[0].params["node"].split(",") == list(HUBS_AND_LOAD_POINTS)


def test_days_that_oasis_keeps_no_longer_are_asked_for_in_the_group(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    outcomes = list(pipeline.ingest(FEEDS["caiso_dam_lmp_node"], [date(2022, 6, 1)]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"]
    assert "DAM_LMP_GRP" in outcomes[0].source
    hub = list(pipeline.ingest(FEEDS["caiso_dam_lmp_hub"], [date(2022, 6, 1)]))
    assert [outcome.outcome for outcome in hub] == ["Gone"]


def test_a_later_correction_becomes_a_version(make_platform):
    feed, day = FEEDS["caiso_dam_lmp_tie"], date(2026, 11, 9)
    plain = make_platform(now=NOW).pipeline
    first = list(plain.ingest(feed, [day]))
    again = list(plain.ingest(feed, [day]))
    assert [one.outcome for one in (*first, *again)] == ["committed", "unchanged"]


class Answers(httpx.BaseTransport):
    """Gives prepared answers one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def handle_request(self, request):
        return self.answers.pop(0)


def error_zip(code):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "INVALID_REQUEST.xml",
            f"<m:OASISReport><m:ERR_CODE>{code}</m:ERR_CODE><m:ERR_DESC>x</m:ERR_DESC></m:OASISReport>",
        )
    return httpx.Response(200, content=buffer.getvalue())


@pytest.mark.parametrize(
    "first", [error_zip(1015), error_zip(1014), httpx.Response(200, text="<html>Acceptable Use Policy Violation")]
)
def test_a_group_in_process_and_the_use_policy_page_are_asked_again(first):
    feed = FEEDS["caiso_dam_lmp_hub"]
    request = feed.request(feed, [date(2026, 11, 9)], NOW.date())[0]
    good = ask(NOW, **dam())
    client = Client({}, transport=Answers(first, good), sleep=lambda _seconds: None)
    assert client.fetch(request).content == good.content


def test_oasis_is_asked_once_in_five_seconds():
    waits, clock = [], [0.0]

    def sleep(seconds):
        waits.append(seconds)
        clock[0] += seconds

    transport = SandboxTransport(0, lambda: NOW)
    client = Client(pace_by_host(), transport=transport, sleep=sleep, monotonic=lambda: clock[0])
    request = Request(OASIS, "a.zip", (date(2026, 11, 9),), params={"resultformat": "6", "version": "1", **dam()})
    for _ in range(3):
        client.fetch(request)
    assert waits == [5.0, 5.0]


def test_a_real_socket_serves_the_real_paths():
    transport = SandboxTransport(0, lambda: NOW)
    with running(transport) as address, httpx.Client() as client:
        plain = client.get(
            f"{address}/oasis.caiso.com/oasisapi/SingleZip", params={"resultformat": "6", "version": "12", **dam()}
        )
        assert "attachment; filename=20261110_20261111_PRC_LMP_DAM" in plain.headers["Content-Disposition"]
        day = client.get(f"{address}/www.caiso.com/outlook/history/20261109/fuelsource.csv")
        assert day.text.startswith(
            "Time,Solar,Wind,Geothermal,Biomass,Biogas,Small hydro,Coal,Nuclear,Natural Gas,Large Hydro"
        )
        assert len(day.text.splitlines()) == 290
        assert client.get(f"{address}/www.caiso.com/outlook/history/20261119/fuelsource.csv").status_code == 404


def test_a_forecast_in_xml_keeps_the_moment_at_which_it_was_made(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    feed = FEEDS["caiso_western_renewables_forecast"]
    outcomes = list(pipeline.ingest(feed, [date(2026, 11, 1)]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"]
    rows = pipeline.lake.read(feed.contract, f"feed = '{feed.key}'")
    assert len(rows) == 25 * 2
    assert outcomes[0].lines == 25
    assert set(rows["issued_at"]) == {pd.Timestamp("2026-10-31T17:00Z")}


def test_the_account_counts_every_line_that_went_into_a_price(make_platform):
    pipeline = make_platform(now=NOW).pipeline
    outcome = next(iter(pipeline.ingest(FEEDS["caiso_dam_lmp_hub"], [date(2026, 11, 9)])))
    assert (outcome.lines, outcome.rows, outcome.committed) == (24 * 6 * 5, 24 * 6, 24 * 6)
