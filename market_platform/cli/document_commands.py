"""The command that writes the generated documents."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say
from market_platform.platform import Platform
from market_platform.reporting.documents import PAGES, SOURCES_FILE, dbt_sources
from market_platform.reporting.mart_graph import GRAPH_FILE, PROJECT, graph_of, models
from market_platform.settings import Settings


def docs(
    *,
    folder: Annotated[Path, typer.Option(help="Where the pages go")] = Path("docs"),
    dbt: Annotated[
        bool,
        typer.Option("--dbt", help="Only dbt's own page of models, columns and lineage: dbt.html in the data folder"),
    ] = False,
) -> None:
    """Write the pages that are generated from the declarations, and what dbt and the graph know of each other."""
    if dbt:
        _dbt_page()
        return
    SOURCES_FILE.write_text(dbt_sources(), encoding="utf-8")
    say(str(SOURCES_FILE))
    GRAPH_FILE.write_text(graph_of(dbt_manifest()), encoding="utf-8")
    models.cache_clear()
    say(str(GRAPH_FILE))
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
        say(str(folder / name))


def _dbt_page() -> None:
    from market_platform.defs.marts.build import write_dbt_page

    platform = Platform(Settings())
    page = platform.settings.data_folder / "dbt.html"
    write_dbt_page(platform, page)
    say(str(page))


def dbt_manifest() -> dict[str, object]:
    """Return what dbt makes of the project as it stands: no database, no network."""
    with tempfile.TemporaryDirectory() as place:
        command = [
            str(Path(sys.executable).with_name("dbt")),
            "--quiet",
            "parse",
            "--no-partial-parse",
            "--profiles-dir",
            ".",
        ]
        done = subprocess.run(  # noqa: S603
            [*command, "--target-path", place, "--log-path", place],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            say(done.stdout or done.stderr)
            raise typer.Exit(1)
        return dict(json.loads((Path(place) / "manifest.json").read_text(encoding="utf-8")))
