"""Writing XML as text, quickly and escaped, and reading it without entities, network or surprises."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from market_platform.errors import UnreadablePayload


def leaf(name: str, value: object) -> str:
    """Return an element that holds one value."""
    if isinstance(value, Decimal):
        return f"<{name}>{value:f}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def tag(name: str, *inner: str, **attributes: object) -> str:
    """Return an element that holds other elements."""
    marks = "".join(
        f" {key}={quoteattr(number(value) if isinstance(value, Decimal) else str(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{marks}>{''.join(inner)}</{name}>"


def number(value: Decimal) -> str:
    """Return a Decimal in plain digits: the schemas take no exponent."""
    return f"{value:f}"


@lru_cache(maxsize=4096)
def moment(value: datetime) -> str:
    """Return a moment in UTC with its offset, as the accepted samples write it."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def parsed(body: bytes, what: str) -> etree._Element:
    """Return the root of a document. Raises UnreadablePayload for anything that is not well-formed XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        msg = f"{what} is not XML: {error}"
        raise UnreadablePayload(msg) from error
    if root.getroottree().docinfo.doctype:
        msg = f"{what} declares a document type, which none of these messages does"
        raise UnreadablePayload(msg)
    return root


def text_of(element: etree._Element, path: str, namespaces: dict[str, str]) -> str:
    """Return the text below ``path``, empty where it is absent."""
    return (element.findtext(path, default="", namespaces=namespaces) or "").strip()
