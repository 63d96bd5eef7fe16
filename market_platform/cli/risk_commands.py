"""Commands about risk: the limits, what is bound, what was refused, and releasing a stop."""

import getpass
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated

import typer

from market_platform.cli.console import say, show, show_json
from market_platform.cli.trading_words import Json, open_house, told_plainly

app = typer.Typer(help="Risk limits: what may be at stake, what is, and what was refused.", no_args_is_help=True)
MEANING = {
    "max_bid_mw": "largest power of a resource in one market, product and interval",
    "daily_exposure_usd": "worst-case dollars of a portfolio for one market day",
    "stop_loss_fraction": "how far a price may move against a position's entry",
    "resource_position_mw": "gross power of a resource at any moment, over all markets",
    "portfolio_position_mw": "gross power of a portfolio at any moment",
    "price_taker_usd_per_mwh": "price that a self-schedule counts with; blank takes the market's cap",
}


@app.command("limits")
def limits(*, as_json: Json = False) -> None:
    """Show the limits; risk_limits.csv (limit,value) in the data folder changes them."""
    with told_plainly():
        held = open_house().limits
    rows = [
        {"limit": each.name, "value": getattr(held, each.name), "meaning": MEANING[each.name]} for each in fields(held)
    ]
    show(rows, ["limit", "value", "meaning"], title="Risk limits", as_json=as_json)


@app.command("status")
def status(
    *,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Market day; today and tomorrow by default")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is bound by resource, the stops that hold and the latest refusals."""
    from market_platform.trading.bid_ledger.life_cycle import HOLDING
    from market_platform.trading.bid_ledger.queries import bound, open_stops, refusals

    house = open_house()
    ledger, today = house.platform.ledger, house.platform.clock().date()
    days = [day.date()] if day else [today, today + timedelta(days=1)]
    with told_plainly():
        limit = house.limits.daily_exposure_usd
    rows = [
        {"market_day": each, "resource": house.wire_names.get(row.pop("resource"), ""), **row}
        for each in days
        for row in bound(ledger, each, HOLDING).to_dict(orient="records")
    ]
    used = [
        {"market_day": each, "portfolio": name, "bound_usd": usd, "limit_usd": limit}
        for each in days
        for name, usd in bound(ledger, each, HOLDING).groupby("portfolio")["held_usd"].sum().items()
    ]
    stops, refused = (frame(ledger).to_dict(orient="records") for frame in (open_stops, refusals))
    if as_json:
        show_json({"bound": rows, "exposure": used, "stops": stops, "refusals": refused})
        return
    show(rows, ["market_day", "portfolio", "resource", "bids", "held_mw", "held_usd"], title="Bound by resource")
    show(used, ["market_day", "portfolio", "bound_usd", "limit_usd"], title="Exposure")
    if stops:
        show(stops, list(stops[0]), title="Stops that hold")
    else:
        say("no resource is stopped")
    if refused:
        show(refused, ["at", "resource", "limit_name", "asked", "allowed", "message"], title="Latest refusals")


@app.command("release-stop")
def release(
    resource: str,
    *,
    reason: Annotated[str, typer.Option(help="Why it may bid again; stands on record", prompt=True)],
) -> None:
    """Let a stopped resource bid again."""
    from market_platform.trading.risk.stops import release_stop

    house = open_house()
    wire = {own: name for name, own in house.wire_names.items()}
    with told_plainly():
        release_stop(
            house.platform.ledger, wire.get(resource, resource), at=house.platform.clock(), by=getpass.getuser(),
            reason=reason,
        )  # fmt: skip
    say(f"{resource} may bid again")
