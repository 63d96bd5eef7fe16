"""Assets before the gate: the resources, and each ISO's bid schedule with the verdicts of its rules and of the limits."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from market_platform.contracts.families.trading import BID_SCHEDULES
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.partitions import market_days
from market_platform.defs.trading.prices import DAY_AHEAD, SERVICES
from market_platform.platform import Platform
from market_platform.trading.bids.bid import Bid

if TYPE_CHECKING:
    from market_platform.defs.trading.house import House

GROUP = "trading"
# All markets share a run, so a market day is a date here; each market counts its hours in its own zone.
DAYS = market_days("UTC")
SCHEDULES_OF = tuple(f"{iso}_bid_schedule" for iso in sorted(DAY_AHEAD))
NOTHING_YET = (
    "nothing here yet: put your resources into {path} (columns: resource, kind, iso, location, what the ISO calls it, power "
    "and energy)"
)


def on_any_day(keys: Sequence[str]) -> list[dg.AssetDep]:
    """Return dependencies on assets whose partitions are counted in other zones."""
    return [dg.AssetDep(key, partition_mapping=dg.AllPartitionMapping()) for key in keys]


@dg.asset(
    key="trading_resources",
    group_name=GROUP,
    kinds={"table"},
    description="Batteries, EV fleets, solar with storage and CHP that are traded: resources.csv in the data folder, in the "
    "sandbox a small simulated fleet where there is none.",
)
def trading_resources(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Read and check the resources."""
    from market_platform.defs.trading.house import RESOURCES_FILE, House

    house = House(platform)
    path = platform.settings.data_folder / RESOURCES_FILE
    if not house.has_resources:
        return dg.MaterializeResult(metadata={"resources": 0, "note": NOTHING_YET.format(path=path)})
    table = house.resources.table
    shown = table[["kind", "iso", "location", "charge_mw", "discharge_mw", "soc_max_mwh", "generation_mw"]]
    return dg.MaterializeResult(
        metadata={
            "resources": len(table),
            "source": str(path) if path.is_file() else "simulated fleet",
            "power_mw": round(float((table["discharge_mw"] + table["generation_mw"]).sum()), 3),
            "energy_mwh": round(float(table["soc_max_mwh"].sum()), 3),
            "table": dg.MetadataValue.md(shown.reset_index().to_markdown(index=False)),
        }
    )


