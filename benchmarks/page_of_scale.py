"""The page about scale: a table and a plot of what backfills of growing length cost."""

import itertools
from pathlib import Path

COLUMNS = {
    "days": ("days", "{:,.0f}"),
    "rows": ("rows", "{:,.0f}"),
    "requests": ("requests", "{:,.0f}"),
    "processor_seconds": ("CPU s", "{:,.0f}"),
    "wall_seconds": ("wall s", "{:,.0f}"),
    "peak_megabytes": ("peak MB", "{:,.0f}"),
    "lake_megabytes": ("lake MB", "{:,.1f}"),
    "archive_megabytes": ("archive MB", "{:,.1f}"),
    "ledger_megabytes": ("ledger MB", "{:,.2f}"),
    "live_files": ("live files", "{:,.0f}"),
    "live_files_after": ("after compaction", "{:,.0f}"),
    "compact_seconds": ("compaction CPU s", "{:,.2f}"),
    "commit_seconds": ("one more day, CPU s", "{:,.2f}"),
    "catalog_seconds": ("catalog, CPU s", "{:,.2f}"),
    "read_seconds": ("read a month, CPU s", "{:,.2f}"),
}
HEAD = """# Scale

Backfills on the simulated publishers with `market-platform backfill`, feed by feed, in a process of one thread: half of the days,
then, as after an interruption, the whole range; days that are whole are not asked for again. The table says what was run, on
two cores that others used at the same time: processor time counts, wall time does not. Nothing is extrapolated.

Five years of every feed is the same command with other sizes (`benchmarks/scale.py --days 1826 --feeds ...`, or
`market-platform backfill PUBLISHER FIRST LAST` for the real thing). What a publisher no longer keeps at hub level (PJM after
two years) it refuses by name, and says where to ask.
"""


def write(page, rows, events):
    """Write the page, and the plot beside it under images."""
    series = [list(group) for _, group in itertools.groupby(rows, key=lambda row: tuple(row["by_feed"]))]
    image = page.parent / "images" / "scale.png"
    image.parent.mkdir(exist_ok=True)
    _plot(image, series)
    longest = max(row["days"] for row in rows)
    lines = [HEAD, f"The longest backfill here has {longest:,} days; longer ones were not run for this page.", ""]
    lines += ["![CPU seconds, lake and archive against days](images/scale.png)", ""]
    for group in series:
        lines += _section(group)
    if events:
        said = (
            f"A main run of a day, {events['runs']} runs with {events['events']:,} events, takes {events['megabytes']:,.0f} MB "
            f"({1024 * events['megabytes'] / events['events']:.0f} kB an event, in the run's own file and in the index; most of "
            "it are plots in the metadata). A backfill by the command line adds no event. The weekly job `purge_runs` deletes "
            "what ended more than thirty days ago."
        )
        lines += ["", "## Dagster's event log", "", said]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _section(group):
    feeds = list(group[0]["by_feed"])
    lines = [
        "",
        f"## {len(feeds)} feed{'s' * (len(feeds) > 1)}, up to {group[-1]['days']:,} days",
        "",
        ", ".join(f"`{feed}`" for feed in feeds),
        "",
    ]
    lines += ["| " + " | ".join(title for title, _ in COLUMNS.values()) + " |", "|" + "--:|" * len(COLUMNS)]
    for row in group:
        lines.append("| " + " | ".join(shape.format(row[name]) for name, (_, shape) in COLUMNS.items()) + " |")
    lines += [
        "",
        "| from | to | CPU s a day more | CPU s a million rows more | lake MB a day more | archive MB a day more |",
    ]
    lines += ["|--:|--:|--:|--:|--:|--:|"]
    for small, large in itertools.pairwise(group):
        days, rows = large["days"] - small["days"], large["rows"] - small["rows"]
        more = {
            name: large[name] - small[name] for name in ("processor_seconds", "lake_megabytes", "archive_megabytes")
        }
        lines.append(
            f"| {small['days']:,} | {large['days']:,} | {more['processor_seconds'] / days:.3f} | "
            + (f"{1e6 * more['processor_seconds'] / rows:,.0f}" if rows else "")
            + f" | {more['lake_megabytes'] / days:.4f} | {more['archive_megabytes'] / days:.3f} |"
        )
    return lines


def _plot(image: Path, series):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figures = (
        ("processor_seconds", "CPU seconds"),
        ("lake_megabytes", "lake, MB"),
        ("archive_megabytes", "archive, MB"),
    )
    figure, axes = plt.subplots(1, len(figures), figsize=(12, 3.8), layout="constrained")
    for axis, (name, title) in zip(axes, figures, strict=True):
        for group in series:
            feeds = list(group[0]["by_feed"])
            label = feeds[0] if len(feeds) == 1 else f"{len(feeds)} feeds of hubs and zones"
            axis.plot([row["days"] for row in group], [row[name] for row in group], marker="o", label=label)
        axis.set(title=title, xlabel="days", xlim=(0, None), ylim=(0, None))
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.savefig(image, dpi=110)
    plt.close(figure)
