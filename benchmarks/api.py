"""The API on loopback: latest price and a day range at a thousand keep-alive clients, against a bare FastAPI route.

Server and clients share the machine's two cores. The clients are one process that speaks HTTP/1.1 on raw sockets, so that it
takes as little as can be from the server; the peer is a FastAPI route without any of ours that returns the same bytes.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

GROUP = "api"
NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
CLIENTS = 1_000
SECONDS = 6.0
ROUNDS = 3
QUESTIONS = {
    "latest price": "/v1/markets/pjm/prices?market=RTD&location=WESTERN%20HUB",
    "day range": "/v1/markets/pjm/prices?market=DAM&location=WESTERN%20HUB&start_day=2026-11-20&end_day=2026-11-20",
}
FEEDS = ("pjm_dam_lmp_hub", "pjm_rt_5min_unverified_lmp_hub")


def platform_in(folder):
    """Return a sandbox platform with a day of PJM's hubs."""
    from market_platform.platform import Platform
    from market_platform.sandbox.transport import SandboxTransport
    from market_platform.settings import Settings

    settings = Settings(data=Path(folder), origin="sandbox")
    return Platform(settings, clock=lambda: NOW, transport=SandboxTransport(0, lambda: NOW))


def serve_ours(folder, port):
    """Serve the API as `market-platform serve` does."""
    from market_platform.api.app import create_app
    from market_platform.api.logs import configure_logs
    from market_platform.api.serving import server_of

    configure_logs()
    server_of(create_app(platform_in(folder)), host="127.0.0.1", port=port).run()


def serve_peer(folder, port):
    """Serve the same bytes from a bare route."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import Response

    app = FastAPI()
    bodies = {name: (Path(folder) / name).read_bytes() for name in ("RTD", "DAM")}

    @app.get("/v1/markets/pjm/prices")
    async def prices(market: str) -> Response:
        return Response(bodies[market], media_type="application/json")

    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_config=None, backlog=4096)


class Client(asyncio.Protocol):
    """One keep-alive client: asks, waits for the whole answer, asks again, at a pace or at once."""

    def __init__(self, request, record, until, pause):
        self.request, self.record, self.until, self.pause = request, record, until, pause
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.buffer = bytearray()
        self.need = 0
        self.waiting = False

    def connection_made(self, transport):
        self.transport = transport

    def ask(self):
        if self.transport.is_closing():
            return
        self.began, self.waiting = time.perf_counter(), True
        self.transport.write(self.request)

    def data_received(self, data):
        self.buffer += data
        if not self.need:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.buffer[:end]).lower()
            self.good = head.startswith(b"http/1.1 200")
            place = head.find(b"content-length:") + 15
            self.need = (
                end + 4 + int(head[place : head.find(b"\r\n", place) if head.find(b"\r\n", place) > 0 else None])
            )
        if len(self.buffer) >= self.need:
            self.record.append(
                (time.perf_counter() - self.began) if self.good and len(self.buffer) == self.need else -1.0
            )
            self.buffer.clear()
            self.need, self.waiting = 0, False
            left = self.until - time.perf_counter()
            if left <= self.pause:
                self.transport.close()
            elif self.pause:
                self.loop.call_later(self.pause, self.ask)
            else:
                self.ask()

    def connection_lost(self, _error):
        if self.waiting:
            self.record.append(-1.0)
        if not self.done.done():
            self.done.set_result(None)


async def load(port, path, key, clients, seconds, pause):
    """Return the seconds of each answer (negative: refused, lost or cut) and the time that all took."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nAccept: */*\r\n\r\n".encode()
    loop, record, made = asyncio.get_running_loop(), [], []
    until = time.perf_counter() + 3600
    for _ in range(clients):
        _, client = await loop.create_connection(lambda: Client(request, record, until, pause), "127.0.0.1", port)
        made.append(client)
    begin = time.perf_counter()
    for number, client in enumerate(made):
        client.until = begin + seconds
        # Clients of a pace do not all ask in the same instant.
        loop.call_later(pause * number / clients, client.ask)
    await asyncio.gather(*(client.done for client in made))
    return np.array(record), time.perf_counter() - begin


