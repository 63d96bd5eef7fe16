"""Commands about bids: build them from a plan, check them, send them, follow them, withdraw them, write them out."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli import bid_file_commands
from market_platform.cli.bid_file_commands import TableFile, bids_from_file, by_market_day
from market_platform.cli.console import say, show, show_json
from market_platform.cli.trading_words import Day, Json, Market, chosen_day, chosen_isos, open_house, told_plainly

if TYPE_CHECKING:
    from market_platform.defs.trading.house import House
    from market_platform.trading.bids.bid import Bid

app = typer.Typer(
    help="Bids: build, check, submit, follow, cancel, export. Nothing here reaches a live market.", no_args_is_help=True
)
app.command("check")(bid_file_commands.check)
app.command("export")(bid_file_commands.export)
COLUMNS = ["bid_id", "iso", "market", "resource", "product", "interval_start", "state", "curve", "self_schedule_mw"]


@app.command("build")
def build(
    *,
    market: Market = None,
    day: Day = None,
    strategy: Annotated[str, typer.Option(help="offers, value_curves, self_schedule or threshold")] = "offers",
    output: Annotated[Path | None, typer.Option(help="Write the bids to a CSV and register nothing")] = None,
    as_json: Json = False,
) -> None:
    """Plan a market day and register its bids as drafts, unless a schedule stands already."""
    from market_platform.contracts.families.trading import BID_SCHEDULES
    from market_platform.defs.trading.records import lay
    from market_platform.defs.trading.scheduling import day_ahead_schedule, fresh_revision, planning_moment
    from market_platform.trading.bid_ledger.life_cycle import PENDING
    from market_platform.trading.bid_ledger.queries import find_bids
    from market_platform.trading.bids.bid_table import write_bid_table
    from market_platform.trading.planning.day_plan import STRATEGIES

    if strategy not in STRATEGIES:
        raise typer.BadParameter(f"strategy {strategy} is none of {', '.join(STRATEGIES)}")
    house, rows, built = open_house(), [], []
    with told_plainly():
        for iso in chosen_isos(market):
            asked = chosen_day(day, iso, house)
            ledger = house.platform.ledger
            if output is None and find_bids(ledger, iso=iso, market="dam", day=asked, states=PENDING):
                say(f"{iso} {asked}: a schedule stands; cancel it to plan anew")
                continue
            at = planning_moment(iso, asked, house.platform.clock(), may_be_past=house.delivery == "sandbox")
            if at is None:
                say(f"{iso} {asked}: the gate has closed, nothing was planned")
                continue
            revision = fresh_revision(ledger, iso, asked)
            plan = day_ahead_schedule(house, iso, asked, at, strategy=strategy, revision=revision)
            for note in plan.notes if not as_json else ():
                say(f"{iso} {asked}: {note}")
            built += plan.bids
            if output is None:
                house.service(iso, asked).draft(plan.bids, at)
                lay(house, BID_SCHEDULES, f"{iso}_bid_schedule", plan.rows, asked)
            rows += plan.table.to_dict(orient="records")
    if output is not None:
        output.write_text(write_bid_table(built), encoding="utf-8")
        say(f"{len(built)} bids written to {output}; nothing was registered")
    columns = [
        "market",
        "resource",
        "product",
        "interval_start",
        "expected_usd_per_mwh",
        "planned_mw",
        "planned_soc_end_mwh",
        "bid_curve",
    ]
    show([_plain(row) for row in rows], columns, title=f"{len(built)} bids planned", as_json=as_json)


@app.command("submit")
def submit(file: TableFile = None, *, market: Market = None, day: Day = None, as_json: Json = False) -> None:
    """Send drafts, or the bids of a file, through rules, risk limits and door; with live data a dry run."""
    from market_platform.defs.trading.submission import told

    house = open_house()
    at = house.platform.clock()
    with told_plainly():
        groups = bids_from_file(file) if file else _drafts(house, market, day)
        rows = []
        for (iso, asked), bids in groups.items():
            service = house.service(iso, asked)
            for outcome in service.submit(service.draft(bids, at) if file else bids, at):
                rows += [
                    {
                        "bid_id": verdict.bid_id,
                        "result": "rule broken" if not verdict.passes else "",
                        "why": "; ".join(fault.message for fault in verdict.broken),
                    }
                    for verdict in outcome.verdicts
                ]
                by_id = {row["bid_id"]: row for row in rows}
                for decision in outcome.decisions:
                    went = "built, not sent" if house.delivery == "dry_run" else "submitted"
                    by_id[decision.bid_id]["result"] = went if decision.granted else "risk limit"
                    by_id[decision.bid_id]["why"] = "; ".join(breach.message for breach in decision.breaches)
                if not as_json:
                    say(f"{iso} {asked}: {told(outcome, house.delivery, at)}")
    if as_json:
        show_json(rows)
    elif not rows:
        say("no drafts to submit: build them with bids build")
    else:
        stopped = [row for row in rows if row["why"]]
        if stopped:
            show(stopped, ["bid_id", "result", "why"], title="Not submitted")
    if any(row["why"] for row in rows):
        raise typer.Exit(1)


@app.command("follow")
def follow(*, market: Market = None, day: Day = None, as_json: Json = False) -> None:
    """Ask the market how the bids of a day stand and write it down."""
    house = open_house()
    rows = []
    with told_plainly():
        for iso in chosen_isos(market):
            asked = chosen_day(day, iso, house)
            moved = house.service(iso, asked).follow(house.platform.clock())
            rows += [{"iso": iso, "bid_id": bid_id, "state": state} for bid_id, state in moved.items()]
    show(rows, ["iso", "bid_id", "state"], title=f"{len(rows)} bids moved", as_json=as_json)


@app.command("list")
def list_bids(
    *,
    market: Market = None,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Market day; all by default")
    ] = None,
    state: Annotated[list[str] | None, typer.Option(help="Only in this state")] = None,
    resource: Annotated[str | None, typer.Option(help="Only of this resource, by either name")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the latest")] = 50,
    as_json: Json = False,
) -> None:
    """List bids with their states."""
    from market_platform.trading.bid_ledger.queries import find_bids

    house = open_house()
    wire = {own: name for name, own in house.wire_names.items()}
    iso = None if market is None else chosen_isos(market)[0]
    found = find_bids(
        house.platform.ledger, iso=iso, day=day.date() if day else None, states=state or (),
        resource=wire.get(resource, resource) if resource else None, limit=limit,
    )  # fmt: skip
    rows = [_row(house, bid, now) for bid, now in found]
    show(rows, COLUMNS, title=f"{len(rows)} bids", as_json=as_json)


@app.command("show")
def show_bid(bid_id: str, *, as_json: Json = False) -> None:
    """Show a bid, its awards and its life."""
    from market_platform.trading.bid_ledger.drafts import history, read_bids
    from market_platform.trading.bid_ledger.life_cycle import states_of
    from market_platform.trading.bid_ledger.queries import awards_of

    house = open_house()
    with told_plainly(), house.platform.ledger.read() as connection:
        (bid,) = read_bids(connection, [bid_id])
        state = states_of(connection, [bid_id])[bid_id]
    awards = awards_of(house.platform.ledger, bid.iso, bid.market_day)
    given = awards[awards["bid_id"] == bid_id].to_dict(orient="records")
    events = [_event(event) for event in history(house.platform.ledger, bid_id)]
    row = _row(house, bid, state) | {"participant": bid.participant, "kind": bid.kind, "market_day": bid.market_day}
    if as_json:
        show_json({**row, "awards": given, "events": events})
        return
    for name, value in row.items():
        say(f"{name.replace('_', ' '):<18} {value if value is not None else ''}")
    if given:
        show(
            given,
            ["interval_start", "interval_end", "awarded_mw", "price_usd_per_mwh", "delivered_mwh"],
            title="Awards",
        )
    show(events, ["at", "from", "to", "actor", "reason"], title="Events")


@app.command("history")
def show_history(bid_id: str, *, as_json: Json = False) -> None:
    """Show who moved a bid, when and why."""
    from market_platform.trading.bid_ledger.drafts import history

    events = [_event(event) for event in history(open_house().platform.ledger, bid_id)]
    if not events:
        say(f"no bid {bid_id} in the ledger")
        raise typer.Exit(1)
    show(events, ["at", "from", "to", "actor", "reason"], title=f"Life of {bid_id}", as_json=as_json)


@app.command("cancel")
def cancel(
    bid_ids: list[str],
    *,
    reason: Annotated[str, typer.Option(help="Stands in the audit trail")] = "withdrawn by hand",
    as_json: Json = False,
) -> None:
    """Withdraw pending bids, at the market first; all of those named or none of a market day."""
    from market_platform.trading.bid_ledger.drafts import read_bids

    house = open_house()
    with told_plainly():
        with house.platform.ledger.read() as connection:
            bids = read_bids(connection, bid_ids)
        for (iso, day), group in by_market_day(bids).items():
            house.service(iso, day).cancel([bid.bid_id for bid in group], house.platform.clock(), reason)
    show([{"bid_id": bid.bid_id, "state": "cancelled"} for bid in bids], ["bid_id", "state"], as_json=as_json)


def _drafts(house: "House", market: str | None, day: datetime | None) -> "dict[tuple[str, date], list[Bid]]":
    from market_platform.trading.bid_ledger.queries import find_bids

    found = [
        bid
        for iso in chosen_isos(market)
        for bid, _ in find_bids(house.platform.ledger, iso=iso, day=chosen_day(day, iso, house), states=("draft",))
    ]
    return by_market_day(found)


def _row(house: "House", bid: "Bid", state: str) -> dict[str, object]:
    from market_platform.trading.planning.bids_of_plan import curve_text

    return {
        "bid_id": bid.bid_id, "iso": bid.iso, "market": bid.market,
        "resource": house.wire_names.get(bid.resource, bid.resource or bid.location), "product": bid.product,
        "interval_start": bid.start, "state": state, "curve": curve_text(bid), "self_schedule_mw": bid.self_schedule_mw,
    }  # fmt: skip


def _event(event: object) -> dict[str, object]:
    names = {"at": "at", "from": "from_state", "to": "to_state", "actor": "actor", "reason": "reason"}
    return {name: getattr(event, attribute) for name, attribute in names.items()}


def _plain(row: dict[str, object]) -> dict[str, object]:
    """Return a row without the blanks of a table: NaN is nothing."""
    return {name: None if value is None or value != value else value for name, value in row.items()}
