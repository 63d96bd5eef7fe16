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

import market_platform.sources.compiled  # noqa: F401 - as in a process that has read a large file before
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
ROUNDS, PEER_ROUNDS = 40, 7

# gridstatus does what it does for a user who asks for the month: its own function, the HTTP answered from memory. Its
# second host, where it would ask for each day on its own, is left out, so that both read the same zip; the newest interval,
# which it asks for beside to tell dispatch from look-ahead, is the end of the month. Time of the process: machines are shared.
GRIDSTATUS_MONTH = """
import io, json, sys, time, warnings, zipfile
import pandas as pd
import requests
from gridstatus import NYISO, Markets, nyiso
warnings.simplefilter("ignore")
path, method, first, last = sys.argv[1:5]
content = open(path, "rb").read()
with zipfile.ZipFile(path) as archive:
    lines = archive.read(archive.namelist()[-1]).splitlines(keepends=True)
class Answer:
    def __init__(self, content): self.content = content
requests.get = lambda url, **more: Answer(content)
nyiso._read_oasis_postings_csv = lambda url: pd.read_csv(io.BytesIO(b"".join([lines[0], *lines[-15:]])))
folder = nyiso.OASIS_POSTINGS["realtime_zone"]
nyiso.OASIS_POSTINGS = type("MonthsOnly", (dict,), {"get": lambda self, key: None})(realtime_zone=folder)
iso, seconds = NYISO(), []
markets = {"realtime": Markets.REAL_TIME_5_MIN, "damlbmp": Markets.DAY_AHEAD_HOURLY}
for _ in range(int(sys.argv[5])):
    begin = time.process_time()
    if method in markets:
        frame = iso.get_lmp(first, end=last, market=markets[method], location_type="zone")
    else:
        frame = iso.get_load(first, end=last)
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": min(seconds)}))
"""


def months():
    """Yield months as zips: recorded load where it lies beside the project, and a simulated month of real-time prices."""
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        base = "http://mis.nyiso.com/public/csv"
        recorded = RECORDED.read_bytes() if RECORDED.exists() else None
        load = recorded or client.get(f"{base}/pal/20261001pal_csv.zip").content
        first = "2019-11-01" if recorded else "2026-10-01"
        last = "2019-12-01" if recorded else "2026-11-01"
        yield FEEDS["nyiso_load_5min"], load, first, last
        prices = client.get(f"{base}/realtime/20261001realtime_zone_csv.zip").content
        yield FEEDS["nyiso_rt_lbmp_zone"], prices, "2026-10-01", "2026-11-01"
        day_ahead = client.get(f"{base}/damlbmp/20261001damlbmp_zone_csv.zip").content
        yield FEEDS["nyiso_dam_lbmp_zone"], day_ahead, "2026-10-01", "2026-11-01"


def median_seconds(work, rounds=7, clock=time.process_time):
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

        def ours(feed=feed, content=content, zone=zone):
            return feed.parse(feed, unpack(Payload("m.zip", content), zone))

        path = folder / f"{feed.key}.zip"
        path.write_bytes(content)
        name = f"NYISO: month of {feed.key} parsed ({len(parsed):,} rows)"
        (against,) = peers.pace(
            name, ours, ROUNDS, GRIDSTATUS, GRIDSTATUS_MONTH, path, feed.dataset, first, last, PEER_ROUNDS
        )
        yield against
        inflate = peers.least_seconds(
            lambda content=content, zone=zone: unpack(Payload("m.zip", content), zone), ROUNDS
        )
        yield peers.limit(f"NYISO: month of {feed.key}, taken out of its zip", inflate, against["peer_value"])
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / feed.key)
        files = f"{folder}/{feed.key}/*.csv"
        bare = peers.least_seconds(
            lambda files=files: duckdb.sql(f"FROM read_csv('{files}', union_by_name = true)").to_arrow_table(), ROUNDS
        )
        value = against["value"]
        yield figure(name, value, "cpu s", "DuckDB bare CSV read", bare, value / bare, "<= 3", value / bare <= 3)
        held = peers.least_seconds(lambda parsed=parsed, feed=feed: validate(parsed, feed.contract), ROUNDS)
        yield figure(
            f"NYISO: month of {feed.key} held against its contract", held, "cpu s", "parsing it", value, held / value
        )


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
    """The peak of a process that imports a month: its own, where getrusage also counts what the process that began it held."""
    script = (
        "import pathlib, re, sys; sys.argv = ['market-platform', 'import', sys.argv[1], '--json']\n"
        "from market_platform.cli.main import app\n"
        "try: app()\n"
        "finally: print(int(re.search('VmHWM:\\\\s+(\\\\d+)', pathlib.Path('/proc/self/status').read_text())[1]) / 1024)\n"
    )
    environment = {"MARKET_PLATFORM_DATA": str(folder / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / "nyiso_rt_lbmp_zone.zip")],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    peak = float(done.stdout.splitlines()[-1])
    yield figure(
        "month of nyiso_rt_lbmp_zone imported, peak memory", peak, "MB", "limit", 500.0, peak / 500, "<= 1", peak <= 500
    )


def run():
    """Yield the group's figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from parsing(folder)
        yield from storing(folder)
        yield from memory(folder)
