"""Scale: backfills of growing length on the sandbox, what they cost, and how the costs grow.

    python benchmarks/scale.py --days 31,61,122 > rows.jsonl
    python benchmarks/scale.py --days 457,1826 --feeds nyiso_dam_lbmp_zone,nyiso_load_hourly > years.jsonl   # five years
    python benchmarks/scale.py --nodal --days 8,15,31,61            # one nodal feed; 365 for a year

Each size is filled by processes of its own with `market-platform backfill`, feed by feed: half of the days first, then the
whole range, as somebody does who was interrupted. `make bench` takes small sizes; `SCALE_DAYS` sets others.
"""

import argparse
import itertools
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

GROUP = "scale"
LAST = date(2026, 10, 31)
# All begin within a month, and so do their halves: a month that is fetched in two parts costs more. Days before the first
# two months come from ERCOT's archive and cost more too.
SIZES = "60,120,180"
HUBS_AND_ZONES = (
    "nyiso_dam_lbmp_zone",
    "nyiso_rt_lbmp_zone",
    "nyiso_load_hourly",
    "nyiso_fuel_mix",
    "caiso_dam_lmp_hub",
    "caiso_load_hourly",
    "pjm_dam_lmp_zone",
    "pjm_rt_hourly_lmp_hub",
    "pjm_load_metered",
    "ercot_dam_spp",
    "ercot_load_weather_zone",
)
NODES = ("pjm_dam_lmp_node",)
# Twice the days may cost this much more than twice: costs that start anew every so often do not fall evenly.
NEAR_LINEAR = 1.25


