"""The simulated publishers as a real HTTP server on loopback, for clients that no one here wrote.

A publisher's host is told from the request in three ways: an absolute address (the server used as an HTTP proxy), the
first part of the path (``/mis.nyiso.com/public/...``), or the Host header.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import httpx

from market_platform.sandbox.transport import RESPONDERS

LOOPBACK = "127.0.0.1"
SHUTDOWN_POLL_SECONDS = 0.05


class Transport(Protocol):
    """What answers: the sandbox's transport, or one that stands before it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""


def make_server(transport: Transport, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on loopback (a free port by default); ``serve_forever`` runs it, ``shutdown`` ends it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = httpx.Request(
                self.command,
                publisher_url(self.path, self.headers.get("Host", "")),
                headers={name: value for name, value in self.headers.items() if name.lower() != "host"},
                content=self.rfile.read(length),
            )
            try:
                response = transport.handle_request(request)
            except httpx.TimeoutException:
                self.close_connection = True
                return
            except httpx.TransportError as error:
                response = httpx.Response(502, text=str(error))
            self.send_response(response.status_code)
            for name, value in response.headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "content-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of the standard library

        def log_message(self, *_args: object) -> None:
            """Say nothing: the client's own log is enough."""

    return ThreadingHTTPServer((LOOPBACK, port), Handler)


def publisher_url(path: str, host: str) -> str:
    """Return the address at the real publisher that a request to this server stands for."""
    if path.startswith(("http://", "https://")):
        return path
    first, _, rest = path.lstrip("/").partition("/")
    if first in RESPONDERS:
        return f"https://{first}/{rest}"
    return f"https://{host.partition(':')[0]}{path}"


@contextmanager
def running(transport: Transport) -> Iterator[str]:
    """Run a server in the background for as long as the block lasts; gives its address."""
    server = make_server(transport)
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
