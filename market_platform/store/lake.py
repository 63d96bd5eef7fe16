"""The lake: Delta tables, one per contract, partitioned by feed and month, every version of every row kept.

A commit lays the rows of some market days of one feed into the table, atomically. A row whose values changed stays as
a version with its ``known_to`` set, in the same table and the same transaction, so that no crash can part the two.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from market_platform.contracts.contract import Contract
from market_platform.errors import StoreError
from market_platform.store.bucket import Bucket
from market_platform.store.merging import Arrival, incoming_table, merge, scan, slices_of

ROWS_AT_ONCE = 16_384  # the writer copies what it gets: a month of five-minute prices whole took 30 MB more
COMMIT_TRIES = 40
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 1.0
CHECKPOINT_EVERY = "50"
KEEP_REMOVED_FILES = timedelta(days=7)


@dataclass(frozen=True)
class Commit:
    """What a commit did: rows that were new or changed by payload, rows withdrawn, and what stands now, by market day."""

    changed_by_payload: dict[str, int]
    rows_withdrawn: int
    version: int | None
    standing: pd.DataFrame

    @property
    def rows_changed(self) -> int:
        """Rows that were new, changed or withdrawn."""
        return sum(self.changed_by_payload.values()) + self.rows_withdrawn


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
        """Merge validated rows of one payload of a feed into its table; see ``commit_all``."""
        arrival = Arrival(rows, payload, published_at)
        return self.commit_all(contract, feed, [arrival], read_at=read_at, whole_days=whole_days)

    def commit_all(
        self,
        contract: Contract,
        feed: str,
        arrivals: Sequence[Arrival],
        *,
        read_at: datetime,
        whole_days: Sequence[date] = (),
        older_yields: bool = False,
    ) -> Commit:
        """Merge the rows of some payloads of one feed, no key in two of them, into its table: all of them or none.

        Unchanged rows stay as they are, changed ones become a new version, rows that do not come again are kept, save on
        ``whole_days``: of these the rows are all there is, and what does not come again is closed. With ``older_yields`` a
        row that its publisher stamped before the one that stands does not replace it: files come in any order.
        Writers of other slices go on beside this one; writers of the same slice take turns. Raises StoreError where the
        table cannot be written after many tries; then nothing of it is stored.
        """
        incoming = incoming_table(contract, feed, arrivals, read_at)
        for attempt in range(COMMIT_TRIES):
            try:
                return self._try_commit(contract, feed, incoming, read_at, whole_days, older_yields=older_yields)
            except CommitFailedError:
                time.sleep(min(FIRST_PAUSE_SECONDS * 1.5**attempt, LONGEST_PAUSE_SECONDS))
            except (DeltaError, OSError, duckdb.Error) as error:  # DuckDB's where a stored file is damaged
                reason = f"{error}; `market-platform doctor` says more"
                raise StoreError(f"{contract.name}: the lake at {self.root} cannot take {feed}: {reason}") from error
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
        self,
        contract: Contract,
        feed: str,
        incoming: pa.Table,
        read_at: datetime,
        whole_days: Sequence[date],
        *,
        older_yields: bool,
    ) -> Commit:
        table = self._open(contract) or self._create(contract)
        slices = slices_of(feed, incoming, whole_days)
        existing = table.file_uris(file_pruning_predicate=slices.predicate)
        with self._duckdb() as connection:
            merged = merge(connection, contract, incoming, existing, slices, read_at, older_yields=older_yields)
            if merged.rows is not None:
                write_deltalake(
                    table,
                    merged.rows.to_reader(max_chunksize=ROWS_AT_ONCE),
                    mode="overwrite",
                    predicate=slices.predicate,
                    commit_properties=CommitProperties(custom_metadata={"feed": feed, "days": slices.label}),
                )
            return Commit(merged.changed, merged.withdrawn, table.version(), merged.standing)
