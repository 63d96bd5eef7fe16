"""HTTP as bytes over a socket: what a tidy client would never send, and in the segments that a test chooses."""

import socket
import threading
from contextlib import closing

from market_platform_tests.api.conftest import Served


def request(path: str, key: str, *lines: str, method: str = "GET", body: str = "") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"X-API-Key: {key}", *lines]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def address(served: Served) -> tuple[str, int]:
    host, port = served.url.removeprefix("http://").split(":")
    return host, int(port)


def talk(served: Served, segments: list[bytes], answers: int) -> list[tuple[int, dict[bytes, bytes], bytes]]:
    """Send segments one by one over one connection and return status, headers and body of so many answers."""
    with closing(socket.create_connection(address(served), timeout=30)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sending = threading.Thread(target=lambda: [line.sendall(part) for part in segments])
        sending.start()
        got = [read(line) for _ in range(answers)]
        sending.join()
    return got


def read(line: socket.socket) -> tuple[int, dict[bytes, bytes], bytes]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = line.recv(1)
        assert part, "the server closed the connection"
        head += part
    first, *rest = head[:-4].split(b"\r\n")
    headers = dict(each.lower().split(b": ", 1) for each in rest)
    body, length = b"", int(headers.get(b"content-length", b"0")) if first.split()[1] != b"304" else 0
    while len(body) < length:
        body += line.recv(length - len(body))
    return int(first.split()[1]), headers, body
