"""How alerts are told: a signed JSON body, Slack's body, an e-mail. All name simulated data as such."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from market_platform.alerts.standing import Alert

MARKS = {"info": "ℹ️", "warning": "⚠️", "critical": "🛑"}
MOST_LINES = 50
TOLERANCE_SECONDS = 300


def webhook_body(alerts: Sequence[Alert]) -> bytes:
    """Return the JSON that a webhook gets. The receiver tells repeats by ``alert_id``."""
    rows = [{**vars(alert), "raised_at": alert.raised_at.isoformat()} for alert in alerts]
    return json.dumps({"alerts": rows}, allow_nan=False, sort_keys=True).encode()


def signature(secret: str, body: bytes, at: datetime) -> str:
    """Return the header that proves who sent a body and when: ``t=<seconds>,v1=<HMAC-SHA256 of "t.body">``."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={_hmac(secret, moment, body)}"


def is_genuine(secret: str, body: bytes, header: str, now: datetime) -> bool:
    """Whether a header was made with the secret for this body within the last five minutes; for receivers and tests."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    moment = parts.get("t", "")
    if not moment.isdigit() or abs(now.timestamp() - int(moment)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(parts.get("v1", ""), _hmac(secret, moment, body))


def slack_body(alerts: Sequence[Alert]) -> bytes:
    """Return the body of a Slack-compatible incoming webhook."""
    lines = [
        f"{MARKS[alert.severity]} *{_escaped(alert.rule)}* {_escaped(alert.message)}" for alert in alerts[:MOST_LINES]
    ]
    return json.dumps({"text": "\n".join([*lines, *_rest(alerts), *_marked(alerts)])}, ensure_ascii=False).encode()


def mail(alerts: Sequence[Alert], sender: str, receivers: Sequence[str]) -> EmailMessage:
    """Return the e-mail."""
    message = EmailMessage()
    worst = max(alerts, key=lambda alert: list(MARKS).index(alert.severity))
    more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    message["Subject"] = f"[{worst.severity}] {' '.join(worst.message.split())[:120]}{more}"
    message["From"], message["To"] = sender, ", ".join(receivers)
    lines = [
        f"{alert.severity}: {alert.message} ({alert.rule}, {alert.raised_at:%Y-%m-%d %H:%M}Z)"
        for alert in alerts[:MOST_LINES]
    ]
    message.set_content("\n".join([*lines, *_rest(alerts), "", *_marked(alerts)]))
    return message


def _hmac(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _rest(alerts: Sequence[Alert]) -> list[str]:
    return [f"... and {len(alerts) - MOST_LINES} more"] if len(alerts) > MOST_LINES else []


def _marked(alerts: Sequence[Alert]) -> list[str]:
    return ["Simulated data of the sandbox."] if any(alert.simulated for alert in alerts) else []


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
