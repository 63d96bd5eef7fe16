"""Live events: numbered without gaps, resumed with nothing missed or doubled, never slowed by a client that lags."""

import asyncio
import contextlib
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market_platform.api.app import create_app
from market_platform.api.live.events import EventLog, Sighting
from market_platform.api.live.follow import Beats
from market_platform.api.live.hub import HELD, Hub
from market_platform.api.live.sockets import Pace
from market_platform.api.live.watch import Watch
from market_platform.api.reading import Reader
from market_platform_tests.api.conftest import NOW, Served, keys_of, serving, small_platform


def sightings(numbers, channel="pjm"):
    return [Sighting(channel, f"key-{number}", "price", {"number": number}) for number in numbers]


def test_events_are_numbered_without_gaps_by_channel_and_written_once(ledger):
    log = EventLog(ledger)
    assert log.append([*sightings(range(3)), *sightings(range(2), "nyiso")], NOW) == 5
    assert log.append(sightings(range(1, 5)), NOW) == 2
    assert [event.sequence for event in log.after("pjm", 0)] == [1, 2, 3, 4, 5]
    assert [json.loads(event.text)["data"]["number"] for event in log.after("pjm", 2)] == [2, 3, 4]
    assert log.bounds("nyiso") == (1, 2)
    assert log.bounds("caiso") == (1, 0)


def test_writers_that_race_leave_no_gap_and_no_double(ledger):
    log = EventLog(ledger)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: log.append(sightings(range(40)), NOW), range(8)))
    assert [event.sequence for event in log.after("pjm", 0)] == list(range(1, 41))


def test_what_is_forgotten_leaves_the_numbers_as_they_are(ledger):
    log = EventLog(ledger)
    log.append(sightings(range(3)), NOW - timedelta(days=8))
    log.append(sightings(range(3, 5)), NOW)
    assert log.forget(NOW) == 3
    assert log.bounds("pjm") == (4, 5)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(1, 700), min_size=1, max_size=5), start=st.integers(0, 50))
def test_a_client_that_asks_on_gets_every_number_once_from_memory_or_ledger(tmp_path_factory, parts, start):
    from market_platform.store.ledger import Ledger

    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('hub') / 'ledger.db'}")
    ledger.upgrade()
    log, total = EventLog(ledger), 0

    async def read() -> list[int]:
        nonlocal total
        hub, position, seen = Hub(log), start, []
        for part in parts:
            log.append(sightings(range(total, total + part)), NOW)
            total += part
            await hub.pull()
            while events := await hub.after("pjm", position):
                seen += [event.sequence for event in events]
                position = events[-1].sequence
        return seen

    assert asyncio.run(read()) == list(range(start + 1, sum(parts) + 1))
    assert HELD == 1_000
    ledger.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    platform = small_platform(tmp_path_factory.mktemp("live"), ("pjm_rt_5min_unverified_lmp_hub",))
    app = create_app(platform, beats=Beats(lake=0.2, ledger=0.05), pace=Pace(heartbeat=0.3, send=1.0, key=0.3))
    with serving(app) as url:
        yield Served(url, platform, keys_of(platform), app)


def address(live, channel, **query) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{live.url.replace('http', 'ws')}/ws/{channel}?{asked}"


def connect(live, channel, key="read", **query):
    headers = {"X-API-Key": live.keys[key]} if key else {}
    return websockets.connect(address(live, channel, **query), additional_headers=headers, proxy=None)


async def events_of(client, count: int) -> list[int]:
    found = []
    while len(found) < count:
        frame = json.loads(await asyncio.wait_for(client.recv(), 10))
        found += [event["sequence"] for event in frame.get("events", ())]
    return found


def test_the_state_comes_first_with_the_number_that_it_stands_at(live):
    async def talk():
        async with connect(live, "pjm") as client:
            state = json.loads(await client.recv())
            return state, json.loads(await asyncio.wait_for(client.recv(), 5))

    state, following = asyncio.run(talk())
    assert (state["type"], state["channel"], state["simulated"]) == ("state", "pjm", True)
    assert {row["location"] for row in state["prices"]} >= {"WESTERN HUB", "CHICAGO HUB"}
    assert following["type"] in ("heartbeat", "events")


def test_a_dropped_client_goes_on_with_nothing_missed_or_doubled(live):
    log = EventLog(live.platform.ledger)
    log.append(sightings(range(10), "nyiso"), NOW)

    async def talk():
        async with connect(live, "nyiso", after=0) as client:
            assert json.loads(await client.recv()) == {"type": "resumed", "channel": "nyiso", "sequence": 0}
            first = await events_of(client, 10)
        log.append(sightings(range(10, 2_500), "nyiso"), NOW)
        async with connect(live, "nyiso", after=first[-1]) as client:
            await client.recv()
            return first + await events_of(client, 2_490)

    assert asyncio.run(talk()) == list(range(1, 2_501))


def test_a_number_that_was_never_given_gets_the_state_anew(live):
    async def talk():
        async with connect(live, "pjm", after=10**6) as client:
            return json.loads(await client.recv())

    state = asyncio.run(talk())
    assert (state["type"], state["reset"]) == ("state", True)


@pytest.fixture
def closing():
    with contextlib.ExitStack() as stack:
        yield stack


