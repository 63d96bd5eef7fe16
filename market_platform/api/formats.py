"""Rows as JSON, CSV, Arrow or Parquet, by what the client accepts."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from market_platform.api.problems import Problem

Format = Literal["json", "csv", "arrow", "parquet"]
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
FORMAT_OF: dict[str, Format] = {media: name for name, media in MEDIA_TYPES.items()}


@dataclass(frozen=True)
class Encoded:
    """Rows as bytes."""

    body: bytes
    media_type: str


def wanted_format(accept: str | None, asked: Format | None = None) -> Format:
    """Return the format that a client asked for by name, or by its Accept header. Raises Problem 406 where it is none."""
    if asked is not None:
        return asked
    if not accept:
        return "json"
    for media in accepted(accept):
        if media in FORMAT_OF:
            return FORMAT_OF[media]
        if media in ("*/*", "application/*", "application/problem+json"):
            return "json"
        if media == "text/*":
            return "csv"
    raise Problem(406, f"accept one of {', '.join(FORMAT_OF)}")


def accepted(accept: str) -> list[str]:
    """Return the media types of an Accept header, the most wanted first."""
    ranked = sorted((_preference(part) for part in accept.split(",")), key=lambda each: -each[1])
    return [media for media, quality in ranked if quality > 0]


def encode(rows: pa.Table, chosen: Format, envelope: Mapping[str, object]) -> Encoded:
    """Return rows as bytes; JSON wraps them in ``rows`` beside the envelope's fields."""
    if chosen == "json":
        return Encoded(to_json({"rows": rows.to_pylist(), **envelope}), MEDIA_TYPES["json"])
    sink = io.BytesIO()
    if chosen == "csv":
        pyarrow.csv.write_csv(_plain(rows), sink)
    elif chosen == "arrow":
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
    else:
        pyarrow.parquet.write_table(rows, sink, compression="zstd")
    return Encoded(sink.getvalue(), MEDIA_TYPES[chosen])


def to_json(value: object) -> bytes:
    """Return JSON: moments in UTC, money as text to the cent, no number as null."""
    return orjson.dumps(
        value, default=_other, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    )


def _other(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _plain(rows: pa.Table) -> pa.Table:
    """Write moments as ISO text and nested values as JSON: CSV has neither."""
    columns = []
    for column in rows.columns:
        if pa.types.is_timestamp(column.type):
            columns.append(pa.compute.strftime(column, "%Y-%m-%dT%H:%M:%SZ"))
        elif pa.types.is_nested(column.type):
            columns.append(pa.array([None if each is None else to_json(each).decode() for each in column.to_pylist()]))
        else:
            columns.append(column)
    return pa.table(columns, names=rows.column_names)


def _preference(part: str) -> tuple[str, float]:
    media, *settings = (piece.strip().lower() for piece in part.split(";"))
    for setting in settings:
        name, _, value = setting.partition("=")
        if name.strip() == "q":
            try:
                return media, float(value)
            except ValueError:
                return media, 0.0
    return media, 1.0
