"""CAISO: parsing against gridstatus on the same bytes, and a full nodal day-ahead day from zip bytes to committed lake."""

import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import peers

from market_platform.contracts.validate import validate
from market_platform.sources.catalogue import FEEDS, publisher_of
from market_platform.sources.payload import Payload, unpack
from market_platform.store.lake import Lake

GRIDSTATUS = "gridstatus==0.37.0"
RECORDED = Path(__file__).parents[2] / "shared/recordings/caiso"
NODE_COUNT, HOURS = 16_000, 24
COMPONENTS = {
    "LMP": "LMP_PRC",
    "MCE": "LMP_ENE_PRC",
    "MCC": "LMP_CONG_PRC",
    "MCL": "LMP_LOSS_PRC",
    "MGHG": "LMP_GHG_PRC",
}
HEADINGS = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,"
    "LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP"
)
DAM_NODE = FEEDS["caiso_dam_lmp_node"]
NOW = datetime(2026, 6, 8, 20, 5, tzinfo=UTC)

# gridstatus parses the zip that its own request would have brought: only the request and its pauses are replaced.
# Time of the process, because these machines are shared.
GRIDSTATUS_ANSWER = """
import json, logging, pathlib, statistics, sys, time
import pandas as pd
import gridstatus
from gridstatus.caiso import caiso
logging.disable(logging.CRITICAL)
class Answer:
    status_code = 200
    headers = {"Content-Disposition": "attachment; filename=report.zip;"}
    content = pathlib.Path(sys.argv[1]).read_bytes()
caiso.requests.get = lambda *arguments, **more: Answer
caiso.time.sleep = lambda seconds: None
iso, method = gridstatus.CAISO(), sys.argv[2]
start, end = (pd.Timestamp(text, tz="US/Pacific") for text in sys.argv[3:5])
more = {"market": "DAY_AHEAD_HOURLY", "locations": "ALL"} if method == "_get_lmp" else {}
seconds = []
for _ in range(int(sys.argv[5])):
    begin = time.process_time()
    frame = getattr(iso, method)(start, end=end, **more)
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": statistics.median(seconds)}))
"""
# Recorded answers, the method that reads each, and days inside gridstatus' own span of a request.
ANSWERS = (
    ("caiso_dam_constraints", "prc_nomogram_dam/chunk_07_20251028_20251127.csv",
     "get_nomogram_branch_shadow_prices_day_ahead_hourly", "2025-10-28", "2025-11-26"),
    ("caiso_renewables_hourly", "sld_ren_fcst/20221101_20221201_SLD_REN_FCST_ACTUAL_20240515_09_14_09_v1.csv",
     "get_renewables_hourly", "2022-11-01", "2022-11-29"),
    ("caiso_load_forecast_7da", "sld_fcst/20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.zip",
     "get_load_forecast_seven_day_ahead", "2025-02-19", "2025-02-26"),
)  # fmt: skip


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, bar=None, holds=None):
    """Return one figure."""
    return dict(name=name, value=value, unit=unit, peer=peer, peer_value=peer_value, ratio=ratio, bar=bar, holds=holds)  # noqa: C408


