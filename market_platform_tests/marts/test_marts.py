"""Marts against independent SQL and Python over the lake, and builds that add, replace and never publish what fails."""

import shutil
import subprocess
import sys
import tempfile
from datetime import date

import dagster as dg
import duckdb
import pandas as pd
import pytest

from market_platform.analysis.cross_market import location_summary, top_bottom_spreads
from market_platform.analysis.gas.storage import against_five_years
from market_platform.cli.document_commands import dbt_manifest
from market_platform.contracts.families import CONTRACTS
from market_platform.contracts.families.prices import LMP
from market_platform.definitions import build_defs
from market_platform.defs.marts.build import build_marts, write_dbt_page
from market_platform.defs.marts.mart_assets import feeds_of, mart_assets
from market_platform.reporting.documents import SOURCES_FILE, dbt_sources
from market_platform.reporting.mart_graph import GRAPH_FILE, PROJECT, graph_of, models
from market_platform.sources.catalogue import FEEDS

AUTUMN = date(2026, 11, 1)


def frame(marts, statement):
    return marts.sql(statement).to_arrow_table().to_pandas()


@pytest.mark.long
def test_the_graph_file_is_what_dbt_says():
    """A planned change is put on record by `make pages`."""
    assert GRAPH_FILE.read_text(encoding="utf-8") == graph_of(dbt_manifest())


def test_dbt_knows_the_tables_of_the_lake_as_the_contracts_declare_them():
    assert SOURCES_FILE.read_text(encoding="utf-8") == dbt_sources(), "run `market-platform docs`"


def test_no_mart_takes_the_name_of_a_table_and_every_feed_that_it_names_is_declared():
    assert not {model.name for model in models()} & {
        name for table in CONTRACTS for name in (table, f"{table}_history")
    }
    assert not {feed for model in models() for feed in model.feeds} - set(FEEDS)
    assert "nyiso_dam_lbmp_zone" in feeds_of(next(model for model in models() if model.name == "stg_day_ahead_prices"))
    assert not [model.name for model in models() if model.layer == "marts" and not model.columns]


def test_lineage_runs_from_assets_that_exist_and_no_mart_stands_on_nothing(make_platform):
    assets = {spec.key.to_user_string(): spec for spec in build_defs(make_platform()).resolve_all_asset_specs()}
    for model in models():
        above = {dep.asset_key.to_user_string() for dep in assets[model.name].deps}
        assert above, model.name
        assert above <= set(assets), model.name
        assert above == {*model.parents, *feeds_of(model)}


@pytest.mark.long
def test_dbt_writes_its_own_page_of_the_marts_as_they_stand(marts_platform, tmp_path):
    write_dbt_page(marts_platform, tmp_path / "pages" / "dbt.html")
    page = (tmp_path / "pages" / "dbt.html").read_text(encoding="utf-8")
    assert r'"relation_name": "\"marts\".\"main\".\"prices_daily\""' in page
    assert '"DOUBLE"' in page  # types are those of the built marts
    assert "Mean, low and high prices of a day by block" in page
    assert not list(marts_platform.catalog.marts.parent.glob(".build-*"))


def test_hourly_prices_are_the_published_ones(marts_platform, marts):
    for feed, column in (("nyiso_dam_lbmp_zone", "day_ahead"), ("nyiso_rt_hourly_lbmp_zone", "real_time")):
        published = marts_platform.lake.read(LMP, f"feed = '{feed}' AND market_run IN ('DAM', 'RT_HOURLY')")
        found = frame(marts, f"SELECT * FROM prices_hourly WHERE market = 'nyiso' AND {column}_usd_per_mwh IS NOT NULL")
        both = published.merge(found, on=["location", "interval_start"], how="outer", indicator=True)
        assert (both["_merge"] == "both").all()
        assert both["lmp_usd_per_mwh"].equals(both[f"{column}_usd_per_mwh"])


