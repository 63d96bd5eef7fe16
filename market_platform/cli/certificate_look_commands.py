"""Commands that look at certificates: registries and their lists, positions, accounts, offers, history, audit."""

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from market_platform.cli.certificate_words import Fuel, Json, Registry, State
from market_platform.cli.console import say, show, show_json
from market_platform.cli.plain_words import plainly, records, usd
from market_platform.platform import Platform
from market_platform.settings import Settings


def registries(
    registry: Annotated[str | None, typer.Argument(help="Show every rule of this one, with its source")] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the registries and the rules that the ledger holds them to."""
    from market_platform.defs.certificates.desk import open_reference

    with plainly():
        reference = open_reference(Platform(Settings()))
    if registry is not None:
        rows = reference.registry_rules[reference.registry_rules["registry"] == registry]
        if rows.empty:
            raise typer.BadParameter(f"no registry {registry}; there are {', '.join(reference.registries)}")
        show(records(rows), ["item", "value", "text", "status", "source"], title=registry, as_json=as_json)
        return
    items = ["issuance", "trading_window", "life", "subaccounts", "exports_to", "imports_from"]
    table = [
        {"registry": key, "name": each.name, **{item: each.rules.get(item) for item in items}}
        for key, each in reference.registries.items()
    ]
    show(table, ["registry", "name", *items], title="Registries (blank: no rule is known)", as_json=as_json)


def import_exports(
    files: Annotated[list[Path], typer.Argument(help="Lists downloaded from a registry", exists=True, dir_okay=False)],
    *,
    registry: Registry,
    cost: Annotated[str | None, typer.Option(help="What one certificate cost in dollars, where new")] = None,
    as_json: Json = False,
) -> None:
    """Read a registry's export through its mapping file and issue what the ledger does not know; twice without harm."""
    from market_platform.defs.certificates.desk import open_desk
    from market_platform.defs.certificates.lists import enter, read_files

    platform = Platform(Settings())
    with plainly():
        desk, price = open_desk(platform), usd(cost)
        found = read_files(platform, registry, files)
        costs = {} if price is None else dict.fromkeys(found.rows["fuel"].unique(), price)
        done = enter(platform, desk, found, getpass.getuser(), costs)
    _report_intakes([(registry, len(found.rows), done)], as_json=as_json)


def sync(*, as_json: Json = False) -> None:
    """Read what all registries list (M-RETS over its API, others from the exports folder) into the ledger."""
    from market_platform.defs.certificates.lists import sync_all

    platform = Platform(Settings())
    with plainly():
        done = [(found.registry, len(found.rows), intake) for found, intake in sync_all(platform, getpass.getuser())]
    if not done and not as_json:
        say("nothing to read: put exports into certificates/exports/<registry>/, or set MARKET_PLATFORM_MRETS_KEY")
    _report_intakes(done, as_json=as_json)


def _report_intakes(done: Sequence[tuple[str, int, Any]], *, as_json: bool) -> None:
    rows = [
        {
            "registry": registry, "ranges": ranges, "issued": each.issued, "retired": each.retired, "gone": each.gone,
            "differences": len(each.differences), "ask_for_a_look": int((each.differences["meaning"] == "").sum()),
        }
        for registry, ranges, each in done
    ]  # fmt: skip
    if as_json:
        show_json([{**row, "found": records(each.differences)} for row, (_, _, each) in zip(rows, done, strict=True)])
        return
    if rows:
        show(rows, list(rows[0]), title="What was read")
    for registry, _, each in done:
        for row in each.differences.head(10).itertuples():
            say(
                f"{registry} {row.serial_base}:{row.serial_start}-{row.serial_end}: registry says "
                f"{row.registry_status}, ledger says {row.ledger_status}{row.meaning and f' ({row.meaning})'}"
            )


def positions(
    *,
    owner: Annotated[str | None, typer.Option(help="Only of this organization; all by default")] = None,
    registry: Annotated[str | None, typer.Option(help="Only in this registry")] = None,
    fuel: Fuel = None,
    state: State = None,
    tier: Annotated[str | None, typer.Option(help="Only certified for this tier of the state")] = None,
    by: Annotated[
        str, typer.Option(help="Sum over: owner, registry, account_kind, fuel, vintage, expires_on, state, tier ...")
    ] = "owner,registry,account_kind,fuel",
    gone: Annotated[bool, typer.Option("--gone", help="Also what is retired, exported, expired")] = False,
    as_json: Json = False,
) -> None:
    """Show what is held, what it cost and what it is worth."""
    from market_platform.certificates.positions import IN_CIRCULATION, with_values
    from market_platform.certificates.positions import by as summed
    from market_platform.defs.certificates.desk import open_desk
    from market_platform.defs.certificates.marks import valued_holdings

    platform = Platform(Settings())
    kinds = () if gone else IN_CIRCULATION
    with plainly():
        held = valued_holdings(
            platform,
            open_desk(platform),
            owner=owner,
            registry=registry,
            fuel=fuel,
            state=state,
            tier=tier,
            kinds=kinds,
        )
    dimensions, (rows,) = _dimensions(by, held)
    table = with_values(summed(rows, *dimensions), rows, dimensions)
    columns = [*dimensions, "quantity", "cost_usd", "value_usd", "unrealised_usd"]
    show(records(table[columns]), columns, title=f"{int(held['quantity'].sum()):,} certificates", as_json=as_json)
    if held.empty and not as_json:
        say("the ledger holds nothing that fits: read the registries' lists with sync or import")
    _say_of_pairs(dimensions, as_json=as_json)


def profit(
    *,
    owner: Annotated[str | None, typer.Option(help="Only of this organization; all by default")] = None,
    by: Annotated[
        str, typer.Option(help="Sum over: owner, registry, fuel, vintage, expires_on, state, tier ...")
    ] = "owner,registry,fuel",
    as_json: Json = False,
) -> None:
    """Show inventory at cost and at market, and the profit of what was sold; cost follows the serials."""
    from market_platform.certificates.desk import Desk
    from market_platform.certificates.positions import IN_CIRCULATION, profit_and_loss, realised_profit, with_expiry
    from market_platform.defs.certificates.desk import open_desk
    from market_platform.defs.certificates.marks import valued_holdings

    platform = Platform(Settings())
    with plainly():
        desk: Desk = open_desk(platform)
        held = valued_holdings(platform, desk, owner=owner, kinds=IN_CIRCULATION)
        with platform.ledger.read() as connection:
            sales = realised_profit(connection, owner)
        sales = with_expiry(sales, desk.reference.registries, desk.reference.programmes)
    dimensions, (inventory, sold) = _dimensions(by, held, sales)
    table = profit_and_loss(inventory, sold, dimensions)
    columns = [
        *dimensions,
        "quantity",
        "cost_usd",
        "value_usd",
        "unrealised_usd",
        "sold",
        "proceeds_usd",
        "realised_usd",
    ]
    show(records(table[columns]), columns, title="Inventory and profit", as_json=as_json)
    _say_of_pairs(dimensions, as_json=as_json)


def _dimensions(by: str, *frames: pd.DataFrame) -> tuple[list[str], list[pd.DataFrame]]:
    """Return the columns to sum over and the frames that have them; raises BadParameter for one that there is not."""
    from market_platform.certificates.positions import certified_for

    wanted = [name.strip() for name in by.split(",") if name.strip()]
    rows = [certified_for(frame) if {"state", "tier"} & set(wanted) else frame for frame in frames]
    known = set.intersection(*({*frame.columns, "state", "tier"} for frame in frames))
    unknown = sorted(set(wanted) - known)
    if unknown or not wanted:
        raise typer.BadParameter(f"cannot sum by {unknown}: there are {', '.join(sorted(known))}")
    return wanted, rows


def _say_of_pairs(dimensions: Sequence[str], *, as_json: bool) -> None:
    if {"state", "tier"} & set(dimensions) and not as_json:
        say("a certificate that is certified for two tiers stands under both: do not add them up")


def accounts(
    *, owner: Annotated[str | None, typer.Option(help="Only of this organization")] = None, as_json: Json = False
) -> None:
    """List the accounts and how many certificates each holds."""
    from market_platform.certificates.ledger import journal

    with Platform(Settings()).ledger.read() as connection:
        rows = records(journal.accounts(connection, owner))
    show(rows, journal.ACCOUNTS, title="Accounts", as_json=as_json)


def offers(*, as_json: Json = False) -> None:
    """List transfers that wait for acceptance."""
    from market_platform.certificates.ledger import journal

    with Platform(Settings()).ledger.read() as connection:
        rows = records(journal.offers(connection))
    show(rows, journal.OFFERS, title="Offers", as_json=as_json)


def history(
    *,
    owner: Annotated[str | None, typer.Option(help="Only postings from or to this organization")] = None,
    registry: Annotated[str | None, typer.Option(help="Only in this registry")] = None,
    serials: Annotated[str | None, typer.Option(help="Only what touched these serials: BASE:FIRST-LAST")] = None,
    limit: Annotated[int, typer.Option(help="How many of the latest postings", min=1)] = 30,
    as_json: Json = False,
) -> None:
    """Show who moved what when, from the journal; every line is sealed by a hash."""
    from market_platform.certificates.desk import serials_of
    from market_platform.certificates.ledger.journal import journal

    with plainly(), Platform(Settings()).ledger.read() as connection:
        wanted = None if serials is None else serials_of(serials)
        rows = journal(connection, organization=owner, registry=registry, serials=wanted, latest=limit)
    rows["serials"] = [f"{row.serial_base}:{row.serial_start}-{row.serial_end}" for row in rows.itertuples()]
    columns = [
        "posting_id", "at", "kind", "quantity", "serials", "from_organization", "from_kind", "to_organization",
        "to_kind", "price_usd", "reason", "outcome", "actor", "source",
    ]  # fmt: skip
    show(records(rows), columns, title=f"The latest {len(rows)} postings", as_json=as_json)


def audit(*, as_json: Json = False) -> None:
    """Prove the ledger: every serial is held once, positions agree, the hash chain is whole. Exit code 1 if not."""
    from market_platform.certificates.ledger.audit import audit as prove

    with plainly(), Platform(Settings()).ledger.read() as connection:
        found = prove(connection)
    rows = [{"held_as": kind, "certificates": quantity} for kind, quantity in sorted(found.by_kind.items())]
    if as_json:
        show_json({"issued": found.issued, "postings": found.postings, "by_kind": found.by_kind})
        return
    show(rows, ["held_as", "certificates"], title="Certificates by what became of them")
    say(f"{found.issued:,} issued, all held exactly once; {found.postings:,} postings in an unbroken chain")
