"""A client of the M-RETS JSON:API: paced, paged to the end, typed errors, reads and transactions.

Source: M-RETS api docs, basic usage (``app.mrets.org/v1/public``; header ``X-Api-Key``; ``page[number]``,
``page[size]`` up to 1,000; ``links.next``; 10 calls over 5 seconds per token; ``errors[]``).
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import httpx

from market_platform.errors import Gone, Rejected, SchemaChanged, Throttled, Unavailable, UnreadablePayload

BASE_URL = "https://app.mrets.org/v1/public/"
MEDIA_TYPE = "application/vnd.api+json"
LARGEST_PAGE = 1000
CALLS, CALLS_SECONDS = 10, 5.0
TIMEOUT_SECONDS = 60.0


class MretsClient:
    """Reads and writes one organization's part of the registry with its API token.

    ``transport`` replaces the network; ``sleep`` and ``monotonic`` replace time.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            transport=transport,
            timeout=TIMEOUT_SECONDS,
            headers={"X-Api-Key": api_key, "Accept": MEDIA_TYPE},
        )
        self._sleep, self._monotonic = sleep, monotonic
        self._calls: deque[float] = deque(maxlen=CALLS)

    def collection(
        self,
        path: str,
        *,
        filters: Mapping[str, str] | None = None,
        include: Sequence[str] = (),
        sort: str | None = None,
        page_size: int = LARGEST_PAGE,
    ) -> Iterator[dict[str, Any]]:
        """Yield each page of a collection (``rec/certificate_quantities``, ``generators`` ...) as its document.

        Follows ``links.next`` to the end. Raises the SourceError or PayloadError that stopped it; pages already given
        are then part of an answer only, so use ``whole`` unless pages are stored as they come.
        """
        params = {"page[size]": str(page_size), "page[number]": "1"}
        params |= {f"filter[{name}]": value for name, value in (filters or {}).items()}
        if include:
            params["include"] = ",".join(include)
        if sort:
            params["sort"] = sort
        document = self._call("GET", path, params=params)
        yield document
        seen = set()
        while following := (document.get("links") or {}).get("next"):
            if following in seen:
                msg = f"M-RETS {path}: the link to the next page leads in a circle ({following})"
                raise SchemaChanged(msg)
            seen.add(following)
            document = self._call("GET", following)
            yield document

    def whole(self, path: str, **options: Any) -> dict[str, list[dict[str, Any]]]:
        """Return all pages of a collection as one document of ``data`` and ``included``; never a part of it."""
        whole: dict[str, list[dict[str, Any]]] = {"data": [], "included": []}
        for page in self.collection(path, **options):
            whole["data"] += page["data"]
            whole["included"] += page.get("included") or []
        return whole

    def start_transaction(
        self, attributes: Mapping[str, Any], retirement_option_id: str | None = None
    ) -> dict[str, Any]:
        """Draft a transaction (``transaction_type`` retirement, internal or external transfer) and return its resource."""
        relationships = {"retirement_option": _reference("retirement_options", retirement_option_id)}
        return self._post("rec/user_transactions", "user_transactions", attributes, relationships)

    def add_serials(
        self,
        transaction_id: str,
        certificate_id: str,
        serials: tuple[int, int],
        from_account: str,
        *,
        to_account: str | None = None,
        to_organization: str | None = None,
    ) -> dict[str, Any]:
        """Add a range of serials to a drafted transaction and return the transaction detail.

        It goes to an account of the own organization, or to another organization.
        """
        return self._post(
            "rec/transaction_details",
            "transaction_details",
            {"serial_number_start": serials[0], "serial_number_end": serials[1]},
            {
                "user_transaction": _reference("user_transactions", transaction_id),
                "certificate": _reference("certificates", certificate_id),
                "from_account": _reference("accounts", from_account),
                "to_account": _reference("accounts", to_account),
                "to_organization": _reference("organizations", to_organization),
            },
        )

    def act(self, transaction_id: str, what: str) -> dict[str, Any]:
        """Bring a transaction on: enqueue a draft; accept, reject or withdraw an external transfer. Return its resource."""
        document = self._call("PUT", f"rec/user_transactions/{transaction_id}/{what}")
        return dict(document["data"])

    def submit_generation(self, generator_id: str, start: date, end: date, generation_mwh: float) -> dict[str, Any]:
        """Create a generation entry, from which the registry issues certificates, and return its resource."""
        attributes = {
            "generation_period_start": f"{start:%Y-%m-%d}T00:00:00Z",
            "generation_period_end": f"{end:%Y-%m-%d}T00:00:00Z",
            "quantity": int(generation_mwh) if generation_mwh == int(generation_mwh) else generation_mwh,
        }
        relationships = {"generator": _reference("generators", generator_id)}
        return self._post("generation-entries/create", "generation_entries", attributes, relationships)

    def close(self) -> None:
        """Release the connections."""
        self._http.close()

    def _post(
        self, path: str, kind: str, attributes: Mapping[str, Any], relationships: Mapping[str, Any]
    ) -> dict[str, Any]:
        related = {name: reference for name, reference in relationships.items() if reference is not None}
        body = {"data": {"type": kind, "attributes": dict(attributes), "relationships": related}}
        return dict(self._call("POST", path, body=body)["data"])

    def _call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> dict[str, Any]:
        self._keep_pace()
        headers = {"Content-Type": MEDIA_TYPE} if body is not None else None
        try:
            response = self._http.request(method, path, params=params, json=body, headers=headers)
        except httpx.TransportError as error:
            msg = f"M-RETS {path}: {type(error).__name__}: {error}"
            raise Unavailable(msg) from None
        _raise_for_status(path, response)
        return _document(path, response)

    def _keep_pace(self) -> None:
        if len(self._calls) == CALLS:
            wait = self._calls[0] + CALLS_SECONDS - self._monotonic()
            if wait > 0:
                self._sleep(wait)
        self._calls.append(self._monotonic())


def _reference(kind: str, identifier: str | None) -> dict[str, Any] | None:
    return None if identifier is None else {"data": {"type": kind, "id": identifier}}


def _raise_for_status(path: str, response: httpx.Response) -> None:
    status = response.status_code
    if status < 400:
        return
    reason = f"M-RETS {path}: {_errors(response)} (status {status})"
    if status == 429:
        text = response.headers.get("Retry-After", "")
        raise Throttled(reason, float(text) if text.isdigit() else CALLS_SECONDS)
    if status >= 500:
        raise Unavailable(reason)
    if status == 404:
        raise Gone(reason)
    raise Rejected(reason)


def _errors(response: httpx.Response) -> str:
    try:
        document = response.json()
        if "rows" in document:  # what submitted generation is refused with
            return "; ".join(text for row in document["rows"] for text in row["errors"])
        return "; ".join(f"{error.get('title')}: {error.get('detail')}" for error in document["errors"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no error document"


def _document(path: str, response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        msg = f"M-RETS {path}: no JSON came with status {response.status_code}; fetch it again later"
        raise UnreadablePayload(msg) from None
    if not isinstance(document, dict) or "data" not in document:
        msg = f"M-RETS {path}: a JSON:API document has 'data', this one has {sorted(document)}"
        raise SchemaChanged(msg)
    return document
