"""Commands that bring papers in: statements and invoices, PJM's bill with its hourly reports, such reports alone."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say, show
from market_platform.cli.plain_words import plainly, records
from market_platform.platform import Platform
from market_platform.settings import Settings

DAY_FORMAT = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
HOURS = ["charge_code", "location", "interval_start", "cause", "expected_mwh", "billed_mwh", "expected_usd_per_mwh",
         "billed_usd_per_mwh", "expected_usd", "billed_usd", "variance_usd"]  # fmt: skip


def take(
    files: Annotated[list[Path], typer.Argument(help="Statements or invoices of any ISO", exists=True, dir_okay=False)],
    *,
    hourly: Annotated[
        list[Path] | None,
        typer.Option(help="PJM: hourly report of the bill (spot market, congestion ...)", exists=True, dir_okay=False),
    ] = None,
    account: Annotated[str | None, typer.Option(help="PJM's XML names no account: give it")] = None,
    first: Annotated[datetime | None, typer.Option(formats=DAY_FORMAT, help="PJM's XML: first day")] = None,
    last: Annotated[datetime | None, typer.Option(formats=DAY_FORMAT, help="PJM's XML: last day")] = None,
    as_json: Json = False,
) -> None:
    """Take statements in: told by content, checked, compared with what we expect; twice without harm."""
    from market_platform.defs.settlement.inbox import take_one
    from market_platform.settlement.statements.pjm_bundle import make_bundle

    if hourly and len(files) != 1:
        raise typer.BadParameter("hourly reports belong to one bill: give that bill alone")
    platform = Platform(Settings())
    period = (first.date(), last.date()) if first and last else None
    papers = [(file.name, file.read_bytes()) for file in files]
    if hourly:
        name, bill = papers[0]
        papers = [(f"{name} with hours", make_bundle(bill, [report.read_bytes() for report in hourly]))]
    results = [vars(take_one(platform, name, data, account=account, period=period)) for name, data in papers]
    platform.catalog.refresh()
    show(results, ["file_name", "outcome", "statement", "message"], title="What was taken", as_json=as_json)
    if any(result["outcome"] != "taken" for result in results):
        raise typer.Exit(1)


def hours(
    file: Annotated[Path, typer.Argument(help="Hourly report of PJM, before its bill is there", exists=True)],
    *,
    account: Annotated[str | None, typer.Option(help="Whose it is; needed where you settle several")] = None,
    as_json: Json = False,
) -> None:
    """Compare an hourly report of PJM with what we expect, hour by hour. Nothing is kept: take it with its bill."""
    from market_platform.defs.settlement.hourly_report import compared_hours

    with plainly():
        outcome = compared_hours(Platform(Settings()), file.read_bytes(), account=account)
    title = f"{outcome.matched_lines} of {outcome.compared_lines} hours match, variance {outcome.variance_usd:,.2f} USD"
    show(records(outcome.variances), HOURS, title=title, as_json=as_json)
    if not as_json:
        say("nothing was kept: take the report with its bill (settlement take BILL --hourly REPORT)")
