"""What stands in the catalog, as SQL: a view of each table and of its versions, what they mean, macros of market time."""

from collections.abc import Iterable, Iterator

from market_platform.contracts.contract import Contract, Kind, kind_of
from market_platform.store.macros import macro_statements

SQL_TYPES = {
    Kind.MOMENT: "TIMESTAMPTZ",
    Kind.DAY: "DATE",
    Kind.TEXT: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.WHOLE: "BIGINT",
    Kind.FLAG: "BOOLEAN",
}


def statements_of_empty(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """Return the statements that make a catalog over a lake without a row."""
    return tuple(_statements(tuple(contracts)))


def statements_of_files(contract: Contract, files: list[str]) -> Iterator[str]:
    """Yield the statements that show a table's files in a catalog that showed others, or none."""
    yield from _versions(contract, _all_of(files) if files else _nothing(contract))


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _statements(contracts: tuple[Contract, ...]) -> Iterator[str]:
    for contract in contracts:
        yield from _versions(contract, _nothing(contract))
        yield from _current(contract)
        yield _as_of(contract)
    yield from macro_statements()


def _versions(contract: Contract, source: str) -> Iterator[str]:
    name, columns = f"{contract.name}_history", list(contract.lake_columns)
    kind = f"{contract.description} Every version: a row stood from known_from until known_to."
    yield f"CREATE OR REPLACE VIEW {name} AS SELECT {', '.join(columns)} FROM {source}"  # noqa: S608
    yield from _comments(contract, name, kind, columns)


def _current(contract: Contract) -> Iterator[str]:
    columns = [name for name in contract.lake_columns if name not in ("known_to", "month")] + ["month"]
    rows = f"SELECT {', '.join(columns)} FROM {contract.name}_history WHERE known_to IS NULL"  # noqa: S608
    yield f"CREATE VIEW {contract.name} AS {rows}"
    yield from _comments(contract, contract.name, contract.description, columns)


def _as_of(contract: Contract) -> str:
    """One ``<table>_as_of(moment)`` a table: what was known then, and nothing later."""
    names = ", ".join(name for name in contract.lake_columns if name != "known_to")
    return (
        f"CREATE MACRO {contract.name}_as_of(moment) AS TABLE SELECT {names} FROM {contract.name}_history "  # noqa: S608
        "WHERE known_from <= moment::TIMESTAMPTZ AND (known_to IS NULL OR known_to > moment::TIMESTAMPTZ)"
    )


def _comments(contract: Contract, view: str, description: str, columns: list[str]) -> Iterator[str]:
    yield f"COMMENT ON VIEW {view} IS {quoted(description)}"
    for column in columns:
        yield f"COMMENT ON COLUMN {view}.{column} IS {quoted(contract.lake_columns[column].description or '')}"


def _nothing(contract: Contract) -> str:
    columns = (f"NULL::{SQL_TYPES[kind_of(spec)]} AS {name}" for name, spec in contract.lake_columns.items())
    return f"(SELECT {', '.join(columns)} LIMIT 0)"


def _all_of(files: list[str]) -> str:
    """Return the SQL that reads a table's files. Delta holds them to one schema, so that a query need open one to know it."""
    listed = ", ".join(quoted(file.removeprefix("file://")) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'feed': VARCHAR, 'month': VARCHAR}})"
