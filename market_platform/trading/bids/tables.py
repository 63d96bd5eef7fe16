"""The effective-dated tables: timetable, products and rules of each ISO, read once and looked up by day.

A row is in force from ``effective_from`` to ``effective_to`` (both included, market days; blank is open). ``status`` is
the weakest of value and dates: V read in an official text, S in a second-hand source, M measured in public data,
U unverified general knowledge. Of several rows for one rule the most specific holds: product before family before
``*``, then kind, then market.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS

TABLES = Path(__file__).parent / "tables"
STATUS_STRENGTH = "USMV"


@dataclass(frozen=True, slots=True)
class InForce:
    """What every row carries: where it holds, since when, who says so."""

    iso: str
    effective_from: date | None
    effective_to: date | None
    status: str
    source: str
    note: str

    def holds_on(self, day: date) -> bool:
        """Say whether the row is in force on a market day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


@dataclass(frozen=True, slots=True)
class TimetableRow(InForce):
    """One event of a market's day: at a local time some days before, or some minutes before the hour or interval."""

    market: str
    event: str
    days_before: int | None
    local_time: time | None
    minutes_before: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class ProductRow(InForce):
    """One product: its family, its side and what the ISO calls it on the wire."""

    product: str
    family: str
    side: str
    wire_name: str
    markets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRow(InForce):
    """One rule: where it applies and its value; ``received_*`` bound the moment of receipt, such as ``D-1 14:30``."""

    market: str
    products: tuple[str, ...]
    kind: str
    rule: str
    value: str
    unit: str
    received_from: str
    received_before: str

    def specificity(self, product: str, family: str, market: str, kind: str) -> int:
        """Return how closely the row is meant for this case; -1 where it is not meant for it at all."""
        if self.market not in ("*", market) or self.kind not in ("*", kind):
            return -1
        if product in self.products:
            closeness = 2
        elif family in self.products:
            closeness = 1
        elif "*" in self.products:
            closeness = 0
        else:
            return -1
        return 8 * closeness + 4 * (self.iso != "*") + 2 * (self.kind == kind) + (self.market == market)


def moment_before(mark: str, day: date, iso: str) -> datetime:
    """Turn ``D-1 14:30`` into the aware moment it means for a market day."""
    days, clock = mark.removeprefix("D-").split()
    local_day = day - timedelta(days=int(days))
    return datetime.combine(local_day, time.fromisoformat(clock), tzinfo=MARKETS[iso].zone)


@cache
def timetable() -> tuple[TimetableRow, ...]:
    """Return every row of ``timetable.csv``."""
    return tuple(
        TimetableRow(
            **_in_force(row),
            market=row["market"],
            event=row["event"],
            days_before=int(row["days_before"]) if row["days_before"] else None,
            local_time=time.fromisoformat(row["local_time"]) if row["local_time"] else None,
            minutes_before=int(row["minutes_before"]) if row["minutes_before"] else None,
            unit=row["unit"],
        )
        for row in _rows("timetable.csv")
    )


@cache
def products() -> tuple[ProductRow, ...]:
    """Return every row of ``products.csv``."""
    return tuple(
        ProductRow(
            **_in_force(row),
            product=row["product"],
            family=row["family"],
            side=row["side"],
            wire_name=row["wire_name"],
            markets=tuple(row["markets"].split()),
        )
        for row in _rows("products.csv")
    )


@cache
def rules() -> tuple[RuleRow, ...]:
    """Return every row of ``rules.csv``."""
    return tuple(
        RuleRow(
            **_in_force(row),
            market=row["market"],
            products=tuple(row["products"].split()),
            kind=row["kind"],
            rule=row["rule"],
            value=row["value"],
            unit=row["unit"],
            received_from=row["received_from"],
            received_before=row["received_before"],
        )
        for row in _rows("rules.csv")
    )


@cache
def product_of(iso: str, product: str, day: date) -> ProductRow | None:
    """Return the product as it is traded on a market day, None where it is not."""
    rows = [row for row in products() if row.iso == iso and row.product == product and row.holds_on(day)]
    if len(rows) > 1:
        msg = f"products.csv has {len(rows)} rows for {iso} {product} on {day}: their dates overlap"
        raise RuleBroken(msg)
    return rows[0] if rows else None


@cache
def rules_in_force(iso: str, market: str, product: str, kind: str, day: date) -> tuple[tuple[RuleRow, ...], ...]:
    """Return, for each rule, the rows that hold on a market day, the most specific ones only.

    More than one row is left only where the moment of receipt decides between them.
    """
    traded = product_of(iso, product, day)
    family = traded.family if traded else ""
    best: dict[str, tuple[int, list[RuleRow]]] = {}
    for row in rules():
        if row.iso not in ("*", iso) or not row.holds_on(day):
            continue
        closeness = row.specificity(product, family, market, kind)
        if closeness < 0:
            continue
        level, rows = best.setdefault(row.rule, (closeness, []))
        if closeness > level:
            best[row.rule] = (closeness, [row])
        elif closeness == level:
            rows.append(row)
    return tuple(tuple(rows) for _, rows in best.values())


def weakest(statuses: list[str]) -> str:
    """Return the weakest of several statuses; V for none at all."""
    return min(statuses, key=STATUS_STRENGTH.index, default="V")


def _in_force(row: dict[str, str]) -> dict[str, Any]:
    return {
        "iso": row["iso"],
        "effective_from": date.fromisoformat(row["effective_from"]) if row["effective_from"] else None,
        "effective_to": date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        "status": row["status"],
        "source": row["source"],
        "note": row["note"],
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
