"""Idempotency keys: a POST that comes again under its key gets the answer of the first time, and nothing is done twice."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
from fastapi import Header, Request
from fastapi.responses import Response

from market_platform.api.keys import Caller
from market_platform.api.problems import MEDIA_TYPE, Problem, problem_of
from market_platform.api.service import service_of
from market_platform.api.tables import api_idempotency as kept
from market_platform.errors import MarketPlatformError
from market_platform.store.ledger import Ledger

KEPT_FOR = timedelta(hours=24)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[A-Za-z0-9_.:\-]+$",
        description="Yours, one a request; the same key again gives the same answer for 24 hours",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


def once(request: Request, caller: Caller, key: str, act: Callable[[], Response]) -> Response:
    """Do ``act`` once for a caller's key and keep its answer, refusals included; an answer of 500 and above is not kept.

    Raises Problem 422 where the key was used for another request, 409 where the first one has not ended.
    """
    service = service_of(request)
    ledger, now = service.platform.ledger, service.now()
    asked = f"{request.method} {request.url.path} {request.state.body_sha256}"
    request_sha256 = hashlib.sha256(asked.encode()).hexdigest()
    if not _take(ledger, caller.name, key, request_sha256, now):
        return _again(ledger, caller.name, key, request_sha256)
    try:
        answer = act()
    except (Problem, MarketPlatformError, ValueError) as error:
        answer = problem_of(error)
        if answer.status_code >= 500:
            _forget(ledger, caller.name, key)
            return answer
    except BaseException:
        # Nobody can say what was done: the key stays taken, so that nothing is done twice unseen.
        raise
    with ledger.begin() as connection:
        connection.execute(
            sa.update(kept)
            .where(kept.c.caller == caller.name, kept.c.idempotency_key == key)
            .values(status=answer.status_code, content_type=answer.media_type, body=bytes(answer.body))
        )
    return answer


def _take(ledger: Ledger, caller: str, key: str, request_sha256: str, now: datetime) -> bool:
    row = {"caller": caller, "idempotency_key": key, "request_sha256": request_sha256, "at": now}
    try:
        with ledger.begin() as connection:
            connection.execute(sa.delete(kept).where(kept.c.at < now - KEPT_FOR, kept.c.status.is_not(None)))
            connection.execute(sa.insert(kept).values(**row))
    except sa.exc.IntegrityError:
        return False
    return True


def _again(ledger: Ledger, caller: str, key: str, request_sha256: str) -> Response:
    with ledger.read() as connection:
        row = connection.execute(
            sa.select(kept).where(kept.c.caller == caller, kept.c.idempotency_key == key)
        ).one_or_none()
    if row is None:
        raise Problem(409, "the first request with this key failed just now: send it again")
    if row.request_sha256 != request_sha256:
        raise Problem(422, "this Idempotency-Key was used for another request: take a fresh one")
    if row.status is None:
        raise Problem(409, "the first request with this key has not ended; if it never does, look at what it did first")
    headers = {"Idempotency-Replayed": "true"}
    return Response(row.body, row.status, headers, media_type=row.content_type or MEDIA_TYPE)


def _forget(ledger: Ledger, caller: str, key: str) -> None:
    with ledger.begin() as connection:
        connection.execute(sa.delete(kept).where(kept.c.caller == caller, kept.c.idempotency_key == key))
