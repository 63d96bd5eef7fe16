"""Telling: every channel once for each alert, tried again where it failed, every attempt in the ledger.

A channel that is not configured does not exist, so that nothing leaves the house by default. What carries the bytes is
handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import sqlalchemy as sa

from market_platform.alerts.messages import mail, signature, slack_body, webhook_body
from market_platform.alerts.standing import Alert, undelivered
from market_platform.alerts.tables import alert_deliveries
from market_platform.errors import Rejected, SourceError
from market_platform.store.ledger import Ledger

TRIES = 3
FIRST_PAUSE_SECONDS = 1.0
# What could not be told within a day is news no more.
LOOK_BACK = timedelta(hours=24)
MOST_AT_ONCE = 200

# Sends a POST. Raises Rejected where the receiver will never take it, another SourceError where a later try may do.
Post = Callable[[str, bytes, Mapping[str, str]], None]
Mail = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Channel:
    """One way out. ``name`` stands in the ledger and shows no secret."""

    name: str
    send: Callable[[Sequence[Alert]], None]


def webhook(name: str, url: str, secret: str, post: Post, clock: Callable[[], datetime]) -> Channel:
    """Return a channel of signed JSON; each try is signed at its own moment."""

    def send(alerts: Sequence[Alert]) -> None:
        body = webhook_body(alerts)
        headers = {"Content-Type": "application/json", "X-Market-Signature": signature(secret, body, clock())}
        post(url, body, headers)

    return Channel(name, send)


def slack(name: str, url: str, post: Post) -> Channel:
    """Return a Slack-compatible channel."""
    return Channel(name, lambda alerts: post(url, slack_body(alerts), {"Content-Type": "application/json"}))


def email(name: str, sender: str, receivers: Sequence[str], send: Mail) -> Channel:
    """Return a channel of e-mail."""
    return Channel(name, lambda alerts: send(mail(alerts, sender, receivers)))


def deliver(
    ledger: Ledger, channels: Sequence[Channel], *, clock: Callable[[], datetime], sleep: Callable[[float], None]
) -> dict[str, int]:
    """Tell each channel what it was not told yet and return how many alerts each took.

    A channel that fails does not stop the others; what it did not take comes again with the next call.
    """
    taken = {}
    for channel in channels:
        waiting = undelivered(ledger, channel.name, since=clock() - LOOK_BACK)[:MOST_AT_ONCE]
        taken[channel.name] = _tell(ledger, channel, waiting, clock, sleep) if waiting else 0
    return taken


def _tell(
    ledger: Ledger,
    channel: Channel,
    waiting: list[Alert],
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> int:
    for attempt in range(TRIES):
        try:
            channel.send(waiting)
        except Rejected as error:
            _note(ledger, channel, waiting, clock(), "given up", str(error))
            return 0
        except SourceError as error:
            _note(ledger, channel, waiting, clock(), "failed", str(error))
            if attempt + 1 < TRIES:
                sleep(FIRST_PAUSE_SECONDS * 4**attempt)
        else:
            _note(ledger, channel, waiting, clock(), "sent", "")
            return len(waiting)
    return 0


def _note(ledger: Ledger, channel: Channel, alerts: Sequence[Alert], at: datetime, outcome: str, detail: str) -> None:
    rows = [
        {"alert_id": alert.alert_id, "channel": channel.name, "at": at, "outcome": outcome, "detail": detail[:500]}
        for alert in alerts
    ]
    with ledger.begin() as connection:
        connection.execute(sa.insert(alert_deliveries), rows)
