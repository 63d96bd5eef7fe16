"""The simulated Data Miner: every feed reads its own dataset, and it behaves as the real one where it refuses."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from market_platform.ingest.account import Account, Outcome
from market_platform.ingest.pipeline import Pipeline
from market_platform.markets.market_day import hours_in_day
from market_platform.sandbox.faults import Fault, FaultPlan, spoil
from market_platform.sandbox.publishers.pjm import respond
from market_platform.sandbox.publishers.pjm.catalogue import SHEETS
from market_platform.sandbox.publishers.pjm.prices import DAYS_BETWEEN_CORRECTIONS
from market_platform.sandbox.world import World
from market_platform.sources.credentials import Credentials
from market_platform.sources.feed import Counted
from market_platform.sources.http import Client
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.feeds import PJM, ZONE
from market_platform.store.archive import FolderArchive
from market_platform.store.lake import Lake
from market_platform.store.ledger import Ledger

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
KEY = "a-key-that-must-not-leak"
WORLD = World(0)
AUTUMN, SPRING = date(2026, 11, 1), date(2026, 3, 8)
LONG_AGO = date(2026, 6, 1)  # settled months and bids of four months ago are out
FEEDS = [feed for feed in PJM.feeds if feed.request is not None]
LATE = ("settled", "ftr_monthly", "ftr_annual", "virtual_bids", "reserve_events")


@dataclass
class Desk:
    pipeline: Pipeline
    asked: list[httpx.Request]
    root: Path

    def ingest(self, key: str, *days: date) -> list[Outcome]:
        return list(self.pipeline.ingest(PJM.feed(key), days))


@pytest.fixture
def desk(tmp_path: Path, sqlite_with_all_tables: Path) -> Iterator[Callable[..., Desk]]:
    opened = []

    def make(*strikes: tuple[str, Fault, int], cap: int | None = None) -> Desk:
        asked: list[httpx.Request] = []
        plan = FaultPlan(strikes)

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            if cap is not None and int(request.url.params.get("rowCount", 0)) > cap:
                request = httpx.Request(
                    "GET", request.url.copy_set_param("rowCount", str(cap)), headers=request.headers
                )
            response = respond(WORLD, request, NOW)
            fault = plan.strike(request)
            return response if fault is None else spoil(fault, request, response)

        ledger = Ledger(f"sqlite:///{shutil.copy(sqlite_with_all_tables, tmp_path)}")
        opened.append(ledger)
        client = Client({}, transport=httpx.MockTransport(answer), clock=lambda: NOW, sleep=lambda _: None)
        pipeline = Pipeline(
            Lake(tmp_path / "lake"), FolderArchive(tmp_path / "raw"), Account(ledger), client, lambda: NOW, "sandbox",
            credentials=Credentials({"pjm_key": KEY}),
        )  # fmt: skip
        return Desk(pipeline, asked, tmp_path)

    yield make
    for ledger in opened:
        ledger.close()


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.key)
def test_every_feed_reads_what_it_asks_for(desk: Callable[..., Desk], feed):
    if feed.key == "pjm_ftr_long_term_bids":
        day = date(2025, 3, 1)  # the auction for the year that began in June
    else:
        day = LONG_AGO if any(word in feed.key for word in LATE) else date(2026, 11, 19)
    one_desk = desk()
    outcomes = one_desk.ingest(feed.key, day)
    assert [one.outcome for one in outcomes] == ["committed"] * (1 + len(feed.also)), outcomes
    for one in outcomes:
        assert one.committed == one.rows > 0
        assert one.quarantined == 0
    if feed.counted is not None:
        by_day = one_desk.pipeline.lake.read(feed.contract, f"feed = '{feed.key}'").groupby("market_day")
        held = by_day.size() if feed.counted is Counted.ROWS else by_day["interval_start"].nunique()
        assert feed.expected(day) in set(held)  # the operations summaries tell the day before they are made


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
@pytest.mark.parametrize("key", ["pjm_dam_lmp_zone", "pjm_rt_hourly_lmp_hub", "pjm_load_metered", "pjm_fuel_mix"])
def test_clock_change_days_are_whole(desk: Callable[..., Desk], key: str, day: date):
    feed = PJM.feed(key)
    one = desk()
    (outcome,) = one.ingest(key, day)
    assert outcome.committed == feed.expected(day)
    rows = one.pipeline.lake.read(feed.contract)
    assert rows["interval_start"].nunique() == hours_in_day(day, ZONE) in (23, 25)
    assert set(rows["market_day"]) == {day}


def test_a_corrected_hour_stands_once_and_its_first_version_is_named(desk: Callable[..., Desk]):
    last_month = [date(2026, 10, 15) + timedelta(days=count) for count in range(DAYS_BETWEEN_CORRECTIONS)]
    day = next(day for day in last_month if day.toordinal() % DAYS_BETWEEN_CORRECTIONS == 0)
    (outcome,) = desk().ingest("pjm_rt_hourly_lmp_hub", day)
    assert (outcome.committed, outcome.quarantined) == (288, 12)
    assert outcome.message == "12 x superseded by version 2 in the same file"


def test_the_node_feed_reads_the_archive_without_filters(desk: Callable[..., Desk]):
    one = desk()
    (outcome,) = one.ingest("pjm_dam_lmp_node", date(2023, 11, 5))
    assert outcome.outcome == "committed"
    assert outcome.committed == 25 * 75
    assert set(one.asked[0].url.params) == {"rowCount", "startRow", "datetime_beginning_ept"}


def test_an_answer_of_many_pages_lands_whole(desk: Callable[..., Desk]):
    """The day is larger than a page: 60,480 rows where 50,000 is the most."""
    one = desk()
    day = date(2026, 11, 17)
    (outcome,) = one.ingest("pjm_rt_5min_lmp_zone", *(day + timedelta(days=count) for count in range(-8, 1)))
    assert [request.url.params["startRow"] for request in one.asked] == ["1", "50001"]
    assert (outcome.outcome, outcome.files, outcome.committed) == ("committed", 2, 9 * 288 * 23)


def test_pages_that_do_not_add_up_land_nothing_and_keep_the_bytes(desk: Callable[..., Desk]):
    """A publisher that gives fewer rows a page than asked for, and says nothing, is found out."""
    one = desk(cap=100)
    (outcome,) = one.ingest("pjm_dam_lmp_hub", date(2026, 11, 19))
    assert (outcome.outcome, outcome.committed) == ("Incomplete", 0)
    assert "100 rows came in 1 pages where 288 were announced" in outcome.message
    assert len(one.asked) == 2  # it got a second chance
    assert one.pipeline.lake.files(PJM.feed("pjm_dam_lmp_hub").contract) == []
    assert len([path for path in (one.root / "raw").rglob("*") if path.is_file()]) == 1


def test_the_key_reaches_neither_archive_nor_ledger_nor_message(desk: Callable[..., Desk]):
    one = desk()
    one.ingest("pjm_dam_lmp_hub", date(2026, 11, 19))
    assert one.asked[0].headers["Ocp-Apim-Subscription-Key"] == KEY
    for path in one.root.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def ask(path: str, key: str = KEY, **params: object) -> httpx.Response:
    url = httpx.URL(f"https://api.pjm.com/api/v1/{path}", params={name: str(value) for name, value in params.items()})
    headers = {"Ocp-Apim-Subscription-Key": key} if key else {}
    return respond(WORLD, httpx.Request("GET", url, headers=headers), NOW)


def test_nobody_is_answered_without_a_key():
    assert ask("gen_by_fuel", key="").status_code == 401


@pytest.mark.parametrize(
    "params",
    [
        {"datetime_beginning_ept": "11/01/2023 00:00to11/02/2023 23:59", "pnode_id": "51288"},
        {"datetime_beginning_ept": "12/31/2022 00:00to01/01/2023 23:59"},
        {"datetime_beginning_ept": "11/01/2024 00:00to11/30/2024 23:59"},
        {"datetime_beginning_ept": "11/01/2025 00:00to11/19/2026 23:59"},
        {"datetime_beginning_ept": "yesterdayish"},
        {"datetime_beginning_ept": "11/19/2026 00:00to11/19/2026 23:59", "rowCount": "50001"},
        {"datetime_beginning_ept": "11/19/2026 00:00to11/19/2026 23:59", "moon": "full"},
    ],
    ids=["filter in the archive", "two years", "across the line", "too long", "no date", "too many rows", "no field"],
)
def test_the_archive_s_and_other_rules_are_held(params: dict[str, str]):
    response = ask("da_hrl_lmps", **{"rowCount": 10, **params})
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]


def test_both_json_shapes_and_csv_hold_the_same_rows():
    span = {"datetime_beginning_ept": "11/19/2026 00:00to11/19/2026 01:00", "rowCount": 100}
    paged = ask("gen_by_fuel", **span).json()
    assert paged["totalRows"] == len(paged["items"]) == 22  # the end is inclusive
    assert [link["rel"] for link in paged["links"]] == ["self", "metadata"]
    assert ask("gen_by_fuel", **span, download="true").json() == paged["items"]
    csv = ask("gen_by_fuel", **span, format="csv").content
    assert csv.startswith(b"\xef\xbb\xbfdatetime_beginning_utc,datetime_beginning_ept,fuel_type")
    assert b"11/19/2026 5:00:00 AM" in csv
    assert csv.count(b"\r\n") == 23


def test_filters_fields_and_order():
    response = ask(
        "da_hrl_lmps", datetime_beginning_ept="11/19/2026 00:00to11/19/2026 23:59", rowCount=5, startRow=3, type="*HUB*",
        fields="pnode_name,total_lmp_da", sort="total_lmp_da", order="Desc",
    ).json()  # fmt: skip
    assert response["totalRows"] == 288
    assert [set(item) for item in response["items"]] == [{"pnode_name", "total_lmp_da"}] * 5
    prices = [item["total_lmp_da"] for item in response["items"]]
    assert prices == sorted(prices, reverse=True)
    assert any(link["rel"] == "next" and "startRow=8" in link["href"] for link in response["links"])


def test_every_declared_dataset_is_simulated_in_its_own_columns():
    assert set(SHEETS) == set(DATASETS)
    for name, sheet in SHEETS.items():
        rows = sheet.write(WORLD, date(2026, 6, 1), NOW)
        known = {heading for field in DATASETS[name] for heading in field.headings}
        published = {str(column) for column in rows.columns}
        assert published <= known, (name, published - known)


def test_answers_are_the_same_whenever_asked():
    span = {"datetime_beginning_ept": "11/19/2026 00:00to11/19/2026 23:59", "rowCount": 50000}
    first = json.loads(ask("da_hrl_lmps", **span).content)
    again = json.loads(respond(World(0), httpx.Request(
        "GET", httpx.URL("https://api.pjm.com/api/v1/da_hrl_lmps", params={k: str(v) for k, v in span.items()}),
        headers={"Ocp-Apim-Subscription-Key": KEY}), NOW).content)  # fmt: skip
    assert first == again
