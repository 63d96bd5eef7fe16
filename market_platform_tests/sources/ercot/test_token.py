"""ERCOT's token is renewed when it is refused: real addresses, headers and token flow, and no secret left anywhere."""

import logging
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from market_platform.ingest.account import Account, Outcome
from market_platform.ingest.pipeline import Pipeline
from market_platform.sources.credentials import Credentials
from market_platform.sources.ercot.feeds import ERCOT
from market_platform.sources.http import Client
from market_platform.store.archive import FolderArchive
from market_platform.store.lake import Lake
from market_platform.store.ledger import Ledger

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SECRETS = {"ercot_user": "a-user-of-ours", "ercot_password": "a-pass-phrase", "ercot_key": "a-key-of-ours"}
TOKEN_PATH = "/ercotb2c.onmicrosoft.com/B2C_1_PUBAPI-ROPC-FLOW/oauth2/v2.0/token"
FIELDS = ("deliveryDate", "hourEnding", "settlementPoint", "settlementPointPrice", "DSTFlag")
PAGE = {
    "_meta": {"totalRecords": 1, "currentPage": 1, "totalPages": 1},
    "fields": [{"name": name} for name in FIELDS],
    "data": [["2026-11-20", "01:00", "HB_NORTH", 21.5, False]],
}


class Publisher:
    """Gives a token at each login, of which it takes those from the ``good``-th on."""

    def __init__(self, good: int) -> None:
        self.good, self.logins, self.asked = good, 0, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "ercotb2c.b2clogin.com":
            form = parse_qs(request.content.decode())
            assert (request.method, request.url.path) == ("POST", TOKEN_PATH)
            assert form["username"] == [SECRETS["ercot_user"]]
            assert form["password"] == [SECRETS["ercot_password"]]
            self.logins += 1
            return httpx.Response(200, json={"id_token": f"a-token-{self.logins}", "expires_in": "3600"})
        self.asked += 1
        assert request.url.host == "api.ercot.com"
        assert request.url.path == "/api/public-reports/np4-190-cd/dam_stlmnt_pnt_prices"
        assert request.headers["Ocp-Apim-Subscription-Key"] == SECRETS["ercot_key"]
        token = request.headers["Authorization"].removeprefix("Bearer a-token-")
        return httpx.Response(200, json=PAGE) if int(token) >= self.good else httpx.Response(401, text="expired")


def _outcomes(publisher: Publisher, folder: Path) -> list[Outcome]:
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.upgrade()
    client = Client({}, transport=httpx.MockTransport(publisher), clock=lambda: NOW, sleep=lambda _seconds: None)
    archive = FolderArchive(folder / "raw")
    pipeline = Pipeline(
        Lake(folder / "lake"), archive, Account(ledger), client, lambda: NOW, "live", credentials=Credentials(SECRETS)
    )
    feed = ERCOT.feed("ercot_dam_spp")
    found = [each for _ in range(2) for each in pipeline.ingest(feed, [date(2026, 11, 20)])]
    ledger.close()
    client.close()
    return found


@pytest.mark.parametrize(("good", "logins", "asked"), [(1, 1, 2), (2, 2, 3)])
def test_a_refused_token_is_renewed_once_and_then_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, good: int, logins: int, asked: int
) -> None:
    caplog.set_level(logging.DEBUG)
    publisher = Publisher(good)
    outcomes = _outcomes(publisher, tmp_path)
    assert [each.outcome for each in outcomes] == ["committed", "unchanged"]
    assert (publisher.logins, publisher.asked) == (logins, asked)
    _no_secret(tmp_path, caplog.text)


def test_a_user_who_is_refused_again_is_told_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcomes = _outcomes(Publisher(99), tmp_path)
    assert {each.outcome for each in outcomes} == {"Unauthorised"}
    _no_secret(tmp_path, caplog.text + "".join(each.message for each in outcomes))


def _no_secret(folder: Path, told: str) -> None:
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()) + told.encode()
    assert [secret for secret in (*SECRETS.values(), "a-token-") if secret.encode() in kept] == []
