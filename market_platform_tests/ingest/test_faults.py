"""Every way in which each market's publisher fails: a typed error, the bytes kept, the rest of the run unharmed."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from market_platform.ingest.account import Outcome
from market_platform.platform import Platform
from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform.store.feed_tables import fetches, payloads

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
DAY, TO_COME = date(2026, 11, 19), date(2026, 11, 25)


@dataclass(frozen=True)
class Case:
    """A feed that is struck at the addresses of ``where``, another of its publisher that is not, and a day long gone.

    ``stranger`` is a published word and what stands in its place; the quarantine has to name it.
    """

    feed: str
    where: str
    unharmed: str
    day: date
    gone: date
    stranger: tuple[bytes, bytes]


CASES = {
    "nyiso": Case("nyiso_dam_lbmp_zone", "damlbmp_zone", "nyiso_dam_ancillary", date(2026, 10, 5), date(2019, 1, 3),
                  (b",WEST,", b",ATLANTIS,")),
    "caiso": Case("caiso_dam_ancillary", "PRC_AS", "caiso_dam_lmp_hub", DAY, date(2022, 1, 3),
                  (b"AS_NP26_EXP", b"AS_ATLANTIS")),
    "pjm": Case("pjm_fuel_mix", "gen_by_fuel", "pjm_dam_lmp_hub", DAY, date(2026, 9, 3), (b'"Coal"', b'"ATLANTIS"')),
    "ercot": Case("ercot_rtm_spp", "np6-905", "ercot_dam_spp", DAY, date(2026, 3, 20), (b'"RN"', b'"ATLANTIS"')),
    "ercot_documents": Case("ercot_load_15min", "mirDownload|np6-235", "ercot_dam_spp", DAY, date(2026, 3, 20), (b"", b"")),
}  # fmt: skip

FAILURES = {
    Fault.TRUNCATED: "UnreadablePayload",
    Fault.EMPTY: "UnreadablePayload",
    Fault.HTML_PAGE: "UnreadablePayload",
    Fault.RENAMED_COLUMN: "SchemaChanged",
    Fault.THROTTLED: "Throttled",
    Fault.THROTTLE_PAGE: "Throttled",
    Fault.SERVER_ERROR: "Unavailable",
    Fault.TIME_OUT: "Unavailable",
}
WITH_BYTES = (Fault.TRUNCATED, Fault.EMPTY, Fault.HTML_PAGE, Fault.RENAMED_COLUMN)


class Publishers(httpx.BaseTransport):
    """The simulated publishers, with faults that may be changed on the way."""

    def __init__(self) -> None:
        self.sandbox = SandboxTransport(0, lambda: NOW)
        self.change: Callable[[bytes], bytes] = lambda content: content
        self.sent: list[tuple[str, bytes]] = []

    def strike(self, where: str, fault: Fault) -> None:
        self.sandbox.faults = FaultPlan([(where, fault, 99)])

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.sandbox.handle_request(request)
        kept = {name: value for name, value in response.headers.items() if name != "content-length"}
        content = self.change(response.content)
        self.sent.append((str(request.url), content))
        return httpx.Response(response.status_code, content=content, headers=kept)


@dataclass
class Ground:
    """A platform before these publishers."""

    platform: Platform
    publishers: Publishers
    slept: list[float]

    def ingest(self, key: str, day: date) -> list[Outcome]:
        return list(self.platform.pipeline.ingest(FEEDS[key], [day]))

    def accounts(self) -> int:
        with self.platform.ledger.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(fetches)) or 0

    def kept(self) -> Iterator[bytes]:
        """Yield what the archive holds for the payloads of the ledger, and the files of answers that came in parts."""
        with self.platform.ledger.read() as connection:
            digests = connection.scalars(sa.select(payloads.c.sha256)).all()
        for digest in digests:
            content = self.platform.archive.read(digest)
            yield content
            if zipfile.is_zipfile(io.BytesIO(content)):
                with zipfile.ZipFile(io.BytesIO(content)) as parts:
                    yield from map(parts.read, parts.namelist())


def ground_in(folder: Path) -> Ground:
    publishers, slept = Publishers(), []
    settings = Settings(data=folder, origin="sandbox")
    return Ground(Platform(settings, lambda: NOW, publishers, sleep=slept.append), publishers, slept)


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ground]:
    """One platform a publisher: nothing that fails may leave anything that a later failure would meet."""
    return {name: ground_in(tmp_path_factory.mktemp(name)) for name in CASES}


@pytest.mark.parametrize("fault", FAILURES)
@pytest.mark.parametrize("market", CASES)
def test_each_fault_is_a_typed_error_with_its_bytes_kept(grounds, market, fault):
    ground, case = grounds[market], CASES[market]
    ground.publishers.strike(case.where, fault)
    ground.slept.clear()
    ground.publishers.sent.clear()
    before = ground.accounts()
    outcomes = ground.ingest(case.feed, case.day)
    assert {outcome.outcome for outcome in outcomes} == {FAILURES[fault]}, outcomes
    assert all(outcome.message for outcome in outcomes)
    assert ground.accounts() == before + len(outcomes)
    assert len(ground.platform.lake.read(FEEDS[case.feed].contract, f"feed = '{case.feed}'")) == 0
    if fault in WITH_BYTES:
        struck = {content for url, content in ground.publishers.sent if re.search(case.where, url)}
        assert struck
        assert struck <= set(ground.kept())
    if fault is Fault.THROTTLED:
        assert set(ground.slept) == {1.0}  # as Retry-After says


@pytest.mark.parametrize("market", CASES)
def test_the_rest_of_the_run_is_unharmed(grounds, market):
    ground, case = grounds[market], CASES[market]
    ground.publishers.strike(case.where, Fault.HTML_PAGE)
    assert {outcome.failed for outcome in ground.ingest(case.feed, DAY)} == {True}
    assert {outcome.failed for outcome in ground.ingest(case.unharmed, DAY)} == {False}


@pytest.mark.parametrize("market", CASES)
def test_what_passes_is_outlived(tmp_path, market):
    ground, case = ground_in(tmp_path), CASES[market]
    passing = (Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIME_OUT, Fault.THROTTLE_PAGE)
    ground.publishers.sandbox.faults = FaultPlan([(case.where, fault, 1) for fault in passing])
    assert {outcome.outcome for outcome in ground.ingest(case.unharmed, DAY)} == {"committed"}
    assert {outcome.outcome for outcome in ground.ingest(case.feed, DAY)} == {"committed"}
    assert len(ground.slept) == len(passing)


@pytest.mark.parametrize("market", CASES)
def test_what_rolled_off_is_gone_and_what_is_to_come_is_no_failure(grounds, market):
    ground, case = grounds[market], CASES[market]
    ground.publishers.strike("nyiso|nysdi|caiso|pjm|ercot\\.com/(?!ercotb2c)", Fault.NOT_FOUND)
    gone = "pjm_load_instantaneous" if market == "pjm" else case.feed
    assert {outcome.outcome for outcome in ground.ingest(gone, case.gone)} == {"Gone"}
    ground.publishers.sandbox.faults = FaultPlan()
    assert {outcome.outcome for outcome in ground.ingest(case.feed, TO_COME)} == {"not_published"}


@pytest.mark.parametrize("market", [market for market, case in CASES.items() if case.stranger[0]])
def test_a_word_that_no_table_has_goes_to_quarantine_by_name_and_the_rest_goes_on(tmp_path, market):
    ground, case = ground_in(tmp_path), CASES[market]
    ground.publishers.change = lambda content: _replaced(content, *case.stranger)
    (outcome,) = ground.ingest(case.feed, DAY)
    assert outcome.outcome == "committed"
    assert outcome.quarantined > 0
    assert outcome.rows == outcome.committed + outcome.quarantined
    assert "ATLANTIS" in outcome.message


def _replaced(content: bytes, published: bytes, stranger: bytes) -> bytes:
    if not content.startswith(b"PK"):
        return content.replace(published, stranger)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            target.writestr(info, source.read(info).replace(published, stranger))
    return buffer.getvalue()


# What only one publisher does.


def error_document(code: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        text = f'<m:OASISReport xmlns:m="http://www.caiso.com/soa/OASISReport_v1.xsd"><m:ERROR><m:ERR_CODE>{code}</m:ERR_CODE>'
        archive.writestr(
            "INVALID_REQUEST.xml", f"{text}<m:ERR_DESC>as OASIS says</m:ERR_DESC></m:ERROR></m:OASISReport>"
        )
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (1000, "not_published"),
        (1001, "Rejected"),
        (1004, "Rejected"),
        (1014, "Throttled"),
        (1015, "Unavailable"),
        (1099, "Rejected"),
    ],
)
def test_oasis_error_documents_with_status_200_are_told_by_their_code(grounds, code, outcome):
    ground = grounds["caiso"]
    ground.publishers.sandbox.faults = FaultPlan()
    ground.publishers.change = lambda content: error_document(code)
    (found,) = ground.ingest("caiso_dam_lmp_hub", date(2026, 11, 18))
    ground.publishers.change = lambda content: content
    assert (found.outcome, found.committed) == (outcome, 0)
    if outcome != "Throttled":
        assert f"OASIS error {code} (as OASIS says)" in found.message


@pytest.mark.parametrize(
    "page",
    [
        b'{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 42 seconds." }',
        b'{"error_key": "throttled", "error_message": "Too Many Requests"}',
        b"<html><head><title>Too Many Requests</title></head></html>",
    ],
)
@pytest.mark.parametrize("market", ["pjm", "ercot"])
def test_a_throttle_page_with_status_200_is_no_data(grounds, market, page):
    ground = grounds[market]
    ground.publishers.sandbox.faults = FaultPlan()
    ground.publishers.change = lambda content: content if b"id_token" in content else page
    (found,) = ground.ingest(CASES[market].feed, DAY)
    ground.publishers.change = lambda content: content
    assert (found.outcome, found.committed) == ("Throttled", 0)


@pytest.mark.parametrize("cut", [b",", b"1", b"E"])
def test_a_file_that_stops_within_a_line_is_not_read_at_all(tmp_path, cut):
    ground = ground_in(tmp_path)
    ground.publishers.change = lambda content: content[: content.rindex(cut, 0, len(content) // 2) + 1]
    (found,) = ground.ingest("nyiso_dam_lbmp_zone", DAY)
    assert (found.outcome, found.committed) == ("UnreadablePayload", 0)
    assert "stops within a line" in found.message
    assert ground.publishers.sent[-1][1] in set(ground.kept())
    ground.publishers.change = lambda content: content
    assert {outcome.outcome for outcome in ground.ingest("nyiso_dam_lbmp_zone", DAY)} == {"committed"}


def test_the_fuel_mix_ends_without_a_line_break_and_is_whole(tmp_path):
    ground = ground_in(tmp_path)
    ground.publishers.change = lambda content: content.rstrip()
    (found,) = ground.ingest("nyiso_fuel_mix", DAY)
    assert (found.outcome, found.quarantined) == ("committed", 0)
