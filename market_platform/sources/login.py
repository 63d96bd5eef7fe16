"""Logging in where a publisher wants a token: fetched once, shared by threads, renewed before it expires or when refused.

A token is a secret like a password: it goes from the answer into the credentials that requests are signed with, and
nowhere else; no archive, no ledger and no log sees it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from market_platform.sources.credentials import Credentials
from market_platform.sources.http import Client
from market_platform.sources.payload import Payload, Request

# A request signed shortly before the end may arrive after it.
RENEWED_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True)
class Token:
    """What a publisher gives for user and password, and for how long."""

    text: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True)
class Login:
    """How a publisher gives tokens.

    ``name`` is the credential that the token becomes. ``guarded`` is how the addresses begin that want one. ``request``
    asks for one and raises NotHeld where the user has no account; ``read`` takes it out of the answer.
    """

    name: str
    guarded: str
    request: Callable[[Credentials], Request]
    read: Callable[[Payload], Token]


class Tokens:
    """The tokens that one process holds."""

    def __init__(self, client: Client, credentials: Credentials, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._credentials = credentials
        self._clock = clock
        self._held: dict[str, tuple[Token, datetime]] = {}
        self._lock = threading.Lock()

    def credentials(self, login: Login | None, request: Request) -> Credentials:
        """Return the user's credentials, with a token that is still good where the request wants one."""
        if login is None or not request.url.startswith(login.guarded):
            return self._credentials
        with self._lock:
            token, good_until = self._held.get(login.name, (None, None))
            if token is None or good_until is None or self._clock() >= good_until:
                token = login.read(self._client.fetch(login.request(self._credentials)))
                self._held[login.name] = (
                    token,
                    self._clock() + max(token.lifetime - RENEWED_BEFORE, token.lifetime / 2),
                )
        return self._credentials.holding(login.name, token.text)

    def forget(self, login: Login) -> None:
        """Drop a token that was refused."""
        with self._lock:
            self._held.pop(login.name, None)
