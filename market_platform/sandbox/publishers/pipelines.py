"""The simulated pipelines: Energy Transfer's postings by asset, gas day and cycle, and Enbridge's files.

Locations and quantities are the small world's inventions, whichever pipeline's page they stand on.
"""

import csv
import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pandas as pd

from market_platform.sandbox.world import World

HOSTS = ("twtransfer.energytransfer.com", "feptransfer.energytransfer.com")
CENTRAL = ZoneInfo("America/Chicago")
# Which of the small world's pipelines stands behind an asset code, and which post as Enbridge's do.
BY_ASSET = {"TW": "Sable Plains Pipeline", "FEP": "Gulf Heron Pipeline", "TGR": "Lakeview Gas Transmission"}
AS_ENBRIDGE = ("Marshfield Transmission", "Stonebridge Gas")
# Code and posting time (days after the gas day, hour) of each cycle.
CYCLES = {"0": ("TIMELY", -1, 17.0), "1": ("EVENING", -1, 21.0), "3": ("INTRDY1", 0, 13.0), "4": ("INTRDY2", 0, 17.5),
          "7": ("INTRDY3", 0, 22.0)}  # fmt: skip
HEADINGS = (
    "Loc", "Loc Name", "Loc Zn", "Flow Ind", "Loc Purp Desc", "Loc/QTI", "IT", "All Qty Avail", "DC", "OPC", "TSQ", "OAC",
    "Auth Overrun Ind", "Nom Cap Exceed Ind", "Qty Reason",
)  # fmt: skip
ENBRIDGE_HEADINGS = (
    "Cycle_Desc", "Post_Date", "Eff_Gas_Day", "Cap_Type_Desc", "Post_Time", "Eff_Time", "Loc", "Loc_Name", "Loc_Zn",
    "Flow_Ind_Desc", "Loc_Purp_Desc", "Loc_QTI_Desc", "Meas_Basis_Desc", "IT", "All_Qty_Avail", "Total_Design_Capacity",
    "Operating_Capacity", "Total_Scheduled_Quantity", "Operationally_Available_Capacity", "TSP_Name", "TSP",
)  # fmt: skip


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the page would at ``now``; a cycle that is not out has headings and no rows."""
    asked = request.url.params
    pipeline, cycle = BY_ASSET.get(asked.get("asset", "")), CYCLES.get(asked.get("cycle", ""))
    if not request.url.path.endswith("/capacity/operationally-available") or pipeline is None or cycle is None:
        return httpx.Response(404)
    day = datetime.strptime(asked["gasDay"], "%m/%d/%Y").replace(tzinfo=CENTRAL).date()
    rows = [] if posted_at(day, cycle) > now else _rows(world, pipeline, day, cycle[0])
    body = [
        (row.location_id, row.location, row.zone, row.direction[0], f"{row.direction} Location", row.direction[0] + "PQ",
         "N", "Y", *_quantities(row), "N", "N", "")
        for row in rows
    ]  # fmt: skip
    return httpx.Response(200, content=_csv(HEADINGS, body), headers={"Content-Type": "text/csv"})


def enbridge_file(world: World, gas_days: list[date], now: datetime) -> bytes:
    """Return the postings of the pipelines that post as Enbridge's do, every cycle that is out."""
    body = []
    for day in gas_days:
        for cycle in CYCLES.values():
            posted = posted_at(day, cycle)
            if posted > now:
                continue
            for pipeline in AS_ENBRIDGE:
                body += [
                    (f"{cycle[0]}_{posted:%Y-%m-%d_%H%M}", f"{posted:%m-%d-%Y}", f"{day:%m-%d-%Y}",
                     "Operational Capacity", f"{posted:%H:%M}", "09:00", row.location_id, row.location, row.zone,
                     row.direction, f"{row.direction} Location", f"{row.direction} Point Quantity", "MMBtu", "N", "Y",
                     *_quantities(row), pipeline.upper(), row.tsp)
                    for row in _rows(world, pipeline, day, cycle[0])
                ]  # fmt: skip
    return _csv(ENBRIDGE_HEADINGS, body)


def posted_at(day: date, cycle: tuple[str, int, float]) -> datetime:
    """Return the moment of a cycle's posting."""
    _, days_after, hour = cycle
    start = datetime.combine(day + timedelta(days=days_after), datetime.min.time(), tzinfo=CENTRAL)
    return start.replace(hour=int(hour), minute=round(hour % 1 * 60))


def _rows(world: World, pipeline: str, day: date, cycle: str) -> list[pd.Series]:
    flows = world.pipeline_flows(day, cycle)
    return list(flows[flows["pipeline"] == pipeline].itertuples())


def _quantities(row: pd.Series) -> tuple[str, ...]:
    amounts = (row.design_mmbtu, row.operating_mmbtu, row.scheduled_mmbtu, row.available_mmbtu)
    return tuple(f"{amount:,}" for amount in amounts)


def _csv(headings: tuple[str, ...], body: list[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([headings, *body])
    return buffer.getvalue().encode()
