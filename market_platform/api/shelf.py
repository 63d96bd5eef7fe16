"""The shelf: whole requests whose whole answers stand ready, so that the same bytes again need no parsing and no task.

A request gets here after it went the long way once: parsed, let through the gate and answered from the kept answers. Key, rate
and version of the catalog are looked at every time; whatever does not hold sends the request the long way again.
"""

import itertools
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from market_platform.api.answers import Answer
from market_platform.api.callers import Callers, Rates
from market_platform.api.metrics import Metrics
from market_platform.api.passage import OWN_HEADERS
from market_platform.api.reading import Reader

MOST_REQUESTS = 20_000
LARGEST_REQUEST = 4_096
LARGEST_BODY = 128 * 1024
END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Stocked:
    """An answer with the key that its request carries, and its head as it goes on the wire, but for date and number."""

    key: str
    answer: Answer
    head: bytes


class Shelf:
    """Answers by the bytes of their requests."""

    def __init__(self, callers: Callers, rates: Rates, reader: Reader, metrics: Metrics) -> None:
        self._callers, self._rates, self._reader, self._metrics = callers, rates, reader, metrics
        self._stock: OrderedDict[bytes, Stocked] = OrderedDict()
        self._series = secrets.token_hex(4)
        self._numbers = itertools.count()

    def stock(self, request: bytes, key: str, answer: Answer) -> None:
        """Keep the answer for these very bytes; the oldest make room."""
        if len(answer.body) > LARGEST_BODY or not _may_stand(request):
            return
        lines = [name + b": " + value for name, value in (*answer.headers, *OWN_HEADERS)]
        self._stock[request] = Stocked(key, answer, b"\r\n".join(lines) + b"\r\nx-request-id: ")
        self._stock.move_to_end(request)
        if len(self._stock) > MOST_REQUESTS:
            self._stock.popitem(last=False)

    def reply(self, request: bytes, defaults: list[tuple[bytes, bytes]]) -> bytes | None:
        """Return the whole answer, or None where the request has to go the long way.

        ``defaults`` are the server's own headers, such as the date.
        """
        began = time.perf_counter()
        found = self._stock.get(request)
        if found is None or found.answer.version != self._reader.version():
            return None
        caller = self._callers.remembered(found.key)
        # A caller that has to wait goes the long way, which says so.
        if caller is None or self._rates.wait_seconds(caller.name, caller.requests_per_minute):
            return None
        own = b"".join(name + b": " + value + b"\r\n" for name, value in defaults)
        number = f"{self._series}{next(self._numbers):08x}".encode()
        whole = b"".join((b"HTTP/1.1 200 OK\r\n", own, found.head, number, END, found.answer.body))
        self._metrics.observe(found.answer.route, "GET", 200, time.perf_counter() - began)
        return whole


def _may_stand(request: bytes) -> bool:
    """Say whether the bytes are one whole GET whose connection stays open and whose answer depends on nothing else."""
    head = request.lower()
    return (
        is_whole_get(request)
        and b" http/1.1\r\n" in head
        and not any(
            name in head
            for name in (
                b"\r\nconnection: close",
                b"\r\nif-none-match:",
                b"\r\nupgrade:",
                b"\r\nexpect:",
                b"\r\ncontent-",
            )
        )
    )


def is_whole_get(data: bytes) -> bool:
    """Say whether bytes that begin at a request's beginning are one GET without body and nothing more."""
    return data[:4] == b"GET " and len(data) <= LARGEST_REQUEST and data.find(END) == len(data) - 4
