"""PJM's load and generation: actuals, forecasts and outages."""

from collections.abc import Mapping, Sequence

import pandas as pd

from market_platform.markets.pjm import FUELS, INSTANT_LOAD_AREAS, LOAD_AREAS, SYSTEM
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import eastern, read
from market_platform.sources.pjm.rows import (
    DAY,
    day_column,
    finish,
    fixed,
    intervals,
    issued_at,
    local_intervals,
    name_strangers,
    stacked,
    words,
)

INSTANT_AREAS = {area: area for area in INSTANT_LOAD_AREAS}
# A metered area's own name may stand for another year's; every file so far keeps to the table.
METERED_AREAS = {area: area for area in LOAD_AREAS}


def metered_load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read hourly metered load; the zone that an area is part of is its id."""
    table = read(payloads, DATASETS[feed.dataset])
    area = table["load_area"]
    zone = words(area, LOAD_AREAS) if table["zone"].isna().all() else table["zone"]
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)), location=area, location_id=zone, load_mw=table["mw"]
    )
    name_strangers(rows, area, words(area, METERED_AREAS), "load area")
    return finish(feed, rows)


def preliminary_load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read preliminary hourly averages by load area and region."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        location=table["load_area"],
        location_id=None,
        load_mw=table["prelim_load_avg_hourly"],
    )
    return finish(feed, rows)


def instantaneous_load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read five-minute samples of load; their stamps drift by a second."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table, drifting=True).assign(
        **fixed(feed, len(table)), location=table["area"], location_id=None, load_mw=table["instantaneous_load"]
    )
    name_strangers(rows, table["area"], words(table["area"], INSTANT_AREAS), "load area")
    return finish(feed, rows)


def operations_load(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the previous day's load by area as the operations summary has it; some areas have none."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)), location=table["area"], location_id=None, load_mw=table["actual_load"]
    )
    return finish(feed, rows)


def operations_load_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the forecast that the operations summary sets beside the previous day's load."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        issued_at=issued_at(feed, table),
        model=feed.dataset,
        location=table["area"],
        load_mw=table["area_load_forecast"],
    )
    return finish(feed, rows)


def load_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read load forecasts with the moment at which each was evaluated."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        issued_at=issued_at(feed, table),
        model=feed.dataset,
        location=table["forecast_area"],
        load_mw=table["forecast_load_mw"],
    )
    return finish(feed, rows)


def fuel_mix(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read hourly generation by fuel."""
    table = read(payloads, DATASETS[feed.dataset])
    fuel = table["fuel_type"]
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        location=SYSTEM,
        fuel=words(fuel, FUELS),
        publisher_fuel=fuel,
        generation_mw=table["mw"],
    )
    name_strangers(rows, fuel, rows["fuel"], "fuel")
    return finish(feed, rows)


def renewable_output(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read wind or solar output, by area where published; solar is slightly negative at night."""
    table = read(payloads, DATASETS[feed.dataset])
    fuel = feed.constants["fuel"]
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        location=table.get("area", SYSTEM),
        publisher_fuel=fuel,
        generation_mw=table[f"{fuel}_generation_mw"],
    )
    return finish(feed, rows)


FORECAST_COLUMNS: Mapping[str, str] = {
    "solar_forecast_mwh": "solar",
    "solar_forecast_btm_mwh": "btm_solar",
    "wind_forecast_mwh": "wind",
}


def renewable_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read wind and solar forecasts, solar behind the meter in rows of its own; MWh of an hour are average MW."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)), issued_at=issued_at(feed, table), model=feed.dataset, location=SYSTEM
    )
    frames = [
        rows.assign(fuel=fuel, generation_mw=table[column])
        for column, fuel in FORECAST_COLUMNS.items()
        if column in table and not (table[column].isna().all() and fuel == "btm_solar")
    ]
    return finish(feed, stacked(frames))


def outages_by_type(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generation out for seven days by region and cause, one row a cause."""
    table = read(payloads, DATASETS[feed.dataset])
    causes = {name: name.removesuffix("_outages_mw") for name in table if str(name).endswith("_outages_mw")}
    frames = [
        _outages(feed, table).assign(
            equipment=table["region"], equipment_id=status, status=status, outage_mw=table[column]
        )
        for column, status in causes.items()
    ]
    return finish(feed, stacked(frames))


def outage_forecast(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generation forecast to be out for ninety days, one row a region."""
    table = read(payloads, DATASETS[feed.dataset])
    prefix = "forecast_gen_outage_mw_"
    frames = [
        _outages(feed, table).assign(
            equipment=str(column).removeprefix(prefix).upper(),
            equipment_id="",
            status="forecast",
            outage_mw=table[column],
        )
        for column in table
        if str(column).startswith(prefix)
    ]
    return finish(feed, stacked(frames))


def _outages(feed: Feed, table: pd.DataFrame) -> pd.DataFrame:
    rows = local_intervals(feed, table, eastern(table["forecast_date"]), DAY)
    listed = day_column(eastern(table["ept"]))
    return rows.assign(**fixed(feed, len(table)), market_day=listed, listed_on=listed, kind="generation")


def emissions(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read marginal emission rates of pricing nodes in pounds per MWh, one row a gas."""
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        issued_at=pd.Series(pd.NaT, table.index, "datetime64[us, UTC]"),
        location=table["pnode_name"],
        subject=table["pnode_id"],
        unit="lb/MWh",
    )
    gases = [
        name for name in ("marginal_co2_rate", "marginal_so2_rate", "marginal_nox_rate") if table[name].notna().any()
    ]
    return finish(
        feed, stacked([rows.assign(figure=name, value=table[name]) for name in gases or ["marginal_co2_rate"]])
    )
