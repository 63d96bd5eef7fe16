"""Auction results in the platform's rows, and the tables of them: those of the package, and transcribed ones of users.

A current sale and an advance one (of a later vintage) of one auction are two rows. Prices keep their own ton.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from market_platform.markets.carbon_units import METRIC_TONS_PER_SHORT_TON, TON_OF_PROGRAMME, Ton
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans, tell
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field, label, passed, read_csv

DAY = pd.Timedelta(days=1)
MONTH = pd.DateOffset(months=1)
PROGRAMMES = ("california_quebec", "rggi", "washington")
KINDS = ("current", "advance")
FIGURES = ("reserve_usd", "reserve_status", "offered", "sold")
_SOURCES = ("source_name", "source_url", "access_date", "verification_status")

REFERENCE = tuple(
    label(name, name)
    for name in (
        "programme", "auction", "date", "date_precision", "current_usd", "advance_usd", "reserve_usd", "reserve_status",
        "offered", "sold", "unit", "second_source", "source",
    )
)  # fmt: skip
TRANSCRIBED: dict[str, tuple[Field, ...]] = {
    "california_quebec": (
        label("auction", "auction_label"),
        label("year", "year"),
        label("month", "month"),
        passed("auction_type"),
        passed("auction_date_approx"),
        label("current_usd", "current_auction_price_usd"),
        label("advance_usd", "advance_auction_price_usd"),
        *(passed(name) for name in _SOURCES),
    ),
    "rggi": (
        label("auction", "auction_num"),
        label("date", "auction_date"),
        label("current_usd", "clearing_price_usd"),
        *(passed(name) for name in _SOURCES),
    ),
}


def reference(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the platform's own table of a programme."""
    read = read_csv(payloads, REFERENCE)
    rows = pd.DataFrame({name: as_text(read[name]) for name in read if name not in PLACE})
    return current_and_advance(feed, rows, read[PLACE])


def transcribed(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read a transcribed table: for California only the month is taken, since its days are approximate."""
    programme = feed.constants["programme"]
    read = read_csv(payloads, TRANSCRIBED[programme])
    rows = pd.DataFrame({name: as_text(read[name]) for name in read if name not in PLACE})
    if programme == "california_quebec":
        rows["date"] = rows["year"] + "-" + rows["month"].str.zfill(2) + "-01"
        rows["auction"] = rows["auction"].str.replace(r"\s*\(.*\)$", "", regex=True)
    precision = "day" if programme == "rggi" else "month"
    return current_and_advance(feed, rows.assign(date_precision=precision), read[PLACE])


def current_and_advance(feed: Feed, rows: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    """Lay current and advance sales under each other, figures with the current one; a sale not held has no row."""
    frames = []
    for kind in KINDS:
        if f"{kind}_usd" not in rows:
            continue
        held = rows[f"{kind}_usd"].notna() if kind == "advance" else pd.Series(True, index=rows.index)
        mine, own = rows[held].reset_index(drop=True), place[held.to_numpy()].reset_index(drop=True)
        mine = mine if kind == "current" else mine.drop(columns=[name for name in FIGURES if name in mine])
        frames.append(sales(feed, mine.assign(kind=kind, usd=mine[f"{kind}_usd"]), own))
    return finish(feed, pd.concat(frames, ignore_index=True))


def sales(feed: Feed, rows: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    """Return rows of sales: texts ``auction``, ``kind``, ``date`` (YYYY-MM-DD), ``date_precision``, ``usd`` and figures.

    Figures that a source does not tell are left out of ``rows``; a ``unit`` that is not the programme's is a defect.
    """
    programme = feed.constants["programme"]
    unit = TON_OF_PROGRAMME[programme]
    first = pd.to_datetime(rows["date"], format="%Y-%m-%d", errors="coerce")
    after = (first + DAY).where(rows["date_precision"] == "day", first + MONTH)
    frame = pd.concat([spans(first, after, feed.zone), place], axis=1)
    price = numbers(rows["usd"], frame)
    if "unit" in rows:
        tell(frame, rows["unit"] != unit.value, f"unit is not the {unit.value} that {programme} counts in")
    told = {name: numbers(rows[name], frame) if name in rows else np.nan for name in ("reserve_usd", "offered", "sold")}
    return frame.assign(
        programme=programme,
        auction=rows["auction"],
        allowance_type=rows["kind"],
        date_precision=rows["date_precision"],
        published_price_usd=price,
        published_unit=unit.value,
        price_usd_per_metric_ton=price / (float(METRIC_TONS_PER_SHORT_TON) if unit is Ton.SHORT else 1.0),
        reserve_price_usd=told["reserve_usd"],
        reserve_status=rows.get("reserve_status"),
        offered_allowances=told["offered"],
        sold_allowances=told["sold"],
    )


def as_text(column: pd.Series) -> pd.Series:
    """Return a column of texts as it is worked on here."""
    return column.astype("object")


def reference_table(programme: str) -> Payload:
    """Return the platform's own table of a programme as a payload to import."""
    path = Path(__file__).parent / "reference" / f"{programme}.csv"
    return Payload(path.name, path.read_bytes())
