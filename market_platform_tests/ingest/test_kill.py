"""kill -9 at any point of a run, then the same command again: no duplicate, no hole, no half slice."""

import random
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from market_platform.ingest.status import whole_days
from market_platform.sources.catalogue import FEEDS

WORK = """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
from market_platform.platform import Platform
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
clock = lambda: datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
platform = Platform(Settings(data=Path(sys.argv[1])), clock=clock, transport=SandboxTransport(0, clock))
platform.ledger
print("ready", flush=True)
for key in ("nyiso_dam_lbmp_zone", "nyiso_rt_lbmp_zone", "nyiso_load_hourly", "nyiso_rt_ancillary"):
    for day in (17, 18, 19):
        list(platform.pipeline.ingest(FEEDS[key], [date(2026, 11, day)]))
platform.catalog.refresh()
"""
KEYS = ("nyiso_dam_lbmp_zone", "nyiso_rt_lbmp_zone", "nyiso_load_hourly", "nyiso_rt_ancillary")
DAYS = [date(2026, 11, day) for day in (17, 18, 19)]


def start(folder):
    process = subprocess.Popen([sys.executable, "-c", WORK, str(folder)], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    return process


@pytest.mark.long
def test_a_killed_run_that_is_run_again_leaves_exactly_what_a_whole_run_leaves(make_platform):
    chance = random.Random(727)
    platform = make_platform()
    folder = platform.settings.data_folder
    for _ in range(4):
        process = start(folder)
        time.sleep(chance.uniform(0.0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    last = start(folder)
    last.wait()
    last.stdout.close()
    assert last.returncode == 0
    for key in KEYS:
        feed = FEEDS[key]
        versions = platform.lake.read(feed.contract, f"feed = '{key}'", versions=True)
        assert not versions.duplicated([*feed.contract.key, "known_from"]).any()
        assert versions["known_to"].isna().all()
        assert len(versions) == sum(feed.expected(day) for day in DAYS)
        assert whole_days(platform.ledger, feed, DAYS) == set(DAYS)
        for digest in versions["payload"].unique():
            platform.archive.read(digest)
    assert not platform.catalog.refresh()
