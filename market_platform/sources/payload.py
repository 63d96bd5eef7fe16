"""What a publisher is asked for and what it gives: requests, payloads, and a look at bytes before trusting them."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from market_platform.errors import UnreadablePayload
from market_platform.sources.memory import keep_freed_memory
from market_platform.sources.zips import members


@dataclass(frozen=True)
class Request:
    """One HTTP request of a feed.

    ``days`` are the market days that the answer covers. ``archived`` says that a 404 means the publisher no longer
    keeps it (rather than: not out yet); ``alternatives`` are where to look then, all of them. ``secrets`` are
    texts that must never reach an archive, a log or an error. ``parts`` are the documents that together make the
    answer, where it takes several: only they are fetched. ``documents`` are the publisher's own names for what is in
    the answer, where a list gave them: once it is read whole they need not be fetched again. ``good_for_seconds`` is how
    long the answer may stand for the same question asked again, as feeds and days that share a list do. ``inspect``
    looks at an answer with status 200 and raises the SourceError that the publisher spells out in it (an error document in place
    of a report).
    """

    url: str
    file_name: str
    days: tuple[date, ...]
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    archived: bool = False
    alternatives: tuple["Request", ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    parts: tuple["Request", ...] = ()
    documents: tuple[str, ...] = ()
    good_for_seconds: float = 0.0
    inspect: Callable[["Request", "Payload"], None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Payload:
    """One file as a publisher serves it. ``published_at`` is its own stamp (aware), where it carries one."""

    name: str
    content: bytes
    published_at: datetime | None = None

    @property
    def base_name(self) -> str:
        """The file's name without folders."""
        return re.split(r"[/\\!]", self.name)[-1]


ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and empty


def unpack(payload: Payload, stamp_zone: object = None) -> list[Payload]:
    """Return the files inside a zip (and inside zips in it), or the payload itself where it is none.

    Member times are naive; ``stamp_zone`` (a ``tzinfo``) is the clock they were written by; without it they are lost.
    Raises UnreadablePayload for an empty file, a broken or truncated zip and an HTML page.
    """
    look(payload)
    if not payload.content.startswith(ZIPS) or payload.base_name.lower().endswith((".xlsx", ".xlsm", ".docx")):
        return [payload]
    keep_freed_memory()
    files: list[Payload] = []
    try:
        with zipfile.ZipFile(io.BytesIO(payload.content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            contents = members(archive, payload.content, infos)
            for info in infos:
                stamp = datetime(*info.date_time, tzinfo=stamp_zone) if stamp_zone else None  # type: ignore[arg-type]
                inside = Payload(f"{payload.name}!{info.filename}", next(contents), stamp)
                files += unpack(inside, stamp_zone) if info.filename.lower().endswith(".zip") else [inside]
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise UnreadablePayload(
            f"{payload.name}: the zip cannot be read ({error}); the bytes are kept, fetch it again"
        ) from error
    if not files:
        raise UnreadablePayload(f"{payload.name}: the zip holds no file; the bytes are kept, fetch it again")
    return files


# A page that is the data itself: RGGI has its auctions in a table on one and nowhere else.
DATA_PAGE = re.compile(rb"<th[^>]*>\s*(?:<[^>]*>\s*)*Clearing Price", re.IGNORECASE)


# Others: CAISO's daily reports of storage and renewables keep their series in the script of a page of charts.
CHART_PAGE = re.compile(rb"\b(?:tot_(?:energy|charge|gen)|curt_h(?:ourly|r))_\w+\s*=\s*(?:\[|JSON\.parse)")
PAGE_BEGINS = (b"<!doctype html", b"<html", b"<head")


def is_data_page(content: bytes) -> bool:
    """Say whether this is an HTML page with a table that a feed reads."""
    return _is_page(content) and DATA_PAGE.search(content) is not None


def is_chart_page(content: bytes) -> bool:
    """Say whether this is an HTML page with series of charts that a feed reads."""
    return _is_page(content) and CHART_PAGE.search(content) is not None


def _is_page(content: bytes) -> bool:
    return content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE_BEGINS)


def look(payload: Payload) -> None:
    """Refuse what is no data at first sight. Raises UnreadablePayload."""
    head = payload.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise UnreadablePayload(f"{payload.name}: the file is empty; the publisher may be writing it, fetch it again")
    if head.startswith(PAGE_BEGINS) and not (is_data_page(payload.content) or is_chart_page(payload.content)):
        title = re.search(rb"<title>(.*?)</title>", payload.content[:4096], re.IGNORECASE | re.DOTALL)
        words = title.group(1).decode("utf-8", "replace").strip() if title else "no title"
        raise UnreadablePayload(f"{payload.name}: an HTML page ({words}) came where data was due; fetch it again later")


def refuse_cut(files: Sequence[Payload], ended: str) -> None:
    """Refuse a file that stops within a line, where names that ``ended`` finds are of files that end with a line break.

    A number that was cut is a number all the same: its row could not be told from a true one. Raises UnreadablePayload.
    """
    for file in files:
        if ended and re.search(ended, file.base_name) and not file.content.endswith(b"\n"):
            raise UnreadablePayload(
                f"{file.name}: it stops within a line, cut off or still being written; the bytes are kept, fetch it again"
            )


# EIA repeats the caller's key in its answers; a file that a user saved may hold one that no setting knows.
ECHOED_KEY = re.compile(rb'("api_key"\s*:\s*")[^"*]+(")')


def masked(content: bytes, secrets: Sequence[str] = ()) -> bytes:
    """Blank out secrets that a publisher echoes back: those of the request, and any key that the answer repeats."""
    if b'"api_key"' in content:
        content = ECHOED_KEY.sub(rb"\1********\2", content)
    for secret in secrets:
        if secret:
            content = content.replace(secret.encode(), b"*" * 8)
    return content
