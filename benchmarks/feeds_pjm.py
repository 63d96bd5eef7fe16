"""PJM: parsing Data Miner's answers against gridstatus on the same bytes, and a nodal day-ahead day from bytes to lake."""

import functools
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import peers

from market_platform.contracts.validate import validate
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.feeds import PJM
from market_platform.store.lake import Lake

GRIDSTATUS = "gridstatus==0.37.0"
DAY_AHEAD, CONSTRAINTS = PJM.feed("pjm_dam_lmp_node"), PJM.feed("pjm_rt_constraints")
NODES, HOURS, ROWS_PER_PAGE = 12_700, 24, 50_000  # as many nodes as the list of 2019-12-15 holds
SECONDS_BAR, GIGABYTES_BAR = 15.0, 1.5
ROUNDS = 20

# gridstatus reads the answer that its own code would have downloaded; the list of nodes, which it asks for beside, is
# given to it ready made, so that only the reading of prices is timed.
PEER_PRICES = """
import json, pathlib, sys, time
import pandas as pd
from gridstatus import PJM
from gridstatus import pjm as module
content = pathlib.Path(sys.argv[1]).read_bytes()
class Answer:
    status_code = 200
    def raise_for_status(self): pass
    def json(self): return json.loads(content)
module.requests.get = lambda *a, **k: Answer()
iso = PJM(api_key="none")
first = pd.DataFrame(json.loads(content)["items"])[["pnode_id", "pnode_name", "voltage"]].drop_duplicates("pnode_id")
nodes = first.rename(columns={"voltage": "voltage_level"}).assign(pnode_short_name=first["pnode_name"])
iso.get_pnode_ids = lambda include_terminated=False: nodes
seconds = []
for _ in range(7):
    begin = time.process_time()
    frame = iso.get_lmp_day_ahead_hourly("2026-06-09")
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": min(seconds)}))
"""
PEER_CONSTRAINTS = """
import json, pathlib, sys, time
from gridstatus import PJM
from gridstatus import pjm as module
content = pathlib.Path(sys.argv[1]).read_bytes()
class Answer:
    status_code = 200
    def raise_for_status(self): pass
    def json(self): return json.loads(content)
module.requests.get = lambda *a, **k: Answer()
iso = PJM(api_key="none")
seconds = []
for _ in range(9):
    begin = time.process_time()
    frame = iso.get_marginal_value_real_time_5_min("2026-06-09")
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": min(seconds)}))
"""


def price_page(first_row, rows, total):
    """Make a page of day-ahead prices of invented nodes in the order that Data Miner gives them."""
    draw = np.random.default_rng(first_row)
    parts = draw.normal(0, 5, (rows, 2)).round(6)
    items = []
    for number, (congestion, loss) in zip(range(first_row, first_row + rows), parts, strict=True):
        hour, node = divmod(number, NODES)
        utc = f"2026-06-{9 + (hour + 4) // 24:02d}T{(hour + 4) % 24:02d}:00:00"
        items.append(
            f'{{"datetime_beginning_utc":"{utc}","datetime_beginning_ept":"2026-06-09T{hour:02d}:00:00",'
            f'"pnode_id":{50_000 + node},"pnode_name":"STAT{node % 4000:04d}","voltage":"230 KV",'
            f'"equipment":"T-{node // 4000}","type":"LOAD","zone":"PSEG","system_energy_price_da":30.000000,'
            f'"total_lmp_da":{30 + congestion + loss:.6f},"congestion_price_da":{congestion:.6f},'
            f'"marginal_loss_price_da":{loss:.6f},"row_is_current":true,"version_nbr":1}}'
        )
    return f'{{"links":[],"items":[{",".join(items)}],"searchSpecification":{{}},"totalRows":{total}}}'.encode()


def constraint_page(rows):
    """Make a page of real-time constraints."""
    items = [
        f'{{"datetime_beginning_utc":"2026-06-09T{4 + number // 2000:02d}:{number // 200 % 12 * 5:02d}:00",'
        f'"datetime_ending_utc":"2026-06-09T{4 + number // 2000:02d}:{number // 200 % 12 * 5:02d}:59",'
        f'"monitored_facility":"LINE {number % 200} 138 KV  A-B","contingency_facility":"L138.One-Other.{number % 200}",'
        f'"transmission_constraint_penalty_factor":2000.0,"limit_control_percentage":95.0,"shadow_price":-{number % 97}.25}}'
        for number in range(rows)
    ]
    return f'{{"links":[],"items":[{",".join(items)}],"searchSpecification":{{}},"totalRows":{rows}}}'.encode()


def pace():
    """Compare reading one answer with gridstatus reading the same bytes."""
    cases = (
        (
            "day-ahead LMP, a page of 50,000 rows",
            DAY_AHEAD,
            price_page(0, ROWS_PER_PAGE, ROWS_PER_PAGE),
            ROWS_PER_PAGE,
            PEER_PRICES,
        ),
        ("real-time constraints, 20,000 rows", CONSTRAINTS, constraint_page(20_000), 20_000, PEER_CONSTRAINTS),
    )
    for name, feed, content, rows, script in cases:
        payload = Payload(f"{feed.dataset}.json", content)
        assert len(feed.parse(feed, [payload])) == rows
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer.json"
            path.write_bytes(content)
            work = functools.partial(feed.parse, feed, [payload])
            yield from peers.pace(f"PJM: {name}, parsed", work, ROUNDS, GRIDSTATUS, script, path)


def measure(folder):
    """Take a nodal day from its pages to committed rows and print what it took: called in a process of its own."""
    pages = [Payload(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*.json"))]
    begin = time.process_time()
    verdict = validate(DAY_AHEAD.parse(DAY_AHEAD, pages), DAY_AHEAD.contract)
    lake, now = Lake(Path(folder) / "lake"), datetime(2026, 6, 8, 17, tzinfo=UTC)
    lake.commit(DAY_AHEAD.contract, DAY_AHEAD.key, verdict.accepted, payload="0" * 64, read_at=now)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "gigabytes": peak, "rows": len(verdict.accepted)}))


def nodal_day():
    """Measure a whole day of all nodes, six pages."""
    total = NODES * HOURS
    with tempfile.TemporaryDirectory() as folder:
        for first in range(0, total, ROWS_PER_PAGE):
            page = price_page(first, min(ROWS_PER_PAGE, total - first), total)
            (Path(folder) / f"page{first:07d}.json").write_bytes(page)
        code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import feeds_pjm as b; b.measure(sys.argv[1])"
        done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["rows"] == total
    for name, key, unit, bar in (
        ("PJM nodal day-ahead day, 304,800 rows, JSON bytes to committed lake", "seconds", "s", SECONDS_BAR),
        ("peak memory of that, the whole process", "gigabytes", "GB", GIGABYTES_BAR),
    ):
        yield {
            "name": name, "value": round(answer[key], 3), "unit": unit, "peer": None, "peer_value": None, "ratio": None,
            "bar": bar, "holds": answer[key] < bar,
        }  # fmt: skip


def run():
    yield from pace()
    yield from nodal_day()


if __name__ == "__main__":
    for figure in run():
        print(figure)
