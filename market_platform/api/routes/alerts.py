"""Alerts: what stands and what stood, the rules that hold, how alerts were told, and looking again now."""

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from market_platform.alerts.standing import alert_query
from market_platform.alerts.tables import alert_deliveries, alerts
from market_platform.api.asking import Paged
from market_platform.api.documented import document_answer, rows_answer
from market_platform.api.formats import to_json
from market_platform.api.idempotency import IdempotencyKey, once
from market_platform.api.ledger_rows import answer_ledger_rows, rows_response
from market_platform.api.security import Administering, Reading
from market_platform.api.service import service_of

routes = APIRouter(tags=["alerts"])
ALERT = {
    "alert_id": "5e88…", "rule": "price_spike", "kind": "price_above", "subject": "pjm WESTERN HUB", "severity": "warning",
    "message": "pjm WESTERN HUB: 312.40 USD/MWh at 2026-11-20 17:00Z", "value": 312.4, "threshold": 200.0,
    "unit": "USD/MWh", "raised_at": "2026-11-20T17:02:00Z", "cleared_at": None, "simulated": True,
}  # fmt: skip


class AlertsQuestion(Paged):
    """Which alerts."""

    standing: bool | None = None
    severity: Literal["info", "warning", "critical"] | None = None


@routes.get("/alerts", response_class=Response, responses=rows_answer(example=[ALERT]))
def list_alerts(request: Request, _caller: Reading, asked: Annotated[AlertsQuestion, Query()]) -> Response:
    """List alerts, the first raised first; ``standing`` picks those that hold, or those that ended."""
    query = alert_query(standing=asked.standing, severity=asked.severity)
    return answer_ledger_rows(request, query, (alerts.c.raised_at, alerts.c.alert_id), asked)


@routes.get("/alerts/rules", response_class=Response, responses=rows_answer())
def rules(request: Request, _caller: Reading, asked: Annotated[Paged, Query()]) -> Response:
    """List the rules that hold: the shipped ones under those of ``alerts.csv`` in the data folder."""
    from market_platform.defs.alerts.gather import rules_of

    return rows_response(request, [vars(rule) for rule in rules_of(service_of(request).platform)], asked)


@routes.get("/alerts/{alert_id}/deliveries", response_class=Response, responses=rows_answer())
def deliveries(
    request: Request, _caller: Reading, alert_id: Annotated[str, Path(pattern=r"^[0-9a-f]{1,40}$")],
    asked: Annotated[Paged, Query()],
) -> Response:  # fmt: skip
    """List every attempt to tell somebody of an alert."""
    query = sa.select(alert_deliveries).where(alert_deliveries.c.alert_id == alert_id)
    return answer_ledger_rows(request, query, (alert_deliveries.c.delivery_id,), asked)


@routes.post(
    "/alerts/check", response_class=Response, responses=document_answer({"raised": 2, "cleared": 0, "told": {}})
)
def check(request: Request, caller: Administering, key: IdempotencyKey) -> Response:
    """Judge prices, data and calendar now, and tell the configured channels."""
    from market_platform.defs.alerts.channels import tell
    from market_platform.defs.alerts.gather import look_at_calendar, look_at_data, look_at_prices

    platform = service_of(request).platform

    def act() -> Response:
        changes = [look(platform) for look in (look_at_prices, look_at_data, look_at_calendar)]
        raised, cleared = (sum(len(getattr(change, name)) for change in changes) for name in ("raised", "cleared"))
        return Response(
            to_json({"raised": raised, "cleared": cleared, "told": tell(platform)}), media_type="application/json"
        )

    return once(request, caller, key, act)
