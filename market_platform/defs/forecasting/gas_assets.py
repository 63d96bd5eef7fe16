"""Gas: the basis of the next trading day and the storage change of the next week, by the same engine as power."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd

from market_platform.contracts.families.fundamentals import FUTURES_SETTLEMENTS, GAS_PRICES, GAS_STORAGE
from market_platform.defs.forecasting import reading
from market_platform.defs.forecasting.asset import forecast_asset
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Order

ZONE = ZoneInfo("America/New_York")
BASIS, STORAGE = "gas_basis_forecast", "gas_storage_change_forecast"
CASH = "Henry Hub cash less front month"
CARRY_DAYS = 7
WEEK = timedelta(days=7)


def _feeds_of(name: str) -> list[str]:
    return [key for key, feed in FEEDS.items() if feed.contract.name == name]


def gas_forecasts() -> list[dg.AssetsDefinition]:
    """Return the assets of basis and storage change."""
    return [
        forecast_asset(
            BASIS,
            basis_order,
            deps=[*_feeds_of(GAS_PRICES.name), *_feeds_of(FUTURES_SETTLEMENTS.name)],
            description="Basis of the next trading day in USD/MMBtu: Henry Hub's cash price less its front month, and the front "
            "basis future of each hub whose settlements the lake holds.",
        ),
        forecast_asset(
            STORAGE,
            storage_order,
            deps=_feeds_of(GAS_STORAGE.name),
            description="Change of working gas of the next storage week by region, in bcf, from the weeks released so far.",
        ),
    ]


def basis_order(platform: Platform, moment: datetime) -> "Order":
    """Return the order for the next trading day; on days without trading the last basis is carried forward."""
    from market_platform.defs.forecasting.issuing import Order
    from market_platform.forecasting.series import daily_panel

    day = _next_weekday(today(moment, ZONE))
    panels = {}
    for name, series in basis_series(platform, moment).items():
        rows = pd.date_range(series.index[0], pd.Timestamp(day), freq="D")
        values = series.reindex(rows).ffill(limit=CARRY_DAYS)
        values.iloc[-1] = float("nan")
        panels[name] = daily_panel(rows.to_numpy().astype("datetime64[D]"), values.to_numpy())
    return Order(BASIS, "gas", "gas_basis", "usd_per_mmbtu", day, ZONE, moment, panels)


def basis_series(platform: Platform, moment: datetime) -> dict[str, pd.Series]:
    """Return the basis in USD/MMBtu by trading day, of the cash price and of each hub's front month."""
    from market_platform.analysis.gas.legs import HENRY_HUB_NAME, basis_curves

    found = {}
    prices = reading.known_rows(platform, GAS_PRICES, moment, "frequency = 'daily' AND hub = 'Henry Hub'")
    wide = prices.pivot_table(index="market_day", columns="product", values="price_usd_per_mmbtu", aggfunc="last")
    if {"spot", "front_month_1"} <= set(wide.columns):
        found[CASH] = (wide["spot"] - wide["front_month_1"]).dropna()
    settled = reading.known_rows(platform, FUTURES_SETTLEMENTS, moment)
    curves = basis_curves(settled.rename(columns={"market_day": "trade_day", "settle_price": "settle_usd_per_mmbtu"}))
    front = curves[(curves["place"] == 1) & (curves["hub"] != HENRY_HUB_NAME)]
    found |= {str(hub): part.set_index("trade_day")["basis_usd_per_mmbtu"] for hub, part in front.groupby("hub")}
    return {name: _by_day(series) for name, series in found.items() if len(series)}


def storage_order(platform: Platform, moment: datetime) -> "Order":
    """Return the order for the storage week after the last one released."""
    from market_platform.defs.forecasting.issuing import Order
    from market_platform.forecasting.series import weekly_panel

    changes = storage_changes(platform, moment)
    day = max((series.index[-1] for series in changes.values()), default=pd.Timestamp(today(moment, ZONE))) + WEEK
    panels = {}
    for region, series in changes.items():
        weeks = pd.date_range(series.index[0], day, freq="7D")
        values = series.reindex(weeks).to_numpy()
        panels[region] = weekly_panel(weeks.to_numpy().astype("datetime64[D]"), values)
    return Order(STORAGE, "gas", "gas_storage_change", "bcf", day.date(), ZONE, moment, panels, days_per_row=WEEK.days)


def storage_changes(platform: Platform, moment: datetime) -> dict[str, pd.Series]:
    """Return the weekly change in bcf by region, salt and nonsalt as regions of their own, by week ending."""
    rows = reading.known_rows(platform, GAS_STORAGE, moment)
    if rows.empty:
        return {}
    region = rows["region"].where(rows["gas_type"] == "total", rows["region"] + " " + rows["gas_type"])
    stocks = (
        rows.assign(region=region).sort_values("known_from").drop_duplicates(["region", "week_ending"], keep="last")
    )
    found = {
        str(name): _by_day(part.set_index("week_ending")["stock_bcf"]).asfreq("7D").diff().dropna()
        for name, part in stocks.groupby("region")
    }
    return {name: series for name, series in found.items() if len(series)}


def _by_day(series: pd.Series) -> pd.Series:
    days = series.set_axis(pd.DatetimeIndex(series.index)).sort_index()
    return days[~days.index.duplicated(keep="last")].astype(float)


def _next_weekday(day: date) -> date:
    following = day + timedelta(days=1)
    while following.weekday() > 4:
        following += timedelta(days=1)
    return following
