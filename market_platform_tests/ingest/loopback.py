"""The live platform before publishers on loopback: real addresses, headers and bytes over a socket, time that we move."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from market_platform.sandbox.transport import SandboxTransport


@dataclass
class Time:
    """A clock that moves when somebody sleeps."""

    now: datetime = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    start: datetime = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += timedelta(seconds=seconds)

    def clock(self) -> datetime:
        """Return the present moment."""
        return self.now

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return (self.now - self.start).total_seconds()


Answer = Callable[[httpx.Request, httpx.Response], httpx.Response]


@dataclass
class Witness:
    """The simulated publishers, and what they were asked: when, and with which headers.

    ``ask`` may change a request before it is answered, ``answer`` the answer before it is sent.
    """

    time: Time
    ask: Callable[[httpx.Request], httpx.Request] = lambda request: request
    answer: Answer = lambda _request, response: response
    seen: list[tuple[float, httpx.Request]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Stand before a sandbox on our time."""
        self.sandbox = SandboxTransport(0, self.time.clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the publisher would."""
        self.seen.append((self.time.monotonic(), request))
        return self.answer(request, self.sandbox.handle_request(self.ask(request)))

    def arrivals(self, host: str) -> list[float]:
        """Return when a host was asked."""
        return [at for at, request in self.seen if request.url.host == host]

    def requests(self, host: str) -> list[httpx.Request]:
        """Return what a host was asked."""
        return [request for _, request in self.seen if request.url.host == host]


class Door:
    """Hands what a server is asked to the witness of the moment."""

    address = ""
    witness: Witness

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the witness does."""
        return self.witness.handle_request(request)


class Wire(httpx.BaseTransport):
    """Sends what goes to ``https://<host>/<path>`` over a socket to ``<address>/<host>/<path>``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Forward one request, headers and body as they are."""
        path = request.url.raw_path.decode()
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        there = httpx.URL(f"{self._address}/{request.url.host}{path}")
        return self._wire.handle_request(httpx.Request(request.method, there, headers=headers, content=request.read()))

    def close(self) -> None:
        """Release the connections."""
        self._wire.close()
