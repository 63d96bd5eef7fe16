"""Commands of disputes: list, show, draft, write what is to be filed, note what became of it."""

from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say, show, show_json
from market_platform.cli.plain_words import plainly, usd
from market_platform.platform import Platform
from market_platform.settings import Settings

app = typer.Typer(help="Disputes with an ISO. Nothing here is sent anywhere.", no_args_is_help=True)
COLUMNS = ["dispute_id", "iso", "account", "charge_code", "market_day", "cause", "amount_usd", "deadline",
           "deadline_status", "state", "awarded_usd"]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Which = Annotated[str, typer.Argument(help="Dispute: the beginning of its identifier")]


@app.command("list")
def list_disputes(
    *,
    state: Annotated[str | None, typer.Option(help="drafted, filed, open, granted, denied, closed ...")] = None,
    iso: Annotated[str | None, typer.Option("--iso", help="Only this ISO")] = None,
    as_json: Json = False,
) -> None:
    """List disputes, the most urgent first."""
    from market_platform.settlement.books.view import dispute_rows

    with Platform(Settings()).ledger.read() as connection:
        rows = dispute_rows(connection, state=state, iso=iso)
    shown = rows if as_json else [{**row, "dispute_id": row["dispute_id"][:12]} for row in rows]
    show(shown, COLUMNS, title=f"{len(rows)} disputes", as_json=as_json)


@app.command("show")
def show_dispute(which: Which, *, as_json: Json = False) -> None:
    """Show one dispute with its evidence and its history."""
    from market_platform.settlement.books.view import dispute_history, dispute_of

    with plainly(), Platform(Settings()).ledger.read() as connection:
        dispute = dispute_of(connection, which)
        history = dispute_history(connection, dispute.dispute_id)
    if as_json:
        show_json({**vars(dispute), "history": history})
        return
    head = {name: value for name, value in vars(dispute).items() if name != "evidence"}
    show([{"field": name, "value": value} for name, value in head.items()], ["field", "value"], title="Dispute")
    lines = dispute.evidence["lines"]
    names = ["interval_start", "resource", "expected_mwh", "billed_mwh", "expected_usd_per_mwh", "billed_usd_per_mwh",
             "variance_usd"]  # fmt: skip
    show(lines, names, title=f"{len(lines)} lines")
    say(", ".join(f"{len(rows)} {name}" for name, rows in dispute.evidence.items()) + " rows of evidence")
    show(history, ["at", "state", "note"], title="History")


@app.command("draft")
def draft(
    statement: Annotated[str, typer.Argument(help="Statement: its identifier, or the beginning of its hash")],
    *,
    as_json: Json = False,
) -> None:
    """Compare a statement again and draft a dispute for every cause that left us short."""
    from market_platform.defs.settlement.book_keys import DISPUTES
    from market_platform.defs.settlement.disputes import publish_disputes
    from market_platform.defs.settlement.office import reconcile
    from market_platform.settlement.books.view import dispute_rows

    platform = Platform(Settings())
    with plainly():
        taken = reconcile(platform, statement)
        publish_disputes(platform, DISPUTES)
        with platform.ledger.read() as connection:
            rows = dispute_rows(connection, sha256=taken.statement.sha256)
    shown = rows if as_json else [{**row, "dispute_id": row["dispute_id"][:12]} for row in rows]
    show(shown, COLUMNS, title=f"{len(rows)} disputes of {taken.statement.statement_id}", as_json=as_json)


@app.command("submit")
def submit(
    which: Which,
    *,
    phone: Annotated[str, typer.Option(help="Whom the ISO may call")] = "",
    email: Annotated[str, typer.Option(help="Whom the ISO may write to")] = "",
    last_name: Annotated[str, typer.Option(help="Their last name")] = "",
    first_name: Annotated[str, typer.Option(help="Their first name")] = "",
    sub_type: Annotated[str, typer.Option(help="ERCOT's sub-type; the cause by default")] = "",
    filed: Annotated[bool, typer.Option("--filed", help="You have uploaded it: note it as filed")] = False,
) -> None:
    """Write what is to be filed into data/reports/settlement/disputes (dry run); upload it yourself, then say --filed."""
    from market_platform.defs.settlement.disputes import contact_of, dispute_message, move_dispute

    platform = Platform(Settings())
    with plainly():
        contact = contact_of(platform, phone=phone, email=email, last_name=last_name, first_name=first_name)
        dispute, path = dispute_message(platform, which, contact, sub_type=sub_type)
        if filed:
            dispute = move_dispute(platform, which, "filed", note=f"uploaded by hand: {path.name}")
    say(
        f"{dispute.iso.upper()} {dispute.charge_code} of {dispute.market_day}: {dispute.amount_usd} USD, {dispute.state}"
    )
    say(f"written: {path}")
    if not filed:
        say(f"dry run, nothing was sent; file it by {dispute.deadline or 'no date: it cannot be disputed'}")


@app.command("move")
def move(
    which: Which,
    state: Annotated[
        str, typer.Argument(help="Next state: filed, open, granted, 'granted in part', denied, closed ...")
    ],
    *,
    note: Annotated[str, typer.Option(help="What the ISO said")] = "",
    awarded: Annotated[str | None, typer.Option(help="What was granted, in USD")] = None,
) -> None:
    """Bring a dispute into its next state."""
    from market_platform.defs.settlement.book_keys import DISPUTES
    from market_platform.defs.settlement.disputes import move_dispute, publish_disputes

    platform = Platform(Settings())
    with plainly():
        dispute = move_dispute(platform, which, state, note=note, awarded_usd=usd(awarded))
        publish_disputes(platform, DISPUTES)
    say(f"{dispute.dispute_id[:12]} is {dispute.state}")


@app.command("extract")
def extract(
    file: Annotated[Path, typer.Argument(help="ERCOT's dispute extract (XML)", exists=True, dir_okay=False)],
    *,
    as_json: Json = False,
) -> None:
    """Read what ERCOT says of its disputes and bring ours to the same state; twice without harm."""
    from market_platform.defs.settlement.book_keys import DISPUTES
    from market_platform.defs.settlement.disputes import follow_extract, publish_disputes

    platform = Platform(Settings())
    with plainly():
        found = follow_extract(platform, file.read_bytes())
        publish_disputes(platform, DISPUTES)
    rows = [
        {
            "dispute_number": each.dispute_number, "dispute_id": each.dispute_id[:12], "before": each.before,
            "now": each.steps[-1] if each.steps else each.before, "awarded_usd": each.awarded_usd,
            "remark": each.remark,
        }
        for each in found
    ]  # fmt: skip
    columns = ["dispute_number", "dispute_id", "before", "now", "awarded_usd", "remark"]
    show(rows, columns, title=f"{len(rows)} disputes at ERCOT", as_json=as_json)
