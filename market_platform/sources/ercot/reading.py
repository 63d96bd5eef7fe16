"""Reading ERCOT's rows in every form it gives them: CSV, data pages of the public API, workbooks, XML.

One report's headings differ from form to form only in case, blanks and underscores: ``DELIVERY_DATE``, ``Delivery Date``,
``deliveryDate``. Fields are therefore declared once, by the letters and digits of the heading in lower case. A data page
(``{"fields": [{"name": ...}], "data": [[...], ...]}``) is laid out as CSV and then read like any other file.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from lxml import etree
from pandas.api.extensions import ExtensionArray

from market_platform.errors import UnreadablePayload
from market_platform.sources.arrays import Rows
from market_platform.sources.ercot.workbook import sheets
from market_platform.sources.laying import recoded
from market_platform.sources.payload import Payload, look
from market_platform.sources.stamps import places_of
from market_platform.sources.tabular import Field, Reads, read_columns

BYTE_MARK = b"\xef\xbb\xbf"
ROWS_BEGIN = re.compile(rb'"data"\s*:\s*\[')
ROW_BREAK = re.compile(rb"\]\s*,\s*\[")
NO_VALUE = re.compile(rb"(?<=,)null(?=[,\n])|(?<=\n)null(?=,)")
# A file whose heading line was taken off begins with the values of a row: a date.
HEADLESS = re.compile(rb"\s*\d{1,2}/\d{1,2}/\d{4},")


@dataclass(frozen=True)
class Page:
    """A data page of the public API: its envelope without the rows, and the rows as CSV lines."""

    envelope: dict[str, Any]
    headings: tuple[str, ...]
    lines: bytes
    rows: int


@lru_cache(maxsize=4_096)
def plain(heading: str) -> str:
    """Return the letters and digits of a heading in lower case."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def is_json(payload: Payload) -> bool:
    """Tell an answer in JSON."""
    return payload.content.removeprefix(BYTE_MARK).lstrip()[:1] in (b"{", b"[")


def is_workbook(payload: Payload) -> bool:
    """Tell a workbook."""
    return payload.content.startswith(b"PK\x03\x04")


def is_xml(payload: Payload) -> bool:
    """Tell an XML report."""
    return payload.content.removeprefix(BYTE_MARK).lstrip().startswith(b"<?xml")


def document(payload: Payload) -> Any:  # noqa: ANN401 - JSON is what it is
    """Return a JSON answer. Raises UnreadablePayload where it is none."""
    look(payload)
    try:
        return json.loads(payload.content.removeprefix(BYTE_MARK))
    except ValueError as error:
        raise UnreadablePayload(
            f"{payload.name}: the JSON cannot be read ({error}); the bytes are kept, fetch it again"
        ) from error


def page(payload: Payload) -> Page:
    """Return a data page. Raises UnreadablePayload where the answer is cut short or has no fields.

    The rows become CSV by cutting at ``],[``, which is a hundred times faster than reading them; a page with escapes or
    blanks between its values is read in full.
    """
    content = payload.content.removeprefix(BYTE_MARK).strip()
    found = ROWS_BEGIN.search(content)
    end = content.find(b"]]", found.end()) if found else -1
    if found is None or end < 0 or b"\\" in content or b", " in content[found.end() : found.end() + 2000]:
        return _careful_page(payload)
    body = content[found.end() : end + 1].strip()
    rest = Payload(payload.name, content[: found.end()] + content[end + 1 :])
    lines = NO_VALUE.sub(b"", b"\n" + ROW_BREAK.sub(b"\n", body[1:-1]) + b"\n")[1:]
    envelope = document(rest)
    return Page(envelope, _headings(payload, envelope), lines, lines.count(b"\n"))


def _careful_page(payload: Payload) -> Page:
    envelope = document(payload)
    headings = _headings(payload, envelope)
    rows = envelope.get("data") or []
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [json.dumps(value) if isinstance(value, bool) else value for value in row] for row in rows
    )
    return Page(envelope, headings, text.getvalue().encode(), len(rows))