def ask(port, path, key, clients, seconds, pause=0.0):
    """Run the load on uvloop."""
    import uvloop

    return uvloop.run(load(port, path, key, clients, seconds, pause))


def processor_seconds(process):
    """Return the processor time that a child has had."""
    ticks = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def free_port():
    """Return a port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port):
    """Wait until a server listens."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"no server on {port}")


def run():
    """Yield the figures."""
    import httpx

    from market_platform.api.keys import create_key
    from market_platform.sources.catalogue import FEEDS as ALL

    with tempfile.TemporaryDirectory() as folder:
        platform = platform_in(folder)
        for feed in FEEDS:
            list(platform.pipeline.ingest(ALL[feed], [date(2026, 11, 20)]))
        platform.catalog.refresh()
        key = create_key(platform.ledger, "benchmark", ["read"], now=NOW, days=1, requests_per_minute=100_000_000).text
        ours, peers = free_port(), free_port()
        server = subprocess.Popen([sys.executable, __file__, "ours", folder, str(ours)])
        wait_for(ours)
        for path in QUESTIONS.values():
            body = httpx.get(f"http://127.0.0.1:{ours}{path}", headers={"X-API-Key": key}, trust_env=False, timeout=60)
            assert body.status_code == 200
            (Path(folder) / ("RTD" if "RTD" in path else "DAM")).write_bytes(body.content)
        peer = subprocess.Popen([sys.executable, __file__, "peer", folder, str(peers)])
        wait_for(peers)
        try:
            yield from figures(ours, peers, key, {"ours": server, "peer": peer})
        finally:
            for process in (server, peer):
                process.terminate()
                process.wait()


def figures(ours, peers, key, processes):
    """Yield latency at a thousand clients; rate and processor time against the bare route in alternating rounds."""
    for name, path in QUESTIONS.items():
        for how, pause in (("one request a second each", 1.0), ("asking again at once", 0.0)):
            seconds, _ = ask(ours, path, key, CLIENTS, SECONDS, pause)
            good = seconds[seconds >= 0]
            p99 = float(np.quantile(good, 0.99)) * 1000
            lost = int((seconds < 0).sum())
            yield {
                "name": f"{name}: p99 at {CLIENTS} clients, {how}", "value": p99, "unit": "ms", "peer": "limit",
                "peer_value": 100.0, "ratio": p99 / 100.0, "bar": "<= 1, none lost", "holds": p99 <= 100.0 and lost == 0,
            }  # fmt: skip
            yield {
                "name": f"{name}: answers, {how}", "value": len(good), "unit": "answers", "peer": "refused or lost",
                "peer_value": lost, "ratio": None, "bar": "0 lost", "holds": lost == 0,
            }  # fmt: skip
        rates, spent = {"ours": [], "peer": []}, {"ours": [], "peer": []}
        for _ in range(ROUNDS):
            for who, port in (("ours", ours), ("peer", peers)):
                before = processor_seconds(processes[who])
                seconds, took = ask(port, path, key, 64, SECONDS / 2)
                answers = float((seconds >= 0).sum())
                rates[who].append(answers / took)
                spent[who].append((processor_seconds(processes[who]) - before) / answers * 1e6)
        mine, theirs = (float(np.median(rates[who])) for who in ("ours", "peer"))
        yield {
            "name": f"{name}: rate", "value": mine, "unit": "requests/s", "peer": "bare FastAPI route, same bytes",
            "peer_value": theirs, "ratio": mine / theirs, "bar": ">= 0.5", "holds": mine / theirs >= 0.5,
        }  # fmt: skip
        mine, theirs = (float(np.median(spent[who])) for who in ("ours", "peer"))
        yield {
            "name": f"{name}: processor time of an answer", "value": mine, "unit": "µs", "peer": "bare FastAPI route",
            "peer_value": theirs, "ratio": mine / theirs, "bar": "<= 2", "holds": mine / theirs <= 2,
        }  # fmt: skip


if __name__ == "__main__":
    {"ours": serve_ours, "peer": serve_peer}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
