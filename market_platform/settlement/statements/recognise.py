"""Whose statement a file is: told by its content, never by its name."""

import io
import zipfile
from dataclasses import dataclass

from lxml import etree

from market_platform.settlement.refusals import MalformedStatement, UnsafeStatement, fingerprint
from market_platform.settlement.statements.pjm_hours import layouts_of
from market_platform.settlement.statements.safe_xml import LARGEST_BYTES, read_xml

#: Root element of an XML to ISO and kind of document.
ROOTS = {
    "Statement": ("ercot", "xml"),
    "STL_Invoice": ("ercot", "invoice"),
    "MPDISPUTE_DATA": ("ercot", "disputes"),
    "SettlementStatement": ("caiso", "xml"),
    "ROWSET": ("pjm", "xml"),
}
ZIP_MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 16


@dataclass(frozen=True)
class Bundle:
    """An ERCOT statement with its extract tables: header, intervals, and the names of their determinants."""

    statement: bytes
    headers: bytes
    intervals: bytes
    determinants: bytes


def recognise(data: bytes) -> tuple[str, str]:
    """Return ISO and kind of a document: a key of ``READERS``, or (pjm, xml | hours), (ercot, invoice | disputes).

    Raises UnsafeStatement or MalformedStatement, which carry the hash of the bytes.
    """
    sha256 = fingerprint(data)
    if data[:4] == ZIP_MAGIC:
        return ("pjm" if any(_is_pjm(part) for part in members(data).values()) else "ercot"), "zip"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        root = etree.QName(read_xml(data)).localname
        if root in ROOTS:
            return ROOTS[root]
        msg = f"an XML document <{root}> is no statement, invoice or dispute extract that is known: {', '.join(ROOTS)}"
        raise MalformedStatement(msg, sha256)
    if head.startswith(b"Organization,"):
        return "nyiso", "csv"
    if _is_pjm(data):
        return "pjm", "hours" if layouts_of(data) else "csv"
    msg = (
        "no statement that is known: ERCOT or CAISO XML, PJM bill as CSV or XML, NYISO bill as CSV, ERCOT or PJM as ZIP"
    )
    raise MalformedStatement(msg, sha256)


def members(data: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP by name, in capitals and without folders.

    Raises UnsafeStatement for too many or too large members, MalformedStatement for one that cannot be read.
    """
    sha256 = fingerprint(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
            if len(found) > MOST_MEMBERS or sum(member.file_size for member in found) > LARGEST_BYTES:
                msg = (
                    f"the ZIP holds {len(found)} members or more than {LARGEST_BYTES} bytes: more than a statement has"
                )
                raise UnsafeStatement(msg, sha256)
            return {member.filename.rpartition("/")[2].upper(): archive.read(member) for member in found}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        msg = f"not a readable ZIP: {error}"
        raise MalformedStatement(msg, sha256) from error


def open_bundle(data: bytes) -> Bundle:
    """Return the parts of a ZIP with one ERCOT statement and its HEADER, INTERVAL and DETERMINANT tables (CSV).

    Raises UnsafeStatement as ``members``, MalformedStatement for a part that is missing or there twice.
    """
    sha256, parts = fingerprint(data), members(data)
    wanted = {"statement": ".XML", "headers": "HEADER", "intervals": "INTERVAL", "determinants": "DETERMINANT"}
    found = {}
    for part, mark in wanted.items():
        matching = [name for name in parts if mark in name]
        if len(matching) != 1:
            msg = (
                f"the ZIP holds {len(matching)} {part} files ({mark} in the name), wants one; it holds {sorted(parts)}"
            )
            raise MalformedStatement(msg, sha256)
        found[part] = parts[matching[0]]
    return Bundle(**found)


def _is_pjm(data: bytes) -> bool:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return b"<ROWSET" in head
    return bool(layouts_of(data)) or (bool(head) and b"PJM" in head.splitlines()[0].upper())
