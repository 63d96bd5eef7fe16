"""Every worked question of docs/sql.md runs as it stands, and gives rows where the sandbox has them."""

import pytest

from market_platform_tests.marts.questions import questions

# These ask about one's own book or about corrections: a sandbox without either answers with no rows.
MAY_BE_EMPTY = {8, 16, 18, 19, 20}


def test_there_are_twenty():
    assert sorted(questions()) == list(range(1, 21))


@pytest.mark.parametrize("number", sorted(questions()))
def test_the_question_is_answered(marts, number):
    _, statement = questions()[number]
    if number == 17:  # what this sandbox knew, it came to know at the end of its day
        statement = as_of("2026-11-20 23:50:00+00")
    rows = marts.execute(statement).fetchall()
    assert rows or number in MAY_BE_EMPTY


def test_the_as_of_question_knows_nothing_before_anything_was_read(marts):
    assert marts.execute(as_of("2026-11-20 17:00:00+00")).fetchall() == []


def as_of(moment):
    statement = questions()[17][1]
    assert "now() - INTERVAL 1 MINUTE" in statement
    return statement.replace("now() - INTERVAL 1 MINUTE", f"'{moment}'")


def test_what_a_person_reads_of_tables_and_columns_is_explained(marts):
    tables = marts.sql("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL").fetchall()
    assert tables == []
    bare = marts.sql(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
    ).fetchall()
    assert bare == []
