"""Reading rows that publishers give as JSON objects: strict on names, lossless on rows, at the pace of CSV.

An answer is an envelope (``{"links": ..., "items": [...], "totalRows": 5}``) or a bare array of flat objects. Every
object becomes one row; one that cannot be read becomes a row with blank values and a ``defect`` that says why.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import json as arrow_json

from market_platform.errors import UnreadablePayload
from market_platform.sources.arrays import blank_label, is_laid, no_defects
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field, Reads, resolve_columns

PEEK_ROWS = 100
BARE_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")
BETWEEN = re.compile(rb"\}\s*,\s*\{")
END_OF_OBJECTS = re.compile(rb"\}\s*\]")
TAIL_BYTES = 4_000
EMPTY_ARRAY = re.compile(rb"\s*\]")
BLANKS = bytes.maketrans(b"\r\n\t", b"   ")


def split_items(payload: Payload, key: str) -> tuple[dict[str, Any], bytes]:
    """Return the envelope (empty for a bare array) and the bytes of the array ``key`` between its brackets.

    Raises UnreadablePayload where the text is no JSON, is cut short, or has no such array.
    """
    envelope, start, end = _locate(payload, key)
    return envelope, payload.content[start:end]


def _locate(payload: Payload, key: str) -> tuple[dict[str, Any], int, int]:
    """Find the array without reading it: the envelope, and where the array's inside begins and ends."""
    content = payload.content
    head = BARE_ARRAY.match(content) or re.search(rb'"' + key.encode() + rb'"\s*:\s*\[', content)
    start = head.end() if head is not None else len(content)
    for end in _ends_of_array(content, start):
        try:
            envelope = json.loads(content[:start].removeprefix(b"\xef\xbb\xbf") + b"]" + content[end:])
        except ValueError:
            continue
        return envelope if isinstance(envelope, dict) else {}, start, end - 1
    raise UnreadablePayload(f"{payload.name}: {_complaint(content, key)}; the bytes are kept, fetch it again")


def _ends_of_array(content: bytes, start: int) -> Iterator[int]:
    """Give the places behind brackets that may close an array of flat objects; the envelope tells which one does."""
    empty = EMPTY_ARRAY.match(content, start)
    if empty is not None:
        yield empty.end()
        return
    # The envelope's end is short: looked at from behind, a day of all nodes costs no more than an hour of hubs.
    tail = max(start, len(content) - TAIL_BYTES)
    for closing in reversed(list(END_OF_OBJECTS.finditer(content, tail))):
        yield closing.end()
    first = END_OF_OBJECTS.search(content, start, tail + 1)
    if first is not None:
        yield first.end()


def _complaint(content: bytes, key: str) -> str:
    try:
        answer = json.loads(content)
    except ValueError as error:
        return f"the JSON cannot be read ({error})"
    return f"there is no array {key!r} in the JSON (keys: {sorted(answer) if isinstance(answer, dict) else 'none'})"


def count_items(body: bytes) -> int:
    """Return how many objects an array's bytes hold, without reading them."""
    if not body.strip():
        return 0
    return (body.count(b"},{") if _is_compact(body) else len(BETWEEN.findall(body))) + 1


def _is_compact(body: bytes) -> bool:
    first = BETWEEN.search(body)
    return first is None or first.group() == b"},{"


def read_json(payloads: Sequence[Payload], fields: Sequence[Field], key: str = "items") -> pd.DataFrame:
    """Read the answers of one feed into one frame as ``read_csv`` does: the fields, ``file``, ``line``, ``defect``.

    Raises SchemaChanged where a name is missing or unknown, UnreadablePayload where the text is no such JSON.
    """
    frames = []
    for position, payload in enumerate(payloads):
        frame = _read_one(position, payload, *_locate(payload, key)[1:], fields, alone=len(payloads) == 1)
        frames.append(frame if "line" in frame else frame.assign(**_place(position, len(frame))))
    return joined(frames, fields)


def joined(frames: Sequence[pd.DataFrame], fields: Sequence[Field]) -> pd.DataFrame:
    """Lay frames of the same fields under each other; a column that none of them has is blank."""
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    for spec in fields:
        if spec.name not in frame:
            frame[spec.name] = _blank(spec, len(frame))
        elif spec.reads is not Reads.NUMBER and not is_laid(frame[spec.name].dtype):
            frame[spec.name] = frame[spec.name].astype("category")
    return frame


def _blank(spec: Field, rows: int) -> np.ndarray | pd.Categorical:
    return np.full(rows, np.nan) if spec.reads is Reads.NUMBER else blank_label(rows)


def _place(position: int, rows: int) -> dict[str, np.ndarray]:
    """Return file and line of each row of one file."""
    return {"file": np.full(rows, position, dtype=np.int32), "line": np.arange(1, rows + 1)}


