"""The marts of a platform whose lake lies in an object store are those of one whose lake lies in a folder."""

from datetime import date

import duckdb
import pytest

from market_platform.defs.marts.build import build_marts
from market_platform.platform import Platform
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform_tests.conftest import NOW

pytestmark = pytest.mark.long

DAYS = [date(2026, 11, 1), date(2026, 11, 19)]  # the long day of autumn, and a short one's usual


def built(settings):
    platform = Platform(settings, clock=lambda: NOW, transport=SandboxTransport(0, lambda: NOW), sleep=lambda _: None)
    list(platform.pipeline.ingest(FEEDS["caiso_dam_lmp_hub"], DAYS))
    build = build_marts(platform)
    assert build.published, build.error
    with duckdb.connect(platform.catalog.marts, read_only=True) as connection:
        rows = connection.sql("SELECT * EXCLUDE (known_from) FROM prices_hourly ORDER BY ALL").fetchall()
    return platform, rows


def test_dbt_reads_a_lake_in_a_bucket_and_writes_no_secret_down(bucket, tmp_path):
    server = Settings(
        data=tmp_path / "server", profile="server", DATABASE_URL=f"sqlite:///{tmp_path / 'ledger.db'}", bucket=bucket.url,
        bucket_key=bucket.key, bucket_secret=bucket.secret, bucket_endpoint=bucket.endpoint,
    )  # fmt: skip
    platform, far = built(server)
    _, near = built(Settings(data=tmp_path / "embedded", origin="sandbox"))
    assert platform.lake.files(FEEDS["caiso_dam_lmp_hub"].contract)[0].startswith("s3://")
    assert far == near
    assert len(far) == 6 * (25 + 24)
    assert not [path for path in server.data_folder.rglob("*") if path.is_file() and b"some'thing" in path.read_bytes()]
