"""The lake: Delta tables, one per contract, partitioned by feed and month, every version of every row kept.

A commit lays the rows of some market days of one feed into the table, atomically. A row whose values changed stays as
a version with its ``known_to`` set, in the same table and the same transaction, so that no crash can part the two.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from market_platform.contracts.contract import Contract
from market_platform.errors import StoreError
from market_platform.store.bucket import Bucket

COMMIT_TRIES = 40
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 1.0
CHECKPOINT_EVERY = "50"
KEEP_REMOVED_FILES = timedelta(days=7)


@dataclass(frozen=True)
class Commit:
    """What a commit did: rows that were new, changed or withdrawn, and rows that stand in the slices now, by market day."""

    rows_changed: int
    version: int | None
    standing: pd.DataFrame


class Lake:
    """Delta tables in a folder, or in a bucket of an object store."""

    def __init__(self, root: Path | Bucket) -> None:
        self.bucket = root if isinstance(root, Bucket) else None
        self.root = root.url if isinstance(root, Bucket) else str(root)
        self._options = self.bucket.delta_options if self.bucket else None

    def path(self, contract: Contract) -> str:
        """Return where a table lies."""
        return f"{self.root}/{contract.name}"

    def open_to(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a DuckDB connection read the tables' files: times in UTC, and the object store's door where there is one."""
        connection.execute("SET TimeZone = 'UTC'")
        if self.bucket:
            self.bucket.open_to(connection)

    def commit(
        self,
        contract: Contract,
        feed: str,
        rows: pd.DataFrame,
        *,
        payload: str,
        read_at: datetime,
        published_at: datetime | None = None,
        whole_days: Sequence[date] = (),
    ) -> Commit:
        """Merge validated rows of one feed into its table.

        Unchanged rows stay as they are, changed ones become a new version, rows that do not come again are kept, save on
        ``whole_days``: of these the rows are all there is, and what does not come again is closed.
        Writers of other slices go on beside this one; writers of the same slice take turns. Raises StoreError where the
        table cannot be written after many tries; then nothing of it is stored.
        """
        incoming = _incoming(contract, feed, rows, payload, read_at, published_at)
        for attempt in range(COMMIT_TRIES):
            try:
                return self._try_commit(contract, feed, incoming, read_at, whole_days)
            except CommitFailedError:
                time.sleep(min(FIRST_PAUSE_SECONDS * 1.5**attempt, LONGEST_PAUSE_SECONDS))
            except (DeltaError, OSError) as error:
                raise StoreError(f"{contract.name}: the lake at {self.root} cannot take {feed}: {error}") from error
        raise StoreError(f"{contract.name}: {feed} lost the race for its slice {COMMIT_TRIES} times; run it again")

    def files(self, contract: Contract, feed: str | None = None) -> list[str]:
        """Return the live files of a table, or of one feed in it."""
        table = self._open(contract)
        if table is None:
            return []
        return table.file_uris(file_pruning_predicate=f"feed = '{feed}'" if feed else None)

    def version(self, contract: Contract) -> int | None:
        """Return the table's version number, or None where there is no table yet."""
        table = self._open(contract)
        return None if table is None else table.version()

    def read(self, contract: Contract, where: str = "TRUE", *, versions: bool = False) -> pd.DataFrame:
        """Return rows by an SQL condition: the standing ones, or with ``versions`` all that ever stood."""
        files = self.files(contract)
        if not files:
            return contract.arrow_schema.empty_table().to_pandas()
        standing = "" if versions else "AND known_to IS NULL"
        with self._duckdb() as connection:
            rows = connection.sql(f"SELECT * FROM {scan(files)} WHERE ({where}) {standing}")  # noqa: S608
            return rows.to_arrow_table().to_pandas()

    def drop_slice(self, contract: Contract, feed: str, month: str) -> None:
        """Take a feed's month out of the table, without reading it: for a slice whose files are lost."""
        table = self._open(contract)
        if table is not None:
            table.delete(f"feed = '{feed}' AND month = '{month}'")

    def compact(self, contract: Contract) -> dict[str, int]:
        """Merge small files of each partition and drop files that no version within a week needs."""
        table = self._open(contract)
        if table is None:
            return {"files_added": 0, "files_removed": 0, "files_vacuumed": 0}
        done = table.optimize.compact()
        hours = int(KEEP_REMOVED_FILES / timedelta(hours=1))
        vacuumed = table.vacuum(retention_hours=hours, dry_run=False)
        table.create_checkpoint()
        return {
            "files_added": done["numFilesAdded"],
            "files_removed": done["numFilesRemoved"],
            "files_vacuumed": len(vacuumed),
        }

    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute("SET preserve_insertion_order = false")
        self.open_to(connection)
        return connection

    def _open(self, contract: Contract) -> DeltaTable | None:
        try:
            return DeltaTable(self.path(contract), storage_options=self._options)
        except TableNotFoundError:
            return None

    def _create(self, contract: Contract) -> DeltaTable:
        try:
            return DeltaTable.create(
                self.path(contract),
                schema=contract.arrow_schema,
                mode="error",
                partition_by=["feed", "month"],
                name=contract.name,
                description=contract.description,
                configuration={"delta.checkpointInterval": CHECKPOINT_EVERY},
                storage_options=self._options,
            )
        except DeltaError:
            return DeltaTable(self.path(contract), storage_options=self._options)  # another process was first

    def _try_commit(
        self, contract: Contract, feed: str, incoming: pa.Table, read_at: datetime, whole_days: Sequence[date]
    ) -> Commit:
        table = self._open(contract) or self._create(contract)
        slices = _slices(feed, incoming, whole_days)
        existing = table.file_uris(file_pruning_predicate=slices.predicate)
        with self._duckdb() as connection:
            connection.register("incoming", incoming)
            merged = _merge(connection, contract, existing, slices, read_at)
            if merged.rows is not None:
                write_deltalake(
                    table,
                    merged.rows,
                    mode="overwrite",
                    predicate=slices.predicate,
                    commit_properties=CommitProperties(custom_metadata={"feed": feed, "days": slices.label}),
                )
            return Commit(merged.changed, table.version(), merged.standing)