def test_a_quarter_hour_market_is_the_mean_of_whole_hours(marts_platform, marts):
    quarters = marts_platform.lake.read(LMP, "feed = 'caiso_fmm_lmp_hub' AND location = 'TH_SP15_GEN-APND'")
    hours = quarters.groupby(quarters["interval_start"].dt.floor("h"))["lmp_usd_per_mwh"].agg(["mean", "count"])
    found = frame(
        marts, "SELECT interval_start, real_time_usd_per_mwh FROM prices_hourly WHERE location = 'TH_SP15_GEN-APND' "
        "AND real_time_usd_per_mwh IS NOT NULL"
    ).set_index("interval_start")["real_time_usd_per_mwh"].sort_index()  # fmt: skip
    whole = hours.loc[hours["count"] == 4, "mean"].sort_index()
    assert found.to_numpy() == pytest.approx(whole.to_numpy())
    assert list(found.index) == list(whole.index)


def test_the_day_of_the_clock_change_has_25_hours_each_named_by_the_local_clock(marts):
    hours = frame(
        marts,
        f"SELECT * FROM prices_hourly WHERE market_day = DATE '{AUTUMN}' AND location = 'N.Y.C.' ORDER BY interval_start",
    )
    assert len(hours) == 25
    assert hours["hour_beginning"].tolist() == [0, 1, 1, *range(2, 24)]
    assert not hours["on_peak"].any()  # a Sunday
    daily = marts.sql(
        f"SELECT day_ahead_hours FROM prices_daily WHERE market_day = DATE '{AUTUMN}' AND location = 'N.Y.C.'"
    )
    assert set(daily.fetchall()) == {(25,)}  # all hours and off-peak


def test_blocks_and_top_bottom_spreads_are_those_of_the_engine(marts):
    hours = frame(marts, "SELECT *, day_ahead_congestion_usd_per_mwh AS congestion_usd_per_mwh FROM prices_hourly")
    summary = location_summary(hours).set_index(["market", "location"]).sort_index()
    by_block = frame(
        marts, "SELECT market, location, block, sum(day_ahead_usd_per_mwh * day_ahead_hours) / sum(day_ahead_hours) AS price "
        "FROM prices_monthly WHERE day_ahead_hours > 0 GROUP BY ALL"
    ).pivot_table(index=["market", "location"], columns="block", values="price")  # fmt: skip
    for block, column in (("all", "mean"), ("on_peak", "on_peak"), ("off_peak", "off_peak")):
        expected = summary[f"{column}_usd_per_mwh"].reindex(by_block.index)
        assert by_block[block].to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
    for n in (2, 4):
        expected = top_bottom_spreads(hours, n).set_index(["market", "location", "market_day"])["spread_usd_per_mwh"]
        found = frame(
            marts, f"SELECT market, location, market_day, tb{n}_usd_per_mwh AS tb FROM top_bottom_spreads "
            f"WHERE market_run = 'day_ahead' AND tb{n}_usd_per_mwh IS NOT NULL"
        ).set_index(["market", "location", "market_day"])["tb"]  # fmt: skip
        assert found.sort_index().to_numpy() == pytest.approx(expected.sort_index().to_numpy())


def test_load_of_the_system_is_the_sum_of_its_zones_and_the_forecast_is_from_before_the_day(marts):
    rows = marts.sql("""
        SELECT s.load_mw, sum(z.load_mw), any_value(s.issued_at), any_value(s.market_day) FROM load_hourly s
        JOIN load_hourly z USING (market, interval_start)
        WHERE s.market = 'nyiso' AND s.area = 'system' AND z.area <> 'system' AND s.load_mw IS NOT NULL
        GROUP BY s.interval_start, s.load_mw""").fetchall()
    assert rows
    for system, zones, issued, day in rows:
        assert system == pytest.approx(zones)
        assert issued is None or issued.date() <= day
    late = marts.sql("SELECT count(*) FROM load_hourly WHERE market_day(issued_at, market) >= market_day").fetchall()
    assert late == [(0,)]


