"""OASIS answers with status 200 whatever happens: telling a report from an error document."""

import re

from market_platform.errors import (
    Gone,
    MarketPlatformError,
    NotPublishedYet,
    Rejected,
    Throttled,
    Unavailable,
    UnreadablePayload,
)
from market_platform.sources.payload import Payload, Request, unpack

# The prefix of the namespace differs between errors (m:) and data (none), so tags are matched without it.
CODE = re.compile(rb"<(?:\w+:)?ERR_CODE>\s*(\d+)\s*</")
DESCRIPTION = re.compile(rb"<(?:\w+:)?ERR_DESC>\s*(.*?)\s*</", re.DOTALL)
HEAD_BYTES = 8192
# Asked faster than about once in five seconds, OASIS may send this page with status 200 (seen by others in 2026).
USE_POLICY = b"Acceptable Use Policy"
NO_DATA = 1000
TOO_OFTEN = 1014
IN_PROCESS = 1015


def error_of(payload: Payload) -> tuple[int, str] | None:
    """Return OASIS' error code and words where the (unpacked) file is an error document."""
    head = payload.content[:HEAD_BYTES]
    found = CODE.search(head)
    if found is None:
        return None
    words = DESCRIPTION.search(head)
    return int(found[1]), words[1].decode("utf-8", "replace") if words else "no description"


def inspect(request: Request, payload: Payload) -> None:
    """Raise what an error document stands for; a report passes.

    Codes: 1000 no data, 1004 range too wide, 1015 group still being put together (facts; 1014 for too many requests is
    unverified). Raises NotPublishedYet, Gone, Throttled, Unavailable or Rejected.
    """
    if USE_POLICY in payload.content[:HEAD_BYTES]:
        raise Throttled(f"{request.file_name}: OASIS answers with its use policy: asked too often, wait and ask again")
    try:
        members = unpack(payload) if len(payload.content) <= HEAD_BYTES else []
    except UnreadablePayload:
        return  # said with its name where the payload is unpacked to be read
    for member in members:
        found = error_of(member)
        if found:
            raise _error(request, *found)


def refuse_error_document(payload: Payload) -> None:
    """Raise UnreadablePayload where a file that was to be read is an error document."""
    found = error_of(payload)
    if found:
        raise UnreadablePayload(
            f"{payload.name}: OASIS answered with error {found[0]} ({found[1]}) in place of a report; ask again"
        )


def _error(request: Request, code: int, words: str) -> MarketPlatformError:
    where = f"{request.file_name}: OASIS error {code} ({words})"
    if code == NO_DATA:
        if request.archived:
            return Gone(f"{where}; OASIS no longer keeps it: import it from a file that was saved before")
        return NotPublishedYet(f"{where}; nothing is published for this selection, it is asked for again later")
    if code == TOO_OFTEN:
        return Throttled(f"{where}; wait and ask again")
    if code == IN_PROCESS:
        return Unavailable(f"{where}; the group is being put together, ask again")
    return Rejected(f"{where}; check range, version and parameters of the request")
