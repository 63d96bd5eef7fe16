"""Simulated load datasets: metered, preliminary and instantaneous, forecasts, operations summaries."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.pjm import LOAD_AREAS
from market_platform.sandbox.publishers.pjm.sheets import (
    NOTHING,
    Writer,
    beginning,
    next_day,
    past,
    released,
)
from market_platform.sandbox.world import World

# What instantaneous load calls zones otherwise than metered load.
INSTANT_NAMES = {"AP": "APS", "CE": "COMED", "DAY": "DAYTON"}
REGIONS = {
    "MIDATL": "PJM MID ATLANTIC REGION",
    "WESTERN": "PJM WESTERN REGION",
    "DOMINION": "PJM SOUTHERN REGION",
}
MARKET_REGIONS = {"MIDATL": "MIDATL", "WESTERN": "WEST", "DOMINION": "SOUTH"}
# Part of the zone's load in its second and further areas; the first area holds the rest.
SMALL_AREAS = {"VMEU": 0.08, "AEPIMP": 0.25, "AEPKPT": 0.08, "AEPOPT": 0.3, "PAPWR": 0.12, "EASTON": 0.02, "SMECO": 0.2,
               "UGI": 0.03}  # fmt: skip
# The forecast of five minutes: intervals from issue to issue, and intervals that one looks ahead.
ISSUED_EVERY, LOOKS_AHEAD = 6, 24
FORECAST_AREAS = {"MIDATL": "MID_ATLANTIC_REGION", "WESTERN": "WESTERN_REGION", "DOMINION": "SOUTHERN_REGION"}


def _regions(world: World) -> dict[str, str]:
    zones = world.zones("pjm")
    return dict(zip(zones["load_area"], zones["renewable_region"], strict=True))


def _by_region(world: World, rows: pd.DataFrame, names: dict[str, str], total: str) -> pd.DataFrame:
    """Add sums of the regions and of all to rows of load by zone."""
    keys = [name for name in ("interval_start", "interval_end", "issued_at") if name in rows]
    region = rows["location"].astype("object").map(_regions(world)).map(names)
    sums = rows.assign(location=region).groupby([*keys, "location"], as_index=False)["load_mw"].sum()
    whole = rows.groupby(keys, as_index=False)["load_mw"].sum().assign(location=total)
    return pd.concat([sums, whole], ignore_index=True)


def _metered(world: World, day: date, _now: datetime) -> pd.DataFrame:
    zones = world.load("pjm", day, 60)
    shares = _area_shares()
    rows = zones.merge(shares, left_on="location", right_on="zone")
    rows["mw"] = rows["load_mw"] * rows["share"]
    total = zones.groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    rows = pd.concat([rows, total.assign(zone="RTO", load_area="RTO", mw=total["load_mw"], location="RTO")])
    rows = rows.sort_values("interval_start", kind="stable", ignore_index=True)
    region = rows["location"].astype("object").map(_regions(world)).map(MARKET_REGIONS).fillna("RTO")
    return pd.DataFrame(
        {
            **beginning(rows),
            "nerc_region": region.map({"RTO": "RTO", "SOUTH": "SERC"}).fillna("RFC"),
            "mkt_region": region,
            "zone": rows["zone"],
            "load_area": rows["load_area"],
            "mw": rows["mw"],
            "is_verified": True,
        }
    )


def _area_shares() -> pd.DataFrame:
    areas = pd.DataFrame(
        [(area, zone) for area, zone in LOAD_AREAS.items() if zone != "RTO"], columns=["load_area", "zone"]
    )
    share = areas["load_area"].map(SMALL_AREAS).fillna(0.0)
    first = ~areas["zone"].duplicated()
    rest = 1.0 - share.groupby(areas["zone"]).transform("sum")
    return areas.assign(share=share.where(~first, rest))


def _preliminary(world: World, day: date, _now: datetime) -> pd.DataFrame:
    zones = world.load("pjm", day, 60)
    rows = pd.concat([zones, _by_region(world, zones, MARKET_REGIONS, "RTO")], ignore_index=True)
    return pd.DataFrame(
        {
            **beginning(rows, end=True),
            "load_area": rows["location"],
            "prelim_load_avg_hourly": rows["load_mw"] * 1.001,
        }
    )


def _instant(world: World, day: date, now: datetime) -> pd.DataFrame:
    zones = past(world.load("pjm", day, 5), now)
    named = zones.assign(location=zones["location"].astype("object").replace(INSTANT_NAMES))
    rows = pd.concat([named, _by_region(world, zones, REGIONS, "PJM RTO")], ignore_index=True)
    drift = pd.to_timedelta((rows["interval_start"].dt.minute % 15 == 0).astype(int), unit="s")
    rows = rows.assign(interval_start=rows["interval_start"] + drift).sort_values(
        "interval_start", ascending=False, kind="stable", ignore_index=True
    )
    return pd.DataFrame({**beginning(rows), "area": rows["location"], "instantaneous_load": rows["load_mw"]})


def _forecast(rows: pd.DataFrame, start: str, issued: str, *, end: str = "") -> pd.DataFrame:
    ends = {f"{end}_utc": rows["interval_end"]} if end else {}
    return pd.DataFrame(
        {
            f"{issued}_utc": rows["issued_at"],
            f"{start}_utc": rows["interval_start"],
            **ends,
            "forecast_area": rows["location"],
            "forecast_load_mw": rows["load_mw"].round(0),
        }
    )


def _week_ahead(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Give the standing forecast, for today and six days more."""
    issue = day if now >= released(day, 0, time(8)) else day - timedelta(days=1)
    rows = world.load_forecast("pjm", issue, days=7, first=0)
    rows = _by_region(world, rows, {"MIDATL": "MID_ATLANTIC_REGION", "WESTERN": "WESTERN_REGION",
                                    "DOMINION": "SOUTHERN_REGION"}, "RTO_COMBINED")  # fmt: skip
    return _forecast(rows, "forecast_datetime_beginning", "evaluated_at_datetime", end="forecast_datetime_ending")


