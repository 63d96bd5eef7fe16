"""The drill of `hold_open`, short: the hour is run by hand."""

import duckdb
import pytest

from market_platform.store.catalog import Catalog
from market_platform.store.lake import Lake
from market_platform_tests.marts.hold_open import drill


@pytest.mark.long
def test_nobody_who_holds_the_file_stops_a_write(tmp_path):
    found = drill(tmp_path / "data", seconds=0, pause_seconds=0)
    assert found["failures"] == []
    assert found["rounds"] == found["openings"] == 1
    assert {"writer", "reader"} <= set(found["first_seen"])


def test_what_a_person_wrote_into_the_file_of_before_is_not_replayed_onto_the_next(tmp_path):
    catalog = Catalog(tmp_path / "market.duckdb", Lake(tmp_path / "lake"), [])
    catalog.refresh()
    log = tmp_path / "market.duckdb.wal"
    with duckdb.connect(catalog.path) as person:
        person.execute("CREATE TABLE my_own AS SELECT 1 AS one")
        left = log.read_bytes()
    log.write_bytes(left)  # as a session leaves it that was killed
    catalog.marts.parent.mkdir()
    with duckdb.connect(catalog.marts) as marts:
        marts.execute("CREATE TABLE some_mart AS SELECT 1 AS one")
    assert catalog.refresh()
    with catalog.connect() as connection:
        tables = {name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {"some_mart", "catalog_versions"}