def test_the_storage_band_is_that_of_the_engine(marts_platform):
    """On a history longer than the sandbox's: the model's SQL over stocks of seven years."""
    weeks = pd.date_range("2019-01-04", periods=370, freq="W-FRI")
    stock = pd.Series([2500.0 + 900 * ((week.day_of_year - 90) % 182) / 182 + week.year for week in weeks], index=weeks)
    text = (PROJECT / "models/marts/gas_storage_weekly.sql").read_text()
    friday = "stock.week_ending - "
    loop = ", ".join(f"{friday}{364 * year}" for year in range(1, 6))
    start, end = text.index("{%- for"), text.index("{% endfor %}") + len("{% endfor %}")
    statement = (text[:start] + loop + text[end:]).replace("{{ ref('stg_gas_storage') }}", "stocks")
    with duckdb.connect() as connection:
        table = pd.DataFrame(
            {"region": "Lower 48", "gas_type": "total", "week_ending": weeks.date, "stock_bcf": stock.to_numpy()}
        )
        connection.register("stocks", table)
        found = connection.sql(statement).to_arrow_table().to_pandas().set_index("week_ending")
    expected = against_five_years(stock)
    for column in ("five_year_mean_bcf", "five_year_low_bcf", "five_year_high_bcf", "surplus_bcf"):
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), nan_ok=True)
    assert found["five_year_mean_bcf"].notna().sum() == 370 - 5 * 52


@pytest.mark.long
def test_a_build_adds_what_is_new_while_a_person_holds_the_file_for_writing(marts_platform):
    before = count_of(marts_platform, "TRUE")
    marts_platform.catalog.path.unlink()  # this process reads the file of before; the person opens one of their own
    marts_platform.catalog.refresh()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(marts_platform.catalog.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as person:
        assert person.stdout.readline().strip() == "held"
        list(marts_platform.pipeline.ingest(FEEDS["caiso_dam_lmp_hub"], [date(2026, 11, 17)]))
        lay_in_a_day_without_one_quarter(marts_platform)
        build = build_marts(marts_platform)
        person.stdin.close()
    assert build.published
    assert not build.full_refresh
    assert count_of(marts_platform, "market = 'caiso' AND market_day = DATE '2026-11-17'") == (6 * 24, 6 * 24)
    assert count_of(marts_platform, "TRUE") == (before[0] + 6 * 24 + 23, before[1] + 6 * 24 + 23)
    assert not list(marts_platform.catalog.marts.parent.glob(".build-*"))


def lay_in_a_day_without_one_quarter(platform):
    quarters = platform.lake.read(
        LMP, "feed = 'caiso_fmm_lmp_hub' AND location = 'TH_SP15_GEN-APND' AND market_day = '2026-11-19'"
    )
    earlier = pd.Timedelta(days=3)
    rows = quarters[list(LMP.row_columns)].assign(
        market_day=date(2026, 11, 16),
        interval_start=quarters["interval_start"] - earlier,
        interval_end=quarters["interval_end"] - earlier,
    )
    assert len(rows) == 96
    platform.lake.commit(LMP, "caiso_fmm_lmp_hub", rows.iloc[1:], payload="0" * 64, read_at=platform.clock())


def count_of(platform, where):
    statement = f"SELECT count(*), count(DISTINCT (market, location, interval_start)) FROM prices_hourly WHERE {where}"
    platform.catalog.refresh()
    # A copy: a process that holds the file open is given what it holds when it opens it once more.
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(platform.catalog.path, folder)
        with duckdb.connect(copy, read_only=True) as connection:
            return connection.sql(statement).fetchone()


@pytest.mark.long
def test_the_asset_tells_the_rows_and_the_checks_of_every_mart(marts_platform):
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([mart_assets()], instance=instance, resources={"platform": marts_platform})
    told = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    assert set(told) == {model.name for model in models()}
    marts_platform.catalog.refresh()
    with marts_platform.catalog.connect() as connection:
        for name in ("prices_hourly", "load_hourly"):
            assert connection.sql(f"SELECT count(*) FROM {name}").fetchall() == [
                (told[name]["dagster/row_count"].value,)
            ]
    checks = result.get_asset_check_evaluations()
    assert {check.check_name for check in checks} <= {test for model in models() for test in model.tests}
    assert [check.check_name for check in checks if not check.passed] == []
    assert checks
