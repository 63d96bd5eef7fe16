"""Simulated ancillary datasets: reserve and regulation prices and quantities, with the columns of their day."""

from datetime import date, datetime

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.pjm.sheets import (
    Writer,
    beginning,
    day_ahead,
    every_fifteen_seconds,
    next_day,
    past,
)
from market_platform.sandbox.world import World

SHORT = {"Synchronized Reserve": "SR", "Primary Reserve": "PR", "Secondary Reserve": "SECR"}
LONG_AREAS = {"PJM_RTO": "PJM RTO Reserve Zone", "MAD": "Mid-Atlantic/Dominion Reserve Subzone"}
REQUIRED_MW = {"Synchronized Reserve": 1800.0, "Primary Reserve": 2650.0, "Secondary Reserve": 3300.0}
REGULATION_MW = 650.0
# RegA and RegD were retired with the release of this day; the performance price is called mileage price since.
REGULATION_REDESIGN = date(2025, 9, 30)


def _reserves(world: World, day: date, run: str) -> pd.DataFrame:
    rows = world.ancillary_prices("pjm", day, run)
    return rows[rows["product"].isin(SHORT)].reset_index(drop=True)


def _regulation(world: World, day: date) -> pd.DataFrame:
    rows = world.ancillary_prices("pjm", day, "real_time")
    rows = rows[rows["product"].astype("str").str.startswith("Regulation")]
    wide = rows.pivot_table(index=["interval_start", "interval_end"], columns="product", values="price_usd_per_mw")
    return wide.reset_index().rename(
        columns={"Regulation Capability": "capability", "Regulation Performance": "performance"}
    )


def _hourly(rows: pd.DataFrame, keys: list[str], values: list[str]) -> pd.DataFrame:
    hour = rows["interval_start"].dt.floor("h")
    mean = rows.assign(interval_start=hour).groupby(["interval_start", *keys], sort=True)[values].mean().reset_index()
    return mean.assign(interval_end=mean["interval_start"] + pd.Timedelta(hours=1))


def _named(run: str, *, hourly: bool) -> Writer:
    def write(world: World, day: date, _now: datetime) -> pd.DataFrame:
        rows = _reserves(world, day, run)
        if hourly and run == "real_time":
            rows = _hourly(rows, ["region", "product"], ["price_usd_per_mw"])
        area = rows["region"].map({"PJM_RTO": "RTO", "MAD": "MAD"})
        return pd.DataFrame(
            {
                **beginning(rows),
                "ancillary_service": area + " " + rows["product"].astype("object"),
                "unit": "Price",
                "value": rows["price_usd_per_mw"].round(2),
                "row_is_current": True,
                "version_nbr": 1,
            }
        )

    return write


def _quantities(rows: pd.DataFrame) -> dict[str, pd.Series]:
    required = rows["product"].astype("object").map(REQUIRED_MW).astype(float)
    return {
        "as_req_mw": required,
        "total_mw": required * 1.08,
        "as_mw": required * 0.97,
        "ss_mw": required * 0.11,
        "tier1_mw": pd.Series(0.0, index=rows.index),
        "ircmwt2": pd.Series(np.nan, index=rows.index),
        "dsr_as_mw": required * 0.04,
        "nsr_mw": pd.Series(np.nan, index=rows.index),
    }