def _headings(payload: Payload, envelope: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON is what it is
    fields = envelope.get("fields") if isinstance(envelope, dict) else None
    if not isinstance(fields, list):
        raise UnreadablePayload(f"{payload.name}: there are no fields in the JSON; the bytes are kept, fetch it again")
    return tuple(str(field["name"]) for field in fields)


def headings(payload: Payload) -> tuple[str, ...]:
    """Return the headings of a file as published; a workbook's are those of its first sheet that has some."""
    if is_json(payload):
        return page(payload).headings
    if is_workbook(payload):
        return next((tuple(sheet.headings) for sheet in sheets(payload) if sheet.headings), ())
    if is_xml(payload):
        return tuple(dict.fromkeys(etree.QName(leaf).localname for leaf in _xml(payload).iter("*") if not len(leaf)))
    first = payload.content.removeprefix(BYTE_MARK).lstrip(b"\r\n").partition(b"\n")[0]
    try:
        return tuple(cell.strip() for cell in next(csv.reader([first.decode("utf-8", "replace")]), []))
    except csv.Error as error:
        raise UnreadablePayload(
            f"{payload.name}: the first line is no line of text ({error}); give the report"
        ) from error


def read(payloads: Sequence[Payload], fields: Sequence[Field]) -> pd.DataFrame:
    """Read files of one feed, whatever their form: the fields, then ``file``, ``line`` and ``defect``.

    Raises SchemaChanged where a heading is missing or unknown, UnreadablePayload where a file is no report.
    """
    return read_rows(payloads, fields).frame()


def read_rows(payloads: Sequence[Payload], fields: Sequence[Field]) -> Rows:
    """Read the same as columns."""
    known = {heading for spec in fields for heading in spec.headings}
    files = [_as_csv(payload, known, fields) for payload in payloads]
    rows = read_columns(files, fields, lambda published: _spelled(published, known))
    for spec in fields:
        if spec.reads in (Reads.LABEL, Reads.STAMP):
            published = rows.array(spec.name)
            bare = stripped(published)
            if bare is not published:
                rows[spec.name] = bare
    return rows


def _spelled(published: Sequence[str], known: set[str]) -> tuple[str, ...]:
    """Put the headings into their plain form; one that is not known stays as published, to be named."""
    names = [plain(heading) if plain(heading) in known else heading.strip() for heading in published]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def stripped(column: ExtensionArray) -> ExtensionArray | pd.Series:
    """Return an array of laid texts without blanks around them; blank text is no value."""
    codes, categories = places_of(column)
    texts = [str(text) for text in categories.tolist()]
    bare = [text.strip() or None for text in texts]
    return column if bare == texts else recoded(pd.Series(column, copy=False), bare, codes)


def _as_csv(payload: Payload, known: set[str], fields: Sequence[Field]) -> Payload:
    look(payload)
    if is_json(payload):
        found = page(payload)
        return _with_head(payload, found.headings, found.lines)
    if is_workbook(payload):
        return _laid_out(payload, known)
    if is_xml(payload):
        return _xml_rows(payload)
    content = payload.content.removeprefix(BYTE_MARK).lstrip(b"\r\n")
    if HEADLESS.match(content):
        return _with_head(payload, [spec.headings[0] for spec in fields if not spec.optional], content)
    return payload


def _with_head(payload: Payload, published: Sequence[str], body: bytes) -> Payload:
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(published)
    return Payload(payload.name, head.getvalue().encode() + body, payload.published_at)


def _laid_out(payload: Payload, known: set[str]) -> Payload:
    found = [sheet for sheet in sheets(payload) if len({plain(name) for name in sheet.headings} & known) > 1]
    if not found:
        raise UnreadablePayload(f"{payload.name}: no sheet of the workbook has the headings of this report")
    return _with_head(payload, found[0].headings, b"".join(sheet.lines for sheet in found))


def _xml(payload: Payload) -> etree._Element:
    try:
        return etree.fromstring(payload.content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise UnreadablePayload(f"{payload.name}: the XML cannot be read ({error}); fetch it again") from error


def _xml_rows(payload: Payload) -> Payload:
    """Lay out a report in XML: each child of the root is a row, its children are the columns."""
    names = headings(payload)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in _xml(payload):
        cells = {etree.QName(cell).localname: (cell.text or "").strip() for cell in row}
        writer.writerow([cells.get(name, "") for name in names])
    return _with_head(payload, names, text.getvalue().encode())
