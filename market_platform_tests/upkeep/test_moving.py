"""A platform moved to Postgres and an object store, backed up and restored: the same rows, counts and hashes."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from market_platform.contracts.families.prices import LMP
from market_platform.errors import StoreError
from market_platform.ingest.derived import hash_of
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform.store.feed_tables import fetches
from market_platform.trading.bid_ledger.tables import risk_lock, risk_stops
from market_platform.upkeep.ledger_copy import table_content
from market_platform.upkeep.moving import ledger_tables, move
from market_platform_tests.conftest import NOW

FALL_BACK, SPRING_FORWARD = date(2026, 11, 1), date(2026, 3, 8)

STOP = {
    "resource": "BATTERY",
    "at": NOW,
    "entry_usd_per_mwh": Decimal("31.50"),
    "mark_usd_per_mwh": Decimal("12.340"),
    "stop_usd_per_mwh": Decimal("15.75"),
}


def _quiet(_text):
    pass


@pytest.fixture
def filled(make_platform):
    platform = make_platform(folder="embedded")
    for feed in ("nyiso_dam_lbmp_zone", "nyiso_fuel_mix"):
        outcomes = list(platform.pipeline.ingest(FEEDS[feed], [FALL_BACK, SPRING_FORWARD]))
        assert not [outcome for outcome in outcomes if outcome.failed]
    (platform.settings.data_folder / "resources.csv").write_text("resource\nBATTERY\n", encoding="utf-8")
    with platform.ledger.begin() as connection:  # exact decimals, under an append-only trigger
        connection.execute(sa.insert(risk_stops).values(STOP))
        connection.execute(sa.update(risk_lock).values(turns=7))
    return platform


@pytest.fixture
def server(tmp_path, postgres_url, bucket):
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute('DROP DATABASE IF EXISTS "moved" WITH (FORCE)')
        connection.execute('CREATE DATABASE "moved"')
    settings = Settings(
        data=tmp_path / "server",
        profile="server",
        DATABASE_URL=postgres_url.replace("/postgres?", "/moved?"),
        bucket=bucket.url,
        bucket_endpoint=bucket.endpoint,
        bucket_key=bucket.key,
        bucket_secret=bucket.secret,
    )
    platform = Platform(settings)
    yield platform
    platform.ledger.close()


@pytest.mark.long
def test_to_the_server_and_into_a_backup_again(filled, server, tmp_path):
    moved = move(filled, server, _quiet)
    assert all(part.is_equal for part in moved)
    assert {part.part for part in moved if part.source.count} >= {"raw", "lake", "files", "ledger fetches"}
    assert hash_of([server.lake.read(LMP)]) == hash_of([filled.lake.read(LMP)])
    with server.catalog.connect() as connection:
        hours = connection.execute(
            "SELECT market_day, count(DISTINCT interval_start) FROM lmp WHERE market_day IN (?, ?) GROUP BY 1 ORDER BY 1",
            [SPRING_FORWARD, FALL_BACK],
        ).fetchall()
    assert hours == [(SPRING_FORWARD, 23), (FALL_BACK, 25)]

    backup = Platform(Settings(data=tmp_path / "backup"))
    assert all(part.is_equal for part in move(server, backup, _quiet))
    assert hash_of([backup.lake.read(LMP)]) == hash_of([filled.lake.read(LMP)])
    for table in ledger_tables():
        assert table_content(backup.ledger, table) == table_content(filled.ledger, table), table.name


def test_a_move_runs_again_without_harm_and_never_mixes_two_ledgers(filled, tmp_path):
    target = Platform(Settings(data=tmp_path / "other"))
    move(filled, target, _quiet)
    assert all(part.is_equal for part in move(filled, target, _quiet))
    with target.ledger.begin() as connection:
        connection.execute(sa.delete(fetches).where(fetches.c.feed == "nyiso_fuel_mix"))
    with pytest.raises(StoreError, match="move into an empty ledger"):
        move(filled, target, _quiet)


def test_triggers_stand_again_after_a_move(filled, tmp_path):
    target = Platform(Settings(data=tmp_path / "other"))
    triggers = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    move(filled, target, _quiet)
    with filled.ledger.read() as here, target.ledger.read() as there:
        assert here.execute(triggers).all() == there.execute(triggers).all()
