"""A served API over a small sandbox: one platform with a few feeds for all tests, on a real socket."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from market_platform.api.app import create_app
from market_platform.api.keys import create_key
from market_platform.api.serving import server_of
from market_platform.platform import Platform
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
DAY = date(2026, 11, 20)
INGESTED = (
    "pjm_dam_lmp_hub",
    "pjm_rt_5min_unverified_lmp_hub",
    "nyiso_rt_lbmp_zone",
    "nyiso_dam_lbmp_zone",
    "nyiso_load_forecast",
    "pjm_dam_hourly_ancillary",
    "cme_ng_settlements",
)


@dataclass
class Served:
    """A running API: its address, its platform, and a key a scope."""

    url: str
    platform: Platform
    keys: dict[str, str]
    app: FastAPI | None = None

    def client(self, scope: str | None = "read", **options) -> httpx.Client:
        """Return a client with the key of a scope."""
        headers = {"X-API-Key": self.keys[scope]} if scope else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, **options)


def small_platform(folder: Path, feeds: tuple[str, ...] = INGESTED, database_url: str | None = None) -> Platform:
    """Return a sandbox platform with a day of a few feeds."""
    settings = Settings(data=folder, origin="sandbox", DATABASE_URL=database_url)
    platform = Platform(settings, clock=lambda: NOW, transport=SandboxTransport(0, lambda: NOW))
    for feed in feeds:
        list(platform.pipeline.ingest(FEEDS[feed], [DAY]))
    platform.catalog.refresh()
    return platform


def keys_of(platform: Platform, rate: int = 1_000_000) -> dict[str, str]:
    """Make a key a scope."""
    return {
        scope: create_key(platform.ledger, f"test {scope}", [scope], now=NOW, days=30, requests_per_minute=rate).text
        for scope in ("read", "trade", "admin")
    }


@contextmanager
def serving(app) -> Iterator[str]:
    """Serve an app on a free port of loopback for as long as the block lasts."""
    server = server_of(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API that most tests ask; they do not change what others see."""
    platform = small_platform(tmp_path_factory.mktemp("api"))
    with serving(create_app(platform)) as url:
        yield Served(url, platform, keys_of(platform))


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """A client that may read."""
    with served.client() as made:
        yield made
