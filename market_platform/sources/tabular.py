"""Reading publishers' CSV files: strict on columns, lossless on rows.

Every data line of a file becomes one row of the frame; a line that cannot be read becomes a row with blank values and
a ``defect`` that says why. Files of one feed are read together, which makes a month as cheap as a day.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.arrays import (
    TEXTS,
    Column,
    Label,
    Rows,
    below_each_other,
    blank_label,
    blank_texts,
    is_laid,
    no_defects,
)
from market_platform.sources.csv_lines import line_by_line
from market_platform.sources.csv_tables import whole_columns
from market_platform.sources.payload import Payload
from market_platform.sources.stamp_text import COMPILED


class Reads(Enum):
    """How a published column is read. LABEL is text that repeats (stamps, names): it comes as a categorical.

    STAMP is a label of which a file has thousands (stamps, nodes): it may come as Arrow's dictionary too, which costs
    nothing to make.
    PASSED is known but not wanted: it says again what another column says.
    """

    LABEL = "label"
    STAMP = "stamp"
    NUMBER = "number"
    PASSED = "passed over"


class Goes(Enum):
    """What a text changes with. Columns beside each other that go together are read as one text, many times faster."""

    ALONE = 0
    CLOCK = 1
    NAME = 2


@dataclass(frozen=True)
class Field:
    """A published column: our name, how it is read, the headings it has been seen under, and what it goes with."""

    name: str
    reads: Reads
    headings: tuple[str, ...]
    optional: bool = False
    goes: Goes = Goes.ALONE


# The compiled loop takes half a second and 120 MB to be loaded: for so many bytes, or where it is loaded already.
LOADING_BYTES = 2**25
COMPILED_BYTES = 2**18
MARK = b"\xef\xbb\xbf"
BLANKS = b" \t\r\n"
ARROW_READS = {Reads.LABEL: TEXTS, Reads.STAMP: TEXTS, Reads.NUMBER: pa.float64()}


def label(name: str, *headings: str, optional: bool = False, goes: Goes = Goes.ALONE) -> Field:
    """Declare a text column."""
    return Field(name, Reads.LABEL, headings, optional, goes)


def stamp(name: str, *headings: str, optional: bool = False, goes: Goes = Goes.CLOCK) -> Field:
    """Declare a column of stamps, or of as many other texts, that ``places_of`` reads."""
    return Field(name, Reads.STAMP, headings, optional, goes)


def number(name: str, *headings: str, optional: bool = False) -> Field:
    """Declare a numeric column."""
    return Field(name, Reads.NUMBER, headings, optional, Goes.ALONE)


def passed(*headings: str, goes: Goes = Goes.ALONE) -> Field:
    """Declare a column that is known and passed over."""
    return Field(headings[0], Reads.PASSED, headings, optional=True, goes=goes)


def read_csv(payloads: Sequence[Payload], fields: Sequence[Field]) -> pd.DataFrame:
    """Read the files of one feed into one frame: the fields, then ``file`` (position), ``line`` and ``defect``.

    Raises SchemaChanged where a heading is missing or unknown, and UnreadablePayload where there is no heading line.
    """
    return read_columns(payloads, fields).frame()


def read_columns(
    payloads: Sequence[Payload],
    fields: Sequence[Field],
    spelled: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda headings: headings,
) -> Rows:
    """Read the same as columns, for parsers that go through them once: what takes a column out of a frame adds up.

    ``spelled`` gives the headings of a file as the fields spell them.
    """
    groups: dict[tuple[str, ...], list[_Body]] = {}
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    for position, payload in enumerate(payloads):
        headings, start = _heading_line(payload)
        if (names := known.get(headings)) is None:
            names = known.setdefault(headings, resolve_columns(payload, spelled(headings), fields))
        groups.setdefault(names, []).append(_body(position, payload.content, start))
    parts = [_read_group(names, bodies, fields) for names, bodies in groups.items()]
    rows = parts[0] if len(parts) == 1 else below_each_other(parts)
    for spec in (field for field in fields if field.reads is not Reads.PASSED):
        if spec.name not in rows:
            rows[spec.name] = partial(_blank, spec.reads is Reads.NUMBER)
        elif (
            spec.reads is not Reads.NUMBER
            and not rows.is_made_later(spec.name)
            and not is_laid(rows.array(spec.name).dtype)
        ):
            rows[spec.name] = rows[spec.name].astype("category")
    return rows


def split_header(payload: Payload) -> tuple[list[str], bytes]:
    """Return the headings and the bytes below them; blank lines and a byte mark above them are passed over."""
    headings, start = _heading_line(payload)
    return list(headings), payload.content[start:]


def _heading_line(payload: Payload) -> tuple[tuple[str, ...], int]:
    """Return the headings and where the line below them begins."""
    content = payload.content
    begin = len(MARK) if content.startswith(MARK) else 0
    while content[begin : begin + 1] in (b"\r", b"\n"):
        begin += 1
    end = content.find(b"\n", begin)
    first = content[begin : end if end >= 0 else len(content)]
    headings = _headings(first)
    if not headings:
        raise UnreadablePayload(f"{payload.name}: there is no heading line; fetch it again")
    return headings, end + 1 if end >= 0 else len(content)


@lru_cache(maxsize=256)
def _headings(line: bytes) -> tuple[str, ...]:
    """Read a heading line; a publisher's files repeat theirs, so each is read once."""
    try:
        cells = next(csv.reader([line.decode("utf-8", "replace").strip()]), [])
    except csv.Error:  # a workbook, an image: no text at all
        cells = []
    return tuple(cell.strip() for cell in cells)


