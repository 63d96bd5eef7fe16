"""One build of the marts: dbt in a folder of its own, then published by rename, whole or not at all.

dbt reads a catalog made for this build, so that it sees one moment of the lake and nobody who holds `market.duckdb` open can
keep it waiting; it writes a copy of the last marts, so that incremental models find what they add to.
"""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from market_platform.contracts.families import CONTRACTS
from market_platform.errors import StoreError
from market_platform.platform import Platform
from market_platform.reporting.mart_graph import PROJECT
from market_platform.settings import Settings
from market_platform.store.catalog import Catalog

if TYPE_CHECKING:
    from dagster_dbt import DbtCliInvocation

STAMP_TABLE = "mart_builds"
STAMP_COLUMNS = {
    "built_at": "When the build began; what the lake came to know later is not in it",
    "origin": "sandbox or live",
    "project": "SHA-256 of all that decides how the marts are made",
}


@dataclass(frozen=True)
class NodeResult:
    """What dbt says of one model or test: status, seconds, failing rows of a test."""

    name: str
    kind: str
    status: str
    seconds: float
    failures: int | None
    message: str | None


@dataclass(frozen=True)
class Build:
    """One build: what each node came to, whether it was published, and dbt's own word where it was not."""

    nodes: tuple[NodeResult, ...]
    published: bool
    full_refresh: bool
    error: str | None


def build_marts(platform: Platform, *, full_refresh: bool = False) -> Build:
    """Run dbt over the lake and publish its marts.

    All is built anew where ``full_refresh`` says so, where there are no marts yet, or where the project has changed since.
    Raises StoreError where dbt cannot run at all.
    """
    started = platform.clock()
    marts = platform.catalog.marts
    project = project_hash()
    anew = full_refresh or _built_by(marts) != project
    with _workplace(platform) as place:
        if not anew:
            shutil.copyfile(marts, place / marts.name)
        arguments = ["--full-refresh"] if anew else []
        files = {"marts_file": place / marts.name}
        results, error = run_dbt("build", place, files, arguments, platform.settings)
        if error is None:
            _finish(place / marts.name, project, started, platform.settings.origin)
            (place / marts.name).replace(marts)
    if error is None:
        platform.catalog.refresh()
    return Build(results, error is None, anew, error)


def write_dbt_page(platform: Platform, page: Path) -> None:
    """Write dbt's own page of models, columns, tests and lineage, in one file that needs no server.

    Raises StoreError where dbt cannot make it.
    """
    marts = platform.catalog.marts
    with _workplace(platform) as place:
        if marts.exists():
            shutil.copyfile(marts, place / marts.name)
        files = {"marts_file": place / marts.name}
        # Compiled, an incremental model would look for the staging that no build leaves behind: parsed is enough.
        _, error = run_dbt("parse", place, files, [], platform.settings)
        if error is None:
            _, error = run_dbt("docs generate", place, files, ["--static", "--no-compile"], platform.settings)
        if error is not None:
            raise StoreError(f"dbt made no page of {PROJECT}: {error}")
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place / "target" / "static_index.html", page)


def run_dbt(
    command: str, place: Path, files: dict[str, Path], arguments: list[str], settings: Settings
) -> tuple[tuple[NodeResult, ...], str | None]:
    """Run one dbt command through dagster-dbt; return what its nodes came to, and the error if it failed."""
    variables = {"catalog_file": place / "market.duckdb", **files}
    invocation = _invoke(
        [
            *command.split(),
            "--vars",
            json.dumps({name: str(path) for name, path in variables.items()}),
            "--no-partial-parse",
            *arguments,
        ],
        place,
        settings,
    )
    done = invocation.is_successful()
    results = place / "target" / "run_results.json"
    if not results.exists() and not done:
        raise StoreError(f"dbt {command} of {PROJECT} did not run: {invocation.get_error()}")
    nodes = tuple(_node(row) for row in json.loads(results.read_text())["results"]) if results.exists() else ()
    if done:
        return nodes, None
    failed = [f"{node.name}: {node.status}: {node.message}" for node in nodes if node.status in ("error", "fail")]
    return nodes, "; ".join(failed) or str(invocation.get_error())


