"""What OpenAPI says of answers: rows by their contract, and the problems that any route may give."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

from market_platform.api.formats import MEDIA_TYPES, to_json
from market_platform.api.problems import COMMON, MEDIA_TYPE, SCHEMA, TITLES
from market_platform.contracts.contract import Contract, Kind, kind_of

JSON_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "number"},
    Kind.WHOLE: {"type": "integer"},
    Kind.FLAG: {"type": "boolean"},
}
ENVELOPE = {
    "start_day": {"type": ["string", "null"], "format": "date", "description": "First market day of the answer"},
    "end_day": {"type": ["string", "null"], "format": "date", "description": "Last market day of the answer"},
    "as_of": {"type": ["string", "null"], "format": "date-time"},
    "next_cursor": {"type": ["string", "null"], "description": "Send it back as `cursor` for the next page"},
    "simulated": {"type": "boolean", "description": "Whether the rows are the sandbox's and no market's"},
}
ANY_ROW: dict[str, Any] = {"type": "object", "additionalProperties": True}
EXAMPLES: dict[str, Any] = {
    "market": "pjm", "feed": "pjm_dam_lmp_hub", "market_run": "DAM", "location": "WESTERN HUB", "location_id": "51288",
    "location_type": "hub", "market_day": "2026-11-20", "interval_start": "2026-11-20T17:00:00Z",
    "interval_end": "2026-11-20T18:00:00Z", "known_from": "2026-11-19T18:31:02Z", "lmp_usd_per_mwh": 41.27,
    "energy_usd_per_mwh": 38.9, "congestion_usd_per_mwh": 1.75, "loss_usd_per_mwh": 0.62,
}  # fmt: skip


def row_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON schema of a row of a family."""
    names = ("feed", *contract.row_columns, "known_from")
    properties = {}
    for name in names:
        spec = contract.lake_columns[name]
        kind = dict(JSON_TYPES[kind_of(spec)])
        if spec.nullable or kind_of(spec) in (Kind.NUMBER, Kind.TEXT):
            kind["type"] = [kind["type"], "null"]
        properties[name] = {**kind, "description": spec.description or name}
    return {"type": "object", "required": list(names), "properties": properties, "description": contract.description}


def example_row(contract: Contract) -> dict[str, Any]:
    """Return a row as it may look."""
    return {
        name: EXAMPLES.get(name, 12.5 if kind_of(contract.lake_columns[name]) is Kind.NUMBER else None)
        for name in ("feed", *contract.row_columns, "known_from")
    }


def rows_answer(row: Mapping[str, Any] = ANY_ROW, example: Sequence[Mapping[str, Any]] = ()) -> dict[int | str, Any]:
    """Return the documented answers of a route that gives rows in any format."""
    document = {
        "type": "object",
        "required": ["rows", *ENVELOPE],
        "properties": {"rows": {"type": "array", "items": dict(row)}, **ENVELOPE},
    }
    content: dict[str, Any] = {
        media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()
    }
    content[MEDIA_TYPES["csv"]] = {"schema": {"type": "string"}}
    content[MEDIA_TYPES["json"]] = {"schema": document}
    if example:
        shown = {"rows": list(example), "start_day": "2026-11-20", "end_day": "2026-11-20", "as_of": None}
        content[MEDIA_TYPES["json"]]["example"] = {**shown, "next_cursor": None, "simulated": True}
    return {200: {"description": "Rows", "content": content}, **not_modified()}


def document_answer(example: object, description: str = "The document", status: int = 200) -> dict[int | str, Any]:
    """Return the documented answer of a route that gives one JSON document."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {status: {"description": description, "content": content}, **(not_modified() if status == 200 else {})}


def not_modified() -> dict[int | str, Any]:
    """Return the documented answer to a client that has it already."""
    return {304: {"description": "You have it already: the ETag matches"}}


def install(app: FastAPI) -> None:
    """Let the app's OpenAPI name every problem at every operation."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            components = document.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = SCHEMA
            components["responses"] = {f"Problem{status}": _problem(status) for status in COMMON}
            for path in document["paths"].values():
                for operation in path.values():
                    _name_problems(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    turn = threading.Lock()

    def whole() -> bytes:
        with turn:
            return to_json(app.openapi())

    # The document takes seconds to make: it is made in a thread, so that nobody else waits for it.
    @app.get("/openapi.json", include_in_schema=False)
    async def _document() -> Response:
        return Response(await asyncio.to_thread(whole), media_type="application/json")


def _name_problems(operation: dict[str, Any]) -> None:
    for status in COMMON:
        # FastAPI describes 422 in a shape of its own, which is never sent here.
        if status == 422 or str(status) not in operation["responses"]:
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _problem(status: int) -> dict[str, Any]:
    headers = {}
    if status == 429:
        headers = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[status], "headers": headers, "content": {MEDIA_TYPE: {"schema": schema}}}
