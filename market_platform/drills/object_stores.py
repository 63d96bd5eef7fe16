"""An object store that answers badly: errors, broken connections, answers that are lost though the work was done.

A proxy stands before an S3-compatible server. A put whose answer is lost is the hardest: the client asks again for what it
has done already, and a commit of the lake must not take its own file for a rival's.
"""

import http.client
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from urllib.parse import urlsplit

from pydantic import SecretStr

from market_platform.drills.attempts import attempt, come_through
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY
from market_platform.settings import Settings

LOOPBACK = "127.0.0.1"
KEY = "someone"
# So many of a hundred requests fail; clients of stores try again, so that not every fault reaches the platform.
FAULTS_IN_A_HUNDRED = 25
FAULTS = (
    "503 before the work",
    "500 before the work",
    "connection broken before the work",
    "503 after the work",
    "connection broken after the work",
    "half an answer",
)


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a store, and while ``bad`` lets some of them fail."""

    daemon_threads = True

    def __init__(self, store: str, chance: Random) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.store, self.chance, self.bad = urlsplit(store), chance, False
        self.struck: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def fault(self) -> str:
        """Return the fault that the next request meets, or nothing."""
        with self.lock:
            if not self.bad or self.chance.randrange(100) >= FAULTS_IN_A_HUNDRED:
                return ""
            fault = self.chance.choice(FAULTS)
            self.struck[fault] += 1
            return fault

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing of connections that a client gave up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass_on(self) -> None:
        content = self._content()
        fault = self.server.fault()
        if fault.endswith("before the work"):
            self._fail(fault)
            return
        onward = http.client.HTTPConnection(
            str(self.server.store.hostname), int(self.server.store.port or 80), timeout=60
        )
        onward.request(self.command, self.path, content, self._headers())
        answer = onward.getresponse()
        body = answer.read()
        if fault.endswith("after the work"):
            self._fail(fault)
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        whole = len(body) if self.command != "HEAD" else int(answer.getheader("Content-Length") or 0)
        self.send_header("Content-Length", str(whole))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault else body)
        self.close_connection = bool(fault)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - names of the standard library

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _headers(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name.lower() != "transfer-encoding"}

    def _fail(self, fault: str) -> None:
        self.close_connection = True
        if fault.startswith("connection"):
            return
        self.send_response(int(fault[:3]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the drill counts."""


def object_store(ground: Ground, times: int) -> Tally:
    """Tell the story over a store that fails now and then, each chapter again until it comes through."""
    tally = Tally()
    with _store() as address, _proxy(address, ground.chance) as proxy:
        while tally.faults < times:
            settings = _with_bucket(ground.fresh(), proxy.url, f"drill-{tally.faults}", address)
            for number, chapter in enumerate(STORY):
                proxy.bad = True
                attempt(settings, chapter, tally)
                proxy.bad = False
                come_through(settings, number)
            ground.judge(settings, tally)
            tally.faults = proxy.struck.total()
        tally.seen.update({f"({fault})": count for fault, count in proxy.struck.items()})
    return tally


def _with_bucket(settings: Settings, endpoint: str, name: str, store: str) -> Settings:
    import boto3

    client = boto3.client(
        "s3", endpoint_url=store, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=KEY
    )
    client.create_bucket(Bucket=name)
    place = {"profile": "server", "bucket": f"s3://{name}/platform", "bucket_endpoint": endpoint}
    keys = {"bucket_key": SecretStr(KEY), "bucket_secret": SecretStr(KEY)}
    return settings.model_copy(update={**place, **keys})


@contextmanager
def _store() -> Iterator[str]:
    """Run an S3-compatible server of our own."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError as error:
        raise AssertionError("this drill needs an object store: pip install -e '.[dev]'") from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def _proxy(store: str, chance: Random) -> Iterator[Proxy]:
    proxy = Proxy(store, chance)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    yield proxy
    proxy.shutdown()
    proxy.server_close()
    thread.join()
