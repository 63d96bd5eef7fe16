"""The catalog: ``market.duckdb``, views over the lake that a person opens with any DuckDB.

It is built beside its place and renamed into it, so that whoever holds the file open keeps what they see and never
blocks a writer. A view lists the live files of its table as they stood when it was built: one consistent moment across
all tables, readable by a stock DuckDB without any extension. The marts stand in the file itself, as tables.

Three thousand statements make a catalog, most of them comments, and they take a second of processor time. So it goes on
from the last one: only the views of tables that moved are written anew. What it goes on from is a copy that nobody opens.
"""

import hashlib
import shutil
import uuid
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from market_platform.contracts.contract import Contract
from market_platform.store.catalog_views import quoted, statements_of_empty, statements_of_files
from market_platform.store.lake import Lake

BUILD_TABLE = "catalog_versions"
MARTS = "marts"
STATEMENTS = "statements"
VERSION_MEANING = (
    "Version of its Delta log, blank before its first row; of the marts the moment of their file in nanoseconds; of the "
    "statements a hash of those that made the file"
)


class Catalog:
    """The DuckDB file over a lake.

    ``marts`` is the DuckDB file of the last published build of the marts; a catalog over new marts starts as a copy of it,
    so that a person reads marts at the speed of DuckDB's own tables.
    """

    def __init__(self, path: Path, lake: Lake, contracts: Iterable[Contract]) -> None:
        self.path = path
        self.lake = lake
        self.contracts = tuple(contracts)
        self.marts = path.with_name(MARTS) / f"{MARTS}.duckdb"
        self.untouched = path.with_name(f".{path.name}.untouched")

    def refresh(self) -> bool:
        """Bring the file up to date with the lake; return whether it had to be built."""
        versions = self._versions()
        if _versions_in(self.path) == versions:
            return False
        self._build(versions)
        return True

    def is_current(self) -> bool:
        """Whether the file shows the lake as it is."""
        return _versions_in(self.path) == self._versions()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the file for reading, up to date, in UTC."""
        self.refresh()
        connection = duckdb.connect(self.path, read_only=True)
        self.lake.open_to(connection)
        return connection

    @cached_property
    def _statements(self) -> tuple[str, ...]:
        return statements_of_empty(self.contracts)

    @cached_property
    def _hash_of_statements(self) -> int:
        digest = hashlib.sha256("\n".join(self._statements).encode()).digest()
        return int.from_bytes(digest[:8], signed=True)

    def _versions(self) -> dict[str, int | None]:
        tables = {contract.name: self.lake.version(contract) for contract in self.contracts}
        marts = self.marts.stat().st_mtime_ns if self.marts.exists() else None
        return {**tables, MARTS: marts, STATEMENTS: self._hash_of_statements}

    def _build(self, versions: dict[str, int | None]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        spare = beside.with_name(f"{beside.name}.untouched")
        try:
            shown = self._begin(beside, versions)
            with duckdb.connect(beside) as connection:
                self.lake.open_to(connection)
                connection.begin()
                for contract in self.contracts:
                    if shown.get(contract.name) != versions[contract.name]:
                        _run(connection, statements_of_files(contract, self.lake.files(contract)))
                connection.execute(f"DELETE FROM {BUILD_TABLE}")  # noqa: S608
                connection.executemany(f"INSERT INTO {BUILD_TABLE} VALUES (?, ?)", list(versions.items()))  # noqa: S608
                connection.commit()
            shutil.copyfile(beside, spare)
            spare.replace(self.untouched)
            # What a person wrote into the file of before would be replayed onto this one.
            self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)
            spare.unlink(missing_ok=True)

    def _begin(self, beside: Path, versions: dict[str, int | None]) -> dict[str, int | None]:
        """Lay down the file to go on from and return the versions that it shows."""
        if self.untouched.exists():
            shutil.copyfile(self.untouched, beside)
            shown = _versions_in(beside)
            if all(shown.get(name) == versions[name] for name in (MARTS, STATEMENTS)):
                return shown
            beside.unlink()
        if self.marts.exists():
            shutil.copyfile(self.marts, beside)
            _make(beside, self._statements)
        else:
            beside.write_bytes(_empty(self._statements))
        return {}


@lru_cache(maxsize=1)
def _empty(statements: tuple[str, ...]) -> bytes:
    """Return the file of a catalog over a lake without a row."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "market.duckdb"
        _make(path, statements)
        return path.read_bytes()


def _make(path: Path, statements: tuple[str, ...]) -> None:
    with duckdb.connect(path) as connection:
        connection.begin()  # each statement is a transaction of its own otherwise
        connection.execute(f"CREATE TABLE {BUILD_TABLE} (name VARCHAR, version BIGINT)")
        connection.execute(f"COMMENT ON TABLE {BUILD_TABLE} IS 'What of the lake this file shows'")
        connection.execute(f"COMMENT ON COLUMN {BUILD_TABLE}.name IS 'Table of the lake, marts, or statements'")
        connection.execute(f"COMMENT ON COLUMN {BUILD_TABLE}.version IS {quoted(VERSION_MEANING)}")
        _run(connection, statements)
        connection.commit()


def _run(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _versions_in(path: Path) -> dict[str, int | None]:
    """Return the versions that a file shows, nothing where there is none that can be read."""
    if not path.exists():
        return {}
    try:
        with duckdb.connect(path, read_only=True) as connection:
            return dict(connection.sql(f"SELECT name, version FROM {BUILD_TABLE}").fetchall())  # noqa: S608
    except duckdb.Error:
        return {}
