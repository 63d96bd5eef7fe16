"""One holder at a time, whatever process or host it is: a lock that ends with whoever holds it, however that ends."""

import fcntl
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from market_platform.store.ledger import Ledger


@dataclass(frozen=True)
class Lease:
    """What is held. A child that is given ``handle`` holds it too, so that it outlives a holder that was killed."""

    handle: int
    is_held: Callable[[], bool]


@contextmanager
def try_lease(ledger: Ledger, folder: Path, name: str) -> Iterator[Lease | None]:
    """Hold the lease of a name as long as the context lasts, or give None where another holds it.

    On SQLite it is a lock on a file in the folder, on Postgres one of a session, which other hosts see as well.
    """
    with _of_database(ledger, name) if ledger.dialect == "postgresql" else _of_folder(folder, name) as lease:
        yield lease


@contextmanager
def _of_folder(folder: Path, name: str) -> Iterator[Lease | None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lease = None
        else:
            lease = Lease(file.fileno(), lambda: True)
        yield lease


@contextmanager
def _of_database(ledger: Ledger, name: str) -> Iterator[Lease | None]:
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # closing it ends the session, and the lock with it

        def answers() -> bool:
            try:
                return connection.scalar(sa.text("SELECT 1")) == 1
            except sa.exc.DBAPIError:
                return False

        taken = connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": zlib.crc32(name.encode())})
        session = connection.connection.dbapi_connection
        yield Lease(session.fileno(), answers) if taken and session is not None else None
