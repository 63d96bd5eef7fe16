"""Scopes at the routes. The gate knows who asks; here it is said what that must allow."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from market_platform.api.keys import Caller
from market_platform.api.problems import Problem
from market_platform.api.service import caller_in

BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An API key, or a token of the identity provider"
)
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="key", description="An API key")


def needs(scope: str) -> Callable[..., Caller]:
    """Return the dependency that lets only callers with a scope pass."""

    def check(
        request: Request,
        _bearer: Annotated[object, Security(BEARER)],
        _header: Annotated[object, Security(HEADER)],
    ) -> Caller:
        caller = caller_in(request)
        if not caller.may(scope):
            raise Problem(403, f"this needs the scope {scope}; your key has {', '.join(sorted(caller.scopes))}")
        return caller

    return check


Reading = Annotated[Caller, Depends(needs("read"))]
Trading = Annotated[Caller, Depends(needs("trade"))]
Administering = Annotated[Caller, Depends(needs("admin"))]
