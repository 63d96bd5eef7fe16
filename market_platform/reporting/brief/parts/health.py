"""How the data stand behind the brief."""

from datetime import date

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Bars, Part, Table
from market_platform.reporting.brief.words import number

MOST_ROWS = 8
WHOLE_PERCENT = 99.95


def health(frames: Frames, _day: date) -> Part:
    """Show coverage by publisher, and the feeds that need a look."""
    rows = frames["health"]
    if rows.empty or not rows["days"].sum():
        return Part("health", "Data health", missing="Nothing was fetched yet.")
    held = rows[rows["days"] > 0]
    counted = held[held["coverage_percent"].notna()]
    by_publisher = counted.groupby("publisher")["coverage_percent"].mean().sort_values()
    weak = counted[counted["coverage_percent"] < WHOLE_PERCENT].sort_values("coverage_percent").head(MOST_ROWS)
    figures: list[Bars | Table] = [
        Bars(
            "Intervals received of those expected",
            "percent, mean of feeds",
            by_publisher.index.tolist(),
            by_publisher.tolist(),
            1,
        )
    ]
    if not weak.empty:
        cells = [
            (row.feed, number(row.coverage_percent, 1), row.last_outcome.replace("_", " ")) for row in weak.itertuples()
        ]
        figures.append(Table(("feed", "percent", "last asked"), cells, "Feeds with gaps, the widest first"))
    whole = int((counted["coverage_percent"] >= WHOLE_PERCENT).sum())
    claim = f"{len(held)} feeds hold data; {whole} of the {len(counted)} whose intervals are counted have every one."
    return Part("health", "Data health", claim, figures, "SQL ledger: coverage, fetches", "all days held")
