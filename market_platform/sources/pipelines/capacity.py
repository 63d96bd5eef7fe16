"""Reading operationally available capacity (NAESB) in the layouts of several pipelines.

A location may appear once for receipts and once for deliveries. A cycle may be posted the day after its gas day; every
post is kept, the last of a cycle is the one with the latest ``posted_at``. The gas day runs from 09:00 Central.
Layouts: Enbridge as recorded; Boardwalk's (no cycle, but from when on a post holds; segments without a number) and
Eastern Gas Transmission's as public clients read them (secondary); Energy Transfer's, which names neither pipeline nor
gas day nor cycle: there the file's name says them. Columns of others are refused by name.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans
from market_platform.sources.payload import Payload
from market_platform.sources.pipelines.tables import cycles, postings
from market_platform.sources.tabular import Field, label, passed, read_csv

GAS_DAY_HOUR = 9
DAY = pd.Timedelta(days=1)
FLOWS = {
    "Delivery": "delivery", "D": "delivery", "Receipt": "receipt", "R": "receipt",
    "Both": "both", "B": "both", "BD": "both", "Bi-Directional": "both",
    "Storage Injection": "delivery", "Storage Withdrawal": "receipt",
}  # fmt: skip
QUANTITIES = ("design", "operating", "scheduled", "available")
PASSED = tuple(
    passed(*names)
    for names in (
        ("Cap_Type_Desc", "Cap Type Desc"), ("Loc_Purp_Desc", "Loc Purp Desc"),
        ("Loc_QTI_Desc", "Loc/QTI Desc", "Loc/QTI"), ("IT",),
        ("All_Qty_Avail", "All Qty Avail", "All Quantities Available Indicator"),
        ("Auth Overrun Ind",), ("Nom Cap Exceed Ind",), ("Qty Reason", "Quantity Not Available Reason"),
        ("Interconnect Party Name",), ("OIA",), ("Segment",), ("State",), ("County",), ("Operator",), ("OBA",),
        ("G/T",), ("Miles",), ("EGM",), ("Flw Cntl",),
    )
)  # fmt: skip
LOCATION = (
    label("location_id", "Loc"),
    label("location", "Loc_Name", "Loc Name"),
    label("zone", "Loc_Zn", "Loc Zn", optional=True),
    label("flow", "Flow_Ind_Desc", "Flow Ind Desc", "Flow Ind (D or R)", "Flow Ind"),
    label("design", "Total_Design_Capacity", "Design Capacity", "DC", optional=True),
    label("operating", "Operating_Capacity", "Operating Capacity", "OPC"),
    label("scheduled", "Total_Scheduled_Quantity", "Total Scheduled Quantity", "TSQ"),
    label("available", "Operationally_Available_Capacity", "Operationally Available Capacity",
          "Operationally  Available Capacity", "OAC"),
)  # fmt: skip
FIELDS: tuple[Field, ...] = (
    *LOCATION,
    label("cycle", "Cycle_Desc", "Cycle Desc", "CycleDesc", optional=True),
    label("effective_time", "Eff_Time", "Eff Time", "Effective Time"),
    label("posted_day", "Post_Date", "Posting Date", optional=True),
    label("posted_time", "Post_Time", "Posting Time", optional=True),
    label("posted", "Post Date/Time", optional=True),
    label("gas_day", "Eff_Gas_Day", "Eff Gas Day", "Effective Gas Day"),
    label("unit", "Meas_Basis_Desc", "Meas Basis Desc"),
    label("pipeline", "TSP_Name", "TSP Name"),
    label("pipeline_id", "TSP"),
    label("line_code", "LineCode", optional=True),
    *PASSED,
)
DAYS_WRITTEN = ("%m-%d-%Y", "%m/%d/%Y", "%Y%m%d", "%Y-%m-%d")
TIMES_WRITTEN = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
UNITS = {"MMBtu", "Dth", "DTH", "BZ"}  # a dekatherm is a million Btu, BZ the code of it
NAMED = re.compile(r"(?P<asset>[A-Z0-9]+)_OA_(?P<gas_day>\d{8})_(?P<cycle>[A-Z0-9]+)")


def capacity(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read capacity, scheduled and available quantities and the utilisation of each location and direction.

    Available is as posted: it may differ from capacity less scheduled. Raises UnreadablePayload for another unit.
    """
    read = read_csv(payloads, FIELDS)
    text = {name: read[name].astype("object") for name in read if name not in PLACE}
    units = set(text["unit"].dropna()) - UNITS
    if units:
        raise UnreadablePayload(f"{payloads[0].name}: quantities in {sorted(units)}, MMBtu is expected; map the unit")
    stamp = (text["posted_day"] + " " + text["posted_time"]).fillna(text["posted"])
    posted = _read_stamps(stamp, [f"{day} {time}" for day in DAYS_WRITTEN for time in TIMES_WRITTEN])
    cycle = text["cycle"].str.replace(r"_\d{4}-\d{2}-\d{2}_\d{4}$", "", regex=True)
    line = "line " + text["line_code"] + ": " + text["location"].fillna("all")
    return _rows(
        feed, read, {**text, "location_id": text["location_id"].fillna(line)}, _read_stamps(text["gas_day"], DAYS_WRITTEN),
        cycle=cycle.fillna("FROM " + text["effective_time"].str[:5]),
        posted_at=spans(posted, posted, feed.zone)["interval_start"],
        pipeline=text["pipeline"], pipeline_id=text["pipeline_id"],
    )  # fmt: skip


