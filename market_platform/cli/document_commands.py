"""The command that writes the generated documents."""

from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say
from market_platform.reporting.documents import PAGES


def docs(*, folder: Annotated[Path, typer.Option(help="Where the pages go")] = Path("docs")) -> None:
    """Write the pages that are generated from the declarations."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
        say(str(folder / name))
