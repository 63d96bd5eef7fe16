"""CAISO's convergence bidding and disclosed bids."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.caiso import ANCILLARY_PRODUCTS
from market_platform.sources.caiso import list_columns as columns
from market_platform.sources.caiso.oasis import Moments, intervals, read_report
from market_platform.sources.caiso.rows import PLACE, finish, laid, mark, mark_strangers
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day, as_text

MEASURES = {
    "Energy Submitted (MWh)": "energy_submitted_mwh",
    "Energy Cleared (MWh)": "energy_cleared_mwh",
    "Dollars Submitted ($)": "dollars_submitted_usd",
    "Dollars Cleared ($)": "dollars_cleared_usd",
}
PRODUCTS = {"EN": "energy", **ANCILLARY_PRODUCTS}
STAMP_PAIRS = (("start", "end"), ("offer_start", "offer_end"), ("hour_start", "hour_end"))


def summaries(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Energy and dollars submitted and cleared in the day-ahead market by side and kind of bid."""
    read = read_report(columns.BID_SUMMARIES, payloads)
    measure = laid(read["measure"], MEASURES)
    parts = ("self_schedule", "energy_bid", "virtual_bid", "total")
    rows = intervals(feed, read).assign(
        side=laid(read["side"], str.lower), measure=measure, **{name: read[name] for name in parts}
    )
    mark_strangers(rows, ~pd.isna(measure), read["measure"], "summary")
    return finish(feed, rows)


def virtual_totals(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Awarded convergence bids of the whole market by direction and hour."""
    read = read_report(columns.VIRTUAL_TOTALS, payloads)
    rows = intervals(feed, read).assign(
        location="CAISO", direction=laid(read["direction"], str.lower), awarded_mw=read["mw"]
    )
    return finish(feed, rows)


def virtual_nodes(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Net awarded convergence bids by node and hour."""
    read = read_report(columns.VIRTUAL_NODES, payloads)
    return finish(feed, intervals(feed, read).assign(location=read["node"], direction="net", awarded_mw=read["mw"]))


def public_bids(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Disclosed bids: a line may hold a point of a curve, a self-schedule, bounds of charge, or several of them."""
    read = read_report(columns.PUBLIC_BIDS, payloads)
    base = _bid_rows(feed, read)
    kinds = {
        "curve": (read["mw"].notna(), {"point_mw": read["mw"], "price_usd_per_mwh": read["price"]}),
        "self_schedule": (read["self_schedule"].notna(), {"point_mw": read["self_schedule"]}),
        "state_of_charge": (
            read["least_soc"].notna() | read["most_soc"].notna(),
            {"least_state_of_charge_mwh": read["least_soc"], "most_state_of_charge_mwh": read["most_soc"]},
        ),
    }
    frames = [base.assign(bid_kind=kind, **values)[holds] for kind, (holds, values) in kinds.items() if holds.any()]
    empty = ~np.logical_or.reduce([holds.to_numpy() for holds, _ in kinds.values()])
    if empty.any():
        rest = base[empty].assign(bid_kind="curve")
        mark(rest, np.ones(len(rest)), "the line holds neither a quantity nor bounds of charge")
        frames.append(rest)
    return finish(feed, pd.concat(frames, ignore_index=True))


def _bid_rows(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Return times and names of each line: the bid's own interval, else its product's, else the hour of the line."""
    start, end = (_first_filled([read[pair[side]] for pair in STAMP_PAIRS]) for side in (0, 1))
    product = laid(read["product"], PRODUCTS)
    rows = pd.DataFrame(
        {
            "market_day": as_day(start.dt.tz_convert(feed.zone).dt.tz_localize(None).to_numpy()),
            "interval_start": start,
            "interval_end": end,
        }
    ).assign(
        resource_id=as_text(read["resource"]),
        participant_id=as_text(read["participant"]),
        resource_type=laid(read["resource_type"], str.lower),
        product=product,
        publisher_product=as_text(read["product"]),
        product_bid_id=as_text(read["product_bid"]).fillna(""),
        **{name: read[name] for name in PLACE},
    )
    mark_strangers(rows, ~pd.isna(product), read["product"], "product")
    return rows


def _first_filled(stamps: list[pd.Series]) -> pd.Series:
    filled = Moments(stamps[0]).utc()
    for column in stamps[1:]:
        if filled.notna().all():
            break
        filled = filled.fillna(Moments(column).utc())
    return filled
