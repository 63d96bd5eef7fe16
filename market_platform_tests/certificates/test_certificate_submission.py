"""Generation for M-RETS over HTTP: checked before anything is sent, taken by the simulated registry, refused in its words."""

import json
from datetime import UTC, date, datetime

import httpx
import pytest

from market_platform.errors import Rejected, SchemaChanged
from market_platform.sandbox import mrets as registry
from market_platform.sandbox.world import World
from market_platform.sources.mrets.client import MretsClient
from market_platform.sources.mrets.documents import resources_frame
from market_platform.sources.mrets.submission import entries_of, send
from market_platform.sources.mrets.uploads import read_generation

NOW = datetime(2026, 3, 20, tzinfo=UTC)
WHOLE = b"G900009,G900009,03/2026,03/01/2026,03/10/2026,120\r\nG900009,G900009,03/2026,03/11/2026,03/15/2026,7.5\r\n"


@pytest.fixture(scope="module")
def world():
    return World(7)


@pytest.fixture
def calls():
    return []


@pytest.fixture
def client(world, calls):
    def answer(request):
        calls.append(request)
        return registry.respond(world, request, NOW)

    return MretsClient("token", transport=httpx.MockTransport(answer), sleep=lambda _seconds: None)


def _entries(client, content):
    return entries_of(read_generation(content), resources_frame(client.whole("generators")), NOW.date())


def test_entries_are_sent_in_the_documented_form(client, calls):
    entries = _entries(client, WHOLE)
    sent = list(send(client, entries))
    assert [each.status for each in sent] == ["accepted", "accepted"]
    posts = [request for request in calls if request.method == "POST"]
    assert {request.url.path for request in posts} == {"/v1/public/generation-entries/create"}
    document = json.loads(posts[1].content)["data"]
    assert document["type"] == "generation_entries"
    assert document["attributes"] == {
        "generation_period_start": "2026-03-11T00:00:00Z", "generation_period_end": "2026-03-15T00:00:00Z",
        "quantity": 7.5,
    }  # fmt: skip
    assert document["relationships"]["generator"]["data"] == {"type": "generators", "id": entries[0].generator_id}


def test_a_month_that_the_registry_has_is_refused_in_its_own_words(client):
    entries = _entries(client, b"G900009,G900009,02/2026,02/01/2026,02/28/2026,10\r\n")
    with pytest.raises(Rejected, match="existing generation that overlaps these dates"):
        list(send(client, entries))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"M1234,M1234,03/2026,03/01/2026,03/10/2026,5\r\n", "no such generator"),
        (b"G900009,G900009,03/2026,03/01/2026,03/10/2026,0\r\n", "nothing was generated"),
        (b"G900009,G900009,03/2026,03/01/2026,03/10/2026,5,adjustment\r\n", "own page"),
    ],
)
def test_nothing_is_sent_when_one_line_cannot_be(client, calls, line, message):
    entries = _entries(client, WHOLE + line)
    with pytest.raises(SchemaChanged, match=message):
        list(send(client, entries))
    assert not [request for request in calls if request.method == "POST"]


def test_what_asks_for_a_look_is_remarked(client):
    late, strange = _entries(
        client,
        b"G900009,G900009,12/2025,12/01/2025,12/31/2025,5\r\nG900009,G900009,2/2026,03/01/2026,03/10/2026,5\r\n",
    )
    assert "62 days" in late.remark
    assert "vintage" in strange.remark
    assert late.generation_end == date(2025, 12, 31)


def test_an_entry_older_than_the_deadline_waits_for_the_administrator(world):
    def answer(request):
        return registry.respond(world, request, datetime(2027, 6, 1, tzinfo=UTC))

    client = MretsClient("token", transport=httpx.MockTransport(answer))
    (entry,) = _entries(client, b"G900009,G900009,03/2026,03/01/2026,03/31/2026,5\r\n")
    (sent,) = send(client, [entry])
    assert sent.status == "pending"
