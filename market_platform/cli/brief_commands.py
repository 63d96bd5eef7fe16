"""Commands over what people read: build the marts, write the market brief."""

import webbrowser
from datetime import date, datetime
from typing import Annotated

import typer

from market_platform.cli.console import say, show, show_json
from market_platform.platform import Platform
from market_platform.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


def marts(
    *,
    full: Annotated[bool, typer.Option("--full", help="Build everything anew, not only what changed")] = False,
    as_json: Json = False,
) -> None:
    """Build the marts over the lake with dbt, test them and publish them."""
    from market_platform.defs.marts.build import build_marts
    from market_platform.reporting.mart_graph import marts as models

    platform = Platform(Settings())
    build = build_marts(platform, full_refresh=full)
    if not build.published:
        say(f"the marts were not published, the last ones stand: {build.error}")
        raise typer.Exit(1)
    tests = [node for node in build.nodes if node.kind == "test"]
    with platform.catalog.connect() as connection:
        counts = {
            model.name: connection.execute(f"SELECT count(*) FROM {model.name}").fetchall()[0][0]  # noqa: S608
            for model in models()
        }
    rows = [{"mart": model.name, "rows": counts[model.name], "what": model.description} for model in models()]
    show(rows, ["mart", "rows", "what"], title="Marts", as_json=as_json)
    if not as_json:
        say(f"{len(tests)} tests passed; published in {platform.catalog.path}")


def brief(
    *,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Market day", show_default="the last that ended")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser")] = False,
    as_json: Json = False,
) -> None:
    """Write the market brief of a day: a page and a PDF."""
    from market_platform.defs.marts.brief_files import find_browser, last_whole_day, write_brief

    platform = Platform(Settings())
    chosen: date = day.date() if day is not None else last_whole_day(platform)
    files = write_brief(platform, chosen, browser=find_browser())
    if as_json:
        show_json({"day": chosen, "page": files.page, "pdf": files.pdf, "missing": files.missing})
    else:
        say(str(files.page))
        say(str(files.pdf))
        marked = " (simulated data)" if platform.settings.origin == "sandbox" else ""
        say(f"{files.parts - len(files.missing)} of {files.parts} parts have data for {chosen}{marked}")
        for title, reason in files.missing.items():
            say(f"  {title}: {reason}")
    if open_page:
        webbrowser.open(files.page.as_uri())
