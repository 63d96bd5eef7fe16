"""Gas curves, basis and spreads, and the continuous front month, as assets."""

import dagster as dg
import pandas as pd

from market_platform.analysis.gas.curve import back_adjusted, front_month, seasonality, volatility
from market_platform.analysis.gas.legs import basis_curves, basis_grid, spread_table
from market_platform.contracts.families import drivers
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform

MARKET = "gas"
ROLLED_DAYS_BEFORE = 1  # on its last trading day a contract still settles, so that the gap of the roll is known
SETTLED = ["cme_ng_settlements", "cme_nymex_file", "cme_own_settlements", "fundamentals_history"]


@dg.asset(
    key="gas_basis",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=SETTLED,
    metadata={"dagster/table_name": "lake.gas_basis"},
    description="Basis and price by hub and delivery month from the exchange's settlements; heat map and curve.",
)
def gas_basis(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the curves by hub."""
    from market_platform.reporting import fundamentals_plots as plots

    read = inputs.settlements(platform)
    curves = basis_curves(read)
    if curves.empty:
        return nothing_yet(inputs.NO_SETTLEMENTS)
    rows = _dated(curves, read).assign(market=MARKET)
    commit = lay_in(
        platform.lake, drivers.GAS_BASIS, "gas_basis", rows, read_at=platform.clock(), inputs=hash_of([read])
    )
    grid, simulated = basis_grid(curves), platform.settings.origin == "sandbox"
    last = curves[curves["trade_day"] == curves["trade_day"].max()]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "trading_days": int(curves["trade_day"].nunique()),
            "last_trading_day": str(last["trade_day"].max()),
            "front_months": table(last[last["place"] == 1].drop(columns=["trade_day", "place"])),
            "basis": picture("Basis", plots.basis_picture(grid, simulated=simulated))
            if len(grid)
            else "no basis futures",
            "curve": picture("Curve", plots.curve_picture(curves, simulated=simulated)),
        }
    )


@dg.asset(
    key="gas_spreads",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=["gas_basis"],
    metadata={"dagster/table_name": "lake.gas_spreads"},
    description="Every two hubs in the near months, and neighbouring months of a hub: spread, correlation, percentile, "
    "z-score, value at risk (historical simulation, one day, 95 %) and opportunities by the written rule.",
)
def gas_spreads(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the views of the usual legs on the last trading day."""
    read = inputs.settlements(platform)
    curves = basis_curves(read)
    views = spread_table(curves) if len(curves) else pd.DataFrame()
    if views.empty:
        return nothing_yet(inputs.NO_SETTLEMENTS + "; a spread needs twenty trading days of both legs")
    last = curves["trade_day"].max()
    rows = _dated(views.assign(trade_day=last), read).assign(market=MARKET)
    commit = lay_in(
        platform.lake, drivers.GAS_SPREADS, "gas_spreads", rows, read_at=platform.clock(), inputs=hash_of([read]),
        whole_days=[last],
    )  # fmt: skip
    chances = views[views["is_opportunity"]]
    columns = ["first_hub", "first_month", "second_hub", "second_month", "spread_usd_per_mmbtu", "z_score", "percentile",
               "correlation", "var_usd_per_mmbtu"]  # fmt: skip
    widest = views.reindex(views["z_score"].abs().sort_values(ascending=False).index)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "trading_day": str(last),
            "opportunities": len(chances),
            "rule": "|z| >= 2 and the percentile in the outer 5 % on the same side",
            "opportunity_list": table(chances[columns]) if len(chances) else "none",
            "farthest_from_their_mean": table(widest[columns].head(15)),
        }
    )


@dg.asset(
    key="gas_front_month",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=SETTLED,
    metadata={"dagster/table_name": "lake.gas_front_month"},
    description="The continuous front month of Henry Hub with its rolls, back-adjusted; seasonality and volatility.",
)
def gas_front_month(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the continuous front month."""
    from market_platform.reporting import fundamentals_plots as plots

    read = inputs.settlements(platform)
    henry = inputs.henry_hub(read)
    if henry.empty:
        return nothing_yet(inputs.NO_SETTLEMENTS)
    front = front_month(henry, ROLLED_DAYS_BEFORE)
    front = front.assign(is_roll=front["rolled"].astype(bool), back_adjusted_usd_per_mmbtu=back_adjusted(front))
    front["volatility"] = volatility(front["back_adjusted_usd_per_mmbtu"])
    rows = _dated(front, read).assign(market=MARKET, symbol="NG")
    commit = lay_in(
        platform.lake,
        drivers.GAS_FRONT_MONTH,
        "gas_front_month",
        rows,
        read_at=platform.clock(),
        inputs=hash_of([read]),
    )
    last = henry[henry["trade_day"] == henry["trade_day"].max()]
    season = seasonality(last).rename("factor").reset_index()
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "rolls": int(front["is_roll"].sum()),
            "yearly_volatility": float(front["volatility"].iloc[-1]) if len(front) > 21 else "fewer than 21 days",
            "seasonality": table(season) if len(season) else "no whole delivery year on the curve",
            "plot": picture("Front month", plots.front_month_picture(front, simulated=simulated)),
        }
    )


def _dated(rows: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """Add the interval of each trading day."""
    dated = rows.join(inputs.trading_days(read), on="trade_day")
    return dated.assign(market_day=dated["trade_day"])
