"""One paced, patient client for all publishers: requests in, payloads or typed errors out."""

import logging
import re
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import tenacity

from market_platform.errors import Gone, NotPublishedYet, Rejected, Throttled, Unavailable, UnreadablePayload
from market_platform.sources.credentials import Unauthorised
from market_platform.sources.payload import Payload, Request, look, masked

log = logging.getLogger(__name__)

USER_AGENT = "market-platform (open market-data platform)"
TIMEOUT_SECONDS = 60.0
TRIES = 5
LONGEST_WAIT_SECONDS = 120.0
NOT_FOUND = (404, 410)
THROTTLE_STATUS = (429,)
UNAUTHORISED = 401
# A throttle page may come with status 200; these words stand in the ones of PJM and ERCOT (facts).
THROTTLE_WORDS = re.compile(rb"too many requests|rate limit|request limit|\"throttled\"", re.IGNORECASE)
SMALL_PAGE_BYTES = 4096


class Client:
    """Fetches requests of all publishers.

    ``pace_seconds`` gives the least time between two requests to a host. ``transport`` replaces the network (sandbox,
    tests); ``clock``, ``sleep`` and ``monotonic`` replace time. The client may be shared by threads.
    """

    def __init__(
        self,
        pace_seconds: dict[str, float],
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        tries: int = TRIES,
    ) -> None:
        self._http = httpx.Client(
            transport=transport, timeout=TIMEOUT_SECONDS, follow_redirects=True, headers={"User-Agent": USER_AGENT}
        )
        # Its own line of each request holds the whole address, and with it a key that goes as a parameter.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._pace = pace_seconds
        self._clock = clock
        self._sleep = sleep
        self._monotonic = monotonic
        self._next_slot: dict[str, float] = {}
        self._lock = threading.Lock()
        self._answers: dict[Hashable, tuple[float, Payload]] = {}
        self._tries = tries

    def fetch(self, request: Request) -> Payload:
        """Return the payload of a request, secrets masked; an answer that is still good stands in for the next.

        Raises Throttled, Unavailable (both after several tries), NotPublishedYet, Gone or Rejected.
        """
        question = (request.method, request.url, tuple(sorted(request.params.items())), request.body)
        kept = self._answers.get(question)
        if kept is not None and self._monotonic() < kept[0]:
            return replace(kept[1], name=request.file_name)
        payload = self._patiently(request)
        if request.good_for_seconds:
            until = self._monotonic() + request.good_for_seconds
            with self._lock:
                still = {asked: one for asked, one in self._answers.items() if one[0] > self._monotonic()}
                self._answers = {**still, question: (until, payload)}
        return payload

    def _patiently(self, request: Request) -> Payload:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Throttled, Unavailable)),
            stop=tenacity.stop_after_attempt(self._tries),
            wait=_wait,
            sleep=self._sleep,
            before_sleep=tenacity.before_sleep_log(log, logging.INFO),
            reraise=True,
        )
        return retrying(self._once, request)

    def close(self) -> None:
        """Release the connections."""
        self._http.close()

    def _once(self, request: Request) -> Payload:
        self._keep_pace(urlsplit(request.url).netloc)
        log.info("%s %s for %s", request.method, _clean(request.url, request), request.file_name)
        try:
            response = self._http.request(
                request.method,
                request.url,
                params=request.params or None,
                headers=request.headers,
                content=request.body,
            )
        except httpx.TransportError as error:
            reason = _clean(f"{type(error).__name__}: {error}", request)
            raise Unavailable(f"{request.file_name} from {_clean(request.url, request)}: {reason}") from None
        _raise_for_status(request, response, self._clock())
        content = masked(response.content, request.secrets)
        if _is_throttle_page(content):
            raise Throttled(f"{request.file_name}: a throttle page came with status 200; wait and ask again")
        stamp = response.headers.get("Last-Modified")
        payload = Payload(request.file_name, content, parsedate_to_datetime(stamp) if stamp else None)
        if request.inspect is not None:
            request.inspect(request, payload)
        return payload

    def _keep_pace(self, host: str) -> None:
        with self._lock:
            now = self._monotonic()
            slot = max(now, self._next_slot.get(host, 0.0))
            self._next_slot[host] = slot + self._pace.get(host, 0.0)
        if slot > now:
            self._sleep(slot - now)


def _raise_for_status(request: Request, response: httpx.Response, now: datetime) -> None:
    status = response.status_code
    if status < 400:
        return
    where = f"{request.file_name} from {_clean(request.url, request)}"
    if status in THROTTLE_STATUS:
        raise Throttled(f"{where}: asked too often (status {status})", _retry_after(response, now))
    if status in NOT_FOUND:
        if request.archived:
            raise Gone(f"{where}: no longer kept there (status {status}); import the file or ask the archive")
        raise NotPublishedYet(f"{where}: not published yet (status {status}); it is asked for again later")
    if status >= 500:
        raise Unavailable(f"{where}: the publisher's server failed (status {status})")
    if status == UNAUTHORISED:
        raise Unauthorised(f"{where}: who is asking is not accepted (status {status}); check key, user and password")
    raise Rejected(f"{where}: the request is refused (status {status}); check key, address and parameters")


def _retry_after(response: httpx.Response, now: datetime) -> float | None:
    text = response.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _wait(state: tenacity.RetryCallState) -> float:
    """Wait as long as the publisher says, else longer with each try and with some jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Throttled) and error.retry_after_seconds is not None:
        return min(error.retry_after_seconds, LONGEST_WAIT_SECONDS)
    return tenacity.wait_exponential_jitter(initial=1, max=30)(state)


def _is_throttle_page(content: bytes) -> bool:
    if len(content) > SMALL_PAGE_BYTES or not THROTTLE_WORDS.search(content):
        return False
    try:
        look(Payload("", content))
    except UnreadablePayload:
        return True
    return content.lstrip()[:1] in (b"{", b"<")


def _clean(text: str, request: Request) -> str:
    for secret in request.secrets:
        if secret:
            text = text.replace(secret, "********")
    return text
