"""Simulated price datasets: LMP by pricing node."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

import pandas as pd

from market_platform.sandbox.publishers.pjm.sheets import Writer, beginning, day_ahead, next_day, past
from market_platform.sandbox.world import World

NODES = 40
# On one day in so many, PJM corrects the day's first hour after the fact.
DAYS_BETWEEN_CORRECTIONS = 30
SETTLED_AFTER = timedelta(days=40)
_Made = TypeVar("_Made", pd.Series, pd.DataFrame)


def _prices(world: World, day: date, minutes: int, *, real_time: bool) -> pd.DataFrame:
    if real_time:
        frames = [world.real_time_prices("pjm", day, minutes), world.real_time_node_prices("pjm", day, NODES, minutes)]
    else:
        frames = [world.day_ahead_prices("pjm", day), world.day_ahead_node_prices("pjm", day, NODES)]
    return pd.concat(frames, ignore_index=True).sort_values("interval_start", kind="stable", ignore_index=True)


def _verified(minutes: int, run: str, *, versions: bool = True) -> Writer:
    def write(world: World, day: date, _now: datetime) -> pd.DataFrame:
        rows = _prices(world, day, minutes, real_time=run == "rt")
        frame = pd.DataFrame({**beginning(rows), **pnode(rows), **parts(rows, run)})
        if not versions:
            return frame
        frame = frame.assign(row_is_current=True, version_nbr=1)
        return _corrected(frame, run) if run == "rt" and day.toordinal() % DAYS_BETWEEN_CORRECTIONS == 0 else frame

    return write


def _corrected(frame: pd.DataFrame, run: str) -> pd.DataFrame:
    """Let the first interval stand twice: as first published, a dollar too high, and as corrected."""
    first = frame[frame["datetime_beginning_utc"] == frame["datetime_beginning_utc"].min()]
    wrong = first.assign(row_is_current=False)
    for name in (f"total_lmp_{run}", f"system_energy_price_{run}"):
        wrong[name] = wrong[name] + 1.0
    return pd.concat([wrong, first.assign(version_nbr=2), frame.drop(first.index)], ignore_index=True)


def _unverified(minutes: int, *, ids: bool) -> Writer:
    def write(world: World, day: date, now: datetime) -> pd.DataFrame:
        rows = past(_prices(world, day, minutes, real_time=True), now)
        columns = parts(rows, "rt")
        del columns["system_energy_price_rt"]
        name = {"pnode_id": rows["publisher_id"].astype("int64")} if ids else {}
        case = {"occ_check": 1, "ref_caseid_used_multi_interval": 900001} if ids else {}
        return pd.DataFrame(
            {**beginning(rows), **name, "pnode_name": full_name(rows), "type": node_type(rows), **columns, **case}
        )

    return write


def _look_ahead(world: World, day: date, now: datetime) -> pd.DataFrame:
    rows = world.real_time_prices("pjm", day, 5)
    rows = rows[rows["interval_start"] <= now + timedelta(hours=1)]
    return pd.DataFrame(
        {
            "case_approval_datetime_utc": rows["interval_start"] - timedelta(minutes=20),
            **beginning(rows),
            "pnode_id": rows["publisher_id"].astype("int64"),
            "pnode_name": rows["location"],
            "itsced_lmp": rows["lmp_usd_per_mwh"],
            "marginal_congestion": rows["congestion_usd_per_mwh"],
            "marginal_loss": rows["loss_usd_per_mwh"],
        }
    )


def _settled_hourly(world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < datetime.combine(day, datetime.min.time(), tzinfo=now.tzinfo) + SETTLED_AFTER:
        return pd.DataFrame()
    ahead, real = _prices(world, day, 60, real_time=False), _prices(world, day, 60, real_time=True)
    both = ahead.merge(real, on=["interval_start", "interval_end", "location"], suffixes=("", "_real"))
    later = both[["interval_start"]].assign(
        **{name: both[f"{name}_real"] for name in both.columns if f"{name}_real" in both.columns}
    )
    return pd.DataFrame({**beginning(both), **pnode(both), **parts(both, "da"), **parts(later, "rt")})


def _settled_five_minute(world: World, day: date, now: datetime) -> pd.DataFrame:
    if now < datetime.combine(day, datetime.min.time(), tzinfo=now.tzinfo) + SETTLED_AFTER:
        return pd.DataFrame()
    return _verified(5, "rt", versions=False)(world, day, now)


def parts(rows: pd.DataFrame, run: str) -> dict[str, pd.Series]:
    """Return the price and its parts under the names of a run."""
    return {
        f"system_energy_price_{run}": rows["energy_usd_per_mwh"],
        f"total_lmp_{run}": rows["lmp_usd_per_mwh"],
        f"congestion_price_{run}": rows["congestion_usd_per_mwh"],
        f"marginal_loss_price_{run}": rows["loss_usd_per_mwh"],
    }


def bus_parts(names: pd.Series) -> pd.DataFrame:
    """Cut the name of a generator bus into substation, voltage and equipment; blank where it is none."""
    return _by_name(names, _cut)


def full_name(rows: pd.DataFrame) -> pd.Series:
    """Return names as the list of pricing nodes has them: three parts at fixed widths."""
    return _by_name(rows["location"], _whole_name)


def _by_name(names: pd.Series, made: Callable[[pd.Series], _Made]) -> _Made:
    """Make something of each name once; a day of five minutes tells each of them 288 times."""
    code, kinds = pd.factorize(names)
    return made(pd.Series(kinds)).take(code).set_axis(names.index)


def _cut(names: pd.Series) -> pd.DataFrame:
    cut = names.astype("object").astype("str").str.extract(r"^(.{8})(\d+ KV)\s+(.+)$")
    return cut.set_axis(["substation", "voltage", "equipment"], axis=1).assign(substation=cut[0].str.rstrip())


def _whole_name(names: pd.Series) -> pd.Series:
    bus = _cut(names)
    whole = bus["substation"].str.ljust(8) + bus["voltage"].str.ljust(8) + bus["equipment"]
    return whole.where(bus["voltage"].notna(), names.astype("object"))


def node_type(rows: pd.DataFrame) -> pd.Series:
    """Return PJM's kind of each place."""
    kinds = {"zone": "ZONE", "hub": "HUB", "node": "GEN"}
    return _by_name(rows["location_type"], lambda types: types.map(kinds))


def pnode(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that name a pricing node in verified prices."""
    bus = bus_parts(rows["location"])
    return {
        "pnode_id": rows["publisher_id"].astype("int64"),
        "pnode_name": bus["substation"].where(bus["voltage"].notna(), rows["location"].astype("object")),
        "voltage": bus["voltage"],
        "equipment": bus["equipment"],
        "type": node_type(rows),
        "zone": pd.Series(None, index=rows.index, dtype="object"),
    }


WRITERS: dict[str, Writer] = {
    "da_hrl_lmps": day_ahead(_verified(60, "da")),
    "rt_hrl_lmps": next_day(_verified(60, "rt")),
    "rt_fivemin_hrl_lmps": next_day(_verified(5, "rt")),
    "rt_unverified_fivemin_lmps": _unverified(5, ids=True),
    "rt_unverified_hrl_lmps": _unverified(60, ids=False),
    "five_min_itsced_lmps": _look_ahead,
    "rt_da_monthly_lmps": _settled_hourly,
    "rt_fivemin_mnt_lmps": _settled_five_minute,
}
