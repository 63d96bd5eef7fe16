"""The simulated EIA's electricity routes: hourly by balancing authority, retail sales by state, generation by plant."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from market_platform.sandbox.world import World
from market_platform.sandbox.world.gas_views import day_number
from market_platform.sandbox.world.noise import smooth, streams

Rows = list[dict[str, Any]]
MARKETS = {"NYIS": "nyiso", "CISO": "caiso", "PJM": "pjm", "ERCO": "ercot"}
FUEL_CODES = {
    "gas": "NG", "natural gas": "NG", "dual fuel": "NG", "coal": "COL", "nuclear": "NUC", "hydro": "WAT",
    "large hydro": "WAT", "small hydro": "WAT", "wind": "WND", "solar": "SUN", "oil": "OIL", "batteries": "BAT",
    "storage": "BAT", "power storage": "BAT", "other": "OTH",
}  # fmt: skip
STATES = {"NY": ("New York", 11_800.0, 21.0), "CA": ("California", 20_500.0, 26.0), "PA": ("Pennsylvania", 12_100.0, 13.5),
          "TX": ("Texas", 40_300.0, 10.6)}  # fmt: skip
SECTORS = {"RES": ("residential", 0.37, 1.25), "COM": ("commercial", 0.36, 0.95), "IND": ("industrial", 0.27, 0.7)}
PLANTS = {"90001": ("Marsh Lake", "NY"), "90002": ("Cinder Point", "TX"), "90003": ("Old Orchard", "CA")}
LATE = timedelta(days=75)  # monthly figures appear about two and a half months after their month


def regions(world: World, start: str, end: str, now: datetime) -> Rows:
    """Return demand, its forecast, net generation and total interchange by hour."""
    readers: dict[str, Callable[[str, date], pd.DataFrame]] = {
        "D": lambda market, day: world.load(market, day, 60),
        "DF": lambda market, day: world.load_forecast(market, day - timedelta(days=1), 1, 1),
        "NG": lambda market, day: world.fuel_mix(market, day, 60),
        "TI": lambda market, day: _exports(world, market, day),
    }
    # All that is told of a market is read while the world has its days at hand.
    hours = {
        (word, code): list(_hours(read, start, end, now, (code,))) for code in MARKETS for word, read in readers.items()
    }
    return [
        _hour(moment, value, respondent=code, type=word, **{"respondent-name": code, "type-name": word})
        for word in readers
        for code in MARKETS
        for _, _, moment, value in hours[word, code]
    ]


def fuels(world: World, start: str, end: str, now: datetime) -> Rows:
    """Return net generation by fuel and hour; categories that EIA knows as one are added up."""

    def mix(market: str, day: date) -> pd.DataFrame:
        frame = world.fuel_mix(market, day, 60)
        return frame.assign(name=frame["fuel_category"].str.lower().map(FUEL_CODES).fillna("OTH"))

    return [
        _hour(moment, value, respondent=code, fueltype=fuel, **{"respondent-name": code, "type-name": fuel})
        for code, fuel, moment, value in _hours(mix, start, end, now)
    ]


def interchange(world: World, start: str, end: str, now: datetime) -> Rows:
    """Return hourly flow to each neighbour; positive flows out."""

    def flows(market: str, day: date) -> pd.DataFrame:
        frame = _exports(world, market, day)
        return frame.assign(name=frame["neighbour"].str.upper().str.replace(r"[^A-Z]", "", regex=True).str[:4])

    return [
        _hour(moment, value, fromba=code, toba=name, **{"fromba-name": code, "toba-name": name})
        for code, name, moment, value in _hours(flows, start, end, now)
    ]


def retail_sales(world: World, start: str, end: str, now: datetime) -> Rows:
    """Return customers, price, revenue and sales by state, sector and month."""
    rows = []
    for month in _months(start, end, now):
        for state, (name, sales, price) in STATES.items():
            mood = smooth(streams(SECTORS, world.seed, "retail", state), 24.0 * 90, _hours_of(month))[:, 0]
            for (sector, (word, share, dearness)), wave in zip(SECTORS.items(), mood, strict=True):
                sold, cents = sales * share * (1 + 0.08 * wave), price * dearness * (1 + 0.04 * wave)
                rows.append(
                    {
                        "period": month, "stateid": state, "stateDescription": name, "sectorid": sector,
                        "sectorName": word, "customers": str(round(sales * share * 400)), "price": f"{cents:.2f}",
                        "revenue": f"{sold * cents / 100:.5f}", "sales": f"{sold:.5f}",
                        "customers-units": "number of customers", "price-units": "cents per kilowatt-hour",
                        "revenue-units": "million dollars", "sales-units": "million kilowatt hours",
                    }
                )  # fmt: skip
    return rows


def facilities(world: World, start: str, end: str, now: datetime) -> Rows:
    """Return net and gross generation by plant and month."""
    rows = []
    for month in _months(start, end, now):
        mood = smooth(streams(PLANTS, world.seed, "plants"), 24.0 * 60, _hours_of(month))[:, 0]
        for (code, (name, state)), wave in zip(PLANTS.items(), mood, strict=True):
            net = 210_000 * (1 + 0.3 * wave)
            rows.append(
                {
                    "period": month, "plantCode": code, "plantName": name, "fuel2002": "NG",
                    "fuelTypeDescription": "Natural Gas", "state": state, "stateDescription": STATES[state][0],
                    "primeMover": "CT", "generation": f"{net:.0f}", "gross-generation": f"{net * 1.03:.0f}",
                    "generation-units": "megawatthours", "gross-generation-units": "megawatthours",
                }
            )  # fmt: skip
    return rows


def _exports(world: World, market: str, day: date) -> pd.DataFrame:
    frame = world.interchange(market, day, 60)
    return frame.assign(net_import_mw=-frame["net_import_mw"])


def _hours(
    read: Callable[[str, date], pd.DataFrame], start: str, end: str, now: datetime, codes: Iterable[str] = MARKETS
) -> Iterator[tuple[str, str, datetime, float]]:
    """Yield balancing authority, name (blank without a column ``name``), end of the hour and the sum over its rows."""
    first, last = (datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC) for text in (start, end))
    last = min(last, now - timedelta(hours=1))
    for code in codes:
        day = (first - timedelta(days=1)).date()
        while day <= last.date():
            frame = read(MARKETS[code], day)
            keys = ["interval_end", *(["name"] if "name" in frame else [])]
            figures = frame.drop(columns=[*set(frame) - {*keys, *frame.select_dtypes(float)}])
            for key, value in figures.groupby(keys, sort=False).sum().iloc[:, 0].items():
                moment, name = key if isinstance(key, tuple) else (key, "")
                if first <= moment <= last:
                    yield code, name, moment, float(value)
            day += timedelta(days=1)


def _hour(moment: datetime, value: float, **names: str) -> dict[str, str]:
    return {"period": f"{moment:%Y-%m-%dT%H}", **names, "value": str(round(value)), "value-units": "megawatthours"}


def _months(start: str, end: str, now: datetime) -> list[str]:
    published = [f"{month}" for month in pd.period_range(start, end, freq="M")]
    return [month for month in published if now >= datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC) + LATE]


def _hours_of(month: str) -> np.ndarray:
    return np.array([day_number(date.fromisoformat(f"{month}-15")) * 24.0])