@dataclass(frozen=True)
class _Body:
    """The data lines of one file without the blanks at their end: seen in place, because files may be large."""

    position: int
    content: bytes
    start: int
    end: int

    @property
    def text(self) -> memoryview:
        """The lines."""
        return memoryview(self.content)[self.start : self.end]

    @property
    def lines(self) -> int:
        """How many there are."""
        return self.content.count(b"\n", self.start, self.end) + 1 if self.end > self.start else 0


def _body(position: int, content: bytes, start: int) -> _Body:
    end = len(content)
    while end > start and content[end - 1] in BLANKS:
        end -= 1
    return _Body(position, content, start, end)


def resolve_columns(payload: Payload, headings: Sequence[str], fields: Sequence[Field]) -> tuple[str, ...]:
    """Return our name of each published column, in the order of the file."""
    by_heading = {heading: spec.name for spec in fields for heading in spec.headings}
    unknown = [heading for heading in headings if heading not in by_heading]
    names = [by_heading.get(heading, heading) for heading in headings]
    missing = [spec.headings[0] for spec in fields if not spec.optional and spec.name not in names]
    if unknown or missing:
        raise SchemaChanged(
            f"{payload.name}: columns are not the mapped ones (unknown: {unknown or 'none'}, "
            f"missing: {missing or 'none'}); the bytes are kept, map the columns in the feed's fields and replay"
        )
    return tuple(names)


def _read_group(names: tuple[str, ...], bodies: Sequence[_Body], fields: Sequence[Field]) -> Rows:
    reads = {spec.name: spec.reads for spec in fields}
    size = sum(body.end - body.start for body in bodies)
    if size >= (COMPILED_BYTES if COMPILED in sys.modules else LOADING_BYTES):
        rows = _compiled(names, bodies, fields)
        if rows is not None:
            return rows
    texts = [body.text for body in bodies if body.end > body.start]
    counts = [body.lines for body in bodies]
    types = {name: ARROW_READS[reads[name]] for name in names if reads[name] is not Reads.PASSED}
    frame = whole_columns(names, texts, types)
    if frame is None or len(frame) != sum(counts):
        numbers = {name for name in names if reads[name] is Reads.NUMBER}
        passed_over = {name for name in names if reads[name] is Reads.PASSED}
        frame = line_by_line(names, texts, numbers, passed_over)
    else:
        frame["defect"] = no_defects(frame.index)
    return Rows(frame.items()).assign(
        file=partial(_file_of_row, [body.position for body in bodies], counts), line=partial(_line_of_row, counts)
    )


def _file_of_row(positions: Sequence[int], counts: Sequence[int], run: slice) -> np.ndarray:
    """Return the file of some rows."""
    return np.repeat(np.array(positions, dtype=np.int32), counts)[run]


def _line_of_row(counts: Sequence[int], run: slice) -> np.ndarray:
    """Return the line of some rows: of those alone, because a run may be a small part."""
    lines = np.arange(run.start + 1, run.stop + 1)
    if len(counts) > 1:
        ends = np.cumsum(counts)
        begins = ends - counts
        lines -= np.repeat(begins, np.maximum(np.minimum(ends, run.stop) - np.maximum(begins, run.start), 0))
    return lines


def _compiled(names: tuple[str, ...], bodies: Sequence[_Body], fields: Sequence[Field]) -> Rows | None:
    """Read all files in one pass; None where any line or cell is not as it should be."""
    from market_platform.sources.compiled import LABEL, NUMBER, PASSED
    from market_platform.sources.csv_scan import scan

    kinds = {Reads.LABEL: LABEL, Reads.STAMP: LABEL, Reads.NUMBER: NUMBER, Reads.PASSED: PASSED}
    known = {spec.name: spec for spec in fields}
    specs = [known[name] for name in names]
    scanned = scan(
        [body.text for body in bodies], [kinds[spec.reads] for spec in specs], [spec.goes.value for spec in specs]
    )
    if scanned is None:
        return None
    numbers, codes, texts = iter(scanned.numbers), iter(scanned.lay), iter(scanned.texts)
    columns: dict[str, Any] = {
        spec.name: next(numbers)
        if spec.reads is Reads.NUMBER
        else Label(next(codes), next(texts), spec.reads is Reads.STAMP)
        for spec in specs
        if spec.reads is not Reads.PASSED
    }
    files = [body.position for body in bodies]
    columns |= {
        "defect": lambda run: blank_texts(run.stop - run.start),
        "file": partial(_file_of_row, files, scanned.rows),
        "line": partial(_line_of_row, scanned.rows),
    }
    return Rows(columns, sum(scanned.rows))


def _blank(numeric: bool, run: slice) -> Column:
    """Make some rows of a column that no file has."""
    return np.full(run.stop - run.start, np.nan) if numeric else blank_label(run.stop - run.start)
