"""What the main job made: tables, checks, what publishers have not published yet, and where to look."""

from collections import Counter
from collections.abc import Sequence

from market_platform.cli.console import say, show, show_json
from market_platform.cli.side_by_side import Check
from market_platform.ingest.account import Outcome
from market_platform.ingest.status import feed_statuses
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS, publisher_of


def report(
    platform: Platform,
    heard: Sequence[Outcome],
    checks: Sequence[Check],
    failed: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Print what the runs brought, or give it as one JSON document."""
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
    if waiting := not_published(heard):
        say(waiting)
    for line in failures(heard, failed):
        say(line)
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


def failures(heard: Sequence[Outcome], failed: Sequence[str]) -> list[str]:
    """Return what failed, a line each: runs first, then single requests."""
    runs = [f"failed: run of {run}; `make ui` shows why, and the same command again runs it again" for run in failed]
    return runs + [f"failed: {each.feed}: {each.outcome}: {each.message}" for each in heard if each.failed]


def not_published(heard: Sequence[Outcome]) -> str:
    """Return how many feeds of which publishers had nothing to give yet, in a line; empty where all gave."""
    waiting = {outcome.feed for outcome in heard if outcome.outcome == "not_published"}
    by_publisher = Counter(publisher_of(FEEDS[feed]).name for feed in waiting)
    told = ", ".join(f"{name} {count}" for name, count in by_publisher.most_common())
    count = f"{len(waiting)} feeds have" if len(waiting) > 1 else "1 feed has"
    return f"{count} a day that is not published yet ({told}): `market-platform status` names them" if waiting else ""


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
