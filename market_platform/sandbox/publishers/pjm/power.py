"""Simulated load and generation datasets."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.pjm import LOAD_AREAS
from market_platform.sandbox.publishers.pjm.sheets import (
    NOTHING,
    Writer,
    beginning,
    every_fifteen_seconds,
    interpolated,
    naive_midnight,
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
    issues = total.loc[total["interval_start"] <= now, "interval_start"].iloc[::6]
    frames = []
    for issue in issues:
        ahead = total[(total["interval_start"] >= issue) & (total["interval_start"] < issue + timedelta(hours=2))]
        frames.append(ahead.assign(issued_at=issue, location="RTO", load_mw=ahead["load_mw"] * 1.002))
    if not frames:
        return NOTHING
    rows = pd.concat(frames, ignore_index=True)
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


def _fuel_mix(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(world.fuel_mix("pjm", day, 60), now, timedelta(minutes=20))
    total = rows.groupby("interval_start")["generation_mw"].transform("sum")
    fuel = rows["fuel_category"].astype("object")
    return pd.DataFrame(
        {
            **beginning(rows),
            "fuel_type": fuel,
            "mw": rows["generation_mw"],
            "fuel_percentage_of_total": (rows["generation_mw"] / total).round(2),
            "is_renewable": fuel.isin(["Hydro", "Other Renewables", "Solar", "Wind"]),
        }
    )


def _by_area(kind: str) -> Writer:
    def write(world: World, day: date, _now: datetime) -> pd.DataFrame:
        rows = world.wind_solar("pjm", day, 60).rename(columns={f"{kind}_mw": "mw"})
        rows = rows.assign(location=rows["location"].astype("object").map(MARKET_REGIONS))
        keys = ["interval_start", "interval_end"]
        total = rows.groupby(keys, as_index=False)["mw"].sum()
        west = rows[rows["location"] != "SOUTH"].groupby(keys, as_index=False)["mw"].sum()
        frames = [
            rows,
            total.assign(location="RTO"),
            west.assign(location="RFC"),
            total.assign(location="OTHER", mw=0.0),
        ]
        both = pd.concat(frames).sort_values(["interval_start", "location"], kind="stable", ignore_index=True)
        return pd.DataFrame({**beginning(both), "area": both["location"], f"{kind}_generation_mw": both["mw"]})

    return write


def _solar_now(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(world.wind_solar("pjm", day, 5), now)
    rows = rows.groupby(["interval_start", "interval_end"], as_index=False)["solar_mw"].sum()
    return pd.DataFrame({**beginning(rows), "solar_generation_mw": rows["solar_mw"]})


def _wind_now(world: World, day: date, now: datetime) -> pd.DataFrame:
    moments = every_fifteen_seconds(day, now)
    rows = world.wind_solar("pjm", day, 5).groupby("interval_start", as_index=False)["wind_mw"].sum()
    return pd.DataFrame(
        {"datetime_beginning_utc": moments, "wind_generation_mw": interpolated(moments, rows, "wind_mw")}
    )


def _renewable_forecast(kind: str, minutes: int) -> Writer:
    def write(world: World, day: date, now: datetime) -> pd.DataFrame:
        """Give the issue of the day's eight o'clock."""
        if now < released(day, 0, time(8)):
            return NOTHING
        rows = world.wind_solar_forecast("pjm", day, days=2, first=0)
        keys = ["issued_at", "interval_start", "interval_end"]
        rows = rows.groupby(keys, as_index=False)[["wind_mw", "solar_mw"]].sum()
        rows = rows[rows["interval_end"] > rows["issued_at"]]
        if minutes < 60:
            rows = _finer(rows.head(6), minutes)
        columns = {f"{kind}_forecast_mwh": rows[f"{kind}_mw"]}
        if kind == "solar":
            columns["solar_forecast_btm_mwh"] = rows["solar_mw"] * 0.35
        return pd.DataFrame({"evaluated_at_utc": rows["issued_at"], **beginning(rows, end=True), **columns})

    return write


def _finer(rows: pd.DataFrame, minutes: int) -> pd.DataFrame:
    count = 60 // minutes
    fine = rows.loc[rows.index.repeat(count)].reset_index(drop=True)
    step = pd.to_timedelta(np.tile(np.arange(count), len(rows)) * minutes, unit="m")
    start = fine["interval_start"] + step
    return fine.assign(interval_start=start, interval_end=start + pd.Timedelta(minutes=minutes))


def _capacity(world: World, day: date, _now: datetime) -> pd.DataFrame:
    rows = world.load("pjm", day, 60).groupby(["interval_start"], as_index=False)["load_mw"].sum()
    return pd.DataFrame(
        {
            "bid_datetime_beginning_utc": rows["interval_start"],
            "eco_max": 168000.0,
            "emerg_max": 174500.0,
            "total_committed": rows["load_mw"] * 1.09,
        }
    )


def _outages_by_type(world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < released(day, 0, time(6)):
        return NOTHING
    zones = world.zones("pjm")
    western = set(zones.loc[zones["renewable_region"] == "WESTERN", "zone"])
    records = []
    for ahead in range(7):
        target = day + timedelta(days=ahead)
        out = world.outages("pjm", target)
        west = out["zone"].isin(western)
        for region, part in (("PJM RTO", out), ("Western", out[west]), ("Mid Atlantic - Dominion", out[~west])):
            planned = float(part.loc[part["outage_type"] == "planned", "out_mw"].sum())
            forced = float(part.loc[part["outage_type"] == "forced", "out_mw"].sum())
            records.append(
                {
                    "forecast_execution_date_ept": naive_midnight(day),
                    "forecast_date": naive_midnight(target),
                    "region": region,
                    "total_outages_mw": planned + forced,
                    "planned_outages_mw": planned * 0.8,
                    "maintenance_outages_mw": planned * 0.2,
                    "forced_outages_mw": forced,
                }
            )
    return pd.DataFrame(records)


def _outage_forecast(world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < released(day, 0, time(6)):
        return NOTHING
    days = [day + timedelta(days=ahead) for ahead in range(14)]
    out = np.array([world.outages("pjm", target)["out_mw"].sum() for target in days])
    return pd.DataFrame(
        {
            "forecast_execution_date_ept": [naive_midnight(day)] * len(days),
            "forecast_date": [naive_midnight(target) for target in days],
            "forecast_gen_outage_mw_rto": out,
            "forecast_gen_outage_mw_west": out * 0.55,
            "forecast_gen_outage_mw_other": out * 0.45,
        }
    )


def _emissions(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = past(world.real_time_prices("pjm", day, 5), now)
    rate = 700.0 + 400.0 * np.tanh(rows["lmp_usd_per_mwh"].to_numpy() / 60.0)
    return pd.DataFrame(
        {
            **beginning(rows),
            "pnode_id": rows["publisher_id"].astype("int64"),
            "pnode_name": rows["location"],
            "marginal_co2_rate": rate,
            "marginal_so2_rate": rate / 2000.0,
            "marginal_nox_rate": rate / 1500.0,
        }
    )


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
    "gen_by_fuel": _fuel_mix,
    "solar_gen": next_day(_by_area("solar"), time(7)),
    "wind_gen": next_day(_by_area("wind"), time(7)),
    "five_min_solar_generation": _solar_now,
    "instantaneous_wind_gen": _wind_now,
    "hourly_solar_power_forecast": _renewable_forecast("solar", 60),
    "five_min_solar_power_forecast": _renewable_forecast("solar", 5),
    "hourly_wind_power_forecast": _renewable_forecast("wind", 60),
    "five_min_wind_power_forecast": _renewable_forecast("wind", 5),
    "day_gen_capacity": next_day(_capacity),
    "gen_outages_by_type": _outages_by_type,
    "frcstd_gen_outages": _outage_forecast,
    "fivemin_marginal_emissions": _emissions,
}
