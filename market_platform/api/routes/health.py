"""Whether the API lives, whether it can serve, and its metrics."""

import asyncio

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import Response

from market_platform.api.documented import document_answer
from market_platform.api.formats import to_json
from market_platform.api.problems import Problem
from market_platform.api.security import Reading
from market_platform.api.service import Service, service_of
from market_platform.errors import MarketPlatformError

routes = APIRouter(tags=["health"])


@routes.get("/health", response_class=Response, responses=document_answer({"status": "alive"}))
async def health() -> Response:
    """Say that the process answers; nothing else is looked at."""
    return Response(b'{"status":"alive"}', media_type="application/json")


@routes.get("/ready", response_class=Response, responses=document_answer({"status": "ready"}))
async def ready(request: Request) -> Response:
    """Say whether ledger and catalog can be read. Answers 503 where one cannot."""
    await asyncio.to_thread(_look, service_of(request))
    return Response(to_json({"status": "ready"}), media_type="application/json")


def _look(service: Service) -> None:
    try:
        with service.platform.ledger.read() as connection:
            connection.execute(sa.text("SELECT 1"))
        service.reader.rows("SELECT count(*) FROM catalog_versions")
    except (sa.exc.SQLAlchemyError, MarketPlatformError, OSError) as error:
        raise Problem(503, f"{type(error).__name__}: ledger or catalog cannot be read") from error


METRICS = {200: {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}}


@routes.get("/metrics", response_class=Response, responses=METRICS)  # type: ignore[arg-type]
def metrics(request: Request, _caller: Reading) -> Response:
    """Metrics for Prometheus: requests, latency, feeds' age and coverage, prices, revenue, settlement accuracy."""
    return Response(service_of(request).metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")