def _real_time_results(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _reserves(world, day, "real_time")
    reserve = pd.DataFrame(
        {
            **beginning(rows),
            "locale": rows["region"],
            "service": rows["product"].astype("object").map(SHORT),
            "mcp": rows["price_usd_per_mw"],
            "mcp_capped": rows["price_usd_per_mw"],
            "reg_ccp": np.nan,
            "reg_pcp": np.nan,
            **_quantities(rows),
            "regd_mw": np.nan,
        }
    )
    regulation = _regulation(world, day)
    priced = pd.DataFrame(
        {
            **beginning(regulation),
            "locale": "PJM_RTO",
            "service": "REG",
            "mcp": regulation["capability"] + regulation["performance"],
            "mcp_capped": regulation["capability"] + regulation["performance"],
            "reg_ccp": regulation["capability"],
            "reg_pcp": regulation["performance"],
            "as_req_mw": REGULATION_MW,
            "total_mw": REGULATION_MW,
            "as_mw": REGULATION_MW,
            "ss_mw": 390.0,
            "tier1_mw": 0.0,
            "ircmwt2": np.nan,
            "dsr_as_mw": 71.0,
            "nsr_mw": np.nan,
            "regd_mw": 190.0 if day < REGULATION_REDESIGN else np.nan,
        }
    )
    both = pd.concat([priced, reserve], ignore_index=True)
    return both.sort_values("datetime_beginning_utc", kind="stable", ignore_index=True)


def _day_ahead_results(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _reserves(world, day, "day_ahead")
    return pd.DataFrame(
        {
            **beginning(rows),
            "locale": rows["region"].map(LONG_AREAS),
            "service": rows["product"],
            "mcp": rows["price_usd_per_mw"],
            "mcp_capped": rows["price_usd_per_mw"],
            **_quantities(rows),
        }
    )


def _regulation_results(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _hourly(_regulation(world, day), [], ["capability"])
    before = day < REGULATION_REDESIGN
    approved = rows["interval_start"].dt.normalize() + pd.Timedelta(days=30, hours=14)
    split = {
        "regd_ssmw": 168.0, "rega_ssmw": 110.0, "regd_procure": 84.0, "rega_procure": 288.0, "total_mw": REGULATION_MW,
        "deficiency": 0.0, "rto_perfscore": 0.86, "rega_mileage": 5.8 if before else np.nan,
        "regd_mileage": 33.5 if before else np.nan, "rega_hourly": 6.2 if before else np.nan,
        "regd_hourly": 27.9 if before else np.nan,
    }  # fmt: skip
    return pd.DataFrame(
        {**beginning(rows), "requirement": REGULATION_MW, **split, "is_approved": 1, "modified_datetime_utc": approved}
    )


def _regulation_prices(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(_regulation(world, day), now)
    second = "performance_clearing_price" if day < REGULATION_REDESIGN else "mileage_clearing_price"
    total = rows["capability"] + rows["performance"]
    return pd.DataFrame(
        {
            **beginning(rows),
            "area": "PJM RTO",
            "reserve_quantity": REGULATION_MW,
            "reserve_requirement": REGULATION_MW,
            "market_clearing_price": total,
            "market_capped_clearing_price": total,
            "capability_clearing_price": rows["capability"],
            second: rows["performance"],
        }
    )


def _regulation_bill(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _hourly(_regulation(world, day), [], ["capability", "performance"])
    load = world.load("pjm", day, 60).groupby("interval_start")["load_mw"].sum()
    return pd.DataFrame(
        {
            **beginning(rows, end=True),
            "rmccp": rows["capability"].round(2),
            "rmpcp": rows["performance"].round(2),
            "total_pjm_rt_load_mwh": rows["interval_start"].map(load).astype(float),
            "total_pjm_loc_credit": 0.0,
            "total_pjm_reg_purchases": REGULATION_MW,
            "total_pjm_self_sched_reg": 390.0,
            "total_pjm_assigned_reg": REGULATION_MW - 390.0,
            "total_pjm_rmccp_cr": (rows["capability"] * REGULATION_MW).round(2),
            "total_pjm_rmpcp_cr": (rows["performance"] * REGULATION_MW).round(2),
        }
    )


def _dispatched(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(_reserves(world, day, "real_time"), now)
    required = rows["product"].astype("object").map(REQUIRED_MW).astype(float)
    return pd.DataFrame(
        {
            "datetime_beginning_utc": rows["interval_start"] + pd.Timedelta(seconds=1),
            "area": rows["region"].map({"PJM_RTO": "PJM RTO", "MAD": "Mid-Atlantic/Dominion"}),
            "reserve_type": rows["product"],
            "reserve_quantity": required * 1.08,
            "reserve_requirement": required,
            "reliability_requirement": required,
            "extended_requirement": required + 190.0,
            "mw_adjustment": 0.0,
            "market_clearing_price": rows["price_usd_per_mw"],
            "shortage_indicator": False,
        }
    )


def _verified_dispatch(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = _reserves(world, day, "real_time")
    required = rows["product"].astype("object").map(REQUIRED_MW).astype(float)
    return pd.DataFrame(
        {
            **beginning(rows),
            "area": rows["region"].map(LONG_AREAS),
            "reserve_type": rows["product"],
            "total_reserve_mw": required * 1.08,
            "reserve_reqmt_mw": required,
            "reliability_reqmt_mw": required,
            "extended_reqmt_mw": required + 190.0,
            "additional_extended_reqmt_mw": 0.0,
            "deficit_mw": 0.0,
        }
    )


def _held(world: World, day: date, now: datetime) -> pd.DataFrame:
    del world
    moments = every_fifteen_seconds(day, now)
    names = ("RTO Synchronized Reserve", "RTO Primary Reserve")
    wave = 150.0 * np.sin(np.arange(len(moments)) / 240.0)
    frames = [
        pd.DataFrame({"datetime_beginning_utc": moments, "reserve_name": name, "reserve_mw": base + wave})
        for name, base in zip(names, (2300.0, 3100.0), strict=True)
    ]
    return pd.concat(frames, ignore_index=True)


WRITERS: dict[str, Writer] = {
    "ancillary_services": next_day(_named("real_time", hourly=True)),
    "ancillary_services_fivemin_hrl": next_day(_named("real_time", hourly=False)),
    "da_ancillary_services": day_ahead(_named("day_ahead", hourly=True)),
    "reserve_market_results": next_day(_real_time_results),
    "da_reserve_market_results": day_ahead(_day_ahead_results),
    "reg_market_results": next_day(_regulation_results),
    "reg_prices": _regulation_prices,
    "reg_zone_prelim_bill": next_day(_regulation_bill),
    "dispatched_reserves": _dispatched,
    "rt_dispatch_reserves": next_day(_verified_dispatch),
    "operational_reserves": _held,
}
