"""Simulated network, bids, rights and lists."""

import io
from datetime import date, datetime, time, timedelta

import numpy as np
import openpyxl
import pandas as pd

from market_platform.sandbox.publishers.pjm.prices import NODES, bus_parts, full_name, node_type
from market_platform.sandbox.publishers.pjm.sheets import (
    NOTHING,
    ZONE,
    Writer,
    beginning,
    day_ahead,
    every_fifteen_seconds,
    interpolated,
    naive_midnight,
    next_day,
    past,
)
from market_platform.sandbox.world import World

FOR_EVER = pd.Timestamp("9999-12-31").as_unit("us")
FIRST_DAY = pd.Timestamp("2017-09-08").as_unit("us")
PRICE_POINTS = (-20.0, 0.0, 20.0, 40.0, 80.0, 160.0)
STATES = {"NYISO": "NJ", "MISO": "IL", "TVA": "KY", "LGEE": "OH", "CPLE": "VA", "DUK": "NC"}
FOUR_MONTHS = timedelta(days=122)


def _constraints(run: str) -> Writer:
    def write(world: World, day: date, _now: datetime) -> pd.DataFrame:
        rows = world.constraints("pjm", day, run)
        factors = {"transmission_constraint_penalty_factor": 2000.0, "limit_control_percentage": 95.0}
        return pd.DataFrame(
            {
                **beginning(rows, end=True),
                "monitored_facility": rows["constraint"],
                "contingency_facility": rows["contingency"].astype("object").replace({"BASE CASE": "ACTUAL"}),
                **(factors if run == "real_time" else {}),
                # PJM prints shadow prices negative.
                "shadow_price": -rows["shadow_price_usd_per_mwh"].abs(),
            }
        )

    return write


def _events(world: World, day: date, _now: datetime) -> pd.DataFrame:
    """Unbroken hours of a day-ahead constraint as one event each."""
    rows = world.constraints("pjm", day, "day_ahead").sort_values(["constraint", "interval_start"])
    if not len(rows):
        return NOTHING
    fresh = (rows["constraint"] != rows["constraint"].shift()) | (
        rows["interval_start"] != rows["interval_end"].shift()
    )
    grouped = rows.groupby(fresh.cumsum())
    events = grouped.agg(
        datetime_beginning_utc=("interval_start", "min"),
        datetime_ending_utc=("interval_end", "max"),
        duration=("interval_start", "size"),
        day_ahead_congestion_event=("constraint", "first"),
        monitored_facility=("constraint", "first"),
        contingency_facility=("contingency", "first"),
    )
    return events.reset_index(drop=True)


