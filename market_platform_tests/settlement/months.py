"""A month of a small portfolio on each ISO, with a price correction inside it."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.settlement.shadow.rows import Inputs
from market_platform_tests.settlement import builders as b

ACCOUNT = "ACME"
SETTLED = b.KNOWN + pd.Timedelta(days=1)
RT = {"caiso": ("rtd", 5), "ercot": ("rt", 15), "nyiso": ("rt", 5), "pjm": ("rt", 5)}


def days_of(year, month):
    first = date(year, month, 1)
    return [first + timedelta(days=n) for n in range(31) if (first + timedelta(days=n)).month == month]


def portfolio(iso, days, *, seed=5, resources=("R1",)):
    """Awards, meter and prices; 20 real-time prices of the last day are corrected after SETTLED."""
    draw = np.random.default_rng(seed)
    market, minutes = RT[iso]
    frames = {"awards": [], "meter": [], "prices": [], "dispatch": []}
    for day in days:
        hours = len(b.awards(iso, day, 0.0))
        count = hours * 60 // minutes
        frames["prices"].append(b.prices(iso, day, np.round(draw.uniform(20, 90, hours), 2)))
        frames["prices"].append(
            b.prices(iso, day, np.round(draw.uniform(15, 200, count), 2), market=market, minutes=minutes)
        )
        if iso == "caiso":
            frames["prices"].append(
                b.prices(iso, day, np.round(draw.uniform(15, 90, hours * 4), 2), market="fmm", minutes=15)
            )
        for resource in resources:
            mw = np.round(draw.uniform(-60, 90, hours))
            frames["awards"].append(b.awards(iso, day, mw, resource=resource))
            mwh = np.round(draw.uniform(-60, 90, count) * minutes / 60, 3)
            frames["meter"].append(b.meter(iso, day, mwh, minutes=minutes, resource=resource))
            if iso == "caiso":
                fmm = np.repeat(mw, 4) + np.round(draw.uniform(-5, 5, hours * 4))
                rtd = np.repeat(fmm, 3)
                frames["dispatch"].append(b.dispatch(iso, day, fmm, market="fmm", minutes=15, resource=resource))
                frames["dispatch"].append(b.dispatch(iso, day, rtd, market="rtd", minutes=5, resource=resource))
    history = pd.concat(frames["prices"], ignore_index=True)
    rows = history[(history["market"] == market) & (history["market_day"] == days[-1])].iloc[5:25]
    later = rows.assign(version=2, known_from=SETTLED + pd.Timedelta(days=3))
    for column in ("price_usd_per_mwh", "energy_usd_per_mwh"):
        later[column] = (later[column] + 11.25).round(2)
    other = {"dispatch": pd.concat(frames["dispatch"], ignore_index=True)} if frames["dispatch"] else {}
    return Inputs(
        awards=pd.concat(frames["awards"], ignore_index=True),
        meter=pd.concat(frames["meter"], ignore_index=True),
        prices=pd.concat([history, later], ignore_index=True),
        **other,
    )
