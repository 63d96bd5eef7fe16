"""The app: routes behind the gate, over one platform."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from market_platform.api import documented, problems
from market_platform.api.answers import Answers
from market_platform.api.audit import Audit
from market_platform.api.callers import STRANGERS_PER_MINUTE, Callers, Rates
from market_platform.api.gate import Gate
from market_platform.api.live import sockets
from market_platform.api.live.events import EventLog
from market_platform.api.live.follow import Beats, follow
from market_platform.api.live.hub import Hub
from market_platform.api.live.sockets import Pace
from market_platform.api.live.watch import Watch
from market_platform.api.metrics import Metrics
from market_platform.api.oidc import identify_with
from market_platform.api.reading import Reader
from market_platform.api.routes import (
    alerts,
    analytics,
    bids,
    brief,
    certificates,
    health,
    markets,
    pages,
    settlements,
    views,
)
from market_platform.api.service import Service
from market_platform.api.shelf import Shelf
from market_platform.api.tracing import Tracing
from market_platform.platform import Platform

DESCRIPTION = """Markets, bids, settlement, certificates and analytics of one market platform.

Send a key as `Authorization: Bearer …` or `X-API-Key`. Rows come as JSON, CSV, Arrow or Parquet by `Accept`; pages go on by
`next_cursor`; errors are problem+json; every POST takes an `Idempotency-Key`. `/ws/{market or facility}` tells what is new."""


def create_app(
    platform: Platform,
    *,
    beats: Beats | None = None,
    pace: Pace | None = None,
    strangers_per_minute: int = STRANGERS_PER_MINUTE,
    tracing: Tracing | None = None,
) -> FastAPI:
    """Return the app over a platform; its clock, stores and transports are the platform's.

    ``strangers_per_minute`` is how often one address may ask with a key that opens nothing; ``tracing``
    makes spans for OpenTelemetry.
    """
    reader = Reader(platform.catalog)
    hub = Hub(EventLog(platform.ledger))
    service = Service(platform, reader, Answers(), Metrics(platform, reader), hub)
    callers, rates = Callers(platform.ledger, platform.clock, identify_with(platform.settings)), Rates()
    shelf = Shelf(callers, rates, reader, service.metrics)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(reader.refresh)
        watch = Watch(platform, reader, hub.log)
        following = asyncio.create_task(follow(platform, reader, watch, hub, beats or Beats()))
        yield
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following

    app = FastAPI(
        title="market-platform",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.service, app.state.callers, app.state.pace, app.state.shelf = service, callers, pace or Pace(), shelf
    problems.install(app)
    documented.install(app)
    app.include_router(health.routes)
    app.include_router(pages.routes)
    app.include_router(sockets.routes)
    app.include_router(_version_one())
    app.add_middleware(
        Gate, callers=callers, rates=rates, reader=reader, answers=service.answers, shelf=shelf, metrics=service.metrics,
        audit=Audit(platform.ledger), clock=platform.clock, strangers_per_minute=strangers_per_minute,
        tracing=tracing,
    )  # fmt: skip
    return app


def _version_one() -> APIRouter:
    """Return all routes under ``/v1``; the path that any feed may have comes last."""
    version = APIRouter(prefix="/v1")
    own = (markets, bids, settlements, certificates, analytics, alerts, brief)
    for part in (*(module.routes for module in own), views.router(), markets.last_routes()):
        version.include_router(part)
    return version
