"""Two daemons on one data folder, as where a deployment left the old one running: one acts, the other stands by for it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml

from market_platform.cli.instance import dagster_home
from market_platform.contracts.families.power import LOAD
from market_platform.contracts.families.prices import LMP
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.store.feed_tables import coverage
from market_platform_tests.drills.every_minute import DAYS

pytestmark = pytest.mark.long

BIN, LOCATION = Path(sys.executable).parent, "market_platform_tests.drills.every_minute"
TICKS, LONGEST_SECONDS = 2, 600


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data")


@pytest.fixture
def daemons(settings, tmp_path):
    """Two that began at the same moment, over the instance as it ships with schedule and sensor switched on."""
    environment = {
        **os.environ, "DAGSTER_HOME": str(dagster_home(settings)), "MARKET_PLATFORM_DATA": str(settings.data_folder)
    }  # fmt: skip
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text(yaml.safe_dump({"load_from": [{"python_module": LOCATION}]}), encoding="utf-8")
    for kind in ("schedule", "sensor"):
        turn_on = [BIN / "dagster", kind, "start", "--start-all", "-w", workspace]
        subprocess.run(turn_on, env=environment, check=True, capture_output=True, timeout=LONGEST_SECONDS)
    running = []
    for number in range(2):
        with (tmp_path / f"daemon-{number}.log").open("w") as log:
            command = [BIN / "market-platform", "daemon", "--workspace", workspace]
            running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
    yield running
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(what, is_there, tmp_path):
    until = time.monotonic() + LONGEST_SECONDS
    while not is_there():
        logs = "\n".join(f"{path.name}:\n{path.read_text()[-2000:]}" for path in tmp_path.glob("daemon-*.log"))
        assert time.monotonic() < until, f"no {what} in {LONGEST_SECONDS} s; the daemons said:\n{logs}"
        time.sleep(1)


def acting(tmp_path):
    """Return the numbers of the daemons that act, or have acted."""
    return [number for number in range(2) if "acts now" in (tmp_path / f"daemon-{number}.log").read_text()]


def test_one_acts_the_other_takes_over_and_each_tick_is_run_once(daemons, settings, tmp_path):
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as instance:

        def done(earlier=frozenset()):
            runs = instance.get_runs(dg.RunsFilter(
                tags={"dagster/schedule_name": "every_minute"}, statuses=[dg.DagsterRunStatus.SUCCESS]
            ))  # fmt: skip
            return {run.tags["dagster/run_key"] for run in runs} - set(earlier)

        wait_for("runs", lambda: len(done()) >= TICKS, tmp_path)
        [first] = acting(tmp_path)
        os.killpg(daemons[first].pid, signal.SIGKILL)
        daemons[first].wait()
        earlier = done()
        wait_for("runs after a death", lambda: len(done(earlier)) >= TICKS, tmp_path)
        assert acting(tmp_path) == [0, 1]
        keys = Counter(run.tags["dagster/run_key"] for run in instance.get_runs() if "dagster/run_key" in run.tags)
    assert set(keys.values()) == {1}
    assert any(key.startswith("nyiso_market_day") for key in keys), "the sensor asked for nothing"

    platform = Platform(settings)
    between = f"market_day BETWEEN DATE '{DAYS[0]}' AND DATE '{DAYS[1]}'"
    for contract, feed in ((LMP, "nyiso_dam_lbmp_zone"), (LOAD, "nyiso_load_hourly")):
        versions = platform.lake.read(contract, f"feed = '{feed}' AND {between}", versions=True)
        assert set(versions["market_day"].astype(str)) >= set(DAYS)  # old days come with their month
        assert not versions.duplicated(["feed", *contract.key]).any()
    with platform.ledger.read() as connection:
        held = connection.execute(sa.select(coverage.c.feed, coverage.c.market_day)).all()
    assert len(held) == len(set(held))
    platform.ledger.close()
