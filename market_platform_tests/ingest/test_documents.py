"""Documents of a publisher's list: each is read once, one that failed again, a correction as the document that it is."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from market_platform.ingest.account import Account, Outcome
from market_platform.ingest.pipeline import Pipeline
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.credentials import Credentials
from market_platform.sources.http import Client
from market_platform.store.archive import FolderArchive
from market_platform.store.lake import Lake
from market_platform.store.ledger import Ledger

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HEADINGS = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag"
FEED = FEEDS["ercot_dam_spp"]
ACCOUNT = Credentials({"ercot_user": "a-user", "ercot_password": "a-pass", "ercot_key": "a-key"})


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


class Shelf:
    """ERCOT's two shelves of documents, the open list and the archive: number, moment of posting and price of each."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.posted: dict[int, tuple[datetime, str]] = {}
        self.given: list[int] = []
        self.spoilt: dict[int, bytes] = {}
        self.lists = 0

    def post(self, number: int, price: str) -> None:
        at = datetime.combine(self.day - timedelta(days=1), datetime.min.time()) + timedelta(hours=13, minutes=number)
        self.posted[number] = (at, f"{HEADINGS}\n{self.day:%m/%d/%Y},{number:02d}:00,HB_NORTH, {price},N\n")

    def revise(self, number: int, of: int, price: str) -> None:
        self.post(of, price)
        self.posted[number] = self.posted[of]
        at, text = self.posted[number]
        self.posted[number] = (at + timedelta(hours=1), text)

    def _document(self, number: int) -> bytes:
        self.given.append(number)
        name = f"cdr.00012331.0000000000000000.{number}.DAMSPNP4190.csv"
        return zipped(name, self.spoilt.get(number) or self.posted[number][1].encode())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/token"):
            return httpx.Response(200, json={"id_token": "a-token", "expires_in": "3600"})
        if path.endswith("IceDocListJsonWS"):
            self.lists += 1
            entries = [
                {"Document": {"DocID": str(number), "PublishDate": f"{at:%Y-%m-%dT%H:%M:%S}-06:00",
                              "FriendlyName": "DAMSPNP4190_csv", "ConstructedName": f"cdr.{number}_csv.zip"}}
                for number, (at, _) in self.posted.items()
            ]  # fmt: skip
            return httpx.Response(200, json={"ListDocsByRptTypeRes": {"DocumentList": entries}})
        if path.endswith("mirDownload"):
            return httpx.Response(200, content=self._document(int(request.url.params["doclookupId"])))
        if path.endswith("/download"):
            wanted = json.loads(request.content)["docIds"]
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for number in wanted:
                    archive.writestr(f"{number}.zip", self._document(number))
            return httpx.Response(200, content=buffer.getvalue())
        listing = [
            {"docId": number, "postDatetime": f"{at:%Y-%m-%dT%H:%M:%S}"} for number, (at, _) in self.posted.items()
        ]
        meta = {"totalRecords": len(listing), "currentPage": 1, "totalPages": 1}
        return httpx.Response(200, json={"_meta": meta, "archives": listing})


class House:
    """A pipeline before a shelf."""

    def __init__(self, folder: Path, shelf: Shelf, credentials: Credentials) -> None:
        self.shelf = shelf
        self.lake = Lake(folder / "lake")
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        self.ledger.upgrade()
        self.minutes = 0.0
        client = Client(
            {}, transport=httpx.MockTransport(shelf), clock=lambda: NOW, sleep=lambda _seconds: None,
            monotonic=lambda: 60 * self.minutes,
        )  # fmt: skip
        self.pipeline = Pipeline(
            self.lake, FolderArchive(folder / "raw"), Account(self.ledger), client, lambda: NOW, "live",
            credentials=credentials,
        )  # fmt: skip

    def look(self) -> tuple[list[str], list[int]]:
        """Ask for the day: the outcomes, and which documents were fetched."""
        self.shelf.given.clear()
        self.minutes += 2
        outcomes: list[Outcome] = list(self.pipeline.ingest(FEED, [self.shelf.day]))
        return [outcome.outcome for outcome in outcomes], sorted(self.shelf.given)

    def prices(self) -> list[float]:
        return self.lake.read(FEED.contract).sort_values("interval_start")["lmp_usd_per_mwh"].tolist()


@pytest.fixture(params=["list", "archive"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The open list for a user without an account; the archive for a day that queries no longer reach."""
    open_list = request.param == "list"
    shelf = Shelf(date(2026, 11, 20) if open_list else date(2026, 3, 20))
    house = House(tmp_path, shelf, Credentials() if open_list else ACCOUNT)
    yield house
    house.ledger.close()


def test_only_what_is_new_on_the_list_is_fetched(house: House) -> None:
    house.shelf.post(1, "20.5")
    house.shelf.post(2, "21.5")
    assert house.look() == (["committed"], [1, 2])
    assert house.look() == (["unchanged"], [])
    house.shelf.post(3, "22.5")
    assert house.look() == (["committed"], [3])
    assert house.prices() == [20.5, 21.5, 22.5]


def test_a_correction_is_a_document_of_its_own_and_is_read(house: House) -> None:
    house.shelf.post(1, "20.5")
    house.look()
    house.shelf.revise(31, of=1, price="19.0")
    assert house.look() == (["committed"], [31])
    assert house.prices() == [19.0]
    assert len(house.lake.read(FEED.contract, versions=True)) == 2


def test_days_and_feeds_that_share_a_list_ask_for_it_once_a_minute(tmp_path: Path) -> None:
    shelf = Shelf(date(2026, 11, 20))
    house = House(tmp_path, shelf, Credentials())
    shelf.post(1, "20.5")
    days = [shelf.day - timedelta(days=back) for back in range(3)]
    assert {outcome.outcome for outcome in house.pipeline.ingest(FEED, days)} == {"committed", "not_published"}
    assert shelf.lists == 1
    house.minutes += 1
    list(house.pipeline.ingest(FEED, days))
    assert shelf.lists == 2
    house.ledger.close()


@pytest.mark.parametrize(
    ("spoilt", "outcome"),
    [(b"<html><title>Down</title></html>", "UnreadablePayload"), (b"Hour,Price\n1,2\n", "SchemaChanged")],
)
def test_what_could_not_be_read_is_fetched_again(house: House, spoilt: bytes, outcome: str) -> None:
    house.shelf.post(1, "20.5")
    house.shelf.post(2, "21.5")
    house.shelf.spoilt[2] = spoilt
    assert house.look() == ([outcome], [1, 2])
    house.shelf.spoilt.clear()
    assert house.look() == (["committed"], [1, 2])
    assert house.prices() == [20.5, 21.5]


def test_what_one_feed_has_read_another_still_fetches(house: House) -> None:
    account = house.pipeline.account
    account.note_read(FEED, ["1", "2"], "0" * 64, NOW)
    assert account.unread(FEED, ["3", "2", "1"]) == ["3"]
    assert account.unread(FEEDS["ercot_dam_mcpc"], ["2", "1"]) == ["2", "1"]
    many = [str(number) for number in range(12_000)]
    assert account.unread(FEED, many) == ["0", *many[3:]]
