"""The simulated dashboards and display pages: JSON and HTML of the present day and the one before."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pandas as pd

from market_platform.sandbox.publishers.ercot.load import ACTUAL_HEADINGS, FORECAST_ZONES
from market_platform.sandbox.publishers.ercot.report import ZONE, repeated
from market_platform.sandbox.world import World

FOLDER = "/api/1/services/read/dashboards/"
STAMP = "%Y-%m-%d %H:%M:%S%z"


def display(world: World, path: str, now: datetime) -> bytes | None:
    """Return the page at a path, None where there is none."""
    if found := re.fullmatch(r"/content/cdr/html/(\d{8})_actual_loads_of_(forecast|weather)_zones\.html", path):
        day = datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=ZONE).date()
        return _loads(world, day, found[2], now)
    writer = DASHBOARDS.get(path.removeprefix(FOLDER))
    return json.dumps(writer(world, now), indent=1).encode() if writer else None


def _two_days(now: datetime) -> tuple[date, date]:
    today = now.astimezone(ZONE).date()
    return today - timedelta(days=1), today


def _stamp(moment: pd.Timestamp) -> str:
    return moment.tz_convert(ZONE).strftime(STAMP)


def fuel_mix(world: World, now: datetime) -> dict[str, object]:
    """Write generation by fuel, stamps four seconds before the end of their interval."""
    data: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    fuels: list[str] = []
    for day in _two_days(now):
        rows = world.fuel_mix("ercot", day, 5)
        rows = rows[rows["interval_end"] <= pd.Timestamp(now)]
        fuels = sorted(set(rows["fuel_category"])) or fuels
        moments: dict[str, dict[str, dict[str, float]]] = {}
        for end, fuel, value in zip(rows["interval_end"], rows["fuel_category"], rows["generation_mw"], strict=True):
            moments.setdefault(_stamp(end - pd.Timedelta(seconds=4)), {})[fuel] = {"gen": float(value)}
        data[day.isoformat()] = moments
    return {
        "lastUpdated": _stamp(pd.Timestamp(now)),
        "monthlyCapacity": dict.fromkeys(fuels, 10000),
        "types": fuels,
        "data": data,
    }


def storage(world: World, now: datetime) -> dict[str, object]:
    """Write charging, discharging and net output."""
    answer: dict[str, object] = {"lastUpdated": _stamp(pd.Timestamp(now))}
    for name, day in zip(("previousDay", "currentDay"), _two_days(now), strict=True):
        rows = world.storage_fleet("ercot", day)
        rows = rows[rows["interval_start"] <= pd.Timestamp(now)].reset_index(drop=True)
        flags = repeated(rows["interval_start"])
        answer[name] = {
            "dayDate": f"{day} 03:00:00-0500",
            "data": [
                {
                    "tagCLastTime": start.tz_convert(ZONE).strftime("%Y-%m-%d %H:%M:%S"),
                    "dstFlag": flag,
                    "totalCharging": round(min(net, 0.0), 3),
                    "totalDischarging": round(max(net, 0.0), 3),
                    "netOutput": round(net, 3),
                    "timestamp": _stamp(start),
                    "epoch": int(start.timestamp() * 1000),
                }
                for start, flag, net in zip(
                    rows["interval_start"], flags, rows["net_discharge_mw"].astype(float), strict=True
                )
            ],
        }
    return answer


def supply_demand(world: World, now: datetime) -> dict[str, object]:
    """Write demand so far every five minutes, then by hour as expected."""
    _, today = _two_days(now)
    so_far = world.load("ercot", today, 5).groupby("interval_end", as_index=False)["load_mw"].sum()
    ahead = (
        world.load_forecast("ercot", today - timedelta(days=1), 2)
        .groupby("interval_end", as_index=False)["load_mw"]
        .sum()
    )
    past = so_far[so_far["interval_end"] <= pd.Timestamp(now)].assign(forecast=0)
    later = ahead[ahead["interval_end"] > pd.Timestamp(now)].assign(forecast=1)
    rows = pd.concat([past, later], ignore_index=True)
    data = [
        {
            "timestamp": _stamp(end),
            "epoch": int(end.timestamp() * 1000),
            "demand": round(float(load), 1),
            "capacity": round(float(load) * 1.08 + 2500, 1),
            "available": round(float(load) * 1.15 + 5000, 1),
            "forecast": int(forecast),
        }
        for end, load, forecast in zip(rows["interval_end"], rows["load_mw"], rows["forecast"], strict=True)
    ]
    return {"lastUpdated": _stamp(pd.Timestamp(now)), "data": data}


def outages(world: World, now: datetime) -> dict[str, object]:
    """Write capacity out, every five minutes of two days."""
    answer: dict[str, object] = {"lastUpdated": _stamp(pd.Timestamp(now))}
    for name, day in zip(("previous", "current"), _two_days(now), strict=True):
        out = float(world.outages("ercot", day)["out_mw"].sum())
        midnights = [pd.Timestamp(each, tz=ZONE) for each in (day, day + timedelta(days=1))]
        moments = pd.date_range(*midnights, freq="5min", inclusive="left").tz_convert("UTC")
        flags = repeated(pd.Series(moments))
        answer[name] = {
            str(place): {
                "deliveryTime": _stamp(moment),
                "dstFlag": flag,
                "combined": {"planned": 0.4 * out, "unplanned": 0.6 * out, "total": out},
            }
            for place, (moment, flag) in enumerate(zip(moments, flags, strict=True))
            if moment <= pd.Timestamp(now)
        }
    return answer


def capacity_monitor(world: World, now: datetime) -> dict[str, object]:
    """Write what each service could have at the present."""
    _, today = _two_days(now)
    rows = world.storage_fleet("ercot", today)
    power = float(rows["net_discharge_mw"].abs().mean())
    groups = {
        "responsiveReserveCapability": [["title"], ["rrcCapPfrGenEsr", 4200.0], ["rrcCapLr", 900.0]],
        "regulationCapability": [["title"], ["regUpCap", 700.0 + power / 10], ["regDownCap", 650.0]],
    }
    return {"lastUpdated": _stamp(pd.Timestamp(now)), "data": groups}


def _loads(world: World, day: date, kind: str, now: datetime) -> bytes:
    """Write hours so far as the display page does: ``0100`` to ``2400``, an asterisk at the repeated one."""
    zones = {zone: name.upper() for zone, name in (FORECAST_ZONES if kind == "forecast" else ACTUAL_HEADINGS).items()}
    rows = world.load("ercot", day, 60)
    rows = rows[rows["interval_end"] <= pd.Timestamp(now)]
    wide = rows.assign(zone=rows["location"].map(zones)).pivot_table(
        index="interval_start", columns="zone", values="load_mw", aggfunc="sum"
    )
    names = list(dict.fromkeys(zones.values()))
    flags = repeated(pd.Series(wide.index))
    lines = []
    for (start, row), flag in zip(wide.iterrows(), flags, strict=True):
        hour = f"{start.tz_convert(ZONE).hour + 1:02d}00" + ("*" if flag == "Y" else "")
        cells = [f"{day:%m/%d/%Y}", hour, *(f"{row[name]:.2f}" for name in names), f"{row[names].sum():.2f}"]
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("Oper Day", "Hour Ending", *names, "TOTAL"))
    return f"<html><body><table><tr>{head}</tr>{''.join(lines)}</table></body></html>".encode()


DASHBOARDS: dict[str, Callable[[World, datetime], dict[str, object]]] = {
    "fuel-mix.json": fuel_mix,
    "energy-storage-resources.json": storage,
    "supply-demand.json": supply_demand,
    "generation-outages.json": outages,
    "ancillary-service-capacity-monitor.json": capacity_monitor,
}
