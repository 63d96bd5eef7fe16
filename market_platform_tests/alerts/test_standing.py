"""Alerts stand once, are told once to each channel, again where it failed; nothing leaves unless a channel is set."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa

from market_platform.alerts.delivery import Channel, deliver, slack, webhook
from market_platform.alerts.finding import Finding
from market_platform.alerts.messages import is_genuine, mail, slack_body
from market_platform.alerts.standing import settle_alerts, undelivered
from market_platform.alerts.tables import alert_deliveries, alerts
from market_platform.defs.alerts.channels import channels_of, tell
from market_platform.defs.alerts.gather import look_at_calendar, look_at_data, look_at_prices
from market_platform.errors import Rejected, SettingsError, Unavailable
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)


def found(subject="pjm WESTERN HUB", rule="price_spike"):
    return Finding(rule, "price_above", subject, "warning", f"{subject} <spikes> & more", 312.4, 200.0, "USD/MWh")


def settle(ledger, findings, minutes=0):
    return settle_alerts(ledger, findings, ["price_above"], now=NOW + timedelta(minutes=minutes), simulated=True)


def test_an_alert_is_raised_once_seen_while_it_holds_and_cleared_when_it_ends(ledger):
    assert len(settle(ledger, [found(), found(), found("nyiso WEST")]).raised) == 2
    assert settle(ledger, [found()], 5).raised == []
    again = settle(ledger, [], 10)
    assert len(again.cleared) == 1
    assert len(settle(ledger, [found()], 15).raised) == 1
    with ledger.read() as connection:
        rows = connection.execute(sa.select(alerts).order_by(alerts.c.raised_at, alerts.c.subject)).all()
    assert [(row.subject, row.cleared_at and (row.cleared_at - NOW).seconds) for row in rows] == [
        ("nyiso WEST", 300), ("pjm WESTERN HUB", 600), ("pjm WESTERN HUB", None),
    ]  # fmt: skip


def test_looks_that_race_raise_an_alert_once(ledger):
    def look(number):
        return len(settle(ledger, [found()], number).raised)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(8))) == 1


class Receiver:
    """A webhook that fails as often as it is told, and keeps what it took."""

    def __init__(self, failures=0, error=Unavailable):
        self.failures, self.error, self.taken = failures, error, []

    def __call__(self, url, body, headers):
        if self.failures:
            self.failures -= 1
            raise self.error("hook.example answered 503")
        self.taken.append((url, body, headers))


def test_a_webhook_is_told_once_after_failures_with_a_signature_that_holds(ledger):
    settle(ledger, [found(), found("nyiso WEST")])
    receiver, pauses = Receiver(failures=2), []
    channel = webhook("webhook hook.example", "https://hook.example/x", "secret", receiver, lambda: NOW)
    assert deliver(ledger, [channel], clock=lambda: NOW, sleep=pauses.append) == {"webhook hook.example": 2}
    assert deliver(ledger, [channel], clock=lambda: NOW, sleep=pauses.append) == {"webhook hook.example": 0}
    ((_, body, headers),) = receiver.taken
    assert pauses == [1.0, 4.0]
    assert {row["subject"] for row in json.loads(body)["alerts"]} == {"pjm WESTERN HUB", "nyiso WEST"}
    genuine = headers["X-Market-Signature"]
    assert is_genuine("secret", body, genuine, NOW)
    assert not is_genuine("other", body, genuine, NOW)
    assert not is_genuine("secret", body + b" ", genuine, NOW)
    assert not is_genuine("secret", body, genuine, NOW + timedelta(minutes=6))
    with ledger.read() as connection:
        outcomes = [row.outcome for row in connection.execute(sa.select(alert_deliveries))]
    assert sorted(outcomes) == ["failed"] * 4 + ["sent"] * 2


def test_a_channel_that_stays_away_is_asked_again_later_and_stops_no_other(ledger):
    settle(ledger, [found()])
    away, there = Receiver(failures=99), Receiver()
    channels = [slack("slack a", "https://a", away), slack("slack b", "https://b", there)]
    assert deliver(ledger, channels, clock=lambda: NOW, sleep=lambda _: None) == {"slack a": 0, "slack b": 1}
    away.failures = 0
    assert deliver(ledger, channels, clock=lambda: NOW, sleep=lambda _: None) == {"slack a": 1, "slack b": 0}


def test_a_receiver_that_refuses_is_not_asked_again(ledger):
    settle(ledger, [found()])
    channel = Channel("c", lambda _alerts: (_ for _ in ()).throw(Rejected("410")))
    deliver(ledger, [channel], clock=lambda: NOW, sleep=lambda _: None)
    assert undelivered(ledger, "c", since=NOW - timedelta(days=1)) == []


def test_slack_and_mail_say_what_and_that_it_is_simulated(ledger):
    raised = settle(ledger, [found(), found("nyiso WEST\r\nBcc: all@example.com")]).raised
    text = json.loads(slack_body(raised))["text"]
    assert "&lt;spikes&gt; &amp; more" in text
    assert "Simulated" in text
    message = mail(raised, "a@example.com", ["b@example.com"])
    assert message["Subject"].startswith("[warning] pjm WESTERN HUB")
    assert message["Bcc"] is None
    assert "Simulated" in message.get_content()


def test_a_sandbox_raises_real_alerts_and_tells_nobody(make_platform):
    platform = make_platform()
    for feed in ("pjm_rt_5min_unverified_lmp_hub", "nyiso_rt_lbmp_zone"):
        list(platform.pipeline.ingest(FEEDS[feed], [NOW.date()]))
    (platform.settings.data_folder / "alerts.csv").write_text("rule,kind,subject,threshold\nlow,price_above,pjm *,1\n")
    prices, data = look_at_prices(platform), look_at_data(platform)
    assert len([alert for alert in prices.raised if alert.rule == "low"]) == 12
    assert all(alert.simulated for alert in prices.raised)
    assert data.raised == []
    later = Platform(platform.settings, clock=lambda: NOW + timedelta(minutes=100), transport=platform.transport)
    assert {alert.subject for alert in look_at_data(later).raised} == {
        "pjm_rt_5min_unverified_lmp_hub",
        "nyiso_rt_lbmp_zone",
    }
    look_at_calendar(later)
    assert tell(platform) == {}


def test_channels_come_from_settings_and_half_a_setting_is_named(tmp_path):
    def platform(**settings):
        return Platform(Settings(data=tmp_path, **settings), clock=lambda: NOW, sleep=lambda _: None)

    asked = []
    transport = httpx.MockTransport(lambda request: (asked.append(request), httpx.Response(204))[1])
    whole = platform(
        alert_webhook_url="https://hook.example/secret-path",
        alert_webhook_secret="s3cret",
        alert_slack_url="https://slack.example/T0",
    )
    settle(whole.ledger, [found()])
    channels = channels_of(whole, transport)
    assert [channel.name for channel in channels] == ["webhook hook.example", "slack slack.example"]
    deliver(whole.ledger, channels, clock=whole.clock, sleep=whole.sleep)
    assert [request.url.host for request in asked] == ["hook.example", "slack.example"]
    assert is_genuine("s3cret", asked[0].content, asked[0].headers["X-Market-Signature"], NOW)
    with pytest.raises(SettingsError, match="ALERT_WEBHOOK_SECRET"):
        channels_of(platform(alert_webhook_url="https://hook.example"))
    with pytest.raises(SettingsError, match="SMTP_HOST"):
        channels_of(platform(alert_email_to="a@example.com"))


def test_mail_goes_to_a_real_server_that_speaks_smtp(tmp_path):
    from market_platform_tests.alerts.smtp import running_smtp

    with running_smtp() as (port, inbox):
        settings = Settings(
            data=tmp_path, alert_email_to="a@example.com, b@example.com", alert_email_from="m@example.com",
            smtp_host="127.0.0.1", smtp_port=port,
        )  # fmt: skip
        platform = Platform(settings, clock=lambda: NOW, sleep=lambda _: None)
        settle(platform.ledger, [found()])
        assert tell(platform) == {"email 2 receivers": 1}
    assert inbox[0]["to"] == ["a@example.com", "b@example.com"]
    assert "pjm WESTERN HUB" in inbox[0]["text"]
