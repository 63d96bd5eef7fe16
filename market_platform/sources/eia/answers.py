"""Answers of the open data API v2: the envelope, pages, and rows by route.

Numbers come as texts or as numbers by version of the API; both are read alike. A page above 5,000 rows is cut with
status 200 and a warning, and a wrong facet gives no rows and no error: both are refused here.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from market_platform.errors import NotPublishedYet, PayloadError, Rejected
from market_platform.sources.json_rows import count_items, read_json, split_items
from market_platform.sources.paging import Incomplete
from market_platform.sources.payload import Payload, Request
from market_platform.sources.tabular import Field, label

MOST_ROWS = 5_000


class EmptyAnswer(PayloadError):
    """An answer holds no rows where a series was asked for."""


def _labels(*headings: str) -> tuple[Field, ...]:
    return tuple(label(heading.replace("-", "_"), heading, optional=heading != "period") for heading in headings)


_GAS = _labels(
    "period", "duoarea", "area-name", "product", "product-name", "process", "process-name", "series",
    "series-description", "value", "units",
)  # fmt: skip
FIELDS: dict[str, tuple[Field, ...]] = {
    "natural-gas/stor/wkly": _GAS,
    "natural-gas/pri/fut": _GAS,
    "electricity/rto/region-data": _labels(
        "period", "respondent", "respondent-name", "type", "type-name", "value", "value-units"
    ),
    "electricity/rto/fuel-type-data": _labels(
        "period", "respondent", "respondent-name", "fueltype", "type-name", "value", "value-units"
    ),
    "electricity/rto/interchange-data": _labels(
        "period", "fromba", "fromba-name", "toba", "toba-name", "value", "value-units"
    ),
    "electricity/retail-sales": _labels(
        "period", "stateid", "stateDescription", "sectorid", "sectorName", "customers", "price", "revenue", "sales",
        "customers-units", "price-units", "revenue-units", "sales-units",
    ),
    "electricity/facility-fuel": _labels(
        "period", "plantCode", "plantName", "fuel2002", "fuelTypeDescription", "state", "stateDescription",
        "primeMover", "generation", "gross-generation", "generation-units", "gross-generation-units",
    ),
}  # fmt: skip


def read_rows(payloads: Sequence[Payload], route: str) -> pd.DataFrame:
    """Read the pages of one answer, or several whole answers; all columns are texts.

    Adds ``frequency``. Raises Incomplete where rows are missing against the announced total, EmptyAnswer where there
    are none, SchemaChanged and UnreadablePayload as ``read_json``.
    """
    responses = [_response(payload) for payload in payloads]
    totals = [_total(payload, response) for payload, (response, _) in zip(payloads, responses, strict=True)]
    counts = [count for _, count in responses]
    pages_of_one = len(set(totals)) == 1 and sum(counts) == totals[0]
    if counts != totals and not pages_of_one:
        raise Incomplete(
            f"{payloads[0].name}: {sum(counts)} rows came where {max(totals)} are announced"
            f"{_warning(responses)}; ask again by pages (offset), nothing of it is stored"
        )
    if not sum(counts):
        raise EmptyAnswer(f"{payloads[0].name}: no rows at {route}; a facet is misspelt or the range holds no data")
    rows = read_json(payloads, FIELDS[route], "data")
    frequencies = pd.Series([str(response.get("frequency", "")) for response, _ in responses])
    rows["frequency"] = frequencies[rows["file"].to_numpy()].to_numpy()
    return rows


def next_page(request: Request, pages: Sequence[Payload]) -> Request | None:
    """Return the request for the next page, or None where all announced rows are there.

    Raises Incomplete, and for an answer without rows NotPublishedYet or, where the range is long past, Rejected.
    """
    responses = [_response(page) for page in pages]
    totals = {_total(page, response) for page, (response, _) in zip(pages, responses, strict=True)}
    received = sum(count for _, count in responses)
    total = max(totals)
    if len(totals) > 1 or received > total or (received < total and not responses[-1][1]):
        raise Incomplete(
            f"{request.file_name}: {received} rows came in {len(pages)} pages where {sorted(totals)} were announced; "
            "nothing of it is stored, ask again"
        )
    if total == 0:
        if request.archived:
            raise Rejected(f"{request.file_name}: EIA has no rows for that; a facet or the range is wrong")
        raise NotPublishedYet(f"{request.file_name}: EIA has no rows for that yet; it is asked for again later")
    if received == total:
        return None
    return replace(request, params={**request.params, "offset": str(received)})


def route_of(payload: Payload) -> str | None:
    """Return the route that an answer comes from, by its own echo or its words; None where it is no such answer."""
    if b'"response"' not in payload.content[:400]:
        return None
    envelope, body = split_items(payload, "data")
    command = str(envelope.get("request", {}).get("command", "")).replace("/v2/", "").replace("/data/", "")
    if command in FIELDS:
        return command
    names = {route: {heading for spec in fields for heading in spec.headings} for route, fields in FIELDS.items()}
    first = body[: body.find(b"}") + 1]
    for route, headings in names.items():
        if first and all(f'"{heading}"'.encode() in first for heading in headings):
            return route
    words = str(envelope.get("response", {}).get("description", ""))
    return "electricity/rto/fuel-type-data" if words.startswith("Hourly net generation") else None


def _response(payload: Payload) -> tuple[dict[str, Any], int]:
    envelope, body = split_items(payload, "data")
    response = envelope.get("response")
    return (response if isinstance(response, dict) else {}), count_items(body)


def _total(payload: Payload, response: dict[str, Any]) -> int:
    try:
        return int(response["total"])
    except (KeyError, TypeError, ValueError) as error:
        raise Incomplete(f"{payload.name}: the answer does not say how many rows there are") from error


def _warning(responses: Sequence[tuple[dict[str, Any], int]]) -> str:
    warnings = [str(one.get("warning")) for response, _ in responses for one in response.get("warnings") or []]
    return f" ({', '.join(dict.fromkeys(warnings))})" if warnings else ""
