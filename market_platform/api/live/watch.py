"""What is worth an event: new prices, forecasts, moves of bids, CHP decisions, told from what catalog and ledger hold."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from market_platform.api.live.events import EventLog, Sighting
from market_platform.api.reading import Reader, Version
from market_platform.platform import Platform
from market_platform.trading.bid_ledger.tables import bid_events, bids

Place = tuple[str, ...]
MARKETS = ("nyiso", "pjm", "caiso", "ercot")
PRICES = """
SELECT market, market_run, location, location_type, interval_start, interval_end, lmp_usd_per_mwh, known_from
FROM lmp
WHERE market = ? AND location_type IN ('hub', 'zone')
  AND market_day >= (SELECT max(market_day) - 2 FROM lmp WHERE market = ?)
"""
LATEST_PRICES = f"""{PRICES}
QUALIFY row_number() OVER (
  PARTITION BY market_run, location, location_type ORDER BY interval_end DESC, known_from DESC, feed) = 1
ORDER BY market_run, location_type, location
"""
# Intervals behind a moment, and corrections that were read after another.
LATER_PRICES = f"""{PRICES} AND (interval_end > ? OR known_from > ?)
QUALIFY row_number() OVER (
  PARTITION BY market_run, location, location_type, interval_end ORDER BY known_from DESC, feed) = 1
ORDER BY interval_end, market_run, location_type, location
"""
ISSUED_FORECASTS = """
SELECT market, quantity, location, issued_at, any_value(model) AS model, any_value(unit) AS unit, count(*) AS intervals,
  min(interval_start) AS first_interval_start, max(interval_end) AS last_interval_end, avg(value) AS mean,
  max(known_from) AS known_from
FROM forecasts
WHERE kind = 'issued' AND market_day >= (SELECT max(market_day) - 1 FROM forecasts)
GROUP BY market, quantity, location, issued_at ORDER BY issued_at, market, quantity, location
"""
DECISIONS = """
SELECT facility, market, interval_start, interval_end, decision, load_mw, cost_usd, saving_usd, quality, decided_at, known_from
FROM chp_decisions
WHERE market_day >= (SELECT max(market_day) - 1 FROM chp_decisions) ORDER BY facility, interval_end
"""


class Watch:
    """Looks at catalog and ledger and writes what is new to the log. Several processes may watch the same platform."""

    def __init__(self, platform: Platform, reader: Reader, log: EventLog) -> None:
        self._platform, self._reader, self._log = platform, reader, log
        self._seen: Version | None = None
        self._told: set[str] = set()
        self._told_until: dict[Place, datetime] | None = None
        self._prices_read: datetime | None = None
        self._bid_event: int | None = None

    def look(self) -> int:
        """Write what is new and return how many events that made."""
        sightings = self._bids()
        version = self._reader.version()
        if version != self._seen:
            found = [*self._prices(), *self._forecasts(), *self._decisions()]
            sightings += [each for each in found if each.key not in self._told]
            self._told = {each.key for each in found}
        written = self._log.append(sightings, self._platform.clock()) if sightings else 0
        self._seen = version
        return written

    def _prices(self) -> list[Sighting]:
        """Return every interval since the last that was told of its place, and corrections; of a new place the latest."""
        if self._told_until is None:
            self._told_until = _told_before(self._log)
            self._prices_read = self._log.last_at("price")
        rows = [row for market in MARKETS for row in self._prices_of(market, self._told_until)]
        for row in rows:
            place, end, read = _place(row), row["interval_end"], row["known_from"]
            if isinstance(end, datetime) and isinstance(read, datetime):
                self._told_until[place] = max(end, self._told_until.get(place, end))
                self._prices_read = max(read, self._prices_read or read)
        return [_sighting(str(row["market"]), "price", row) for row in rows]

    def _prices_of(self, market: str, told: dict[Place, datetime]) -> list[dict[str, Any]]:
        latest = self._reader.rows(LATEST_PRICES, [market, market])
        places = {_place(row) for row in latest} & set(told)
        new = [row for row in latest if _place(row) not in told]
        if not places or self._prices_read is None:
            return new
        read, since = self._prices_read, min(told[place] for place in places)
        later: list[dict[str, Any]] = self._reader.rows(LATER_PRICES, [market, market, since, read])
        return new + [
            row
            for row in later
            if _place(row) in told and (row["interval_end"] > told[_place(row)] or row["known_from"] > read)
        ]

    def _forecasts(self) -> list[Sighting]:
        return [_sighting(str(row["market"]), "forecast", row) for row in self._reader.rows(ISSUED_FORECASTS)]

    def _decisions(self) -> list[Sighting]:
        rows = self._reader.rows(DECISIONS)
        return [
            _sighting(channel, "chp_decision", row)
            for row in rows
            for channel in (str(row["facility"]), str(row["market"]))
        ]

    def _bids(self) -> list[Sighting]:
        """Return moves of bids since the last look; the first look of all begins with what comes."""
        with self._platform.ledger.read() as connection:
            if self._bid_event is None:
                known = self._log.last_key("bid")
                newest = connection.scalar(sa.select(sa.func.max(bid_events.c.event_id))) or 0
                self._bid_event = int(known) if known is not None else newest
            query = (
                sa.select(bid_events, bids.c.iso, bids.c.resource, bids.c.market_day, bids.c.interval_start)
                .join(bids, bids.c.bid_id == bid_events.c.bid_id)
                .where(bid_events.c.event_id > self._bid_event)
                .order_by(bid_events.c.event_id)
                .limit(5_000)
            )
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if rows:
            self._bid_event = rows[-1]["event_id"]
        return [Sighting(str(row["iso"]), f"{row['event_id']:020d}", "bid", row) for row in rows]


def _place(row: dict[str, Any]) -> Place:
    return tuple(str(row[name]) for name in ("market", "market_run", "location_type", "location"))


def _told_before(log: EventLog) -> dict[Place, datetime]:
    """Return the last interval's end by place that any process told."""
    told: dict[Place, datetime] = {}
    for row in log.payloads("price"):
        end = datetime.fromisoformat(row["interval_end"])
        told[_place(row)] = max(end, told.get(_place(row), end))
    return told


def _sighting(channel: str, kind: str, row: dict[str, Any]) -> Sighting:
    told = {name: value for name, value in row.items() if name != "known_from"}
    mark = hashlib.sha256(f"{kind}|{sorted(row.items(), key=lambda pair: pair[0])!r}".encode()).hexdigest()
    return Sighting(channel, mark, kind, told)


def latest_state(reader: Reader, platform: Platform, channel: str) -> dict[str, Any]:
    """Return a channel's state now: last prices, bids by state, or a facility's decisions."""
    if channel not in MARKETS:
        return {"decisions": [row for row in reader.rows(DECISIONS) if row["facility"] == channel]}
    prices = [
        {name: row[name] for name in row if name != "known_from"}
        for row in reader.rows(LATEST_PRICES, [channel, channel])
    ]
    with platform.ledger.read() as connection:
        count = sa.select(bids.c.market_day, bids.c.state, sa.func.count().label("bids")).where(bids.c.iso == channel)
        days = connection.execute(
            count.group_by(bids.c.market_day, bids.c.state).order_by(bids.c.market_day.desc(), bids.c.state).limit(50)
        )
        states = [dict(row) for row in days.mappings()]
    forecasts = [row for row in reader.rows(ISSUED_FORECASTS) if row["market"] == channel]
    return {"prices": prices, "bids": states, "forecasts": forecasts}
