"""Commands that act at M-RETS itself. Every one of them is a dry run unless you say --send."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli.certificate_words import Json, Quantity, Serials
from market_platform.cli.console import say, show
from market_platform.cli.plain_words import plainly, records
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    from market_platform.sources.mrets.client import MretsClient
    from market_platform.sources.mrets.transactions import Order

app = typer.Typer(
    help="Transfers and retirements at M-RETS itself; dry runs unless you say --send.", no_args_is_help=True
)
Send = Annotated[bool, typer.Option("--send", help="Hand it in at the registry; only shown without it")]
Notes = Annotated[str, typer.Option(help="Kept with the transaction")]


@app.command("retire")
def retire(
    option: Annotated[str, typer.Argument(help="Retirement option as the registry names it")],
    *,
    quantity: Quantity = 0,
    serials: Serials = None,
    state: Annotated[str | None, typer.Option(help="State that it counts in, where the option asks for one")] = None,
    reason: Annotated[str | None, typer.Option(help="Reason, where the option lists any")] = None,
    notes: Notes = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """Retire certificates at M-RETS: final there. The ledger follows with `certificates retire` or `certificates sync`."""
    from market_platform.defs.certificates.mrets_orders import registry, retirement_order

    with plainly(), registry(Platform(Settings())) as client:
        order = retirement_order(client, serials or (), quantity, option, reason=reason, retired_to=state, notes=notes)
        _hand_in(client, order, send=send, as_json=as_json)


@app.command("transfer")
def transfer(
    to: Annotated[str, typer.Argument(help="The organization that gets them, by name or by the registry's id")],
    *,
    quantity: Quantity = 0,
    serials: Serials = None,
    notes: Notes = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """Offer certificates to another organization at M-RETS; pending there until it accepts."""
    from market_platform.defs.certificates.mrets_orders import registry, transfer_order

    with plainly(), registry(Platform(Settings())) as client:
        order = transfer_order(client, to, serials or (), quantity, notes)
        _hand_in(client, order, send=send, as_json=as_json)


@app.command("transactions")
def transactions(
    *,
    status: Annotated[str | None, typer.Option(help="draft, pending, complete, rejected, withdrawn ...")] = None,
    as_json: Json = False,
) -> None:
    """List your transactions at M-RETS with their status."""
    from market_platform.defs.certificates.mrets_orders import TRANSACTIONS, registry, transactions_listed

    with plainly(), registry(Platform(Settings())) as client:
        rows = transactions_listed(client, status)
    show(records(rows), TRANSACTIONS, title=f"{len(rows)} transactions at M-RETS", as_json=as_json)


@app.command("settle")
def settle(
    transaction: Annotated[str, typer.Argument(help="Transaction: the registry's id")],
    outcome: Annotated[str, typer.Argument(help="accept, reject or withdraw")],
    *,
    send: Send = False,
) -> None:
    """Accept or reject a transfer that was offered to you at M-RETS, or withdraw one of yours."""
    from market_platform.defs.certificates.mrets_orders import registry

    if outcome not in ("accept", "reject", "withdraw"):
        raise typer.BadParameter(f"{outcome} is none of accept, reject, withdraw")
    if not send:
        say(f"dry run: nothing was sent; say --send to {outcome} {transaction}")
        return
    with plainly(), registry(Platform(Settings())) as client:
        done = client.act(transaction, outcome)
    say(f"{transaction} is {done.get('attributes', {}).get('status', outcome)}")


@app.command("mass-transfer")
def mass_transfer(
    file: Annotated[Path, typer.Argument(help="CSV to write, for the registry's upload page", dir_okay=False)],
    *,
    organization_id: Annotated[str, typer.Option(help="MM... number of the organization that gets them")] = "",
    account_id: Annotated[str, typer.Option(help="Account of your own instead")] = "",
    quantity: Quantity = 0,
    serials: Serials = None,
    notes: Notes = "",
) -> None:
    """Write the registry's mass transfer file; you upload it on its Certificates page yourself."""
    from market_platform.defs.certificates.mrets_orders import chosen, registry, write_mass_file

    if bool(organization_id) == bool(account_id):
        raise typer.BadParameter("name one goal: --organization-id or --account-id")
    with plainly(), registry(Platform(Settings())) as client:
        ranges = chosen(client, serials or (), quantity)
    write_mass_file(file, ranges, organization_id, account_id, notes)
    say(f"{sum(part.quantity for part in ranges):,} certificates in {len(ranges)} rows: {file}")


def _hand_in(client: "MretsClient", order: "Order", *, send: bool, as_json: bool) -> None:
    from market_platform.sources.mrets.transactions import hand_in

    handed = hand_in(client, order) if send else None
    kind = str(order.attributes["transaction_type"])
    rows = [
        {
            "transaction": handed.transaction_id if handed else None, "kind": kind,
            "serials": f"{part.serial_base}:{part.serial_start}-{part.serial_end}", "quantity": part.quantity,
            "status": handed.status if handed else "not sent",
        }
        for part in order.ranges
    ]  # fmt: skip
    show(rows, list(rows[0]), title=f"{kind} of {order.quantity:,} certificates at M-RETS", as_json=as_json)
    if handed is None and not as_json:
        say("dry run: nothing was sent; say --send to hand it in")
