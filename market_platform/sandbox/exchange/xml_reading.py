"""Reading messages from outside: XML without entities or network, numbers and moments that are what they seem."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from market_platform.sandbox.exchange.order import RefusedMessage

LARGEST_MESSAGE_BYTES = 3_000_000


def document(body: bytes) -> etree._Element:
    """Return the root of a message. Raises RefusedMessage where it is too large, not XML or has a document type."""
    if len(body) >= LARGEST_MESSAGE_BYTES:
        msg = f"the message has {len(body)} bytes, less than {LARGEST_MESSAGE_BYTES} are taken"
        raise RefusedMessage(msg)
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        msg = f"the message is not XML: {error}"
        raise RefusedMessage(msg) from error
    if root.getroottree().docinfo.doctype:
        msg = "the message declares a document type"
        raise RefusedMessage(msg)
    return root


def decimal(text: str | None, what: str) -> Decimal:
    """Return a finite Decimal. Raises RefusedMessage that names the field."""
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation as error:
        msg = f"{what} is {text!r}, a number is due"
        raise RefusedMessage(msg) from error
    if not value.is_finite():
        msg = f"{what} is {text!r}, a finite number is due"
        raise RefusedMessage(msg)
    return value


def moment(text: str | None, what: str) -> datetime:
    """Return a moment in UTC. Raises RefusedMessage where it carries no offset."""
    try:
        value = datetime.fromisoformat((text or "").strip())
    except ValueError as error:
        msg = f"{what} is {text!r}, a date and time is due"
        raise RefusedMessage(msg) from error
    if value.tzinfo is None:
        msg = f"{what} is {text!r}, which carries no offset"
        raise RefusedMessage(msg)
    return value.astimezone(UTC)
