"""NYISO: parsing a month against gridstatus and DuckDB on the same bytes, commits, reads, memory."""

import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import peers

from market_platform.contracts.families import CONTRACTS
from market_platform.contracts.validate import validate
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS, publisher_of
from market_platform.sources.payload import Payload, unpack
from market_platform.store.catalog import Catalog
from market_platform.store.lake import Lake

GRIDSTATUS = "gridstatus==0.37.0"
RECORDED = Path(__file__).parents[2] / "shared/recordings/nyiso/pal/20191101pal_csv.zip"
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
ROUNDS = 7

# gridstatus reads the month from the zip that its own code would have downloaded; its second host is left out, because
# there it would ask for each day on its own. Time of the process, because these machines are shared.
GRIDSTATUS_MONTH = """
import json, sys, time, zipfile, statistics
import pandas as pd
from gridstatus import NYISO, nyiso
nyiso.OASIS_POSTINGS.clear()
nyiso.utils.get_zip_folder = lambda url, verbose=False: zipfile.ZipFile(sys.argv[1])
iso, seconds = NYISO(), []
for _ in range(4):
    start = time.process_time()
    frame = iso._download_nyiso_archive(
        pd.Timestamp(sys.argv[2]), end=pd.Timestamp(sys.argv[3]), dataset_name=sys.argv[4], filename=sys.argv[5]
    )
    seconds.append(time.process_time() - start)
print(json.dumps({"rows": len(frame), "seconds": statistics.median(seconds[1:])}))
"""


def months():
    """Yield months as zips: recorded load where it lies beside the project, and a simulated month of real-time prices."""
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        base = "http://mis.nyiso.com/public/csv"
        recorded = RECORDED.read_bytes() if RECORDED.exists() else None
        load = recorded or client.get(f"{base}/pal/20261001pal_csv.zip").content
        first = "2019-11-01" if recorded else "2026-10-01"
        last = "2019-11-30" if recorded else "2026-10-31"
        yield FEEDS["nyiso_load_5min"], load, first, last
        prices = client.get(f"{base}/realtime/20261001realtime_zone_csv.zip").content
        yield FEEDS["nyiso_rt_lbmp_zone"], prices, "2026-10-01", "2026-10-31"
        day_ahead = client.get(f"{base}/damlbmp/20261001damlbmp_zone_csv.zip").content
        yield FEEDS["nyiso_dam_lbmp_zone"], day_ahead, "2026-10-01", "2026-10-31"


def median_seconds(work, rounds=ROUNDS, clock=time.process_time):
    """Return the median time of some rounds after a warm-up; by default the time of all threads of the process."""
    work()
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return statistics.median(times)


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, bar=None, holds=None):
    """Return one figure."""
    values = (name, value, unit, peer, peer_value, ratio, bar, holds)
    return dict(zip(("name", "value", "unit", "peer", "peer_value", "ratio", "bar", "holds"), values, strict=True))


def parsing(folder):
    """Month zips, from bytes to rows, against gridstatus and against DuckDB's bare read of the unzipped files."""
    for feed, content, first, last in months():
        zone = publisher_of(feed).stamp_zone
        parsed = feed.parse(feed, unpack(Payload("month.zip", content), zone))
        ours = median_seconds(
            lambda feed=feed, content=content, zone=zone: feed.parse(feed, unpack(Payload("m.zip", content), zone))
        )
        path = folder / f"{feed.key}.zip"
        path.write_bytes(content)
        theirs = peers.ask(GRIDSTATUS, GRIDSTATUS_MONTH, path, first, last, feed.dataset, feed.file_part)
        assert theirs["rows"] == len(parsed), (theirs["rows"], len(parsed))
        ratio = theirs["seconds"] / ours
        name = f"month of {feed.key} parsed ({len(parsed):,} rows)"
        yield figure(name, ours, "cpu s", "gridstatus", theirs["seconds"], ratio, ">= 20", ratio >= 20)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / feed.key)
        files = f"{folder}/{feed.key}/*.csv"
        bare = median_seconds(
            lambda files=files: duckdb.sql(f"FROM read_csv('{files}', union_by_name = true)").to_arrow_table()
        )
        yield figure(name, ours, "cpu s", "DuckDB bare CSV read", bare, ours / bare, "<= 3", ours / bare <= 3)
        held = median_seconds(lambda parsed=parsed, feed=feed: validate(parsed, feed.contract))
        yield figure(f"month of {feed.key} held against its contract", held, "cpu s", "parsing it", ours, held / ours)


def storing(folder):
    """A day slice committed, and a zone's year read back through the catalog."""
    feed = FEEDS["nyiso_rt_lbmp_zone"]
    transport = SandboxTransport(0, lambda: NOW)
    lake = Lake(folder / "lake")
    times = []
    with httpx.Client(transport=transport) as client:
        for step in range(12):
            day = date(2026, 10, 1) + timedelta(days=step)
            url = (
                f"https://oasis-postings.prod.nysdi.com/RT_LBMP_ZONE/CSV/{day:%Y/%m/%d}/realtime_zone-{day:%Y%m%d}.csv"
            )
            rows = validate(feed.parse(feed, [Payload("x.csv", client.get(url).content)]), feed.contract).accepted
            start = time.perf_counter()
            lake.commit(feed.contract, feed.key, rows, payload="0" * 64, read_at=NOW)
            times.append(time.perf_counter() - start)
    commit = statistics.median(times[1:]) * 1000
    yield figure("day slice committed (4,320 rows)", commit, "ms", "limit", 100.0, commit / 100, "<= 1", commit <= 100)
    for step in range(365):
        moved = rows.copy()
        by = timedelta(days=step - 400)
        moved["interval_start"] += by
        moved["interval_end"] += by
        moved["market_day"] = [day + by for day in moved["market_day"]]
        moved = moved.astype(rows.dtypes.to_dict())
        lake.commit(feed.contract, feed.key, moved, payload="0" * 64, read_at=NOW)
    lake.compact(feed.contract)
    with Catalog(folder / "market.duckdb", lake, CONTRACTS.values()).connect() as connection:
        query = (
            "SELECT interval_start, lmp_usd_per_mwh FROM lmp WHERE feed = 'nyiso_rt_lbmp_zone' AND location = 'N.Y.C.' "
            "AND interval_start < TIMESTAMPTZ '2026-09-20'"
        )
        read = median_seconds(lambda: connection.sql(query).to_arrow_table(), clock=time.perf_counter) * 1000
        count = connection.sql(query).to_arrow_table().num_rows
    yield figure(f"a zone's year read ({count:,} rows)", read, "ms", "limit", 100.0, read / 100, "<= 1", read <= 100)


def memory(folder):
    """The peak of a process that imports a month."""
    script = (
        "import resource, sys; sys.argv = ['market-platform', 'import', sys.argv[1], '--json']\n"
        "from market_platform.cli.main import app\n"
        "try: app()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    environment = {"MARKET_PLATFORM_DATA": str(folder / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / "nyiso_load_5min.zip")],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    peak = float(done.stdout.splitlines()[-1])
    yield figure("month import, peak memory", peak, "MB", "limit", 500.0, peak / 500, "<= 1", peak <= 500)


def run():
    """Yield the group's figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from parsing(folder)
        yield from storing(folder)
        yield from memory(folder)
