"""The yardstick of the feeds: every public dataset of gridstatus 0.37, and which feed of ours holds it, or why none does.

``yardstick.csv`` names gridstatus' datasets by its methods; one of ours may answer to several, and the reverse.
"""

import csv
from functools import cache
from pathlib import Path

FACTS = Path(__file__).with_suffix(".csv")


@cache
def datasets() -> tuple[dict[str, str], ...]:
    """Return the table's rows: market, dataset, feeds (blank-separated keys); why none, or which figures they leave out."""
    with FACTS.open(encoding="utf-8", newline="") as content:
        return tuple(csv.DictReader(content))


def yardstick() -> list[str]:
    """Return the section of the page of feeds."""
    parts = ["## The yardstick: gridstatus 0.37", ""]
    parts += ["Its public datasets, by the method that reads each, and the feeds that hold the same.", ""]
    for market in dict.fromkeys(row["market"] for row in datasets()):
        rows = [row for row in datasets() if row["market"] == market]
        held = sum(bool(row["feeds"]) for row in rows)
        parts += [f"### {market.upper()}: {held} of {len(rows)}", "", "| dataset | feeds, or why none |", "|---|---|"]
        parts += [f"| `{row['dataset']}` | {_told(row)} |" for row in rows]
        parts += [""]
    return parts


def _told(row: dict[str, str]) -> str:
    if not row["feeds"]:
        return f"none: {row['missing']}"
    held = ", ".join(f"`{key}`" for key in row["feeds"].split())
    return f"{held} (not kept: {row['not_kept']})" if row["not_kept"] else held