def _read_stamps(text: pd.Series, forms: Sequence[str]) -> pd.Series:
    """Read days or moments that pipelines write each in its own form."""
    read = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for form in forms:
        if not read.isna().any():
            break
        read = read.fillna(pd.to_datetime(text, format=form, errors="coerce"))
    return read


def energy_transfer(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read Energy Transfer's layout, quantities in Dth; the timetable stands for the posting's missing stamp.

    Raises UnreadablePayload where the file's name does not say pipeline, gas day and cycle.
    """
    read = read_csv(payloads, (*LOCATION, *PASSED))
    text = {name: read[name].astype("object") for name in read if name not in PLACE}
    facts = pd.DataFrame([_facts_in_name(payload) for payload in payloads]).loc[read["file"].to_numpy()]
    facts = facts.set_axis(read.index)
    return _rows(
        feed, read, text, facts["gas_day"],
        cycle=facts["cycle"], posted_at=facts["posted_at"], pipeline=facts["pipeline"],
        pipeline_id=facts["pipeline_id"],
    )  # fmt: skip


def _facts_in_name(payload: Payload) -> dict[str, object]:
    found = NAMED.search(payload.base_name)
    posting = postings().get(found["asset"]) if found else None
    cycle = cycles().get(found["cycle"]) if found else None
    if found is None or posting is None or cycle is None:
        raise UnreadablePayload(
            f"{payload.name}: this layout names neither pipeline nor gas day nor cycle; name the file "
            f"<asset>_OA_<YYYYMMDD>_<cycle>.csv (assets {', '.join(postings())}; cycles {', '.join(cycles())})"
        )
    gas_day = pd.to_datetime(found["gas_day"], format="%Y%m%d")
    return {
        "gas_day": gas_day,
        "cycle": cycle.name,
        "posted_at": cycle.posted_at(gas_day.date()),
        "pipeline": posting.pipeline,
        "pipeline_id": posting.pipeline_id,
    }


def _rows(
    feed: Feed, read: pd.DataFrame, text: dict[str, pd.Series], gas_day: pd.Series, **columns: pd.Series
) -> pd.DataFrame:
    rows = pd.concat([spans(gas_day, gas_day + DAY, feed.zone, GAS_DAY_HOUR), read[PLACE]], axis=1)
    for name in QUANTITIES:
        rows[f"{name}_mmbtu"] = numbers(text[name], rows)
    rows["flow"] = text["flow"].map(FLOWS)
    strange = rows["flow"].isna() & rows["defect"].isna()
    rows.loc[strange, "defect"] = "flow = " + text["flow"][strange].astype(str) + " is not in the table of directions"
    operating = rows["operating_mmbtu"].where(rows["operating_mmbtu"] > 0)
    return finish(
        feed,
        rows.assign(
            utilisation=(rows["scheduled_mmbtu"] / operating).astype(np.float64),
            **{name: text[name] for name in ("location", "location_id", "zone")},
            **columns,
        ),
    )


def last_posts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return of each pipeline, location, direction and gas day the row that was posted last."""
    keys = ["pipeline_id", "location_id", "flow", "interval_start"]
    return rows.sort_values("posted_at", kind="stable").drop_duplicates(keys, keep="last").sort_index()
