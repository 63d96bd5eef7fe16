"""Operationally available capacity (NAESB) in the layouts of several pipelines.

A location may appear once for receipts and once for deliveries. A cycle may be posted the day after its gas day; every
post is kept, the last of a cycle is the one with the latest ``posted_at``. The gas day runs from 09:00 Central.
Layouts: Enbridge as recorded; Transwestern's names as in the facts' column table; others are refused by name.
"""

import re
from collections.abc import Sequence
from datetime import time
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.contracts.families import fundamentals
from market_platform.errors import UnreadablePayload
from market_platform.sources.feed import Feed, Publication, Publisher
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, passed, read_csv

CENTRAL = ZoneInfo("America/Chicago")
GAS_DAY_HOUR = 9
DAY = pd.Timedelta(days=1)
FLOWS = {"Delivery": "delivery", "D": "delivery", "Receipt": "receipt", "R": "receipt", "Both": "both", "B": "both"}
FIELDS = (
    label("cycle", "Cycle_Desc", "Cycle Desc"),
    label("posted_day", "Post_Date", "Posting Date"),
    label("posted_time", "Post_Time", "Posting Time"),
    label("gas_day", "Eff_Gas_Day", "Eff Gas Day"),
    label("location_id", "Loc"),
    label("location", "Loc_Name", "Loc Name"),
    label("zone", "Loc_Zn", "Loc Zn", optional=True),
    label("flow", "Flow_Ind_Desc", "Flow Ind Desc", "Flow Ind (D or R)", "Flow Ind"),
    label("unit", "Meas_Basis_Desc", "Meas Basis Desc"),
    label("design", "Total_Design_Capacity", "Design Capacity", "DC", optional=True),
    label("operating", "Operating_Capacity", "Operating Capacity", "OPC"),
    label("scheduled", "Total_Scheduled_Quantity", "Total Scheduled Quantity", "TSQ"),
    label("available", "Operationally_Available_Capacity", "Operationally Available Capacity",
          "Operationally  Available Capacity", "OAC"),
    label("pipeline", "TSP_Name", "TSP Name"),
    label("pipeline_id", "TSP"),
    *(passed(*names) for names in (
        ("Eff_Time", "Eff Time"), ("Cap_Type_Desc", "Cap Type Desc"), ("Loc_Purp_Desc", "Loc Purp Desc"),
        ("Loc_QTI_Desc", "Loc/QTI Desc", "Loc/QTI"), ("IT",), ("All_Qty_Avail", "All Qty Avail"),
        ("Auth Overrun Ind",), ("Nom Cap Exceed Ind",), ("Qty Reason",),
    )),
)  # fmt: skip


def capacity(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read capacity, scheduled and available quantities and the utilisation of each location and direction.

    Available is as posted: it may differ from capacity less scheduled. Raises UnreadablePayload for another unit.
    """
    read = read_csv(payloads, FIELDS)
    text = {name: read[name].astype("object") for name in read if name not in PLACE}
    units = set(text["unit"].dropna()) - {"MMBtu", "Dth", "DTH"}
    if units:
        raise UnreadablePayload(f"{payloads[0].name}: quantities in {sorted(units)}, MMBtu is expected; map the unit")
    gas_day = pd.to_datetime(text["gas_day"], format="%m-%d-%Y", errors="coerce")
    stamp = text["posted_day"] + " " + text["posted_time"]
    posted = pd.to_datetime(stamp, format="%m-%d-%Y %H:%M", errors="coerce")
    rows = pd.concat([spans(gas_day, gas_day + DAY, feed.zone, GAS_DAY_HOUR), read[PLACE]], axis=1)
    for name in ("design", "operating", "scheduled", "available"):
        rows[f"{name}_mmbtu"] = numbers(text[name], rows)
    rows["flow"] = text["flow"].map(FLOWS)
    strange = rows["flow"].isna() & rows["defect"].isna()
    rows.loc[strange, "defect"] = "flow = " + text["flow"][strange].astype(str) + " is not in the table of directions"
    operating = rows["operating_mmbtu"].where(rows["operating_mmbtu"] > 0)
    return finish(
        feed,
        rows.assign(
            cycle=text["cycle"].str.replace(r"_\d{4}-\d{2}-\d{2}_\d{4}$", "", regex=True),
            posted_at=spans(posted, posted, feed.zone)["interval_start"],
            utilisation=rows["scheduled_mmbtu"] / operating,
            **{name: text[name] for name in ("pipeline", "pipeline_id", "location", "location_id", "zone")},
        ),
    )


def last_posts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return of each pipeline, location, direction and gas day the row that was posted last."""
    keys = ["pipeline_id", "location_id", "flow", "interval_start"]
    return rows.sort_values("posted_at", kind="stable").drop_duplicates(keys, keep="last").sort_index()


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no posting."""
    head = payload.content[:1_000].decode("utf-8-sig", "replace").splitlines()[:1]
    wanted = re.compile(r"Operationally[_ ]+Available[_ ]Capacity|\bOAC\b")
    return "pipelines_capacity" if head and wanted.search(head[0]) and "Loc" in head[0] else None


FEEDS = (
    Feed(
        key="pipelines_capacity", publisher="pipelines", title="Operationally available capacity by location",
        contract=fundamentals.PIPELINE_CAPACITY, zone=CENTRAL, dataset="OAC", file_part="OA", parse=capacity,
        publication=Publication(time(9), 2), sparse=True, constants={"market": "pipelines"},
        note="read from the pipelines' files; a cycle may be posted after its gas day",
    ),
)  # fmt: skip

PIPELINES = Publisher(
    key="pipelines", name="Gas pipelines", base_url="https://rtba.enbridge.com", pace_seconds=2.0, feeds=FEEDS,
    recognise=recognise, stamp_zone=CENTRAL,
)  # fmt: skip