def fill(days, feeds):
    """Fill the last so many days in this process and return what it cost."""
    from market_platform.cli.feed_commands import backfill

    first = LAST - timedelta(days=days - 1)
    costs = {}
    for feed in feeds:
        began, worked = time.perf_counter(), time.process_time()
        backfill(feed, datetime.combine(first, datetime.min.time()), datetime.combine(LAST, datetime.min.time()))
        costs[feed] = {"wall_seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - worked}
    return {"feeds": costs, "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def inspect():
    """Return what lies in the data folder, what it takes to write one more day and to read, and to tidy up."""
    import sqlalchemy as sa

    from market_platform.platform import Platform
    from market_platform.settings import Settings
    from market_platform.store.feed_tables import fetches

    platform = Platform(
        Settings(), clock=lambda: datetime.combine(LAST, datetime.min.time(), tzinfo=UTC) + timedelta(days=3)
    )
    folder = platform.settings.data_folder
    tables = [contract for contract in platform.catalog.contracts if platform.lake.version(contract) is not None]
    with platform.ledger.read() as connection:
        requests = connection.scalar(sa.select(sa.func.count()).select_from(fetches))
    with platform.catalog.connect() as connection:
        rows = sum(connection.sql(f"SELECT count(*) FROM {contract.name}").fetchone()[0] for contract in tables)
    found = {"rows": rows, "requests": requests, "commits": sum(platform.lake.version(each) for each in tables)}
    found |= {f"{name}_files": count for name, (count, _) in _sizes(folder).items()}
    found |= {f"{name}_megabytes": size / 2**20 for name, (_, size) in _sizes(folder).items()}
    found["live_files"] = sum(len(platform.lake.files(each)) for each in tables)
    found["commit_seconds"] = _seconds(lambda: _touch(platform))
    platform.catalog.refresh()

    def build():
        platform.catalog.path.unlink()
        platform.catalog.refresh()

    found["catalog_seconds"] = _seconds(build)
    found["read_seconds"] = _seconds(lambda: _read_month(platform))
    worked = time.process_time()
    done = [platform.lake.compact(each) for each in tables]
    found["compact_seconds"] = time.process_time() - worked
    found["files_merged"] = sum(each["files_removed"] for each in done)
    found["live_files_after"] = sum(len(platform.lake.files(each)) for each in tables)
    return found


def _touch(platform):
    """Commit one day of one feed in which one price has changed."""
    from market_platform.contracts.families.prices import LMP

    place = "nyiso_dam_lbmp_zone" if platform.lake.files(LMP, "nyiso_dam_lbmp_zone") else NODES[0]
    rows = platform.lake.read(LMP, f"feed = '{place}' AND market_day = DATE '{LAST}'")[list(LMP.row_columns)]
    rows.loc[0, ["lmp_usd_per_mwh", "energy_usd_per_mwh"]] += 0.01
    platform.lake.commit(LMP, place, rows, payload="0" * 64, read_at=datetime.now(UTC))


def _read_month(platform):
    with platform.catalog.connect() as connection:
        connection.sql(
            f"SELECT feed, location, avg(lmp_usd_per_mwh) FROM lmp WHERE month = '{LAST:%Y-%m}' GROUP BY ALL"
        ).fetchall()


def _seconds(work, rounds=3):
    times = []
    for _ in range(rounds):
        worked = time.process_time()
        work()
        times.append(time.process_time() - worked)
    return statistics.median(times)


def _sizes(folder):
    parts = {"lake": folder / "lake", "archive": folder / "raw"}
    found = {}
    for name, part in parts.items():
        sizes = [path.stat().st_size for path in part.rglob("*") if path.is_file()]
        found[name] = (len(sizes), sum(sizes))
    found["ledger"] = (1, (folder / "ledger.db").stat().st_size)
    return found


def measure(days, feeds, folder):
    """Fill half of the days, then all of them, each in a process of its own, and look at what came of it."""
    environment = {**os.environ, "MARKET_PLATFORM_DATA": str(folder), "MARKET_PLATFORM_ORIGIN": "sandbox"}

    def child(*arguments):
        done = subprocess.run(
            [sys.executable, __file__, *arguments, "--feeds", ",".join(feeds)],
            env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    half = child("--fill", str(days // 2))
    again = child("--fill", str(days))
    work = [each["processor_seconds"] for part in (half, again) for each in part["feeds"].values()]
    row = {
        "days": days,
        "processor_seconds": sum(work),
        "peak_megabytes": max(half["peak_megabytes"], again["peak_megabytes"]),
    }
    row["wall_seconds"] = sum(each["wall_seconds"] for part in (half, again) for each in part["feeds"].values())
    row |= child("--inspect")
    row["seconds_per_million_rows"] = 1e6 * row["processor_seconds"] / row["rows"]
    row["by_feed"] = {
        feed: half["feeds"][feed]["processor_seconds"] + again["feeds"][feed]["processor_seconds"] for feed in feeds
    }
    return row


def sizes_measured(days, feeds):
    """Yield a row of figures a size."""
    for size in sorted(days):
        with tempfile.TemporaryDirectory(prefix="market-platform-scale-") as folder:
            yield measure(size, feeds, Path(folder))


def marginal(rows, name):
    """Return what one more day costs from each size to the next: a part that is paid once a process falls out of it."""
    pairs = list(itertools.pairwise(rows))
    return [(large[name] - small[name]) / (large["days"] - small["days"]) for small, large in pairs]


def event_log(home):
    """Count the runs and events in Dagster's storage and what they take."""
    files = list((home / "history").rglob("*.db"))
    with sqlite3.connect(f"file:{home / 'history/runs/index.db'}?mode=ro", uri=True) as index:
        events, runs = index.execute("SELECT count(*), count(DISTINCT run_id) FROM event_logs").fetchone()
    return {"runs": runs, "events": events, "megabytes": sum(file.stat().st_size for file in files) / 2**20}


def run():
    """Yield the figures."""
    days = [int(size) for size in os.environ.get("SCALE_DAYS", SIZES).split(",")]
    rows = list(sizes_measured(days, HUBS_AND_ZONES))
    for name in ("processor_seconds", "lake_megabytes", "archive_megabytes", "ledger_megabytes", "lake_files"):
        days_cost = marginal(rows, name)
        ratio = days_cost[-1] / days_cost[0]
        yield {
            "name": f"backfill, {name.replace('_', ' ')} a day: {rows[-2]['days']} to {rows[-1]['days']} days",
            "value": days_cost[-1], "unit": f"{name.rpartition('_')[2]} a day", "peer": "the same among fewer days",
            "peer_value": days_cost[0], "ratio": ratio, "bar": NEAR_LINEAR, "holds": ratio <= NEAR_LINEAR,
        }  # fmt: skip


def main():
    """Measure some sizes and print a row each; the other arguments are for the processes that this one starts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", default=SIZES, help="sizes, apart by commas")
    parser.add_argument("--nodal", action="store_true", help="nodes instead of hubs and zones")
    parser.add_argument("--feeds", default="", help="feeds instead of these, apart by commas")
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--inspect", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    feeds = tuple(chosen.feeds.split(",")) if chosen.feeds else NODES if chosen.nodal else HUBS_AND_ZONES
    if chosen.fill:
        print(json.dumps(fill(chosen.fill, feeds)))
    elif chosen.inspect:
        print(json.dumps(inspect()))
    else:
        for row in sizes_measured([int(size) for size in chosen.days.split(",")], feeds):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
