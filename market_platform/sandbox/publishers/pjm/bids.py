"""Simulated bids, transmission rights, lists of nodes and the capacity workbook."""

import io
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.pjm.prices import NODES, bus_parts, full_name, node_type
from market_platform.sandbox.publishers.pjm.sheets import (
    NOTHING,
    ZONE,
    Writer,
    beginning,
    naive_midnight,
    next_day,
)
from market_platform.sandbox.world import World

FOR_EVER = pd.Timestamp("9999-12-31").as_unit("us")
FIRST_DAY = pd.Timestamp("2017-09-08").as_unit("us")
PRICE_POINTS = (-20.0, 0.0, 20.0, 40.0, 80.0, 160.0)
FOUR_MONTHS = timedelta(days=122)


def _demand_bids(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = world.load_forecast("pjm", day - timedelta(days=1), days=1, first=1)
    total = rows.groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum().assign(location="PJM_RTO")
    both = pd.concat([rows, total]).sort_values("interval_start", kind="stable", ignore_index=True)
    return pd.DataFrame({**beginning(both), "area": both["location"], "hrly_da_demand_bid": both["load_mw"] * 0.98})


def _virtual_bids(world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < datetime.combine(day, time(), tzinfo=ZONE) + FOUR_MONTHS:
        return NOTHING
    hours = world.load("pjm", day, 60)["interval_start"].drop_duplicates()
    frames = [
        pd.DataFrame(
            {
                "bid_datetime_beginning_utc": hours,
                "modified_datetime_utc": hours + pd.Timedelta(days=122),
                "price_point": price,
                "inc_mw": 300.0 + 4.0 * max(price, 0.0),
                "dec_mw": 900.0 - 4.0 * max(price, 0.0),
            }
        )
        for price in PRICE_POINTS
    ]
    return pd.concat(frames, ignore_index=True)


def _virtuals_cleared(_world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < datetime.combine(day + timedelta(days=1), time(11), tzinfo=ZONE):
        return NOTHING
    scale = 1.0 + (day.toordinal() % 11) / 20.0
    values = {"inc_mw": 61000.0 * scale, "dec_mw": 83000.0 * scale, "utc_mw": 270000.0 * scale}
    return pd.DataFrame([{"day_ahead_market_date": naive_midnight(day), **values}])


def _ftr_bids(world: World, month: date, now: datetime) -> pd.DataFrame:
    if now < datetime.combine(month, time(), tzinfo=ZONE) + FOUR_MONTHS:
        return NOTHING
    rows = world.ftr_auction("pjm", month)
    period = rows["period"].astype("object").map({"onpeak": "OnPeak", "offpeak": "OffPeak"}).fillna("24H")
    return pd.DataFrame(
        {
            "market_name": f"{month:%b}".upper() + f" {month:%Y} Auction",
            "period_type": f"{month:%b}".upper(),
            "source_pnode_name": rows["source"],
            "sink_pnode_name": rows["sink"],
            "class_type": period,
            "trade_type": "Buy",
            "quoted_mw": rows["cleared_mw"],
            "quoted_price": rows["price_usd_per_mw"],
            "hedge_type": rows["hedge"].astype("object").str.capitalize(),
        }
    )


def _yearly_bids(kind: str, years: int) -> Writer:
    def write(world: World, first: date, now: datetime) -> pd.DataFrame:
        rows = _ftr_bids(world, first, now)
        name = f"{first.year}/{first.year + years} {kind} Auction"
        return (
            rows
            if rows.empty
            else rows.assign(market_name=name, period_type=f"{first.year}/{first.year + 1}", round="1")
        )

    return write


def _ftr_congestion(world: World, month: date, now: datetime) -> pd.DataFrame:
    if month > now.astimezone(ZONE).date():
        return NOTHING
    rows = world.day_ahead_prices("pjm", month).groupby("location", as_index=False)["congestion_usd_per_mwh"].mean()
    value = rows["congestion_usd_per_mwh"]
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return pd.DataFrame(
        {
            "effective_day": naive_midnight(month),
            "terminate_day": naive_midnight(last),
            "pnode_name": rows["location"],
            "offpeak_clmp": value * 0.8,
            "dailyoffpeak_clmp": value * 0.7,
            "onpeak_clmp": value * 1.2,
            "wkndonpeak_clmp": value * 0.9,
            "24hour_clmp": value,
            "lt_sim_offpeak_clmp": value * 0.75,
            "lt_sim_dailyoffpeak_clmp": value * 0.65,
            "lt_sim_onpeak_clmp": value * 1.1,
            "lt_sim_wkndonpeak_clmp": value * 0.85,
            "lt_sim_clmp": value * 0.95,
        }
    )


def _pnodes(world: World, _day: date, _now: datetime) -> pd.DataFrame:
    places = world.locations("pjm")
    nodes = world.nodes("pjm", NODES).rename(columns={"node": "location"}).assign(location_type="node")
    rows = pd.concat([places, nodes], ignore_index=True)
    bus = rows["location_type"] == "node"
    return pd.DataFrame(
        {
            "pnode_id": rows["publisher_id"].astype("int64"),
            "pnode_name": full_name(rows),
            "pnode_type": np.where(bus, "BUS", "AGGREGATE"),
            "pnode_subtype": node_type(rows),
            "zone": rows["zone"].astype("object").where(bus),
            "voltage_level": bus_parts(rows["location"])["voltage"],
            "effective_date": FIRST_DAY,
            "termination_date": FOR_EVER,
        }
    )


def _members(world: World, _day: date, _now: datetime) -> pd.DataFrame:
    nodes = world.nodes("pjm", NODES).rename(columns={"node": "location"})
    hub = world.locations("pjm").set_index("location")["publisher_id"]
    return pd.DataFrame(
        {
            "effective_date_ept": FIRST_DAY,
            "terminate_date_ept": FOR_EVER,
            "agg_pnode_id": int(hub["WESTERN HUB"]),
            "agg_pnode_name": "WESTERN HUB",
            "bus_pnode_id": nodes["publisher_id"].astype("int64"),
            "bus_pnode_name": full_name(nodes),
            "bus_pnode_factor": 1.0 / len(nodes),
        }
    )


def _subzone(columns: tuple[str, str], extra: dict[str, str]) -> Writer:
    """Return the writer of what lies in a subzone of reserves: every second node."""

    def write(world: World, day: date, now: datetime) -> pd.DataFrame:
        members = _members(world, day, now).iloc[::2].reset_index(drop=True)
        named = {columns[0]: members["bus_pnode_id"], columns[1]: members["bus_pnode_name"]}
        dates = {"effective_date": "2024-06-01T00:00:00", "terminate_date": "9999-12-31T00:00:00", "subzone": "MAD"}
        return pd.DataFrame(named).assign(**dates, **extra)

    return write


def capacity_workbook(world: World, year: int) -> bytes:
    """Return the base residual auction's results in the layout of 2026/27."""
    import openpyxl

    rows = world.capacity_auctions("pjm", year)
    rows = rows[rows["auction"] == "base residual"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Summary"
    sheet.append([f"{year}/{year + 1} BRA Summary of Auction Results (simulated)"])
    sheet.append([])
    sheet.append(["Resource Clearing Prices [$/MW-day]"])
    sheet.append(["LDA", "Base Residual Auction"])
    for area, price in zip(rows["area"], rows["price_usd"], strict=True):
        sheet.append([area, float(price)])
    sheet.append([" "])
    sheet.append(["Participant Buy Bids/Sell Offers Cleared [Equivalent Annual Resources in MW]"])
    sheet.append(["LDA", "Base Residual Auction"])
    sheet.append([None, "Participant Sell Offers Cleared"])
    for area, cleared in zip(rows["area"], rows["cleared_mw"], strict=True):
        sheet.append([area, float(cleared)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WRITERS: dict[str, Writer] = {
    "hrl_dmd_bids": next_day(_demand_bids),
    "hrl_da_incs_decs": _virtual_bids,
    "day_inc_dec_utc": _virtuals_cleared,
    "ftr_bids_mnt": _ftr_bids,
    "ftr_bids_annual": _yearly_bids("Annual", 1),
    "ftr_bids_long_term": _yearly_bids("Long Term", 3),
    "ftr_cong_lmp": _ftr_congestion,
    "pnode": _pnodes,
    "agg_definitions": _members,
    "sync_pri_reserves_resources_list": _subzone(
        ("resource_id", "resource_name"), {"resource_type": "GEN", "zone": "BGE"}
    ),
    "sync_pri_reserves_buses_list": _subzone(("pnode_id", "pnode_name"), {"pnode_type": "BUS"}),
}
