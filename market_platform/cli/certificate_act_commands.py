"""Commands that act on certificates in the ledger: open, transfer, accept, retire, move, declare a trading window."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from market_platform.cli.certificate_words import (
    SOURCE,
    Account,
    Fuel,
    Json,
    Organization,
    Quantity,
    Registry,
    Serials,
    State,
)
from market_platform.cli.console import say, show
from market_platform.cli.plain_words import plainly, usd
from market_platform.platform import Platform
from market_platform.settings import Settings


def open_account(
    organization: Annotated[str, typer.Argument(help="Whose account, as the registry spells it")],
    *,
    registry: Registry,
    name: Annotated[str, typer.Option(help="Name of the account")] = "active",
) -> None:
    """Open the account of an organization, so that certificates can be offered to it."""
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        if registry not in desk.reference.registries:
            raise typer.BadParameter(f"no registry {registry}; there are {', '.join(desk.reference.registries)}")
        number = desk.book.open_account(
            registry, organization, desk.actor(getpass.getuser(), organization), platform.clock(), name
        )
    say(f"account {number}: {organization}, {registry}, {name}")


def transfer(
    to: Annotated[str, typer.Argument(help="The organization that gets them")],
    *,
    registry: Registry,
    quantity: Quantity = 0,
    serials: Serials = None,
    fuel: Fuel = None,
    state: State = None,
    price: Annotated[str | None, typer.Option(help="Price of one in dollars; makes it a sale")] = None,
    account: Account = None,
    organization: Organization = None,
    notes: Annotated[str, typer.Option(help="Kept with the transaction")] = "",
) -> None:
    """Offer certificates to another organization; they are pending until it accepts. The registry is not told."""
    from market_platform.certificates.desk import account_of
    from market_platform.certificates.desk import transfer as offer
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        giver = account_of(desk, registry, organization or desk.organization, name=account)
        actor = desk.actor(getpass.getuser(), organization)
        wanted = _wanted(quantity, serials, fuel, state)
        done = offer(desk, giver, to, wanted, actor, platform.clock(), SOURCE, usd(price), notes=notes)
    say(f"transaction {done.transaction_id}: {done.quantity:,} certificates wait for {to} to accept")


def accept(transaction: int, *, organization: Organization = None) -> None:
    """Accept a transfer that was offered to you."""
    _settle(transaction, "accepted", organization)


def reject(transaction: int, *, organization: Organization = None) -> None:
    """Reject a transfer that was offered to you; the certificates go back."""
    _settle(transaction, "rejected", organization)


def withdraw(transaction: int, *, organization: Organization = None) -> None:
    """Take back an offer of your own that nobody has accepted."""
    _settle(transaction, "withdrawn", organization)


def _settle(transaction: int, outcome: Literal["accepted", "rejected", "withdrawn"], organization: str | None) -> None:
    from market_platform.certificates.desk import settle
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        actor = desk.actor(getpass.getuser(), organization)
        settle(desk, transaction, outcome, actor, platform.clock(), SOURCE)
    say(f"transaction {transaction} is {outcome}")


def retire(
    *,
    registry: Registry,
    reason: Annotated[str, typer.Option(help="Reason in the registry's words (see: registries REGISTRY)")],
    beneficiary: Annotated[str, typer.Option(help="For whom: a customer, a site of yours")],
    quantity: Quantity = 0,
    serials: Serials = None,
    fuel: Fuel = None,
    claim: Annotated[
        str | None, typer.Option(help="What it counts for, as STATE/TIER/PERIOD: 'DC/Tier I/2025'")
    ] = None,
    account: Account = None,
    organization: Organization = None,
    notes: Annotated[str, typer.Option(help="Kept with the transaction")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: retirement is final")] = False,
) -> None:
    """Use certificates up in the ledger, for good. The registry is not told."""
    from market_platform.certificates.compliance.duties import claim_of
    from market_platform.certificates.desk import account_of
    from market_platform.certificates.desk import retire as use_up
    from market_platform.defs.certificates.desk import open_desk

    if claim is not None and claim.count("/") != 2:
        raise typer.BadParameter(f"{claim!r} is no claim: write STATE/TIER/PERIOD, for instance 'DC/Tier I/2025'")
    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        counted = None if claim is None else claim_of(desk, *claim.split("/"))
        wanted = _wanted(quantity, serials, fuel, None if counted is None else counted.state)
        giver = account_of(desk, registry, organization or desk.organization, name=account)
        if not yes:
            typer.confirm("Retirement is final. Go on?", abort=True)
        actor = desk.actor(getpass.getuser(), organization)
        done = use_up(desk, giver, wanted, reason, beneficiary, actor, platform.clock(), SOURCE, counted, notes)
    say(f"transaction {done.transaction_id}: {done.quantity:,} certificates retired for {beneficiary}")


def unretire(
    *,
    registry: Registry,
    serials: Annotated[list[str], typer.Option(help="Retired serials as BASE:FIRST-LAST")],
    notes: Annotated[str, typer.Option(help="The administrator's decision: who, when, why")],
    administrator: Annotated[
        bool, typer.Option("--administrator", help="You enter what the registry's administrator has done")
    ] = False,
    account: Account = None,
    organization: Organization = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Undo a retirement as the registry's administrator did. For anybody else retirement is final."""
    from market_platform.certificates.desk import undo_retirement
    from market_platform.certificates.ledger.parties import Actor
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        owner = organization or desk.organization
        if administrator and not yes:
            typer.confirm(f"Did the administrator of {registry} undo this retirement?", abort=True)
        actor = Actor(getpass.getuser(), registry, "administrator") if administrator else desk.actor(getpass.getuser())
        done = undo_retirement(desk, registry, owner, serials, actor, platform.clock(), SOURCE, notes, account)
    say(f"transaction {done.transaction_id}: {done.quantity:,} certificates of {owner} are held again")


