"""Which pipelines are asked, and the timetable of nomination cycles: tables with source and status beside this module."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

CENTRAL = ZoneInfo("America/Chicago")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Cycle:
    """A nomination cycle: when its scheduled quantities are posted, and its code at Energy Transfer."""

    name: str
    code: int
    days_after: int
    at: time
    effective_from: date

    def posted_at(self, gas_day: date) -> datetime:
        """Return the timetable's moment (UTC) for a gas day."""
        local = datetime.combine(gas_day + timedelta(days=self.days_after), self.at, tzinfo=CENTRAL)
        return local.astimezone(UTC)


@dataclass(frozen=True)
class Posting:
    """A pipeline whose postings are asked for: ``asset`` is its code on the page."""

    asset: str
    pipeline: str
    pipeline_id: str
    host: str


@cache
def cycles() -> dict[str, Cycle]:
    """Return the cycles in their order; of each the row that took effect last."""
    rows = sorted(_rows("cycles"), key=lambda row: row["effective_from"])
    return {
        row["cycle"]: Cycle(
            row["cycle"],
            int(row["energy_transfer_code"]),
            int(row["posted_days_after"]),
            time.fromisoformat(row["posted_at_central"]),
            date.fromisoformat(row["effective_from"]),
        )
        for row in rows
    }


@cache
def postings() -> dict[str, Posting]:
    """Return the pipelines asked for, by asset code."""
    names = ("asset", "pipeline", "pipeline_id", "host")
    return {row["asset"]: Posting(*(row[name] for name in names)) for row in _rows("postings")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table))