def nodal_day(nodes, hours=HOURS):
    """Make a zip like that of a day's nodes: one CSV a component, invented names and prices."""
    draw = np.random.default_rng(5)
    names = [f"NODE{number:05d}_7_N{number % 9:03d}" for number in range(nodes)]
    stamps = [f"2026-06-{9 + (hour + 7) // 24:02d}T{(hour + 7) % 24:02d}:00:00-00:00" for hour in range(hours + 1)]
    parts = {name: np.round(draw.normal(5, 20, (nodes, hours)), 5) for name in ("MCE", "MCC", "MCL", "MGHG")}
    parts = {"LMP": sum(parts.values()), **parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for group, (component, item) in enumerate(COMPONENTS.items(), start=1):
            lines = [HEADINGS]
            for name, values in zip(names, parts[component], strict=True):
                tail = f"{name},{name},{name},DAM,{component},{item},{name},ALL,1"
                lines += [
                    f"{stamps[hour]},{stamps[hour + 1]},2026-06-09,{hour + 1},0,{tail},{value:.5f},{group}"
                    for hour, value in enumerate(values)
                ]
            archive.writestr(f"20260609_20260610_PRC_LMP_DAM_{component}_v12.csv", "\n".join(lines) + "\n")
    return buffer.getvalue()


def zipped(path):
    """Return a recorded answer as the zip that it came in."""
    if path.suffix == ".zip":
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    return buffer.getvalue()


def cpu_seconds(work, rounds):
    """Return the median time, of all threads of the process, of some rounds after a warm-up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def against_gridstatus(folder, feed, content, method, first, last, rounds):
    """One answer's bytes to rows, by both; and what taking them out of the zip costs either of them."""
    path = folder / f"{feed.key}.zip"
    path.write_bytes(content)
    zone = publisher_of(feed).stamp_zone
    payload = Payload(path.name, content)
    rows = len(feed.parse(feed, unpack(payload, zone)))
    ours = cpu_seconds(lambda: feed.parse(feed, unpack(payload, zone)), rounds)
    inflate = cpu_seconds(lambda: unpack(payload, zone), rounds)
    theirs = peers.ask(GRIDSTATUS, GRIDSTATUS_ANSWER, path, method, first, last, rounds)["seconds"]
    ratio = theirs / ours
    yield figure(f"{feed.key} parsed ({rows:,} rows)", ours, "cpu s", "gridstatus", theirs, ratio, ">= 20", ratio >= 20)
    yield figure(
        f"{feed.key} taken out of its zip", inflate, "cpu s", "gridstatus, all of it", theirs, theirs / inflate
    )


def parsing(folder):
    """A nodal day of 1,000 nodes, and recorded answers where they lie beside the project."""
    yield from against_gridstatus(folder, DAM_NODE, nodal_day(1000), "_get_lmp", "2026-06-09", "2026-06-10", 5)
    for key, name, method, first, last in ANSWERS:
        if (RECORDED / name).exists():
            yield from against_gridstatus(folder, FEEDS[key], zipped(RECORDED / name), method, first, last, 7)


def zip_to_lake(content, root):
    """Take zip bytes to committed rows; returns how many."""
    files = unpack(Payload("20260609_20260610_PRC_LMP_DAM_v12.zip", content), publisher_of(DAM_NODE).stamp_zone)
    verdict = validate(DAM_NODE.parse(DAM_NODE, files), DAM_NODE.contract)
    assert verdict.refused.empty
    del files
    Lake(root).commit(DAM_NODE.contract, DAM_NODE.key, verdict.accepted, payload="0" * 64, read_at=NOW)
    return len(verdict.accepted)


def measure(path, root):
    """Print one measurement as JSON; run in a process of its own, so that the peak is that of the work."""
    content = Path(path).read_bytes()
    begin, cpu = time.perf_counter(), time.process_time()
    rows = zip_to_lake(content, Path(root))
    taken = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "rows": rows}
    print(json.dumps({**taken, "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


def whole_day(folder):
    """16,000 nodes, 24 hours, five components: 1.92 million lines."""
    path = folder / "day.zip"
    path.write_bytes(nodal_day(NODE_COUNT))
    command = [sys.executable, str(Path(__file__)), "measure", str(path), str(folder / "lake")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken = json.loads(done.stdout.splitlines()[-1])
    assert taken["rows"] == NODE_COUNT * HOURS
    name = f"nodal day, {NODE_COUNT * HOURS * len(COMPONENTS):,} lines, zip to committed lake"
    seconds, gigabytes = taken["seconds"], taken["gigabytes"]
    yield figure(name, seconds, "s", "limit", 15.0, seconds / 15, "<= 1", seconds <= 15)
    yield figure(f"{name}, processor time", taken["cpu"], "cpu s")
    yield figure(f"{name}, peak memory", gigabytes, "GB", "limit", 1.5, gigabytes / 1.5, "<= 1", gigabytes <= 1.5)


def run():
    """Yield the group's figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from whole_day(folder)
        yield from parsing(folder)


if __name__ == "__main__" and sys.argv[1:2] == ["measure"]:
    measure(*sys.argv[2:4])
