"""Carbon auctions as feeds: the tables beside this module, and transcribed tables of the same results that users hold.

No programme has a stable machine address (the results are PDFs and pages), so all of them are read from files.
"""

from collections.abc import Sequence
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.contracts.families import fundamentals
from market_platform.markets.carbon_units import METRIC_TONS_PER_SHORT_TON, TON_OF_PROGRAMME, Ton
from market_platform.sources.carbon import caps, offsets
from market_platform.sources.feed import Cadence, Feed, Parser, Publication, Publisher
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field, label, passed, read_csv

DAY = pd.Timedelta(days=1)
MONTH = pd.DateOffset(months=1)
PROGRAMMES = ("california_quebec", "rggi", "washington")
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
    return _auctions(feed, pd.DataFrame({name: _text(read[name]) for name in read if name not in PLACE}), read[PLACE])


def transcribed(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read a transcribed table: for California only the month is taken, since its days are approximate."""
    programme = feed.constants["programme"]
    read = read_csv(payloads, TRANSCRIBED[programme])
    rows = pd.DataFrame({name: _text(read[name]) for name in read if name not in PLACE})
    if programme == "california_quebec":
        rows["date"] = rows["year"] + "-" + rows["month"].str.zfill(2) + "-01"
        rows["auction"] = rows["auction"].str.replace(r"\s*\(.*\)$", "", regex=True)
    precision = "day" if programme == "rggi" else "month"
    blank = dict.fromkeys(("reserve_usd", "reserve_status", "offered", "sold"))
    rows = rows.assign(**blank, unit=TON_OF_PROGRAMME[programme].value, date_precision=precision)
    return _auctions(feed, rows, read[PLACE])


def _auctions(feed: Feed, rows: pd.DataFrame, place: pd.DataFrame) -> pd.DataFrame:
    """Lay current and advance sales under each other; a sale that was not held has no row."""
    frames = []
    for kind in ("current", "advance"):
        if f"{kind}_usd" not in rows:
            continue
        held = rows[f"{kind}_usd"].notna() if kind == "advance" else pd.Series(True, index=rows.index)
        mine, own = rows[held].reset_index(drop=True), place[held.to_numpy()].reset_index(drop=True)
        first = pd.to_datetime(mine["date"], format="%Y-%m-%d", errors="coerce")
        after = (first + DAY).where(mine["date_precision"] == "day", first + MONTH)
        frame = pd.concat([spans(first, after, feed.zone), own], axis=1)
        price = numbers(mine[f"{kind}_usd"], frame)
        is_short = mine["unit"] == Ton.SHORT.value
        frames.append(
            frame.assign(
                programme=feed.constants["programme"],
                auction=mine["auction"],
                allowance_type=kind,
                date_precision=mine["date_precision"],
                published_price_usd=price,
                published_unit=mine["unit"],
                price_usd_per_metric_ton=price / np.where(is_short, float(METRIC_TONS_PER_SHORT_TON), 1.0),
                reserve_price_usd=numbers(mine["reserve_usd"], frame) if kind == "current" else np.nan,
                reserve_status=mine["reserve_status"] if kind == "current" else None,
                offered_allowances=numbers(mine["offered"], frame) if kind == "current" else np.nan,
                sold_allowances=numbers(mine["sold"], frame) if kind == "current" else np.nan,
            )
        )
    return finish(feed, pd.concat(frames, ignore_index=True))


def _text(column: pd.Series) -> pd.Series:
    return column.astype("object")


def reference_table(programme: str) -> Payload:
    """Return the platform's own table of a programme as a payload to import."""
    path = Path(__file__).parent / "reference" / f"{programme}.csv"
    return Payload(path.name, path.read_bytes())


def _feed(key: str, title: str, programme: str, parse: Parser) -> Feed:
    return Feed(
        key=f"carbon_{key}", publisher="carbon", title=title, contract=fundamentals.CARBON_AUCTIONS,
        zone=ZoneInfo("America/New_York" if programme == "rggi" else "America/Los_Angeles"), dataset=programme,
        file_part=f"{programme}.csv", parse=parse, publication=Publication(time(12), 7), cadence=Cadence.MONTHLY,
        publication_lag=timedelta(days=7), sparse=True, constants={"market": "carbon", "programme": programme},
        note="read from files: the results come as pages and PDFs",
    )  # fmt: skip


FEEDS = (
    *(_feed(name, f"Allowance auctions of {name}, reference table", name, reference) for name in PROGRAMMES),
    *(_feed(f"{name}_transcribed", f"Allowance auctions of {name}, transcribed", name, transcribed)
      for name in TRANSCRIBED),
    Feed(
        key="carbon_members", publisher="carbon", title="States in RGGI by year", contract=fundamentals.CARBON_MEMBERS,
        zone=ZoneInfo("America/New_York"), dataset="rggi_member_states", file_part="rggi_member_states.csv",
        parse=caps.members, publication=Publication(time(12), 1), cadence=Cadence.MONTHLY, sparse=True,
        constants={"market": "carbon", "programme": "rggi"}, note="read from a transcribed table",
    ),
    Feed(
        key="carbon_model_caps", publisher="carbon", title="Caps of a planning model", contract=fundamentals.CARBON_CAPS,
        zone=ZoneInfo("America/New_York"), dataset="carbon_caps", file_part="state_cap.csv", parse=caps.model_caps,
        publication=Publication(time(12), 1), cadence=Cadence.MONTHLY, sparse=True, constants={"market": "carbon"},
        note="inputs of a planning model in metric tons, not the programmes' budgets",
    ),
    Feed(
        key="carbon_offsets", publisher="carbon", title="Voluntary offsets, the user's own table",
        contract=fundamentals.CARBON_OFFSETS, zone=ZoneInfo("UTC"), dataset="offsets", file_part="offsets.csv",
        parse=offsets.offsets, publication=Publication(time(12), 1), sparse=True, constants={"market": "carbon"},
        note="read from offsets.csv in the data folder, each price with its source",
    ),
)  # fmt: skip


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no table of auctions."""
    lines = payload.content[:2_000].decode("utf-8-sig", "replace").splitlines()
    if not lines:
        return None
    if lines[0].startswith("programme,auction,date,date_precision"):
        programme = lines[1].split(",")[0] if len(lines) > 1 else ""
        return f"carbon_{programme}" if programme in PROGRAMMES else None
    if lines[0].startswith(offsets.HEADING):
        return "carbon_offsets"
    if lines[0].startswith(caps.MEMBERS_HEADING):
        return "carbon_members"
    if lines[0] == caps.STATE_CAPS_HEADING or all(caps.YEAR_CAP.match(line) for line in lines[:5]):
        return "carbon_model_caps"
    if lines[0].startswith("auction_label,auction_type,"):
        return "carbon_california_quebec_transcribed"
    return "carbon_rggi_transcribed" if lines[0].startswith("auction_num,auction_date,clearing_price_usd") else None


CARBON = Publisher(
    key="carbon", name="Carbon allowance programmes", base_url="https://www.rggi.org", pace_seconds=1.0, feeds=FEEDS,
    recognise=recognise,
)  # fmt: skip
