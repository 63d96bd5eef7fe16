"""Commands of money: invoices with what was paid, payments taken in, what is open by age, the cash to come."""

from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say, show
from market_platform.cli.plain_words import plainly, records
from market_platform.platform import Platform
from market_platform.settings import Settings

app = typer.Typer(help="Invoices, payments, ageing and cash flow.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
COLUMNS = [
    "invoice_id",
    "iso",
    "account",
    "kind",
    "invoiced_on",
    "due_on",
    "amount_usd",
    "paid_usd",
    "open_usd",
    "status",
]


@app.command("list")
def list_invoices(
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is not wholly paid")] = False,
    as_json: Json = False,
) -> None:
    """List invoices with what was matched to them."""
    from market_platform.settlement.books.view import invoice_rows

    with Platform(Settings()).ledger.read() as connection:
        rows = [row for row in invoice_rows(connection) if row["open_usd"] or not only_open]
    show(rows, COLUMNS, title=f"{len(rows)} invoices", as_json=as_json)


@app.command("take")
def take(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV: payment_id, iso, paid_on, amount_usd (money in is positive), reference", exists=True),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Take bank movements in and match them: by reference, by amount, by the net of a due date."""
    from market_platform.defs.settlement.book_keys import PAYMENTS
    from market_platform.defs.settlement.payments import (
        invoice_statements,
        publish_payments,
        read_payments,
        take_payments,
    )

    platform = Platform(Settings())
    with plainly():
        found = [payment for file in files for payment in read_payments(file.read_bytes(), file.name)]
        invoice_statements(platform)
        matched = take_payments(platform, found)
        publish_payments(platform, PAYMENTS)
    mine = {payment.payment_id for payment in found}
    rows = [vars(match) for match in matched.matches if match.payment_id in mine]
    rows += [
        {"payment_id": name, "invoice_id": "", "amount_usd": amount, "rule": "not applied"}
        for name, amount in matched.unapplied_usd.items()
        if name in mine
    ]
    show(rows, ["payment_id", "invoice_id", "amount_usd", "rule"], title=f"{len(found)} payments", as_json=as_json)


@app.command("ageing")
def ageing(*, as_json: Json = False) -> None:
    """Show what is open by days overdue."""
    from market_platform.defs.settlement.payments import money

    rows = records(money(Platform(Settings())).ageing)
    show(rows, ["iso", "bucket", "receivable_usd", "payable_usd"], title="Open by age", as_json=as_json)


@app.command("cash-flow")
def cash_flow(*, as_json: Json = False) -> None:
    """Forecast the cash to come: open invoices first, then settled days that are not billed yet."""
    from market_platform.defs.settlement.payments import money

    rows = records(money(Platform(Settings())).cash_flow)
    show(rows, ["due_on", "iso", "basis", "amount_usd"], title="Cash to come", as_json=as_json)
    if not as_json:
        say("dates of unverified payment terms are estimates: see status in settlement/calendars/payment_terms.csv")
