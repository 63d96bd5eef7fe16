"""What each feed's layout rests on, and which published datasets are not read because nobody knows theirs.

``layouts.csv`` names the datasets of which a real payload was read, and the folder of recordings that holds it (beside the
repository); all others rest on second-hand evidence. ``unread.csv`` names what has no reader and why.
"""

import csv
from functools import cache
from pathlib import Path

from market_platform.sources.feed import Feed

HERE = Path(__file__).parent
VERIFIED, SECONDARY, UNVERIFIED = "V", "S", "U"


@cache
def recorded() -> dict[tuple[str, str], str]:
    """Return the recording folders of each (publisher, dataset) that was read in a real payload."""
    return {(row["publisher"], row["dataset"]): row["recorded_in"] for row in _rows("layouts.csv")}


def layout_status(feed: Feed) -> str:
    """Return V, S or U: read in a real payload, second-hand, or unverified by the feed's own note."""
    if (feed.publisher, feed.dataset) in recorded():
        return VERIFIED
    return UNVERIFIED if "unverified" in feed.note else SECONDARY


def unread() -> list[str]:
    """Return the section of the page of feeds."""
    lines = ["## Published and not read", "", "| publisher | dataset | what | status | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['publisher']} | `{row['dataset']}` | {row['what']} | {row['status']} | {row['reason']} |"
        for row in _rows("unread.csv")
    ]
    return [*lines, ""]


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))
