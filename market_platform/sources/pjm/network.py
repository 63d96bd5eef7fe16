"""PJM's network: constraints and their marginal values, ties, interfaces, events."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import (
    PLACE,
    constants,
    finish,
    fixed,
    interval_columns,
    intervals,
    stacked,
    translated,
)


def constraints(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read binding constraints; PJM prints the shadow price negative. Events of congestion carry no price.

    Transmission limits say ``none`` for an interval in which nothing binds: that row stands as it is.
    """
    table = read(payloads, DATASETS[feed.dataset])
    name = table["monitored_facility" if "monitored_facility" in table else "constraint_name"]
    contingency = table["contingency_facility" if "contingency_facility" in table else "contingency"]
    rows = {
        **interval_columns(feed, table),
        **constants(feed, table.index, constraint_id=""),
        "constraint_name": name,
        "contingency": contingency.cat.add_categories([""]).fillna("") if contingency.isna().any() else contingency,
        "shadow_price_usd_per_mwh": table.get("shadow_price", pd.Series(np.nan, index=table.index)),
    }
    return finish(feed, rows)


# Flow column, limit column and the run that each flow is of, by dataset; the name column comes first.
FLOWS: dict[str, tuple[str, tuple[tuple[str, str | None, str], ...]]] = {
    "five_min_tie_flows": ("tie_flow_name", (("actual_mw", None, "ACTUAL"), ("scheduled_mw", None, "SCHEDULED"))),
    "act_sch_interchange": (
        "tie_line",
        (("actual_flow", None, "ACTUAL"), ("sched_flow", None, "SCHEDULED"), ("inadv_flow", None, "INADVERTENT")),
    ),
    "rt_scheduled_interchange": ("tie_line", (("hrly_net_tie_sched", None, "SCHEDULED"),)),
    "state_net_interchange": ("state", (("net_interchange", None, "ACTUAL"),)),
    "transfer_limits_and_flows": ("transfer_limit_area", (("transfers", "transfer_limit", "ACTUAL"),)),
    "transfer_interface_infor": ("name", (("actual_flow", "transfer_limit", "ACTUAL"),)),
    "da_interface_flows_and_limits": ("interface_limit_name", (("flow_mw", "limit_mw", "DAM"),)),
}


def flows(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read flows over ties, interfaces and state borders, actual and scheduled in rows of their own, limits where given."""
    table = read(payloads, DATASETS[feed.dataset])
    name, kinds = FLOWS[feed.dataset]
    rows = intervals(feed, table, drifting=feed.dataset == "five_min_tie_flows")
    frames = [
        rows.assign(
            **fixed(feed, len(table)),
            market_run=run,
            interface=table[name],
            interface_id="",
            flow_mw=table[flow],
            positive_limit_mw=table[limit] if limit else np.nan,
            negative_limit_mw=np.nan,
        )
        for flow, limit, run in kinds
    ]
    return finish(feed, stacked(frames))


def assessment(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read whether each five minutes are a performance assessment interval of capacity."""
    table = read(payloads, DATASETS[feed.dataset])
    return finish(feed, intervals(feed, table).assign(**fixed(feed, len(table)), message=table["pai_description"]))


def reserve_events(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read events in which synchronized reserve was called, from start to end, by zone."""
    table = read(payloads, DATASETS[feed.dataset])
    start, end = eastern(table["ept"]), eastern(table["end_ept"])
    zone = translated(table["synchronized_reserve_zone"], lambda text: f"Synchronized reserve called: zone {text}")
    message = (
        zone.astype("str")
        + ", subzone "
        + table["synchronized_sub_zone"].astype("str").fillna("none")
        + ", deployed "
        + table["percent_deployed"].astype("str").fillna("unknown")
        + " percent"
    )
    rows = pd.DataFrame(
        {"market_day": start.market_day(), "interval_start": start.utc(feed.zone), "interval_end": end.utc(feed.zone)}
    )
    return finish(
        feed, rows.assign(**fixed(feed, len(table)), message=message, **{name: table[name] for name in PLACE})
    )
