"""CAISO's network: constraints and their shadow prices, flows and limits over ties, outages."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.sources.arrays import Column, Rows
from market_platform.sources.caiso import columns
from market_platform.sources.caiso.components import codes_of, spread
from market_platform.sources.caiso.oasis import Moments, intervals, read_report, report_columns
from market_platform.sources.caiso.rows import PLACE, REPEATED, finish, laid, mark, mark_repeats, mark_strangers
from market_platform.sources.feed import Feed
from market_platform.sources.laying import filled
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import LocalStamps, as_day, as_text

DIRECTIONS = {"I": "import", "E": "export"}
# Rows of the transmission-usage report by their data item (measured on live answers, names unverified).
USAGE_ITEMS = {"OTC": "positive_limit_mw", "USAGE": "flow_mw"}
LOCAL_DAY = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y")


def nomograms(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Shadow prices of nomograms and branches with the contingency that makes them bind.

    A name may hold runs of blanks; it is kept as published. A row may stand again in another GROUP.
    """
    read = report_columns(columns.NOMOGRAMS, payloads)
    return _constraints(feed, read, read.array("name"), read.array("name"), read["cause"])


def tie_constraints(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Shadow prices of intertie constraints by direction."""
    read = report_columns(columns.TIE_CONSTRAINTS, payloads)
    return _constraints(
        feed, read, read["name"], as_text(read["name"]) + " " + as_text(read["direction"]), read["cause"]
    )


def power_balance(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Shadow price of the power balance of each dispatch interval."""
    read = report_columns(columns.POWER_BALANCE, payloads)
    return _constraints(feed, read, read["item"], read["item"], "")


def _constraints(feed: Feed, read: Rows, name: Column, number: Column, cause: pd.Series | str) -> pd.DataFrame:
    rows = intervals(feed, read).assign(
        constraint_name=name,
        constraint_id=number,
        contingency=filled(cause, "") if isinstance(cause, pd.Series) else cause,
        shadow_price_usd_per_mwh=read.array("price"),
    )
    mark_repeats(rows, feed)
    return finish(feed, rows)


def transmission_usage(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Limits and usage of interties by direction: one row a tie, direction and interval."""
    read = read_report(columns.TRANSMISSION_USAGE, payloads)
    measures = tuple(USAGE_ITEMS)
    item = as_text(read["item"]).astype("object").fillna("").astype("category")
    number = codes_of(pd.Series(laid(item, _usage_item), index=read.index).astype("category"), measures)
    number = np.where(read["defect"].notna(), -1, number)
    wide = spread(read, ["tie", "direction", "start", "end"], number, len(measures))
    rows = _tie_rows(feed, read.iloc[wide.leading].reset_index(drop=True))
    rows = rows.assign(**dict(zip(USAGE_ITEMS.values(), wide.values, strict=True)), lines=wide.lines)
    left = np.flatnonzero(wide.again | (number < 0))
    if left.size:
        rest = _tie_rows(feed, read.iloc[left].reset_index(drop=True)).assign(lines=1)
        mark(rest, wide.again[left], REPEATED)
        mark_strangers(rest, np.zeros(left.size, dtype=bool), read["measure"].iloc[left], "measure of a tie")
        rows = pd.concat([rows.frame(), rest.frame()], ignore_index=True)
    return finish(feed, rows)


def _usage_item(text: str) -> str | None:
    return next((measure for measure in USAGE_ITEMS if measure in text.upper().split("_")), None)


def _tie_rows(feed: Feed, read: pd.DataFrame) -> Rows:
    name = as_text(read["tie"])
    return intervals(feed, read).assign(interface=name, interface_id=name + " " + as_text(read["direction"]))


def transfers(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Energy transfers of the imbalance market over each tie, imports negative: from one area to the other."""
    read = read_report(columns.TRANSFERS, payloads)
    tie, source, sink = (as_text(read[name]) for name in ("tie", "from_area", "to_area"))
    direction = laid(read["direction"], DIRECTIONS)
    rows = intervals(feed, read).assign(
        interface=tie,
        interface_id=tie + " " + source + " " + sink + " " + as_text(read["direction"]),
        flow_mw=np.where(direction == "import", -read["value"], read["value"]) + 0.0,
    )
    mark_strangers(rows, ~pd.isna(direction), read["direction"], "direction")
    mark_repeats(rows, feed)
    return finish(feed, rows)


def transmission_outages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Outages that curtail a tie: from the start of the first hour to the end of the last (local hours ending)."""
    read = read_report(columns.TRANSMISSION_OUTAGES, payloads)
    listed = Moments(read["start"])
    rows = pd.DataFrame(
        {
            "market_day": as_day(listed.days(feed.zone)),
            "interval_start": _at_hour(feed, read["begins"], read["first_hour"], -1),
            "interval_end": _at_hour(feed, read["ends"], read["last_hour"], 0),
            "listed_on": as_day(listed.days(feed.zone)),
        }
    ).assign(
        kind="transmission",
        equipment=as_text(read["equipment"]).fillna(""),
        equipment_id=as_text(read["tie"]) + " " + as_text(read["direction"]),
        status=read["status"],
        outage_mw=read["curtailed"],
        **{name: read[name] for name in PLACE},
    )
    return finish(feed, rows)


def _at_hour(feed: Feed, day: pd.Series, hour: pd.Series, shift: int) -> pd.Series:
    naive = LocalStamps(day, LOCAL_DAY).naive().dt.normalize()
    hours = pd.to_numeric(as_text(hour), errors="coerce") + shift
    local = naive + pd.to_timedelta(hours.to_numpy(dtype="float64"), unit="h")
    moved = local.dt.tz_localize(feed.zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    return moved.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def generation_outages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generation that is out by trading hub and category, hour by hour, as listed at the report's moment."""
    read = read_report(columns.GENERATION_OUTAGES, payloads)
    hub, category = as_text(read["hub"]), as_text(read["category"])
    rows = intervals(feed, read).assign(
        listed_on=as_day(Moments(read["listed"]).days(feed.zone)),
        kind="generation",
        equipment=hub + " " + category,
        equipment_id=hub + " " + category,
        status="aggregated",
        outage_mw=read["mw"],
    )
    return finish(feed, rows)
