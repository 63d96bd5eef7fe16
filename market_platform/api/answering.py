"""Rows of the catalog as an answer: page, format, link to the next page, and the mark that lets it be kept."""

from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import Response

from market_platform.api.asking import Rows
from market_platform.api.formats import encode, to_json, wanted_format
from market_platform.api.paging import cursor_text, read_cursor
from market_platform.api.selection import Selection, Window, latest_window, read
from market_platform.api.service import service_of
from market_platform.contracts.contract import Contract

LATEST_DAYS = 3  # runs of a market end hours or a day apart


def answer_rows(
    request: Request,
    contract: Contract,
    asked: Rows,
    equal: dict[str, Sequence[str]],
    *,
    latest_days: int = 1,
    once: tuple[str, ...] = (),
) -> Response:
    """Return a page of rows.

    Without days asked for: the last ``latest_days`` market days that hold rows; with ``once`` the last row of each set of
    its columns, and of a range of days each interval once.
    """
    service = service_of(request)
    chosen = wanted_format(request.headers.get("accept"), asked.format)
    # Read before the rows: an answer may then be taken for older than it is, never for newer.
    version = service.reader.version()
    question = f"{request.url.path}?{asked.question}"
    cursor = read_cursor(asked.cursor, question)
    window = asked.window
    if window.first is None:
        days = latest_days if not once else LATEST_DAYS
        window = latest_window(service.reader, contract, equal, cursor.as_of if cursor else window.as_of, days)
    elif once:
        once = (*once, "interval_end")
    rows, following = read(
        service.reader, Selection(contract, window, equal, once), limit=asked.limit, now=service.now(), cursor=cursor
    )
    headers = {"X-Simulated": "true" if service.simulated else "false"}
    text = None if following is None else cursor_text(following, question)
    if text is not None:
        headers["Link"] = f'<{request.url.include_query_params(cursor=text)}>; rel="next"'
    encoded = encode(rows, chosen, envelope(window, text, simulated=service.simulated))
    request.state.catalog_version = version
    return Response(encoded.body, headers=headers, media_type=encoded.media_type)


def envelope(window: Window, next_cursor: str | None, *, simulated: bool) -> dict[str, object]:
    """Return what stands beside the rows in JSON."""
    return {
        "start_day": window.first,
        "end_day": window.last,
        "as_of": window.as_of,
        "next_cursor": next_cursor,
        "simulated": simulated,
    }


def answer_document(request: Request, document: object, *, from_catalog: bool = True) -> Response:
    """Return a JSON document; one that was read from the catalog alone may be kept with it."""
    wanted_format(request.headers.get("accept"), "json")
    if from_catalog:
        request.state.catalog_version = request.state.read_at_version
    return Response(to_json(document), media_type="application/json")
