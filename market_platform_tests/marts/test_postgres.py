"""The marts in Postgres are those of DuckDB, and a new publication takes the old one's place whole."""

import psycopg
import pytest

from market_platform.defs.marts.postgres import publish
from market_platform.reporting.mart_graph import marts as models

pytestmark = pytest.mark.long


@pytest.fixture
def url(postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS marts CASCADE")
    return postgres_url


def test_every_mart_is_there_with_the_same_rows_and_comments(marts, url):
    counts = publish(marts, url, models())
    assert counts == {
        model.name: marts.sql(f"SELECT count(*) FROM {model.name}").fetchall()[0][0] for model in models()
    }
    query = (
        "SELECT market, location, count(*), sum(round(day_ahead_usd_per_mwh::numeric, 6)), min(interval_start) "
        "FROM {}prices_hourly GROUP BY market, location ORDER BY market, location"
    )
    here = marts.sql(query.format("").replace("::numeric", "::DECIMAL(18, 6)")).fetchall()
    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        there = connection.execute(query.format("marts.")).fetchall()
        comment = connection.execute("SELECT col_description('marts.prices_daily'::regclass, 1)").fetchone()
    assert [(*row[:3], float(row[3] or 0)) for row in there] == [(*row[:3], float(row[3] or 0)) for row in here]
    assert [row[4] for row in there] == [row[4] for row in here]
    assert comment == ("Market: nyiso, pjm, caiso, ercot",)


def test_publishing_again_replaces_and_a_failure_changes_nothing(marts, url):
    two = tuple(model for model in models() if model.name in ("gas_daily", "carbon_prices"))
    publish(marts, url, two)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE VIEW marts.of_a_user AS SELECT hub FROM marts.gas_daily")
    publish(marts, url, two)
    broken = (*two, two[0].__class__("no_such_mart", "marts", "", {}, (), (), (), {}))
    with pytest.raises(Exception, match="no_such_mart"):
        publish(marts, url, broken)
    with psycopg.connect(url) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'marts%'").fetchall()
        rows = connection.execute("SELECT count(*) FROM marts.gas_daily").fetchone()
        kept = connection.execute("SELECT count(*) FROM marts.of_a_user").fetchone()
    assert schemas == [("marts",)]
    assert kept == rows
    assert rows == (marts.sql("SELECT count(*) FROM gas_daily").fetchall()[0][0],)
