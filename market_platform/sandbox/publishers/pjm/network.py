"""Simulated network datasets: constraints, ties, interfaces, control figures, events."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.pjm.sheets import (
    NOTHING,
    ZONE,
    Writer,
    beginning,
    day_ahead,
    every_fifteen_seconds,
    interpolated,
    next_day,
    past,
)
from market_platform.sandbox.world import World

STATES = {"NYISO": "NJ", "MISO": "IL", "TVA": "KY", "LGEE": "OH", "CPLE": "VA", "DUK": "NC"}


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
}
