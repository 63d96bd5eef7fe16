"""Endpoints over one table family each, declared as data: what the path means is the family, what is fixed, and the days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from market_platform.api.answering import answer_rows
from market_platform.api.asking import Rows, filters_of, question_model
from market_platform.api.documented import example_row, row_schema, rows_answer
from market_platform.api.security import Reading
from market_platform.contracts.families import CONTRACTS


@dataclass(frozen=True)
class View:
    """One endpoint. Without days asked for it gives the last ``latest_days`` market days that hold rows."""

    path: str
    family: str
    tag: str
    summary: str
    fixed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    latest_days: int = 1


PJM = {"market": ("pjm",)}
VIEWS = (
    View("/pjm/lmp", "lmp", "pjm", "LMP of PJM's hubs, zones and nodes", PJM),
    View("/pjm/ftr", "ftr_auctions", "pjm", "Bids and results of FTR auctions", PJM, 400),
    View("/pjm/ftr/congestion", "ftr_congestion", "pjm", "Congestion that FTRs are settled on", PJM, 400),
    View(
        "/pjm/schedule", "interchange", "pjm", "Scheduled flows over ties and interfaces",
        {**PJM, "market_run": ("SCHEDULED", "DAM")},
    ),
    View("/pjm/capacity", "capacity_auctions", "pjm", "Results of capacity auctions (RPM)", PJM, 400),
    View("/pjm/ancillary", "ancillary_prices", "pjm", "Prices of regulation and reserves", PJM),
    View("/henry-hub/futures", "futures_settlements", "gas", "Settlements of gas futures by contract", {}, 5),
    View("/henry-hub/storage", "gas_storage", "gas", "Working gas in storage by region", {}, 60),
    View("/henry-hub/storage/reports", "gas_storage_reports", "gas", "Weekly storage reports as released", {}, 60),
    View("/henry-hub/pipeline-flows", "pipeline_capacity", "gas", "Capacity and flows that pipelines post", {}, 3),
    View("/carbon/prices", "carbon_auctions", "carbon", "Results of allowance auctions", {}, 400),
    View("/carbon/allowances", "allowance_prices", "carbon", "Allowance prices that market operators use", {}, 30),
    View("/weather/degree-days", "degree_days", "weather", "Heating and cooling degree days", {}, 14),
    View("/weather/forecasts", "weather_forecasts", "weather", "Weather forecasts by place", {}),
    View("/weather/observations", "weather_observations", "weather", "Weather as observed", {}, 3),
    View("/carbon/offsets", "carbon_offsets", "carbon", "Voluntary offsets, from your own table", {}, 400),
    View("/henry-hub/basis", "gas_basis", "gas", "Gas curves by hub: basis to Henry Hub and price", {}, 5),
    View("/henry-hub/basis-spread", "gas_spreads", "gas", "Spreads between two legs and where they stand", {}, 5),
    View("/henry-hub/front-month", "gas_front_month", "gas", "The continuous front month with its rolls", {}, 30),
    View("/henry-hub/storage-surplus", "storage_surplus", "gas", "Working gas against five years", {}, 60),
    View("/henry-hub/spot", "gas_prices", "gas", "Spot prices by hub", {}, 14),
    View("/chp/decision", "chp_decisions", "chp", "Run or off in each hour, with age and quality of its prices", {}, 2),
    View("/rec/compliance", "compliance_standing", "certificates", "Standing by state, tier and period", {}, 400),
    View("/rec/obligations", "compliance_obligations", "certificates", "What load obliges to retire", {}, 400),
    View("/rec/deadlines", "compliance_deadlines", "certificates", "Dated duties of the programmes", {}, 400),
    View("/rec/esg-metrics", "esg_metrics", "certificates", "ESG figures by period", {}, 400),
    View("/analytics/spark-spreads", "spark_spreads", "analytics", "Clean and plain spark spreads by hub", {}, 2),
    View("/analytics/renewable-outlook", "renewable_outlook", "analytics", "Sun and wind ahead as plant output", {}, 3),
    View("/analytics/correlations", "driver_correlations", "analytics", "How weather goes with prices and load", {}, 30),
    View("/analytics/forecast-scores", "forecast_scores", "analytics", "Scores of forecasts by market day", {}, 30),
    View("/analytics/trading-kpis", "trading_kpis", "analytics", "Key figures of trading by day", {}, 30),
    View("/analytics/awards", "awards", "analytics", "Awards of our bids and what was delivered", {}, 7),
    View("/analytics/schedules", "bid_schedules", "analytics", "Planned schedules of our resources", {}, 2),
    View("/analytics/dispatch", "resource_dispatch", "analytics", "What our resources were asked and did", {}),
    View("/analytics/settlement-lines", "settlement_lines", "analytics", "Charge lines expected and billed", {}, 7),
    View("/analytics/settlement-variances", "settlement_variances", "analytics", "Differences with their cause", {}, 30),
)  # fmt: skip


def router() -> APIRouter:
    """Return the declared endpoints whose family the platform has, and one over every family by name."""
    routes = APIRouter()
    for view in VIEWS:
        if view.family in CONTRACTS:
            _add(routes, view)
    for name in CONTRACTS:
        _add(routes, View(f"/tables/{name}", name, "tables", CONTRACTS[name].description))
    return routes


def _add(routes: APIRouter, view: View) -> None:
    contract = CONTRACTS[view.family]
    fixed = tuple(name for name, values in view.fixed.items() if len(values) == 1)
    name = view.path.strip("/").replace("/", " ").replace("-", " ").replace("_", " ").title().replace(" ", "")
    model = question_model(f"{name}Question", contract, fixed=fixed)
    filters = filters_of(contract, fixed, {})

    def endpoint(request: Request, _caller: Reading, asked: Annotated[Rows, Query()]) -> Response:
        return answer_rows(request, contract, asked, equal_of(asked, filters, view.fixed), latest_days=view.latest_days)

    endpoint.__annotations__["asked"] = Annotated[model, Query()]
    routes.get(
        view.path,
        tags=[view.tag],
        summary=view.summary,
        description=contract.description,
        name=name,
        response_class=Response,
        responses=rows_answer(row_schema(contract), [example_row(contract)]),
    )(endpoint)


def equal_of(asked: Rows, filters: Mapping[str, str], fixed: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the columns with the values that rows must have: fixed ones, narrowed by what was asked."""
    equal = dict(fixed)
    for column, shown in filters.items():
        values = getattr(asked, shown)
        if values:
            equal[column] = [value for value in values if column not in fixed or value in fixed[column]]
    return equal
