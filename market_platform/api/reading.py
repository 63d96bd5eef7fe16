"""Reading the catalog from many requests at once: one DuckDB over ``market.duckdb``, opened again when the file moved on.

The file is attached to a database in memory: DuckDB hands a process that opens the same path twice the instance that it
has already, which would go on showing the file that was replaced.
"""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from market_platform.errors import StoreError
from market_platform.store.catalog import Catalog

Version = tuple[int, int]
LOOK_AGAIN_SECONDS = 0.02


class Reader:
    """Answers of the catalog as Arrow tables; safe to use from several threads."""

    def __init__(self, catalog: Catalog, *, at_once: int = 4) -> None:
        self.catalog = catalog
        self._turns = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._open: tuple[Version, duckdb.DuckDBPyConnection] | None = None
        self._seen: tuple[float, Version] | None = None

    def version(self) -> Version:
        """Return what tells this build of the catalog from every other; (0, 0) while there is none."""
        moment = time.monotonic()
        if self._seen is not None and moment - self._seen[0] < LOOK_AGAIN_SECONDS:
            return self._seen[1]
        found = _version_of(self.catalog.path)
        self._seen = (moment, found)
        return found

    def table(self, sql: str, values: Sequence[object] = ()) -> pa.Table:
        """Return the rows of a statement whose values are bound."""
        with self._turns:
            cursor = self._connection().cursor()
            try:
                # A cursor is a session of its own: it inherits neither the schema nor the zone.
                cursor.execute("USE market")
                cursor.execute("SET TimeZone = 'UTC'")
                return cursor.execute(sql, list(values)).to_arrow_table()
            except duckdb.IOException as error:
                raise StoreError(f"the catalog names a file that cannot be read: {error}; build it again") from error
            finally:
                cursor.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, object]]:
        """Return the rows of a statement as records."""
        return self.table(sql, values).to_pylist()

    def refresh(self) -> None:
        """Build the catalog again where the lake has moved on."""
        self.catalog.refresh()
        self._seen = None

    def _connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            version = _version_of(self.catalog.path)
            if self._open is None or self._open[0] != version:
                if version == (0, 0):
                    self.catalog.refresh()
                    version = _version_of(self.catalog.path)
                # Whoever still reads holds a cursor of the old database, which lives as long as they do.
                self._open = (version, self._attached())
            return self._open[1]

    def _attached(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        self.catalog.lake.open_to(connection)
        quoted = str(self.catalog.path).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS market (READ_ONLY)")
        return connection


def _version_of(path: Path) -> Version:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked for at every request; Path.stat takes twice as long
    except FileNotFoundError:
        return (0, 0)
    return found.st_ino, found.st_mtime_ns
