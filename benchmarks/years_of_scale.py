"""Five years of every feed of hubs and zones: a backfill that can be killed at any moment and started again.

    python benchmarks/years_of_scale.py FOLDER --month month.jsonl            # what a month of each feed costs
    python benchmarks/years_of_scale.py FOLDER --years years.jsonl --month month.jsonl [--publishers caiso,nyiso]
    python benchmarks/years_of_scale.py FOLDER --nodes 16000 --nodal nodal.jsonl       # one year of CAISO's nodes, week by week

A month is measured in one process, feed after feed, without the catalog's rebuild, which a batch pays once. Feeds are
filled in batches of one publisher, cheapest first as the month measured them, so that a run that is cut off holds whole
feeds; the feeds of a batch share the simulated days of each month. A batch that has its row is not filled again; one that
was killed is asked for from its first day, and days that are whole are passed over. Two processes may fill the batches of
different publishers side by side, in one folder, with a file of rows each.
"""

import argparse
import contextlib
import itertools
import json
import os
import resource
import signal
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)
MONTH = date(2026, 10, 1), date(2026, 10, 31)
NODAL = "caiso_dam_lmp_node"
PLACES = ("generator", "bus")
LONGEST_SECONDS = 15.0
BATCH = 27


class TooDear(BaseException):
    """A month of a feed took longer than is worth waiting for."""


def of_hubs_and_zones():
    """Return the feeds that are asked for by day or month and whose rows are not of nodes, units or single ties.

    A declaration says it by its type of location, by asking a publisher for all of its nodes, or by its key.
    """
    from market_platform.sources.catalogue import FEEDS
    from market_platform.sources.feed import Cadence

    def of_nodes(feed):
        every = getattr(feed.request, "parameters", {}).get("grp_type") == "ALL"
        return feed.constants.get("location_type") in PLACES or every or "_node" in feed.key or "_60d_" in feed.key

    fetched = [feed for feed in FEEDS.values() if feed.request is not None and feed.cadence is not Cadence.SNAPSHOT]
    return [feed for feed in fetched if not of_nodes(feed)]


def month(out):
    """Write what a month of each feed costs, a row each; feeds that have their row are passed over."""
    from market_platform.platform import Platform
    from market_platform.settings import Settings

    known = {row["feed"] for row in _rows(out)}
    platform = Platform(Settings())
    for feed in of_hubs_and_zones():
        if feed.key not in known:
            row = _month_of(platform, feed)
            _note(out, row)
            platform = Platform(Settings()) if row["too_dear"] else platform


def _month_of(platform, feed):
    days = [MONTH[0] + timedelta(days=step) for step in range((MONTH[1] - MONTH[0]).days + 1)]

    def stop(*_):
        raise TooDear

    signal.signal(signal.SIGPROF, stop)
    worked, dear = time.process_time(), False
    signal.setitimer(signal.ITIMER_PROF, LONGEST_SECONDS)
    try:
        for _ in platform.pipeline.ingest(feed, days):
            pass
    except TooDear:
        dear = True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    spent = time.process_time() - worked
    return {
        "feed": feed.key,
        "publisher": feed.publisher,
        "cpu": spent,
        "too_dear": dear,
        "measured_days": 31,
        **_told([feed.key])[feed.key],
    }


def years(out, months, most, publishers):
    """Fill five years batch by batch and write a row each."""
    done = {feed for row in _rows(out) for feed in row["feeds"]}
    cost = {row["feed"]: row["cpu"] for row in _rows(months) if not row["too_dear"]}
    chosen = [feed for feed in of_hubs_and_zones() if not publishers or feed.publisher in publishers]
    left = [feed for feed in chosen if cost.get(feed.key, most) < most and feed.key not in done]
    for batch in _batches(left, cost):
        began, worked = time.perf_counter(), time.process_time()
        _backfill(batch, FIRST, LAST)
        row = {
            "feeds": _told(batch), "cpu": time.process_time() - worked, "wall": time.perf_counter() - began,
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "load": os.getloadavg()[0], "pid": os.getpid(), **_sizes(),
        }  # fmt: skip
        _note(out, row)


