"""Prices for trading, read from the lake: what settles an award, and what was published when a gate closed."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from market_platform.contracts.families.forecasts import FORECASTS
from market_platform.contracts.families.fundamentals import FUTURES_SETTLEMENTS, GAS_PRICES
from market_platform.contracts.families.prices import ANCILLARY_PRICES, LMP
from market_platform.markets.market import MARKETS
from market_platform.settlement.inputs.from_platform import (
    RUNS,
    nested_regions,
    price_feeds,
    price_products,
    reserve_region,
)
from market_platform.store.lake import Lake
from market_platform.trading.bids.bid import BLOCK_FAMILIES
from market_platform.trading.bids.gates import event_at
from market_platform.trading.bids.tables import product_of
from market_platform.trading.planning.expectation import NOTHING_KNOWN, Expectation, seasonal_naive

# Feeds that a settlement price is taken from, the first that has the interval before the others.
DAY_AHEAD = {
    "nyiso": ("nyiso_dam_lbmp_zone",),
    "caiso": ("caiso_dam_lmp_hub",),
    "pjm": ("pjm_dam_lmp_hub", "pjm_dam_lmp_zone"),
    "ercot": ("ercot_dam_spp",),
}
REAL_TIME = {
    "nyiso": ("nyiso_rt_lbmp_zone",),
    "caiso": ("caiso_rtd_lmp_hub",),
    "pjm": ("pjm_rt_5min_lmp_hub", "pjm_rt_5min_unverified_lmp_hub", "pjm_rt_5min_unverified_lmp_zone"),
    "ercot": ("ercot_rtm_spp",),
}
# Feeds that day-ahead services are priced by.
SERVICES = {
    iso: tuple(feed for feed in price_feeds(iso, "ancillary_prices") if f"{iso}_dam_" in feed) for iso in DAY_AHEAD
}
HISTORY_DAYS = 15
# A hole in the real-time prices is bridged by the price before it once later prices are there.
LONGEST_HOLE = timedelta(hours=1)


ENERGY = "energy"


@dataclass
class PriceBook:
    """Prices by ISO, market, location, day and product; what was read once is kept as long as the book.

    ``product`` is a key of the products table: what pays energy and virtual bids is the LMP, what pays an ancillary
    service the clearing price of its region, $/MW for an hour.
    """

    lake: Lake
    kept: dict[tuple[str, str, str, date, str], pd.DataFrame] = field(default_factory=dict)

    def of_day(self, iso: str, market: str, location: str, day: date, product: str = ENERGY) -> pd.Series:
        """Return a market day's prices by interval start; ``market`` is dam or rtm."""
        return self._rows(iso, market, location, day, product)["price"]

    def mean(
        self, iso: str, market: str, location: str, start: datetime, end: datetime, product: str = ENERGY
    ) -> Decimal | None:
        """Return the time-weighted mean price of an interval, None where part of it has no price."""
        rows = self._rows(iso, market, location, start.astimezone(MARKETS[iso].zone).date(), product)
        if rows.empty:
            return None
        begin, until = pd.Timestamp(start), pd.Timestamp(end)
        inside = rows[(rows.index < until) & (rows["interval_end"] > begin)]
        length = inside["interval_end"].clip(upper=until) - inside.index.to_series().clip(lower=begin)
        covered = length.sum()
        if covered < until - begin:
            return self._bridged(rows, begin) if market == "rtm" else None
        weight = length / covered
        return Decimal(str(round(float((inside["price"] * weight).sum()), 6)))

    def known_at(self, iso: str, location: str, day: date, at: datetime, product: str = ENERGY) -> pd.Series:
        """Return the day-ahead prices of days before ``day`` that were published by ``at``.

        A row that this platform read later counts as known once the market's own results of its day were out.
        """
        first = day - timedelta(days=HISTORY_DAYS)
        rows = self._read(iso, "dam", location, first, day - timedelta(days=1), product)
        if rows.empty:
            return pd.Series(dtype="float64", index=pd.DatetimeIndex([], tz="UTC"))
        out = {each: event_at(iso, "dam", "result", each) <= at for each in rows["market_day"].unique()}
        known = rows[(rows["known_from"] <= pd.Timestamp(at)) | rows["market_day"].map(out)]
        return known["price"]

    def history(self, iso: str, location: str, first: date | None, last: date | None) -> pd.Series:
        """Return the day-ahead prices of the days asked for, all that are held by default."""
        return self._read(iso, "dam", location, first or date.min, last or date.max)["price"]

    def service_expectation(
        self, iso: str, location: str, product: str, day: date, intervals: pd.DatetimeIndex, at: datetime
    ) -> Expectation:
        """Return the expected day-ahead price of an ancillary service: the seasonal naive on what was out by ``at``."""
        history = self.known_at(iso, location, day, at, product)
        return seasonal_naive(history, intervals, MARKETS[iso].zone) if len(history) else NOTHING_KNOWN

    def expectation(self, iso: str, location: str, day: date, intervals: pd.DatetimeIndex, at: datetime) -> Expectation:
        """Return the platform's forecast for the intervals as issued by ``at``; without one the seasonal naive."""
        rows = self.lake.read(
            FORECASTS,
            f"market = '{iso}' AND quantity = 'day_ahead_price' AND location = '{_quoted(location)}' "
            f"AND market_day BETWEEN DATE '{day}' AND DATE '{day + timedelta(days=2)}'",
        )
        rows = rows[rows["issued_at"] <= pd.Timestamp(at)].sort_values("issued_at")
        latest = rows.drop_duplicates("interval_start", keep="last").set_index("interval_start")["value"].sort_index()
        mine = intervals[intervals.tz_convert(MARKETS[iso].zone).date == day]
        if len(latest) and mine.isin(latest.index).all():
            return Expectation(_lengthened(latest, mine, intervals), "forecasts")
        history = self.known_at(iso, location, day, at)
        return seasonal_naive(history, intervals, MARKETS[iso].zone) if len(history) else NOTHING_KNOWN

    def real_time_forecast(self, iso: str, location: str, start: datetime, at: datetime) -> pd.Series:
        """Return the platform's latest real-time forecast known at ``at`` as hourly means from ``start`` on, empty without one."""
        rows = self.lake.read(
            FORECASTS,
            f"market = '{iso}' AND quantity = 'real_time_price' AND location = '{_quoted(location)}' "
            f"AND interval_start >= TIMESTAMPTZ '{start.isoformat()}' AND issued_at <= TIMESTAMPTZ '{at.isoformat()}'",
        )
        latest = rows.sort_values("issued_at").drop_duplicates("interval_start", keep="last")
        prices = latest.set_index("interval_start")["value"].sort_index()
        return prices.groupby(prices.index.floor("h")).mean() if len(prices) else prices

    def gas_usd_per_mmbtu(self, at: datetime) -> tuple[float, str] | None:
        """Return the latest Henry Hub spot price of a day that was over at ``at``, else the front future's settlement.

        With its name; None where neither was read.
        """
        before = f"market_day < DATE '{at.date()}'"
        spot = self.lake.read(GAS_PRICES, f"product = 'spot' AND frequency = 'daily' AND {before}")
        future = self.lake.read(FUTURES_SETTLEMENTS, f"symbol = 'NG' AND {before}").sort_values("contract_month")
        for rows, price, name in (
            (spot, "price_usd_per_mmbtu", "Henry Hub spot"),
            (future[future["market_day"] == future["market_day"].max()][:1], "settle_price", "front Henry Hub future"),
        ):
            known = rows.dropna(subset=[price]).sort_values("interval_start")
            if len(known):
                return float(known[price].iloc[-1]), name
        return None

    def _rows(self, iso: str, market: str, location: str, day: date, product: str = ENERGY) -> pd.DataFrame:
        key = (iso, market, location, day, product)
        if key not in self.kept:
            self.kept[key] = self._read(iso, market, location, day, day, product)
        return self.kept[key]

    def _read(
        self, iso: str, market: str, location: str, first: date, last: date, product: str = ENERGY
    ) -> pd.DataFrame:
        traded = product_of(iso, product, min(last, date.max - timedelta(days=1)))
        if traded is not None and traded.family in BLOCK_FAMILIES:
            return self._services(iso, market, location, first, last, product)
        feeds = (DAY_AHEAD if market == "dam" else REAL_TIME)[iso]
        named = ", ".join(f"'{feed}'" for feed in feeds)
        rows = self.lake.read(
            LMP,
            f"feed IN ({named}) AND location = '{_quoted(location)}' "
            f"AND market_day BETWEEN DATE '{first}' AND DATE '{last}'",
        )
        rows = rows.assign(
            rank=rows["feed"].map({feed: n for n, feed in enumerate(feeds)}), price=rows["lmp_usd_per_mwh"]
        )
        rows = rows.dropna(subset=["price"]).sort_values(["interval_start", "rank"])
        return rows.drop_duplicates("interval_start").set_index("interval_start").sort_index()

    def _services(self, iso: str, market: str, location: str, first: date, last: date, product: str) -> pd.DataFrame:
        """Read a service's price in the region of a location: the best feed's, nested regions added up."""
        names = ", ".join(f"'{name}'" for name in sorted(price_products(iso, product))) or "''"
        stage = "da" if market == "dam" else {"caiso": "fmm"}.get(iso, "rt")
        runs = ", ".join(f"'{run}'" for run, settled in RUNS[iso].items() if settled == stage)
        regions = ", ".join(f"'{_quoted(name)}'" for name in nested_regions(iso, reserve_region(iso, location)))
        rows = self.lake.read(
            ANCILLARY_PRICES,
            f"product IN ({names}) AND market_run IN ({runs}) AND location IN ({regions}) "
            f"AND market_day BETWEEN DATE '{first}' AND DATE '{last}'",
        )
        rank = price_feeds(iso, "ancillary_prices")
        rows = rows[rows["feed"].isin(rank)].dropna(subset=["price_usd_per_mw"])
        rows = rows.assign(rank=rows["feed"].map(rank)).sort_values(["interval_start", "rank"])
        rows = rows.drop_duplicates(["interval_start", "location"], keep="last")
        together = rows.groupby("interval_start").agg(
            interval_end=("interval_end", "first"), market_day=("market_day", "first"),
            known_from=("known_from", "max"), price=("price_usd_per_mw", "sum"),
        )  # fmt: skip
        return together.sort_index()

    @staticmethod
    def _bridged(rows: pd.DataFrame, begin: pd.Timestamp) -> Decimal | None:
        before = rows[rows.index <= begin]
        if before.empty or rows.index[-1] <= begin or begin - before.index[-1] > LONGEST_HOLE:
            return None
        return Decimal(str(round(float(before["price"].iloc[-1]), 6)))


def _lengthened(known: pd.Series, mine: pd.DatetimeIndex, intervals: pd.DatetimeIndex) -> pd.Series:
    """Return the forecast for all intervals; hours beyond its end repeat the last ones a day earlier."""
    values = known.reindex(known.index.union(intervals)).loc[mine[0] : intervals[-1]].copy()
    for start in values.index[values.isna()]:
        values[start] = values.get(start - pd.Timedelta(hours=24), values.loc[:start].dropna().iloc[-1])
    return values


def _quoted(text: str) -> str:
    return text.replace("'", "''")
