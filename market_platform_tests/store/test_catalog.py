"""The catalog: a file that a person may hold open while runs write."""

import subprocess
import sys
from datetime import date

import duckdb
import pytest

from market_platform.sources.catalogue import FEEDS


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
