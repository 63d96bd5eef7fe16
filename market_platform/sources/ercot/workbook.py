"""Sheets of a workbook as CSV lines, read from the sheet's XML: a year of prices in a fraction of a second.

A sheet whose rows all fill the same columns with the same kinds of cell, as ERCOT's yearly price books do, is cut by
column at once; any other sheet is read cell by cell. Dates come as the day numbers that the workbook holds.
"""

import csv
import io
import re
import string
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from market_platform.errors import UnreadablePayload
from market_platform.sources.payload import Payload
from market_platform.sources.zips import member

SPACES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "p": "http://schemas.openxmlformats.org/package/2006/relationships",
}
ROW = re.compile(rb"<row\b[^>]*?(?:/>|>(.*?)</row>)", re.DOTALL)
CELL = re.compile(
    rb'<c r="([A-Z]+)\d+"(?:[^>]*? t="(\w+)")?[^>]*?(?:/>|>(?:<f[^>]*?(?:/>|>.*?</f>))?(?:<v>([^<]*)</v>|<is>(.*?)</is>)?</c>)',
    re.DOTALL,
)
VALUE = re.compile(rb"<v>([^<]*)</v>")
INLINE = re.compile(rb"<t[^>]*>([^<]*)</t>")
LEAST_HEADINGS = 3
TEXT = b"s"
ROW_END = b"</row>"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its first row of three or more texts, and the rows below it as CSV lines."""

    name: str
    headings: tuple[str, ...]
    lines: bytes
    above: tuple[str, ...] = ()


def sheets(payload: Payload) -> Iterator[Sheet]:
    """Give a workbook's sheets in order. Raises UnreadablePayload where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload.content)) as book:
            texts = _shared_texts(book)
            for name, part in _parts(book):
                yield _sheet(name, member(book, payload.content, book.getinfo(part)), texts)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, etree.XMLSyntaxError) as error:
        raise UnreadablePayload(
            f"{payload.name}: the workbook cannot be read ({error}); the bytes are kept, fetch it again"
        ) from error


def _parts(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    targets = {
        link.get("Id"): link.get("Target", "").removeprefix("/xl/")
        for link in _tree(book.read("xl/_rels/workbook.xml.rels")).findall("p:Relationship", SPACES)
    }
    found = _tree(book.read("xl/workbook.xml")).findall("m:sheets/m:sheet", SPACES)
    return [(str(sheet.get("name")), f"xl/{targets[sheet.get('{' + SPACES['r'] + '}id')]}") for sheet in found]


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    items = _tree(book.read("xl/sharedStrings.xml")).findall("m:si", SPACES)
    return ["".join(part.text or "" for part in item.iter("{" + SPACES["m"] + "}t")) for item in items]


def _tree(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _sheet(name: str, xml: bytes, texts: Sequence[str]) -> Sheet:
    head = ROW.search(xml)
    cells = _cells(head[1] or b"", texts) if head else {}
    headings = tuple(cells.get(letter, "") for letter in _letters(cells))
    if head and len(headings) >= LEAST_HEADINGS:
        body = _by_column(xml[head.end() :], len(headings), texts)
        if body is not None:
            return Sheet(name, headings, body)
    return _by_cell(name, xml, texts)


def _by_column(xml: bytes, width: int, texts: Sequence[str]) -> bytes | None:
    """Cut an even sheet by column; None where it is not even: without its digits every row is written as the first is."""
    first = ROW.search(xml)
    if not first:
        return None
    cells = CELL.findall(first[1] or b"")
    kinds = [kind for _, kind, _, _ in cells]
    letters = [letter.decode() for letter, _, _, _ in cells]
    bare, row = _without_digits(xml[first.start() : xml.rfind(ROW_END) + len(ROW_END)]), _without_digits(first[0])
    rows = len(bare) // len(row)
    if letters != list(string.ascii_uppercase[:width]) or not set(kinds) <= {b"", TEXT} or bare != row * rows:
        return None
    values = VALUE.findall(xml)
    if len(values) != rows * width:
        return None
    written = _written(tuple(texts))
    columns = [
        list(map(written.__getitem__, values[place::width])) if kind == TEXT else values[place::width]
        for place, kind in enumerate(kinds)
    ]
    return b"\n".join(map(b",".join, zip(*columns, strict=True))) + b"\n"


def _without_digits(xml: bytes) -> bytes:
    """Return XML without the digits, signs and exponents of numbers."""
    return xml.translate(None, b"0123456789.-").replace(b"<v>E</v>", b"<v></v>")


@lru_cache(maxsize=1)
def _written(texts: tuple[str, ...]) -> dict[bytes, bytes]:
    """Return a workbook's texts as CSV has them, by the number under which its sheets name them."""
    return {str(number).encode(): _quoted(text) for number, text in enumerate(texts)}


def _by_cell(name: str, xml: bytes, texts: Sequence[str]) -> Sheet:
    above: list[str] = []
    headings: tuple[str, ...] = ()
    letters: list[str] = []
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in ROW.finditer(xml):
        cells = _cells(row[1] or b"", texts)
        if letters:
            values = [cells.get(letter, "") for letter in letters]
            if any(values):
                writer.writerow(values)
        elif len(cells) >= LEAST_HEADINGS and all(re.search(r"[^\d.\-]", text) for text in cells.values()):
            letters = _letters(cells)
            headings = tuple(cells.get(letter, "") for letter in letters)
        else:
            above += cells.values()
    return Sheet(name, headings, lines.getvalue().encode(), tuple(above))


def _cells(row: bytes, texts: Sequence[str]) -> dict[str, str]:
    cells = {}
    for letter, kind, value, inline in CELL.findall(row):
        text = b"".join(INLINE.findall(inline)) if inline else value
        word = texts[int(value)] if kind == TEXT and value else _plain(text)
        if word:
            cells[letter.decode()] = word
    return cells


def _letters(cells: Mapping[str, str]) -> list[str]:
    """Return the column letters from A to the last one that is filled."""
    last = max((_number(letter) for letter in cells), default=0)
    return [_letter(number) for number in range(1, last + 1)]


def _number(letter: str) -> int:
    number = 0
    for sign in letter:
        number = number * 26 + string.ascii_uppercase.index(sign) + 1
    return number


def _letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


def _plain(text: bytes) -> str:
    words = text.decode("utf-8", "replace")
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        words = words.replace(mark, sign)
    return words


def _quoted(text: str) -> bytes:
    if re.search(r'[",\n\r]', text):
        text = '"' + text.replace('"', '""').replace("\n", " ").replace("\r", " ") + '"'
    return text.encode()
