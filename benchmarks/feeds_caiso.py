"""CAISO: parsing against gridstatus on the same bytes, and a full nodal day-ahead day from zip bytes to committed lake."""

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import numpy as np
import peers

import market_platform.sources.compiled  # noqa: F401 - as in a process that has read a large file before
from market_platform.contracts.validate import validate
from market_platform.sandbox.transport import SandboxTransport
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

# gridstatus does what it does for a user: its own function, the zip answered from memory, its pauses left out. Where there
# are twelve months it is asked for each, as OASIS gives no more at once, and lays the answers together.
# Time of the process, because these machines are shared; for the day of nodes, which we read on two cores, as one waits.
GRIDSTATUS_ANSWER = """
import json, logging, pathlib, re, sys, time, warnings
import pandas as pd
import gridstatus
from gridstatus.caiso import caiso
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
class Answer:
    status_code = 200
    headers = {"Content-Disposition": "attachment; filename=report.zip;"}
files = {path.stem[-4:]: path.read_bytes() for path in pathlib.Path(sys.argv[1]).glob("*.zip")}
def answer(url, **more):
    Answer.content = files[re.search(r"startdatetime=(\\d{4})", url)[1]]
    return Answer
caiso.requests.get = answer
caiso.time.sleep = lambda seconds: None
iso, method = gridstatus.CAISO(), sys.argv[2]
spans = [
    [pd.Timestamp(text, tz="US/Pacific").replace(year=int(year)) for text in sys.argv[3:5]] for year in sorted(files)
]
more = {"market": gridstatus.Markets.DAY_AHEAD_HOURLY, "locations": ["ALL HUBS"]} if method == "get_lmp" else {}
seconds, waited = [], []
for _ in range(int(sys.argv[5])):
    begin, since = time.process_time(), time.perf_counter()
    frame = pd.concat([getattr(iso, method)(start, end=end, **more) for start, end in spans])
    seconds.append(time.process_time() - begin)
    waited.append(time.perf_counter() - since)
print(json.dumps({"rows": len(frame), "seconds": min(seconds), "waited": min(waited)}))
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


# Rounds of ours and of the peer's: either is watched for about as long, because the least of a shared machine takes looks.
ROUNDS_OF_NODES, ROUNDS_OF_MONTHS, ROUNDS_OF_ANSWERS = (100, 7), (8, 3), (100, 7)
MONTHLY = (
    ("caiso_dam_lmp_hub", "get_lmp"),
    ("caiso_renewables_hourly", "get_renewables_hourly"),
    ("caiso_load_forecast_7da", "get_load_forecast_seven_day_ahead"),
)


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


def months(client, feed):
    """Give twelve answers of a month by year: a simulated January, and the same of eleven other years."""
    days = [date(2026, 1, day) for day in range(1, 32)]
    (request,) = feed.request(feed, days, NOW.date())
    answer = client.get(request.url, params=dict(request.params)).content
    (member,) = unpack(Payload("month.zip", answer))
    for year in range(2015, 2027):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member.base_name, member.content.replace(b"2026-", f"{year}-".encode()))
        yield str(year), buffer.getvalue()


def against_gridstatus(folder, name, feed, answers, method, first, last, rounds, peer_rounds, against=peers.pace):
    """Answers' bytes to rows, by both; and what taking them out of their zips costs either of them."""
    home = folder / f"{feed.key}-{len(answers)}"
    home.mkdir()
    for year, content in answers.items():
        (home / f"{year}.zip").write_bytes(content)
    zone = publisher_of(feed).stamp_zone
    payloads = [Payload(f"{year}.zip", content) for year, content in answers.items()]

    def files():
        return [part for payload in payloads for part in unpack(payload, zone)]

    rows = len(feed.parse(feed, files()))
    figures = list(against(
        f"CAISO: {name} ({feed.key}, {rows:,} rows), parsed", lambda: feed.parse(feed, files()), rounds,
        GRIDSTATUS, GRIDSTATUS_ANSWER, home, method, first, last, peer_rounds,
    ))  # fmt: skip
    yield from figures
    name = f"CAISO: {name} ({feed.key}), taken out of the zip"
    yield peers.limit(name, peers.least_seconds(files, rounds), figures[-1]["peer_value"])


def parsing(folder):
    """A nodal day of 1,000 nodes, twelve months of other reports, and single recorded answers where they lie here."""
    node = {"2026": nodal_day(1000)}
    method = "get_lmp_day_ahead_hourly"
    yield from against_gridstatus(
        folder, "a day of 1,000 nodes", DAM_NODE, node, method, "2026-06-09", "2026-06-10", *ROUNDS_OF_NODES,
        against=peers.pace_waited,
    )  # fmt: skip
    with httpx.Client(transport=SandboxTransport(0, lambda: NOW)) as client:
        for key, method in MONTHLY:
            answers = dict(months(client, FEEDS[key]))
            yield from against_gridstatus(
                folder, "twelve months", FEEDS[key], answers, method, "2026-01-01", "2026-02-01", *ROUNDS_OF_MONTHS
            )
    for key, name, method, first, last in ANSWERS:
        if (RECORDED / name).exists():
            answer = {first[:4]: zipped(RECORDED / name)}
            yield from against_gridstatus(
                folder, "one recorded answer", FEEDS[key], answer, method, first, last, *ROUNDS_OF_ANSWERS
            )


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
        figures = list(parsing(folder))
        yield from figures
        parsed = [figure for figure in figures if figure["peer"] == GRIDSTATUS and figure["unit"] == "cpu s"]
        yield peers.altogether("CAISO: all of these files, parsed", parsed)


if __name__ == "__main__" and sys.argv[1:2] == ["measure"]:
    measure(*sys.argv[2:4])
