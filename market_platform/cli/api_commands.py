"""Commands of the API: serving it, its keys, and the alerts."""

from datetime import timedelta
from typing import Annotated

import typer

from market_platform.api.keys import DEFAULT_RATE, SCOPES, create_key, list_keys, revoke_key, rotate_key
from market_platform.cli.console import say, show, show_json
from market_platform.errors import SettingsError
from market_platform.platform import Platform
from market_platform.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
alerts = typer.Typer(help="Alerts: rules, what stands, looking now.", no_args_is_help=True)
keys = typer.Typer(help="Keys of the API: made once, shown once, kept as a hash.", no_args_is_help=True)

LOOPBACK = "127.0.0.1"


def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback belongs behind TLS")
    ] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port", min=0, max=65535)] = 8000,
) -> None:
    """Serve the API, the dashboard and the metrics; Ctrl-C ends it."""
    from market_platform.api.app import create_app
    from market_platform.api.logs import configure_logs
    from market_platform.api.serving import server_of
    from market_platform.api.tracing import Tracing, provider_from_environment

    platform = Platform(Settings())
    if not any(each["revoked_at"] is None for each in list_keys(platform.ledger)):
        say("There is no key yet. Make one: market-platform keys create --name you --scope read")
    say(f"API on http://{host}:{port}/v1, dashboard on http://{host}:{port}/dashboard")
    configure_logs()
    try:
        tracing = Tracing(provider_from_environment()) if platform.settings.traces else None
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    server_of(create_app(platform, tracing=tracing), host=host, port=port).run()


@keys.command("create")
def create(
    *,
    name: Annotated[str, typer.Option(help="Whose key it is")],
    scope: Annotated[list[str] | None, typer.Option(help=f"{', '.join(SCOPES)}; may be repeated")] = None,
    days: Annotated[int | None, typer.Option(help="Days until it ends; without, it holds until it is revoked")] = 365,
    rate: Annotated[int, typer.Option(help="Requests a minute")] = DEFAULT_RATE,
    as_json: Json = False,
) -> None:
    """Make a key and show it, once."""
    platform = Platform(Settings())
    try:
        made = create_key(
            platform.ledger, name, scope or ["read"], now=platform.clock(), days=days, requests_per_minute=rate
        )
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    _show_once(made.key_id, made.text, as_json=as_json)


@keys.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List the keys, without what is secret."""
    rows = list_keys(Platform(Settings()).ledger)
    columns = ["key_id", "name", "scopes", "requests_per_minute", "created_at", "expires_at", "revoked_at", "replaces"]
    show(rows, columns, title="API keys", as_json=as_json)


@keys.command("rotate")
def rotate(
    key_id: str,
    *,
    hours: Annotated[int, typer.Option(help="Hours for which the old key still holds", min=0)] = 24,
    as_json: Json = False,
) -> None:
    """Make a key in place of another, which ends after some hours."""
    platform = Platform(Settings())
    try:
        made = rotate_key(platform.ledger, key_id, now=platform.clock(), overlap=timedelta(hours=hours))
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    _show_once(made.key_id, made.text, as_json=as_json)


@keys.command("revoke")
def revoke(key_id: str) -> None:
    """End a key now."""
    platform = Platform(Settings())
    try:
        revoke_key(platform.ledger, key_id, now=platform.clock())
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    say(f"key {key_id} no longer holds; servers that run notice within seconds")


def _show_once(key_id: str, text: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"key_id": key_id, "key": text})
        return
    say(f"key {key_id}, shown this once:")
    say(text)


@alerts.command("list")
def list_alerts(
    *, ended: Annotated[bool, typer.Option("--ended", help="Also those that ended")] = False, as_json: Json = False
) -> None:
    """List the alerts that stand."""
    from market_platform.alerts.standing import alert_query

    with Platform(Settings()).ledger.read() as connection:
        query = alert_query(standing=None if ended else True).order_by("raised_at")
        rows = [dict(row) for row in connection.execute(query).mappings()]
    columns = ["severity", "rule", "message", "raised_at", *(["cleared_at"] if ended else [])]
    show(rows, columns, title=f"{len(rows)} alerts", as_json=as_json)


@alerts.command("rules")
def rules(*, as_json: Json = False) -> None:
    """List the rules that hold: the shipped ones under those of alerts.csv in the data folder."""
    from market_platform.defs.alerts.gather import rules_of

    try:
        rows = [vars(rule) for rule in rules_of(Platform(Settings()))]
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    show(rows, ["rule", "kind", "subject", "threshold", "unit", "severity", "meaning"], title="Rules", as_json=as_json)


@alerts.command("check")
def check(*, as_json: Json = False) -> None:
    """Judge prices, data and calendar now, and tell the configured channels; without any, nothing is sent."""
    from market_platform.defs.alerts.channels import tell
    from market_platform.defs.alerts.gather import look_at_calendar, look_at_data, look_at_prices

    platform = Platform(Settings())
    try:
        changes = [look(platform) for look in (look_at_prices, look_at_data, look_at_calendar)]
        told = tell(platform)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    raised = [vars(alert) for change in changes for alert in change.raised]
    show(raised, ["severity", "rule", "message"], title=f"{len(raised)} raised", as_json=as_json)
    if not as_json:
        say(f"{sum(len(change.cleared) for change in changes)} cleared")
        say(
            ", ".join(f"{name}: {count} told" for name, count in told.items())
            or "no channel is configured: nothing was sent"
        )
