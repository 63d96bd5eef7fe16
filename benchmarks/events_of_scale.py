"""Dagster's event log: what a backfill of a month of some feeds leaves in it, by one run and by a run a day.

python benchmarks/events_of_scale.py > events.jsonl
"""

import json
import os
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

FEEDS = ("nyiso_dam_lbmp_zone", "nyiso_load_hourly", "nyiso_fuel_mix")
MONTH = [date(2026, 10, 1) + timedelta(days=step) for step in range(31)]
RANGE = {"dagster/asset_partition_range_start": str(MONTH[0]), "dagster/asset_partition_range_end": str(MONTH[-1])}


def measure(by_day):
    """Run the backfill in a data folder of its own and count runs, events and bytes."""
    from scale import event_log

    from market_platform.cli.instance import open_instance
    from market_platform.definitions import build_defs
    from market_platform.platform import Platform
    from market_platform.settings import Settings

    with tempfile.TemporaryDirectory(prefix="market-platform-events-") as folder:
        os.environ |= {"MARKET_PLATFORM_DATA": folder, "MARKET_PLATFORM_ORIGIN": "sandbox"}
        settings = Settings()
        platform = Platform(settings)
        with open_instance(settings) as instance:
            definitions = build_defs(platform)
            job = definitions.resolve_implicit_global_asset_job_def()
            chosen = {"asset_selection": [dg.AssetKey(key) for key in FEEDS], "instance": instance}
            worked = time.process_time()
            for day in MONTH if by_day else ():
                assert job.execute_in_process(partition_key=str(day), **chosen).success
            if not by_day:
                assert job.execute_in_process(tags=RANGE, **chosen).success
            cpu = time.process_time() - worked
        rows = len(platform.lake.read(_contract("load"), "feed = 'nyiso_load_hourly'"))
        how = "a run a day" if by_day else "one run"
        return {"how": how, "feeds": FEEDS, "days": len(MONTH), "rows_of_load": rows, "cpu": cpu} | event_log(
            Path(folder) / "dagster"
        )


def _contract(name):
    from market_platform.contracts.families import CONTRACTS

    return CONTRACTS[name]


if __name__ == "__main__":
    for each in (False, True):
        print(json.dumps(measure(each)), flush=True)
