"""PJM's lists: pricing nodes, what aggregates are made of, what lies in the subzones of reserves."""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.errors import UnreadablePayload
from market_platform.markets.market_day import day_bounds
from market_platform.markets.pjm import NODE_TYPES
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import PLACE, finish, fixed, name_strangers, words
from market_platform.sources.stamps import as_day

# Browser downloads carry the second (pnode-20191215121613.csv), requests of our own the day.
DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=\d{6}(?!\d)|(?!\d))")

# PJM writes 9999-12-31 where no end is set; calendars of time zones do not reach that far.
OPEN_END = np.datetime64("2199-12-31")


def pnodes(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the list of pricing nodes as it stands on the day of the file; a node's kind is PJM's subtype.

    A revised node has a row for each time of effect: the newest stands, the older ones are named.
    """
    table = read(payloads, DATASETS[feed.dataset])
    effective = eastern(table["effective_date"]).naive()
    listed = _listed_days(payloads, table["file"], effective)
    bounds = {day: day_bounds(day, feed.zone) for day in set(listed)}
    kind = table["pnode_subtype"]
    rows = pd.DataFrame(
        {
            "market_day": as_day(listed.to_numpy(dtype="datetime64[D]")),
            "interval_start": listed.map({day: bound[0] for day, bound in bounds.items()}),
            "interval_end": listed.map({day: bound[1] for day, bound in bounds.items()}),
        }
    ).astype({"interval_start": PANDAS_TYPES[Kind.MOMENT], "interval_end": PANDAS_TYPES[Kind.MOMENT]})
    rows = rows.assign(
        **fixed(feed, len(table)),
        location=table["pnode_name"],
        location_id=table["pnode_id"],
        location_type=words(kind, NODE_TYPES),
        zone=table["zone"],
        subzone=table["voltage_level"],
        latitude=np.nan,
        longitude=np.nan,
        **{name: table[name] for name in PLACE},
    )
    name_strangers(rows, kind, rows["location_type"], "pricing-node type")
    newest = effective.groupby([table["file"], table["pnode_id"]], observed=True).transform("max")
    older = (effective < newest) & rows["defect"].isna()
    rows.loc[older, "defect"] = "superseded by the row of this node effective " + newest[older].dt.strftime("%Y-%m-%d")
    return finish(feed, rows)


def aggregate_members(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read buses and their weights in each aggregate, from the day of effect to the day of its end."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = _in_effect(feed, table, "effective_date_ept", "terminate_date_ept").assign(
        location=table["agg_pnode_name"],
        location_id=table["agg_pnode_id"],
        member=table["bus_pnode_name"],
        member_id=table["bus_pnode_id"],
        weight=table["bus_pnode_factor"],
    )
    return finish(feed, rows)


def subzone_members(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read resources or buses of each subzone of reserves, from the day of effect to the day of its end."""
    table = read(payloads, DATASETS[feed.dataset])
    member = "resource" if "resource_id" in table else "pnode"
    rows = _in_effect(feed, table, "effective_date", "terminate_date").assign(
        location=table["subzone"],
        location_id=table["subzone"],
        member=table[f"{member}_name"],
        member_id=table[f"{member}_id"],
        weight=np.nan,
    )
    return finish(feed, rows)


def _in_effect(feed: Feed, table: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    effective, terminated = eastern(table[first]), eastern(table[last])
    terminated.distinct = np.minimum(terminated.distinct, OPEN_END.astype(terminated.distinct.dtype))
    return pd.DataFrame(
        {
            "market_day": effective.market_day(),
            "interval_start": effective.utc(feed.zone),
            "interval_end": terminated.utc(feed.zone),
        }
    ).assign(**fixed(feed, len(table)), **{name: table[name] for name in PLACE})


def _listed_days(payloads: Sequence[Payload], file: pd.Series, effective: pd.Series) -> pd.Series:
    """Day of each list: the one in the file's name, else the newest day of effect that the list itself names."""
    newest = effective.groupby(file).max()
    days: list[date] = []
    for position, payload in enumerate(payloads):
        found = DAY_IN_NAME.search(payload.base_name)
        if found:
            days.append(date(int(found[1]), int(found[2]), int(found[3])))
        elif position in newest.index and not pd.isna(newest[position]):
            days.append(newest[position].date())
        else:
            raise UnreadablePayload(f"{payload.name}: nothing says of which day the list is; put YYYYMMDD in its name")
    return pd.Series([days[position] for position in file], index=file.index, dtype="object")