def _limits_now(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Give what binds, and a row that says ``none`` where nothing does."""
    rows = past(world.constraints("pjm", day, "real_time"), now)
    every = past(world.fuel_mix("pjm", day, 5), now)["interval_start"].drop_duplicates()
    quiet = every[~every.isin(rows["interval_start"])]
    bound = pd.DataFrame(
        {
            **beginning(rows),
            "constraint_name": rows["constraint"],
            "constraint_type": "Transmission",
            "contingency": rows["contingency"],
            "shadow_price": -rows["shadow_price_usd_per_mwh"].abs(),
        }
    )
    nothing = pd.DataFrame(
        {
            "datetime_beginning_utc": quiet,
            "constraint_name": "none",
            "constraint_type": "none",
            "contingency": "none",
            "shadow_price": 0.0,
        }
    )
    return pd.concat([bound, nothing], ignore_index=True)


def _interchange(world: World, day: date, minutes: int) -> pd.DataFrame:
    rows = world.interchange("pjm", day, minutes)
    return rows.assign(scheduled=(rows["net_import_mw"] / 10).round() * 10)


def _ties(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(_interchange(world, day, 5), now)
    return pd.DataFrame(
        {
            "datetime_beginning_utc": rows["interval_start"] + pd.Timedelta(seconds=1),
            "tie_flow_name": rows["neighbour"],
            "actual_mw": rows["net_import_mw"],
            "scheduled_mw": rows["scheduled"],
        }
    )


def _interchange_summary(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _interchange(world, day, 60)
    return pd.DataFrame(
        {
            **beginning(rows, end=True),
            "tie_line": rows["neighbour"],
            "actual_flow": rows["net_import_mw"],
            "sched_flow": rows["scheduled"],
            "inadv_flow": rows["net_import_mw"] - rows["scheduled"],
        }
    )


def _interchange_schedule(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _interchange(world, day, 60)
    return pd.DataFrame(
        {**beginning(rows, end=True), "tie_line": rows["neighbour"], "hrly_net_tie_sched": rows["scheduled"]}
    )


def _states(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _interchange(world, day, 60)
    state = rows["neighbour"].astype("object").map(STATES).fillna("PA")
    rows = rows.assign(state=state).groupby(["interval_start", "state"], as_index=False)["net_import_mw"].sum()
    return pd.DataFrame({**beginning(rows), "state": rows["state"], "net_interchange": -rows["net_import_mw"]})


def _flows(name: str, flow: str, limit: str, minutes: int, *, end: bool = False, warning: bool = False) -> Writer:
    def write(world: World, day: date, now: datetime) -> pd.DataFrame:
        rows = world.interface_flows("pjm", day, minutes)
        inside = rows["negative_limit_mw"] == rows["negative_limit_mw"].min()
        rows = rows[inside] if end or warning else rows
        rows = past(rows, now) if minutes == 5 else rows
        more = {"warning_level": rows["positive_limit_mw"] * 0.95} if warning else {}
        return pd.DataFrame(
            {
                **beginning(rows, end=end),
                name: rows["interface"],
                flow: rows["flow_mw"],
                **more,
                limit: rows["positive_limit_mw"],
            }
        )

    return write


def _control_error(world: World, day: date, now: datetime) -> pd.DataFrame:
    moments = every_fifteen_seconds(day, now)
    rows = world.load("pjm", day, 5).groupby("interval_start", as_index=False)["load_mw"].sum()
    slope = np.gradient(interpolated(moments, rows, "load_mw")) if len(moments) > 1 else np.zeros(len(moments))
    return pd.DataFrame({"datetime_beginning_utc": moments, "ace_mw": slope * 8.0})


def _dispatch_rates(world: World, day: date, now: datetime) -> pd.DataFrame:
    moments = every_fifteen_seconds(day, now)
    prices = world.real_time_prices("pjm", day, 5)
    frames = [
        pd.DataFrame(
            {
                "datetime_beginning_utc": moments,
                "zone": zone,
                "dispatch_rate": interpolated(moments, prices[prices["location"] == zone], "lmp_usd_per_mwh"),
            }
        )
        for zone in ("AEP", "COMED", "DOM", "PSEG")
    ]
    return pd.concat(frames, ignore_index=True)


def _reserve_events(_world: World, day: date, now: datetime) -> pd.DataFrame:
    """Give an event on the first of a month at ten past four in the afternoon."""
    start = datetime.combine(day, time(16, 10), tzinfo=ZONE)
    if day.day != 1 or now < start + timedelta(minutes=12):
        return NOTHING
    return pd.DataFrame(
        {
            "event_start_ept": [pd.Timestamp(start.replace(tzinfo=None)).as_unit("us")],
            "event_end_ept": [pd.Timestamp(start.replace(tzinfo=None) + timedelta(minutes=12)).as_unit("us")],
            "duration": ["00:12:00"],
            "synchronized_reserve_zone": ["RTO"],
            "synchronized_sub_zone": ["MAD"],
            "percent_deployed": [100],
        }
    )


def _assessment(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(world.fuel_mix("pjm", day, 5), now).drop_duplicates("interval_start")
    return pd.DataFrame({**beginning(rows), "pai_description": "No PAI"})


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


def capacity_workbook(world: World, year: int) -> bytes:
    """Return the base residual auction's results in the layout of 2026/27."""
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
    "da_marginal_value": day_ahead(_constraints("day_ahead")),
    "rt_marginal_value": next_day(_constraints("real_time")),
    "da_transconstraints": day_ahead(_events),
    "transmission_limits": _limits_now,
    "five_min_tie_flows": _ties,
    "act_sch_interchange": next_day(_interchange_summary),
    "rt_scheduled_interchange": next_day(_interchange_schedule),
    "state_net_interchange": next_day(_states),
    "transfer_limits_and_flows": next_day(_flows("transfer_limit_area", "transfers", "transfer_limit", 60, end=True)),
    "transfer_interface_infor": _flows("name", "actual_flow", "transfer_limit", 5, warning=True),
    "da_interface_flows_and_limits": day_ahead(_flows("interface_limit_name", "flow_mw", "limit_mw", 60)),
    "area_control_error": _control_error,
    "inst_dispatch_rates": _dispatch_rates,
    "sync_reserve_events": _reserve_events,
    "fivemin_pai_interval": _assessment,
    "hrl_dmd_bids": next_day(_demand_bids),
    "hrl_da_incs_decs": _virtual_bids,
    "day_inc_dec_utc": _virtuals_cleared,
    "ftr_bids_mnt": _ftr_bids,
    "ftr_bids_annual": _yearly_bids("Annual", 1),
    "ftr_bids_long_term": _yearly_bids("Long Term", 3),
    "ftr_cong_lmp": _ftr_congestion,
    "pnode": _pnodes,
    "agg_definitions": _members,
}
