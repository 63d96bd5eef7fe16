"""One sandbox with a few days of every kind of feed that the marts read, and its marts, built once."""

import fcntl
import os
import shutil
from datetime import UTC, date, datetime

import pytest

from market_platform.defs.marts.build import build_marts
from market_platform.platform import Platform
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

NOW = datetime(2026, 11, 20, 23, 25, tzinfo=UTC)
# The autumn clock change, and the last whole days.
DAYS = [date(2026, 11, 1), date(2026, 11, 19), date(2026, 11, 20)]
FRIDAYS = [date(2026, 11, 6), date(2026, 11, 13)]
READ = (
    "nyiso_dam_lbmp_zone", "nyiso_rt_hourly_lbmp_zone", "pjm_dam_lmp_hub", "pjm_rt_hourly_lmp_hub",
    "caiso_dam_lmp_hub", "caiso_fmm_lmp_hub", "ercot_dam_spp",
    "nyiso_load_hourly", "nyiso_load_forecast", "caiso_load_hourly", "caiso_load_forecast_dam",
    "nyiso_fuel_mix", "caiso_renewables_hourly", "caiso_renewables_forecast_dam", "nyiso_rt_constraints",
    "nyiso_dam_ancillary", "eia_gas_prices", "eia_gas_storage", "cme_ng_settlements", "caiso_ghg_allowance_prices",
)  # fmt: skip


@pytest.fixture(scope="session")
def marts_platform(tmp_path_factory):
    """A sandbox platform whose marts are built: once, where several processes run tests, and each takes a copy of its own."""
    folder = tmp_path_factory.mktemp("marts") / "data"
    base = tmp_path_factory.getbasetemp()
    built = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built_marts"
    with built.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not built.exists():
            build_in(folder)
            copy = shutil.copytree(folder, built.with_suffix(".copy"), ignore=shutil.ignore_patterns("market.duckdb*"))
            copy.rename(built)
    if not folder.exists():
        shutil.copytree(built, folder)
    return platform_in(folder)


def platform_in(folder):
    return Platform(
        Settings(data=folder, origin="sandbox"),
        clock=lambda: NOW,
        transport=SandboxTransport(0, lambda: NOW),
        sleep=lambda _seconds: None,
    )


def build_in(folder):
    platform = platform_in(folder)
    for key in READ:
        outcomes = list(platform.pipeline.ingest(FEEDS[key], FRIDAYS if key == "eia_gas_storage" else DAYS))
        assert sum(outcome.committed for outcome in outcomes), f"{key}: {outcomes}"
    build = build_marts(platform)
    assert build.published, build.error
    platform.ledger.close()


@pytest.fixture(scope="session")
def marts(marts_platform):
    """A connection to the catalog with the marts, as a person opens it."""
    with marts_platform.catalog.connect() as connection:
        yield connection
