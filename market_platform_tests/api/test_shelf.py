"""Answers from the shelf: the same as the long way's, in order however the bytes come, and never past key, rate or catalog."""

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.api.app import create_app
from market_platform.api.keys import create_key, revoke_key
from market_platform.contracts.families.prices import LMP
from market_platform_tests.api.conftest import NOW, Served, keys_of, serving, small_platform
from market_platform_tests.api.wire import address, request, talk

LATEST = "/v1/markets/pjm/prices?market=RTD&location=WESTERN%20HUB"
DAY = "/v1/markets/pjm/prices?market=DAM&location=WESTERN%20HUB&start_day=2026-11-20&end_day=2026-11-20"


def test_an_answer_from_the_shelf_is_the_answer_with_a_number_of_its_own(served, client):
    asked = [request(DAY, served.keys["read"])] * 4
    (first, *others) = talk(served, asked[:1], 1) + talk(served, asked[1:2], 1) + talk(served, asked[2:], 2)
    assert {status for status, _, _ in (first, *others)} == {200}
    assert {body for _, _, body in (first, *others)} == {client.get(DAY).content}
    numbers = [headers.pop(b"x-request-id") for _, headers, _ in (first, *others)]
    assert len(set(numbers)) == 4
    for _, headers, _ in (first, *others):
        headers.pop(b"date")
        assert headers == first[1]
    before = counted(client)
    talk(served, asked[:1], 1)
    assert counted(client) == before + 1


def counted(client) -> float:
    """How many requests for prices were answered, whatever the order of the labels."""
    lines = client.get("/metrics").text.splitlines()
    mine = [
        line
        for line in lines
        if line.startswith("market_api_requests_total{") and "/prices" in line and '"200"' in line
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in mine)


@settings(max_examples=25)
@given(data=st.data())
def test_however_the_bytes_come_every_request_gets_its_own_answer_in_order(served, data):
    """Whole, split, several at once, with bodies between: what is answered follows what was asked."""
    key = served.keys["read"]
    kinds = {
        "latest": (request(LATEST, key), 200), "day": (request(DAY, key), 200), "health": (request("/health", key), 200),
        "stranger": (request(LATEST, "mp_000000000000_x"), 401), "gone": (request("/v1/markets/none", key), 404),
        "posted": (request("/v1/bids/submit", key, "Content-Length: 2", method="POST", body="{}"), 403),
    }  # fmt: skip
    names = data.draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=6))
    stream = b"".join(kinds[name][0] for name in names)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    segments = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    if data.draw(st.booleans()):
        segments = [kinds[name][0] for name in names]
    alone = {name: talk(served, [kinds[name][0]], 1)[0] for name in set(names)}
    for name, (status, _, body) in zip(names, talk(served, segments, len(names)), strict=True):
        assert status == kinds[name][1]
        assert body == alone[name][2]


def test_the_shelf_knows_no_way_past_the_rate(served):
    slow = create_key(served.platform.ledger, "slow", ["read"], now=NOW, days=1, requests_per_minute=5).text
    answers = talk(served, [request(LATEST, slow)] * 8, 8)
    assert sorted(status for status, _, _ in answers) == [200] * 5 + [429] * 3
    assert all(b"retry-after" in headers for status, headers, _ in answers if status == 429)


@pytest.mark.long
def test_it_gives_nothing_of_an_older_catalog_and_nothing_to_a_key_that_ended(tmp_path):
    feed = "pjm_rt_5min_unverified_lmp_hub"
    platform = small_platform(tmp_path, (feed,))
    app = create_app(platform)
    with serving(app) as url:
        own = Served(url, platform, keys_of(platform), app)
        asked = request(LATEST, own.keys["read"])
        old = talk(own, [asked] * 2, 2)[1][2]
        rows = platform.lake.read(LMP, f"feed = '{feed}' AND location = 'WESTERN HUB'").nlargest(1, "interval_end")
        changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=999.0, energy_usd_per_mwh=999.0)
        changed[["congestion_usd_per_mwh", "loss_usd_per_mwh"]] = 0.0
        platform.lake.commit(LMP, feed, changed, payload="e" * 64, read_at=NOW + timedelta(minutes=1))
        app.state.service.reader.refresh()
        fresh = talk(own, [asked] * 2, 2)
        assert b"999.0" not in old
        assert all(b"999.0" in body for _, _, body in fresh)
        revoke_key(platform.ledger, own.keys["read"].split("_")[1], now=NOW)
        app.state.callers.forget()
        assert [status for status, _, _ in talk(own, [asked] * 2, 2)] == [401, 401]


def test_many_clients_of_one_key_are_neither_refused_nor_lost(served):
    """All connect at once and ask before the key was ever looked up: only keys that open nothing count against an address."""
    with serving(create_app(served.platform, strangers_per_minute=10)) as url:
        own = Served(url, served.platform, served.keys)
        host, port = address(own)

        async def ask() -> list[bytes]:
            reader, writer = await asyncio.open_connection(host, port)
            first_lines = []
            for _ in range(5):
                writer.write(request(DAY, own.keys["read"]))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: (\d+)", head).group(1))
                await reader.readexactly(length)
                first_lines.append(head.split(b"\r\n", 1)[0])
            writer.close()
            await writer.wait_closed()
            return first_lines

        async def all_at_once() -> list[list[bytes]]:
            return await asyncio.gather(*(ask() for _ in range(60)))

        answers = [line for client in asyncio.run(all_at_once()) for line in client]
    assert len(answers) == 300
    assert set(answers) == {b"HTTP/1.1 200 OK"}


@pytest.mark.parametrize("line", ["If-None-Match: *", "Connection: close", "Content-Length: 0"])
def test_requests_that_ask_for_more_than_the_answer_go_the_long_way(served, line):
    asked = request(DAY, served.keys["read"], line)
    statuses = {talk(served, [asked], 1)[0][0] for _ in range(3)}
    assert statuses == ({304} if "Match" in line else {200})
