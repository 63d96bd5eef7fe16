"""The simulated daily reports that are pages of charts: series in a script, as shares of load and of wind and solar."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import httpx
import pandas as pd

from market_platform.sandbox.publishers.caiso.wire import ZONE
from market_platform.sandbox.world import World

RUNS = {"ifm": 60, "ruc": 60, "rtpd": 15, "rtd": 5}
CAUSES = ("econ", "ss", "oi")


def chart_page(world: World, kind: str, day: date, now: datetime) -> httpx.Response:
    """Return the page of a day; it is out the next morning."""
    if now < datetime.combine(day + timedelta(days=1), time(8, 30), tzinfo=ZONE):
        return httpx.Response(404)
    series = _storage(world, day) if kind == "energy-storage" else _renewables(world, day)
    lines = "\n".join(f"var {name} = [{','.join(_texts(values))}];" for name, values in series.items())
    content = (
        f"<!DOCTYPE html>\n<html><head><title>Daily report of {kind} (simulated)</title></head><body><script>\n{lines}\n"
        "</script></body></html>\n"
    )
    return httpx.Response(200, content=content.encode(), headers={"X-Simulated": "market-platform sandbox"})


def _texts(values: pd.Series) -> list[str]:
    return ["NA" if pd.isna(value) else f"{value:.1f}" for value in values]


def _storage(world: World, day: date) -> Mapping[str, pd.Series]:
    """Storage that gives what load is above its mean, and takes what it is below."""
    series: dict[str, pd.Series] = {}
    for run, minutes in RUNS.items():
        load = world.load("caiso", day, minutes).groupby("interval_start")["load_mw"].sum()
        output = load - load.mean()
        parts = {
            "tot_energy": output,
            "tot_energy_hybrid": output * 0.1,
            "tot_charge": 20_000 - output.cumsum() * minutes / 60,
        }
        series |= {f"{name}_{run}": part for name, part in parts.items()}
    hours = series["tot_energy_ifm"] * 0 + 1500.0
    return series | {
        "as_ru_ifm": hours,
        "bid_ifm_pos_3": hours,
        "bid_ifm_neg_ss": hours.where(hours.index > hours.index[0]),
    }


def _renewables(world: World, day: date) -> Mapping[str, pd.Series]:
    """Wind and solar by run, and curtailment of a hundredth of what there is at noon; a chart of the days before too."""
    fine, hours = (world.wind_solar("caiso", day, minutes).groupby("interval_start") for minutes in (5, 60))
    series: dict[str, pd.Series] = {"curt_daily_econ_local_mwh": pd.Series([10.0] * 15)}
    for fuel in ("solar", "wind"):
        for run in ("rtd", "telem"):
            series[f"tot_gen_{fuel}_iso_{run}"] = fine[f"{fuel}_mw"].sum()
        cut = hours[f"{fuel}_mw"].sum() * 0.01
        for cause in CAUSES:
            series[f"curt_hr_tot_{fuel}_{cause}_system_mwh"] = cut
            series[f"curt_hr_max_{fuel}_{cause}_system_mw"] = cut * 1.5
    return series
