"""ERCOT: parsing recorded files against gridstatus on the same bytes, as committed rows or as its public frame."""

import tempfile
import zipfile
from pathlib import Path

import peers

import market_platform.sources.compiled  # noqa: F401 - as in a process that has read a large file before
from market_platform.sources.ercot.feeds import ERCOT
from market_platform.sources.payload import Payload, unpack

GRIDSTATUS = "gridstatus==0.37.0"
RECORDED = Path(__file__).parents[2] / "shared/recordings/ercot"
ROUNDS = 8
DAM_HEAD = b"DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"

# gridstatus does what it does for a user who asks for these days: its own function, with the documents' list and the zips
# at hand instead of at ERCOT; the list of settlement points, which it asks for beside, is empty. Both open the zips.
# Seconds of the process: these machines are shared.
PEER = """
import json, logging, sys, time, warnings
import pandas as pd
from gridstatus import Ercot, Markets
from gridstatus import ercot as module
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
what, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
iso = Ercot()
iso._get_settlement_point_mapping = lambda verbose=False: pd.DataFrame({"RESOURCE_NODE": []})
document = module.Document(path, pd.Timestamp("2025-01-01", tz="US/Central"), "", "", None)
iso._get_document = lambda **more: document
iso._get_documents = lambda **more: [document] * count
module.utils.get_zip_file = lambda url, verbose=False: open(url, "rb")
calls = {
    "dam": lambda: iso.get_spp("2025-03-01", end="2025-03-31", market=Markets.DAY_AHEAD_HOURLY),
    "rtm": lambda: iso.get_spp("2025-03-01", market=Markets.REAL_TIME_15_MIN),
    "year": lambda: iso.get_dam_spp(2025),
    "wind": lambda: iso.get_wind_actual_and_forecast_hourly("2025-03-01"),
}
seconds = []
for _ in range(1 if what == "year" else 5):
    begin = time.process_time()
    frame = calls[what]()
    seconds.append(time.process_time() - begin)
print(json.dumps({"rows": len(frame), "seconds": min(seconds)}))
"""


def cases(folder):
    """Give name, feed, payloads for us, file for the peer, its call and how often it reads it.

    A market day of real-time prices is 96 files, a day of forecasts 24 issues, a month of day-ahead prices 30 files: what
    one run of either reads. One recorded file stands for all of them, under as many names.
    """
    dam = DAM_HEAD + (RECORDED / "np4-190-cd_dam_spp/20170301.csv").read_bytes()
    (rtm,) = (RECORDED / "np6-905-cd_rtm_spp").glob("*.csv")
    (wind,) = (RECORDED / "np4-732-cd_wind_hourly").iterdir()
    (year,) = (RECORDED / "np4-180-er_dam_yearly").iterdir()
    with zipfile.ZipFile(wind) as archive:
        (member,) = archive.namelist()
        issue = archive.read(member)
    for name, key, content, call, count in (
        ("a month of day-ahead prices, 30 files of 15,000 rows", "ercot_dam_spp", dam, "dam", 30),
        ("a day of real-time prices, 96 files of 908 rows", "ercot_rtm_spp", rtm.read_bytes(), "rtm", 96),
        ("wind, 24 hourly issues of 216 lines", "ercot_wind_hourly", issue, "wind", 24),
    ):
        path = Path(folder) / f"{call}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, content)
        zipped = path.read_bytes()
        yield name, ERCOT.feed(key), [Payload(f"{number}.zip", zipped) for number in range(count)], path, call, count
    yield (
        "a year's workbook, 124,920 rows",
        ERCOT.feed("ercot_dam_spp_yearly"),
        [Payload(year.name, year.read_bytes())],
        year,
        "year",
        1,
    )


def run():
    """Compare reading each file with gridstatus reading the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, feed, payloads, path, call, count in cases(folder):

            def ours(feed=feed, payloads=payloads):
                return feed.parse(feed, [part for payload in payloads for part in unpack(payload, ERCOT.stamp_zone)])

            yield from peers.pace(f"ERCOT: {name}, parsed", ours, ROUNDS, GRIDSTATUS, PEER, call, path, count)
