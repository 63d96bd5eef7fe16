"""The server profile as a whole: Postgres, an object store, Redis and Celery, every one a real server on this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from market_platform.contracts.families.power import LOAD
from market_platform.contracts.families.prices import LMP
from market_platform.platform import Platform
from market_platform.settings import Settings

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DAY = "2026-11-01"  # the day with the repeated hour
# On a busy machine all of it takes longer, so what fails is silence: no event for so long, or no end at all.
SILENCE_SECONDS, LONGEST_SECONDS = 180, 600
PACE = {
    "poll_interval_seconds: 30": "poll_interval_seconds: 1",
    "free_slots_after_run_end_seconds: 60": "free_slots_after_run_end_seconds: 1",
}


@pytest.fixture
def broker(tmp_path):
    """A Redis of our own."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server here: apt-get install redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", ""]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def environment(tmp_path, postgres_url, bucket, broker):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in ("server_ledger", "server_dagster"):
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
    # Named by its driver: SQLAlchemy takes another one by default, which cannot bind what Dagster sends.
    dagster_url = postgres_url.replace("/postgres?", "/server_dagster?").replace(
        "postgresql://", "postgresql+psycopg2://"
    )
    home = tmp_path / "home"
    home.mkdir()
    # The file that is deployed, at a brisker pace so that the test need not wait.
    instance = (PROJECT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
    for patient, brisk in PACE.items():
        assert patient in instance
        instance = instance.replace(patient, brisk)
    (home / "dagster.yaml").write_text(instance, encoding="utf-8")
    return {
        **os.environ,
        # dagster-celery starts `celery` by its bare name; the environment need not be an active one.
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DAGSTER_HOME": str(home),
        "DAGSTER_DATABASE_URL": dagster_url,
        "CELERY_BROKER_URL": f"{broker}/0",
        "CELERY_BACKEND_URL": f"{broker}/1",
        "DATABASE_URL": postgres_url.replace("/postgres?", "/server_ledger?"),
        "MARKET_PLATFORM_PROFILE": "server",
        "MARKET_PLATFORM_DATA": str(tmp_path / "data"),
        "MARKET_PLATFORM_BUCKET": bucket.url,
        "MARKET_PLATFORM_BUCKET_ENDPOINT": bucket.endpoint,
        "MARKET_PLATFORM_BUCKET_KEY": bucket.key,
        "MARKET_PLATFORM_BUCKET_SECRET": bucket.secret,
    }


@pytest.fixture
def servers(environment, tmp_path):
    """A daemon and a worker over the deployed files; each in a process group, so that all of it ends with the test."""
    worker = [
        "dagster-celery",
        "worker",
        "start",
        "-A",
        "dagster_celery.app",
        "-y",
        str(PROJECT / "deploy/celery.yaml"),
    ]
    commands = {
        "worker": [*worker, "--", "--concurrency", "1", "--loglevel", "INFO"],
        "daemon": ["dagster-daemon", "run", "-m", "market_platform.definitions"],
    }
    _command(environment, "instance", "migrate")
    running = {}
    for name, (program, *arguments) in commands.items():
        with (tmp_path / f"{name}.log").open("w") as log:
            running[name] = subprocess.Popen(
                [str(BIN / program), *arguments],
                env=environment,
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    yield running
    for process in running.values():
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_run_survives_the_death_of_its_worker(environment, servers, tmp_path):
    """Dagster's runs in Postgres, carried out by Celery: the worker is killed in mid-step, the work is done all the same."""
    _command(
        environment, "job", "launch", "-m", "market_platform.definitions", "-j", "nyiso_fast",
        "--tags", f'{{"dagster/partition": "{DAY}"}}',
    )  # fmt: skip
    _wait_for("a step", environment, lambda events: any(kind == "STEP_START" for kind, _ in events), tmp_path)
    killed = _kill_the_working_child(servers["worker"].pid)
    assert killed

    _wait_for("success", environment, lambda events: any(kind == "PIPELINE_SUCCESS" for kind, _ in events), tmp_path)
    events = _events(environment)
    assert len({run for kind, run in events if kind == "PIPELINE_START"}) == 2, "the run was not launched again"
    platform = _platform(environment)
    prices = platform.lake.read(LMP, f"feed = 'nyiso_rt_lbmp_zone' AND market_day = DATE '{DAY}'")
    assert len(prices) == 25 * 12 * 15
    assert not prices.duplicated(list(LMP.key)).any()
    load = platform.lake.read(LOAD, f"market_day = DATE '{DAY}'")
    assert not load.duplicated(["feed", *LOAD.key]).any()
    platform.ledger.close()


def _command(environment, *arguments):
    done = subprocess.run(
        [BIN / "dagster", *arguments],
        env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _platform(environment):
    named = {name.removeprefix("MARKET_PLATFORM_").lower(): value for name, value in environment.items()
             if name.startswith("MARKET_PLATFORM_")}  # fmt: skip
    return Platform(Settings(**named, DATABASE_URL=environment["DATABASE_URL"]))


def _events(environment):
    with psycopg.connect(environment["DAGSTER_DATABASE_URL"].replace("+psycopg2", "")) as connection:
        found = connection.execute("SELECT to_regclass('event_logs')").fetchone()
        if found is None or found[0] is None:
            return []
        return connection.execute("SELECT dagster_event_type, run_id FROM event_logs ORDER BY id").fetchall()


def _wait_for(what, environment, is_there, tmp_path):
    began = heard = time.monotonic()
    events = []
    while not is_there(events):
        before, events, now = len(events), _events(environment), time.monotonic()
        heard = now if len(events) > before else heard
        if now - heard > SILENCE_SECONDS or now - began > LONGEST_SECONDS:
            logs = "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in tmp_path.glob("*.log"))
            pytest.fail(
                f"waited {now - began:.0f} s for {what}, {now - heard:.0f} s without an event; the last: {events[-5:]}\n{logs}"
            )
        time.sleep(0.5)


def _kill_the_working_child(worker):
    """Kill the processes that the worker has forked to do the work, not the worker itself."""
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    grandchildren = [
        child for parent in children for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ]
    for process in grandchildren or children:
        os.kill(int(process), signal.SIGKILL)
    return grandchildren or children
