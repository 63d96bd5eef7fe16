"""Errors as problem+json (RFC 9457): one shape for every refusal, from the gate to the engines' rules."""

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from market_platform.certificates.refusals import UnknownCertificates
from market_platform.errors import Infeasible, MarketPlatformError, PayloadError, RuleBroken

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "No valid key",
    403: "The key lacks the scope",
    404: "Not found",
    405: "The method is not allowed here",
    406: "None of the accepted content types can be given",
    409: "It conflicts with what stands",
    413: "The request is too large",
    415: "The body is not JSON",
    422: "A value is not allowed",
    429: "Too many requests",
    500: "The platform failed",
    503: "Not ready",
}
# What any route may answer; each is documented at every operation.
COMMON = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 503)


class Problem(Exception):
    """A refusal with its status; ``detail`` says what was wrong, where, and what to do."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, dict(headers or {}), more


def problem_body(status: int, detail: str, **more: object) -> bytes:
    """Return the document of a problem."""
    return orjson.dumps(
        {"type": "about:blank", "title": TITLES.get(status, "Refused"), "status": status, "detail": detail, **more},
        default=str,
    )


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """Return a problem as an answer."""
    return Response(problem_body(status, detail, **more), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Response:
    """Return the problem that an error stands for: the platform's own by their kind, a bad value as 422."""
    if isinstance(error, Problem):
        return problem_response(error.status, error.detail, error.headers, **error.more)
    for kinds, status in STATUS_OF:
        if isinstance(error, kinds):
            return problem_response(status, str(error), kind=type(error).__name__)
    raise error


# The first that fits: what nobody knows, what a rule forbids, what makes no sense, what is not set up.
STATUS_OF: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((UnknownCertificates,), 404),
    ((RuleBroken, sa.exc.IntegrityError), 409),
    ((Infeasible, PayloadError, ValueError), 422),
    ((MarketPlatformError, sa.exc.OperationalError), 503),
)


def install(app: FastAPI) -> None:
    """Answer every error as a problem."""
    app.add_exception_handler(Problem, _refused)
    for kinds, _ in STATUS_OF:
        for kind in kinds:
            if kind is not ValueError:
                app.add_exception_handler(kind, _refused)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        found = [_fault(each) for each in error.errors()]
        if any(each["kind"] == "json_invalid" for each in found):
            return problem_response(400, "the body is not JSON", errors=found)
        return problem_response(
            422, "; ".join(f"{each['where']}: {each['message']}" for each in found[:5]), errors=found
        )

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        return problem_response(error.status_code, str(error.detail), error.headers)


async def _refused(_request: Request, error: Exception) -> Response:
    return problem_of(error)


def _fault(error: Mapping[str, Any]) -> dict[str, str]:
    return {
        "where": ".".join(str(part) for part in error["loc"]),
        "message": str(error["msg"]),
        "kind": str(error["type"]),
    }


SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong, where, and what to do"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
