"""Lake, archive and catalog on an object store: the same promises as in a folder, kept over a socket."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from market_platform.contracts.families.power import LOAD
from market_platform.errors import StoreError
from market_platform.store.archive import BucketArchive
from market_platform.store.bucket import Bucket
from market_platform.store.catalog import Catalog
from market_platform.store.lake import Lake
from market_platform_tests.ingest.test_derived import FIRST, lay

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_archive_keeps_bytes_once_and_tells_damage(bucket):
    archive = BucketArchive(bucket)
    digest = archive.keep(b"bytes of a publisher")
    assert archive.keep(b"bytes of a publisher") == digest
    assert archive.read(digest) == b"bytes of a publisher"
    with bucket.files.open_output_stream(f"{bucket.path}/{digest[:2]}/{digest}") as stream:
        stream.write(b"other")
    with pytest.raises(StoreError, match="damaged"):
        archive.read(digest)
    with pytest.raises(StoreError, match="has no payload"):
        archive.read("0" * 64)


def test_versions_and_as_of_hold_on_an_object_store(bucket, tmp_path):
    lake = Lake(bucket)
    lay(lake, [1.0, 2.0, 3.0], 30)
    assert lay(lake, [1.0, 2.5, 3.0], 31).rows_changed == 1
    catalog = Catalog(tmp_path / "market.duckdb", lake, [LOAD])
    with catalog.connect() as connection:
        now = connection.sql("SELECT load_mw FROM load ORDER BY interval_start").fetchall()
        before = connection.execute(
            "SELECT load_mw FROM load_as_of(?) ORDER BY interval_start", [FIRST + timedelta(hours=30, minutes=1)]
        ).fetchall()
    assert [value for (value,) in now] == [1.0, 2.5, 3.0]
    assert [value for (value,) in before] == [1.0, 2.0, 3.0]
    assert "some'thing" not in (tmp_path / "market.duckdb").read_bytes().decode("latin-1")


def test_writers_side_by_side_all_commit(bucket):
    """An object store has no rename: a commit is a put that fails where another was first."""
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda number: lay(Lake(bucket), [1.0, 2.0], 30, feed=f"feed_{number}"), range(6)))
    assert [commit.rows_changed for commit in done] == [2] * 6
    assert len(Lake(bucket).read(LOAD)) == 12


def test_a_reader_that_is_not_duckdb_reads_the_table(bucket, tmp_path):
    lay(Lake(bucket), [1.0, 2.0, 3.0], 30)
    lay(Lake(tmp_path), [1.0, 2.0, 3.0], 30)
    far = pl.read_delta(f"{bucket.url}/load", storage_options=bucket.delta_options)
    near = pl.read_delta(f"{tmp_path}/load")
    assert far.drop("month").equals(near.drop("month"))
    assert far["load_mw"].to_list() == [1.0, 2.0, 3.0]
    assert far["interval_start"].dtype.time_zone == "UTC"


def test_a_bucket_says_what_is_wrong_with_its_address_and_never_its_secret():
    with pytest.raises(StoreError, match="s3://bucket"):
        Bucket("/some/folder", "a", "b")
    assert "hidden" not in repr(Bucket("s3://lake", "hidden-key", "hidden-secret"))
