"""The simulated EIA: the open data API v2 with its envelope, cap, warnings and echo of the key, and its files."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np

from market_platform.sandbox.publishers import eia_power, eia_workbooks
from market_platform.sandbox.world import World
from market_platform.sandbox.world.fuel_prices import henry_hub_usd_per_mmbtu
from market_platform.sandbox.world.gas_futures import futures_frame
from market_platform.sandbox.world.gas_views import day_number

HOSTS = ("api.eia.gov", "ir.eia.gov", "www.eia.gov")
EASTERN = ZoneInfo("America/New_York")
MOST_ROWS = 5_000
FRIDAY = 4
SERIES = {
    "East": ("R31", "SWO"),
    "Midwest": ("R32", "SWO"),
    "South Central": ("R33", "SWO"),
    "South Central Salt": ("R33", "SSO"),
    "South Central Nonsalt": ("R33", "SNO"),
    "Mountain": ("R34", "SWO"),
    "Pacific": ("R35", "SWO"),
    "Lower 48": ("R48", "SWO"),
}
WARNING = {
    "warning": "incomplete return",
    "description": "The API can only return 5000 rows in JSON format.  Please consider constraining your request "
    "with facet, start, or end, or using offset to paginate results.",
}
Rows = list[dict[str, Any]]
Route = Callable[[World, str, str, datetime], Rows]


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as EIA would at ``now``."""
    if request.url.host != "api.eia.gov":
        return _file(world, request.url.path, now)
    asked = request.url.params
    if not asked.get("api_key"):
        message = "No api_key was supplied.  Please register for one at https://www.eia.gov/opendata/register.php"
        return httpx.Response(403, json={"error": {"code": "API_KEY_MISSING", "message": message}})
    found = re.fullmatch(r"/v2/(.+)/data/?", request.url.path)
    route = ROUTES.get(found[1]) if found else None
    if found is None or route is None:
        return httpx.Response(404, json={"error": "not found", "code": 404})
    rows = _pageable(world, route, asked, now)
    offset, length = int(asked.get("offset", 0)), min(int(asked.get("length", MOST_ROWS)), MOST_ROWS)
    page = rows[offset : offset + length]
    answer: dict[str, Any] = {"total": str(len(rows)), "dateFormat": "YYYY-MM-DD", "frequency": asked["frequency"]}
    if len(rows) > len(page):
        answer = {"warnings": [WARNING], **answer}
    params = {"api_key": asked["api_key"], "frequency": asked["frequency"], "offset": str(offset)}
    body = {
        "response": {**answer, "data": page},
        "request": {"command": f"/v2/{found[1]}/data/", "params": params},
        "apiVersion": "2.1.13",
    }
    return httpx.Response(200, json=body)


def _pageable(world: World, route: Route, asked: httpx.QueryParams, now: datetime) -> Rows:
    """Return the rows that a page is cut from. The pages after the first are of the moment of the first."""
    question = (route, *sorted((name, value) for name, value in asked.multi_items() if name != "offset"))

    def rows() -> Rows:
        return _chosen(route(world, asked["start"], asked["end"], now), asked)

    return world.answers.recall(question, rows) if int(asked.get("offset", 0)) else world.answers.keep(question, rows())


def _file(world: World, path: str, now: datetime) -> httpx.Response:
    if path == "/ngs/wngsr.json":
        return httpx.Response(200, json=_release(world, now))
    if path == "/ngs/ngshistory.xls":
        return httpx.Response(200, content=eia_workbooks.history(world, _released(now)))
    if path == "/ngs/revisions.xls":
        return httpx.Response(200, content=eia_workbooks.first_estimates(world, _released(now)))
    if path == "/dnav/ng/hist_xls/RNGWHHDd.xls":
        return httpx.Response(200, content=eia_workbooks.henry_hub(world, _wednesday(now) - timedelta(days=1)))
    return httpx.Response(404)


def _wednesday(now: datetime) -> date:
    """Return the Wednesday on which daily prices came last."""
    local = now.astimezone(EASTERN).date()
    return local - timedelta(days=(local.weekday() - 2) % 7)


def _chosen(rows: Rows, asked: httpx.QueryParams) -> Rows:
    facets: dict[str, set[str]] = {}
    for name, value in asked.multi_items():
        if found := re.match(r"facets\[(\w+)\]", name):
            facets.setdefault(found[1], set()).add(value)
    return [row for row in rows if all(row.get(name) in values for name, values in facets.items())]


