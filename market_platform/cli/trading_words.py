"""What all trading commands share: the house over the settings, their options, and errors told as a line."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli.console import say
from market_platform.errors import MarketPlatformError
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    from market_platform.defs.trading.house import House

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Market = Annotated[str | None, typer.Option("--market", help="ercot, pjm, nyiso or caiso")]
Day = Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Market day; tomorrow by default")]


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn an error raised on purpose into a line and exit status 1."""
    try:
        yield
    except MarketPlatformError as error:
        say(f"{type(error).__name__}: {error}")
        raise typer.Exit(1) from error


def open_house() -> "House":
    """Return the trading house over the settings; the person stands in the audit trail."""
    from market_platform.defs.trading.house import House

    return House(Platform(Settings()), actor=getpass.getuser())


def chosen_isos(market: str | None) -> tuple[str, ...]:
    """Return one ISO or all. Raises BadParameter for a stranger."""
    from market_platform.defs.trading.house import TRADED

    if market is not None and market.lower() not in TRADED:
        raise typer.BadParameter(f"{market} is none of {', '.join(TRADED)}")
    return TRADED if market is None else (market.lower(),)


def chosen_day(day: datetime | None, iso: str, house: "House") -> date:
    """Return the market day asked for, else the ISO's tomorrow."""
    from market_platform.markets.market import MARKETS
    from market_platform.markets.market_day import today

    return day.date() if day else today(house.platform.clock(), MARKETS[iso].zone) + timedelta(days=1)
