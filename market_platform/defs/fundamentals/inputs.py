"""What the fundamentals' assets read out of the lake, as the engines take it."""

from datetime import timedelta

import pandas as pd

from market_platform.contracts.families import fundamentals
from market_platform.markets.gas import BASIS_HUBS, HENRY_HUB, last_trade_day
from market_platform.platform import Platform

LOOK_BACK = timedelta(days=180)
SETTLEMENT_FEEDS = (
    "cme_ng_settlements",
    "cme_nymex_file",
    "cme_own_settlements",
)  # the later one wins where both tell a contract
# Storage is told by several feeds; the first that tells a week stands.
STORAGE_FEEDS = ("eia_gas_storage_lately", "eia_gas_storage", "eia_storage_release", "eia_storage_history")
CARBON_RESULTS = ("carbon_rggi_results", "carbon_california_results")
NO_SETTLEMENTS = (
    "no gas settlements yet: import the exchange's files (nymex_future_*.csv) with `market-platform import`, keep "
    "gas_settlements.csv in the data folder, or fetch cme_ng_settlements for Henry Hub alone"
)


def settlements(platform: Platform) -> pd.DataFrame:
    """Return the settlements of Henry Hub and the basis hubs over the look-back."""
    since = (platform.clock() - LOOK_BACK).date()
    symbols = ", ".join(f"'{symbol}'" for symbol in (HENRY_HUB, *BASIS_HUBS))
    frames = [
        platform.lake.read(
            fundamentals.FUTURES_SETTLEMENTS,
            f"feed = '{feed}' AND symbol IN ({symbols}) AND market_day >= DATE '{since}'",
        )
        for feed in SETTLEMENT_FEEDS
    ]
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(["contract", "market_day"], keep="last")
    return pd.DataFrame(
        {
            "trade_day": pd.to_datetime(rows["market_day"]).dt.date,
            "interval_start": rows["interval_start"],
            "interval_end": rows["interval_end"],
            "symbol": rows["symbol"].astype(object),
            "contract_month": pd.to_datetime(rows["contract_month"]).dt.date,
            "settle_usd_per_mmbtu": rows["settle_price"],
        }
    )


def trading_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the interval of each trading day."""
    return rows.groupby("trade_day")[["interval_start", "interval_end"]].first()


def henry_hub(rows: pd.DataFrame) -> pd.DataFrame:
    """Return Henry Hub's settlements with the last trading day of each contract."""
    mine = rows[rows["symbol"] == HENRY_HUB].reset_index(drop=True)
    months = {month: last_trade_day(month.year, month.month) for month in set(mine["contract_month"])}
    return mine.assign(last_trade_day=mine["contract_month"].map(months))


def storage(platform: Platform) -> pd.DataFrame:
    """Return working gas by region, type and week, each week once."""
    frames = [platform.lake.read(fundamentals.GAS_STORAGE, f"feed = '{feed}'") for feed in STORAGE_FEEDS]
    rows = pd.concat(frames, ignore_index=True)
    return rows.drop_duplicates(["region", "gas_type", "week_ending"], keep="first")


def carbon_auctions(platform: Platform) -> pd.DataFrame:
    """Return the current auctions, one a programme and month: as published, else as a table of the package or a user has it.

    What the first of them leaves blank (a floor, say) is taken from the next. ``is_published`` says which it is.
    """
    rows = platform.lake.read(
        fundamentals.CARBON_AUCTIONS, "allowance_type = 'current' AND price_usd_per_metric_ton IS NOT NULL"
    )
    rows = rows.assign(is_published=rows["feed"].isin(CARBON_RESULTS), by_day=rows["date_precision"] == "day")
    rows = rows.assign(month=pd.to_datetime(rows["market_day"]).dt.to_period("M"))
    rows = rows.sort_values(["is_published", "by_day"], ascending=False, kind="stable")
    return rows.groupby(["programme", "month"], as_index=False).first().sort_values("interval_start")


def carbon_prices(platform: Platform) -> pd.DataFrame:
    """Return the current auctions' price per metric ton by programme and day, oldest first.

    Where only an auction's month is known, its price counts from the month's end on: before, it may not have been held.
    """
    rows = carbon_auctions(platform)
    day = pd.to_datetime(rows["market_day"])
    rows["day"] = day.where(rows["by_day"], day + pd.offsets.MonthBegin())
    columns = ["programme", "day", "interval_end", "price_usd_per_metric_ton"]
    return rows[columns].sort_values("day").reset_index(drop=True)


def place_hours(platform: Platform) -> pd.DataFrame:
    """Return hourly temperature by place: the reanalysis, and the forecast's past hours where it has not reached."""
    until = platform.clock()
    history = platform.lake.read(
        fundamentals.WEATHER_OBSERVATIONS, "feed = 'weather_open_meteo_history' AND element = 'temperature'"
    )
    since = (until - timedelta(days=14)).date()
    lately = platform.lake.read(
        fundamentals.WEATHER_FORECASTS,
        f"feed = 'weather_open_meteo_forecast' AND element = 'temperature' AND market_day >= DATE '{since}'",
    )
    lately = lately[lately["interval_start"] <= until].sort_values("issued_at")
    both = pd.concat(
        [
            lately.rename(columns={"location": "place"})[["place", "interval_start", "value"]],
            history.rename(columns={"station": "place"})[["place", "interval_start", "value"]],
        ]
    )
    hours = both.dropna().drop_duplicates(["place", "interval_start"], keep="last")
    return hours.rename(columns={"value": "temperature_c"}).sort_values(["place", "interval_start"])


def intervals_of_days(days: pd.Series, zone: str) -> pd.DataFrame:
    """Return market_day, interval_start and interval_end of local days."""
    local = pd.to_datetime(days)
    ends = local + pd.Timedelta(days=1)
    start, end = (one.dt.tz_localize(zone).dt.tz_convert("UTC") for one in (local, ends))
    return pd.DataFrame({"market_day": local.dt.date, "interval_start": start, "interval_end": end})
