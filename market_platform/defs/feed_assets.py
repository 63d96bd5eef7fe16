"""One asset a feed, made from its declaration: key, partitions, group, schema, pool and what a person sees of a run."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

import dagster as dg

from market_platform.contracts.contract import Contract, kind_of
from market_platform.defs.partitions import partitions_of
from market_platform.ingest.account import Outcome
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image
from market_platform.sources.catalogue import publisher_of
from market_platform.sources.feed import Cadence, Feed

MOST_LINES_LOGGED = 200


def feed_asset(feed: Feed) -> dg.AssetsDefinition:
    """Return the asset that lays a feed's market days into the lake."""

    @dg.asset(
        key=feed.key,
        group_name=feed.publisher,
        description=describe(feed),
        partitions_def=partitions_of(feed),
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"deltalake", feed.publisher},
        tags={"contract": feed.contract.name, "refresh": feed.refresh.name.lower()},
        metadata={
            "dagster/column_schema": table_schema(feed.contract),
            "dagster/table_name": f"lake.{feed.contract.name}",
            "publisher": publisher_of(feed).name,
            "dataset": feed.dataset,
        },
        pool=feed.publisher,
        output_required=False,
    )
    def ingest(
        context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
    ) -> Iterator[dg.MaterializeResult]:
        days = _days(context, feed, platform)
        outcomes = list(platform.pipeline.ingest(feed, days))
        for outcome in islice(outcomes, MOST_LINES_LOGGED):
            context.log.info(f"{outcome.source}: {outcome.outcome}, {outcome.committed} rows {outcome.message}")
        failures = [outcome for outcome in outcomes if outcome.failed]
        if failures:
            raise dg.Failure(
                description="; ".join(f"{outcome.outcome}: {outcome.message}" for outcome in failures[:3]),
                metadata={"outcomes": dg.MetadataValue.md(_table(outcomes))},
                allow_retries=False,
            )
        landed = [outcome for outcome in outcomes if outcome.outcome != "not_published"]
        for key in feed.also:
            with_it = [outcome for outcome in landed if outcome.feed == key]
            if with_it:
                rows = sum(outcome.committed for outcome in with_it)
                context.log_event(dg.AssetMaterialization(key, metadata={"dagster/partition_row_count": rows}))
        if landed:
            yield dg.MaterializeResult(metadata=_metadata(feed, platform, outcomes, days))

    return ingest


def file_asset(feed: Feed) -> dg.AssetSpec:
    """Return the asset of a feed that is not asked for by itself: it is read from files, or comes with another feed."""
    carriers = [each.key for each in publisher_of(feed).feeds if feed.key in each.also]
    return dg.AssetSpec(
        feed.key,
        deps=carriers,
        group_name=feed.publisher,
        description=describe(feed),
        kinds={"deltalake", feed.publisher},
        metadata={
            "dagster/column_schema": table_schema(feed.contract),
            "dagster/table_name": f"lake.{feed.contract.name}",
        },
    )


def describe(feed: Feed) -> str:
    """Return the catalogue text of a feed."""
    lines = [
        f"{feed.title}. {feed.contract.description}",
        "",
        f"Publisher: {publisher_of(feed).name}, dataset `{feed.dataset}`. Refreshed {feed.refresh.value}.",
    ]
    if feed.note:
        lines += ["", feed.note]
    return "\n".join(lines)


def table_schema(contract: Contract) -> dg.TableSchema:
    """Return a contract's stored columns as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                kind_of(spec).value,
                description=spec.description,
                constraints=dg.TableColumnConstraints(nullable=bool(spec.nullable)),
            )
            for name, spec in contract.lake_columns.items()
        ]
    )


def _days(context: dg.AssetExecutionContext, feed: Feed, platform: Platform) -> list[date]:
    if feed.cadence is Cadence.SNAPSHOT:
        return [today(platform.clock(), feed.zone)]
    return [date.fromisoformat(key) for key in context.partition_keys]


def _metadata(feed: Feed, platform: Platform, outcomes: Sequence[Outcome], days: Sequence[date]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": sum(outcome.committed for outcome in outcomes),
        "rows_changed": sum(outcome.changed for outcome in outcomes),
        "rows_quarantined": sum(outcome.quarantined for outcome in outcomes),
        "origin": platform.settings.origin,
        "outcomes": dg.MetadataValue.md(_table(outcomes)),
    }
    if len(days) == 1:
        rows = platform.lake.read(feed.contract, f"feed = '{feed.key}' AND market_day = DATE '{days[0]}'")
        from market_platform.reporting.feed_plots import plot_day

        plot = plot_day(feed, rows, simulated=platform.settings.origin == "sandbox")
        if plot is not None:
            metadata["plot"] = dg.MetadataValue.md(markdown_image(feed.title, plot))
    return metadata


def _table(outcomes: Sequence[Outcome]) -> str:
    lines = ["| source | outcome | rows | committed | quarantined | message |", "|---|---|---:|---:|---:|---|"]
    lines += [
        f"| {each.source} | {each.outcome} | {each.rows} | {each.committed} | {each.quarantined} | {each.message} |"
        for each in outcomes[:MOST_LINES_LOGGED]
    ]
    return "\n".join(lines)
