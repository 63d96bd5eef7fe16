"""Keeping account of what came in: the ledger's side of the feed path."""

import hashlib
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa

from market_platform.sources.feed import Counted, Feed
from market_platform.sources.payload import Payload
from market_platform.store.feed_tables import coverage, documents, fetches, payloads, quarantine
from market_platform.store.ledger import Ledger

QUARANTINE_BATCH = 5_000


@dataclass(frozen=True)
class Outcome:
    """What became of one request or file of one feed.

    ``outcome`` is committed, unchanged, quarantined (nothing could be kept), not_published, or the name of the error.
    ``lines`` counts data lines of the files, ``rows`` what they hold as rows of the contract; rows = committed +
    quarantined.
    """

    feed: str
    source: str
    days: tuple[date, ...]
    outcome: str
    message: str = ""
    files: int = 0
    lines: int = 0
    rows: int = 0
    committed: int = 0
    changed: int = 0
    quarantined: int = 0
    sha256: str | None = None

    @property
    def failed(self) -> bool:
        """Whether somebody has to look at it."""
        return self.outcome not in ("committed", "unchanged", "not_published")


@dataclass(frozen=True)
class Ended:
    """A fetch that came to its end: what became of it, the rows that were refused, and the names of its files."""

    outcome: Outcome
    refused: pd.DataFrame | None = None
    files: Sequence[str] = ()


# Fewer than the variables that a statement may have (SQLite: 32,766).
DOCUMENT_BATCH = 5_000


class Account:
    """Writes payloads, documents, fetches, coverage and quarantine to the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def keep_payload(self, publisher: str, payload: Payload, digest: str, at: datetime) -> None:
        """Note that the archive holds these bytes."""
        row = {
            "sha256": digest,
            "publisher": publisher,
            "size_bytes": len(payload.content),
            "file_name": payload.name[-512:],
            "first_seen_at": at,
            "published_at": payload.published_at,
        }
        with self.ledger.begin() as connection:
            self.ledger.upsert(connection, payloads, [row], keep=True)

    def unread(self, feed: Feed, listed: Sequence[str]) -> list[str]:
        """Return, in order, the documents of a publisher's list that a feed has not read whole."""
        read: set[str] = set()
        with self.ledger.read() as connection:
            for start in range(0, len(listed), DOCUMENT_BATCH):
                batch = documents.c.document.in_(listed[start : start + DOCUMENT_BATCH])
                read |= set(
                    connection.scalars(sa.select(documents.c.document).where(documents.c.feed == feed.key, batch))
                )
        return [document for document in listed if document not in read]

    def note_read(self, feed: Feed, read: Collection[str], digest: str, at: datetime) -> None:
        """Note that the rows of these documents, archived together under a hash, are in the lake."""
        rows: list[dict[str, object]] = [
            {"feed": feed.key, "document": document, "sha256": digest, "read_at": at} for document in read
        ]
        if rows:
            with self.ledger.begin() as connection:
                self.ledger.upsert(connection, documents, rows)

    def settle(
        self,
        ended: Sequence[Ended],
        *,
        origin: str,
        at: datetime,
        feed: Feed | None = None,
        standing: pd.DataFrame | None = None,
    ) -> None:
        """Write the ends of the fetches of one commit, its coverage and their quarantined rows, in one transaction."""
        rows = [(uuid.uuid4().hex, each) for each in ended]
        with self.ledger.begin() as connection:
            self.ledger.upsert(connection, fetches, [_fetch_row(key, each.outcome, origin, at) for key, each in rows])
            if feed is not None and standing is not None:
                self.ledger.upsert(connection, coverage, _coverage_rows(feed, standing, at))
            for key, each in rows:
                if each.refused is not None and len(each.refused):
                    self._keep_refused(connection, key, each.outcome, each.refused, each.files, at)

    def _keep_refused(
        self,
        connection: sa.Connection,
        fetch_id: str,
        outcome: Outcome,
        refused: pd.DataFrame,
        files: Sequence[str],
        at: datetime,
    ) -> None:
        body = refused.drop(columns=["file", "line", "reason"]).astype(str).to_dict("records")
        rows = []
        for values, file, line, reason in zip(body, refused["file"], refused["line"], refused["reason"], strict=True):
            text = json.dumps(values)
            identity = f"{outcome.sha256}:{outcome.feed}:{file}:{line}:{text}"
            rows.append(
                {
                    "quarantine_id": hashlib.sha256(identity.encode()).hexdigest()[:40],
                    "feed": outcome.feed,
                    "fetch_id": fetch_id,
                    "sha256": outcome.sha256 or "",
                    "file_name": files[file][-512:],
                    "row_number": int(line),
                    "reason": reason,
                    "row_json": text,
                    "quarantined_at": at,
                }
            )
        for start in range(0, len(rows), QUARANTINE_BATCH):
            self.ledger.upsert(connection, quarantine, rows[start : start + QUARANTINE_BATCH], keep=True)


def _fetch_row(fetch_id: str, outcome: Outcome, origin: str, at: datetime) -> dict[str, object]:
    return {
        "fetch_id": fetch_id,
        "feed": outcome.feed,
        "market_day": outcome.days[0] if outcome.days else None,
        "origin": origin,
        "source": outcome.source[:2048],
        "fetched_at": at,
        "sha256": outcome.sha256,
        "outcome": outcome.outcome,
        "message": outcome.message,
        "rows_parsed": outcome.rows,
        "rows_committed": outcome.committed,
        "rows_changed": outcome.changed,
        "rows_quarantined": outcome.quarantined,
    }


def _coverage_rows(feed: Feed, standing: pd.DataFrame, at: datetime) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    held = standing["intervals" if feed.counted is Counted.INTERVALS else "received"]
    for day, received, last in zip(
        pd.to_datetime(standing["market_day"]).dt.date, held, standing["last_interval_end"], strict=True
    ):
        rows.append(
            {
                "feed": feed.key,
                "market_day": day,
                "expected": feed.expected(day),
                "received": int(received),
                "last_interval_end": last.to_pydatetime() if not pd.isna(last) else None,
                "counted_at": at,
            }
        )
    return rows
