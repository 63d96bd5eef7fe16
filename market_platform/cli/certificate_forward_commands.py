"""Commands for certificates that go elsewhere later: forward agreements and their delivery, exports to another registry."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from market_platform.cli.certificate_words import SOURCE, Account, Fuel, Organization, Quantity, Registry, Serials
from market_platform.cli.console import say
from market_platform.cli.plain_words import plainly, usd
from market_platform.platform import Platform
from market_platform.settings import Settings

Month = Annotated[datetime, typer.Option(formats=["%Y-%m"], help="Vintage month")]


def forward(
    to: Annotated[str, typer.Argument(help="The organization that gets them")],
    *,
    registry: Registry,
    quantity: Annotated[int, typer.Option(help="How many certificates", min=1)],
    vintage_from: Month,
    vintage_to: Month,
    deliver_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of delivery")],
    price: Annotated[str | None, typer.Option(help="Price of one in dollars")] = None,
    fuel: Fuel = None,
    rescindable: Annotated[bool, typer.Option("--rescindable", help="You may take the agreement back")] = False,
    account: Account = None,
    organization: Organization = None,
) -> None:
    """Agree to deliver certificates on a later day, also such as are not generated yet; nothing moves before."""
    from market_platform.certificates.desk import account_of
    from market_platform.certificates.ledger.forward import Forward, agree
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        terms = Forward(
            account_of(desk, registry, organization or desk.organization, name=account),
            account_of(desk, registry, to),
            quantity,
            vintage_from.date(),
            vintage_to.date(),
            deliver_on.date(),
            rescindable,
            usd(price),
            fuel,
        )
        number = agree(desk.book, terms, desk.actor(getpass.getuser(), organization), platform.clock(), SOURCE)
    say(f"forward {number}: {quantity:,} certificates for {to} on {deliver_on:%Y-%m-%d}")


def rescind(forward_number: int, *, organization: Organization = None) -> None:
    """Take back a forward agreement that is rescindable; what was delivered stays delivered."""
    from market_platform.certificates.ledger.forward import rescind as take_back
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        take_back(desk.book, forward_number, desk.actor(getpass.getuser(), organization), platform.clock(), SOURCE)
    say(f"forward {forward_number} is rescinded")


def deliver(*, organization: Organization = None) -> None:
    """Offer what forward agreements promised for today or before, oldest vintage first, as far as it is held."""
    from market_platform.certificates.ledger.forward import deliver as offer_due
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        done = offer_due(desk.book, desk.actor(getpass.getuser(), organization), platform.clock(), SOURCE)
    for number, quantity in done.items():
        say(f"forward {number}: {quantity:,} certificates wait to be accepted")
    if not done:
        say("nothing is due, or nothing of what is due is held")


def export(
    to: Annotated[str, typer.Argument(help="The registry that they go to")],
    *,
    registry: Registry,
    quantity: Quantity = 0,
    serials: Serials = None,
    fuel: Fuel = None,
    account: Account = None,
    organization: Organization = None,
) -> None:
    """Note certificates as exported to another registry; only then can its list bring them in again."""
    from market_platform.certificates.desk import Wanted, account_of, lots_of, serials_of
    from market_platform.certificates.ledger.leaving import Export
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        giver = account_of(desk, registry, organization or desk.organization, name=account)
        wanted = Wanted(tuple(serials_of(text) for text in serials or ()), quantity, fuel)
        lots = lots_of(desk, giver, wanted)
        actor = desk.actor(getpass.getuser(), organization)
        (number,) = desk.book.post([Export(lots, giver, to)], actor, platform.clock(), SOURCE)
    say(f"transaction {number}: {sum(lot.quantity for lot in lots):,} certificates exported to {to}")
