"""Rows of the ledger as an answer, page by page: the cursor holds the order's values of the last row."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from fastapi import Request
from fastapi.responses import Response

from market_platform.api.answering import envelope
from market_platform.api.asking import Paged
from market_platform.api.formats import encode, wanted_format
from market_platform.api.paging import Cursor, cursor_text, read_cursor
from market_platform.api.problems import Problem
from market_platform.api.selection import Window
from market_platform.api.service import service_of


def answer_ledger_rows(
    request: Request, query: sa.Select[Any], order: Sequence[sa.ColumnElement[Any]], asked: Paged
) -> Response:
    """Return a page of a query over the ledger, in an order that tells any two rows apart."""
    service = service_of(request)
    chosen = wanted_format(request.headers.get("accept"), asked.format)
    question = f"{request.url.path}?{asked.model_dump_json(exclude={'cursor', 'limit', 'format'})}"
    cursor = read_cursor(asked.cursor, question)
    if cursor is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*_values(order, cursor)))
    names = [str(column.name) for column in query.selected_columns]
    with service.platform.ledger.read() as connection:
        rows = [dict(row) for row in connection.execute(query.order_by(*order).limit(asked.limit + 1)).mappings()]
    text = None
    if len(rows) > asked.limit:
        rows = rows[: asked.limit]
        position = tuple(_text(rows[-1][str(column.key)]) for column in order)
        text = cursor_text(Cursor(service.now(), position), question)
    table = pa.table({name: pa.array([_plain(row[name]) for row in rows]) for name in names})
    encoded = encode(table, chosen, envelope(Window(), text, simulated=service.simulated))
    headers = {"X-Simulated": "true" if service.simulated else "false", "Cache-Control": "no-store"}
    if text is not None:
        headers["Link"] = f'<{request.url.include_query_params(cursor=text)}>; rel="next"'
    return Response(encoded.body, headers=headers, media_type=encoded.media_type)


def rows_response(request: Request, rows: Sequence[dict[str, Any]], asked: Paged) -> Response:
    """Return rows that an engine gave, cut to the page's limit; they are few and come without a cursor."""
    service = service_of(request)
    chosen = wanted_format(request.headers.get("accept"), asked.format)
    if asked.cursor is not None:
        raise Problem(400, "this list comes in one page: raise the limit instead")
    cut = list(rows)[: asked.limit]
    names = list(cut[0]) if cut else []
    table = pa.table({name: pa.array([_plain(row[name]) for row in cut]) for name in names})
    encoded = encode(table, chosen, envelope(Window(), None, simulated=service.simulated))
    return Response(encoded.body, headers={"Cache-Control": "no-store"}, media_type=encoded.media_type)


def _values(order: Sequence[sa.ColumnElement[Any]], cursor: Cursor) -> list[Any]:
    if len(order) != len(cursor.position):
        raise Problem(400, "the cursor belongs to another question: start without one")
    try:
        return [_typed(column, text) for column, text in zip(order, cursor.position, strict=True)]
    except ValueError:
        raise Problem(400, "the cursor cannot be read: take it from next_cursor of a page") from None


def _typed(column: sa.ColumnElement[Any], text: str | None) -> sa.BindParameter[Any]:
    if text is None or "\x00" in text:
        raise ValueError(text)
    kind = column.type.python_type if not isinstance(column.type, sa.types.TypeDecorator) else datetime
    value: Any = text
    if kind is datetime:
        value = datetime.fromisoformat(text)
        if value.tzinfo is None or not 1990 <= value.year <= 2100:
            raise ValueError(text)
    elif kind is date:
        value = date.fromisoformat(text)
    elif kind is int:
        value = int(text[:20])
        if abs(value) >= 2**63:
            raise ValueError(text)
    return sa.bindparam(None, value, type_=column.type)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str | int | float | bool | datetime | date | None) else str(value)
