"""The channels that the settings name; without any, alerts are kept and told to nobody."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage

import httpx

from market_platform.alerts.delivery import Channel, deliver, email, slack, webhook
from market_platform.errors import Rejected, SettingsError, Unavailable
from market_platform.platform import Platform
from market_platform.settings import Settings

SECONDS = 10.0


def channels_of(platform: Platform, transport: httpx.BaseTransport | None = None) -> list[Channel]:
    """Return the configured channels. Raises SettingsError where one is named by half."""
    settings = platform.settings
    found = []

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
        _post(url, body, headers, transport)

    if settings.alert_webhook_url is not None:
        if settings.alert_webhook_secret is None:
            raise SettingsError(
                "MARKET_PLATFORM_ALERT_WEBHOOK_SECRET is missing: the webhook's bodies are signed with it"
            )
        url, secret = settings.alert_webhook_url.get_secret_value(), settings.alert_webhook_secret.get_secret_value()
        found.append(webhook(f"webhook {httpx.URL(url).host}", url, secret, post, platform.clock))
    if settings.alert_slack_url is not None:
        url = settings.alert_slack_url.get_secret_value()
        found.append(slack(f"slack {httpx.URL(url).host}", url, post))
    if settings.alert_email_to:
        if not settings.smtp_host or not settings.alert_email_from:
            raise SettingsError("alerts by e-mail need MARKET_PLATFORM_SMTP_HOST and MARKET_PLATFORM_ALERT_EMAIL_FROM")
        receivers = [each.strip() for each in settings.alert_email_to.split(",") if each.strip()]
        found.append(
            email(
                f"email {len(receivers)} receivers",
                settings.alert_email_from,
                receivers,
                lambda mail: _mail(settings, mail),
            )
        )
    return found


def tell(platform: Platform) -> dict[str, int]:
    """Tell every configured channel what it was not told yet; return how many alerts each took."""
    return deliver(platform.ledger, channels_of(platform), clock=platform.clock, sleep=platform.sleep)


def _post(url: str, body: bytes, headers: Mapping[str, str], transport: httpx.BaseTransport | None) -> None:
    host = httpx.URL(url).host
    try:
        with httpx.Client(timeout=SECONDS, transport=transport, follow_redirects=False) as client:
            answer = client.post(url, content=body, headers=dict(headers))
    except httpx.HTTPError as error:
        raise Unavailable(f"{host}: {type(error).__name__}") from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Unavailable(f"{host} answered {answer.status_code}")
    if not answer.is_success:
        raise Rejected(f"{host} answered {answer.status_code}: look at its address and its secret")


def _mail(settings: Settings, message: EmailMessage) -> None:
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as server:
            if settings.smtp_user and settings.smtp_password:
                server.starttls(context=ssl.create_default_context())
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused) as error:
        raise Rejected(f"{settings.smtp_host}: {type(error).__name__}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{settings.smtp_host}: {type(error).__name__}") from None
