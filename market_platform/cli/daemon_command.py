"""``market-platform daemon``: Dagster's daemon, one at a time. Two that act at once would run what is due twice."""

import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli.console import tell
from market_platform.settings import Settings
from market_platform.store.lease import Lease, try_lease

if TYPE_CHECKING:
    from market_platform.platform import Platform

WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"
LOOK_SECONDS = 2.0


def daemon(
    workspace: Annotated[Path, typer.Option(help="Where Dagster finds the code", exists=True)] = WORKSPACE,
) -> None:
    """Run Dagster's daemon: schedules, sensors, the queue. Where one runs already, stand by, and take over when it ends."""
    from market_platform.platform import Platform

    platform = Platform(Settings())
    standing_by = False
    while True:
        with daemon_lease(platform) as lease:
            if lease is not None:
                tell("this daemon acts now")
                raise typer.Exit(_run(lease, workspace, dagster_environment(platform.settings)))
        if not standing_by:
            tell("another daemon acts on this data: this one stands by")
            standing_by = True
        time.sleep(LOOK_SECONDS)


def daemon_lease(platform: "Platform") -> AbstractContextManager[Lease | None]:
    """Hold the right to act as the daemon of this data, or give None where another does."""
    return try_lease(platform.ledger, platform.settings.data_folder / "dagster", "daemon")


def dagster_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of Dagster's processes; on a server its home may lie elsewhere than beside the data."""
    from market_platform.cli.instance import dagster_home

    given = os.environ.get("DAGSTER_HOME") if settings.profile == "server" else None
    home = given or str(dagster_home(settings))
    return {**os.environ, "DAGSTER_HOME": home, "MARKET_PLATFORM_DATA": str(settings.data_folder)}


def _run(lease: Lease, workspace: Path, environment: dict[str, str]) -> int:
    """Run the daemon until it ends, is told to end or the lease is lost; return its exit code."""
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(workspace)]
    child = subprocess.Popen(command, env=environment, pass_fds=[lease.handle])  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        while lease.is_held():
            try:
                return child.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        tell("the database no longer knows of this daemon: it ends, so that another may act")
        return 1
    finally:
        child.terminate()
        child.wait()
