"""Commands of settlement: shadow days, statements in and out, reconciliation, the monthly pack."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from market_platform.cli import settlement_dispute_commands, settlement_payment_commands, settlement_take_commands
from market_platform.cli.console import say, show, show_json
from market_platform.cli.plain_words import plainly
from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    from market_platform.defs.settlement.office import Settled

app = typer.Typer(
    help="Settlement: what the ISO should bill, what it billed, why they differ, what is disputed and paid.",
    no_args_is_help=True,
)
app.add_typer(settlement_dispute_commands.app, name="disputes")
app.add_typer(settlement_payment_commands.app, name="payments")
app.command("take")(settlement_take_commands.take)
app.command("hours")(settlement_take_commands.hours)

DAY_FORMAT = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Iso = Annotated[str, typer.Argument(help="caiso, ercot, nyiso or pjm")]
OnlyIso = Annotated[str | None, typer.Option("--iso", help="Only this ISO")]
Which = Annotated[str, typer.Argument(help="Statement: its identifier, or the beginning of its hash")]
Day = Annotated[
    datetime | None, typer.Option("--day", formats=DAY_FORMAT, help="Market day; the last complete one by default")
]


def open_platform() -> Platform:
    """Return the platform that the environment describes."""
    return Platform(Settings())


def known_iso(iso: str) -> str:
    """Return an ISO's key. Raises BadParameter for one that is not settled."""
    from market_platform.settlement.charges.table import ISOS

    if iso.lower() not in ISOS:
        raise typer.BadParameter(f"{iso} is none of {', '.join(ISOS)}")
    return iso.lower()


@app.command("shadow")
def shadow(
    iso: Iso,
    *,
    day: Day = None,
    lines: Annotated[bool, typer.Option("--lines", help="Every charge line instead of sums by charge")] = False,
    xml: Annotated[Path | None, typer.Option(help="ERCOT: also write it as a statement in ERCOT's schema")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account")] = None,
    as_json: Json = False,
) -> None:
    """Settle a market day from the prices and positions of now, and print what the ISO should bill."""
    from market_platform.defs.settlement.office import lay_in_positions, settle_day

    chosen, platform = known_iso(iso), open_platform()
    market_day = day.date() if day else today(platform.clock(), MARKETS[chosen].zone) - timedelta(days=1)
    with plainly():
        lay_in_positions(platform, chosen, market_day)
        settled = settle_day(platform, chosen, market_day)
        platform.catalog.refresh()
        mine = settled.lines if account is None else settled.lines[settled.lines["account"] == account]
        if mine.empty:
            raise RuleBroken(settled.note or f"no lines of account {account} on {market_day}")
        if xml is not None:
            _write_statement(settled, account, xml)
    _show_lines(mine, f"{chosen.upper()} {market_day}", every_line=lines, as_json=as_json)


def _show_lines(lines: Any, title: str, *, every_line: bool, as_json: bool) -> None:  # noqa: ANN401
    from market_platform.settlement.charges.table import name_of

    if every_line:
        names = [
            "account",
            "charge_code",
            "resource",
            "location",
            "interval_start",
            "quantity_mwh",
            "price_usd_per_mwh",
        ]
        rows = lines[[*names, "amount_usd", "iso_amount", "status"]].to_dict("records")
    else:
        sums: dict[tuple[str, str, str, str], Decimal] = {}
        for row in lines.to_dict("records"):
            key = (row["account"], row["iso"], row["charge_code"], row["status"])
            sums[key] = sums.get(key, Decimal("0.00")) + row["amount_usd"]
        rows = [
            {
                "account": account,
                "charge_code": code,
                "name": name_of(iso, code),
                "rule": status,
                "amount_usd": amount,
            }
            for (account, iso, code, status), amount in sorted(sums.items())
        ]
    total = sum((row["amount_usd"] for row in rows), Decimal("0.00"))
    show(rows, list(rows[0]), title=f"{title}: {total:,.2f} USD, revenue positive", as_json=as_json)
    if not as_json and not every_line:
        say(f"total {total:,.2f} USD; rule V was read in an official text, S second-hand, U is unverified")


def _write_statement(settled: "Settled", account: str | None, path: Path) -> None:
    from market_platform.settlement.statements.ercot_xml import write_statement
    from market_platform.settlement.statements.statement import shadow_statement

    accounts = sorted(set(settled.lines["account"])) if account is None else [account]
    if settled.iso != "ercot" or len(accounts) != 1:
        raise RuleBroken(f"a statement in ERCOT's schema is for one ERCOT account: --account, one of {accounts}")
    mine = settled.lines[settled.lines["account"] == accounts[0]]
    statement = shadow_statement(mine, market="RTM", statement_type="INITIAL", issued_on=settled.day)
    path.write_bytes(write_statement(statement, participant_name=accounts[0]))
    say(f"written: {path}")


@app.command("statements")
def statements(
    *,
    iso: OnlyIso = None,
    account: Annotated[str | None, typer.Option(help="Only this account")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY_FORMAT, help="Market days from")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY_FORMAT, help="Market days to")] = None,
    as_json: Json = False,
) -> None:
    """List the statements that were taken, with the outcome of their last comparison."""
    from market_platform.settlement.books.view import statement_rows

    with open_platform().ledger.read() as connection:
        rows = statement_rows(connection, iso=iso, account=account, first=_day(first), last=_day(last))
    columns = ["sha256", "statement_id", "iso", "account", "market", "statement_type", "first_day", "last_day",
               "expected_usd", "billed_usd", "variance_usd", "unexplained_usd", "dollar_accuracy"]  # fmt: skip
    shown = rows if as_json else [{**row, "sha256": row["sha256"][:12]} for row in rows]
    show(shown, columns, title=f"{len(rows)} statements", as_json=as_json)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@app.command("statement")
