"""One request on its way through the gate: its answer's status, and the answer itself where it is held."""

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from market_platform.api.answers import Answer
from market_platform.api.keys import Caller
from market_platform.api.problems import MEDIA_TYPE, problem_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
PAGES = ("/", "/dashboard", "/dashboard.css", "/dashboard.js")
OPEN_PATHS = frozenset({*PAGES, "/health", "/ready", "/openapi.json"})
# What every answer carries, beside the number of its request.
OWN_HEADERS = ((b"x-content-type-options", b"nosniff"),)


@dataclass
class Refusal(Exception):
    """The gate lets the request no further."""

    status: int
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Passage:
    """One request on its way through: its answer's status, and the answer itself where it is to be kept."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope, self._send = scope, send
        self.began = time.perf_counter()
        self.request_id = secrets.token_hex(8)
        self.status = 0
        self.route = ""
        self.caller: Caller | None = None
        self.held: Message | None = None
        self.parts: list[bytes] = []
        self.waiting: list[Message] = []
        self.is_noted = False
        self._begun = False
        scope.setdefault("state", {})["request_id"] = self.request_id

    def route_of(self, scope: Scope) -> str:
        """Return the declared path of what answered; the path's own values make no name."""
        declared = str(getattr(scope.get("route"), "path", ""))
        return self.route or declared or (scope["path"] if scope["path"] in OPEN_PATHS else "unmatched")

    @property
    def name(self) -> str:
        """Who asks, as logs and audit name them."""
        return self.caller.name if self.caller is not None else "nobody"

    def header(self, wanted: bytes) -> bytes:
        """Return a header of the request by its name in small letters; empty where there is none."""
        for name, value in self.scope["headers"]:
            if name == wanted:
                return bytes(value)
        return b""

    @property
    def has_begun(self) -> bool:
        """Whether the client has seen the beginning of an answer."""
        return self._begun

    def is_of_the_catalog(self, start: Message) -> bool:
        """Whether an answer that begins so was read from one version of the catalog."""
        return start["status"] == 200 and "catalog_version" in self.scope["state"]

    def whole_answer(self) -> Answer:
        """Return the answer that was held back, with its ETag."""
        if self.held is None:
            raise ValueError("this request's answer was not held back")
        body = b"".join(self.parts)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        headers = [
            *self.held["headers"],
            (b"etag", etag),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"accept, authorization, x-api-key"),
        ]
        return Answer(self.scope["state"]["catalog_version"], headers, body, etag, self.route_of(self.scope))

    async def send(self, message: Message) -> None:
        """Pass a message of the app on, or hold the answer back where it is one of the catalog."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.is_of_the_catalog(message):
                self.held = message
                return
            message["headers"] = [*message.get("headers", ()), *self._own_headers()]
            self._begun = True
        elif self.held is not None:
            self.parts.append(message.get("body", b""))
            return
        await self._send(message)

    async def hold_back(self, message: Message) -> None:
        """Keep a message of the app until ``release``."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.waiting.append(message)

    async def release(self) -> None:
        """Send what was held back."""
        for message in self.waiting:
            await self.send(message)

    async def answer(self, answer: Answer) -> None:
        """Send a kept answer, or say that the client has it already."""
        self.route = answer.route
        known = self.header(b"if-none-match")
        if known and (known == b"*" or answer.etag in [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]):
            self.status = 304
            headers = [pair for pair in answer.headers if pair[0] not in (b"content-length", b"content-type")]
            body = b""
        else:
            self.status, headers, body = 200, answer.headers, answer.body
        start = {"type": "http.response.start", "status": self.status, "headers": [*headers, *self._own_headers()]}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal) -> None:
        """Send a problem."""
        self.status = refusal.status
        body = problem_body(refusal.status, refusal.detail)
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            *refusal.headers,
            *self._own_headers(),
        ]
        await self._send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _own_headers(self) -> list[tuple[bytes, bytes]]:
        return [*OWN_HEADERS, (b"x-request-id", self.request_id.encode())]
