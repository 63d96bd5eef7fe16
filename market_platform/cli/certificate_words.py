"""Options that the certificate commands share."""

from typing import Annotated

import typer

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
