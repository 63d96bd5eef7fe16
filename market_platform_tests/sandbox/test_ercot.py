"""The simulated ERCOT: its doors, its clock-change days, its faults, its token."""

import logging
from datetime import UTC, date, datetime

import httpx
import pytest

from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.credentials import Credentials
from market_platform.sources.ercot.requests import BASE_URL, LIST_URL, TOKEN_URL

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
DAY = date(2026, 11, 20)
FORM = {"grant_type": "password", "username": "u", "password": "p", "client_id": "c"}


def landed(platform, key, day):
    feed = FEEDS[key]
    outcomes = list(platform.pipeline.ingest(feed, [day]))
    assert [outcome.outcome for outcome in outcomes] == ["committed"], outcomes
    assert outcomes[0].quarantined == 0
    return platform.lake.read(feed.contract, f"feed = '{key}'")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_clock_change_days_are_whole_through_archive_and_query(make_platform, day, hours):
    platform = make_platform()
    for key, per_hour, place in (
        ("ercot_dam_spp", 1, "location"),
        ("ercot_rtm_spp", 4, "location"),
        ("ercot_dam_mcpc", 1, "publisher_product"),
        ("ercot_as_cleared_2day", 1, "publisher_product"),
        ("ercot_load_15min", 4, "location"),
        ("ercot_load_weather_zone", 1, "location"),
        ("ercot_sced_system_lambda", 12, "location"),
    ):
        rows = landed(platform, key, day)
        rows = rows[rows["market_day"].astype(str) == str(day)]
        assert set(rows.groupby(place)["interval_start"].nunique()) == {hours * per_hour}, key


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_adders_and_factors_come_whole_by_query_and_archive(make_platform, day, hours):
    platform = make_platform()
    for key, per_hour in (("ercot_rtm_adders", 4), ("ercot_as_deployment_factors_hruc", 1)):
        assert landed(platform, key, day)["interval_start"].nunique() == hours * per_hour, key


def test_the_list_that_needs_no_account_gives_what_the_query_gives(make_platform):
    """Without an account the same prices come from the document list; what only the API has says so."""
    with_account, without = make_platform(), make_platform(folder="other")
    object.__setattr__(without.pipeline, "credentials", Credentials())
    for key in ("ercot_dam_spp", "ercot_rtm_spp"):
        mine, theirs = (landed(platform, key, DAY) for platform in (with_account, without))
        columns = ["location", "location_type", "interval_start", "lmp_usd_per_mwh"]
        key_order = columns[:3]
        assert (
            mine[columns]
            .sort_values(key_order, ignore_index=True)
            .equals(theirs[columns].sort_values(key_order, ignore_index=True))
        )
    (outcome,) = without.pipeline.ingest(FEEDS["ercot_solar_5min"], [DAY])
    assert outcome.outcome == "NotHeld"
    assert "MARKET_PLATFORM_ERCOT_KEY" in outcome.message


def test_a_token_is_wanted_and_expires():
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        path = f"{BASE_URL}/np4-190-cd/dam_stlmnt_pnt_prices?deliveryDateFrom=2026-11-20&deliveryDateTo=2026-11-20&size=2000"
        assert client.get(path).status_code == 401
        assert client.post(TOKEN_URL, data={**FORM, "password": ""}).status_code == 400
        token = client.post(TOKEN_URL, data=FORM).json()["id_token"]
        headers = {"Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": "k"}
        answer = client.get(path, headers=headers).json()
        assert len(answer["data"]) == answer["_meta"]["totalRecords"] == 24 * 44
        assert answer["report"]["reportEMIL"] == "NP4-190-CD"
    later = datetime(2026, 11, 20, 18, 3, tzinfo=UTC)
    with httpx.Client(transport=SandboxTransport(0, lambda: later)) as client:
        assert client.get(path, headers=headers).status_code == 401


def test_no_secret_reaches_log_ledger_archive_or_outcome(make_platform, caplog):
    caplog.set_level(logging.DEBUG)
    faults = FaultPlan([("np4-190", Fault.SERVER_ERROR, 2), ("oauth2", Fault.THROTTLED, 1)])
    platform = make_platform(faults)
    rows = landed(platform, "ercot_dam_spp", DAY)
    assert len(rows) == 24 * 44
    kept = b"".join(path.read_bytes() for path in (platform.settings.data_folder).rglob("*") if path.is_file())
    secrets = [*platform.settings.credentials.secrets.values(), "simulated-token-"]
    for secret in secrets:
        assert secret not in caplog.text
        assert secret.encode() not in kept


def test_a_document_list_holds_both_encodings_of_the_last_days():
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        listed = client.get(LIST_URL, params={"reportTypeId": "12331"}).json()["ListDocsByRptTypeRes"]["DocumentList"]
        names = [entry["Document"]["FriendlyName"] for entry in listed]
    assert names.count("DAMSPNP4190_csv") == names.count("DAMSPNP4190_xml") == 8


def test_every_feed_takes_a_day_from_the_sandbox(make_platform):
    """Each ends as rows or as not published yet (what the small world does not make); none in an error."""
    platform = make_platform()
    committed = set()
    for feed in (feed for feed in FEEDS.values() if feed.publisher == "ercot" and feed.request is not None):
        for outcome in platform.pipeline.ingest(feed, [DAY]):
            assert outcome.outcome in ("committed", "not_published"), (feed.key, outcome.message)
            assert outcome.quarantined == 0, (feed.key, outcome.message)
            committed |= {outcome.feed} if outcome.outcome == "committed" else set()
    assert len(committed) >= 25, sorted(committed)
