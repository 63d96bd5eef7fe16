"""The gate before every route, as plain ASGI: who asks, how often, how much; kept answers leave from here.

Anything beyond is FastAPI's. The gate also counts, logs without secrets, and writes the audit of what changes something.
"""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime

from market_platform.api.answers import Answers, Question
from market_platform.api.asked import Asked
from market_platform.api.audit import Audit
from market_platform.api.callers import STRANGERS_PER_MINUTE, Callers, Rates, key_in
from market_platform.api.keys import Caller
from market_platform.api.metrics import Metrics
from market_platform.api.passage import OPEN_PATHS, App, Message, Passage, Receive, Refusal, Scope, Send
from market_platform.api.reading import Reader
from market_platform.api.shelf import Shelf
from market_platform.api.tracing import Tracing

LARGEST_BODY = 1024 * 1024
BODY_SECONDS = 30.0
SECRET = re.compile(r"mp_[0-9a-f]+_[\w-]+")
log = logging.getLogger("market_platform.api")


class Gate:
    """Wraps the app. ``state`` of a request gets ``caller``, ``request_id`` and ``body_sha256``."""

    def __init__(
        self, app: App, *, callers: Callers, rates: Rates, reader: Reader, answers: Answers, shelf: Shelf, metrics: Metrics,
        audit: Audit, clock: Callable[[], datetime], strangers_per_minute: int = STRANGERS_PER_MINUTE,
        tracing: Tracing | None = None,
    ) -> None:  # fmt: skip
        self._app, self._callers, self._reader = app, callers, reader
        self._answers, self._shelf, self._metrics, self._audit, self._clock = answers, shelf, metrics, audit, clock
        self._asked = Asked()
        self._rates, self._strangers_per_minute, self._tracing = rates, strangers_per_minute, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = Passage(scope, send)
        if self._tracing is None:
            await self._answered(scope, receive, passage)
            return
        with self._tracing.span(scope, passage):
            await self._answered(scope, receive, passage)

    async def _answered(self, scope: Scope, receive: Receive, passage: Passage) -> None:
        try:
            await self._pass(scope, receive, passage)
        except Refusal as refusal:
            await passage.refuse(refusal)
        except Exception:
            log.exception("request %s failed", passage.request_id)
            if not passage.has_begun:
                detail = f"the platform failed; its log has it under request {passage.request_id}"
                await passage.refuse(Refusal(500, detail))
            raise
        finally:
            await self._account(scope, passage)

    async def _pass(self, scope: Scope, receive: Receive, passage: Passage) -> None:
        path, method = scope["path"], scope["method"]
        if path not in OPEN_PATHS:
            passage.caller = await self._admit(scope)
        if method == "GET":
            question = (scope.get("raw_path", path), scope["query_string"], passage.header(b"accept"))
            kept = self._answers.get(question, self._reader.version())
            if kept is None and await self._asked.wait(question):
                kept = self._answers.get(question, self._reader.version())
            # A key without a scope to read does not get here: every scope holds it.
            if kept is not None:
                await passage.answer(kept)
                request = scope.get("extensions", {}).get("market_platform.request", b"")
                # Whoever wants a span of every request wants every request here.
                if request and passage.status == 200 and self._tracing is None:
                    self._shelf.stock(request, key_in(scope["headers"]), kept)
                return
            await self._read(question, scope, receive, passage)
            return
        body = await _whole_body(passage, receive)
        scope["state"]["body_sha256"] = hashlib.sha256(body).hexdigest()
        # The audit stands before the client knows: nothing is changed that it does not name.
        await self._app(scope, _replay(body), passage.hold_back)
        await self._note(scope, passage)
        await passage.release()

    async def _admit(self, scope: Scope) -> Caller:
        key = key_in(scope["headers"])
        caller = self._callers.remembered(key)
        if caller is None:
            # Only keys that open nothing count against a client's address.
            stranger = f"stranger:{(scope.get('client') or ('unknown', 0))[0]}"
            if self._rates.is_spent(stranger, self._strangers_per_minute):
                later = _retry_after(60.0 / self._strangers_per_minute)
                raise Refusal(429, "too many requests without a valid key", later)
            caller = await asyncio.to_thread(self._callers.look_up, key) if key else None
            if caller is None:
                self._rates.wait_seconds(stranger, self._strangers_per_minute)
        if caller is None:
            raise Refusal(
                401,
                "send a key as `Authorization: Bearer …` or `X-API-Key`; `market-platform keys create` makes one",
                ((b"www-authenticate", b'Bearer realm="market-platform"'),),
            )
        wait = self._rates.wait_seconds(caller.name, caller.requests_per_minute)
        if wait:
            raise Refusal(429, f"{caller.requests_per_minute} requests a minute are allowed", _retry_after(wait))
        scope.setdefault("state", {})["caller"] = caller
        return caller

    async def _read(self, question: Question, scope: Scope, receive: Receive, passage: Passage) -> None:
        """Have the app answer, and keep what it read from one version of the catalog.

        Those who wait for the same go on before this client takes the answer: a slow one holds nobody up.
        """
        with self._asked.reading(question) as let_go:

            async def send(message: Message) -> None:
                if message["type"] == "http.response.start" and not passage.is_of_the_catalog(message):
                    let_go()
                await passage.send(message)

            await self._app(scope, receive, send)
            if passage.held is None:
                return
            answer = passage.whole_answer()
            self._answers.keep(question, answer)
            let_go()
            await passage.answer(answer)

    async def _account(self, scope: Scope, passage: Passage) -> None:
        seconds = time.perf_counter() - passage.began
        route = passage.route_of(scope)
        self._metrics.observe(route, scope["method"], passage.status, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request",
                extra={
                    "request_id": passage.request_id,
                    "caller": passage.name,
                    "method": scope["method"],
                    "route": route,
                    "status": passage.status,
                    "milliseconds": round(seconds * 1000, 2),
                },
            )
        if passage.status in (401, 403) or scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            await self._note(scope, passage)

    async def _note(self, scope: Scope, passage: Passage) -> None:
        if passage.is_noted:
            return
        passage.is_noted = True
        client = str((scope.get("client") or ("unknown", 0))[0])
        path = SECRET.sub("mp_…", scope["path"])
        entry = (passage.name, client, scope["method"], path, passage.status, passage.request_id)
        await asyncio.to_thread(self._audit.note, *entry, at=self._clock())


async def _whole_body(passage: Passage, receive: Receive) -> bytes:
    length = passage.header(b"content-length")
    if length and (not length.isdigit() or int(length) > LARGEST_BODY):
        raise Refusal(413, f"a body holds {LARGEST_BODY:,} bytes at most")
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the client left before the body was whole")
                part = message.get("body", b"")
                size += len(part)
                if size > LARGEST_BODY:
                    raise Refusal(413, f"a body holds {LARGEST_BODY:,} bytes at most")
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refusal(400, f"the body did not come within {BODY_SECONDS:.0f} seconds") from None


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _retry_after(seconds: float) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"retry-after", str(max(1, round(seconds + 0.5))).encode()),)
