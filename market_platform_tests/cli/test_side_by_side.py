"""Chains of runs in worker processes: each in order, what they hear comes to the parent, and none outlives it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from market_platform.cli.instance import open_instance
from market_platform.cli.side_by_side import Ran, Step, Workers
from market_platform.ingest.account import Outcome
from market_platform.settings import Settings

pytestmark = pytest.mark.long
CHAINS = [[Step("EIA", "eia_lists"), Step("NYISO", "nyiso_lists")], [Step("PJM", "pjm_lists")]]


def test_chains_run_in_order_and_tell_what_they_hear(tmp_path: Path) -> None:
    with Workers(Settings(data=tmp_path, origin="sandbox")) as workers:
        events = list(workers.run(CHAINS))
    ran = [event for event in events if isinstance(event, Ran)]
    assert all(each.success and each.checks for each in ran)
    assert [each.step for each in ran if each.step.job != "pjm_lists"] == CHAINS[0]
    assert {outcome.feed.split("_")[0] for outcome in events if isinstance(outcome, Outcome)} == {"eia", "nyiso", "pjm"}


def test_a_run_that_cannot_be_had_ends_the_work_with_its_reason(tmp_path: Path) -> None:
    with (
        Workers(Settings(data=tmp_path, origin="sandbox")) as workers,
        pytest.raises(RuntimeError, match="no_such_job"),
    ):
        list(workers.run([[Step("Nobody", "no_such_job")]]))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    words = [str(Path(sys.executable).with_name("market-platform")), "run", "--market", "nyiso"]
    parent = subprocess.Popen(
        words, env={**os.environ, "MARKET_PLATFORM_DATA": str(tmp_path)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    children = _wait_for(lambda: [pid for pid in _children(parent.pid) if (tmp_path / "ledger.db").exists()])
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert children
    assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def _wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.2)
    return what()


def _children(pid: int) -> list[int]:
    """Return worker processes of a process: those that spawn began."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    pids = [int(word) for word in listed.read_text().split()] if listed.exists() else []
    return [each for each in pids if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_many_open_an_instance_that_is_not_there_yet(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, origin="sandbox")
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_runs_in, [settings] * 8)) == [0] * 8


def _runs_in(settings: Settings) -> int:
    with open_instance(settings) as instance:
        return instance.get_runs_count()
