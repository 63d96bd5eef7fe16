"""The world's one door: every quantity of every market by day, as frames."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.world import power_views as views
from market_platform.sandbox.world.auctions import ftr_auction_frame
from market_platform.sandbox.world.clock import Grid, grid
from market_platform.sandbox.world.dispatch import Dispatch, Power, actual_power, dispatch, forecast_power
from market_platform.sandbox.world.fundamentals import Fundamentals
from market_platform.sandbox.world.memory import Memory
from market_platform.sandbox.world.nodes import node_table
from market_platform.sandbox.world.prices import location_prices, node_prices
from market_platform.sandbox.world.tables import MarketTables, market_tables

_DAYS_KEPT = 400  # a month of four markets: what happened, the day ahead, and the forecasts; 0.1 to 0.7 MB each
_ANSWERS_KEPT = 4
_FORECAST_DAYS = 8


@dataclass(frozen=True)
class World(Fundamentals):
    """A small world that is wholly given by its seed. See the package for its table of methods.

    ``market`` is ``nyiso``, ``caiso``, ``pjm`` or ``ercot`` (else UnknownMarket); ``day`` is a market day. Frames come
    in time order with ``interval_start`` and ``interval_end`` in UTC microseconds. An instance keeps the arrays of the
    last days it was asked for, and in ``answers`` publishers keep what the next request asks another part of; that changes
    how fast it answers, never what. ``caiso_nodes`` is how many nodes the simulated CAISO prices.
    """

    caiso_nodes: int = 120
    answers: Memory = field(default_factory=lambda: Memory(_ANSWERS_KEPT), init=False, repr=False, compare=False)
    _days: Memory = field(default_factory=lambda: Memory(_DAYS_KEPT), init=False, repr=False, compare=False)

    # Places and units.

    def locations(self, market: str) -> pd.DataFrame:
        """Return priced places: location, location_type, publisher_id, zones (``zone=weight`` mix)."""
        return market_tables(market).location_table.copy()

    def zones(self, market: str) -> pd.DataFrame:
        """Return zones with load area, renewable region, place, share of load and 2026 fleet."""
        return market_tables(market).zone_table.copy()

    def nodes(self, market: str, count: int) -> pd.DataFrame:
        """Return the first ``count`` synthetic generator nodes: node, publisher_id, zone, fuel, capacity, place."""
        return node_table(market_tables(market), count).copy()

    # Prices.

    def day_ahead_prices(self, market: str, day: date) -> pd.DataFrame:
        """Return hourly day-ahead prices of all locations; energy, congestion and loss add up to the cent."""
        return self._prices(market, day, 60, real_time=False)

    def real_time_prices(self, market: str, day: date, minutes: int = 5) -> pd.DataFrame:
        """Return real-time prices every 5 minutes, or their 15- or 60-minute averages."""
        return self._prices(market, day, minutes, real_time=True)

    def day_ahead_node_prices(self, market: str, day: date, count: int) -> pd.DataFrame:
        """Return hourly day-ahead prices of the first ``count`` nodes."""
        return self._node_prices(market, day, count, 60, real_time=False)

    def real_time_node_prices(self, market: str, day: date, count: int, minutes: int = 5) -> pd.DataFrame:
        """Return real-time prices of the first ``count`` nodes."""
        return self._node_prices(market, day, count, minutes, real_time=True)

    def ancillary_prices(self, market: str, day: date, run: str) -> pd.DataFrame:
        """Return region, product, price_usd_per_mw; ``run`` is ``day_ahead`` (hourly) or ``real_time`` (5 minutes)."""
        moments, result = self._run(market, day, real_time=_is_real_time(run))
        return views.ancillary_frame(self.seed, market_tables(market), moments, result, run)

    # Load and generation.

    def load(self, market: str, day: date, minutes: int = 5) -> pd.DataFrame:
        """Return load by load area: snapshots at 5 minutes, or their integrated 15- or 60-minute means."""
        moments, result = self._run(market, day, real_time=True)
        return views.load_frame(market_tables(market), moments, minutes, result.power.load_mw)

    def fuel_mix(self, market: str, day: date, minutes: int = 5) -> pd.DataFrame:
        """Return generation_mw by fuel category; with net imports it adds up to load."""
        moments, result = self._run(market, day, real_time=True)
        return views.fuel_frame(market_tables(market), moments, minutes, result)

    def wind_solar(self, market: str, day: date, minutes: int = 60, by: str = "renewable_region") -> pd.DataFrame:
        """Return wind_mw and solar_mw of large plants after curtailment.

        ``by`` is a column of ``zones``: ``renewable_region``, ``solar_region`` or ``zone``.
        """
        moments, result = self._run(market, day, real_time=True)
        return views.wind_solar_frame(market_tables(market), moments, minutes, result.wind_mw, result.solar_mw, by)

    def btm_solar(self, market: str, day: date) -> pd.DataFrame:
        """Return hourly behind-the-meter solar by load area."""
        moments, result = self._run(market, day, real_time=True)
        return _renamed(views.load_frame(market_tables(market), moments, 60, result.power.roof_solar_mw))

    def storage_fleet(self, market: str, day: date) -> pd.DataFrame:
        """Return the storage fleet every 5 minutes: net_discharge_mw, state_of_charge_mwh, both capacities."""
        moments, result = self._run(market, day, real_time=True)
        return views.storage_frame(market_tables(market), moments, result.power)

    def outages(self, market: str, day: date) -> pd.DataFrame:
        """Return unit outages that touch the day: unit, zone, fuel, type, start, end, capacity_mw, out_mw."""
        table = market_tables(market)
        return views.outage_frame(self.seed, table, grid(day, table.zone_info, 60).hours)

    # Network.

    def interface_flows(self, market: str, day: date, minutes: int = 5) -> pd.DataFrame:
        """Return flow_mw, positive_limit_mw, negative_limit_mw (-9999: none) of internal and external interfaces."""
        moments, result = self._run(market, day, real_time=True)
        return views.flow_frame(market_tables(market), moments, minutes, result)

    def interchange(self, market: str, day: date, minutes: int = 5) -> pd.DataFrame:
        """Return net_import_mw by neighbour."""
        moments, result = self._run(market, day, real_time=True)
        return views.interchange_frame(market_tables(market), moments, minutes, result.power)

    def constraints(self, market: str, day: date, run: str) -> pd.DataFrame:
        """Return binding constraints with contingency, flow, limit and shadow price, by hour or by 5 minutes."""
        moments, result = self._run(market, day, real_time=_is_real_time(run))
        return views.constraint_frame(market_tables(market), moments, result)

    # Forecasts. All are issued at 08:00 local time of ``issue_day``; errors grow with lead (see forecast_error).

    def load_forecast(self, market: str, issue_day: date, days: int = 6, first: int = 0) -> pd.DataFrame:
        """Return hourly load by load area for ``days`` days, the first of them ``first`` days after the issue day."""
        table, moments, power, issued_at = self._forecast(market, issue_day, days, first)
        return views.issued(views.load_frame(table, moments, 60, power.load_mw), issued_at)

    def wind_solar_forecast(
        self, market: str, issue_day: date, days: int = 7, first: int = 0, by: str = "renewable_region"
    ) -> pd.DataFrame:
        """Return hourly wind_mw and solar_mw before curtailment, by region or zone as ``wind_solar``."""
        table, moments, power, issued_at = self._forecast(market, issue_day, days, first)
        return views.issued(views.wind_solar_frame(table, moments, 60, power.wind_mw, power.solar_mw, by), issued_at)

    def btm_solar_forecast(self, market: str, issue_day: date, days: int = 1, first: int = 1) -> pd.DataFrame:
        """Return hourly behind-the-meter solar by load area, by default for the next day."""
        table, moments, power, issued_at = self._forecast(market, issue_day, days, first)
        return views.issued(_renamed(views.load_frame(table, moments, 60, power.roof_solar_mw)), issued_at)

    # Rights.

    def ftr_auction(self, market: str, month: date) -> pd.DataFrame:
        """Return the month's auction of transmission rights between locations, a price in $/MW for the month."""
        table = market_tables(market)
        first = month.replace(day=1)
        days = monthrange(first.year, first.month)[1]
        moments = grid(first, table.zone_info, 60, days)
        result = dispatch(self.seed, table, moments, actual_power(self.seed, table, moments), real_time=False)
        mean = result.congestion.zone_usd_per_mwh.mean(axis=1)
        return ftr_auction_frame(self.seed, table, first, mean, len(moments))

    # How it is done.

    def _run(self, market: str, day: date, *, real_time: bool) -> tuple[Grid, Dispatch]:
        return self._days.recall((market, day, real_time), lambda: self._clear(market, day, real_time=real_time))

    def _clear(self, market: str, day: date, *, real_time: bool) -> tuple[Grid, Dispatch]:
        table = market_tables(market)
        if real_time:
            moments = grid(day, table.zone_info, 5)
            power = actual_power(self.seed, table, moments)
        else:
            _, moments, power, _ = self._forecast(market, day - timedelta(days=1), 1, 1)
        return moments, dispatch(self.seed, table, moments, power, real_time=real_time)

    def _forecast(
        self, market: str, issue_day: date, days: int, first: int
    ) -> tuple[MarketTables, Grid, Power, datetime]:
        """Cut the days asked for out of the issue's usual span, worked out once; beyond it, work out just them."""
        table = market_tables(market)
        issued_at = views.issue_moment(table, issue_day, views.ISSUE_HOUR)
        wanted = grid(issue_day + timedelta(days=first), table.zone_info, 60, days)
        if first < 0 or first + days > _FORECAST_DAYS:
            return table, wanted, self._expected(table, wanted, issue_day, issued_at), issued_at

        def whole() -> tuple[Grid, Power]:
            moments = grid(issue_day, table.zone_info, 60, _FORECAST_DAYS)
            return moments, self._expected(table, moments, issue_day, issued_at)

        moments, power = self._days.recall((market, issue_day, "forecast"), whole)
        begin = int(np.searchsorted(moments.starts, wanted.starts[0]))
        return table, wanted, power.part(slice(begin, begin + len(wanted))), issued_at

    def _expected(self, table: MarketTables, moments: Grid, issue_day: date, issued_at: datetime) -> Power:
        lead = views.lead_hours(moments, issued_at)
        return forecast_power(self.seed, table, moments, lead, issue_day.toordinal())

    def _prices(self, market: str, day: date, minutes: int, *, real_time: bool) -> pd.DataFrame:
        table = market_tables(market)
        moments, result = self._run(market, day, real_time=real_time)
        return views.price_frame(moments, minutes, table.location_table, location_prices(table, result))

    def _node_prices(self, market: str, day: date, count: int, minutes: int, *, real_time: bool) -> pd.DataFrame:
        table = market_tables(market)
        moments, result = self._run(market, day, real_time=real_time)
        nodes = node_table(table, count).rename(columns={"node": "location"}).assign(location_type="node")
        return views.price_frame(moments, minutes, nodes, node_prices(table, result, count))


def _is_real_time(run: str) -> bool:
    if run not in ("day_ahead", "real_time"):
        msg = f"the small world has no run {run!r}: ask day_ahead or real_time"
        raise ValueError(msg)
    return run == "real_time"


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"load_mw": "btm_solar_mw"})
