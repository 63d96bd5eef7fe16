"""The alerts that stand: raised when a rule begins to hold, seen while it does, cleared when it ends; one at a time each."""

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from market_platform.alerts.finding import Finding
from market_platform.alerts.tables import alert_deliveries, alerts
from market_platform.store.ledger import Ledger

LOOKS_AT_ONCE = 5


@dataclass(frozen=True)
class Alert:
    """An alert as it is told."""

    alert_id: str
    rule: str
    kind: str
    subject: str
    severity: str
    message: str
    value: float | None
    threshold: float | None
    unit: str
    raised_at: datetime
    simulated: bool


@dataclass(frozen=True)
class Change:
    """What a look changed."""

    raised: list[Alert]
    cleared: list[str]


def settle_alerts(
    ledger: Ledger, findings: Sequence[Finding], kinds: Collection[str], *, now: datetime, simulated: bool
) -> Change:
    """Raise what is new, note what goes on, clear what ended among the kinds that were looked at, in one transaction."""
    for _ in range(LOOKS_AT_ONCE):
        try:
            return _settled(ledger, findings, kinds, now, simulated=simulated)
        except sa.exc.IntegrityError:
            # Another process raised one of them in the meantime: with its row in sight the look comes out right.
            continue
    return _settled(ledger, findings, kinds, now, simulated=simulated)


def _settled(
    ledger: Ledger, findings: Sequence[Finding], kinds: Collection[str], now: datetime, *, simulated: bool
) -> Change:
    found = {(finding.rule, finding.subject): finding for finding in findings}
    with ledger.begin() as connection:
        query = sa.select(alerts.c.alert_id, alerts.c.rule, alerts.c.subject)
        standing = {
            (row.rule, row.subject): row.alert_id
            for row in connection.execute(query.where(alerts.c.cleared_at.is_(None), alerts.c.kind.in_(list(kinds))))
        }
        seen = [standing[key] for key in standing if key in found]
        gone = [standing[key] for key in standing if key not in found]
        raised = [_alert(found[key], now, simulated=simulated) for key in found if key not in standing]
        _touch(connection, seen, {"last_seen_at": now})
        _touch(connection, gone, {"cleared_at": now})
        if raised:
            rows = [{**vars(alert), "last_seen_at": now} for alert in raised]
            connection.execute(sa.insert(alerts), rows)
    return Change(raised, gone)


def _touch(connection: sa.Connection, alert_ids: list[str], values: dict[str, Any]) -> None:
    for begin in range(0, len(alert_ids), 500):
        part = alert_ids[begin : begin + 500]
        connection.execute(sa.update(alerts).where(alerts.c.alert_id.in_(part)).values(**values))


def _alert(finding: Finding, now: datetime, *, simulated: bool) -> Alert:
    mark = hashlib.sha256(f"{finding.rule}|{finding.subject}|{now.isoformat()}".encode()).hexdigest()[:40]
    value = finding.value if math.isfinite(finding.value) else None
    return Alert(
        mark, finding.rule, finding.kind, finding.subject, finding.severity, finding.message, value, finding.threshold,
        finding.unit, now, simulated,
    )  # fmt: skip


def alert_query(
    *, standing: bool | None = None, kind: str | None = None, severity: str | None = None
) -> sa.Select[Any]:
    """Return the query of alerts: those that stand, those that ended, or all."""
    query = sa.select(alerts)
    if standing is not None:
        query = query.where(alerts.c.cleared_at.is_(None) if standing else alerts.c.cleared_at.is_not(None))
    for column, value in ((alerts.c.kind, kind), (alerts.c.severity, severity)):
        query = query if value is None else query.where(column == value)
    return query


def undelivered(ledger: Ledger, channel: str, *, since: datetime) -> list[Alert]:
    """Return alerts raised since a moment that a channel was not told of yet, the first one first."""
    sent = sa.select(alert_deliveries.c.alert_id).where(
        alert_deliveries.c.channel == channel, alert_deliveries.c.outcome.in_(("sent", "given up"))
    )
    query = sa.select(alerts).where(alerts.c.raised_at >= since, alerts.c.alert_id.not_in(sent))
    names = list(Alert.__dataclass_fields__)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(alerts.c.raised_at, alerts.c.alert_id)).mappings()
        return [Alert(**{name: row[name] for name in names}) for row in rows]
