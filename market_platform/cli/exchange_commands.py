"""The simulated exchange behind HTTP on loopback, for clients that no one here wrote."""

import time
from datetime import datetime
from typing import Annotated

import typer

from market_platform.cli.console import say
from market_platform.cli.trading_words import Market, chosen_isos, open_house

app = typer.Typer(help="The simulated exchange.", no_args_is_help=True)


@app.callback()
def exchange() -> None:
    """Run the simulated exchange."""


@app.command("serve")
def serve(
    *,
    market: Market = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Market day; tomorrow by default")] = None,
    port: Annotated[int, typer.Option(help="Port on this machine")] = 8098,
    seconds: Annotated[float | None, typer.Option(help="End by itself after so many seconds")] = None,
) -> None:
    """Serve one market day of the exchange on loopback, moved on with the clock; Ctrl-C ends it.

    What the ledger says was sent stands in it from the start; what other clients send stays in this process.
    """
    from market_platform.cli.trading_words import chosen_day
    from market_platform.sandbox.exchange.server import served

    house = open_house()
    days = {iso: house.market_day(iso, chosen_day(day, iso, house)) for iso in chosen_isos(market)}
    for side in days.values():
        side.advance(house.platform.clock())
        side.door.clock = house.platform.clock
    with served({iso: side.door for iso, side in days.items()}, port) as address:
        for iso, side in days.items():
            say(f"Simulated {iso} of {side.day} on {address}/{iso}: POST submit, GET statuses, awards, telemetry")
        say("The header X-Participant says who asks. Every answer is marked as simulated.")
        until = None if seconds is None else time.monotonic() + seconds
        try:
            while until is None or time.monotonic() < until:
                time.sleep(min(1.0, seconds or 1.0))
                for side in days.values():
                    side.advance(house.platform.clock())
        except KeyboardInterrupt:
            say("ended")
