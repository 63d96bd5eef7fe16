"""Analytics that are computed when asked: markets side by side, price statistics, and the audit for administrators."""

from datetime import timedelta
from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from market_platform.api.asking import Paged, Word
from market_platform.api.documented import document_answer, rows_answer
from market_platform.api.figures import figures
from market_platform.api.formats import to_json
from market_platform.api.ledger_rows import answer_ledger_rows
from market_platform.api.security import Administering, Reading
from market_platform.api.service import service_of
from market_platform.api.tables import api_audit
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today

routes = APIRouter(tags=["analytics"])
ANALYSIS = {
    "hours": 48, "first_day": "2026-10-21", "summary": [{"market": "pjm", "location": "WESTERN HUB", "mean_usd_per_mwh": 38.2}],
    "spreads": [], "correlation": [], "top_bottom": [], "simulated": True,
}  # fmt: skip


class ComparisonQuestion(BaseModel):
    """How the markets are compared."""

    model_config = ConfigDict(extra="forbid")

    top_bottom_hours: int = Field(default=4, ge=1, le=12, description="Hours of the top-bottom spread, as in TB4")


@routes.get("/cross-market/analysis", response_class=Response, responses=document_answer(ANALYSIS))
def comparison(request: Request, _caller: Reading, asked: Annotated[ComparisonQuestion, Query()]) -> Response:
    """Hubs of all markets over the last thirty days: means, on- and off-peak, premium, spreads, correlation, top-bottom spreads."""
    from market_platform.analysis.cross_market import correlation, location_summary, spread_matrix, top_bottom_spreads
    from market_platform.defs.cross_market import DAYS, hub_prices

    service = service_of(request)
    version = service.reader.version()
    prices = hub_prices(service.platform)
    first = (service.now() - timedelta(days=DAYS)).date()
    document: dict[str, object] = {"hours": int(prices["interval_start"].nunique()), "first_day": first}
    if prices.empty:
        document |= {"summary": [], "spreads": [], "correlation": [], "top_bottom": []}
    else:
        document |= {
            "summary": location_summary(prices).to_dict("records"),
            "spreads": spread_matrix(prices).reset_index().to_dict("records"),
            "correlation": correlation(prices).reset_index().to_dict("records"),
            "top_bottom": top_bottom_spreads(prices, asked.top_bottom_hours).to_dict("records"),
        }
    request.state.catalog_version = version
    return Response(to_json({**document, "simulated": service.simulated}), media_type="application/json")


FIGURES = {
    "rows": [{"name": "price_usd_per_mwh", "labels": {"market": "pjm", "location": "WESTERN HUB"}, "value": 41.2}]
}


@routes.get("/analytics/figures", response_class=Response, responses=document_answer(FIGURES))
def now(request: Request, _caller: Reading) -> Response:
    """Give the figures that the metrics show: last prices and their change, spreads, revenue, win rate, settlement accuracy."""
    service = service_of(request)
    rows = [
        {
            "name": figure.name,
            "description": figure.description,
            "labels": dict(zip(figure.labels, values, strict=True)),
            "value": value,
        }
        for figure in figures(service.platform, service.reader)
        for values, value in figure.points
    ]
    return Response(to_json({"rows": rows, "simulated": service.simulated}), media_type="application/json")


SUMMARY = {"market_day": "2026-11-20", "prices": [], "load": [], "generation": [], "simulated": True}
HOURLY = """
SELECT market_run, location, avg(lmp_usd_per_mwh) AS mean_usd_per_mwh, min(lmp_usd_per_mwh) AS low_usd_per_mwh,
  max(lmp_usd_per_mwh) AS high_usd_per_mwh, count(*) AS intervals, max(interval_end) AS last_interval_end
FROM lmp WHERE market = 'pjm' AND location_type = 'hub' AND market_day BETWEEN ? AND ? GROUP BY ALL ORDER BY ALL
"""
LOAD = """
SELECT location, arg_max(load_mw, interval_end) AS load_mw, max(interval_end) AS interval_end FROM load
WHERE market = 'pjm' AND market_day BETWEEN ? AND ? GROUP BY location ORDER BY location
"""
FUEL = """
SELECT fuel, arg_max(generation_mw, interval_end) AS generation_mw, max(interval_end) AS interval_end FROM generation
WHERE market = 'pjm' AND market_day BETWEEN ? AND ? GROUP BY fuel ORDER BY fuel
"""


@routes.get("/pjm/market-summary", response_class=Response, responses=document_answer(SUMMARY), tags=["pjm"])
def summary(request: Request, _caller: Reading) -> Response:
    """PJM's running market day: prices of the hubs by run, last load of its areas, last generation by fuel."""
    service = service_of(request)
    version = service.reader.version()
    day = today(service.now(), MARKETS["pjm"].zone)
    days = [day - timedelta(days=1), day]
    document = {
        "market_day": day,
        "prices": service.reader.rows(HOURLY, days),
        "load": service.reader.rows(LOAD, days),
        "generation": service.reader.rows(FUEL, days),
        "simulated": service.simulated,
    }
    request.state.catalog_version = version
    return Response(to_json(document), media_type="application/json")


class AuditQuestion(Paged):
    """Which entries."""

    caller: Word | None = None
    method: Literal["POST", "DELETE", "GET"] | None = None


@routes.get("/audit", response_class=Response, responses=rows_answer(), tags=["security"])
def audit(request: Request, _caller: Administering, asked: Annotated[AuditQuestion, Query()]) -> Response:
    """List the audit log: who changed something or was turned away, the first entry first. Needs the scope admin."""
    query = sa.select(api_audit)
    for column, value in ((api_audit.c.caller, asked.caller), (api_audit.c.method, asked.method)):
        query = query if value is None else query.where(column == value)
    return answer_ledger_rows(request, query, (api_audit.c.audit_id,), asked)
