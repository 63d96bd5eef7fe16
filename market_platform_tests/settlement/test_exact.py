"""Exact numbers and charge tables at their edges: signs, halves, decimals, the last day of a rule."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.errors import SchemaChanged
from market_platform.settlement.charges.table import (
    ISOS,
    charge_named,
    charge_table,
    charges_on,
    name_of,
    unsettled_code,
)
from market_platform.settlement.exact import UNITS_PER_USD, cents, cents_sql, to_units, usd_from_cents

WHOLE_CENTS = st.integers(-(10**15), 10**15)


@given(st.lists(WHOLE_CENTS, max_size=20))
def test_cents_become_dollars_with_their_sign(amounts):
    dollars = usd_from_cents(np.array(amounts, dtype=np.int64))
    assert dollars.type == pa.decimal128(18, 2)
    assert dollars.to_pylist() == [Decimal(amount).scaleb(-2) for amount in amounts]


@given(st.integers(-(10**24), 10**24))
def test_sql_rounds_as_python_does(units):
    with duckdb.connect() as connection:
        (found,) = connection.sql(f"SELECT {cents_sql(f'({units})::HUGEINT')}").fetchone()
    assert Decimal(int(found)).scaleb(-2) == cents(Fraction(units, UNITS_PER_USD))


@pytest.mark.parametrize("kind", ["float64", "object"])
def test_units_are_whole_millionths_and_never_rounded_unasked(kind):
    exact = pd.Series([Decimal("1.000001"), Decimal("-2.5")]).astype(kind)
    assert to_units(exact, "price").tolist() == [1_000_001, -2_500_000]
    finer = pd.Series([Decimal("1.0000004"), Decimal("1.0000006")]).astype(kind)
    with pytest.raises(SchemaChanged, match="price: a value has more than 6 decimals"):
        to_units(finer, "price")
    assert to_units(finer, "energy", round_excess=True).tolist() == [1_000_000, 1_000_001]


@pytest.mark.parametrize("iso", ISOS)
def test_a_charge_is_in_force_on_its_first_and_last_day_and_not_beside_them(iso):
    for charge in charge_table(iso):
        first, last = charge.effective_from, charge.effective_to
        assert charge in charges_on(iso, first)
        assert charge in charges_on(iso, last)
        if first > date.min:
            assert charge not in charges_on(iso, first - timedelta(days=1))
        if last < date.max:
            assert charge not in charges_on(iso, last + timedelta(days=1))


@pytest.mark.parametrize("iso", ISOS)
def test_a_code_has_the_name_of_its_last_row_and_an_unknown_one_none(iso):
    for charge in charge_table(iso):
        found = charge_named(iso, charge.charge_code)
        assert found is not None
        assert found.charge_code == charge.charge_code
        assert name_of(iso, charge.charge_code) == found.name != ""
    assert name_of(iso, "no such code") == ""
    assert name_of(iso, unsettled_code("DAM", "SPIN")) == "not settled: no charge known for spin awards (dam)"
