"""Degree days of the places, and what the forecast means for wind and sun, as assets."""

from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd

from market_platform.analysis.weather.degrees import degree_days
from market_platform.analysis.weather.outlook import solar_output, wind_output
from market_platform.contracts.families import drivers, fundamentals
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.platform import Platform
from market_platform.sources.weather.places import places

NO_WEATHER = (
    "no hourly weather yet: run weather_lists (Open-Meteo's forecast) and fundamentals_history (its reanalysis)"
)
KINDS = ("heating", "cooling")
HALF_HOUR = pd.Timedelta(minutes=30)


@dg.asset(
    key="place_degree_days",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=["weather_open_meteo_history", "weather_open_meteo_forecast", "fundamentals_history"],
    metadata={"dagster/table_name": "lake.degree_days"},
    description="Heating and cooling degree days (base 65 °F, mean of the day's highest and lowest hour, rounded a day) at "
    "the places of the markets' zones, by the market's local day; a day that lacks an hour has none.",
)
def place_degree_days(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the degree days of every whole day."""
    from market_platform.reporting import fundamentals_plots as plots

    hours = inputs.place_hours(platform)
    frames = []
    for key, mine in hours.groupby("place"):
        place = places().get(str(key))
        if place is None:
            continue
        zone = MARKETS[place.market].zone
        by_day = degree_days(mine, zone).rename_axis("day").reset_index()
        spans = inputs.intervals_of_days(by_day["day"], zone.key)
        of_place = spans.assign(market=place.market, location=key, weighting="none")
        frames += [of_place.assign(kind=kind, degree_days_f=by_day[kind].to_numpy(float)) for kind in KINDS]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if rows.empty:
        return nothing_yet(NO_WEATHER)
    commit = lay_in(
        platform.lake,
        fundamentals.DEGREE_DAYS,
        "place_degree_days",
        rows,
        read_at=platform.clock(),
        inputs=hash_of([hours]),
    )
    heating = rows[rows["kind"] == "heating"]
    by_place = heating.pivot_table(index="market_day", columns="location", values="degree_days_f")
    by_market = heating.pivot_table(index="market_day", columns="market", values="degree_days_f")
    drawn = plots.lines_picture(
        by_market.set_axis(pd.to_datetime(by_market.index)),
        "Heating degree days, mean of a market's places",
        "°F days",
        simulated=platform.settings.origin == "sandbox",
        step=True,
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "last_week": table(by_place.tail(7).T.reset_index(), 0),
            "plot": picture("Degree days", drawn),
        }
    )


@dg.asset(
    key="renewable_outlook",
    group_name="fundamentals",
    kinds={"deltalake", "pvlib"},
    deps=["weather_open_meteo_forecast"],
    metadata={"dagster/table_name": "lake.renewable_outlook"},
    description="Irradiance and wind ahead at the markets' zones, and output by capacity of a fixed-tilt solar plant "
    "(pvlib) and of a turbine with a generic power curve.",
)
def renewable_outlook(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the outlook of the newest forecast of each place."""
    from market_platform.reporting import fundamentals_plots as plots

    since = platform.clock().date()
    read = platform.lake.read(
        fundamentals.WEATHER_FORECASTS, f"feed = 'weather_open_meteo_forecast' AND market_day >= DATE '{since}'"
    )
    frames = [_outlook(str(key), mine) for key, mine in read.groupby("location") if str(key) in places()]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if rows.empty:
        return nothing_yet(NO_WEATHER)
    commit = lay_in(
        platform.lake,
        drivers.RENEWABLE_OUTLOOK,
        "renewable_outlook",
        rows,
        read_at=platform.clock(),
        inputs=hash_of([read]),
    )
    means = rows.groupby(["market", "location"])[["wind_m_per_s", "solar_output", "wind_output"]].mean().reset_index()
    simulated = platform.settings.origin == "sandbox"
    pictures = {
        kind: picture(title, plots.lines_picture(
            rows.pivot_table(index="interval_start", columns="market", values=f"{kind}_output"), title,
            "output by capacity", simulated=simulated))
        for kind, title in (("solar", "Solar ahead, mean of a market's places"), ("wind", "Wind ahead, mean of a market's places"))
    }  # fmt: skip
    counts = {"dagster/row_count": len(rows), "rows_changed": commit.rows_changed}
    return dg.MaterializeResult(metadata={**counts, "means": table(means), **pictures})


def _outlook(key: str, mine: pd.DataFrame) -> pd.DataFrame:
    place = places()[key]
    newest = mine[mine["issued_at"] == mine["issued_at"].max()]
    wide = newest.pivot_table(index="interval_start", columns="element", values="value").dropna()
    if wide.empty:
        return pd.DataFrame()
    solar = solar_output(wide.set_axis(wide.index + HALF_HOUR), place.latitude, place.longitude)
    zone = MARKETS[place.market].zone
    starts = wide.index.to_series().reset_index(drop=True)
    return pd.DataFrame(
        {
            "market_day": _local_days(starts, zone),
            "interval_start": starts,
            "interval_end": starts + pd.Timedelta(hours=1),
            "market": place.market,
            "issued_at": newest["issued_at"].iloc[0],
            "location": key,
            "zone": place.zone,
            "irradiance_w_per_m2": wide["irradiance"].to_numpy(),
            "wind_m_per_s": wide["wind_speed_100m"].to_numpy(),
            "solar_output": solar,
            "wind_output": wind_output(wide["wind_speed_100m"].to_numpy()),
        }
    )


def _local_days(starts: pd.Series, zone: ZoneInfo) -> pd.Series:
    return starts.dt.tz_convert(zone).dt.date
