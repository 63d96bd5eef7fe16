"""Pages with a stable cursor.

It holds the moment of the first page and the last row seen: rows that arrive in between neither push others off a page nor
show up twice.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from market_platform.api.problems import Problem

DEFAULT_LIMIT = 1_000
LARGEST_LIMIT = 10_000
LONGEST_CURSOR = 2_000


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: as of when it reads, and the values of the last row in the order of the rows."""

    as_of: datetime
    position: tuple[str | None, ...]


def cursor_text(cursor: Cursor, question: str) -> str:
    """Return a cursor as clients carry it; it holds for the question that it came from."""
    document = [_mark(question), cursor.as_of.isoformat(), *cursor.position]
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str | None, question: str) -> Cursor | None:
    """Return the cursor that a client sent back. Raises Problem 400 for anything that no page of this question gave."""
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        mark, moment, *position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        as_of = datetime.fromisoformat(moment)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Problem(400, "the cursor cannot be read: take it from next_cursor of a page") from None
    known = mark == _mark(question) and as_of.tzinfo is not None and 1990 <= as_of.year <= 2100
    if not known or not all(each is None or isinstance(each, str) for each in position):
        raise Problem(400, "the cursor belongs to another question: start without one")
    return Cursor(as_of, tuple(position))


def _mark(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]
