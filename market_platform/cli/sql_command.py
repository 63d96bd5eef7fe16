"""Ad-hoc SQL over the catalog: read-only, a table on a terminal, CSV when piped."""

import csv
import sys
from typing import Annotated

import duckdb
import typer

from market_platform.cli.console import console, say, show, show_json
from market_platform.platform import Platform
from market_platform.settings import Settings

MOST_ROWS_ON_SCREEN = 200


def sql(
    query: Annotated[str, typer.Argument(help="One SQL statement; the tables are those of `SHOW TABLES`")],
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Ask the lake in SQL."""
    platform = Platform(Settings())
    with platform.catalog.connect() as connection:
        try:
            answer = connection.execute(query)
        except duckdb.Error as error:
            say(f"SQL: {error}")
            raise typer.Exit(1) from None
        names = [column[0] for column in answer.description or []]
        if as_json:
            show_json([dict(zip(names, row, strict=True)) for row in answer.fetchall()])
        elif as_csv or not console.is_terminal:
            writer = csv.writer(sys.stdout)
            writer.writerow(names)
            while batch := answer.fetchmany(10_000):
                writer.writerows(batch)
        else:
            rows = answer.fetchmany(MOST_ROWS_ON_SCREEN + 1)
            show([dict(zip(names, row, strict=True)) for row in rows[:MOST_ROWS_ON_SCREEN]], names)
            if len(rows) > MOST_ROWS_ON_SCREEN:
                say(f"the first {MOST_ROWS_ON_SCREEN} rows; --csv gives all")
