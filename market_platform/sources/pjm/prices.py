"""PJM's energy prices: LMP by pricing node in every run."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from market_platform.markets.pjm import HUB_PNODES, NODE_TYPES, ZONE_PNODES
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import read
from market_platform.sources.pjm.rows import finish, intervals, name_strangers, name_superseded, words

SUBSTATION_WIDTH = 8
VOLTAGE_WIDTH = 8
TYPE_OF_PNODE = {**dict.fromkeys(ZONE_PNODES.values(), "ZONE"), **dict.fromkeys(HUB_PNODES.values(), "HUB")}


def lmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Verified hourly and five-minute LMP; energy, congestion and loss add up to it."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table, timedelta(minutes=feed.interval_minutes or 60))
    kind = node_type(table)
    rows = rows.assign(
        **feed.constants,
        location=full_name(table),
        location_id=table["pnode_id"],
        location_type=words(kind, NODE_TYPES),
        lmp_usd_per_mwh=table["lmp"],
        energy_usd_per_mwh=table["energy"],
        congestion_usd_per_mwh=table["congestion"],
        loss_usd_per_mwh=table["loss"],
        ghg_usd_per_mwh=np.nan,
    )
    name_strangers(rows, kind, rows["location_type"], "pricing-node type")
    name_superseded(rows, table, ("location_id", "interval_start"))
    return finish(feed, rows)


def full_name(table: pd.DataFrame) -> pd.Series:
    """Return the pricing node's full name as PJM's list of nodes has it.

    Price files cut the name of a bus into substation, voltage and equipment, and ALDENE alone stands for two buses; the
    list joins the three at fixed widths (``ALDENE  230 KV  T-10``).
    """
    parts = [table[name] for name in ("pnode_name", "voltage", "equipment")]
    if parts[1].isna().all():
        return parts[0]
    codes = [part.cat.codes.to_numpy().astype(np.int64) + 1 for part in parts]
    sizes = [len(part.cat.categories) + 1 for part in parts]
    joint, inverse = np.unique((codes[0] * sizes[1] + codes[1]) * sizes[2] + codes[2], return_inverse=True)
    texts = [np.append([""], part.cat.categories.astype(str).to_numpy()).astype("object") for part in parts]
    first, second, third = joint // (sizes[1] * sizes[2]), joint // sizes[2] % sizes[1], joint % sizes[2]
    names = [
        f"{name:<{SUBSTATION_WIDTH}}{voltage:<{VOLTAGE_WIDTH}}{equipment}" if voltage else name
        for name, voltage, equipment in zip(texts[0][first], texts[1][second], texts[2][third], strict=True)
    ]
    return pd.Series(pd.Categorical(np.array(names, dtype="object")[inverse]), index=table.index)


def node_type(table: pd.DataFrame) -> pd.Series:
    """Return the published type, or, where the answer holds none, what the ids of zones and hubs say."""
    if not table["type"].isna().all():
        return table["type"]
    return words(table["pnode_id"], TYPE_OF_PNODE).cat.add_categories(["BUS"]).fillna("BUS")
