"""What moves power prices and belongs to no single market: gas, carbon, weather, capacity, certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.world import auctions, gas_futures, gas_views, weather_views
from market_platform.sandbox.world.clock import grid
from market_platform.sandbox.world.fuel_prices import carbon_price_usd_per_ton
from market_platform.sandbox.world.power_views import ISSUE_HOUR, issue_moment, issued, lead_hours
from market_platform.sandbox.world.rec_generation import issuance_frame
from market_platform.sandbox.world.tables import market_tables


@dataclass(frozen=True)
class Fundamentals:
    """The part of the world that asks for no dispatch. ``World`` adds the markets."""

    seed: int = 0

    def gas(self, day: date) -> pd.DataFrame:
        """Return spot prices by hub for a gas day (09:00 to 09:00 Central): hub, region, price_usd_per_mmbtu."""
        return gas_views.spot_frame(self.seed, day)

    def futures_curve(self, day: date, months: int = 36) -> pd.DataFrame:
        """Return NG and basis futures of a trading day with prices, volume and open interest; no rows on other days."""
        return gas_futures.futures_frame(self.seed, day, months)

    def gas_storage(self, week_ending: date) -> pd.DataFrame:
        """Return weekly working gas by region in Bcf; ValueError unless ``week_ending`` is a Friday."""
        return gas_views.storage_frame(self.seed, week_ending)

    def gas_stocks(self, weeks_ending: Sequence[date]) -> pd.DataFrame:
        """Return working gas in Bcf, a row a week and a column a region: the stock of ``gas_storage``."""
        return gas_views.stock_frame(self.seed, weeks_ending)

    def pipeline_flows(self, gas_day: date, cycle: str = "TIMELY") -> pd.DataFrame:
        """Return scheduled and available MMBtu by pipeline location for one nomination cycle."""
        return gas_views.pipeline_frame(self.seed, gas_day, cycle)

    def carbon_prices(self, day: date) -> pd.DataFrame:
        """Return allowance prices by programme, each in the programme's own ton."""
        hours = np.array([gas_views.day_number(day) * 24.0])
        rows = [
            (day, program, round(float(carbon_price_usd_per_ton(self.seed, program, hours)[0]), 2), unit)
            for program, unit in auctions.CARBON_UNITS.items()
        ]
        return pd.DataFrame(rows, columns=["day", "program", "price_usd", "unit"])

    def carbon_auctions(self, year: int) -> pd.DataFrame:
        """Return the year's allowance auctions of California, RGGI and Washington."""
        return auctions.carbon_auction_frame(self.seed, year)

    def capacity_auctions(self, market: str, year: int) -> pd.DataFrame:
        """Return capacity auctions for deliveries beginning in ``year`` (NYISO, PJM; no rows elsewhere)."""
        return auctions.capacity_auction_frame(self.seed, market_tables(market), year)

    def rec_issuance(self, month: date) -> pd.DataFrame:
        """Return whole MWh made in the month by each certificate generator."""
        return issuance_frame(self.seed, month)

    def weather(self, market: str, day: date, minutes: int = 60) -> pd.DataFrame:
        """Return temperature_c, wind_m_per_s, irradiance_w_per_m2 and clearness (0 to 1) by zone."""
        table = market_tables(market)
        moments = grid(day, table.zone_info, minutes)
        return weather_views.weather_frame(table, moments, weather_views.zone_weather(self.seed, table, moments))

    def weather_forecast(self, market: str, issue_day: date, days: int = 7, first: int = 0) -> pd.DataFrame:
        """Return the hourly weather expected at 08:00 local time of the issue day."""
        table = market_tables(market)
        issued_at = issue_moment(table, issue_day, ISSUE_HOUR)
        moments = grid(issue_day + timedelta(days=first), table.zone_info, 60, days)
        sky = weather_views.forecast_weather(
            self.seed, table, moments, lead_hours(moments, issued_at), issue_day.toordinal()
        )
        return issued(weather_views.weather_frame(table, moments, sky), issued_at)

    def degree_days(self, market: str, first: date, days: int = 1) -> pd.DataFrame:
        """Return heating and cooling degree days (base 65 °F) by zone and day."""
        return weather_views.degree_day_frame(self.seed, market_tables(market), first, days)
