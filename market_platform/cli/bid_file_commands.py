"""Commands that read bids from a file or write them as an ISO's messages."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli.console import say, show, show_json
from market_platform.cli.trading_words import Day, Json, chosen_day, chosen_isos, open_house, told_plainly
from market_platform.errors import RuleBroken
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    from market_platform.trading.bids.bid import Bid

TableFile = Annotated[Path | None, typer.Argument(help="CSV of bids; without it the drafts in the ledger", exists=True)]
Exported = Annotated[
    Path | None, typer.Argument(help="CSV of bids; without it the market day in the ledger", exists=True)
]
Schemas = Annotated[
    Path | None,
    typer.Option(
        help="Folder of ERCOT's official schemas; each message has to keep them", exists=True, file_okay=False
    ),
]


def check(
    file: Annotated[Path, typer.Argument(help="CSV of bids, or one of ERCOT's messages", exists=True, dir_okay=False)],
    *,
    at: Annotated[datetime | None, typer.Option(help="Moment of receipt, UTC; now by default")] = None,
    schemas: Schemas = None,
    as_json: Json = False,
) -> None:
    """Judge bids by every rule of their ISO and name each one that is broken; exit status 1 where any is.

    An XML file is held against ERCOT's official schemas, those of --schemas.
    """
    if file.suffix.lower() == ".xml":
        _check_message(file, schemas)
        return
    from market_platform.trading.bids.bid_table import read_bid_table
    from market_platform.trading.bids.checker import check_schedule

    moment = at.replace(tzinfo=UTC) if at else Platform(Settings()).clock()
    with told_plainly():
        verdicts = check_schedule(read_bid_table(file.read_text(encoding="utf-8-sig"), file.name), moment)
    rows = [
        {
            "bid_id": verdict.bid_id,
            "rule": each.rule,
            "status": each.status,
            "message": each.message,
            "source": each.source,
        }
        for verdict in verdicts
        for each in verdict.broken
    ]
    broken = sum(not verdict.passes for verdict in verdicts)
    if as_json:
        show_json({"bids": len(verdicts), "broken": broken, "faults": rows})
    else:
        if rows:
            show(rows, ["bid_id", "rule", "status", "message", "source"], title="Broken rules")
        unsure = sorted({rule for verdict in verdicts for rule in verdict.unverified})
        say(f"{len(verdicts) - broken} of {len(verdicts)} bids pass, received at {moment:%Y-%m-%d %H:%M}Z")
        if unsure:
            say(f"judged on unverified values of: {', '.join(unsure)}")
    if broken:
        raise typer.Exit(1)


def _check_message(file: Path, schemas: Path | None) -> None:
    from market_platform.trading.gateways.ercot.schema import ErcotSchemas
    from market_platform.trading.gateways.xml_text import parsed

    if schemas is None:
        raise typer.BadParameter("an XML file is judged by ERCOT's schemas: name their folder with --schemas")
    with told_plainly():
        ErcotSchemas(schemas).demand_message(parsed(file.read_bytes(), file.name))
    say(f"{file.name} keeps ERCOT's official schema")


def export(
    file: Exported = None,
    *,
    form: Annotated[str, typer.Option("--format", help="ercot, pjm, nyiso or caiso")],
    day: Day = None,
    folder: Annotated[Path | None, typer.Option(help="Write one file a message; without it they are printed")] = None,
    schemas: Schemas = None,
) -> None:
    """Write bids as the ISO's own messages, unsigned and without secrets: of a file, or of the ledger's market day."""
    from market_platform.defs.trading.house import gateway_of
    from market_platform.trading.bid_ledger.queries import find_bids

    house, (iso,) = open_house(), chosen_isos(form)
    at = house.platform.clock()
    with told_plainly():
        if file:
            bids = [bid for (own, _), group in bids_from_file(file).items() if own == iso for bid in group]
        else:
            states = ("draft", "submitted", "accepted", "cleared", "partly", "uncleared", "delivered")
            asked = chosen_day(day, iso, house)
            bids = [bid for bid, _ in find_bids(house.platform.ledger, iso=iso, day=asked, states=states)]
        if not bids:
            raise RuleBroken(f"there are no bids of {iso} to export")
        messages = [
            message
            for participant in sorted({bid.participant for bid in bids})
            for message in gateway_of(iso, participant, schemas).submission(
                [bid for bid in bids if bid.participant == participant], at
            )
        ]
    for number, message in enumerate(messages, start=1):
        if folder is None:
            typer.echo(message.body.decode())
            continue
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{iso}-{number}.{'csv' if iso == 'nyiso' else 'xml'}"
        path.write_bytes(message.body)
        say(f"{path}: {len(message.bid_ids)} bids, layout status {message.format_status}")


def bids_from_file(file: Path) -> "dict[tuple[str, date], list[Bid]]":
    """Return the bids of a CSV by ISO and market day."""
    from market_platform.trading.bids.bid_table import read_bid_table

    return by_market_day(read_bid_table(file.read_text(encoding="utf-8-sig"), file.name))


def by_market_day(bids: "Sequence[Bid]") -> "dict[tuple[str, date], list[Bid]]":
    """Return bids by ISO and market day."""
    groups: dict[tuple[str, date], list[Bid]] = {}
    for bid in bids:
        groups.setdefault((bid.iso, bid.market_day), []).append(bid)
    return groups
