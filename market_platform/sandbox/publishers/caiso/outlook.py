"""The simulated outlook files and the workbook of units that are out, as the web page's server sends them."""

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

import httpx
import pandas as pd

from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.publishers.caiso.wire import ZONE
from market_platform.sandbox.world import World

FUELS = ("Solar", "Wind", "Geothermal", "Biomass", "Biogas", "Small hydro", "Coal", "Nuclear", "Natural Gas",
         "Large Hydro", "Batteries", "Imports", "Other")  # fmt: skip
TONNES_PER_MWH = {
    "Biogas": 0.48,
    "Biomass": 0.2,
    "Natural Gas": 0.41,
    "Coal": 0.95,
    "Imports": 0.43,
    "Geothermal": 0.04,
}
FIRST_DAY = date(2018, 4, 10)
ADEQUACY_DAYS = 8
STEP = pd.Timedelta(minutes=5)
DAY_AHEAD, NEAR = "Day ahead forecast", "Hour ahead forecast"
Series = Mapping[str, pd.Series]


def outlook_file(world: World, file: str, day: date, now: datetime) -> httpx.Response:
    """Return one file of a day, or 404 where there is none."""
    if day > now.astimezone(ZONE).date() or day < FIRST_DAY:
        return httpx.Response(404)
    if file == "rtm_forecast_7day":
        return _answer(_adequacy(world, day, now))
    writer = WRITERS.get(file)
    return _answer(_day_file(writer(world, day), day, now)) if writer else httpx.Response(404)


def _answer(content: bytes) -> httpx.Response:
    return httpx.Response(
        200, content=content, headers={"Content-Type": "text/csv", "X-Simulated": "market-platform sandbox"}
    )


def _day_file(series: Series, day: date, now: datetime) -> bytes:
    """Write 00:00 to 23:55 and a closing 00:00; blank ahead of time, but for forecasts, and in the hour that the clock skips.

    On the autumn day the repeated hour stands once: its first run.
    """
    table = _as_known(pd.DataFrame(series), now)
    local = table.index.tz_convert(ZONE).strftime("%H:%M")
    table = table.assign(Time=local).drop_duplicates("Time").set_index("Time")
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 24 * 60, 5)]
    whole = table.reindex(times)
    closing = (
        whole.iloc[[0]].rename(index={"00:00": "00:00"})
        if now >= day_bounds(day, ZONE)[1]
        else whole.iloc[[0]] * float("nan")
    )
    shown = pd.concat([whole, closing]).round(0).astype("Int64")
    shown.index.name = "Time"
    return shown.to_csv(lineterminator="\r\n").encode()


