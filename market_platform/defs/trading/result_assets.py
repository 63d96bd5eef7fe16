"""Assets behind the gate: bids and their states, awards, what the resources did, and the key figures."""

from collections import Counter
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.trading import AWARDS, BIDS, RESOURCE_DISPATCH, TRADING_KPIS
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.trading.prices import DAY_AHEAD, REAL_TIME, SERVICES
from market_platform.defs.trading.schedule_assets import DAYS, GROUP, SCHEDULES_OF, on_any_day
from market_platform.platform import Platform

ISOS = tuple(sorted(DAY_AHEAD))
SETTLING = sorted(
    {feed for feeds in (*DAY_AHEAD.values(), *REAL_TIME.values(), *SERVICES.values()) for feed in feeds}
)  # fmt: skip


def _table(contract: Contract) -> dict[str, Any]:
    return {
        "dagster/column_schema": table_schema(contract),
        "dagster/table_name": f"lake.{contract.name}",
    }


@dg.asset(
    key="bids",
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    partitions_def=DAYS,
    deps=SCHEDULES_OF,
    metadata=_table(BIDS),
    description="Drafts of a market day sent through rules, risk limits and door: to the simulated exchange in the sandbox, "
    "nowhere with live data unless paper trading is on. The ledger keeps each step; this table its state.",
)
def bids(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Submit what is still a draft and lay in the states."""
    from market_platform.defs.trading.house import House
    from market_platform.defs.trading.records import bid_rows, lay
    from market_platform.defs.trading.submission import submit_drafts

    house, day = House(platform, actor="bids"), date.fromisoformat(context.partition_key)
    lines = [line for iso in ISOS for line in submit_drafts(house, iso, day)]
    for line in lines:
        context.log.info(line)
    rows = lay(house, BIDS, "bids", [bid_rows(house, iso, day) for iso in ISOS], day)
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "delivery": house.delivery,
            "origin": platform.settings.origin,
            "states": dg.MetadataValue.md(_counts(rows, "state")),
            "submissions": dg.MetadataValue.md(
                "\n".join(f"- {line}" for line in lines) or "nothing was to be submitted"
            ),
        }
    )


@dg.asset(
    key="awards",
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    partitions_def=DAYS,
    deps=["bids", "real_time_offers", *on_any_day(SETTLING)],
    metadata=_table(AWARDS),
    description="What the market gave each bid, read from the exchange's own messages, and what was delivered of it.",
)
def awards(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Ask the market how the bids stand and lay in awards and new states."""
    from market_platform.defs.trading.house import House
    from market_platform.defs.trading.records import award_rows, bid_rows, lay
    from market_platform.defs.trading.stops import watch_stops

    house, day = House(platform, actor="awards"), date.fromisoformat(context.partition_key)
    moved: Counter[str] = Counter()
    stopped: list[str] = []
    for iso in ISOS:
        moved.update(house.service(iso, day).follow(platform.clock()).values())
        stopped += watch_stops(house, iso, day)
    lay(house, BIDS, "bids", [bid_rows(house, iso, day) for iso in ISOS], day)
    rows = lay(house, AWARDS, "awards", [award_rows(house, iso, day) for iso in ISOS], day)
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "moved": dict(moved),
            "stops": dg.MetadataValue.md("\n".join(f"- {line}" for line in stopped) or "none tripped"),
            "origin": platform.settings.origin,
            "awarded": dg.MetadataValue.md(_awarded(rows)),
        }
    )


@dg.asset(
    key="resource_dispatch",
    group_name=GROUP,
    kinds={"deltalake"},
    partitions_def=DAYS,
    deps=["awards"],
    metadata=_table(RESOURCE_DISPATCH),
    description="Set point, power and state of charge of each resource every five minutes, from the simulated exchange's "
    "telemetry. With live data and no paper trading there is none.",
)
def resource_dispatch(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in what the resources did so far."""
    from market_platform.defs.trading.house import House
    from market_platform.defs.trading.pictures import dispatch_picture
    from market_platform.defs.trading.records import dispatch_rows, lay
    from market_platform.reporting.images import markdown_image

    house, day = House(platform, actor="resource_dispatch"), date.fromisoformat(context.partition_key)
    if house.delivery != "sandbox":
        return dg.MaterializeResult(metadata={"readings": 0, "note": "nothing is dispatched in a dry run"})
    found = [dispatch_rows(house, iso, day) for iso in ISOS]
    rows = lay(house, RESOURCE_DISPATCH, "resource_dispatch", [frame for frame, _ in found], day)
    waits = [f"{iso}: {text}" for iso, (_, text) in zip(ISOS, found, strict=True) if text]
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": len(rows),
        "origin": platform.settings.origin,
        "waits_for": dg.MetadataValue.md("\n".join(f"- {text}" for text in waits) or "nothing"),
    }
    if len(rows):
        metadata["dispatch"] = dg.MetadataValue.md(
            markdown_image("Dispatch", dispatch_picture(rows, simulated=house.is_simulated))
        )
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    key="trading_kpis",
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    partitions_def=DAYS,
    deps=["awards", "resource_dispatch", *SCHEDULES_OF],
    metadata=_table(TRADING_KPIS),
    description="Revenue with ancillary services, win rate, spread captured, share of perfect foresight, cycles and missed revenue "
    "by cause (forecast, not cleared, not delivered) of each resource for the hours of the day that are over, at day-ahead "
    "prices; foresight ends with at least what the store held in the end. What was delivered beside the energy awarded is "
    "settled at real-time prices in real_time_balance, what the store holds more than at the start stands in energy_kept.",
)
def trading_kpis(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Compute the day's key figures."""
    from market_platform.defs.trading.house import House
    from market_platform.defs.trading.pictures import missed_picture
    from market_platform.defs.trading.records import kpi_rows, lay
    from market_platform.reporting.images import markdown_image

    house, day = House(platform, actor="trading_kpis"), date.fromisoformat(context.partition_key)
    if not house.has_resources:
        return dg.MaterializeResult(metadata={"figures": 0, "note": "no resources yet: see trading_resources"})
    rows = lay(house, TRADING_KPIS, "trading_kpis", [kpi_rows(house, iso, day) for iso in ISOS], day)
    if rows.empty:
        return dg.MaterializeResult(
            metadata={"figures": 0, "note": f"no hour of {day} is over yet, or it has no prices"}
        )
    wide = rows.pivot_table(index=["market", "resource"], columns="kpi", values="value", dropna=False)
    wide = wide.dropna(how="all").round(3)
    revenue = rows.loc[rows["kpi"] == "revenue", "value"].sum()
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "revenue_usd": round(float(revenue), 2),
            "hours": int(rows["hours"].max()),
            "origin": platform.settings.origin,
            "figures": dg.MetadataValue.md(wide.reset_index().to_markdown(index=False)),
            "missed": dg.MetadataValue.md(
                markdown_image("Earned and missed", missed_picture(rows, simulated=house.is_simulated))
            ),
        }
    )


def _counts(rows: pd.DataFrame, column: str) -> str:
    if rows.empty:
        return "no bids"
    return rows.groupby(["market", "market_run", column]).size().rename("bids").reset_index().to_markdown(index=False)


def _awarded(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "no awards yet"
    sums = rows.assign(
        bought_mw=rows["awarded_mw"].clip(upper=0), sold_mw=rows["awarded_mw"].clip(lower=0),
    ).groupby(["market", "market_run", "resource", "product"])[["bought_mw", "sold_mw", "delivered_mwh"]].sum()  # fmt: skip
    return sums.round(3).reset_index().to_markdown(index=False)
