"""The catalog: ``market.duckdb``, views over the lake that a person opens with any DuckDB.

It is built beside its place and renamed into it, so that whoever holds the file open keeps what they see and never
blocks a writer. A view lists the live files of its table as they stood when it was built: one consistent moment across
all tables, readable by a stock DuckDB without any extension. The marts stand in the file itself, as tables.
"""

import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

import duckdb

from market_platform.contracts.contract import Contract
from market_platform.store.lake import Lake
from market_platform.store.macros import macro_statements

BUILD_TABLE = "catalog_versions"
MARTS = "marts"
VERSION_MEANING = (
    "Version of its Delta log, blank before its first row; of the marts the moment of their file in nanoseconds"
)


class Catalog:
    """The DuckDB file over a lake.

    ``marts`` is the DuckDB file of the last published build of the marts; the catalog starts as a copy of it, so that a
    person reads marts at the speed of DuckDB's own tables.
    """

    def __init__(self, path: Path, lake: Lake, contracts: Iterable[Contract]) -> None:
        self.path = path
        self.lake = lake
        self.contracts = tuple(contracts)
        self.marts = path.with_name(MARTS) / f"{MARTS}.duckdb"

    def refresh(self) -> bool:
        """Bring the file up to date with the lake; return whether it had to be built."""
        if self.is_current():
            return False
        self._build(self._lake_versions())
        return True

    def is_current(self) -> bool:
        """Whether the file shows the lake as it is."""
        return self.path.exists() and self._built_from() == self._lake_versions()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the file for reading, up to date, in UTC."""
        self.refresh()
        connection = duckdb.connect(self.path, read_only=True)
        self.lake.open_to(connection)
        return connection

    def _lake_versions(self) -> dict[str, int | None]:
        versions = {contract.name: self.lake.version(contract) for contract in self.contracts}
        return {**versions, MARTS: self.marts.stat().st_mtime_ns if self.marts.exists() else None}

    def _built_from(self) -> dict[str, int | None]:
        try:
            with duckdb.connect(self.path, read_only=True) as connection:
                return dict(connection.sql(f"SELECT name, version FROM {BUILD_TABLE}").fetchall())  # noqa: S608
        except duckdb.Error:
            return {}

    def _build(self, versions: dict[str, int | None]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        try:
            if self.marts.exists():
                shutil.copyfile(self.marts, beside)
            with duckdb.connect(beside) as connection:
                self.lake.open_to(connection)
                connection.begin()  # three thousand statements, each a transaction of its own otherwise
                connection.execute(f"CREATE TABLE {BUILD_TABLE} (name VARCHAR, version BIGINT)")
                connection.executemany(f"INSERT INTO {BUILD_TABLE} VALUES (?, ?)", list(versions.items()))  # noqa: S608
                connection.execute(f"COMMENT ON TABLE {BUILD_TABLE} IS 'What of the lake this file shows'")
                connection.execute(f"COMMENT ON COLUMN {BUILD_TABLE}.name IS 'Table of the lake, or marts'")
                connection.execute(f"COMMENT ON COLUMN {BUILD_TABLE}.version IS {_quoted(VERSION_MEANING)}")
                for contract in self.contracts:
                    _create_views(connection, contract, self.lake.files(contract))
                _create_as_of_macros(connection, self.contracts)
                for statement in macro_statements():
                    connection.execute(statement)
                connection.commit()
            # What a person wrote into the file of before would be replayed onto this one.
            self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)


def _create_views(connection: duckdb.DuckDBPyConnection, contract: Contract, files: list[str]) -> None:
    versions = f"{contract.name}_history"
    names = ", ".join(contract.lake_columns)
    if files:
        connection.execute(f"CREATE VIEW {versions} AS SELECT {names} FROM {_all_of(files)}")  # noqa: S608
    else:
        connection.register("empty", contract.arrow_schema.empty_table())
        connection.execute(f"CREATE TABLE {versions} AS SELECT * FROM empty")  # noqa: S608
        connection.unregister("empty")
    current = ", ".join(name for name in contract.lake_columns if name not in ("known_to", "month"))
    connection.execute(
        f"CREATE VIEW {contract.name} AS SELECT {current}, month FROM {versions} WHERE known_to IS NULL"  # noqa: S608
    )
    _comment(connection, contract.name, contract.description, contract)
    kind = f"{contract.description} Every version: a row stood from known_from until known_to."
    _comment(connection, versions, kind, contract, table=not files)


def _all_of(files: list[str]) -> str:
    """Return the SQL that reads a table's files. Delta holds them to one schema, so that a query need open one to know it."""
    listed = ", ".join(_quoted(file.removeprefix("file://")) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'feed': VARCHAR, 'month': VARCHAR}})"


def _comment(
    connection: duckdb.DuckDBPyConnection, name: str, description: str, contract: Contract, *, table: bool = False
) -> None:
    connection.execute(f"COMMENT ON {'TABLE' if table else 'VIEW'} {name} IS {_quoted(description)}")
    held = {row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()}
    for column, spec in contract.lake_columns.items():
        if column in held:
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {_quoted(spec.description or '')}")


def _create_as_of_macros(connection: duckdb.DuckDBPyConnection, contracts: tuple[Contract, ...]) -> None:
    """One ``<table>_as_of(moment)`` a table: what was known then, and nothing later."""
    for contract in contracts:
        names = ", ".join(name for name in contract.lake_columns if name != "known_to")
        connection.execute(
            f"CREATE MACRO {contract.name}_as_of(moment) AS TABLE SELECT {names} FROM {contract.name}_history "  # noqa: S608
            "WHERE known_from <= moment::TIMESTAMPTZ AND (known_to IS NULL OR known_to > moment::TIMESTAMPTZ)"
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
