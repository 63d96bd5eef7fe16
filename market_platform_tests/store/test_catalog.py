"""The catalog: a file that a person may hold open while runs write."""

import subprocess
import sys
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from market_platform.sources.catalogue import FEEDS
from market_platform.store.catalog import Catalog


def ingest(platform, day):
    list(platform.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], [day]))


def test_a_person_holds_the_file_open_and_writers_go_on(make_platform):
    platform = make_platform()
    ingest(platform, date(2026, 11, 18))
    platform.catalog.refresh()
    held = duckdb.connect(str(platform.catalog.path), read_only=True)
    assert held.sql("SELECT count(*) FROM lmp").fetchall() == [(360,)]
    ingest(platform, date(2026, 11, 19))
    assert platform.catalog.refresh()
    assert held.sql("SELECT count(*) FROM lmp").fetchall() == [(360,)]
    held.close()
    with duckdb.connect(str(platform.catalog.path), read_only=True) as again:
        assert again.sql("SELECT count(*) FROM lmp").fetchall() == [(720,)]


def test_another_process_may_hold_the_file_even_for_writing(make_platform):
    platform = make_platform()
    platform.catalog.refresh()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(platform.catalog.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as person:
        person.stdout.readline()
        ingest(platform, date(2026, 11, 18))
        assert platform.catalog.refresh()
        person.stdin.close()


def test_tables_and_columns_explain_themselves(make_platform):
    platform = make_platform()
    with platform.catalog.connect() as connection:
        silent = connection.sql(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"
        ).fetchall()
        assert silent == []
        comment = connection.sql(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'lmp' AND column_name = 'lmp_usd_per_mwh'"
        ).fetchall()
        assert comment == [("Price as published",)]
        with pytest.raises(duckdb.Error):
            connection.execute("CREATE TABLE mine (a INTEGER)")


def test_a_catalog_goes_on_from_the_last_one_and_shows_what_one_made_anew_shows(make_platform, tmp_path):
    platform = make_platform(folder=tmp_path)
    for day in (date(2026, 10, 20), date(2026, 11, 1), date(2026, 11, 19)):
        ingest(platform, day)
        platform.catalog.refresh()
    assert not platform.catalog.refresh()
    anew = Catalog(tmp_path / "anew" / "market.duckdb", platform.lake, platform.catalog.contracts)
    *_, rows = shown_by(platform.catalog)
    assert len(rows) > 15 * (25 + 24 + 24)
    assert shown_by(platform.catalog) == shown_by(anew)


def shown_by(catalog):
    questions = (
        "SELECT view_name, sql, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL",
        "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
        "SELECT * FROM catalog_versions ORDER BY ALL",
        "SELECT * FROM lmp_history ORDER BY ALL",
    )
    with catalog.connect() as connection:
        return [connection.sql(question).fetchall() for question in questions]


def test_what_a_person_wrote_into_the_file_is_gone_with_it(make_platform):
    platform = make_platform()
    ingest(platform, date(2026, 11, 18))
    platform.catalog.refresh()
    with duckdb.connect(str(platform.catalog.path)) as person:
        person.execute("DROP VIEW lmp")
    ingest(platform, date(2026, 11, 19))
    with platform.catalog.connect() as connection:
        assert connection.sql("SELECT count(*) FROM lmp").fetchall() == [(720,)]


def test_a_table_that_is_described_otherwise_makes_the_catalog_anew(make_platform):
    platform = make_platform()
    platform.catalog.refresh()
    lmp, *others = platform.catalog.contracts
    told = Catalog(platform.catalog.path, platform.lake, [replace(lmp, description="Prices of places."), *others])
    assert told.refresh()
    with told.connect() as connection:
        said = connection.sql("SELECT comment FROM duckdb_views() WHERE view_name = 'lmp'").fetchall()
    assert said == [("Prices of places.",)]
