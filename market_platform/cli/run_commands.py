"""Commands that run Dagster: the main job, the list of runs, the UI. Dagster is loaded only when one of them runs."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import say, show
from market_platform.cli.daemon_command import WORKSPACE, daemon_lease, dagster_environment
from market_platform.sandbox.transport import is_simulated
from market_platform.settings import Settings
from market_platform.sources.catalogue import PUBLISHERS

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


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
    """Start the Dagster UI with its daemon, or alone where a daemon runs already; Ctrl-C ends it."""
    from market_platform.platform import Platform

    platform = Platform(Settings())
    bin_folder = Path(sys.executable).parent
    with daemon_lease(platform) as lease:
        say(f"Dagster UI on http://127.0.0.1:{port}{'' if lease else ', beside the daemon that runs already'}")
        program = ["dagster", "dev"] if lease else ["dagster-webserver"]
        command = [str(bin_folder / program[0]), *program[1:], "-w", str(WORKSPACE), "-h", "127.0.0.1", "-p", str(port)]
        done = subprocess.run(  # noqa: S603
            command, env=dagster_environment(platform.settings), check=False, pass_fds=[lease.handle] if lease else ()
        )
    raise typer.Exit(done.returncode)
