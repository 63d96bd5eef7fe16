"""The doors behind HTTP, on the loopback address only: nothing outside this machine can reach it.

    POST /{iso}/submit            message in, answer out
    GET  /{iso}/statuses?day=     statuses of the participant's bids
    GET  /{iso}/awards?day=       awards of the participant's bids
    GET  /{iso}/telemetry?resource=   readings as JSON

The header ``X-Participant`` says who asks; every answer carries ``X-Simulated: true``.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from market_platform.sandbox.exchange.door import Door
from market_platform.sandbox.exchange.xml_reading import LARGEST_MESSAGE_BYTES

LOOPBACK = "127.0.0.1"


@contextmanager
def served(doors: Mapping[str, Door], port: int = 0) -> Iterator[str]:
    """Serve doors by ISO while the context lasts and give the address; port 0 takes a free one."""
    server = _Server(port, doors)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LoopbackTransport:
    """Carries messages to a served door."""

    simulated = True

    def __init__(self, address: str, iso: str, participant: str, timeout_seconds: float = 10) -> None:
        if urlsplit(address).hostname != LOOPBACK:
            msg = f"{address} is not the loopback address: the sandbox is reached nowhere else"
            raise ValueError(msg)
        self.base = f"{address}/{iso}"
        self.participant = participant
        self.timeout_seconds = timeout_seconds

    def __call__(self, path: str, content_type: str, body: bytes) -> bytes:  # noqa: ARG002
        """Deliver a message and return the answer."""
        headers = {"Content-Type": content_type, "X-Participant": self.participant}
        return self._open(Request(f"{self.base}/submit", data=body, headers=headers, method="POST"))  # noqa: S310

    def get(self, what: str, **query: str) -> bytes:
        """Ask for ``statuses``, ``awards`` or ``telemetry``."""
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return self._open(Request(f"{self.base}/{what}?{words}", headers={"X-Participant": self.participant}))  # noqa: S310

    def _open(self, request: Request) -> bytes:
        with urlopen(request, timeout=self.timeout_seconds) as answer:  # noqa: S310
            return bytes(answer.read())


class _Server(ThreadingHTTPServer):
    """A server that knows its doors."""

    daemon_threads = True

    def __init__(self, port: int, doors: Mapping[str, Door]) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.doors = doors


class _Handler(BaseHTTPRequestHandler):
    """Leads requests to the doors."""

    server: _Server

    def do_POST(self) -> None:
        """Take a message."""
        door, what, _ = self._target()
        size = int(self.headers.get("Content-Length", "0"))
        if door is None or what != "submit":
            self._answer(404, b"no such service")
        elif size >= LARGEST_MESSAGE_BYTES:
            self._answer(413, b"message too large")
        else:
            self._answer(200, door.submit(self.rfile.read(size), self._participant()))

    def do_GET(self) -> None:
        """Answer a question."""
        door, what, query = self._target()
        if door is None or what not in ("statuses", "awards", "telemetry"):
            self._answer(404, b"no such service")
            return
        if what == "telemetry":
            self._answer(200, _readings(door, query.get("resource", "")))
            return
        try:
            day = date.fromisoformat(query.get("day", ""))
        except ValueError:
            self._answer(400, b"day=YYYY-MM-DD is due")
            return
        ask = door.statuses if what == "statuses" else door.awards
        self._answer(200, ask(self._participant(), day))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent: messages hold bids."""

    def _participant(self) -> str:
        return str(self.headers.get("X-Participant", ""))

    def _target(self) -> tuple[Door | None, str, dict[str, str]]:
        parts = urlsplit(self.path)
        iso, _, what = parts.path.strip("/").partition("/")
        return self.server.doors.get(iso), what, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Simulated", "true")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _readings(door: Door, resource: str) -> bytes:
    rows = [
        {
            "at": reading.at.isoformat(),
            "set_point_mw": str(reading.set_point_mw),
            "actual_mw": str(reading.actual_mw),
            "soc_mwh": None if reading.soc_mwh is None else str(reading.soc_mwh),
        }
        for reading in door.exchange.telemetry.get(resource, [])
    ]
    return json.dumps({"simulated": True, "resource": resource, "readings": rows}).encode()
