"""What a later correction costs as the month that it falls into grows.

    python benchmarks/corrections_of_scale.py > docs/scale/corrections.jsonl

A month of hourly prices is laid into an empty lake, then comes again as it was, with one row in 500 changed, and with
every row changed. Each size is measured in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

LOCATIONS = (20, 80, 320, 1280)
FIRST, DAYS = pd.Timestamp("2026-10-01", tz="UTC"), 31
FEW = 500


def month_of(contract, locations):
    """Return a month of hourly prices of so many locations."""
    starts = pd.date_range(FIRST, periods=24 * DAYS, freq="h")
    rows = pd.DataFrame(
        {
            "interval_start": np.repeat(starts, locations),
            "location": np.tile([f"NODE_{number:05d}" for number in range(locations)], len(starts)),
        }
    )
    rows = rows.assign(
        interval_end=rows["interval_start"] + timedelta(hours=1),
        market_day=rows["interval_start"].dt.date,
        lmp_usd_per_mwh=np.random.default_rng(0).normal(30, 10, len(rows)).round(2),
        market="caiso", market_run="dam", location_type="node",
    )  # fmt: skip
    return rows.reindex(columns=contract.row_columns)


def measure(locations):
    """Return the processor time of each of the four arrivals."""
    from market_platform.contracts.families import CONTRACTS
    from market_platform.store.lake import Lake

    contract = CONTRACTS["lmp"]
    rows = month_of(contract, locations)
    few = rows.assign(lmp_usd_per_mwh=rows["lmp_usd_per_mwh"] + (np.arange(len(rows)) % FEW == 0))
    arrivals = {"first": rows, "again": rows, "few": few, "all": few.assign(lmp_usd_per_mwh=few["lmp_usd_per_mwh"] + 1)}
    read_at = datetime(2026, 11, 1, tzinfo=UTC)
    found = {"locations": locations, "rows": len(rows)}
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for hour, (name, arrival) in enumerate(arrivals.items()):
            began = time.process_time()
            done = lake.commit(contract, "a_feed", arrival, payload=name, read_at=read_at + timedelta(hours=hour))
            found |= {f"{name}_cpu": time.process_time() - began, f"{name}_changed": done.rows_changed}
    return found


def main():
    """Print a row a size."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))), flush=True)
        return
    for locations in LOCATIONS:
        subprocess.run([sys.executable, __file__, str(locations)], check=True)


if __name__ == "__main__":
    main()
