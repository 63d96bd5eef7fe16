"""Live mode over a socket: pace, keys, tokens and pages as the real publishers want them, and no secret left anywhere."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from market_platform.errors import MarketPlatformError
from market_platform.ingest.account import Outcome
from market_platform.ingest.pipeline import pace_by_host
from market_platform.platform import Platform
from market_platform.sandbox.server import running
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Request
from market_platform.store.feed_tables import payloads
from market_platform_tests.ingest.loopback import Door, Time, Wire, Witness

TODAY = date(2026, 11, 20)
KEYS = {
    "pjm_key": "pjm-key-of-ours", "ercot_user": "ercot-user-of-ours", "ercot_password": "ercot-password-of-ours",
    "ercot_key": "ercot-key-of-ours", "eia_key": "eia-key-of-ours",
}  # fmt: skip
SECRETS = (*KEYS.values(), "simulated-token-")
APART = [TODAY - timedelta(days=back) for back in (1, 3, 5)]

Live = Callable[..., Platform]


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """One server for all tests here; whoever stands at the door answers."""
    door = Door()
    with running(door) as door.address:
        yield door


@pytest.fixture
def live(door: Door, tmp_path: Path) -> Iterator[Live]:
    """Make a platform in live mode, its requests answered on loopback by ``witness``."""
    with ExitStack() as wires:

        def make(witness: Witness, **keys: str) -> Platform:
            door.witness, time = witness, witness.time
            settings = Settings(data=tmp_path / "data", origin="live", **(keys or KEYS))
            wire = wires.enter_context(Wire(door.address))
            return Platform(settings, time.clock, wire, sleep=time.sleep, monotonic=time.monotonic)

        yield make


def ingest(platform: Platform, key: str, *days: date) -> list[Outcome]:
    return list(platform.pipeline.ingest(FEEDS[key], list(days)))


@pytest.mark.parametrize(
    ("key", "host", "path", "pace", "keys"),
    [
        ("caiso_dam_lmp_hub", "oasis.caiso.com", "/oasisapi/SingleZip", 5.0, KEYS),
        pytest.param(
            "caiso_fuel_mix",
            "www.caiso.com",
            "/outlook/history/20261119/fuelsource.csv",
            1.0,
            KEYS,
            marks=pytest.mark.long,
        ),
        pytest.param("pjm_dam_lmp_hub", "api.pjm.com", "/api/v1/da_hrl_lmps", 10.0, KEYS, marks=pytest.mark.long),
        ("pjm_dam_lmp_hub", "api.pjm.com", "/api/v1/da_hrl_lmps", 0.1, {**KEYS, "pjm_member_key": "a-members-key"}),
        ("ercot_dam_spp", "api.ercot.com", "/api/public-reports/np4-190-cd/dam_stlmnt_pnt_prices", 2.0, KEYS),
        pytest.param(
            "nyiso_dam_lbmp_zone",
            "mis.nyiso.com",
            "/public/csv/damlbmp/20261119damlbmp_zone.csv",
            0.2,
            KEYS,
            marks=pytest.mark.long,
        ),
    ],
)
def test_each_host_is_asked_at_its_pace_by_its_own_address(live, key, host, path, pace, keys):
    witness = Witness(Time())
    outcomes = ingest(live(witness, **keys), key, *APART)
    assert [outcome.outcome for outcome in outcomes] == ["committed"] * 3
    assert path in {request.url.path for request in witness.requests(host)}
    gaps = [after - before for before, after in pairwise(witness.arrivals(host))]
    assert len(gaps) == 2
    assert min(gaps) >= pace - 1e-6
    assert max(gaps) < 2 * pace + 1


def test_every_host_that_a_feed_names_has_a_pace():
    paced = pace_by_host()
    assert {host for feed in FEEDS.values() for host in _hosts(feed)} - set(paced) == set()
    assert all(pace > 0 for pace in paced.values())
    assert "ercotb2c.b2clogin.com" in paced


def _hosts(feed: Feed) -> Iterator[str]:
    for age in (-1, 0, 1, 5, 20, 100, 300, 800, 2000, 4000) if feed.request else ():
        try:
            for request in feed.request(feed, [TODAY - timedelta(days=age)], TODAY):
                yield from _hosts_of(request)
        except MarketPlatformError:
            continue


def _hosts_of(request: Request) -> Iterator[str]:
    yield urlsplit(request.url).netloc
    for other in (*request.alternatives, *request.parts):
        yield from _hosts_of(other)


def test_pjms_key_goes_in_the_header_and_without_one_nobody_is_asked(live):
    witness = Witness(Time())
    ingest(live(witness), "pjm_dam_lmp_hub", TODAY)
    assert {one.headers["Ocp-Apim-Subscription-Key"] for one in witness.requests("api.pjm.com")} == {KEYS["pjm_key"]}
    unasked = Witness(Time())
    (outcome,) = ingest(live(unasked, eia_key="x-of-ours"), "pjm_dam_lmp_hub", TODAY)
    assert (outcome.outcome, unasked.seen) == ("Rejected", [])
    assert "MARKET_PLATFORM_PJM_KEY" in outcome.message


def test_ercots_token_is_asked_for_once_and_again_when_its_hour_is_over(live):
    witness = Witness(Time())
    platform = live(witness)
    for later in (0, 20, 50, 90):
        witness.time.now = witness.time.start + timedelta(minutes=later)
        (outcome,) = ingest(platform, "ercot_dam_spp", TODAY)
        assert not outcome.failed, outcome
    logins = witness.requests("ercotb2c.b2clogin.com")
    assert [(one.method, one.url.path.split("/")[-1]) for one in logins] == [("POST", "token")] * 2
    assert all(b"grant_type=password" in one.read() for one in logins)
    asked = witness.requests("api.ercot.com")
    assert len({one.headers["Authorization"] for one in asked}) == 2
    assert {one.headers["Ocp-Apim-Subscription-Key"] for one in asked} == {KEYS["ercot_key"]}


KEYED = {"pjm_dam_lmp_hub": "api.pjm.com", "ercot_dam_spp": "api.ercot.com", "eia_gas_storage": "api.eia.gov"}


@pytest.mark.parametrize(
    "status", [200, 403, 999, *(pytest.param(each, marks=pytest.mark.long) for each in (401, 500))]
)
@pytest.mark.parametrize("key", KEYED)
def test_no_secret_is_left_in_store_log_or_message(live, caplog, key, status):
    """Status 999 stands for an answer that repeats everything that it was asked."""

    def answer(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        echo = json.dumps({"asked": str(request.url), "with": dict(request.headers), "body": request.content.decode()})
        if status == 999:
            return httpx.Response(200, text=echo)
        refused = status != 200 and request.url.host == KEYED[key]
        return httpx.Response(status, text=echo) if refused else response

    caplog.set_level(logging.DEBUG)
    witness = Witness(Time(), answer=answer)
    platform = live(witness)
    friday = TODAY if key == "eia_gas_storage" else TODAY - timedelta(days=1)
    outcomes = ingest(platform, key, friday - timedelta(days=14))
    assert all(outcome.failed for outcome in outcomes) == (status != 200), outcomes
    assert any(
        secret in str(one.url) + str(one.headers) + str(one.content) for secret in SECRETS for _, one in witness.seen
    )
    with platform.ledger.read() as connection:
        digests = connection.scalars(sa.select(payloads.c.sha256)).all()
    kept = b"".join(path.read_bytes() for path in platform.settings.data_folder.rglob("*") if path.is_file())
    kept += b"".join(platform.archive.read(digest) for digest in digests)
    told = caplog.text + "".join(outcome.message for outcome in outcomes)
    assert [secret for secret in SECRETS if secret in told or secret.encode() in kept] == []


def _smaller_pages(request: httpx.Request) -> httpx.Request:
    """Cap pages as a publisher may: whatever is asked for, it gives 500."""
    url = request.url
    return httpx.Request(
        request.method,
        url.copy_set_param("size", "500") if "size" in url.params else url,
        headers=request.headers,
        content=request.read(),
    )


def test_all_pages_are_read_where_a_publisher_gives_smaller_ones_than_asked_for(live):
    witness = Witness(Time(), ask=_smaller_pages)
    (outcome,) = ingest(live(witness), "ercot_dam_spp", TODAY)
    assert (outcome.outcome, outcome.rows) == ("committed", 24 * 44)
    assert len(witness.requests("api.ercot.com")) == 3


@pytest.mark.long
def test_all_pages_are_read_to_the_announced_total(live):
    totals = []

    def answer(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
        totals.append(response.json()["totalRows"])
        return response

    witness = Witness(Time(), answer=answer)
    week = [date(2026, 11, 2) + timedelta(days=ahead) for ahead in range(7)]
    (outcome,) = ingest(live(witness), "pjm_load_instantaneous", *week)
    assert outcome.outcome == "committed"
    assert outcome.rows == totals[0] > 50_000
    assert len(totals) == -(-totals[0] // 50_000)


def _one_short(field: str) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    """Lose one row of every page on its way."""

    def answer(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        body = response.json()
        if field not in body:
            return response
        return httpx.Response(200, json={**body, field: body[field][:-1]})

    return answer


@pytest.mark.parametrize(
    ("key", "field"), [("pjm_dam_lmp_hub", "items"), ("ercot_dam_spp", "data"), ("eia_gas_storage", "response")]
)
def test_pages_that_lose_a_row_fail_the_request_and_nothing_of_it_is_stored(live, key, field):
    def eia(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
        body = response.json()
        body["response"]["data"] = body["response"]["data"][:-1]
        return httpx.Response(200, json=body)

    witness = Witness(Time(), answer=eia if field == "response" else _one_short(field))
    platform = live(witness)
    day = TODAY - timedelta(days=14 if field == "response" else 1)
    (outcome,) = ingest(platform, key, day)
    assert (outcome.outcome, outcome.committed) == ("Incomplete", 0)
    assert "announced" in outcome.message
    assert len(platform.lake.read(FEEDS[key].contract)) == 0
    with platform.ledger.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(payloads)) > 0  # the pages are kept


# Monthly figures come months later; the observations are kept for a week.
DAYS_BACK = {"eia_retail_sales": 150, "eia_facility_fuel": 150, "weather_nws_observations": 1}
OTHERS = sorted(
    feed.key
    for publisher in PUBLISHERS.values()
    if publisher.key not in ("nyiso", "caiso", "pjm", "ercot")
    for feed in publisher.feeds
    if feed.request is not None
)


@pytest.mark.long
@pytest.mark.parametrize("key", OTHERS)
def test_one_live_fetch_of_each_other_source(live, caplog, key):
    caplog.set_level(logging.DEBUG)
    witness = Witness(Time())
    platform = live(witness)
    outcomes = ingest(platform, key, TODAY - timedelta(days=DAYS_BACK.get(key, 14)))
    assert [outcome for outcome in outcomes if outcome.failed and outcome.outcome != "Gone"] == []
    assert "committed" in {outcome.outcome for outcome in outcomes}, outcomes
    assert {request.url.host for _, request in witness.seen} <= set(pace_by_host())
    assert [secret for secret in SECRETS if secret in caplog.text] == []
