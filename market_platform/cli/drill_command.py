"""``market-platform drills``: what befalls a platform in earnest, done to a scratch one on purpose."""

from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import note_progress, say, show


def drills(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which; all of them by default", metavar="[NAME]...")
    ] = None,
    *,
    seed: Annotated[int, typer.Option(help="Seed of all that is random")] = 0,
    times: Annotated[
        int | None, typer.Option(help="How often each fault strikes; a full drill by default", min=1)
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Write a page about the outcome")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Kill, starve, corrupt and mislead a scratch platform, and count what is lost. Exit code 1: a drill does not hold."""
    from market_platform.drills.drill import DRILLS, run_drills
    from market_platform.drills.page import page_of

    unknown = set(names or ()) - set(DRILLS)
    if unknown:
        raise typer.BadParameter(f"no drill {', '.join(sorted(unknown))}; there are {', '.join(DRILLS)}")
    chosen = names or list(DRILLS)
    results = []
    for done, result in enumerate(run_drills(chosen, seed, times), start=1):
        results.append(result)
        note_progress(done, len(chosen), f"{result.drill}: {result.tally.faults} faults")
        if page is not None:  # after each, so that an interrupted run leaves a page about what was done
            page.write_text(page_of(results, seed), encoding="utf-8")
    rows = [result.row() for result in results]
    if as_json:
        show(rows, [], as_json=True)
    else:
        columns = ["drill", "faults", "rows_compared", "lost", "extra", "mended", "holds", "wall_seconds"]
        show(rows, columns, title=f"Drills, seed {seed}")
        for result in results:
            for left in result.tally.left[:5]:
                say(f"{result.drill}: still wrong: {left}")
    if not all(result.tally.holds for result in results):
        raise typer.Exit(1)
