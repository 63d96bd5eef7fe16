"""XML from outside, read without risk: no DTD, no entities, no network, bounded size and depth."""

from pathlib import Path

from lxml import etree

from market_platform.settlement.refusals import MalformedStatement, UnsafeStatement, fingerprint

LARGEST_BYTES = 64 * 2**20


def read_xml(data: bytes, largest_bytes: int = LARGEST_BYTES) -> etree._Element:
    """Parse XML bytes and return the root.

    Raises UnsafeStatement for a document type declaration (the door of external entities and entity bombs) or too many
    bytes, MalformedStatement for anything that is not well-formed XML. Statements of no ISO carry a DTD.
    """
    sha256 = fingerprint(data)
    if len(data) > largest_bytes:
        msg = f"{len(data)} bytes of XML, more than the {largest_bytes} that a statement may have"
        raise UnsafeStatement(msg, sha256)
    # Refused before parsing where it can be seen; after parsing in any encoding.
    if b"<!DOCTYPE" in data[:65536].upper() or b"<!ENTITY" in data.upper():
        raise UnsafeStatement(_DTD, sha256)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        msg = f"not well-formed XML: {error}"
        raise MalformedStatement(msg, sha256) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeStatement(_DTD, sha256)
    return root


def text_of(root: etree._Element, path: str, sha256: str) -> str:
    """Return the stripped text of the one element at ``path``; MalformedStatement where it is absent or empty."""
    text = root.findtext(path)
    if text is None or not text.strip():
        msg = f"<{root.tag}> has no {path}"
        raise MalformedStatement(msg, sha256)
    return text.strip()


def schema_errors(data: bytes, schema: Path) -> list[str]:
    """Return what an official XML schema (a file of the publisher's) finds wrong in ``data``; nothing when valid."""
    checker = etree.XMLSchema(etree.parse(str(schema)))
    if checker.validate(read_xml(data)):
        return []
    return [f"line {error.line}: {error.message}" for error in checker.error_log]


_DTD = "the XML declares a document type or an entity; statements have none, so it is not read"
