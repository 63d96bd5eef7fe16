"""PJM's energy prices: LMP by pricing node in every run."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from market_platform.markets.pjm import HUB_PNODES, NODE_TYPES, ZONE_PNODES
from market_platform.sources.arrays import dictionary
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import read
from market_platform.sources.pjm.rows import (
    finish,
    fixed,
    intervals,
    name_strangers,
    name_superseded,
    stacked,
    words,
)
from market_platform.sources.stamps import places_of, texts_of

SUBSTATION_WIDTH = 8
VOLTAGE_WIDTH = 8
NOTHING = pa.scalar("", pa.large_string())
TYPE_OF_ID = {**dict.fromkeys(ZONE_PNODES.values(), "ZONE"), **dict.fromkeys(HUB_PNODES.values(), "HUB")}
TYPE_OF_NAME = {**dict.fromkeys(ZONE_PNODES, "ZONE"), **dict.fromkeys(HUB_PNODES, "HUB")}
# Prices are printed to six places; a sum of such numbers is itself to six, without the binary rest.
PLACES = 6


def lmp(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read hourly and five-minute LMP, verified or not; energy, congestion and loss add up to it.

    Unverified datasets print no energy part: it is the price less the other two.
    """
    table = read(payloads, DATASETS[feed.dataset])
    run = "da" if feed.constants["market_run"] == "DAM" else "rt"
    return finish(feed, _priced(feed, table, run))


def day_ahead_and_real_time(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the monthly settled prices: each line holds the hour's day-ahead and real-time price."""
    table = read(payloads, DATASETS[feed.dataset])
    runs = (("da", "DAM"), ("rt", "RT_HOURLY"))
    return finish(feed, stacked([_priced(feed, table, run).assign(market_run=name) for run, name in runs]))


def look_ahead(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read prices of the intermediate-term look-ahead run; the case approved last stands below the earlier ones."""
    table = read(payloads, DATASETS[feed.dataset]).rename(
        columns={
            "itsced_lmp": "total_lmp_rt",
            "marginal_congestion": "congestion_price_rt",
            "marginal_loss": "marginal_loss_price_rt",
        }
    )
    if not table["issued_utc"].isna().all():
        approved = pd.to_datetime(table["issued_utc"].astype("str"), format="mixed", errors="coerce")
        table = table.loc[approved.sort_values(kind="stable").index].reset_index(drop=True)
    missing = {name: pd.Categorical([None] * len(table)) for name in ("type", "voltage", "equipment", "row_is_current")}
    table = table.assign(**missing, system_energy_price_rt=np.nan, version_nbr=np.nan)
    return finish(feed, _priced(feed, table, "rt"))


def _priced(feed: Feed, table: pd.DataFrame, run: str) -> pd.DataFrame:
    kind = node_type(table)
    total, congestion, loss = (
        table[f"{part}_{run}"] for part in ("total_lmp", "congestion_price", "marginal_loss_price")
    )
    energy = table.get(f"system_energy_price_{run}")
    if energy is None or energy.isna().all():
        energy = (total - congestion - loss).round(PLACES)
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        location=full_name(table),
        location_id=table["pnode_id"] if "pnode_id" in table else pd.Categorical([None] * len(table)),
        location_type=words(kind, NODE_TYPES),
        lmp_usd_per_mwh=total,
        energy_usd_per_mwh=energy,
        congestion_usd_per_mwh=congestion,
        loss_usd_per_mwh=loss,
        ghg_usd_per_mwh=np.nan,
    )
    name_strangers(rows, kind, rows["location_type"], "pricing-node type")
    if "row_is_current" in table:
        name_superseded(rows, table, ("location_id", "interval_start"))
    return rows


def full_name(table: pd.DataFrame) -> pd.Series:
    """Return the pricing node's full name as PJM's list of nodes has it.

    Verified prices cut the name of a bus into substation, voltage and equipment, and ALDENE alone stands for two buses;
    the list joins the three at fixed widths (``ALDENE  230 KV  T-10``).
    """
    columns = [table[name] for name in ("pnode_name", "voltage", "equipment") if name in table]
    if len(columns) == 1 or columns[1].isna().all():
        return columns[0]
    (names, voltages, pieces) = parts = [texts_of(column) for column in columns]
    sizes = [len(texts) + 1 for _, texts in parts]
    joint = (names[0].astype(np.int64) + 1) * sizes[1] + voltages[0] + 1
    joint, inverse = _distinct(joint * sizes[2] + pieces[0] + 1, table)
    places = joint // (sizes[1] * sizes[2]), joint // sizes[2] % sizes[1], joint % sizes[2]
    name, voltage, equipment = (
        pa.concat_arrays([pa.array([NOTHING]), texts]).take(pa.array(place))
        for (_, texts), place in zip(parts, places, strict=True)
    )
    whole = compute.binary_join_element_wise(
        compute.utf8_rpad(name, SUBSTATION_WIDTH), compute.utf8_rpad(voltage, VOLTAGE_WIDTH), equipment, NOTHING
    )
    cut = compute.and_(compute.not_equal(voltage, ""), compute.not_equal(equipment, ""))
    found = compute.if_else(cut, whole, name).cast(pa.string())
    return pd.Series(dictionary(inverse, found), index=table.index)


def _distinct(joint: np.ndarray, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct names and each row's place among them: by id, where an id has one name, without sorting."""
    if "pnode_id" in table and not table["pnode_id"].isna().any():
        ids, texts = places_of(table["pnode_id"])
        name_of_id = np.zeros(len(texts), dtype=np.int64)
        name_of_id[ids] = joint
        if (name_of_id[ids] == joint).all():
            return name_of_id, ids
    return np.unique(joint, return_inverse=True)


def node_type(table: pd.DataFrame) -> pd.Series:
    """Return the published type, or, where the answer holds none, what id or name say of zones and hubs."""
    if "type" in table and not table["type"].isna().all():
        return table["type"]
    known = words(table["pnode_id"], TYPE_OF_ID) if "pnode_id" in table else words(table["pnode_name"], TYPE_OF_NAME)
    return known.astype("object").fillna("BUS").astype("category")