def _as_known(table: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Blank what has not happened yet. Forecasts go on to the end of the day, as readers of the live file found (second-hand).

    The near forecast is the day-ahead one from here on, moved by the error that it has now.
    """
    is_past = table.index + STEP <= now
    shown = table[is_past].reindex(table.index)
    if DAY_AHEAD in table:
        error = (table[NEAR] - table[DAY_AHEAD])[is_past].tail(1).sum()
        shown[DAY_AHEAD] = table[DAY_AHEAD]
        shown[NEAR] = shown[NEAR].fillna(table[DAY_AHEAD] + error)
    return shown


def _fuels(world: World, day: date) -> dict[str, pd.Series]:
    mix = world.fuel_mix("caiso", day, 5)
    wide = mix.pivot_table(index="interval_start", columns="fuel_category", values="generation_mw")
    wide = wide.rename(columns={"Small Hydro": "Small hydro"})
    flow = world.interchange("caiso", day, 5).groupby("interval_start")["net_import_mw"].sum()
    wide["Imports"] = flow
    return {fuel: wide[fuel] if fuel in wide else wide["Imports"] * 0.0 for fuel in FUELS}


def _demand(world: World, day: date) -> Series:
    load = world.load("caiso", day, 5).groupby("interval_start")["load_mw"].sum()
    ahead = (
        world.load_forecast("caiso", day - timedelta(days=1), days=1, first=1)
        .groupby("interval_start")["load_mw"]
        .sum()
    )
    near = world.load("caiso", day, 15).groupby("interval_start")["load_mw"].sum()
    hot = (load - 42_000).clip(lower=0) * 0.05
    return {
        DAY_AHEAD: ahead.reindex(load.index, method="ffill"),
        NEAR: near.reindex(load.index, method="ffill"),
        "Current demand": load,
        "Demand response": hot.where(hot > 0),
    }


def _storage(world: World, day: date) -> Series:
    net = world.storage_fleet("caiso", day).set_index("interval_start")["net_discharge_mw"]
    return {"Total batteries": net, "Stand-alone batteries": net * 0.8, "Hybrid batteries": net * 0.2}


def _co2(world: World, day: date) -> Series:
    fuels = _fuels(world, day)
    return {f"{fuel} CO2": fuels[fuel] * rate for fuel, rate in TONNES_PER_MWH.items()}


WRITERS: dict[str, Callable[[World, date], Series]] = {
    "fuelsource": _fuels,
    "demand": _demand,
    "storage": _storage,
    "co2": _co2,
}


def _adequacy(world: World, day: date, now: datetime) -> bytes:
    ahead = world.load_forecast("caiso", day - timedelta(days=1), days=ADEQUACY_DAYS - 1, first=1)
    load = ahead.groupby("interval_start")["load_mw"].sum()
    sun = world.wind_solar_forecast("caiso", day - timedelta(days=1), days=ADEQUACY_DAYS - 1, first=1)
    green = sun.assign(mw=sun["wind_mw"] + sun["solar_mw"]).groupby("interval_start")["mw"].sum()
    ends = pd.date_range(load.index[0], load.index[-1] + pd.Timedelta(hours=1), freq="5min")
    grid = pd.DataFrame(
        {"load": load.reindex(ends, method="ffill"), "green": green.reindex(ends, method="ffill")}, index=ends
    )
    actual = world.load("caiso", day, 5).groupby("interval_end")["load_mw"].sum()
    seen = actual[actual.index <= now].reindex(ends)
    table = pd.DataFrame(
        {
            "Time": ends.tz_convert(ZONE).strftime("%m/%d/%Y %H:%M"),
            "Demand": seen,
            "Net Demand": seen - grid["green"].where(seen.notna()),
            "Day-ahead demand forecast": grid["load"],
            "Day-ahead net demand forecast": grid["load"] - grid["green"],
            "Resource adequacy capacity forecast": grid["load"] * 0.3 + 30_000,
            "Net resource adequacy capacity forecast": grid["load"] * 0.2 + 28_000,
            "Reserve requirement": seen * 0.08,
            "Reserve requirement forecast": grid["load"] * 0.08,
            "Resource adequacy credits": 968.0,
        },
        index=ends,
    )
    numbers = table.columns[1:]
    table[numbers] = table[numbers].round(0)
    return table.astype(dict.fromkeys(numbers, "Int64")).to_csv(index=False, lineterminator="\r\n").encode()


HEADINGS = ("OUTAGE MRID", "RESOURCE NAME", "RESOURCE ID", "OUTAGE TYPE", "NATURE OF WORK",
            "CURTAILMENT START DATE TIME", "CURTAILMENT END DATE TIME", "CURTAILMENT MW", "RESOURCE PMAX MW",
            "NET QUALIFYING CAPACITY MW")  # fmt: skip


def unit_workbook(world: World, day: date, now: datetime) -> httpx.Response:
    """Return the workbook of the units that were out on a trade date; it is out the next morning."""
    import openpyxl

    if now < datetime.combine(day + timedelta(days=1), time(8, 30), tzinfo=ZONE):
        return httpx.Response(404)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "PREV_DAY_OUTAGES"
    sheet.append([None, "Curtailed and Non-Operational Generator Prior Trade Date Report", *[None] * 10, "(simulated)"])
    sheet.append([None])
    sheet.append([None, *HEADINGS])
    for number, row in enumerate(world.outages("caiso", day).itertuples(), start=1):
        begin, end = (
            moment.tz_convert(ZONE).tz_localize(None).to_pydatetime() for moment in (row.outage_start, row.outage_end)
        )
        kind = row.outage_type.upper()
        sheet.append([None, 9_000_000 + number, row.unit, row.unit, kind, "PLANT_TROUBLE", begin, end,
                      row.out_mw, row.capacity_mw, row.capacity_mw])  # fmt: skip
    buffer = io.BytesIO()
    book.save(buffer)
    return httpx.Response(200, content=buffer.getvalue(), headers={"X-Simulated": "market-platform sandbox"})
