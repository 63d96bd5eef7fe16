"""Where allowance auctions cleared between floor and trigger."""

import dagster as dg
import numpy as np
import pandas as pd

from market_platform.contracts.families import drivers
from market_platform.defs.fundamentals import inputs
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.carbon_units import METRIC_TONS_PER_SHORT_TON, Ton, rggi_cost_containment_triggers
from market_platform.platform import Platform

SHORT = float(METRIC_TONS_PER_SHORT_TON)
CENT = 0.005


@dg.asset(
    key="carbon_levels",
    group_name="fundamentals",
    kinds={"deltalake", "pandas"},
    deps=[*inputs.CARBON_RESULTS, "fundamentals_history"],
    metadata={"dagster/table_name": "lake.carbon_levels"},
    description="Each current allowance auction beside its floor and, for RGGI, the trigger of the cost-containment reserve, per "
    "metric and per short ton; floors and triggers with how far they are confirmed.",
)
def carbon_levels(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in the levels of all auctions."""
    from market_platform.reporting import fundamentals_plots as plots

    read = inputs.carbon_auctions(platform)
    if read.empty:
        return nothing_yet("no auctions yet: run fundamentals_history, or carbon_lists for RGGI's and California's own")
    rows = levels(read)
    commit = lay_in(
        platform.lake, drivers.CARBON_LEVELS, "carbon_levels", rows, read_at=platform.clock(), inputs=hash_of([rows])
    )
    wide = rows.pivot_table(index="market_day", columns="programme", values="price_usd_per_metric_ton").ffill()
    wide.index = pd.to_datetime(wide.index)
    latest = rows.sort_values("interval_start").drop_duplicates("programme", keep="last")
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "rows_changed": commit.rows_changed,
            "latest": table(latest.drop(columns=["market", "interval_start", "interval_end"]), 2),
            "plot": picture("Allowances", plots.lines_picture(
                wide, "Allowance auctions", "USD per metric ton", simulated=simulated, step=True)),
        }
    )  # fmt: skip


def levels(auctions: pd.DataFrame) -> pd.DataFrame:
    """Return price, floor and trigger of each auction in both tons."""
    is_short = auctions["published_unit"] == Ton.SHORT.value
    per_metric = np.where(is_short, 1.0 / SHORT, 1.0)
    price = auctions["price_usd_per_metric_ton"].astype(float)
    floor = auctions["reserve_price_usd"].astype(float) * per_metric
    years = pd.to_datetime(auctions["market_day"]).dt.year
    triggers = years.where(auctions["programme"] == "rggi").map(rggi_cost_containment_triggers())
    trigger = triggers.map(lambda one: float(one.usd), na_action="ignore").astype(float) / SHORT
    columns = ["market_day", "interval_start", "interval_end", "programme", "auction", "is_published", "published_unit"]
    return auctions[columns].assign(
        market="carbon",
        price_usd_per_metric_ton=price,
        price_usd_per_short_ton=price * SHORT,
        floor_usd_per_metric_ton=floor,
        floor_status=auctions["reserve_status"].where(floor.notna()),
        trigger_usd_per_metric_ton=trigger,
        trigger_status=triggers.map(lambda one: one.status, na_action="ignore"),
        is_at_floor=(price <= floor + CENT).astype(object).where(floor.notna()),
        is_over_trigger=(price >= trigger - CENT).astype(object).where(trigger.notna()),
    )