def _read_one(
    position: int, payload: Payload, start: int, end: int, fields: Sequence[Field], *, alone: bool
) -> pd.DataFrame:
    if not payload.content[start : min(end, start + PEEK_ROWS)].strip():
        return pd.DataFrame({"defect": pd.Series([], dtype="object")})
    specs = {heading: spec for spec in fields for heading in spec.headings}
    # The compiled loop is loaded where a JSON answer comes, not by every command.
    from market_platform.sources.json_template import NUMBER, read_alike

    kinds = {heading: NUMBER for heading, spec in specs.items() if spec.reads is Reads.NUMBER}
    together = {heading: spec.goes.value for heading, spec in specs.items()}
    stamps = {heading for heading, spec in specs.items() if spec.reads is Reads.STAMP}
    alike = read_alike(payload.content, start, end, kinds, together, stamps)
    if alike is not None:
        names = resolve_columns(payload, list(alike), fields)
        columns: dict[str, Any] = dict(zip(names, alike.values(), strict=True))
        index = pd.RangeIndex(len(next(iter(columns.values()))))
        absent = {spec.name: _blank(spec, len(index)) for spec in fields if alone and spec.name not in columns}
        laid = {**columns, **absent, "defect": no_defects(index), **_place(position, len(index))}
        return pd.DataFrame(laid, index=index, copy=False)
    body = payload.content[start:end]
    table = _fast(body, fields)
    if table is None:
        return _careful(payload, body, fields)
    names = resolve_columns(payload, table.column_names, fields)
    numbers = {spec.name for spec in fields if spec.reads is Reads.NUMBER}
    columns = {
        name: column.to_pandas() if name in numbers else _label(column)
        for name, column in zip(names, table.columns, strict=True)
    }
    frame = pd.DataFrame(columns)
    frame["defect"] = no_defects(frame.index)
    return frame


def _label(column: pa.ChunkedArray) -> pd.Series:
    """Turn texts, whole numbers and flags into a categorical of texts."""
    series = column.dictionary_encode().to_pandas()
    if not pa.types.is_string(column.type):
        series = series.cat.rename_categories([str(value) for value in series.cat.categories])
    return series


def _fast(body: bytes, fields: Sequence[Field]) -> pa.Table | None:
    """Read whole columns at once; None where any object is not as it should be."""
    lines = body.replace(b"},{", b"}\n{") if _is_compact(body) else BETWEEN.sub(b"}\n{", body.translate(BLANKS))
    reads = {heading: spec.reads for spec in fields for heading in spec.headings}
    try:
        peek = [json.loads(line) for line in lines[: PEEK_ROWS * 2000].split(b"\n", PEEK_ROWS)[:PEEK_ROWS]]
    except ValueError:
        return None
    schema = pa.schema([(name, _arrow_type(name, reads[name], peek)) for name in peek[0] if name in reads])
    try:
        return arrow_json.read_json(
            io.BytesIO(lines),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
        )
    except pa.ArrowInvalid:
        return None


def _arrow_type(name: str, reads: Reads, peek: Iterable[dict[str, Any]]) -> pa.DataType:
    if reads is Reads.NUMBER:
        return pa.float64()
    value = next((row[name] for row in peek if row.get(name) is not None), "")
    kinds = {bool: pa.bool_(), int: pa.int64()}
    return kinds.get(type(value), pa.string())


def _careful(payload: Payload, body: bytes, fields: Sequence[Field]) -> pd.DataFrame:
    """Read object by object, so that one bad object costs only itself."""
    try:
        rows = json.loads(b"[" + body + b"]")
    except ValueError as error:
        raise UnreadablePayload(
            f"{payload.name}: the JSON cannot be read ({error}); the bytes are kept, fetch it again"
        ) from error
    objects = [row if isinstance(row, dict) else {} for row in rows]
    defects = [None if isinstance(row, dict) else f"no object: {str(row)[:200]}" for row in rows]
    headings = list(dict.fromkeys(heading for row in objects for heading in row))
    names = resolve_columns(payload, headings, fields)
    frame = pd.DataFrame(objects, columns=headings, dtype="object").set_axis(list(names), axis=1)
    defect = pd.Series(defects, index=frame.index, dtype="object")
    reads = {spec.name: spec.reads for spec in fields}
    for name in names:
        if reads[name] is Reads.NUMBER:
            values = pd.to_numeric(frame[name], errors="coerce")
            bad = values.isna() & frame[name].notna()
            defect[bad] = name + " = " + frame[name][bad].astype(str) + " is not a number"
            frame[name] = values.astype("float64")
        else:
            frame[name] = frame[name].map(str, na_action="ignore").astype("category")
    frame["defect"] = defect
    return frame
