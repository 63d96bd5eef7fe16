"""The page about scale, ``docs/scale.md``, from the rows beside it in ``docs/scale``.

    python benchmarks/page_of_scale.py

``years``, ``month`` and ``nodal`` are written by ``years_of_scale.py``, ``sizes`` by ``scale.py``, ``corrections`` by
``corrections_of_scale.py``, ``events`` by ``events_of_scale.py``; ``restart`` and ``tidied`` say how the years were
interrupted and what compaction did to them.
"""

import itertools
import json
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
ROWS, PAGE, IMAGE = DOCS / "scale", DOCS / "scale.md", DOCS / "images" / "scale.png"
DEAREST = 20
SIZES = {
    "days": ("days", "{:,.0f}"),
    "rows": ("rows", "{:,.0f}"),
    "requests": ("requests", "{:,.0f}"),
    "processor_seconds": ("CPU s", "{:,.0f}"),
    "peak_megabytes": ("peak MB", "{:,.0f}"),
    "lake_megabytes": ("lake MB", "{:,.1f}"),
    "archive_megabytes": ("archive MB", "{:,.1f}"),
    "ledger_megabytes": ("ledger MB", "{:,.2f}"),
    "live_files": ("live files", "{:,.0f}"),
    "live_files_after": ("after compaction", "{:,.0f}"),
    "commit_seconds": ("one more day, CPU s", "{:,.2f}"),
    "catalog_seconds": ("catalog, CPU s", "{:,.2f}"),
    "read_seconds": ("read a month, CPU s", "{:,.2f}"),
}
HEAD = """# Scale

Backfills on the simulated publishers with `market-platform backfill`, in one process of one thread, on two cores that others
used at the same time: processor time counts, wall time says little, and the load of the machine stands beside it. What was
run is in the tables; what was not run is named as such, with what a month or some days of it cost. A little under half
of the time goes into making the publishers' files: 107 of the 235 CPU s that a month of all feeds took on a shared machine.

![CPU seconds by days and by nodes](images/scale.png)
"""


