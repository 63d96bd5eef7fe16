"""Commands about feeds: what is declared, how the data stand, reading files, filling the past."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from market_platform.cli.console import note_progress, progress, say, show, show_json
from market_platform.ingest.account import Outcome
from market_platform.ingest.status import feed_statuses
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.feed import Cadence, Feed
from market_platform.sources.payload import Payload

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]


def feeds(*, as_json: Json = False) -> None:
    """List the declared feeds."""
    rows = [
        {
            "feed": feed.key,
            "publisher": feed.publisher,
            "title": feed.title,
            "table": feed.contract.name,
            "cadence": feed.cadence.value,
            "refresh": feed.refresh.value,
            "origins": "import" if feed.request is None else "live, sandbox, import",
        }
        for feed in FEEDS.values()
    ]
    show(rows, list(rows[0]), title=f"{len(rows)} feeds", as_json=as_json)


def status(
    *, as_json: Json = False, all_feeds: Annotated[bool, typer.Option("--all", help="Also feeds without data")] = False
) -> None:
    """Show how the data stand: last interval, age, coverage and gaps of each feed."""
    platform = Platform(Settings())
    rows = [asdict(each) for each in feed_statuses(platform.ledger, platform.clock())]
    shown = rows if all_feeds or as_json else [row for row in rows if row["days"] or row["last_outcome"]]
    columns = [
        "feed",
        "last_interval_end",
        "age_minutes",
        "days",
        "complete_days",
        "coverage_percent",
        "counted",
        "gaps",
        "last_outcome",
    ]
    show(shown, columns, title=f"{len(shown)} of {len(rows)} feeds hold data", as_json=as_json)


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of publishers' downloads", exists=True)],
    *,
    as_json: Json = False,
) -> None:
    """Read files that you already have; each is told by its content and name, in any order, twice without harm."""
    platform = Platform(Settings())
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    outcomes: list[Outcome] = []
    with progress() as bar:
        task = bar.add_task("reading", total=len(files))
        for done, file in enumerate(files, start=1):
            bar.update(task, description=file.name[:40])
            outcomes += platform.imports.take_file(Payload(file.name, file.read_bytes()))
            bar.advance(task)
            note_progress(done, len(files), file.name)
    platform.catalog.refresh()
    _report_import(files, outcomes, as_json=as_json)
    if any(outcome.failed and outcome.outcome != "UnknownPayload" for outcome in outcomes):
        raise typer.Exit(1)


def _report_import(files: Sequence[Path], outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    skipped = [outcome for outcome in outcomes if outcome.failed and not outcome.rows]
    totals = {
        "files": len(files),
        "rows": sum(outcome.rows for outcome in outcomes),
        "committed": sum(outcome.committed for outcome in outcomes),
        "changed": sum(outcome.changed for outcome in outcomes),
        "quarantined": sum(outcome.quarantined for outcome in outcomes),
        "skipped": len(skipped),
    }
    rows = [
        {
            "file": outcome.source,
            "feed": outcome.feed,
            "outcome": outcome.outcome,
            "lines": outcome.lines,
            "rows": outcome.rows,
            "committed": outcome.committed,
            "changed": outcome.changed,
            "quarantined": outcome.quarantined,
            "message": outcome.message,
        }
        for outcome in outcomes
    ]
    if as_json:
        show_json({**totals, "results": rows})
        return
    show(rows, list(rows[0]) if rows else ["file"], title="What was read")
    say(", ".join(f"{value:,} {name}" for name, value in totals.items()))


def backfill(
    what: Annotated[str, typer.Argument(help="A feed or a publisher, or several, apart by commas")],
    first: Day,
    last: Day,
    *,
    again: Annotated[bool, typer.Option("--again", help="Also days that are whole already")] = False,
    as_json: Json = False,
) -> None:
    """Fetch past market days, month by month; days that are whole are passed over, so it can be stopped and resumed."""
    platform = Platform(Settings())
    daily = [feed for feed in _named(what.split(",")) if feed.cadence is not Cadence.SNAPSHOT]
    steps = [(feed, month) for month in _months(first.date(), last.date()) for feed in daily]
    outcomes: list[Outcome] = []
    with progress() as bar:
        task = bar.add_task("filling", total=len(steps))
        for done, (feed, days) in enumerate(steps, start=1):
            bar.update(task, description=f"{feed.key} {days[0]:%Y-%m}")
            left = days if again else _not_whole(platform, feed, days)
            outcomes += platform.pipeline.ingest(feed, left) if left else []
            bar.advance(task)
            note_progress(done, len(steps), f"{feed.key} {days[0]:%Y-%m}")
    platform.catalog.refresh()
    _report_backfill(outcomes, as_json=as_json)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(1)


def _named(names: Sequence[str]) -> list[Feed]:
    fetched = [feed for feed in FEEDS.values() if feed.request is not None]
    for name in names:
        if not any(name in (feed.key, feed.publisher) for feed in fetched):
            raise typer.BadParameter(
                f"{name} is neither a feed that can be fetched nor a publisher ({', '.join(PUBLISHERS)})"
            )
    return [feed for feed in fetched if feed.key in names or feed.publisher in names]


def _report_backfill(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    by_feed: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_feed.setdefault(outcome.feed, []).append(outcome)
    rows = [
        {
            "feed": feed,
            "files": sum(each.files for each in found),
            "rows": sum(each.rows for each in found),
            "committed": sum(each.committed for each in found),
            "changed": sum(each.changed for each in found),
            "quarantined": sum(each.quarantined for each in found),
            "outcomes": ", ".join(f"{count} {word}" for word, count in Counter(each.outcome for each in found).items()),
        }
        for feed, found in by_feed.items()
    ]
    show(rows, list(rows[0]) if rows else ["feed"], title="What was filled", as_json=as_json)
    if not as_json:
        for outcome in [outcome for outcome in outcomes if outcome.failed][:10]:
            say(f"{outcome.feed}: {outcome.outcome}: {outcome.message}")


def _months(first: date, last: date) -> Iterator[list[date]]:
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    for month in sorted({day.replace(day=1) for day in days}):
        yield [day for day in days if day.replace(day=1) == month]


def _not_whole(platform: Platform, feed: Feed, days: list[date]) -> list[date]:
    from market_platform.ingest.status import whole_days

    whole = whole_days(platform.ledger, feed, days)
    return [day for day in days if day not in whole]
