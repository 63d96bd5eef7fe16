"""What the certificate commands share: options, how an error is told, how frames become rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import pandas as pd
import typer

from market_platform.errors import MarketPlatformError

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Registry = Annotated[
    str, typer.Option(help="Registry: mrets, nar, wregis, nepool_gis, pjm_gats, ercot, nygats, california")
]
Organization = Annotated[str | None, typer.Option("--as", help="Act for this organization instead of your own")]
Quantity = Annotated[int, typer.Option(help="How many certificates, oldest vintage first", min=0)]
Serials = Annotated[list[str] | None, typer.Option(help="Serials as BASE:FIRST-LAST instead of a quantity")]
Fuel = Annotated[str | None, typer.Option(help="Only of this fuel")]
State = Annotated[str | None, typer.Option(help="Only certified for this state")]
Account = Annotated[str | None, typer.Option("--account", help="Name of the account, where there are several")]
SOURCE = "command line"


@contextmanager
def plainly() -> Iterator[None]:
    """Turn an error raised on purpose into one line and exit code 1."""
    try:
        yield
    except MarketPlatformError as error:
        code = getattr(error, "code", None)
        typer.echo(f"{f'refused ({code}): ' if code else ''}{error}", err=True)
        raise typer.Exit(1) from None


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for the console: what is not there is None, amounts of money (``*_usd``) have cents."""
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [{str(name): _cents(str(name), value) for name, value in row.items()} for row in plain]


def usd(text: str | None) -> Decimal | None:
    """Read an amount in dollars."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no amount in dollars") from None


def _cents(name: str, value: object) -> object:
    if isinstance(value, Decimal) and name.endswith("_usd") and value.is_finite():
        exact = value.quantize(Decimal("0.01"))
        return exact if exact == value else value
    return value
