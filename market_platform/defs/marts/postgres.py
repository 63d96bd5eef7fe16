"""The marts in a Postgres database, for BI tools that cannot read DuckDB: a schema that is replaced whole, in one transaction."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
import psycopg
from psycopg import sql

from market_platform.platform import Platform
from market_platform.reporting.mart_graph import Model, marts

SCHEMA = "marts"
CHUNK_BYTES = 1 << 20
# DuckDB's types in Postgres' words; decimals keep their own.
TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "BIGINT": "bigint",
    "HUGEINT": "numeric",
    "INTEGER": "integer",
    "TINYINT": "smallint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}


def publish(
    connection: duckdb.DuckDBPyConnection, url: str, models: tuple[Model, ...], schema: str = SCHEMA
) -> dict[str, int]:
    """Put the marts into a schema of a Postgres database and return their rows by name.

    The tables are filled in a schema beside and take the place of the old one in the same transaction: a reader sees either
    all of the last publication or all of this one. Grants on the schema are kept. Raises psycopg.Error where the database
    refuses; then nothing has changed.
    """
    beside = f"{schema}_{uuid.uuid4().hex[:12]}"
    counts = {}
    with psycopg.connect(url) as postgres, postgres.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(beside)))
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        for model in models:
            counts[model.name] = _fill(connection, cursor, model, beside)
        for model in models:
            names = {"old": sql.Identifier(schema, model.name), "new": sql.Identifier(beside, model.name)}
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {old} CASCADE").format(**names))
            move = sql.SQL("ALTER TABLE {new} SET SCHEMA {schema}").format(**names, schema=sql.Identifier(schema))
            cursor.execute(move)
        cursor.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(beside)))
    return counts


def _fill(connection: duckdb.DuckDBPyConnection, cursor: psycopg.Cursor, model: Model, schema: str) -> int:
    """Create one table and copy its rows as CSV, which DuckDB writes and Postgres reads without Python between."""
    table = sql.Identifier(schema, model.name)
    described = connection.execute(f"DESCRIBE {model.name}").fetchall()
    columns = [sql.SQL("{} {}").format(sql.Identifier(row[0]), sql.SQL(_postgres_type(row[1]))) for row in described]
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))
    take = sql.SQL("COPY {} FROM STDIN (FORMAT csv, NULL '\\N')").format(table)
    with _csv(connection, model.name) as path, path.open("rb") as content, cursor.copy(take) as copy:
        while chunk := content.read(CHUNK_BYTES):
            copy.write(chunk)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(model.description)))
    for name, meaning in model.columns.items():
        column = sql.Identifier(schema, model.name, name)
        cursor.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, sql.Literal(meaning)))
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _csv(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=".csv")
    os.close(handle)
    path = Path(name)
    try:
        connection.execute(f"COPY {table} TO '{path}' (FORMAT csv, HEADER false, NULLSTR '\\N')")
        yield path
    finally:
        path.unlink(missing_ok=True)


def _postgres_type(name: str) -> str:
    return name.lower() if name.startswith("DECIMAL") else TYPES[name]


@dg.asset(
    key="marts_in_postgres",
    group_name="reporting",
    kinds={"postgres"},
    deps=[model.name for model in marts()],
    description="The marts as tables of the schema `marts` in the Postgres database of MARKET_PLATFORM_BI_DATABASE_URL, for BI "
    "tools; replaced whole in one transaction.",
)
def marts_in_postgres(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Publish the marts, where a database for them is named."""
    url = platform.settings.bi_database_url
    if url is None:
        note = "nothing published: set MARKET_PLATFORM_BI_DATABASE_URL to a Postgres URL"
        return dg.MaterializeResult(metadata={"tables": 0, "note": note})
    with platform.catalog.connect() as connection:
        counts = publish(connection, url.get_secret_value(), marts())
    lines = ["| table | rows |", "|---|---:|", *(f"| marts.{name} | {count} |" for name, count in counts.items())]
    return dg.MaterializeResult(metadata={"tables": len(counts), "rows": dg.MetadataValue.md("\n".join(lines))})
