"""Commands that run Dagster: the main job, the list of runs, the UI."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import dagster as dg
import typer

from market_platform.cli.console import note_progress, progress, say, show, show_json
from market_platform.cli.instance import dagster_home, open_instance
from market_platform.definitions import build_defs
from market_platform.defs.jobs import KINDS, job_name
from market_platform.ingest.account import Outcome
from market_platform.markets.market_day import today
from market_platform.platform import Platform, wall_clock
from market_platform.settings import Settings
from market_platform.sources.catalogue import PUBLISHERS
from market_platform.sources.feed import Publisher

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"


def run(
    *,
    market: Annotated[list[str] | None, typer.Option(help="Only these publishers")] = None,
    days: Annotated[int, typer.Option(help="Complete market days before today", min=0)] = 1,
    as_json: Json = False,
) -> None:
    """Materialise the last complete market day and today so far, and print what came of it."""
    settings = Settings()
    chosen = [PUBLISHERS[key] for key in market] if market else list(PUBLISHERS.values())
    steps = [(publisher, name, day) for publisher in chosen for name, day in _jobs(publisher, days)]
    heard: list[Outcome] = []
    checks: list[dg.AssetCheckEvaluation] = []
    failed: list[str] = []
    with progress() as bar:
        task = bar.add_task("starting", total=len(steps))

        def notice(outcome: Outcome) -> None:
            heard.append(outcome)
            bar.update(task, description=f"{outcome.feed}  {outcome.source}"[:70])

        platform = Platform(settings, notice=notice)
        definitions = build_defs(platform)
        with open_instance(settings) as instance, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for done, (publisher, name, day) in enumerate(steps, start=1):
                result = definitions.resolve_job_def(name).execute_in_process(
                    instance=instance,
                    partition_key=day.isoformat() if day else None,
                    raise_on_error=False,
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
                checks += result.get_asset_check_evaluations()
                if not result.success:
                    failed.append(f"{name} {day or ''}".strip())
                bar.advance(task)
                note_progress(done, len(steps), f"{publisher.name}: {name} {day or ''}")
        platform.catalog.refresh()
    _report(platform, heard, checks, failed, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _jobs(publisher: Publisher, days: int) -> Iterator[tuple[str, date | None]]:
    """Name the runs of one publisher: the complete days and today, its lists, the report of the month."""
    local = today(wall_clock(), publisher.feeds[0].zone)
    for kind, (choose, _) in KINDS.items():
        if not choose(publisher):
            continue
        if kind == "market_day":
            for step in range(days, -1, -1):
                yield job_name(publisher, kind), local - timedelta(days=step)
        elif kind == "lists":
            yield job_name(publisher, kind), None
        elif kind == "monthly":
            yield job_name(publisher, kind), local.replace(day=1)


def _report(
    platform: Platform,
    heard: list[Outcome],
    checks: list[dg.AssetCheckEvaluation],
    failed: list[str],
    *,
    as_json: bool,
) -> None:
    tables = _tables(platform)
    checks = list({(check.asset_key, check.check_name): check for check in checks}.values())
    passed = sum(check.passed for check in checks)
    if as_json:
        show_json(
            {
                "tables": tables,
                "feeds": len({outcome.feed for outcome in heard}),
                "committed": sum(outcome.committed for outcome in heard),
                "quarantined": sum(outcome.quarantined for outcome in heard),
                "checks_passed": passed,
                "checks": len(checks),
                "failed_runs": failed,
            }
        )
        return
    show(tables, ["table", "feeds", "rows", "coverage_percent", "from", "to"], title="What the lake holds")
    for check in checks:
        if not check.passed:
            say(f"check {check.check_name} of {check.asset_key.to_user_string()} asks for a look")
    waiting = sorted({outcome.feed for outcome in heard if outcome.outcome == "not_published"})
    if waiting:
        say(f"not published yet, asked again by the sensor: {', '.join(waiting)}")
    for outcome in (outcome for outcome in heard if outcome.failed):
        say(f"failed: {outcome.feed}: {outcome.outcome}: {outcome.message}")
    marked = " (simulated data)" if platform.settings.origin == "sandbox" else ""
    say(
        f"{passed} of {len(checks)} checks passed; {sum(outcome.committed for outcome in heard):,} rows laid in{marked}"
    )
    say("")
    say("Where to look")
    say("  make ui                                   the Dagster UI: graph, runs, checks, plots")
    say('  .venv/bin/market-platform sql "FROM lmp LIMIT 5"   SQL over the lake')
    say(f"  duckdb {platform.catalog.path}   the same in any DuckDB")
    say("  .venv/bin/market-platform status          age, coverage and gaps of every feed")


def _tables(platform: Platform) -> list[dict[str, object]]:
    from market_platform.ingest.status import feed_statuses
    from market_platform.sources.catalogue import FEEDS

    statuses = {status.feed: status for status in feed_statuses(platform.ledger, platform.clock())}
    rows = []
    with platform.catalog.connect() as connection:
        for contract in platform.catalog.contracts:
            count, first, last = connection.sql(
                f"SELECT count(*), min(interval_start), max(interval_end) FROM {contract.name}"  # noqa: S608
            ).fetchall()[0]
            mine = [statuses[key] for key, feed in FEEDS.items() if feed.contract is contract and statuses[key].days]
            covered = [status.coverage_percent for status in mine if status.coverage_percent is not None]
            if count:
                rows.append(
                    {
                        "table": contract.name,
                        "feeds": len(mine),
                        "rows": count,
                        "coverage_percent": round(sum(covered) / len(covered), 1) if covered else None,
                        "from": first,
                        "to": last,
                    }
                )
    return rows


def runs(*, limit: Annotated[int, typer.Option(help="How many")] = 20, as_json: Json = False) -> None:
    """List the latest Dagster runs."""
    with open_instance(Settings()) as instance:
        records = instance.get_run_records(limit=limit)
        rows = [
            {
                "run": record.dagster_run.run_id[:8],
                "job": record.dagster_run.job_name,
                "partition": record.dagster_run.tags.get("dagster/partition", ""),
                "status": record.dagster_run.status.value,
                "started": record.create_timestamp,
                "seconds": round(record.end_time - record.start_time, 1)
                if record.end_time and record.start_time
                else None,
            }
            for record in records
        ]
    show(rows, ["run", "job", "partition", "status", "started", "seconds"], title="Runs", as_json=as_json)


def ui(*, port: Annotated[int, typer.Option(help="Port on this machine")] = 3000) -> None:
    """Start the Dagster UI with its daemon; Ctrl-C ends it."""
    settings = Settings()
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(settings)),
        "MARKET_PLATFORM_DATA": str(settings.data_folder),
    }
    say(f"Dagster UI on http://127.0.0.1:{port}")
    command = [
        str(Path(sys.executable).with_name("dagster")),
        "dev",
        "-w",
        str(WORKSPACE),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603
