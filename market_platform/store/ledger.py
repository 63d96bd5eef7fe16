"""The SQL ledger: whatever needs constraints and transactions. SQLite by default, Postgres by URL.

Tables belong to the module of their subject (``store/feed_tables.py``, ``certificates/tables.py`` ...) and are all
declared on ``metadata``; Alembic migrations in ``store/migrations`` make them, one labelled branch per subject.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from market_platform.errors import StoreError

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, stored and returned in UTC on every database; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Convert to UTC; SQLite keeps it without a zone mark."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"the ledger takes aware moments only, got {value!r}: attach a zone"
            raise StoreError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 60


class Ledger:
    """A database of record. Open it by URL; ``upgrade`` brings its tables up to date."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
            self.engine = sa.create_engine(self.url, pool_pre_ping=True)
        elif self.url.get_backend_name() == "sqlite":
            self.engine = _sqlite_engine(self.url)
        else:
            msg = f"the ledger runs on SQLite or Postgres, not on {self.url.get_backend_name()}: check DATABASE_URL"
            raise StoreError(msg)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def upgrade(self) -> None:
        """Create or migrate all tables. Safe to call from several processes at once."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        with self._told_plainly(), self.engine.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(727)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "heads")

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open a transaction that may write: committed at the end, rolled back on any error.

        On SQLite it takes the write lock at once, so two writers wait for each other instead of failing half-way. Raises
        StoreError where the database does not answer, is full or may not be written to; then nothing of it is stored.
        """
        with self._told_plainly(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection for reading only; on SQLite it never waits for a writer."""
        with self._told_plainly(), self.engine.connect().execution_options(read_only=True) as connection:
            yield connection

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            where = self.url.render_as_string(hide_password=True)
            reason = str(error.orig).splitlines()[0]
            raise StoreError(f"the ledger at {where} fails: {reason}; mend that and run the same again") from error

    def upsert(
        self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, object]], *, keep: bool = False
    ) -> None:
        """Insert rows; a row whose primary key is there replaces it, or with ``keep`` is left as it is."""
        if not rows:
            return
        dialect = postgresql if self.dialect == "postgresql" else sqlite
        statement = dialect.insert(table)
        key = [column.name for column in table.primary_key]
        values = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
        if keep:
            statement = statement.on_conflict_do_nothing(index_elements=key)
        else:
            statement = statement.on_conflict_do_update(index_elements=key, set_=values)
        connection.execute(statement, rows)

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the ledger cannot be made in {folder}: {error}; mend that and run the same again"
            ) from error
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: object, _record: object) -> None:
        # The driver's own implicit BEGIN is deferred; transactions are opened by hand below instead.
        connection.isolation_level = None  # type: ignore[attr-defined]
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE")

    return engine
