"""The one shape of an asset that issues forecasts: an order made from what is known now, issued, laid in and shown."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from market_platform.contracts.families.forecasts import FORECASTS
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.forecasting.showing import issue_metadata
from market_platform.platform import Platform

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Order

GROUP = "forecasts"
TABLE_METADATA = {
    "dagster/column_schema": table_schema(FORECASTS),
    "dagster/table_name": f"lake.{FORECASTS.name}",
}


def forecast_asset(
    key: str, order_at: Callable[[Platform, datetime], "Order"], *, deps: Sequence[str], description: str
) -> dg.AssetsDefinition:
    """Return the asset that issues the order of the moment at which it runs."""

    @dg.asset(
        key=key, group_name=GROUP, kinds={"deltalake", "xgboost"}, deps=list(deps), description=description,
        metadata=TABLE_METADATA,
    )  # fmt: skip
    def issue(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
        from market_platform.defs.forecasting.issuing import issue_order

        order = order_at(platform, platform.clock())
        return dg.MaterializeResult(metadata=issue_metadata(platform, order, issue_order(platform, order)))

    return issue