HANDSHAKE = (
    "GET /ws/ercot?after=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-API-Key: {key}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_a_client_that_does_not_read_slows_nobody_and_is_let_go(live, closing):
    """One socket never reads while three thousand large events come; another gets all of them meanwhile."""
    log = EventLog(live.platform.ledger)
    text = "x" * 5_000
    lazy = closing.enter_context(socket.create_connection(("127.0.0.1", int(live.url.rsplit(":", 1)[1]))))
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    lazy.sendall(HANDSHAKE.format(key=live.keys["read"]).encode())

    async def talk():
        async with connect(live, "ercot", after=0) as client:
            await client.recv()
            for part in range(30):
                batch = [Sighting("ercot", f"{part}-{n}", "price", {"text": text}) for n in range(100)]
                await asyncio.to_thread(log.append, batch, NOW)
            return await events_of(client, 3_000)

    assert asyncio.run(talk()) == list(range(1, 3_001))
    hub = live.app.state.service.hub
    for _ in range(400):
        if hub.clients == 0:
            return
        time.sleep(0.05)
    pytest.fail("the client that does not read is still held")


@pytest.mark.parametrize(
    ("key", "first", "code"),
    [(None, '{"key": "mp_0_x"}', 4401), (None, "[]", 4401), (None, "no json", 4401), (None, None, 4401)],
)
def test_without_a_key_the_socket_closes(live, key, first, code):
    async def talk():
        async with connect(live, "pjm", key) as client:
            if first is not None:
                await client.send(first)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(client.recv(), 5)
            return closed.value.rcvd.code

    assert asyncio.run(talk()) == code


def test_a_browser_sends_its_key_first(live):
    async def talk():
        async with connect(live, "pjm", None) as client:
            await client.send(json.dumps({"key": live.keys["read"]}))
            return json.loads(await client.recv())["type"]

    assert asyncio.run(talk()) == "state"


@pytest.mark.parametrize("channel", ["miso", "'; DROP TABLE lmp; --", "%00", "x" * 500])
def test_an_unknown_channel_closes(live, channel):
    async def talk():
        async with connect(live, channel.replace(" ", "%20").replace("'", "%27").replace(";", "%3B")) as client:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(client.recv(), 5)
            return closed.value.rcvd.code

    assert asyncio.run(talk()) == 4404


def test_a_client_that_talks_too_much_is_let_go(live):
    async def talk():
        async with connect(live, "pjm") as client:
            with contextlib.suppress(websockets.ConnectionClosed):
                for _ in range(400):
                    await client.send("hello")
                while True:
                    await asyncio.wait_for(client.recv(), 5)
            return client.close_code

    assert asyncio.run(talk()) == 1008


def test_a_new_price_becomes_an_event_once(tmp_path):
    from market_platform.contracts.families.prices import LMP

    feed = "pjm_rt_5min_unverified_lmp_hub"
    platform = small_platform(tmp_path, (feed,))
    reader, log = Reader(platform.catalog), EventLog(platform.ledger)
    first, second = Watch(platform, reader, log), Watch(platform, reader, log)
    assert first.look() == 12
    assert second.look() == 0
    rows = platform.lake.read(LMP, f"feed = '{feed}' AND location = 'WESTERN HUB'").nlargest(1, "interval_end")
    changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=999.0, energy_usd_per_mwh=999.0)
    changed[["congestion_usd_per_mwh", "loss_usd_per_mwh"]] = 0.0
    platform.lake.commit(LMP, feed, changed, payload="e" * 64, read_at=NOW + timedelta(minutes=1))
    assert first.look() == 0
    reader.refresh()
    assert first.look() == 1
    assert second.look() == 0
    (event,) = log.after("pjm", 12)
    assert json.loads(event.text)["data"]["lmp_usd_per_mwh"] == 999.0


@pytest.mark.long
def test_every_interval_that_came_since_the_last_event_is_told_in_order(tmp_path):
    """Intervals that come together are events of their own; what came while nobody watched is told by who watches next."""
    from market_platform.contracts.families.prices import LMP

    feed = "pjm_rt_5min_unverified_lmp_hub"
    platform = small_platform(tmp_path, (feed,))
    reader, log = Reader(platform.catalog), EventLog(platform.ledger)
    watch = Watch(platform, reader, log)
    assert watch.look() == 12
    last = platform.lake.read(LMP, f"feed = '{feed}' AND location = 'WESTERN HUB'").nlargest(1, "interval_end")

    def come(*steps: int, at: int) -> None:
        parts = [
            last[list(LMP.row_columns)].assign(
                interval_start=last["interval_start"] + timedelta(minutes=5 * step),
                interval_end=last["interval_end"] + timedelta(minutes=5 * step),
            )
            for step in steps
        ]
        platform.lake.commit(
            LMP, feed, pd.concat(parts, ignore_index=True), payload=f"{at:064d}", read_at=NOW + timedelta(minutes=at)
        )
        reader.refresh()

    come(1, 2, 3, at=15)
    assert watch.look() == 3
    come(4, at=20)
    assert watch.look() == 1
    come(5, 6, at=30)
    later = Watch(platform, reader, log)
    assert later.look() == 2
    assert watch.look() == 0
    ends = [json.loads(event.text)["data"]["interval_end"] for event in log.after("pjm", 12)]
    assert ends == sorted(ends)
    assert len(set(ends)) == 6
