"""The doctor: each damage done on purpose is named, and what can be mended is as it was before."""

from datetime import date, timedelta

import dagster as dg
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from market_platform.contracts.families.prices import LMP
from market_platform.ingest.derived import hash_of
from market_platform.sources.catalogue import FEEDS
from market_platform.upkeep.doctor import examine, mend
from market_platform.upkeep.seal_table import lake_seals
from market_platform.upkeep.seals import seal_fresh_files
from market_platform_tests.conftest import NOW

pytestmark = pytest.mark.long

DAYS = (date(2026, 11, 18), date(2026, 11, 19))


@pytest.fixture
def platform(make_platform):
    platform = make_platform()
    for feed in ("nyiso_dam_lbmp_zone", "nyiso_fuel_mix"):
        list(platform.pipeline.ingest(FEEDS[feed], DAYS))
    platform.catalog.refresh()
    assert list(examine(platform)) == []
    return platform


def _found(platform):
    return [(finding.part, finding.wrong) for finding in examine(platform)]


def _mended(platform):
    return [word for _, word in mend(list(examine(platform)))]


@pytest.mark.parametrize("damage", ["cut", "gone", "noise"])
def test_a_damaged_slice_comes_back_with_its_versions(platform, make_platform, damage):
    later = make_platform(now=NOW + timedelta(hours=3))
    list(later.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], DAYS))
    before = hash_of([platform.lake.read(LMP, versions=True)])
    file = next((platform.settings.data_folder / "lake" / "lmp").rglob("feed=nyiso_dam*/month=*/*.parquet"))
    if damage == "gone":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"\x00" * len(content))
    found = list(examine(platform))
    assert [finding.part for finding in found] == ["lake"]
    assert "nyiso_dam_lbmp_zone, 2026-11" in found[0].where
    assert _mended(platform) == ["mended"]
    assert hash_of([platform.lake.read(LMP, versions=True)]) == before
    assert list(examine(platform)) == []


def test_a_damaged_payload_is_laid_aside_and_never_read_as_whole(platform):
    raw = platform.settings.data_folder / "raw"
    payload = next(path for path in raw.rglob("*") if path.is_file())
    payload.chmod(0o644)
    payload.write_bytes(b"other")
    assert _found(platform) == [("archive", "its bytes no longer match its name")]
    assert _mended(platform) == ["mended"]
    assert (raw.parent / "damaged" / payload.name).read_bytes() == b"other"
    [(part, wrong)] = _found(platform)
    assert part == "archive"
    assert "missing" in wrong


def test_what_dead_processes_leave_behind_is_removed(platform):
    raw = platform.settings.data_folder / "raw"
    (raw / "ab").mkdir(exist_ok=True)
    (raw / "ab" / ".abc.123").write_bytes(b"half")
    assert [part for part, _ in _found(platform)] == ["archive"]
    assert _mended(platform) == ["mended"]
    assert _found(platform) == []


def test_a_broken_catalog_is_built_again(platform):
    platform.catalog.path.write_bytes(b"not a database" * 1000)
    assert [part for part, _ in _found(platform)] == ["catalog"]
    assert _mended(platform) == ["mended"]
    with platform.catalog.connect() as connection:
        assert connection.sql("SELECT count(*) FROM lmp").fetchall() == [(2 * 24 * 15,)]


def test_runs_that_never_ended_are_marked(platform):
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing, status=dg.DagsterRunStatus.STARTED)
        later = type(platform)(platform.settings, clock=lambda: NOW.replace(year=2030))
        [finding] = [each for each in examine(later, instance) if each.part == "runs"]
        assert run.run_id[:8] in finding.where
        assert [word for _, word in mend([finding])] == ["mended"]
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE


@dg.job
def _nothing():
    pass


def test_a_changed_byte_that_still_reads_is_seen_by_its_seal(platform):
    before = hash_of([platform.lake.read(LMP, versions=True)])
    file = next((platform.settings.data_folder / "lake" / "lmp").rglob("feed=nyiso_dam*/month=*/*.parquet"))
    table = pq.read_table(file)
    price = table.column_names.index("lmp_usd_per_mwh")
    pq.write_table(table.set_column(price, "lmp_usd_per_mwh", pc.add(table["lmp_usd_per_mwh"], 1.0)), file)
    [finding] = examine(platform)
    assert "changed since it was sealed" in finding.wrong
    assert _mended(platform) == ["mended"]
    assert hash_of([platform.lake.read(LMP, versions=True)]) == before
    assert list(examine(platform)) == []
    assert seal_fresh_files(platform) == 0
    with platform.ledger.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(lake_seals)) == len(_live(platform))


def test_what_the_ledger_counted_and_the_lake_lost_comes_back(platform, make_platform):
    later = make_platform(now=NOW + timedelta(hours=3))
    list(later.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], [date(2026, 10, 31), *DAYS]))
    before = hash_of([platform.lake.read(LMP, versions=True)])
    platform.lake.drop_slice(LMP, "nyiso_dam_lbmp_zone", "2026-11")
    found = list(examine(platform))
    assert [(each.part, "not there" in each.wrong, "2026-11" in each.where) for each in found] == [("lake", True, True)]
    assert _mended(platform) == ["mended"]
    assert hash_of([platform.lake.read(LMP, versions=True)]) == before
    assert list(examine(platform)) == []


def _live(platform):
    return [file for contract in platform.catalog.contracts for file in platform.lake.files(contract)]
