"""What the tests of CAISO's feeds share."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from market_platform.ingest.account import Account
from market_platform.ingest.pipeline import Pipeline, pace_by_host
from market_platform.sandbox.faults import FaultPlan
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.archive import Archive
from market_platform.sources.http import Client
from market_platform.store.lake import Lake
from market_platform.store.ledger import Ledger

NOW = datetime(2026, 6, 10, 21, 0, tzinfo=UTC)
MakePipeline = Callable[..., Pipeline]


@pytest.fixture
def pipeline(tmp_path: Path):
    """A pipeline on the sandbox, its clock and faults to choose."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.upgrade()

    def make(now: datetime = NOW, faults: FaultPlan | None = None, waits: list[float] | None = None) -> Pipeline:
        transport = SandboxTransport(seed=3, clock=lambda: now, faults=faults)
        sleep = (waits if waits is not None else []).append
        client = Client(pace_by_host(), transport=transport, clock=lambda: now, sleep=sleep)
        return Pipeline(
            Lake(tmp_path / "lake"), Archive(tmp_path / "raw"), Account(ledger), client, lambda: now, "sandbox"
        )

    yield make
    ledger.close()
