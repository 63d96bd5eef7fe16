"""Dagster's instance beside the data: its home is made on first use."""

import fcntl
import os
import shutil
from pathlib import Path

import dagster as dg

from market_platform.settings import Settings

PROJECT = Path(__file__).parents[2]
INSTANCE_FILES = {"embedded": PROJECT / "dagster.yaml", "server": PROJECT / "deploy" / "dagster.yaml"}


def dagster_home(settings: Settings) -> Path:
    """Return Dagster's home in the data folder, with the instance file of the profile in it."""
    home = settings.data_folder / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(INSTANCE_FILES[settings.profile], home / "dagster.yaml")
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the instance. Dagster reads its home from the environment, so it is set for this process."""
    home = dagster_home(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    with (home / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first to open makes the tables; two at once trip over each other
        return dg.DagsterInstance.get()
