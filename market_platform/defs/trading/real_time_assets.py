"""Real time: every five minutes the next open hour is planned anew from the latest prices and state of charge."""

from typing import Any

import dagster as dg
import pandas as pd

from market_platform.contracts.families.trading import BID_SCHEDULES
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.trading.prices import REAL_TIME
from market_platform.defs.trading.schedule_assets import GROUP, SCHEDULES_OF
from market_platform.platform import Platform

SURPRISES = sorted(
    {feed for feeds in REAL_TIME.values() for feed in feeds} | {f"{iso}_real_time_price_forecast" for iso in REAL_TIME}
)
SHOWN = [
    "market", "resource", "interval_start", "expected_usd_per_mwh", "planned_mw", "planned_soc_end_mwh", "bid_curve",
    "gate_closes_at",
]  # fmt: skip


@dg.asset(
    key="real_time_offers",
    group_name=GROUP,
    kinds={"numba"},
    deps=["trading_resources", *SCHEDULES_OF, *SURPRISES],
    metadata={
        "dagster/column_schema": table_schema(BID_SCHEDULES),
        "dagster/table_name": f"lake.{BID_SCHEDULES.name}",
    },
    description="Real-time offers for the next hour whose gate is open: the value function at the state of charge that awards "
    "lead to, on the platform's real-time forecast, else on day-ahead prices plus the latest "
    "surprise. An offer that says the same as the one that stands is left.",
)
def real_time_offers(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Plan, replace and submit the next open hour of each ISO."""
    from market_platform.defs.trading.house import House
    from market_platform.defs.trading.real_time import reoptimise

    house = House(platform, actor="real_time_offers")
    lines: list[str] = []
    frames: list[pd.DataFrame] = []
    for iso in sorted(REAL_TIME):
        said, rows = reoptimise(house, iso)
        lines += said
        frames.append(rows)
    for line in lines:
        context.log.info(line)
    full = [frame for frame in frames if len(frame)]
    metadata: dict[str, Any] = {
        "resources": sum(len(frame) for frame in full),
        "origin": platform.settings.origin,
        "what_happened": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "no resources"),
    }
    if full:
        shown = pd.concat(full, ignore_index=True)[SHOWN].round(3)
        metadata["offers"] = dg.MetadataValue.md(shown.to_markdown(index=False))
    return dg.MaterializeResult(metadata=metadata)
