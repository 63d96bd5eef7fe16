"""Misbehaviour on demand: what goes wrong at real publishers, for drills and tests."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import httpx


class Fault(Enum):
    """A way in which a publisher fails."""

    THROTTLED = "429 with Retry-After"
    THROTTLE_PAGE = "a throttle page with status 200"
    SERVER_ERROR = "503"
    TIME_OUT = "no answer in time"
    NOT_FOUND = "404"
    HTML_PAGE = "an HTML page with status 200"
    EMPTY = "an empty body"
    TRUNCATED = "half the body"
    RENAMED_COLUMN = "the last heading renamed"
    CORRECTED = "a later correction: the first number moved by one"


# What comes in place of an answer, whatever the answer would have been.
INSTEAD = (
    Fault.THROTTLED, Fault.THROTTLE_PAGE, Fault.SERVER_ERROR, Fault.TIME_OUT, Fault.NOT_FOUND, Fault.HTML_PAGE, Fault.EMPTY
)  # fmt: skip


@dataclass
class FaultPlan:
    """Faults by address: each ``(pattern, fault, times)`` strikes the next ``times`` requests that the pattern finds."""

    strikes: Sequence[tuple[str, Fault, int]] = ()
    _left: dict[int, int] = field(default_factory=dict)

    def strike(self, request: httpx.Request) -> Fault | None:
        """Return the fault that this request meets."""
        for index, (pattern, fault, times) in enumerate(self.strikes):
            left = self._left.setdefault(index, times)
            if left > 0 and re.search(pattern, str(request.url)):
                self._left[index] = left - 1
                return fault
        return None


def spoil(fault: Fault, request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """Return the answer that the fault makes of a good one. Raises httpx.ReadTimeout for a time-out."""
    plain = {
        Fault.THROTTLED: httpx.Response(429, headers={"Retry-After": "1"}),
        Fault.THROTTLE_PAGE: httpx.Response(200, text="<html><body>Too Many Requests</body></html>"),
        Fault.SERVER_ERROR: httpx.Response(503, text="Service Unavailable"),
        Fault.NOT_FOUND: httpx.Response(404),
        Fault.HTML_PAGE: httpx.Response(200, text="<!DOCTYPE html><html><title>Scheduled maintenance</title></html>"),
        Fault.EMPTY: httpx.Response(200, content=b""),
    }
    if fault in plain:
        return plain[fault]
    if fault is Fault.TIME_OUT:
        raise httpx.ReadTimeout("no answer in time", request=request)
    if response.status_code != httpx.codes.OK:
        return response
    if fault is Fault.TRUNCATED:
        return httpx.Response(200, content=response.content[: len(response.content) // 2])
    change = _rename_heading if fault is Fault.RENAMED_COLUMN else _move_a_number
    return httpx.Response(200, content=_each_file(response.content, change), headers=_kept(response))


def _kept(response: httpx.Response) -> dict[str, str]:
    return {name: response.headers[name] for name in ("Last-Modified",) if name in response.headers}


def _each_file(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    if not content.startswith(b"PK\x03\x04"):
        return change(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info, _each_file(source.read(info), change))
    return buffer.getvalue()


def _rename_heading(content: bytes) -> bytes:
    if content.lstrip()[:1] in (b"{", b"["):
        return _rename_key(content)
    head, newline, body = content.partition(b"\n")
    return re.sub(rb"[^,\r]+(\r?)$", rb"Renamed Column\1", head) + newline + body


def _rename_key(content: bytes) -> bytes:
    """Rename the last column of a JSON answer: the last that a list of fields names, or the last key of the records."""
    document = json.loads(content)
    envelope = document if isinstance(document, dict) else {"items": document}
    fields = envelope.get("fields")
    records = envelope.get("items") or envelope.get("response", {}).get("data") or [{}]
    name = fields[-1]["name"] if fields else next(reversed(records[0]), "")
    return content.replace(f'"{name}"'.encode(), b'"renamed_column"') if name else content


def _move_a_number(content: bytes) -> bytes:
    """Move the first number with a decimal point: of a JSON answer's rows, or below a file's headings."""
    starts = [content.find(part) for part in (b'"items"', b'"data"', b"\n")]
    begin = next((start for start in starts if start >= 0), 0)
    moved = re.sub(rb"(-?\d+\.\d+)", lambda found: b"%.2f" % (float(found[1]) + 1), content[begin:], count=1)
    return content[:begin] + moved
