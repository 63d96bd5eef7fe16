"""Simulated price datasets: LMP by pricing node."""

from datetime import date, datetime, time

import pandas as pd

from market_platform.sandbox.publishers.pjm.sheets import Writer, released
from market_platform.sandbox.world import World

NODES = 40


def day_ahead_lmp(world: World, day: date, now: datetime) -> pd.DataFrame:
    """Day-ahead hourly prices of zones, hubs and generator buses, out at half past noon of the day before."""
    if now < released(day, -1, time(12, 30)):
        return pd.DataFrame()
    rows = pd.concat([world.day_ahead_prices("pjm", day), world.day_ahead_node_prices("pjm", day, NODES)])
    return verified(rows, "da", 1)


def verified(rows: pd.DataFrame, run: str, version: int) -> pd.DataFrame:
    """Lay prices out as the verified datasets have them."""
    rows = rows.sort_values(["interval_start"], kind="stable")
    return pd.DataFrame(
        {
            "datetime_beginning_utc": rows["interval_start"],
            **pnode(rows),
            f"system_energy_price_{run}": rows["energy_usd_per_mwh"],
            f"total_lmp_{run}": rows["lmp_usd_per_mwh"],
            f"congestion_price_{run}": rows["congestion_usd_per_mwh"],
            f"marginal_loss_price_{run}": rows["loss_usd_per_mwh"],
            "row_is_current": True,
            "version_nbr": version,
        }
    )


def pnode(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that name a pricing node; a bus has its name cut into substation, voltage and equipment."""
    bus = (
        rows["location"]
        .astype(str)
        .str.extract(r"^(.{8})(\d+ KV)\s+(.+)$")
        .set_axis(["name", "voltage", "equipment"], axis=1)
    )
    is_bus = (rows["location_type"] == "node") & bus["name"].notna()
    return {
        "pnode_id": rows["publisher_id"].astype("int64"),
        "pnode_name": bus["name"].str.rstrip().where(is_bus, rows["location"]),
        "voltage": bus["voltage"].where(is_bus),
        "equipment": bus["equipment"].where(is_bus),
        "type": rows["location_type"].map({"zone": "ZONE", "hub": "HUB", "node": "GEN"}),
        "zone": pd.Series(None, index=rows.index, dtype="object"),
    }


WRITERS: dict[str, Writer] = {"da_hrl_lmps": day_ahead_lmp}
