"""CAISO feeds: parsing against gridstatus on the same bytes, and a full nodal day-ahead day from zip to lake."""

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from market_platform.contracts.validate import validate
from market_platform.sources.caiso.feeds import CAISO, FEEDS
from market_platform.sources.payload import Payload, unpack
from market_platform.store.lake import Lake

NODES, HOURS = 16_000, 24
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
SECONDS_BAR, GIGABYTES_BAR, PACE_BAR = 15.0, 1.5, 20.0
PEER_PYTHON = os.environ.get("GRIDSTATUS_PYTHON", "")
DAM_NODE = next(feed for feed in FEEDS if feed.key == "caiso_dam_lmp_node")

# What gridstatus 0.37 does with an answer's bytes: zip, read_csv, stamps to UTC and to local time, pivot, names.
PEER = """
import json, pathlib, sys, time
import pandas as pd, requests
import gridstatus
from gridstatus.caiso import caiso as module
content = pathlib.Path(sys.argv[1]).read_bytes()
class Answer:
    status_code = 200
    headers = {"Content-Disposition": "attachment; filename=report.zip;"}
answer = Answer(); answer.content = content
module.requests.get = lambda *a, **k: answer
module.time.sleep = lambda s: None
iso = gridstatus.CAISO()
best = None
for _ in range(int(sys.argv[2])):
    begin = time.process_time()
    frame = iso.get_lmp(pd.Timestamp(sys.argv[3], tz="US/Pacific"), end=pd.Timestamp(sys.argv[4], tz="US/Pacific"),
                        market="DAY_AHEAD_HOURLY", locations=["any"])
    seconds = time.process_time() - begin
    best = seconds if best is None else min(best, seconds)
print(json.dumps({"seconds": best, "rows": len(frame)}))
"""


def nodal_day(nodes: int, hours: int = HOURS) -> bytes:
    """Make a zip like that of a day's DAM nodes: one CSV a component, invented names and prices."""
    draw = np.random.default_rng(5)
    names = [f"NODE{number:05d}_7_N{number % 9:03d}" for number in range(nodes)]
    stamps = [f"2026-06-{9 + (hour + 7) // 24:02d}T{(hour + 7) % 24:02d}:00:00-00:00" for hour in range(hours + 1)]
    parts = {name: np.round(draw.normal(5, 20, (nodes, hours)), 5) for name in ("MCE", "MCC", "MCL", "MGHG")}
    parts = {"LMP": sum(parts.values()), **parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
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


def zip_to_lake(content: bytes, root: Path) -> int:
    """Take zip bytes to committed rows; returns how many."""
    files = unpack(Payload("20260609_20260610_PRC_LMP_DAM_v12.zip", content), CAISO.stamp_zone)
    verdict = validate(DAM_NODE.parse(DAM_NODE, files), DAM_NODE.contract)
    assert verdict.refused.empty
    del files
    lake, now = Lake(root), datetime(2026, 6, 8, 20, 5, tzinfo=UTC)
    lake.commit(DAM_NODE.contract, DAM_NODE.key, verdict.accepted, payload="0" * 64, read_at=now)
    return len(verdict.accepted)


def _alone(path: Path) -> tuple[float, float, int]:
    """Measure a nodal day in a process of its own: seconds, peak gigabytes (less what the imports take), rows."""
    code = "import sys; from benchmarks import feeds_caiso as b; b.measure(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["seconds"], answer["gigabytes"], answer["rows"]


def measure(path: str) -> None:
    """Print one measurement as JSON: called in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(path).read_bytes()
        begin = time.process_time()
        rows = zip_to_lake(content, Path(folder))
        seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "gigabytes": peak, "rows": rows}))


def full_day() -> Iterator[dict]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.zip"
        path.write_bytes(nodal_day(NODES))
        seconds, gigabytes, rows = _alone(path)
    assert rows == NODES * HOURS
    lines = NODES * HOURS * len(COMPONENTS)
    yield _row(
        f"CAISO nodal day, {lines / 1e6:.2f} million lines, zip bytes to committed lake", seconds, "s", SECONDS_BAR
    )
    yield _row("peak memory of that, the whole process", gigabytes, "GB", GIGABYTES_BAR)


def pace() -> Iterator[dict]:
    """Parse one answer (500 nodes, a day) and the same bytes by gridstatus, where its interpreter is named."""
    content = nodal_day(500)
    payload = Payload("20260609_20260610_PRC_LMP_DAM_v12.zip", content)
    best = min(_seconds(payload) for _ in range(5))
    peer = _peer(content)
    row = _row("CAISO day-ahead LMP, 60,000 lines, parse", best, "s", None)
    if peer is not None:
        ratio = peer / best
        row |= {"peer": "gridstatus 0.37", "peer_value": round(peer, 4), "ratio": round(ratio, 1), "bar": PACE_BAR}
        row |= {"holds": ratio >= PACE_BAR}
    yield row


def _seconds(payload: Payload) -> float:
    begin = time.process_time()
    rows = DAM_NODE.parse(DAM_NODE, unpack(payload, CAISO.stamp_zone))
    seconds = time.process_time() - begin
    assert len(rows) == 500 * HOURS
    return seconds


def _peer(content: bytes) -> float | None:
    if not PEER_PYTHON:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.zip"
        path.write_bytes(content)
        start, end = date(2026, 6, 9), date(2026, 6, 10)
        command = [PEER_PYTHON, "-W", "ignore", "-c", PEER, str(path), "3", str(start), str(end)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def _row(name: str, value: float, unit: str, bar: float | None) -> dict:
    return {
        "name": name, "value": round(value, 4), "unit": unit, "peer": None, "peer_value": None, "ratio": None,
        "bar": bar, "holds": None if bar is None else value < bar,
    }  # fmt: skip


def run() -> Iterator[dict]:
    yield from pace()
    yield from full_day()


if __name__ == "__main__":
    for row in run():
        print(row)
