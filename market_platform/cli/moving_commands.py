"""Commands that move a platform: to the server's stores, into a backup, and back."""

from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import progress, say, show
from market_platform.cli.plain_words import plainly
from market_platform.platform import Platform
from market_platform.settings import Settings

Folder = Annotated[Path, typer.Argument(help="Data folder of an embedded platform")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


def move(source: Folder, *, as_json: Json = False) -> None:
    """Move an embedded data folder into the stores that the environment names: Postgres and a bucket, say."""
    _move(_embedded(source), Platform(Settings()), as_json=as_json)


def backup(folder: Folder, *, as_json: Json = False) -> None:
    """Back the platform up into a folder, which is an embedded platform that can be opened as it is."""
    _move(Platform(Settings()), _embedded(folder), as_json=as_json)


def restore(folder: Folder, *, as_json: Json = False) -> None:
    """Restore a backup into the empty stores that the environment names."""
    _move(_embedded(folder), Platform(Settings()), as_json=as_json)


def _embedded(folder: Path) -> Platform:
    return Platform(Settings(data=folder, profile="embedded", database_url=None))


def _move(source: Platform, target: Platform, *, as_json: bool) -> None:
    from market_platform.upkeep.moving import move as move_platform

    with plainly(), progress() as bar:
        task = bar.add_task("starting", total=None)
        moved = move_platform(source, target, lambda text: bar.update(task, description=text))
    rows = [
        {"part": each.part, "count": each.source.count, "there": each.target.count, "equal": each.is_equal}
        for each in moved
        if each.source.count or each.target.count
    ]
    show(rows, ["part", "count", "there", "equal"], title="Moved, and compared by count and hash", as_json=as_json)
    if not all(each.is_equal for each in moved):
        say("not all parts are equal: run the command again")
        raise typer.Exit(1)