def statement(which: Which, *, as_json: Json = False) -> None:
    """Show one statement: its charges beside what we expect, its variances and disputes."""
    from market_platform.settlement.books.view import find_statement, statement_view

    with plainly(), open_platform().ledger.read() as connection:
        found = statement_view(connection, find_statement(connection, which))
    if as_json:
        show_json(found)
        return
    charges = ["market_day", "charge_code", "amount_usd", "expected_usd", "iso_amount", "status"]
    show(found["charges"], charges, title=f"{found['statement_id']}: billed {found['amount_usd']:,.2f} USD")
    show(found["variances"], VARIANCES, title="Variances")
    show(found["disputes"], settlement_dispute_commands.COLUMNS, title="Disputes")


VARIANCES = [
    "market_day", "charge_code", "resource", "location", "interval_start", "cause", "expected_usd", "billed_usd",
    "variance_usd", "explained_usd", "unexplained_usd",
]  # fmt: skip


@app.command("reconcile")
def reconcile(
    which: Annotated[list[str] | None, typer.Argument(help="Statements; all that have moved by default")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Compare statements with what we expect today and name every difference."""
    from market_platform.defs.settlement.book_keys import LOOK_BACK, RECONCILIATION
    from market_platform.defs.settlement.office import reconcile as again
    from market_platform.defs.settlement.reconciling import reconcile_again

    platform = open_platform()
    with plainly():
        for one in which or []:
            again(platform, one)
        _, _, rows = reconcile_again(platform, platform.clock().date() - LOOK_BACK, RECONCILIATION)
        platform.catalog.refresh()
    columns = ["statement_id", "iso", "first_day", "matched_lines", "compared_lines", "expected_usd", "billed_usd",
               "variance_usd", "explained_usd", "unexplained_usd", "dollar_accuracy"]  # fmt: skip
    show(rows, columns, title=f"{len(rows)} statements compared", as_json=as_json)


@app.command("variances")
def variances(
    *,
    statement: Annotated[str | None, typer.Option(help="Only of this statement")] = None,
    iso: OnlyIso = None,
    cause: Annotated[str | None, typer.Option(help="Only of this cause")] = None,
    limit: Annotated[int, typer.Option(help="How many, the largest first", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List the differences between billed and expected lines, each with its cause."""
    from market_platform.settlement.books.view import find_statement, variance_rows

    with plainly(), open_platform().ledger.read() as connection:
        sha256 = None if statement is None else find_statement(connection, statement)
        rows = variance_rows(connection, sha256=sha256, iso=iso, cause=cause)
    show(rows[:limit], ["iso", *VARIANCES], title=f"{min(limit, len(rows))} of {len(rows)} variances", as_json=as_json)


@app.command("overdue")
def overdue(*, as_json: Json = False) -> None:
    """List the statements that are due by the ISOs' calendars and have not come."""
    from market_platform.defs.settlement.office import overdue_statements

    rows = [vars(each) for each in overdue_statements(open_platform())]
    columns = ["iso", "market", "statement_type", "market_day", "due_on", "dispute_until", "status"]
    show(rows, columns, title=f"{len(rows)} statements are overdue", as_json=as_json)


@app.command("pack")
def pack(
    iso: Iso,
    account: Annotated[str, typer.Argument(help="Account")],
    month: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="Month, YYYY-MM")],
    *,
    formats: Annotated[list[str] | None, typer.Option("--format", help="html, pdf or xlsx; all by default")] = None,
    as_json: Json = False,
) -> None:
    """Write an account's month as HTML, PDF and XLSX into data/reports/settlement."""
    from market_platform.defs.settlement.pack import FORMATS, month_pack, write_pack

    strangers = set(formats or ()) - set(FORMATS)
    if strangers:
        raise typer.BadParameter(f"{', '.join(sorted(strangers))} is none of {', '.join(FORMATS)}")
    platform = open_platform()
    with plainly():
        found = month_pack(platform, known_iso(iso), account, month.date())
        files = write_pack(platform, found, tuple(formats or FORMATS))
    if as_json:
        show_json({"title": found.title, "figures": dict(found.figures), "files": [str(file) for file in files]})
        return
    show([{"figure": name, "value": value} for name, value in found.figures], ["figure", "value"], title=found.title)
    for file in files:
        say(str(file))