@dataclass(frozen=True)
class _Slices:
    first: date
    last: date
    predicate: str
    whole_days: tuple[date, ...]

    @property
    def label(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class _Merged:
    rows: pa.Table | None
    changed: int
    standing: pd.DataFrame


def scan(files: list[str]) -> str:
    """Return the SQL that reads a table's live files."""
    listed = ", ".join("'" + file.removeprefix("file://").replace("'", "''") + "'" for file in files)
    return (
        f"read_parquet([{listed}], hive_partitioning = true, "
        "hive_types = {'feed': VARCHAR, 'month': VARCHAR}, union_by_name = true)"
    )


def _incoming(
    contract: Contract, feed: str, rows: pd.DataFrame, payload: str, read_at: datetime, published_at: datetime | None
) -> pa.Table:
    schema = contract.arrow_schema
    body = pa.Table.from_pandas(
        rows, schema=pa.schema([schema.field(name) for name in contract.row_columns]), preserve_index=False
    )
    count = body.num_rows
    month = pa.array(pd.Series(rows["market_day"]).astype(str).str.slice(0, 7), pa.string())
    constants = {
        "feed": pa.array([feed], pa.string()).take(pa.array([0] * 0, pa.int64()))
        if not count
        else _repeat(feed, count),
        "month": month,
        "published_at": _moments(published_at, count),
        "known_from": _moments(read_at, count),
        "known_to": pa.nulls(count, schema.field("known_to").type),
        "payload": _repeat(payload, count),
    }
    arrays = [constants[name] if name in constants else body.column(name) for name in schema.names]
    return pa.table(arrays, schema=schema)


def _repeat(text: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int8()), [text]).cast(pa.string())


def _moments(moment: datetime | None, count: int) -> pa.Array:
    kind = pa.timestamp("us", "UTC")
    if moment is None:
        return pa.nulls(count, kind)
    return pa.repeat(pa.scalar(moment.astimezone(UTC), kind), count)


def _slices(feed: str, incoming: pa.Table, whole_days: Sequence[date]) -> _Slices:
    days = sorted({*incoming.column("market_day").unique().to_pylist(), *whole_days})
    months = sorted({f"{day:%Y-%m}" for day in days})
    listed = ", ".join(f"'{month}'" for month in months)
    predicate = (
        f"feed = '{feed}' AND month IN ({listed}) "
        f"AND market_day >= DATE '{days[0]}' AND market_day <= DATE '{days[-1]}'"
    )
    return _Slices(days[0], days[-1], predicate, tuple(whole_days))


