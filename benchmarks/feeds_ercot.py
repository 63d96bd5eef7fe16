"""ERCOT: parsing recorded files against gridstatus on the same bytes, as committed rows or as its public frame."""

import tempfile
import time
import zipfile
from pathlib import Path

import peers

from market_platform.sources.ercot.feeds import ERCOT
from market_platform.sources.payload import Payload

GRIDSTATUS = "gridstatus==0.37.0"
RECORDED = Path(__file__).parents[2] / "shared/recordings/ercot"
PACE_BAR = 20.0
ROUNDS = 3
DAM_HEAD = b"DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"

# gridstatus reads the file that its own request would have brought; the list of settlement points, which it asks for
# beside, is empty, so that only the reading of the prices is timed. Seconds of the process: these machines are shared.
PEER = """
import json, logging, sys, time
import pandas as pd
from gridstatus import Ercot, Markets
from gridstatus import ercot as module
logging.disable(logging.CRITICAL)
what, path = sys.argv[1:3]
iso = Ercot()
iso._get_settlement_point_mapping = lambda verbose=False: pd.DataFrame({"RESOURCE_NODE": []})
document = module.Document(path, pd.Timestamp("2025-01-01", tz="US/Central"), "", "", None)
iso._get_document = lambda **more: document
iso._get_documents = lambda **more: [document]
module.utils.get_zip_file = lambda url, verbose=False: open(url, "rb")
calls = {
    "dam": lambda: iso._finalize_spp_df(iso.read_docs([document]), market=Markets.DAY_AHEAD_HOURLY),
    "rtm": lambda: iso._finalize_spp_df(iso.read_docs([document]), market=Markets.REAL_TIME_15_MIN),
    "year": lambda: iso.get_dam_spp(2025),
    "wind": lambda: iso._handle_hourly_wind_or_solar_report(document),
}
seconds = []
for _ in range(int(sys.argv[3])):
    begin = time.process_time()
    frame = calls[what]()
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": min(seconds)}))
"""


def cases(folder):
    """Give name, feed, payload for us, file for the peer, its call and rounds; daily files come zipped as from ERCOT."""
    dam = DAM_HEAD + (RECORDED / "np4-190-cd_dam_spp/20170301.csv").read_bytes()
    (rtm,) = (RECORDED / "np6-905-cd_rtm_spp").glob("*.csv")
    (wind,) = (RECORDED / "np4-732-cd_wind_hourly").iterdir()
    (year,) = (RECORDED / "np4-180-er_dam_yearly").iterdir()
    for name, key, content, call in (
        ("a day of day-ahead prices, 15,000 rows", "ercot_dam_spp", dam, "dam"),
        ("a quarter hour of real-time prices, 908 rows", "ercot_rtm_spp", rtm.read_bytes(), "rtm"),
    ):
        path = Path(folder) / f"{call}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{call}.csv", content)
        yield name, ERCOT.feed(key), Payload(f"{call}.csv", content), path, call, 5
    with zipfile.ZipFile(wind) as archive:
        (member,) = archive.namelist()
        yield (
            "wind, an hourly issue, 216 lines",
            ERCOT.feed("ercot_wind_hourly"),
            Payload(member, archive.read(member)),
            wind,
            "wind",
            5,
        )
    yield (
        "a year's workbook, 124,920 rows",
        ERCOT.feed("ercot_dam_spp_yearly"),
        Payload(year.name, year.read_bytes()),
        year,
        "year",
        1,
    )


def run():
    """Compare reading each file with gridstatus reading the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, feed, payload, path, call, rounds in cases(folder):
            taken = []
            for _ in range(ROUNDS * 3):
                begin = time.process_time()
                feed.parse(feed, [payload])
                taken.append(time.process_time() - begin)
            peer = peers.ask(GRIDSTATUS, PEER, call, path, rounds)
            ratio = peer["seconds"] / min(taken)
            yield {
                "name": f"ERCOT: {name}",
                "value": min(taken),
                "unit": "s",
                "peer": "gridstatus 0.37.0",
                "peer_value": peer["seconds"],
                "ratio": ratio,
                "bar": PACE_BAR,
                "holds": ratio >= PACE_BAR,
            }
