"""The marts in a Postgres database, for BI tools that cannot read DuckDB: a schema whose rows are replaced in one transaction."""

import os
import tempfile
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

    Rows are replaced inside tables that stay, so that grants on them and views over them stay too; a table whose columns have
    changed is made anew. A reader sees either all of the last publication or all of this one. Raises psycopg.Error where the
    database refuses; then nothing has changed.
    """
    counts = {}
    with psycopg.connect(url) as postgres, postgres.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for model in models:
            counts[model.name] = _replace(connection, cursor, model, schema)
    return counts


def _replace(connection: duckdb.DuckDBPyConnection, cursor: psycopg.Cursor, model: Model, schema: str) -> int:
    """Replace one table's rows; return how many there are."""
    table, incoming = sql.Identifier(schema, model.name), sql.Identifier(f"incoming_{model.name}")
    described = connection.execute(f"DESCRIBE {model.name}").fetchall()
    columns = [(row[0], _postgres_type(row[1])) for row in described]
    body = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns)
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(incoming, body))
    take = sql.SQL("COPY {} FROM STDIN (FORMAT csv, NULL '\\N')").format(incoming)
    # DuckDB writes the CSV and Postgres reads it: no row passes through Python.
    with _csv(connection, model.name) as path, path.open("rb") as content, cursor.copy(take) as copy:
        while chunk := content.read(CHUNK_BYTES):
            copy.write(chunk)
    if _columns(cursor, schema, model.name) == [name for name, _ in columns]:
        cursor.execute(sql.SQL("DELETE FROM {}").format(table))
    else:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, body))
    cursor.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table, incoming))
    count = cursor.rowcount
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(model.description)))
    for name, meaning in model.columns.items():
        column = sql.Identifier(schema, model.name, name)
        cursor.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, sql.Literal(meaning)))
    return count


def _columns(cursor: psycopg.Cursor, schema: str, table: str) -> list[str]:
    """Return the columns of a table in their order; none where it does not exist."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        [schema, table],
    )
    return [row[0] for row in cursor.fetchall()]


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