def _days(start: str, end: str) -> list[date]:
    first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _released(now: datetime) -> date:
    """Return the last Friday that is out: the Thursday after it, 10:30 Eastern."""
    local = (now - timedelta(days=6)).astimezone(EASTERN)
    moment = local - timedelta(hours=10, minutes=30)
    return moment.date() - timedelta(days=(moment.weekday() - FRIDAY) % 7)


def _storage(world: World, start: str, end: str, now: datetime) -> Rows:
    rows = []
    for day in _days(start, end):
        if day.weekday() != FRIDAY or day > _released(now):
            continue
        for row in world.gas_storage(day).itertuples():
            area, process = SERIES[str(row.region)]
            rows.append(
                {
                    "period": f"{day}", "duoarea": area, "area-name": "NA", "product": "EPG0",
                    "product-name": "Natural Gas", "process": process, "process-name": "Working Gas",
                    "series": f"NW2_EPG0_{process}_{area}_BCF", "series-description": "Weekly Working Gas",
                    "value": str(row.stock_bcf), "units": "BCF",
                }
            )  # fmt: skip
    return rows


def _prices(world: World, start: str, end: str, now: datetime) -> Rows:
    rows = []
    wednesday = _wednesday(now)
    for day in _days(start, end):
        curve = futures_frame(world.seed, day, 4, ("NG",)) if day < wednesday else None
        if curve is None or curve.empty:
            continue
        spot = float(henry_hub_usd_per_mmbtu(world.seed, np.array([day_number(day)]))[0])
        front = curve["settle_usd_per_mmbtu"]
        for series, price in zip(("RNGWHHD", "RNGC1", "RNGC2", "RNGC3", "RNGC4"), (spot, *front), strict=True):
            rows.append(
                {
                    "period": f"{day}", "duoarea": "RGC" if series == "RNGWHHD" else "Y35NY", "area-name": "NA",
                    "product": "EPG0", "product-name": "Natural Gas", "process": "PS0", "process-name": "Price",
                    "series": series, "series-description": series, "value": f"{price:.3f}", "units": "$/MMBTU",
                }
            )  # fmt: skip
    return rows


ROUTES: dict[str, Route] = {
    "natural-gas/stor/wkly": _storage,
    "natural-gas/pri/fut": _prices,
    "electricity/rto/region-data": eia_power.regions,
    "electricity/rto/fuel-type-data": eia_power.fuels,
    "electricity/rto/interchange-data": eia_power.interchange,
    "electricity/retail-sales": eia_power.retail_sales,
    "electricity/facility-fuel": eia_power.facilities,
}


def _release(world: World, now: datetime) -> dict[str, Any]:
    week = _released(now)
    year_ago = week.replace(year=week.year - 1) if (week.month, week.day) != (2, 29) else week - timedelta(days=365)
    before = world.gas_storage(week - timedelta(days=7)).set_index("region")["stock_bcf"]
    series = []
    for row in world.gas_storage(week).itertuples():
        area, process = SERIES[str(row.region)]
        change = int(row.net_change_bcf)
        calculated: dict[str, Any] = {"5yr-avg": int(row.five_year_average_bcf)}
        calculated |= {"net_change": change, "revision_flag_net_change": "false"}
        calculated |= {"reclassification_flag_net_change": "false", "implied_flow": change}
        stocks = (row.stock_bcf, before[row.region], row.year_ago_bcf)
        weeks = (week, week - timedelta(days=7), year_ago)
        series.append(
            {
                "series_id": f"png.nw2_epg0_{process}_{area}_bcf.w".lower(),
                "name": str(row.region).lower(),
                "units": "billion cubic feet",
                "calculated": calculated,
                "data": [[f"{day}", int(stock)] for day, stock in zip(weeks, stocks, strict=True)],
                "revision_flag": ["false"] * 3,
                "reclassification_flag": ["false"] * 3,
            }
        )
    return {
        "release_name": "Weekly Natural Gas Storage Report",
        "release_date": f"{week + timedelta(days=6):%Y-%b-%d} 00:00:00",
        "current_week": f"{week}",
        "week_ago": f"{week - timedelta(days=7)}",
        "year_ago": f"{year_ago}",
        "series": series,
    }