def project_hash() -> str:
    """Return the hash of all that decides how the marts are made."""
    digest = sha256()
    for path in sorted(
        [PROJECT / "dbt_project.yml", *PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/**/*.sql")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _invoke(arguments: list[str], place: Path, settings: Settings) -> "DbtCliInvocation":
    """Start dbt. `DbtCliResource.cli` would first ask `dbt --version`, which asks the network."""
    from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation
    from packaging.version import Version

    target = place / "target"
    return DbtCliInvocation.run(
        args=[str(Path(sys.executable).with_name("dbt")), *arguments],
        env={
            **os.environ,
            **_stores(settings),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(target),
            "DBT_LOG_FORMAT": "json",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        manifest={},
        dagster_dbt_translator=DagsterDbtTranslator(),
        project_dir=PROJECT,
        target_path=target,
        raise_on_error=False,
        context=None,
        adapter=None,
        cli_version=Version(version("dbt-core")),
    )


def _stores(settings: Settings) -> dict[str, str]:
    """Return what dbt's profile reads of the platform's stores."""
    bucket = settings.bucket_place
    if bucket is None:
        return {"MARKET_PLATFORM_PROFILE": "embedded"}
    return {
        "MARKET_PLATFORM_PROFILE": "server",
        "MARKET_PLATFORM_BUCKET": bucket.url,
        "MARKET_PLATFORM_BUCKET_KEY": bucket.key,
        "MARKET_PLATFORM_BUCKET_SECRET": bucket.secret,
        "MARKET_PLATFORM_BUCKET_ENDPOINT": bucket.endpoint,
        "MARKET_PLATFORM_BUCKET_REGION": bucket.region,
    }


@contextmanager
def _workplace(platform: Platform) -> Iterator[Path]:
    """Give a folder beside the marts with a catalog of this moment; it is gone afterwards."""
    place = platform.catalog.marts.with_name(f".build-{uuid.uuid4().hex}")
    place.mkdir(parents=True)
    try:
        Catalog(place / "market.duckdb", platform.lake, CONTRACTS.values()).refresh()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _built_by(marts: Path) -> str | None:
    """Return the hash of the project that made the published marts, or None where there are none to add to."""
    if not marts.exists():
        return None
    try:
        with duckdb.connect(marts, read_only=True) as connection:
            row = connection.sql(f"SELECT project FROM {STAMP_TABLE}").fetchone()  # noqa: S608
            return None if row is None else str(row[0])
    except duckdb.Error:
        return None


def _finish(file: Path, project: str, started: datetime, origin: str) -> None:
    """Leave in the file what people read: the marts, and from when and what they were made."""
    with duckdb.connect(file) as connection:
        connection.execute("DROP SCHEMA IF EXISTS staging CASCADE")
        connection.execute(
            f"CREATE OR REPLACE TABLE {STAMP_TABLE} (built_at TIMESTAMPTZ, origin VARCHAR, project VARCHAR)"
        )
        connection.execute(
            f"INSERT INTO {STAMP_TABLE} VALUES (?, ?, ?)",  # noqa: S608
            [started, origin, project],
        )
        connection.execute(f"COMMENT ON TABLE {STAMP_TABLE} IS 'From which moment and origin the marts were built'")
        for column, meaning in STAMP_COLUMNS.items():
            connection.execute(f"COMMENT ON COLUMN {STAMP_TABLE}.{column} IS '{meaning}'")


def _node(row: dict[str, Any]) -> NodeResult:
    kind, _, rest = row["unique_id"].split(".", 2)
    name = rest.rsplit(".", 1)[0] if kind == "test" else rest
    return NodeResult(name, kind, row["status"], row["execution_time"], row.get("failures"), row.get("message"))
