"""Certificates' raw matter: what a few invented wind and solar plants made in a month."""

from calendar import monthrange
from datetime import date

import numpy as np
import pandas as pd

from market_platform.sandbox.world.clock import grid
from market_platform.sandbox.world.dispatch import actual_power
from market_platform.sandbox.world.renewables import built_share
from market_platform.sandbox.world.tables import market_tables, read_table


def issuance_frame(seed: int, month: date) -> pd.DataFrame:
    """Return generation of each plant in service for the month of ``month``, in whole MWh, one certificate each.

    A plant follows its zone's fleet hour by hour in its market's own month. A fraction of a MWh is dropped.
    """
    first = month.replace(day=1)
    days = monthrange(first.year, first.month)[1]
    plants = read_table("rec_generators")
    plants = plants[pd.to_datetime(plants["first_day"]).dt.date <= first].reset_index(drop=True)
    made = np.zeros(len(plants), dtype=np.int64)
    for market in plants["market"].unique():
        table = market_tables(market)
        moments = grid(first, table.zone_info, 60, days)
        power = actual_power(seed, table, moments)
        fleets = {
            "wind": (power.wind_mw, table.wind_capacity_mw[:, None] * built_share(moments, 2016.0)),
            "solar": (power.solar_mw, table.solar_capacity_mw[:, None] * built_share(moments, 2020.5)),
        }
        for row in np.flatnonzero((plants["market"] == market).to_numpy()):
            output, fleet = fleets[plants["fuel"][row]]
            zone = table.zones.index(plants["zone"][row])
            made[row] = int((output[zone] / fleet[zone]).sum() * float(plants["capacity_mw"][row]))
    frame = plants.drop(columns=["first_day"])
    frame.insert(0, "month", [first] * len(frame))
    return frame.assign(generation_mwh=made)
