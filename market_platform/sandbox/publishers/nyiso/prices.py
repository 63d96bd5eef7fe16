"""The simulated New York ISO's prices: LBMP by zone and generator, and ancillary prices."""

from datetime import date, datetime, timedelta

import pandas as pd

from market_platform.markets.nyiso import ANCILLARY_PRODUCTS
from market_platform.sandbox.publishers.csv_text import csv_text, fixed, local_text, zone_marks
from market_platform.sandbox.publishers.nyiso.common import GENERATORS, MINUTE, SECOND, ZONE, Writer, past, zone_ids
from market_platform.sandbox.world import World


def _lbmp_csv(rows: pd.DataFrame, stamp: str, pattern: str, *, quoted: bool) -> bytes:
    # NYISO publishes congestion with the opposite sign: LBMP = energy + losses - congestion.
    rows = rows.sort_values([stamp, "location"], kind="stable")
    return csv_text(
        {"Time Stamp": local_text(rows[stamp], ZONE, pattern), "Name": rows["location"]},
        {
            "PTID": rows["publisher_id"].astype(str),
            "LBMP ($/MWHr)": fixed(rows["lmp_usd_per_mwh"], 2),
            "Marginal Cost Losses ($/MWHr)": fixed(rows["loss_usd_per_mwh"], 2),
            "Marginal Cost Congestion ($/MWHr)": fixed(-rows["congestion_usd_per_mwh"], 2),
        },
        quoted=quoted,
    )


def _prices(world: World, day: date, place: str, *, minutes: int | None) -> pd.DataFrame:
    if place == "zone":
        if minutes is None:
            return world.day_ahead_prices("nyiso", day)
        return world.real_time_prices("nyiso", day, minutes)
    if minutes is None:
        return world.day_ahead_node_prices("nyiso", day, GENERATORS)
    return world.real_time_node_prices("nyiso", day, GENERATORS, minutes)


def _day_ahead_lbmp(place: str) -> Writer:
    def write(world: World, day: date, _now: datetime) -> bytes:
        return _lbmp_csv(_prices(world, day, place, minutes=None), "interval_start", MINUTE, quoted=False)

    return write


def _real_time_lbmp(place: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        """Write the day so far, then four quarter-hours of look-ahead, as the real file does."""
        rows = past(_prices(world, day, place, minutes=5), now)
        ahead = _prices(world, day, place, minutes=15)
        later = ahead[ahead["interval_end"] > now]
        close = later[later["interval_end"] <= now + timedelta(hours=1)]
        return _lbmp_csv(pd.concat([rows, close]), "interval_end", SECOND, quoted=True)

    return write


def newest_lbmp(world: World, place: str, now: datetime) -> bytes:
    """Write the five-minute interval that ended last."""
    today = now.astimezone(ZONE).date()
    days = [_prices(world, day, place, minutes=5) for day in (today - timedelta(days=1), today)]
    rows = past(pd.concat(days), now)
    return _lbmp_csv(rows[rows["interval_end"] == rows["interval_end"].max()], "interval_end", SECOND, quoted=True)


def _hourly_lbmp(place: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = past(_prices(world, day, place, minutes=60), now)
        return _lbmp_csv(rows, "interval_start", SECOND, quoted=True)

    return write


ANCILLARY_UNITS = dict.fromkeys(ANCILLARY_PRODUCTS, "($/MWHr)") | {"NYCA Regulation Movement": "($/MW)"}


def _ancillary(run: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        ends = run == "real_time"
        rows = world.ancillary_prices("nyiso", day, run)
        rows = past(rows, now) if ends else rows
        stamp = "interval_end" if ends else "interval_start"
        wide = rows.pivot_table(index=[stamp, "region"], columns="product", values="price_usd_per_mw")
        products = [name for name in ANCILLARY_UNITS if ends or name != "NYCA Regulation Movement"]
        wide = wide.reindex(columns=products).reset_index()
        wide["ptid"] = wide["region"].map(zone_ids(world))
        return csv_text(
            {
                "Time Stamp": local_text(wide[stamp], ZONE, SECOND if ends else MINUTE),
                "Time Zone": zone_marks(wide[stamp], ZONE),
                "Name": wide["region"],
            },
            {"PTID": wide["ptid"], **{f"{name} {ANCILLARY_UNITS[name]}": fixed(wide[name], 2) for name in products}},
        )

    return write


WRITERS: dict[str, Writer] = {
    "damlbmp_zone": _day_ahead_lbmp("zone"),
    "damlbmp_gen": _day_ahead_lbmp("generator"),
    "realtime_zone": _real_time_lbmp("zone"),
    "realtime_gen": _real_time_lbmp("generator"),
    "rtlbmp_zone": _hourly_lbmp("zone"),
    "rtlbmp_gen": _hourly_lbmp("generator"),
    "damasp": _ancillary("day_ahead"),
    "rtasp": _ancillary("real_time"),
}
