"""The main job: Dagster runs of the last complete market day and of today so far, and the report of what they made."""

from collections.abc import Iterator
from datetime import timedelta

from market_platform.cli.console import note_progress, progress, say, show, show_json
from market_platform.cli.side_by_side import Check, Ran, Step, Workers
from market_platform.defs.jobs import jobs_of
from market_platform.ingest.account import Outcome
from market_platform.ingest.status import feed_statuses
from market_platform.markets.market_day import today
from market_platform.platform import Platform, wall_clock
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.feed import Publisher

ComputedJob = tuple[str, timedelta | None]

# Jobs that compute from what the feeds brought, with their market day as an offset from today (None: no partition): stages one
# after the other, and in a stage chains side by side.
COMPUTED: tuple[tuple[tuple[ComputedJob, ...], ...], ...] = (
    # Gas forecasts read the histories that the fundamentals fetch.
    (
        (("fundamentals", None), ("forecasts", None)),
        (("analysis", None), ("certificates", None)),
    ),
    (
        (("trading_fleet", None), ("trading", timedelta(days=-1)), ("trading", timedelta(0)), ("trading", timedelta(days=1))),
    ),
    (
        (("settlement_day", timedelta(days=-2)), ("settlement_day", timedelta(days=-1)), ("settlement", None)),
    ),
    # Last: they read what all the others laid in.
    (
        (("marts", None), ("brief", timedelta(days=-1))),
    ),
)  # fmt: skip


def run_main_job(settings: Settings, publishers: list[Publisher], days: int, *, as_json: bool) -> bool:
    """Run the jobs of some publishers with progress and print the report; return whether all of them succeeded."""
    stages = [[list(_feed_steps(publisher, days)) for publisher in publishers], *_computed_stages()]
    total = sum(len(chain) for stage in stages for chain in stage)
    platform = Platform(settings)
    heard: list[Outcome] = []
    ended: list[Ran] = []
    with progress() as bar, Workers(settings) as workers:
        task = bar.add_task("starting", total=total)
        for stage in stages:
            for event in workers.run(stage):
                if isinstance(event, Outcome):
                    heard.append(event)
                    bar.update(task, description=f"{event.feed}  {event.source}"[:70])
                else:
                    ended.append(event)
                    bar.update(task, advance=1, description=event.step.label[:70])
                    note_progress(len(ended), total, event.step.label)
            platform.catalog.refresh()
    failed = [f"{ran.step.job} {ran.step.day or ''}".strip() for ran in ended if not ran.success]
    _report(platform, heard, [check for ran in ended for check in ran.checks], failed, as_json=as_json)
    return not failed


def _computed_stages() -> list[list[list[Step]]]:
    today_utc = wall_clock().date()
    return [
        [
            [Step("Computed", job, today_utc + offset if offset is not None else None) for job, offset in chain]
            for chain in stage
        ]
        for stage in COMPUTED
    ]


def _feed_steps(publisher: Publisher, days: int) -> Iterator[Step]:
    """Name the runs of one publisher: the complete days and today, its lists, the report of the month."""
    for job in jobs_of(publisher):
        local = today(wall_clock(), job.zone)
        if job.kind == "market_day":
            for step in range(days, -1, -1):
                yield Step(publisher.name, job.name, local - timedelta(days=step))
        elif job.kind == "lists":
            yield Step(publisher.name, job.name)
        elif job.kind == "monthly":
            yield Step(publisher.name, job.name, local.replace(day=1))


def _report(
    platform: Platform,
    heard: list[Outcome],
    checks: list[Check],
    failed: list[str],
    *,
    as_json: bool,
) -> None:
    tables = _tables(platform)
    checks = list({(check.asset, check.name): check for check in checks}.values())
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
            say(f"check {check.name} of {check.asset} asks for a look")
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
    say(f"  {platform.settings.data_folder / 'briefs'}   the market brief, page and PDF")
    say("  make ui                                   the Dagster UI: graph, runs, checks, plots")
    say('  .venv/bin/market-platform sql "FROM lmp LIMIT 5"   SQL over the lake')
    say(f"  duckdb -readonly {platform.catalog.path}   the same in any DuckDB")
    say("  .venv/bin/market-platform status          age, coverage and gaps of every feed")


def _tables(platform: Platform) -> list[dict[str, object]]:
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
