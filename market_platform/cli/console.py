"""How the command line speaks: tables for people, plain lines when piped, JSON on request."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console()
progress_console = Console(stderr=True)

Row = Mapping[str, object]


def show(rows: Sequence[Row], columns: Sequence[str], *, title: str = "", as_json: bool = False) -> None:
    """Print rows: JSON, a table on a terminal, or tab-separated lines when piped."""
    if as_json:
        show_json([dict(row) for row in rows])
    elif console.is_terminal:
        table = Table(title=title or None, header_style="bold", title_justify="left", title_style="bold")
        for column in columns:
            numeric = any(isinstance(row.get(column), int | float | Decimal) for row in rows)
            table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(text_of(row.get(column)) for column in columns))
        console.print(table)
    else:
        sys.stdout.write("\t".join(columns) + "\n")
        sys.stdout.writelines("\t".join(text_of(row.get(column)) for column in columns) + "\n" for row in rows)


def show_json(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, default=_plain, indent=2) + "\n")


def text_of(value: object) -> str:
    """Write a value as a person reads it: thousands apart, moments to the minute in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%MZ")
    return str(value)


def progress() -> Progress:
    """Return a progress bar on standard error; it leaves no trace when piped."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=progress_console,
        disable=not progress_console.is_terminal,
    )


def say(text: str) -> None:
    """Print one line."""
    console.print(text, highlight=False, soft_wrap=True)


def tell(text: str) -> None:
    """Print one line beside the progress: it is not part of what the command gives."""
    progress_console.print(text, highlight=False, markup=False, soft_wrap=True)


def note_progress(done: int, total: int, text: str) -> None:
    """Print a progress line where no bar can stand (a log, a pipe)."""
    if not progress_console.is_terminal:
        tell(f"[{done}/{total}] {text}")


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, Iterable):
        return list(value)
    return str(value)
