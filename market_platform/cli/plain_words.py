"""What commands share: how an error is told, how frames become rows, how an amount is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
import typer

from market_platform.errors import MarketPlatformError


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
