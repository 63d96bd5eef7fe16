"""Gas analytics against worked numbers, SciPy and the recorded storage history."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from market_platform.analysis.gas.basis import spread_view
from market_platform.analysis.gas.curve import back_adjusted, front_month, seasonality, volatility
from market_platform.analysis.gas.spark import (
    clean_spark_spread_usd_per_mwh,
    heat_rate_mmbtu_per_mwh,
    spark_spread_usd_per_mwh,
)
from market_platform.analysis.gas.storage import (
    against_five_years,
    balance_bcf_per_day,
    region_gaps,
    weather_correlation,
)
from market_platform.errors import Infeasible
from market_platform.markets.carbon_units import CarbonPrice, Ton
from market_platform.sandbox.world import World
from market_platform.sources.eia.feeds import EIA
from market_platform.sources.payload import Payload


def _walk(seed: int, count: int = 250) -> pd.Series:
    days = pd.date_range("2026-01-01", periods=count)
    return pd.Series(3 + np.random.default_rng(seed).normal(0, 0.05, count).cumsum(), index=days)


def test_spread_view_agrees_with_scipy() -> None:
    first, second = _walk(1), _walk(2).drop(pd.Timestamp("2026-02-03"))
    view = spread_view(first, second)
    spread = (first - second).dropna()
    assert view.days == 249
    assert view.z_score == pytest.approx(stats.zscore(spread.to_numpy(), ddof=1)[-1])
    assert view.percentile == pytest.approx(stats.percentileofscore(spread, spread.iloc[-1], kind="weak") / 100)
    changes = [series.loc[spread.index].diff().dropna() for series in (first, second)]
    assert view.correlation == pytest.approx(stats.pearsonr(*changes).statistic)
    lost = -spread.diff().dropna()
    assert (lost <= view.var_usd_per_mmbtu + 1e-12).mean() == pytest.approx(0.95, abs=0.01)


def test_opportunity_follows_its_written_rule() -> None:
    flat = _walk(3, 100)
    calm = pd.Series(np.tile([0.1, -0.1], 50), index=flat.index)
    assert not spread_view(flat + calm, flat).is_opportunity
    calm.iloc[-1] = 3.0
    assert spread_view(flat + calm, flat).is_opportunity
    assert spread_view(flat, flat + calm).is_opportunity
    with pytest.raises(Infeasible, match="20 at least"):
        spread_view(flat.iloc[:5], flat)
    with pytest.raises(Infeasible, match="never moves"):
        spread_view(flat, flat)


def test_front_month_rolls_after_the_last_trading_day() -> None:
    rows = [
        (date(2026, 1, 27), date(2026, 2, 1), date(2026, 1, 28), 3.0),
        (date(2026, 1, 27), date(2026, 3, 1), date(2026, 2, 25), 3.5),
        (date(2026, 1, 28), date(2026, 2, 1), date(2026, 1, 28), 3.1),
        (date(2026, 1, 28), date(2026, 3, 1), date(2026, 2, 25), 3.6),
        (date(2026, 1, 29), date(2026, 3, 1), date(2026, 2, 25), 3.7),
    ]
    table = pd.DataFrame(rows, columns=["trade_day", "contract_month", "last_trade_day", "settle_usd_per_mmbtu"])
    front = front_month(table)
    assert front["settle_usd_per_mmbtu"].tolist() == [3.0, 3.1, 3.7]
    assert front["rolled"].tolist() == [False, False, True]
    early = front_month(table, days_before_expiry=1)
    assert early["settle_usd_per_mmbtu"].tolist() == [3.0, 3.6, 3.7]
    assert early["roll_gap_usd_per_mmbtu"].tolist()[1] == pytest.approx(0.5)
    assert back_adjusted(early).tolist() == pytest.approx([3.5, 3.6, 3.7])


def test_seasonality_and_volatility() -> None:
    curve = World(0).futures_curve(date(2026, 11, 6))
    factors = seasonality(curve[curve["symbol"] == "NG"])
    assert factors.mean() == pytest.approx(1.0)
    assert factors.idxmax() in (1, 2, 12)
    prices = pd.Series(np.exp(np.tile([0.0, 0.01], 30)))
    assert volatility(prices).iloc[-1] == pytest.approx(np.std([0.01, -0.01] * 10, ddof=1) * np.sqrt(252))
    assert np.isnan(volatility(prices.where(prices.index != 50, -1.0)).iloc[-1])


def test_storage_against_five_years(recordings: Path) -> None:
    path = recordings / "eia/weekly_storage_history_xls/ngshistory_2026-01-29.xls"
    feed = EIA.feed("eia_storage_history")
    rows = feed.parse(feed, [Payload(path.name, path.read_bytes())])
    rows["name"] = rows["region"] + " " + rows["gas_type"]
    wide = rows.pivot(index="market_day", columns="name", values="stock_bcf").astype("float64")
    total = wide["Lower 48 total"]
    band = against_five_years(total)
    last = band.iloc[-1]
    by_hand = [total.loc[total.index[-1 - 52 * year]] for year in range(1, 6)]
    assert last["five_year_mean_bcf"] == pytest.approx(np.mean(by_hand))
    assert last["five_year_low_bcf"] == min(by_hand)
    assert band["surplus_bcf"].notna().sum() == 839 - 5 * 52
    names = [f"{name} total" for name in ("East", "Midwest", "Mountain", "Pacific", "South Central")]
    assert (region_gaps(wide, names, "Lower 48 total").abs() >= 1).sum() == 309
    assert balance_bcf_per_day(total).iloc[-1] == pytest.approx(-242 / 7)


def test_weather_correlation_is_pearsons() -> None:
    first, second = _walk(5), _walk(6)
    assert weather_correlation(first, second) == pytest.approx(stats.pearsonr(first, second).statistic)


def test_clean_spark_spread() -> None:
    rate = heat_rate_mmbtu_per_mwh(0.5)
    assert rate == pytest.approx(6.8243, abs=1e-4)
    power, gas = np.array([50.0, 20.0]), np.array([3.0, 4.0])
    assert spark_spread_usd_per_mwh(power, gas, 7.0).tolist() == [29.0, -8.0]
    metric = clean_spark_spread_usd_per_mwh(power, gas, 7.0, CarbonPrice(Decimal(30), Ton.METRIC))
    assert metric[0] == pytest.approx(29.0 - 0.05306 * 7 * 30)
    short = clean_spark_spread_usd_per_mwh(power, gas, 7.0, CarbonPrice(Decimal(30), Ton.SHORT))
    assert short[0] == pytest.approx(29.0 - 0.05306 * 7 * 30 * 1.10231131)