def move(
    to: Annotated[str, typer.Argument(help="active, banked, reserve or compliance")],
    *,
    registry: Registry,
    quantity: Quantity = 0,
    serials: Serials = None,
    fuel: Fuel = None,
    state: State = None,
    from_kind: Annotated[str, typer.Option("--from", help="Kind of account that they lie in")] = "active",
    account: Account = None,
    organization: Organization = None,
) -> None:
    """Move certificates between sub-accounts of one organization: bank, reserve, commit to compliance."""
    from market_platform.certificates.desk import account_of, rearrange
    from market_platform.defs.certificates.desk import open_desk

    kinds: dict[str, Literal["active", "banked", "reserve", "compliance"]] = {
        "active": "active", "banked": "banked", "reserve": "reserve", "compliance": "compliance",
    }  # fmt: skip
    if to not in kinds:
        raise typer.BadParameter(f"no kind of account {to}; there are {', '.join(kinds)}")
    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        giver = account_of(desk, registry, organization or desk.organization, from_kind, account)
        actor = desk.actor(getpass.getuser(), organization)
        wanted = _wanted(quantity, serials, fuel, state)
        done = rearrange(desk, giver, wanted, kinds[to], actor, platform.clock(), SOURCE)
    say(f"transaction {done.transaction_id}: {done.quantity:,} certificates are {to} now")


def window(
    opens: Annotated[datetime, typer.Argument(help="First moment, UTC")],
    closes: Annotated[datetime, typer.Argument(help="Moment at which it is over, UTC")],
    *,
    registry: Registry,
    source: Annotated[str, typer.Option(help="Where the registry published it")],
) -> None:
    """Enter a trading period that a registry has published; NEPOOL GIS moves nothing outside of one."""
    from market_platform.defs.certificates.desk import open_desk

    with plainly():
        desk = open_desk(Platform(Settings()))
        desk.book.declare_window(registry, opens.replace(tzinfo=UTC), closes.replace(tzinfo=UTC), source)
    say(f"{registry} trades from {opens:%Y-%m-%d %H:%M} to {closes:%Y-%m-%d %H:%M} UTC")


def upload(
    file: Annotated[
        Path, typer.Argument(help="Monthly generation in M-RETS's upload form", exists=True, dir_okay=False)
    ],
    *,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to the registry; only checked and shown without it")
    ] = False,
    as_json: Json = False,
) -> None:
    """Report generation to M-RETS, from which it issues certificates. A dry run unless you say --send."""
    from market_platform.defs.certificates.lists import mrets_client
    from market_platform.sources.mrets.documents import resources_frame
    from market_platform.sources.mrets.submission import entries_of
    from market_platform.sources.mrets.submission import send as send_all
    from market_platform.sources.mrets.uploads import read_generation

    platform = Platform(Settings())
    with plainly():
        client = mrets_client(platform)
        generators = resources_frame(client.whole("generators"))
        entries = entries_of(read_generation(file.read_bytes()), generators, platform.clock().date())
    rows: list[dict[str, object]] = [
        {
            "generator": entry.mrets_id, "generation_start": entry.generation_start,
            "generation_end": entry.generation_end, "generation_mwh": entry.generation_mwh, "entry": None,
            "status": "not sent",
            "remark": "; ".join(filter(None, (entry.refusal, entry.remark))),
        }
        for entry in entries
    ]  # fmt: skip
    try:
        with plainly():
            if send:
                for row, sent in zip(rows, send_all(client, entries), strict=False):
                    row |= {"entry": sent.entry_id, "status": sent.status}
    finally:
        client.close()
        show(rows, list(rows[0]), title="Generation for M-RETS", as_json=as_json)
    if not send and not as_json:
        say("dry run: nothing was sent; say --send to report it to the registry")


def _wanted(quantity: int, serials: list[str] | None, fuel: str | None, state: str | None) -> Any:  # noqa: ANN401
    from market_platform.certificates.desk import Wanted, serials_of

    return Wanted(tuple(serials_of(text) for text in serials or ()), quantity, fuel, state)