def nodal_year(out, nodes, weeks):
    """Fill the last weeks of a feed of all nodes and write a row a week, the last one first."""
    done = {(row["nodes"], row["first"]) for row in _rows(out)}
    for first in (LAST - timedelta(days=7 * week + 6) for week in range(weeks)):
        if (nodes, str(first)) in done:
            continue
        before, began, worked = _told([NODAL])[NODAL], time.perf_counter(), time.process_time()
        _backfill([NODAL], first, first + timedelta(days=6))
        after = _told([NODAL])[NODAL]
        row = {name: after[name] - before[name] for name in ("requests", "rows", "days")}
        row |= {
            "nodes": nodes, "first": str(first), "cpu": time.process_time() - worked,
            "wall": time.perf_counter() - began, "load": os.getloadavg()[0], "outcomes": after["outcomes"],
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **_sizes(),
        }  # fmt: skip
        _note(out, row)


def _batches(feeds, cost):
    """Yield keys: feeds of one publisher together, which look at the same simulated days; cheap batches first."""
    found = []
    for _, own in itertools.groupby(sorted(feeds, key=lambda feed: feed.publisher), key=lambda feed: feed.publisher):
        keys = sorted((feed.key for feed in own), key=cost.__getitem__)
        found += [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    return sorted(found, key=lambda keys: sum(cost[key] for key in keys) / len(keys))


def _backfill(keys, first, last):
    import typer

    from market_platform.cli.feed_commands import backfill

    days = [datetime.combine(day, datetime.min.time()) for day in (first, last)]
    # It ends with 1 where a publisher refused something: the ledger says what.
    with contextlib.redirect_stdout(sys.stderr), contextlib.suppress(typer.Exit):
        backfill(",".join(keys), *days)


def _told(keys):
    """Return what the ledger says of some feeds: requests by outcome, rows, days and the first refusal."""
    import sqlalchemy as sa

    from market_platform.platform import Platform
    from market_platform.settings import Settings
    from market_platform.store.feed_tables import coverage, fetches

    found = {key: {"requests": 0, "rows": 0, "changed": 0, "outcomes": {}, "said": "", "days": 0} for key in keys}
    with Platform(Settings()).ledger.read() as connection:
        for row in connection.execute(sa.select(fetches).where(fetches.c.feed.in_(keys))):
            one = found[row.feed]
            one["requests"] += 1
            one["rows"] += row.rows_committed or 0
            one["changed"] += row.rows_changed or 0
            one["outcomes"][row.outcome] = one["outcomes"].get(row.outcome, 0) + 1
            if row.outcome not in ("committed", "unchanged"):
                one["said"] = one["said"] or row.message[:200]
        count = sa.select(coverage.c.feed, sa.func.count()).where(coverage.c.feed.in_(keys)).group_by(coverage.c.feed)
        for feed, days in connection.execute(count):
            found[feed]["days"] = days
    return found


def _sizes():
    folder = Path(os.environ["MARKET_PLATFORM_DATA"])
    files = {name: [path for path in (folder / name).rglob("*") if path.is_file()] for name in ("lake", "raw")}
    sizes = {f"{name}_megabytes": sum(path.stat().st_size for path in found) / 2**20 for name, found in files.items()}
    counts = {f"{name}_files": len(found) for name, found in files.items()}
    return {
        **sizes,
        **counts,
        "ledger_megabytes": sum(path.stat().st_size for path in folder.glob("ledger.db*")) / 2**20,
    }


def _rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path and path.exists() else []


def _note(path, row):
    with path.open("a") as out:
        out.write(json.dumps(row) + "\n")


def main():
    """Measure a month of each feed, or fill the years."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="data folder")
    parser.add_argument("--month", type=Path, help="rows of what a month costs")
    parser.add_argument("--years", type=Path, help="rows of the years")
    parser.add_argument("--most", type=float, default=LONGEST_SECONDS, help="leave out what costs more CPU s a month")
    parser.add_argument("--publishers", help="only batches of these, apart by commas")
    parser.add_argument("--nodal", type=Path, help="rows of the nodal year")
    parser.add_argument("--nodes", type=int, default=16_000, help="how many nodes there are")
    parser.add_argument("--weeks", type=int, default=52, help="how many weeks of them")
    chosen = parser.parse_args()
    os.environ |= {"MARKET_PLATFORM_DATA": str(chosen.folder), "MARKET_PLATFORM_ORIGIN": "sandbox"}
    if chosen.nodal:
        os.environ["MARKET_PLATFORM_SANDBOX_CAISO_NODES"] = str(chosen.nodes)
        nodal_year(chosen.nodal, chosen.nodes, chosen.weeks)
    elif chosen.years:
        years(chosen.years, chosen.month, chosen.most, chosen.publishers.split(",") if chosen.publishers else ())
    else:
        month(chosen.month)


if __name__ == "__main__":
    main()
