"""The main job: Dagster runs of the last complete market day and of today so far."""

from collections.abc import Iterator
from datetime import timedelta

from market_platform.cli.console import note_progress, progress, tell
from market_platform.cli.main_report import report
from market_platform.cli.side_by_side import Ran, Step, Workers
from market_platform.defs.jobs import jobs_of
from market_platform.ingest.account import Outcome
from market_platform.markets.market_day import today
from market_platform.platform import Platform, wall_clock
from market_platform.settings import Settings
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
                    if event.success and sum(ran.success for ran in ended) == 1:
                        _say_that_sql_answers(platform, event.step)
            platform.catalog.refresh()
    failed = [f"{ran.step.job} {ran.step.day or ''}".strip() for ran in ended if not ran.success]
    report(platform, heard, [check for ran in ended for check in ran.checks], failed, as_json=as_json)
    return not failed


def _say_that_sql_answers(platform: Platform, step: Step) -> None:
    """Build the catalog as soon as there is something to read, and say so: nobody need wait for the rest."""
    platform.catalog.refresh()
    tell(f"SQL answers from now on ({step.part} {step.day or ''} is in, the rest follows). In another terminal:")
    tell('  .venv/bin/market-platform sql "FROM lmp LIMIT 5"')
    tell(f"  duckdb -readonly {platform.catalog.path}")


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
