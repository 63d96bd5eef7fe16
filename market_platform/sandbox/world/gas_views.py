"""Gas as publishers show it: spot by hub, weekly storage, pipeline postings."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.sandbox.world.frames import stamp
from market_platform.sandbox.world.fuel_prices import gas_price_usd_per_mmbtu
from market_platform.sandbox.world.noise import smooth, stream, streams
from market_platform.sandbox.world.tables import read_table

_CENTRAL = ZoneInfo("America/Chicago")
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Count days since 1970."""
    return (day - _EPOCH).days


def spot_frame(seed: int, day: date) -> pd.DataFrame:
    """Return the spot price of each hub for the gas day (09:00 to 09:00 Central), to a tenth of a cent."""
    hubs = read_table("gas_hubs")
    number = np.array([day_number(day)])
    prices = [float(gas_price_usd_per_mmbtu(seed, hub, number)[0]) for hub in hubs["hub"]]
    return pd.DataFrame(
        {
            "interval_start": stamp(datetime.combine(day, time(9), tzinfo=_CENTRAL)),
            "interval_end": stamp(datetime.combine(day + timedelta(days=1), time(9), tzinfo=_CENTRAL)),
            "hub": hubs["hub"],
            "region": hubs["region"],
            "price_usd_per_mmbtu": np.round(prices, 3),
        }
    )


def storage_frame(seed: int, week_ending: date) -> pd.DataFrame:
    """Return working gas of the Friday ``week_ending`` by region with its change, a year ago and the five-year mean.

    Regions are rounded apart from their totals, so totals may differ from sums by 1 or 2 Bcf, as the publisher's do.
    """
    if week_ending.weekday() != 4:
        msg = f"weekly storage ends on a Friday, {week_ending} is not one: ask for the Friday before"
        raise ValueError(msg)
    number = day_number(week_ending)
    weeks = np.array([number, number - 7, *(number - 364 * year for year in range(1, 6))])
    levels = np.round(_storage_levels(seed, weeks)).astype(np.int64)
    names = _storage_regions()
    return pd.DataFrame(
        {
            "week_ending": [week_ending] * len(names),
            "region": pd.Series(names, dtype="str"),
            "stock_bcf": levels[:, 0],
            "net_change_bcf": levels[:, 0] - levels[:, 1],
            "year_ago_bcf": levels[:, 2],
            "five_year_average_bcf": np.round(levels[:, 2:].mean(axis=1)).astype(np.int64),
        }
    )


def stock_frame(seed: int, weeks_ending: Sequence[date]) -> pd.DataFrame:
    """Return working gas in whole Bcf, a row a week and a column a region."""
    levels = _storage_levels(seed, np.array([day_number(week) for week in weeks_ending]))
    return pd.DataFrame(np.round(levels).astype(np.int64).T, columns=_storage_regions())


def _storage_regions() -> list[str]:
    return [*read_table("gas_storage")["region"], "South Central", "Lower 48"]


def _storage_levels(seed: int, days: np.ndarray) -> np.ndarray:
    """Return Bcf by region, then South Central and the Lower 48, shape (regions + 2, days); fullest in November."""
    table = read_table("gas_storage")
    mean, swing, unrest = (
        table[name].to_numpy(dtype=float)[:, None] for name in ("mean_bcf", "half_swing_bcf", "unrest_bcf")
    )
    year = days / 365.2425 % 1.0
    cycle = np.cos(2 * np.pi * (year - 0.845)) + 0.12 * np.cos(4 * np.pi * (year - 0.845))
    both = 0.8 * smooth(stream(seed, "storage"), 24.0 * 150, days * 24.0)
    own = 0.6 * smooth(streams(table["region"], seed, "storage"), 24.0 * 60, days * 24.0)
    levels = np.maximum(mean + swing * cycle + unrest * (both + own), 0.12 * mean)
    south = levels[(table["part_of"] == "South Central").to_numpy()].sum(axis=0)
    return np.vstack([levels, south, levels.sum(axis=0)])


_CYCLES = {"TIMELY": 0.0, "EVENING": 0.4, "INTRDY1": 0.7, "INTRDY2": 0.9, "INTRDY3": 1.0}


def pipeline_frame(seed: int, gas_day: date, cycle: str = "TIMELY") -> pd.DataFrame:
    """Return scheduled and available quantities by location and direction, in MMBtu, for one nomination cycle.

    Deliveries rise with the price of the hub that they serve; later cycles move towards what flows in the end.
    """
    if cycle not in _CYCLES:
        msg = f"no nomination cycle {cycle!r}: ask one of {', '.join(_CYCLES)}"
        raise ValueError(msg)
    table = read_table("pipelines").copy()
    names = table["location_id"].astype(str) + table["direction"]
    hours = np.array([day_number(gas_day) * 24.0])
    flow = smooth(streams(names, seed, "pipeline"), 24.0 * 6, hours)[:, 0]
    change = smooth(streams(names, seed, "pipeline change"), 24.0, hours)[:, 0]
    winter = np.cos(2 * np.pi * (hours[0] / 24.0 / 365.2425 % 1.0 - 0.06))
    part = np.clip(0.68 + 0.12 * winter + 0.13 * flow + 0.03 * change * _CYCLES[cycle], 0.0, 1.0)
    operating = table["operating_mmbtu"].to_numpy(dtype=np.int64)
    scheduled = np.round(operating * part).astype(np.int64)
    frame = table.drop(columns=["hub"])
    frame.insert(0, "cycle", pd.Series([cycle] * len(frame), dtype="str"))
    frame.insert(0, "gas_day", [gas_day] * len(frame))
    return frame.assign(scheduled_mmbtu=scheduled, available_mmbtu=operating - scheduled)
