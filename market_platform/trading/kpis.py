"""Key figures of trading: revenue, win rate, spread captured, capture of foresight, cycles, missed revenue by cause.

From a frame of delivered intervals (as a backtest or the bid ledger gives it). Money is float here, for judgement;
settlement counts in Decimal.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.trading.dispatch import Fleet, exclusive_dispatch

COLUMNS = ("interval_start", "price_usd_per_mwh", "awarded_mw", "delivered_mw")
CAUSES = ("forecast", "uncleared", "undelivered")


@dataclass(frozen=True)
class Capacity:
    """Ancillary services of the same intervals at the market's prices, USD: as planned, awarded and delivered.

    ``foresight_usd`` is what energy and capacity together would have earned on prices known ahead.
    """

    planned_usd: float
    awarded_usd: float
    delivered_usd: float
    foresight_usd: float


def trading_kpis(
    intervals: pd.DataFrame,
    battery: Fleet,
    *,
    planned_mw: np.ndarray | None = None,
    capacity: Capacity | None = None,
    hours: float = 1.0,
) -> pd.DataFrame:
    """Return one row per figure: kpi, value, unit.

    ``intervals`` has COLUMNS for one battery in time order; ``planned_mw`` (intervals,) is what the strategy meant to
    do, by default what was awarded; with ``capacity`` its payments count in revenue, foresight and what was missed.
    Win rate: share of active intervals on the right side of the period's breakeven (mean charging price over efficiency,
    mean discharging price times efficiency). Spread captured: mean price of sales minus that of purchases, $/MWh.
    Missed revenue adds up exactly:
    foresight - realised = forecast + uncleared + undelivered.
    Raises ValueError for missing columns or an empty frame.
    """
    missing = [name for name in COLUMNS if name not in intervals]
    if missing or intervals.empty:
        raise ValueError(f"trading KPIs need a frame with rows and the columns {COLUMNS}; missing {missing}")
    price = intervals["price_usd_per_mwh"].to_numpy(dtype=np.float64)
    delivered = intervals["delivered_mw"].to_numpy(dtype=np.float64)
    awarded = intervals["awarded_mw"].to_numpy(dtype=np.float64)
    planned = awarded if planned_mw is None else np.asarray(planned_mw, dtype=np.float64)
    sold, bought = np.maximum(delivered, 0) * hours, np.maximum(-delivered, 0) * hours
    wear = float(
        bought.sum() * battery.column("charge_cost_usd_per_mwh")[0]
        + sold.sum() * battery.column("discharge_cost_usd_per_mwh")[0]
    )
    services = capacity or Capacity(0.0, 0.0, 0.0, float(exclusive_dispatch(battery, price, hours=hours).value_usd[0]))
    revenue = float(price @ (sold - bought)) + services.delivered_usd
    value = revenue - wear
    foresight = services.foresight_usd
    usable = float((battery.column("soc_max_mwh") - battery.column("soc_min_mwh"))[0])
    at_each = [float(price @ power) * hours for power in (planned, awarded, delivered)]
    paid = (services.planned_usd, services.awarded_usd, services.delivered_usd)
    earned = [energy + usd for energy, usd in zip(at_each, paid, strict=True)]
    by_cause = missed_revenue(*earned, cycle_cost_usd=wear, foresight_usd=foresight)
    rows: list[tuple[str, float, str]] = [
        ("revenue", revenue, "USD"),
        *([("ancillary_revenue", services.delivered_usd, "USD")] if capacity is not None else []),
        ("cycle_cost", wear, "USD"),
        ("win_rate", _win_rate(price, sold, bought, battery), "share"),
        ("spread_captured", _mean_price(price, sold) - _mean_price(price, bought), "USD/MWh"),
        ("foresight", foresight, "USD"),
        ("capture_of_foresight", value / foresight if foresight > 0 else float("nan"), "share"),
        ("cycles", float(sold.sum() / battery.column("discharge_efficiency")[0] / usable), "cycles"),
        *((f"missed_{cause}", amount, "USD") for cause, amount in by_cause.items()),
    ]
    return pd.DataFrame(rows, columns=["kpi", "value", "unit"])


def missed_revenue(
    planned_usd: float, awarded_usd: float, delivered_usd: float, *, cycle_cost_usd: float, foresight_usd: float
) -> dict[str, float]:
    """Split foresight minus realised value by cause: bad forecast, not cleared, not delivered. They add up exactly."""
    return {
        "forecast": foresight_usd - (planned_usd - cycle_cost_usd),
        "uncleared": planned_usd - awarded_usd,
        "undelivered": awarded_usd - delivered_usd,
    }


def _mean_price(price: np.ndarray, energy_mwh: np.ndarray) -> float:
    total = energy_mwh.sum()
    return float(price @ energy_mwh / total) if total > 0 else float("nan")


def _win_rate(price: np.ndarray, sold: np.ndarray, bought: np.ndarray, battery: Fleet) -> float:
    active = (sold > 0) | (bought > 0)
    if not active.any():
        return float("nan")
    losses = float(battery.column("charge_efficiency")[0] * battery.column("discharge_efficiency")[0])
    wear = float(
        battery.column("charge_cost_usd_per_mwh")[0] / losses + battery.column("discharge_cost_usd_per_mwh")[0]
    )
    paid, earned = _mean_price(price, bought), _mean_price(price, sold)
    won = np.zeros(price.size, dtype=bool)
    won[sold > 0] = price[sold > 0] > (paid / losses + wear if np.isfinite(paid) else wear)
    won[bought > 0] = price[bought > 0] < ((earned - wear) * losses if np.isfinite(earned) else 0.0)
    return float(won[active].mean())