def schedule_asset(iso: str) -> dg.AssetsDefinition:
    """Return the day-ahead bid schedule of an ISO, one partition a market day."""
    key = f"{iso}_bid_schedule"
    fuel = ["cme_ng_settlements"] if iso == "nyiso" else []

    @dg.asset(
        key=key,
        group_name=GROUP,
        kinds={"numba", iso},
        partitions_def=DAYS,
        deps=[
            "trading_resources",
            *on_any_day([*DAY_AHEAD[iso], *SERVICES[iso], f"{iso}_day_ahead_price_forecast", *fuel]),
        ],
        description=f"Day-ahead bids of the resources in {iso.upper()} for a market day, made before the gate from what is known "
        "then: the platform's price forecast, else the seasonal naive on published prices, else the threshold strategy. A store "
        "plans energy together with the ancillary services that it is qualified for. "
        "In the sandbox a day whose gate has closed is planned as of twenty minutes before it.",
        metadata={
            "dagster/column_schema": table_schema(BID_SCHEDULES),
            "dagster/table_name": f"lake.{BID_SCHEDULES.name}",
        },
        check_specs=[
            dg.AssetCheckSpec("bid_rules", asset=key, description=f"Every rule of {iso.upper()} that holds on the day"),
            dg.AssetCheckSpec("risk_limits", asset=key, description="Bids that the risk limits would not let out"),
        ],
    )
    def schedule(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
        from market_platform.defs.trading.house import House

        return _planned(House(platform, actor=key), iso, date.fromisoformat(context.partition_key), key)

    return schedule


def _planned(house: "House", iso: str, day: date, key: str) -> dg.MaterializeResult:
    """Plan a day, or show the plan that stands, with the verdicts on its bids."""
    from market_platform.defs.trading.records import lay
    from market_platform.defs.trading.scheduling import day_ahead_schedule, fresh_revision, planning_moment
    from market_platform.trading.bid_ledger.life_cycle import HOLDING
    from market_platform.trading.bid_ledger.queries import find_bids

    service = house.service(iso, day)
    ledger, now = house.platform.ledger, house.platform.clock()
    standing = find_bids(ledger, iso=iso, market="dam", day=day, states=("draft", "uncleared", "rejected", *HOLDING))
    at = planning_moment(iso, day, now, may_be_past=house.delivery == "sandbox")
    notes: list[str] = []
    if standing:
        notes.append(f"the schedule of {len(standing)} bids stands; cancel it to plan anew")
        bids = [bid for bid, state in standing]
        drafts = [bid for bid, state in standing if state == "draft"]
        rows = house.platform.lake.read(BID_SCHEDULES, f"feed = '{key}' AND market_day = DATE '{day}'")
    elif not house.has_resources or not len(house.of_iso(iso)):
        return _empty(f"no resources in {iso.upper()}: add some to resources.csv in the data folder")
    elif at is None:
        return _empty(f"the gate of {day} has closed: nothing was planned for it")
    else:
        plan = day_ahead_schedule(house, iso, day, at, revision=fresh_revision(ledger, iso, day))
        bids = drafts = service.draft(plan.bids, at)
        rows = lay(house, BID_SCHEDULES, key, plan.rows, day)
        notes += plan.notes
    verdicts = service.check(bids, at or now)
    decisions = service.would_risk_allow(drafts)
    metadata = _metadata(house, iso, day, rows, bids, notes)
    return dg.MaterializeResult(
        metadata=metadata, check_results=[_rule_check(verdicts), _risk_check(decisions, len(bids) - len(drafts))]
    )


def _empty(note: str) -> dg.MaterializeResult:
    passed = [
        dg.AssetCheckResult(check_name=name, passed=True, metadata={"bids": 0}) for name in ("bid_rules", "risk_limits")
    ]
    return dg.MaterializeResult(metadata={"bids": 0, "note": note}, check_results=passed)


def _metadata(
    house: "House", iso: str, day: date, rows: pd.DataFrame, bids: Sequence[Bid], notes: Sequence[str]
) -> dict[str, Any]:
    from market_platform.defs.trading.pictures import curve_picture, plan_picture, services_picture
    from market_platform.markets.market import MARKETS
    from market_platform.reporting.images import markdown_image

    metadata: dict[str, Any] = {
        "dagster/partition_row_count": len(rows),
        "bids": len(bids),
        "origin": house.platform.settings.origin,
        "delivery": house.delivery,
        "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in notes)),
    }
    if rows.empty:
        return metadata
    zone = MARKETS[iso].zone_name
    services, rows = rows[rows["product"] != "energy"], rows[rows["product"] == "energy"]
    if len(services):
        metadata["ancillary_services"] = dg.MetadataValue.md(
            markdown_image("Ancillary services", services_picture(services, zone, simulated=house.is_simulated))
        )
    settled = {location: house.prices.of_day(iso, "dam", str(location), day) for location in rows["location"].unique()}
    rows = rows.assign(
        settled_usd_per_mwh=[
            settled[location].get(start)
            for location, start in zip(rows["location"], rows["interval_start"], strict=True)
        ]
    )
    metadata["forecast"] = ", ".join(sorted(rows["forecast_source"].unique()))
    metadata["plan"] = dg.MetadataValue.md(
        markdown_image("Plan", plan_picture(rows, zone, simulated=house.is_simulated))
    )
    metadata["bid_curves"] = dg.MetadataValue.md(
        markdown_image("Bid curves", curve_picture(rows, zone, simulated=house.is_simulated))
    )
    return metadata


def _rule_check(verdicts: Sequence[Any]) -> dg.AssetCheckResult:
    broken = [(verdict.bid_id, fault) for verdict in verdicts for fault in verdict.broken]
    unverified = Counter(rule for verdict in verdicts for rule in verdict.unverified)
    lines = ["| bid | rule | status | message |", "|---|---|---|---|"]
    lines += [f"| {bid_id} | {fault.rule} | {fault.status} | {fault.message} |" for bid_id, fault in broken[:40]]
    return dg.AssetCheckResult(
        check_name="bid_rules",
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "bids": len(verdicts),
            "rules_applied": sum(len(verdict.findings) for verdict in verdicts),
            "broken": len(broken),
            "on_unverified_values": dict(unverified),
            "faults": dg.MetadataValue.md("\n".join(lines) if broken else "none"),
        },
    )


def _risk_check(decisions: Sequence[Any], standing: int) -> dg.AssetCheckResult:
    refused = [decision for decision in decisions if not decision.granted]
    lines = [f"- {decision.bid_id}: {breach.message}" for decision in refused[:20] for breach in decision.breaches]
    return dg.AssetCheckResult(
        check_name="risk_limits",
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "drafts_judged": len(decisions),
            "refused": len(refused),
            "already_with_the_market": standing,
            "breaches": dg.MetadataValue.md("\n".join(lines) or "none"),
        },
    )
