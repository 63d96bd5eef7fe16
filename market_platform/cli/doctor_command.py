"""``market-platform doctor``: what is wrong with this platform, and mending it."""

from contextlib import ExitStack, suppress
from typing import Annotated

import typer

from market_platform.cli.console import say, show
from market_platform.platform import Platform
from market_platform.settings import Settings


def doctor(
    *,
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be mended")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Say what is wrong with lake, archive, ledger, catalog and runs; mend what can be mended. Exit code 1: something is."""
    from market_platform.cli.instance import open_instance
    from market_platform.upkeep import doctor as house_doctor

    settings = Settings()
    platform = Platform(settings)
    with ExitStack() as stack:
        instance = None
        with suppress(OSError):  # where its home cannot be written, the disk is the finding
            instance = stack.enter_context(open_instance(settings))
        findings = list(house_doctor.examine(platform, instance))
        said = dict(house_doctor.mend(findings)) if mend else {}
        left = list(house_doctor.examine(platform, instance)) if mend else findings
    rows = [
        {"part": each.part, "where": each.where, "wrong": each.wrong, "advice": said.get(each, each.advice)}
        for each in findings
    ]
    if as_json or rows:
        show(rows, ["part", "where", "wrong", "advice"], title="What is wrong", as_json=as_json)
    if not as_json:
        can = sum(each.mend is not None for each in left)
        say(f"{len(left)} things are wrong; --mend puts {can} of them right" if left else "Everything is in order")
    if left:
        raise typer.Exit(1)