def _forecasts_of_day(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Every issue that the day has had: of the day before and of the day itself."""
    frames = []
    for back in (1, 0):
        issue = day - timedelta(days=back)
        if now >= released(issue, 0, time(8)):
            rows = world.load_forecast("pjm", issue, days=1, first=back)
            frames.append(_by_region(world, rows, {"MIDATL": "MIDATL", "WESTERN": "WEST", "DOMINION": "DOM"}, "RTO"))
    return _forecast(pd.concat(frames), "forecast_hour_beginning", "evaluated_at") if frames else NOTHING


def _two_hours_ahead(world: World, day: date, now: datetime) -> pd.DataFrame:
    total = world.load("pjm", day, 5).groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    issues = np.arange(0, int((total["interval_start"] <= now).sum()), ISSUED_EVERY)
    if not len(issues):
        return NOTHING
    ahead = issues[:, None] + np.arange(LOOKS_AHEAD)
    issue = np.broadcast_to(issues[:, None], ahead.shape)[ahead < len(total)]
    rows = total.take(ahead[ahead < len(total)]).assign(location="RTO").reset_index(drop=True)
    rows = rows.assign(issued_at=total["interval_start"].array.take(issue), load_mw=rows["load_mw"] * 1.002)
    return _forecast(rows, "forecast_datetime_beginning", "evaluated_at", end="forecast_datetime_ending")


def _operations(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Give the summary of a morning, of the day before it."""
    made = released(day, 0, time(8, 0, 40))
    if now < made:
        return NOTHING
    yesterday = day - timedelta(days=1)
    actual = world.load("pjm", yesterday, 60)
    expected = world.load_forecast("pjm", yesterday - timedelta(days=1), days=1, first=1)
    price = world.real_time_prices("pjm", yesterday, 60)
    rate = price[price["location"] == "PJM-RTO"].set_index("interval_start")["lmp_usd_per_mwh"]
    rows = actual.merge(expected, on=["interval_start", "interval_end", "location"], suffixes=("", "_forecast"))
    return pd.DataFrame(
        {
            **beginning(rows, end=True),
            "generated_at_ept": pd.Timestamp(made.replace(tzinfo=None)).as_unit("us"),
            "area": rows["location"],
            "area_load_forecast": rows["load_mw_forecast"].round(0),
            "actual_load": rows["load_mw"].round(2),
            "dispatch_rate": rows["interval_start"].map(rate).astype(float).round(2),
        }
    )


def _peak(world: World, day: date) -> tuple[pd.Timestamp, pd.DataFrame]:
    rows = world.load_forecast("pjm", day - timedelta(days=1), days=1, first=1)
    total = rows.groupby("interval_start")["load_mw"].sum()
    peak = total.idxmax()
    return peak, rows[rows["interval_start"] == peak]


def _outlook(world: World, day: date, now: datetime) -> dict[str, object] | None:
    made = released(day, 0, time(5, 5))
    if now < made:
        return None
    peak, _ = _peak(world, day)
    return {
        "generated_at_ept": pd.Timestamp(made.replace(tzinfo=None)).as_unit("us"),
        "projected_peak_datetime_utc": peak,
    }


def _outlook_rto(world: World, day: date, now: datetime) -> pd.DataFrame:
    stamps = _outlook(world, day, now)
    if stamps is None:
        return NOTHING
    load = float(_peak(world, day)[1]["load_mw"].sum())
    figures = {
        "internal_scheduled_capacity": load * 1.09, "scheduled_tie_flow_total": -1500.0, "capacity_adjustments": 0.0,
        "total_scheduled_capacity": load * 1.08, "load_forecast": load, "operating_reserve": load * 0.05,
        "unscheduled_steam_capacity": 4200.0,
    }  # fmt: skip
    return pd.DataFrame([{**stamps, "area": "PJM RTO", **figures}])


def _outlook_areas(world: World, day: date, now: datetime) -> pd.DataFrame:
    stamps = _outlook(world, day, now)
    if stamps is None:
        return NOTHING
    rows = _peak(world, day)[1]
    return pd.DataFrame(
        {
            "area": rows["location"],
            "internal_scheduled_capacity": rows["load_mw"] * 1.07,
            "pjm_load_forecast": rows["load_mw"],
            "unscheduled_steam_capacity": rows["load_mw"] * 0.02,
        }
    ).assign(**stamps)


def _outlook_ties(world: World, day: date, now: datetime) -> pd.DataFrame:
    stamps = _outlook(world, day, now)
    if stamps is None:
        return NOTHING
    rows = world.interchange("pjm", day, 60)
    rows = rows[rows["interval_start"] == stamps["projected_peak_datetime_utc"]]
    return pd.DataFrame({"interface": rows["neighbour"], "scheduled_tie_flow": rows["net_import_mw"]}).assign(**stamps)


WRITERS: dict[str, Writer] = {
    "hrl_load_metered": next_day(_metered),
    "hrl_load_prelim": next_day(_preliminary, time(7)),
    "inst_load": _instant,
    "load_frcstd_7_day": _week_ahead,
    "load_frcstd_hist": _forecasts_of_day,
    "very_short_load_frcst": _two_hours_ahead,
    "ops_sum_prev_period": _operations,
    "ops_sum_frcst_peak_rto": _outlook_rto,
    "ops_sum_frcst_peak_area": _outlook_areas,
    "ops_sum_prjctd_tie_flow": _outlook_ties,
}
