"""Assets of a market day: what is settled, and the shadow settlement of it, one pair per ISO."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from market_platform.contracts.families.settlement import SETTLEMENT_LINES, SETTLEMENT_POSITIONS
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.partitions import market_days
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform

GROUP = "settlement"
# All markets share a run, so a market day is a date here; each market counts its hours in its own zone.
DAYS = market_days("UTC")
#: Until then a missing price means that the day is not wholly published; after it, that something is wrong.
PUBLICATION_GRACE = timedelta(hours=36)


def on_any_day(keys: Sequence[str]) -> list[dg.AssetDep]:
    """Return dependencies on assets whose partitions are counted in other zones."""
    return [dg.AssetDep(key, partition_mapping=dg.AllPartitionMapping()) for key in keys]


def positions_asset(iso: str) -> dg.AssetsDefinition:
    """Return the asset that gathers an ISO's positions of a market day."""

    @dg.asset(
        key=f"{iso}_settlement_positions",
        group_name=GROUP,
        kinds={"deltalake", iso},
        partitions_def=DAYS,
        deps=["awards", "resource_dispatch"],
        metadata={
            "dagster/column_schema": table_schema(SETTLEMENT_POSITIONS),
            "dagster/table_name": f"lake.{SETTLEMENT_POSITIONS.name}",
        },
        description="Awards of the bid ledger, telemetry or meter values and instructions of a market day, from the trading "
        "room and from CSV files in data/inbox/awards and data/inbox/meter; in the sandbox a simulated portfolio as well.",
    )
    def positions(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
        from market_platform.defs.settlement.office import lay_in_positions

        day = date.fromisoformat(context.partition_key)
        rows = lay_in_positions(platform, iso, day)
        if rows.empty:
            note = (
                f"nothing here yet: bid in {iso.upper()}, or put CSV files into data/inbox/awards and data/inbox/meter"
            )
            return dg.MaterializeResult(metadata={"dagster/partition_row_count": 0, "note": note})
        shown = rows.groupby(["account", "resource", "stage", "product", "origin"]).size().reset_index(name="rows")
        return dg.MaterializeResult(
            metadata={
                "dagster/partition_row_count": len(rows),
                "origin": platform.settings.origin,
                "resources": rows["resource"].nunique(),
                "positions": dg.MetadataValue.md(shown.to_markdown(index=False)),
            }
        )

    return positions


def shadow_asset(iso: str) -> dg.AssetsDefinition:
    """Return the asset that settles an ISO's market day."""
    from market_platform.settlement.inputs.from_platform import price_feeds

    @dg.asset(
        key=f"{iso}_shadow_settlement",
        group_name=GROUP,
        kinds={"deltalake", "sql", iso},
        partitions_def=DAYS,
        deps=[f"{iso}_settlement_positions", *on_any_day(sorted(price_feeds(iso)))],
        metadata={
            "dagster/column_schema": table_schema(SETTLEMENT_LINES),
            "dagster/table_name": f"lake.{SETTLEMENT_LINES.name}",
        },
        output_required=False,
        description="What the ISO should bill for a market day: every charge line to the cent, by the charge tables in force "
        "and the prices as they stand now. Run again after a price correction it writes new versions of the touched lines only.",
    )
    def shadow(
        context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
    ) -> Iterator[dg.MaterializeResult]:
        from market_platform.defs.settlement.office import settle_day
        from market_platform.settlement.refusals import MissingInput

        day = date.fromisoformat(context.partition_key)
        try:
            settled = settle_day(platform, iso, day)
        except MissingInput as missing:
            _, end = day_bounds(day, MARKETS[iso].zone)
            if platform.clock() > end + PUBLICATION_GRACE:
                raise dg.Failure(str(missing), allow_retries=False) from missing
            context.log.info(f"not wholly published yet: {missing}")
            return
        if settled.note and settled.lines.empty:
            context.log.info(settled.note)
            return
        yield dg.MaterializeResult(metadata=_shadow_metadata(platform, iso, day, settled.lines, settled.rows_changed))

    return shadow


def _shadow_metadata(platform: Platform, iso: str, day: date, lines: pd.DataFrame, rows_changed: int) -> dict[str, Any]:
    from market_platform.defs.settlement.office import sum_usd
    from market_platform.reporting.images import markdown_image
    from market_platform.settlement.charges.table import is_unsettled, name_of
    from market_platform.settlement.reports.day_plot import revenue_png

    groups = lines.groupby(["account", "charge_code", "status"])["amount_usd"].agg(sum_usd).reset_index()
    groups["name"] = [name_of(iso, code) for code in groups["charge_code"]]
    simulated = platform.settings.origin == "sandbox"
    title = f"{iso.upper()} {day}: revenue by charge and hour" + (" (simulated)" if simulated else "")
    return {
        "dagster/partition_row_count": len(lines),
        "rows_changed": rows_changed,
        "origin": platform.settings.origin,
        "total_usd": float(sum_usd(lines["amount_usd"])),
        "unverified_rules": sorted(set(lines.loc[lines["status"] == "U", "charge_code"])),
        "unsettled": sorted({name_of(iso, code) for code in lines["charge_code"] if is_unsettled(code)}),
        "charges": dg.MetadataValue.md(groups.to_markdown(index=False, floatfmt=".2f")),
        "revenue": dg.MetadataValue.md(markdown_image("Revenue by charge and hour", revenue_png(lines, iso, title))),
    }
