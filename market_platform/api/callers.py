"""Who calls: keys looked up in the ledger and remembered for seconds, and how often each caller may ask."""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from market_platform.api.keys import Caller, caller_of
from market_platform.store.ledger import Ledger

REMEMBER_SECONDS = 4.0
REFRESH_SECONDS = 1.0
MOST_REMEMBERED = 10_000
STRANGERS_PER_MINUTE = 600
LONGEST_KEY = 4_096
Identify = Callable[[str], Caller | None]


class Callers:
    """Keys and tokens to callers. A revoked key ends within five seconds.

    ``identify`` is a second door behind the keys: tokens of an identity provider.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], identify: Identify | None = None) -> None:
        self._ledger, self._clock, self._identify = ledger, clock, identify
        self._known: OrderedDict[str, tuple[float, Caller | None]] = OrderedDict()

    def remembered(self, text: str) -> Caller | None:
        """Return a caller that was looked up within the last seconds.

        When the seconds are over, one request asks the ledger again and the others go on with what was known.
        """
        found = self._known.get(text)
        if found is None:
            return None
        if found[0] >= time.monotonic():
            return found[1]
        if found[1] is not None:
            self._known[text] = (time.monotonic() + REFRESH_SECONDS, found[1])
        return None

    def forget(self) -> None:
        """Forget everyone, so that the next request of each asks the ledger."""
        self._known.clear()

    def look_up(self, text: str) -> Caller | None:
        """Return whose key or token it is, asking the ledger where it must."""
        if not text or len(text) > LONGEST_KEY:
            return None
        found = self._known.get(text)
        if found is not None and found[1] is None and found[0] >= time.monotonic():
            return None
        caller = caller_of(self._ledger, text, self._clock())
        if caller is None and self._identify is not None:
            caller = self._identify(text)
        self._known[text] = (time.monotonic() + REMEMBER_SECONDS, caller)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return caller


class Rates:
    """Token buckets: a caller may ask ``per_minute`` times a minute, and save up a minute's worth."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def is_spent(self, name: str, per_minute: int) -> bool:
        """Whether nothing is left to take now."""
        tokens, seen = self._buckets.get(name, (float(per_minute), time.monotonic()))
        return tokens + (time.monotonic() - seen) * per_minute / 60.0 < 1.0

    def wait_seconds(self, name: str, per_minute: int) -> float:
        """Take one token; return 0, or how long to wait for the next one."""
        moment = time.monotonic()
        tokens, seen = self._buckets.get(name, (float(per_minute), moment))
        tokens = min(float(per_minute), tokens + (moment - seen) * per_minute / 60.0)
        if tokens < 1.0:
            self._buckets[name] = (tokens, moment)
            return (1.0 - tokens) * 60.0 / per_minute
        self._buckets[name] = (tokens - 1.0, moment)
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0


def key_in(headers: list[tuple[bytes, bytes]]) -> str:
    """Return the key of a request: ``Authorization: Bearer …`` or ``X-API-Key``.

    Empty where there is none, or where two that differ leave open who asks.
    """
    found = {
        value[7:].strip() if name == b"authorization" and value[:7].lower() == b"bearer " else value.strip()
        for name, value in headers
        if name in (b"authorization", b"x-api-key")
    }
    return found.pop().decode("latin-1") if len(found) == 1 else ""
