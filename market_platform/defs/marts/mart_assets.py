"""The dbt models as assets: one build, an asset a model, a check a test, lineage down to the feeds."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from market_platform.defs.marts.build import Build, NodeResult, build_marts
from market_platform.platform import Platform
from market_platform.reporting.mart_graph import Model, models
from market_platform.sources.catalogue import FEEDS

SAMPLE_ROWS = 5
# Assets that lay in the tables that no feed fills, by table.
COMPUTED_TABLES: dict[str, tuple[str, ...]] = {
    "spark_spreads": ("spark_spreads",),
    "forecast_scores": ("forecast_scores",),
    "bids": ("bids",),
    "awards": ("awards",),
    "trading_kpis": ("trading_kpis",),
    "settlement_lines": (
        "settlement_statements",
        *(f"{market}_shadow_settlement" for market in ("caiso", "ercot", "nyiso", "pjm")),
    ),
    "settlement_variances": ("settlement_reconciliation",),
    "certificate_positions": ("certificate_positions",),
    "compliance_obligations": ("compliance_obligations",),
    "compliance_standing": ("compliance_standing",),
    "esg_metrics": ("esg_metrics",),
}


class MartSettings(dg.Config):
    """Settings of one build."""

    full_refresh: bool = False


def mart_assets() -> dg.AssetsDefinition:
    """Return the build of all models."""

    @dg.multi_asset(
        name="dbt_build",
        specs=[_spec(model) for model in models()],
        check_specs=[
            dg.AssetCheckSpec(test, asset=model.name, description=demand)
            for model in models()
            for test, demand in model.tests.items()
        ],
    )
    def dbt_build(
        config: MartSettings, platform: dg.ResourceParam[Platform]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        build = build_marts(platform, full_refresh=config.full_refresh)
        by_name = {node.name: node for node in build.nodes}
        if build.published:
            with platform.catalog.connect() as connection:
                for model in models():
                    yield dg.MaterializeResult(
                        asset_key=model.name, metadata=_metadata(model, by_name.get(model.name), build, connection)
                    )
        for model in models():
            for test in model.tests:
                if test in by_name:
                    yield _check(model, by_name[test])
        if not build.published:
            raise dg.Failure(f"the marts were not published, the last ones stand: {build.error}")

    return dbt_build


def feeds_of(model: Model) -> list[str]:
    """Return the assets that a model's rows come from: the feeds it names, or all that fill the tables it reads."""
    if model.feeds:
        return sorted(model.feeds)
    found = {feed.key for feed in FEEDS.values() if feed.contract.name in model.tables}
    return sorted(found.union(*(COMPUTED_TABLES.get(table, ()) for table in model.tables)))


def _spec(model: Model) -> dg.AssetSpec:
    return dg.AssetSpec(
        model.name,
        deps=[*model.parents, *feeds_of(model)],
        description=model.description,
        group_name=model.layer,
        kinds={"dbt", "duckdb"},
        metadata={"model": dg.MetadataValue.text(f"dbt_project/models/{model.layer}/{model.name}.sql")},
    )


def _metadata(
    model: Model, node: NodeResult | None, build: Build, connection: duckdb.DuckDBPyConnection
) -> dict[str, dg.MetadataValue]:
    if node is None:
        return {"written_into": dg.MetadataValue.text("the marts that read it")}
    found: dict[str, dg.MetadataValue] = {"seconds": dg.MetadataValue.float(round(node.seconds, 3))}
    if model.layer != "marts":
        return found
    described = connection.execute(f"DESCRIBE {model.name}").fetchall()
    count = connection.execute(f"SELECT count(*) FROM {model.name}").fetchall()[0][0]  # noqa: S608
    sample = connection.sql(f"FROM {model.name} LIMIT {SAMPLE_ROWS}").to_arrow_table().to_pandas()
    return {
        **found,
        "dagster/row_count": dg.MetadataValue.int(count),
        "dagster/column_schema": dg.MetadataValue.table_schema(
            dg.TableSchema([dg.TableColumn(row[0], row[1], description=model.columns.get(row[0])) for row in described])
        ),
        "sample": dg.MetadataValue.md(sample.to_markdown(index=False) if count else "no rows yet"),
        "full_refresh": dg.MetadataValue.bool(build.full_refresh),
    }


def _check(model: Model, node: NodeResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=model.name,
        check_name=node.name,
        passed=node.status == "pass",
        metadata={"rows_that_fail": node.failures or 0, "status": node.status},
    )
