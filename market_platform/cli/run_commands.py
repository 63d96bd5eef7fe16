"""Commands that run Dagster: the main job, the list of runs, the UI. Dagster is loaded only when one of them runs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say, show
from market_platform.sandbox.transport import is_simulated
from market_platform.settings import Settings
from market_platform.sources.catalogue import PUBLISHERS

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"


def run(
    *,
    market: Annotated[list[str] | None, typer.Option(help="Only these publishers")] = None,
    days: Annotated[int, typer.Option(help="Complete market days before today", min=0)] = 1,
    as_json: Json = False,
) -> None:
    """Materialise the last complete market day and today so far, and print what came of it."""
    from market_platform.cli.main_job import run_main_job

    unknown = set(market or ()) - set(PUBLISHERS)
    if unknown:
        raise typer.BadParameter(f"no publisher {', '.join(sorted(unknown))}; there are {', '.join(PUBLISHERS)}")
    settings = Settings()
    reachable = [each for each in PUBLISHERS.values() if settings.origin == "live" or is_simulated(each.base_url)]
    chosen = [PUBLISHERS[key] for key in market] if market else reachable
    if not run_main_job(settings, chosen, days, as_json=as_json):
        raise typer.Exit(1)


def runs(*, limit: Annotated[int, typer.Option(help="How many")] = 20, as_json: Json = False) -> None:
    """List the latest Dagster runs."""
    from market_platform.cli.instance import open_instance

    with open_instance(Settings()) as instance:
        records = instance.get_run_records(limit=limit)
        rows = [
            {
                "run": record.dagster_run.run_id[:8],
                "job": record.dagster_run.job_name,
                "partition": record.dagster_run.tags.get("dagster/partition", ""),
                "status": record.dagster_run.status.value,
                "started": record.create_timestamp,
                "seconds": round(record.end_time - record.start_time, 1)
                if record.end_time and record.start_time
                else None,
            }
            for record in records
        ]
    show(rows, ["run", "job", "partition", "status", "started", "seconds"], title="Runs", as_json=as_json)


def ui(*, port: Annotated[int, typer.Option(help="Port on this machine")] = 3000) -> None:
    """Start the Dagster UI with its daemon; Ctrl-C ends it."""
    from market_platform.cli.instance import dagster_home

    settings = Settings()
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(settings)),
        "MARKET_PLATFORM_DATA": str(settings.data_folder),
    }
    say(f"Dagster UI on http://127.0.0.1:{port}")
    command = [
        str(Path(sys.executable).with_name("dagster")),
        "dev",
        "-w",
        str(WORKSPACE),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603