def _merge(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: list[str], slices: _Slices, read_at: datetime
) -> _Merged:
    """Lay the incoming rows over the stored ones: new, changed, unchanged and closed versions, in one table."""
    order = "feed, month, location, interval_start" if "location" in contract.columns else "feed, month, interval_start"
    stored = _stored_rows(connection, files, slices)
    if not stored:
        rows = connection.sql(f"SELECT * FROM incoming ORDER BY {order}").to_arrow_table()  # noqa: S608
        return _Merged(rows.cast(contract.arrow_schema), rows.num_rows, _standing(connection, "incoming"))
    same_key = " AND ".join(f"old.{name} IS NOT DISTINCT FROM new.{name}" for name in contract.key)
    differs = " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in contract.values)
    names = ", ".join(contract.arrow_schema.names)
    connection.execute("SET VARIABLE read_at = ?::TIMESTAMPTZ", [read_at])
    connection.execute(
        f"CREATE TEMP TABLE fresh AS SELECT new.*, old.known_from AS replaces FROM incoming new "  # noqa: S608
        f"LEFT JOIN stored old ON old.known_to IS NULL AND {same_key} WHERE old.feed IS NULL OR {differs}"
    )
    changed = connection.sql("SELECT count(*) FROM fresh").fetchall()[0][0]
    whole = ", ".join(f"DATE '{day}'" for day in slices.whole_days) or "NULL"
    gone = f"old.known_to IS NULL AND old.market_day IN ({whole}) AND kept.feed IS NULL"
    withdrawn = connection.sql(
        f"SELECT count(*) FROM stored old LEFT JOIN incoming kept ON {same_key.replace('new.', 'kept.')} WHERE {gone}"  # noqa: S608
    ).fetchall()[0][0]
    if not changed and not withdrawn:
        return _Merged(None, 0, _standing(connection, "stored"))
    # A clock that was set back must not turn a version's life around.
    moment = "greatest(getvariable('read_at'), {known_from} + INTERVAL 1 MICROSECOND)"
    closing = (
        f"CASE WHEN new.feed IS NOT NULL OR ({gone}) THEN {moment.format(known_from='old.known_from')} "
        "ELSE old.known_to END"
    )
    opening = f"CASE WHEN replaces IS NULL THEN known_from ELSE {moment.format(known_from='replaces')} END"
    connection.execute(
        f"CREATE TEMP TABLE merged AS "  # noqa: S608
        f"SELECT {names} FROM (SELECT old.* REPLACE ({closing} AS known_to) FROM stored old "
        f"LEFT JOIN fresh new ON old.known_to IS NULL AND {same_key} "
        f"LEFT JOIN incoming kept ON old.known_to IS NULL AND {same_key.replace('new.', 'kept.')}) "
        f"UNION ALL SELECT {names} FROM (SELECT * EXCLUDE (replaces) REPLACE ({opening} AS known_from) FROM fresh)"
    )
    rows = connection.sql(f"SELECT {names} FROM merged ORDER BY {order}").to_arrow_table()  # noqa: S608
    return _Merged(rows.cast(contract.arrow_schema), changed + withdrawn, _standing(connection, "merged"))


def _stored_rows(connection: duckdb.DuckDBPyConnection, files: list[str], slices: _Slices) -> int:
    if not files:
        return 0
    connection.execute(
        f"CREATE TEMP TABLE stored AS SELECT * FROM {scan(files)} "  # noqa: S608
        f"WHERE market_day BETWEEN DATE '{slices.first}' AND DATE '{slices.last}'"
    )
    return connection.sql("SELECT count(*) FROM stored").fetchall()[0][0]


def _standing(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """Count what stands in the touched slices, by market day: rows, and intervals that have any."""
    return (
        connection.sql(
            "SELECT market_day, count(*) AS received, count(DISTINCT interval_start) AS intervals, "  # noqa: S608
            f"max(interval_end) AS last_interval_end FROM {table} "
            "WHERE known_to IS NULL GROUP BY market_day ORDER BY market_day"
        )
        .to_arrow_table()
        .to_pandas()
    )
