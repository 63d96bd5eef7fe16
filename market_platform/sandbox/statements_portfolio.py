"""A small simulated portfolio in each market: what it was awarded, told to do and metered, given by seed and day.

Per market a battery, a renewable plant and a virtual position under one account. Nothing of it is real; rows say so.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.sandbox.world.noise import stream

ACCOUNT = "SIM-DESK"
METER_MINUTES = {"caiso": 5, "ercot": 15, "nyiso": 5, "pjm": 5}
COLUMNS = [
    "market", "account", "resource", "location", "stage", "product", "market_day", "interval_start", "interval_end",
    "power_mw", "metered_mwh", "storage", "origin",
]  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """Where a market's simulated resources stand and which capacity the battery sells."""

    battery_at: str
    plant_at: str
    virtual_at: str
    reserve: str
    reserve_at: str


DESKS = {
    "caiso": Desk("TH_SP15_GEN-APND", "TH_NP15_GEN-APND", "DLAP_SCE-APND", "regup", "AS_SP26"),
    "ercot": Desk("CEDAR_RUN_G1", "ELM_POINT_G1", "HB_NORTH", "regup", "ERCOT"),
    "nyiso": Desk("N.Y.C.", "NORTH", "CAPITL", "spin10", "N.Y.C."),
    "pjm": Desk("WESTERN HUB", "N ILLINOIS HUB", "DOMINION HUB", "sync", "PJM_RTO"),
}


def simulated_positions(seed: int, market: str, day: date) -> pd.DataFrame:
    """Return the portfolio's positions of a market day: da and rt awards, CAISO's instructions, meter values."""
    desk = DESKS[market]
    hours = len(interval_starts(day, MARKETS[market].zone, 60))
    draw = np.random.default_rng(stream(seed, market, "settled positions", day))
    local_hour = np.arange(hours) * 24 // hours
    cheap, dear = (local_hour >= 1) & (local_hour < 5), (local_hour >= 17) & (local_hour < 21)
    battery = np.round(np.where(dear, 40.0, np.where(cheap, -40.0, 0.0)) * draw.uniform(0.6, 1.0, hours), 1)
    plant = np.round(60 * (0.35 + 0.3 * np.sin(np.pi * local_hour / 24)) * draw.uniform(0.5, 1.2, hours), 1)
    virtual = np.round(draw.choice([-10.0, 10.0], 1) * (local_hour >= 7), 1)
    reserve = np.round(np.where(dear | cheap, 0.0, 15.0), 1)
    # PJM publishes its real-time reserve prices a day later; an unchanged award needs none of them.
    moved = 0.0 if market == "pjm" else 5.0
    battery_name, plant_name = f"SIM_{market.upper()}_BATTERY", f"SIM_{market.upper()}_WIND"
    parts = [
        *_energy(market, day, battery_name, desk.battery_at, battery, draw, storage=True),
        *_energy(market, day, plant_name, desk.plant_at, plant, draw, storage=False),
        _rows(market, day, 60, f"SIM_{market.upper()}_VIRTUAL", desk.virtual_at, "da", "virtual", power=virtual),
        _rows(market, day, 60, battery_name, desk.reserve_at, "da", desk.reserve, power=reserve),
        _rows(
            market, day, 60, battery_name, desk.reserve_at, "rt", desk.reserve, power=reserve - moved * (reserve > 0)
        ),
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def simulated_meter(seed: int, market: str, day: date, resource: str, scheduled_mw: np.ndarray) -> np.ndarray:
    """Return metered MWh of a resource that follows an hourly schedule as real plants do: nearly."""
    minutes = METER_MINUTES[market]
    draw = np.random.default_rng(stream(seed, market, "meter", resource, day))
    power = np.repeat(scheduled_mw, 60 // minutes)
    return np.round((power + draw.normal(0.0, 0.03, len(power)) * np.abs(power)) * minutes / 60, 3)


def _energy(
    market: str, day: date, name: str, location: str, hourly: np.ndarray, draw: np.random.Generator, *, storage: bool
) -> list[pd.DataFrame]:
    minutes = METER_MINUTES[market]
    parts = [_rows(market, day, 60, name, location, "da", "energy", power=hourly, storage=storage)]
    power = np.repeat(hourly, 60 // minutes)
    if market == "caiso":
        # Fifteen-minute and five-minute instructions move a little away from the day-ahead schedule.
        fmm = np.repeat(hourly, 4) + np.round(draw.uniform(-2, 2, len(hourly) * 4), 1)
        power = np.repeat(fmm, 3) + np.round(draw.uniform(-1, 1, len(fmm) * 3), 1)
        for stage, values, width in (("fmm_dispatch", fmm, 15), ("rtd_dispatch", power, 5)):
            parts.append(_rows(market, day, width, name, location, stage, "energy", power=values, storage=storage))
    metered = np.round((power + draw.normal(0, 0.04, len(power)) * np.abs(power)) * minutes / 60, 3)
    parts.append(_rows(market, day, minutes, name, location, "meter", "energy", metered=metered, storage=storage))
    return parts


def _rows(
    market: str,
    day: date,
    minutes: int,
    resource: str,
    location: str,
    stage: str,
    product: str,
    *,
    power: np.ndarray | None = None,
    metered: np.ndarray | None = None,
    storage: bool = False,
) -> pd.DataFrame:
    starts = interval_starts(day, MARKETS[market].zone, minutes)
    frame = pd.DataFrame({"interval_start": starts, "interval_end": starts + pd.Timedelta(minutes=minutes)})
    return frame.assign(
        market=market,
        account=ACCOUNT,
        resource=resource,
        location=location,
        stage=stage,
        product=product,
        market_day=day,
        power_mw=np.nan if power is None else np.round(power, 1),
        metered_mwh=np.nan if metered is None else metered,
        storage=storage,
        origin="simulated",
    )
