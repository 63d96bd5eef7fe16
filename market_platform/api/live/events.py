"""The log of live events: numbered without gaps in each channel, kept in the ledger, written once however many see them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from market_platform.api.formats import to_json
from market_platform.api.tables import live_channels, live_events
from market_platform.store.ledger import Ledger

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Sighting:
    """Something that happened; ``key`` is the same for everyone who sees it."""

    channel: str
    key: str
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A sighting with its number in its channel, and as it goes to clients."""

    channel: str
    sequence: int
    text: str


class EventLog:
    """Events in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def append(self, sightings: Sequence[Sighting], at: datetime) -> int:
        """Write those that nobody has written yet and return how many.

        The row of a channel is the turn for writing to it, so that numbers come in the order of their transactions: a
        reader who saw number n will never see a smaller one appear.
        """
        written = 0
        by_channel: dict[str, list[Sighting]] = {}
        for sighting in sightings:
            by_channel.setdefault(sighting.channel, []).append(sighting)
        for channel, mine in by_channel.items():
            with self._ledger.begin() as connection:
                written += self._append_to(connection, channel, mine, at)
        return written

    def _append_to(self, connection: sa.Connection, channel: str, sightings: list[Sighting], at: datetime) -> int:
        self._ledger.upsert(connection, live_channels, [{"channel": channel, "last_sequence": 0}], keep=True)
        turn = sa.update(live_channels).where(live_channels.c.channel == channel)
        connection.execute(turn.values(last_sequence=live_channels.c.last_sequence))
        number = int(
            connection.scalar(sa.select(live_channels.c.last_sequence).where(live_channels.c.channel == channel)) or 0
        )
        keys = [sighting.key for sighting in sightings]
        known: set[str] = set()
        for begin in range(0, len(keys), 500):
            part = keys[begin : begin + 500]
            query = sa.select(live_events.c.event_key)
            known |= set(
                connection.scalars(query.where(live_events.c.channel == channel, live_events.c.event_key.in_(part)))
            )
        rows = []
        for sighting in sightings:
            if sighting.key in known:
                continue
            known.add(sighting.key)
            number += 1
            body = to_json(sighting.payload).decode()
            row = {"channel": channel, "sequence": number, "event_key": sighting.key, "kind": sighting.kind}
            rows.append({**row, "at": at, "payload_json": body})
        if rows:
            connection.execute(sa.insert(live_events), rows)
            connection.execute(turn.values(last_sequence=number))
        return len(rows)

    def after(self, channel: str, sequence: int, limit: int = 500) -> list[Event]:
        """Return the events that follow a number, in order."""
        query = sa.select(live_events).where(live_events.c.channel == channel, live_events.c.sequence > sequence)
        with self._ledger.read() as connection:
            rows = connection.execute(query.order_by(live_events.c.sequence).limit(limit)).all()
        return [_event(row) for row in rows]

    def bounds(self, channel: str) -> tuple[int, int]:
        """Return the first number that is still kept and the last one given; (1, 0) for a channel without events."""
        with self._ledger.read() as connection:
            last = connection.scalar(sa.select(live_channels.c.last_sequence).where(live_channels.c.channel == channel))
            first = connection.scalar(
                sa.select(sa.func.min(live_events.c.sequence)).where(live_events.c.channel == channel)
            )
        last = int(last or 0)
        return int(first) if first is not None else last + 1, last

    def channels(self) -> dict[str, int]:
        """Return each channel's last number."""
        with self._ledger.read() as connection:
            return {row.channel: row.last_sequence for row in connection.execute(sa.select(live_channels))}

    def last_key(self, kind: str) -> str | None:
        """Return the greatest key of a kind."""
        with self._ledger.read() as connection:
            found: str | None = connection.scalar(
                sa.select(sa.func.max(live_events.c.event_key)).where(live_events.c.kind == kind)
            )
        return found

    def last_at(self, kind: str) -> datetime | None:
        """Return when the last event of a kind was written."""
        with self._ledger.read() as connection:
            found: datetime | None = connection.scalar(
                sa.select(sa.func.max(live_events.c.at)).where(live_events.c.kind == kind)
            )
        return found

    def payloads(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield what the kept events of a kind told."""
        query = sa.select(live_events.c.payload_json).where(live_events.c.kind == kind)
        with self._ledger.read() as connection:
            for row in connection.execute(query):
                yield json.loads(row.payload_json)

    def forget(self, now: datetime) -> int:
        """Drop events older than a week."""
        with self._ledger.begin() as connection:
            return connection.execute(sa.delete(live_events).where(live_events.c.at < now - KEPT_FOR)).rowcount


def _event(row: sa.Row[Any]) -> Event:
    head = json.dumps({"sequence": row.sequence, "kind": row.kind, "at": row.at.isoformat()})
    return Event(row.channel, row.sequence, f'{head[:-1]}, "data": {row.payload_json}}}')