def write():
    """Write the page and its plot."""
    found = {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in ROWS.glob("*.jsonl")}
    series = [list(group) for _, group in itertools.groupby(found["sizes"], key=lambda row: tuple(row["by_feed"]))]
    IMAGE.parent.mkdir(exist_ok=True)
    _plot(found["nodal"], series)
    lines = [HEAD, *_years(found["years"], found["restart"], found["tidied"])]
    lines += _nodal(found["nodal"]) + _month(found["month"], found["years"])
    said = (
        "The two feeds of five years were measured before the sandbox wrote its files text by text, and cost less now."
    )
    lines += [
        "",
        "## Costs as days grow",
        "",
        said,
        "",
        *itertools.chain.from_iterable(_sizes(group) for group in series),
    ]
    lines += _corrections(found["corrections"]) + _events(found["events"])
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(titles, rows):
    return [
        "",
        "| " + " | ".join(titles) + " |",
        "|" + "--:|" * len(titles),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _sum(row, name):
    return sum(feed[name] for feed in row["feeds"].values())


def _years(years, restart, tidied):
    feeds = {key: feed for row in years for key, feed in row["feeds"].items()}
    cpu, rows = sum(row["cpu"] for row in years), sum(feed["changed"] for feed in feeds.values())
    said = (
        f"{len(feeds)} feeds from 2021-11-01 to 2026-10-31, 1,826 market days: {rows:,} rows in {cpu:,.0f} CPU s, "
        f"{1e6 * cpu / rows:,.0f} CPU s a million rows. A batch goes month by month through its feeds."
    )
    lines = ["", "## Five years of feeds of hubs and zones", "", said, "", *_points(restart)]
    titles = ["feeds", "requests", "rows", "CPU s", "CPU s a million rows", "wall s", "load", "peak MB",
              "lake MB", "archive MB", "ledger MB", "files"]  # fmt: skip
    table = [
        [
            f"{len(row['feeds'])} of {next(iter(row['feeds'])).partition('_')[0]}",
            f"{_sum(row, 'requests'):,}", f"{_sum(row, 'changed'):,}", f"{row['cpu']:,.0f}",
            f"{1e6 * row['cpu'] / own:,.0f}" if (own := row.get("rows_of_last_process", _sum(row, "changed"))) else "",
            f"{row['wall']:,.0f}", f"{row['load']:.1f}",
            f"{row['peak_megabytes']:,.0f}", f"{row['lake_megabytes']:,.1f}", f"{row['raw_megabytes']:,.1f}",
            f"{row['ledger_megabytes']:,.1f}", f"{row['lake_files'] + row['raw_files']:,}",
        ]
        for row in years
    ]  # fmt: skip
    lines += _table(titles, table)
    sizes = "Sizes and files are of the whole data folder when the batch was done. Compaction, vacuum and reading:"
    lines += ["", sizes, "", *_points(tidied)]
    titles = ["feed", "requests", "rows", "days", "outcomes"]
    table = [
        [f"`{key}`", f"{feed['requests']:,}", f"{feed['changed']:,}", f"{feed['days']:,}", _outcomes(feed)]
        for key, feed in feeds.items()
    ]
    return [*lines, *_table(titles, table)]


def _points(rows):
    return [f"- {row['said']}" for row in rows]


def _outcomes(feed):
    return ", ".join(f"{count:,} {word}" for word, count in feed["outcomes"].items())


def _nodal(nodal):
    titles = ["nodes", "days", "rows", "CPU s", "CPU s a day", "CPU s a million rows", "wall s", "load", "peak MB",
              "lake MB", "archive MB", "files"]  # fmt: skip
    table = []
    for nodes, own in itertools.groupby(sorted(nodal, key=lambda row: row["nodes"]), key=lambda row: row["nodes"]):
        weeks = list(own)
        days, rows, cpu = (sum(week[name] for week in weeks) for name in ("days", "rows", "cpu"))
        last = weeks[-1]
        table.append([
            f"{nodes:,}", f"{days:,}", f"{rows:,}", f"{cpu:,.0f}", f"{cpu / days:.2f}", f"{1e6 * cpu / rows:,.1f}",
            f"{sum(week['wall'] for week in weeks):,.0f}", f"{last['load']:.1f}",
            f"{max(week['peak_megabytes'] for week in weeks):,.0f}", f"{last['lake_megabytes']:,.1f}",
            f"{last['raw_megabytes']:,.1f}", f"{last['lake_files'] + last['raw_files']:,}",
        ])  # fmt: skip
    days = {
        nodes: sum(row["days"] for row in nodal if row["nodes"] == nodes) for nodes in {row["nodes"] for row in nodal}
    }
    said = (
        "`caiso_dam_lmp_node`: a request, a zip of five files and a commit a day, filled week by week, the last week first; "
        "`MARKET_PLATFORM_SANDBOX_CAISO_NODES` says how many nodes there are beside eight hubs and load points. Run were "
        + ", ".join(f"{count:,} days of {nodes:,} nodes" for nodes, count in sorted(days.items()))
        + "."
    )
    return ["", "## Days of all nodes", "", said, *_table(titles, table)]


def _month(month, years):
    held = {key for row in years for key in row["feeds"]}
    whole = [row for row in month if not row["too_dear"]]
    titles = ["publisher", "feeds", "run for five years", "CPU s of a month, all feeds", "of the others"]
    table = []
    for publisher, own in itertools.groupby(sorted(whole, key=_publisher), key=_publisher):
        rows = list(own)
        left = [row for row in rows if row["feed"] not in held]
        table.append([
            publisher, str(len(rows)), str(len(rows) - len(left)), f"{sum(map(_a_month, rows)):,.0f}",
            f"{sum(map(_a_month, left)):,.0f}",
        ])  # fmt: skip
    total = sum(map(_a_month, whole))
    said = (
        f"{len(month)} feeds are declared of hubs and zones, asked for by day or month (nodes, units, single ties, the "
        "sixty-day disclosures, lists that are asked for once and what is only read from files apart). A month of the "
        f"{len(whole)} that were measured to their end takes {total:,.0f} CPU s; sixty such months would be "
        f"{total * 60 / 3600:,.1f} CPU h. A cost is of October 2026, or reckoned from three days of it (an upper bound: "
        "what a request costs once is counted ten times)."
    )
    lines = ["", "## What a month of every feed costs", "", said]
    lines += _table(titles, table)
    left = [f"`{row['feed']}`" for row in whole if row["feed"] not in held]
    lines += ["", f"Not run for five years: {len(left)} feeds: {', '.join(left)}."] if left else []
    dear = sorted(whole, key=_a_month, reverse=True)[:DEAREST]
    lines += ["", f"The {DEAREST} dearest:"]
    titles = ["feed", "CPU s a month", "measured", "requests", "rows", "outcomes"]
    table = [
        [
            f"`{row['feed']}`", f"{_a_month(row):,.1f}", f"{row['measured_days']} days", f"{row['requests']:,}",
            f"{row['rows']:,}", _outcomes(row),
        ]
        for row in dear
    ]  # fmt: skip
    lines += _table(titles, table)
    refused = [row for row in whole if set(row["outcomes"]) - {"committed", "unchanged", "not_published"}]
    if refused:
        names = ", ".join(f"`{row['feed']}`" for row in refused)
        lines += [
            "",
            f"{len(refused)} feeds were refused by name for these days (such as: {refused[0]['said']}): {names}.",
        ]
    empty = [f"`{row['feed']}`" for row in whole if set(row["outcomes"]) == {"not_published"}]
    return [*lines, "", f"{len(empty)} had nothing for these days yet, or nothing happened: {', '.join(empty)}."]


def _publisher(row):
    return row["publisher"]


def _a_month(row):
    return row["cpu"] * (31 / row["measured_days"])


def _sizes(group):
    feeds = list(group[0]["by_feed"])
    lines = [f"### {len(feeds)} feed{'s' * (len(feeds) > 1)}, up to {group[-1]['days']:,} days", ""]
    lines += [
        ", ".join(f"`{feed}`" for feed in feeds)
        + "; half of the days first, then, as after an interruption, the whole range."
    ]
    lines += _table(
        [title for title, _ in SIZES.values()],
        [[shape.format(row[name]) for name, (_, shape) in SIZES.items()] for row in group],
    )
    more = []
    for small, large in itertools.pairwise(group):
        days, rows = large["days"] - small["days"], large["rows"] - small["rows"]
        cpu, lake, archive = (
            large[name] - small[name] for name in ("processor_seconds", "lake_megabytes", "archive_megabytes")
        )
        more.append([
            f"{small['days']:,}", f"{large['days']:,}", f"{cpu / days:.3f}", f"{1e6 * cpu / rows:,.0f}" if rows else "",
            f"{lake / days:.4f}", f"{archive / days:.3f}",
        ])  # fmt: skip
    titles = [
        "from",
        "to",
        "CPU s a day more",
        "CPU s a million rows more",
        "lake MB a day more",
        "archive MB a day more",
    ]
    return [*lines, *_table(titles, more), ""]


def _corrections(corrections):
    titles = ["rows that stand", "first, CPU s", "again as they were", "one in 500 changed", "all changed"]
    table = [
        [f"{row['rows']:,}", *(f"{row[f'{name}_cpu']:.2f}" for name in ("first", "again", "few", "all"))]
        for row in corrections
    ]
    said = (
        "A month of hourly prices of more and more places is laid in, comes again as it was, with one row in 500 changed, "
        "and with all changed (`benchmarks/corrections_of_scale.py`). Until the rows were joined by their key alone, "
        "DuckDB went through every pair of them: one in 500 and all changed took 1.8 and 1.7 CPU s of 14,880 rows, and 12 and "
        "38 of 59,520 (the commit before that one, same machine)."
    )
    return ["## What a correction costs", "", said, *_table(titles, table), ""]


def _events(events):
    lines = ["## Dagster's event log", ""]
    for row in events:
        kilobytes = 1024 * row["megabytes"] / row["events"]
        lines.append(
            f"- {row['said']}: {row['runs']} run{'s' * (row['runs'] > 1)} with {row['events']:,} events, "
            f"{row['megabytes']:,.1f} MB ({kilobytes:.0f} kB an event, most of it plots in the metadata)"
            + (f", {row['cpu']:,.0f} CPU s." if "cpu" in row else ".")
        )
    last = "A backfill by the command line adds no event. The weekly job `purge_runs` deletes what ended more than thirty days ago."
    return [*lines, "", last]


def _plot(nodal, series):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (by_days, by_weeks, by_nodes) = plt.subplots(1, 3, figsize=(13, 3.8), layout="constrained")
    for group in series:
        feeds = list(group[0]["by_feed"])
        days, cpu = ([row[name] for row in group] for name in ("days", "processor_seconds"))
        by_days.plot(days, cpu, marker="o", label=f"{len(feeds)} feed{'s' * (len(feeds) > 1)}")
    by_days.set(title="Hubs and zones: CPU seconds by days", xlabel="days", xscale="log", yscale="log")
    for axis in (by_days.xaxis, by_days.yaxis):
        axis.set_major_formatter("{x:,.0f}")
        axis.set_minor_formatter("")
    by_days.set(yticks=(30, 60, 120), yticklabels=("30", "60", "120"))
    by_days.legend(fontsize=8)
    most = max(row["nodes"] for row in nodal)
    weeks = [row for row in nodal if row["nodes"] == most]
    done = list(itertools.accumulate(week["days"] for week in weeks))
    by_weeks.plot(done, list(itertools.accumulate(week["cpu"] for week in weeks)), label="CPU seconds")
    by_weeks.plot(done, [week["lake_megabytes"] for week in weeks], label="lake, MB")
    by_weeks.set(title=f"{most:,} nodes, week after week", xlabel="days", xlim=(0, None), ylim=(0, None))
    by_weeks.legend(fontsize=8)
    first = {}
    for row in nodal:
        first.setdefault(row["nodes"], row["cpu"] / row["days"])
    counts = sorted(first)
    by_nodes.plot(counts, [first[count] for count in counts], marker="o")
    by_nodes.locator_params(axis="x", nbins=5)
    by_nodes.set(title="CPU seconds a day by nodes", xlabel="nodes", xlim=(0, None), ylim=(0, None))
    for axis in (by_days, by_weeks, by_nodes):
        axis.grid(alpha=0.3)
    figure.savefig(IMAGE, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    write()
