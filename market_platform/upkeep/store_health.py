"""Health of ledger, catalog, run history and disk."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import dagster as dg
import duckdb
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from market_platform.certificates.ledger.audit import audit
from market_platform.errors import StoreError
from market_platform.platform import Platform
from market_platform.store.ledger import MIGRATIONS
from market_platform.upkeep.finding import Finding

LEAST_FREE_BYTES = 2 * 1024**3
LONGEST_RUN = timedelta(hours=6)
LEFT_OVER = timedelta(hours=1)
UNWRITABLE = "it cannot be written to"


def examine_disk(platform: Platform) -> Iterator[Finding]:
    """Look for room, and whether the folder may be written to."""
    folder = platform.settings.data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        yield Finding("disk", str(folder), f"{UNWRITABLE}: {error}", "mount it for writing, or free the disk")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            "disk", str(folder), f"{free / 1024**3:.1f} GiB are free", "free the disk: runs stop when it is full"
        )


def examine_ledger(platform: Platform) -> Iterator[Finding]:
    """Look whether the database is whole and at the newest migration, and whether the certificates' hashes chain."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    with platform.ledger.read() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
        if found != wanted:
            missing = ", ".join(sorted(wanted - found))
            yield Finding("ledger", missing, "migrations are missing", "mending runs them", platform.ledger.upgrade)
            return
        if platform.ledger.dialect == "sqlite":
            said = connection.scalar(sa.text("PRAGMA integrity_check"))
            if said != "ok":
                yield Finding("ledger", "database file", str(said), "restore it from a backup")
        try:
            audit(connection)
        except StoreError as error:
            yield Finding("ledger", "certificates", str(error), "stop posting, and restore the ledger from a backup")


def examine_catalog(platform: Platform) -> Iterator[Finding]:
    """Look whether `market.duckdb` opens, and for what dead builds left behind."""
    catalog = platform.catalog
    if catalog.path.exists():
        try:
            with duckdb.connect(catalog.path, read_only=True):
                pass
        except duckdb.Error as error:
            wrong = f"it does not open: {str(error).splitlines()[0]}"
            yield Finding(
                "catalog", str(catalog.path), wrong, "mending builds it again", partial(_build_again, platform)
            )
            return
    now = platform.clock().timestamp()
    for beside in catalog.path.parent.glob(f".{catalog.path.name}.*"):
        if now - beside.stat().st_mtime > LEFT_OVER.total_seconds():
            yield Finding("catalog", beside.name, "left over by a build that died", "mending removes it", beside.unlink)


def examine_runs(platform: Platform, instance: dg.DagsterInstance) -> Iterator[Finding]:
    """Look for runs that never ended."""
    begun = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING],
        created_before=platform.clock() - LONGEST_RUN,
    )
    for record in instance.get_run_records(filters=begun):
        run = record.dagster_run
        yield Finding(
            "runs",
            f"{run.job_name} {run.run_id[:8]}",
            f"begun {record.create_timestamp:%Y-%m-%d %H:%MZ} and never ended",
            "mending marks it failed; its slices are whole or absent, so run it again",
            partial(_mark_failed, instance, run),
        )


def _mark_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    instance.report_run_failed(run, "its process is gone")


def _build_again(platform: Platform) -> None:
    platform.catalog.path.unlink(missing_ok=True)
    platform.catalog.refresh()
