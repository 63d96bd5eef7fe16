"""``market-platform``: the command line. Each command is a few lines over the platform; the work lies below."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli import (
    api_commands,
    bid_commands,
    brief_commands,
    certificate_commands,
    daemon_command,
    dispatch_commands,
    doctor_command,
    document_commands,
    drill_command,
    exchange_commands,
    feed_commands,
    forecast_commands,
    fundamentals_commands,
    moving_commands,
    risk_commands,
    run_commands,
    sandbox_commands,
    settlement_commands,
    sql_command,
)

app = typer.Typer(
    name="market-platform",
    help="Open market-data and trading platform for US power and gas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run_commands.run)
app.command("runs")(run_commands.runs)
app.command("ui")(run_commands.ui)
app.command("daemon")(daemon_command.daemon)
app.command("feeds")(feed_commands.feeds)
app.command("status")(feed_commands.status)
app.command("import")(feed_commands.import_files)
app.command("backfill")(feed_commands.backfill)
app.command("sql")(sql_command.sql)
app.command("doctor")(doctor_command.doctor)
app.command("drills")(drill_command.drills)
app.command("move")(moving_commands.move)
app.command("backup")(moving_commands.backup)
app.command("restore")(moving_commands.restore)
app.command("marts")(brief_commands.marts)
app.command("brief")(brief_commands.brief)
app.command("spread")(fundamentals_commands.spread)
app.command("chp")(fundamentals_commands.chp)
app.command("docs")(document_commands.docs)
app.command("serve")(api_commands.serve)
app.command("dispatch")(dispatch_commands.dispatch)
app.command("backtest")(dispatch_commands.backtest)
app.add_typer(api_commands.keys, name="keys")
app.add_typer(api_commands.alerts, name="alerts")
app.add_typer(bid_commands.app, name="bids")
app.add_typer(risk_commands.app, name="risk")
app.add_typer(exchange_commands.app, name="exchange")
app.add_typer(forecast_commands.app, name="forecast")
app.add_typer(sandbox_commands.app, name="sandbox")
app.add_typer(settlement_commands.app, name="settlement")
app.add_typer(certificate_commands.app, name="certificates")


@app.callback()
def configure(
    data: Annotated[
        Path | None, typer.Option(envvar="MARKET_PLATFORM_DATA", help="Data folder", show_default="data")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what the platform does")] = False,
) -> None:
    """Open market-data and trading platform for US power and gas."""
    if data is not None:
        import os

        os.environ["MARKET_PLATFORM_DATA"] = str(data)
    shown = logging.StreamHandler()
    shown.setLevel(logging.INFO if verbose else logging.WARNING)  # dagster sets its own loggers to say more
    logging.basicConfig(level=shown.level, format="%(levelname)s %(name)s: %(message)s", handlers=[shown])
