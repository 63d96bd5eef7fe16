"""CAISO's prices: LMP with its components in every run, at nodes, hubs, load points and ties."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.caiso import COMPONENT_OF_ITEM, PRICE_COMPONENTS, location_type
from market_platform.sources.caiso import columns
from market_platform.sources.caiso.components import REPEATED, codes_of, laid, spread
from market_platform.sources.caiso.oasis import Report, finish, intervals, read_report
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload

COMPONENTS = tuple(PRICE_COMPONENTS)
# MGHG came later than the other parts: reports made before 2021 do not have it (facts).
PARTS = tuple(COMPONENTS.index(name) for name in ("MCE", "MCC", "MCL"))


def lmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """LMP by node, hub or load point: one row a location and interval, from one published row a component.

    The column that holds $/MWh is headed MW, PRC or VALUE, by report and version.
    """
    return _prices(feed, columns.LMP, payloads)


def _prices(feed: Feed, report: Report, payloads: Sequence[Payload]) -> pd.DataFrame:
    read = read_report(report, payloads)
    component = _component(read)
    wide = spread(read, ["node", "start", "end"], component, len(COMPONENTS))
    rows = _located(feed, read.iloc[wide.leading].reset_index(drop=True))
    rows = rows.assign(**dict(zip(PRICE_COMPONENTS.values(), wide.values, strict=True)))
    _mark_partial(rows, wide.present)
    left = np.flatnonzero(wide.again | (component < 0))
    if left.size:
        rows = pd.concat([rows, _left_over(feed, read, left, wide.again[left])], ignore_index=True)
    return finish(feed, rows)


def _component(read: pd.DataFrame) -> np.ndarray:
    """Return the number of each row's component; rows that could not be read belong to none."""
    by_type = codes_of(read["component"], COMPONENTS)
    item_places = {item: COMPONENTS.index(name) for item, name in COMPONENT_OF_ITEM.items()}
    by_item = laid(read["item"], item_places, -1).astype(np.int64)
    return np.where(read["defect"].notna(), -1, np.where(by_type >= 0, by_type, by_item))


def _located(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    node = read["node"]
    kinds = {name: location_type(name) for name in node.cat.categories}
    return intervals(feed, read).assign(
        **feed.constants, location=node, location_id=node, location_type=laid(node, kinds)
    )


def _mark_partial(rows: pd.DataFrame, present: np.ndarray) -> None:
    """Mark prices of which the file holds only some of the parts; a price without any of its parts is whole."""
    some = present[list(PARTS)].any(axis=0)
    every = present[list(PARTS)].all(axis=0)
    _mark(rows, ~present[0], "parts of a price without the price itself (LMP): import the group's files together")
    _mark(rows, present[0] & some & ~every, "a price with some of its parts (MCE, MCC, MCL) missing in the file")


def _mark(rows: pd.DataFrame, which: np.ndarray, reason: str) -> None:
    fresh = which & rows["defect"].isna().to_numpy()
    if fresh.any():
        rows.loc[fresh, "defect"] = reason


def _left_over(feed: Feed, read: pd.DataFrame, positions: np.ndarray, again: np.ndarray) -> pd.DataFrame:
    """Rows of the report that became no part of a price: repeated, unreadable, or of an unknown component."""
    rows = _located(feed, read.iloc[positions].reset_index(drop=True))
    _mark(rows, again, REPEATED)
    shown = read["component"].astype("object").fillna(read["item"].astype("object")).iloc[positions]
    strange = rows["defect"].isna()
    rows.loc[strange, "defect"] = "component " + shown.astype(str).to_numpy()[strange] + " is none of the known ones"
    return rows.assign(lmp_usd_per_mwh=read["value"].to_numpy()[positions])
