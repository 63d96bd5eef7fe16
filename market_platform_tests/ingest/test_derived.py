"""Computed rows: held to a contract, versioned, and withdrawn where a computation no longer gives them."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from market_platform.contracts.families.power import LOAD
from market_platform.errors import SchemaChanged
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.store.lake import Lake

DAY = date(2026, 11, 1)  # the day with the repeated hour
FIRST = datetime(2026, 11, 1, 4, tzinfo=UTC)


def _rows(values, day=DAY):
    starts = [FIRST + timedelta(hours=hour) for hour in range(len(values))]
    rows = pd.DataFrame({"interval_start": pd.to_datetime(starts, utc=True), "market_day": day})
    rows["interval_end"] = rows["interval_start"] + pd.Timedelta(hours=1)
    for name, spec in LOAD.columns.items():
        rows[name] = values if name == "load_mw" else ("x" if "str" in str(spec.dtype).lower() else None)
    return rows[list(LOAD.row_columns)]


def lay(lake, values, hour, *, feed="computed", **more):
    rows = _rows(values)
    return lay_in(lake, LOAD, feed, rows, read_at=FIRST + timedelta(hours=hour), inputs=hash_of([rows]), **more)


def test_rows_that_do_not_come_again_are_closed_on_whole_days_only(tmp_path):
    lake = Lake(tmp_path)
    lay(lake, [1.0, 2.0, 3.0], 30)
    assert lay(lake, [1.0], 31).rows_changed == 0
    assert len(lake.read(LOAD)) == 3
    done = lay(lake, [1.0, 5.0], 32, whole_days=[DAY])
    assert done.rows_changed == 2
    assert sorted(lake.read(LOAD)["load_mw"]) == [1.0, 5.0]
    assert len(lake.read(LOAD, versions=True)) == 4
    assert lay(lake, [1.0, 5.0], 33, whole_days=[DAY]).rows_changed == 0


def test_an_empty_computation_withdraws_what_stood(tmp_path):
    lake = Lake(tmp_path)
    lay(lake, [1.0, 2.0], 30)
    assert lay(lake, [], 31, whole_days=[DAY]).rows_changed == 2
    assert lake.read(LOAD).empty
    assert lay(lake, [], 32).rows_changed == 0


def test_a_computation_that_breaks_the_contract_stores_nothing(tmp_path):
    lake = Lake(tmp_path)
    rows = _rows([1.0, 2.0])
    with pytest.raises(SchemaChanged, match="twice"):
        lay_in(lake, LOAD, "computed", pd.concat([rows, rows]), read_at=FIRST, inputs="0" * 64)
    backwards = rows.assign(interval_end=rows["interval_start"])
    with pytest.raises(SchemaChanged, match="not after interval_start at a row"):
        lay_in(lake, LOAD, "computed", backwards, read_at=FIRST, inputs="0" * 64)
    assert lake.version(LOAD) is None
