"""Simulated generation datasets: by fuel, wind and solar with forecasts, capacity, outages, emissions."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.pjm.load import MARKET_REGIONS
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

HOURS_AHEAD = 6


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
        """Give the issue of the day's eight o'clock; the finer forecast looks six hours ahead, again every hour."""
        if minutes < 60:
            rows = _issued_hourly(world, day, now)
            rows = _finer(rows, minutes) if len(rows) else rows
        else:
            rows = _morning_issue(world, day) if now >= released(day, 0, time(8)) else NOTHING
        if rows.empty:
            return NOTHING
        columns = {f"{kind}_forecast_mwh": rows[f"{kind}_mw"]}
        if kind == "solar":
            columns["solar_forecast_btm_mwh"] = rows["solar_mw"] * 0.35
        return pd.DataFrame({"evaluated_at_utc": rows["issued_at"], **beginning(rows, end=True), **columns})

    return write


def _morning_issue(world: World, day: date) -> pd.DataFrame:
    rows = world.wind_solar_forecast("pjm", day, days=2, first=0)
    keys = ["issued_at", "interval_start", "interval_end"]
    rows = rows.groupby(keys, as_index=False)[["wind_mw", "solar_mw"]].sum()
    return rows[rows["interval_end"] > rows["issued_at"]]


def _issued_hourly(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Give, for each hour of the day so far, the next six hours of the morning issue that was out by then."""
    first, last = released(day, 0, time(0)), released(day, 1, time(0))
    hours = pd.date_range(first, last, freq="h", inclusive="left")
    issues = [_morning_issue(world, each) for each in (day - timedelta(days=1), day)]
    parts = []
    for hour in hours[hours <= pd.Timestamp(now)]:
        known = next((each for each in reversed(issues) if each["issued_at"].iloc[0] <= hour), issues[0])
        parts.append(known[known["interval_start"] >= hour].head(HOURS_AHEAD).assign(issued_at=hour))
    return pd.concat(parts, ignore_index=True) if parts else NOTHING


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
