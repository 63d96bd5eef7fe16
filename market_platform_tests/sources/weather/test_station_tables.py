"""GHCN by year, by station and wide, and GSOD's table: the recorded station's days written in the other layouts."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import UnreadablePayload
from market_platform.sources.catalogue import recognise
from market_platform.sources.payload import Payload

KEYS = ["station", "element", "interval_start"]


def _read(payload: Payload) -> tuple[str, pd.DataFrame]:
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return feed.key, verdict.accepted


@pytest.fixture(scope="module")
def station(recordings: Path) -> Payload:
    path = recordings / "noaa/ghcn_daily/USC00411885.dly"
    return Payload(path.name, path.read_bytes())


def _cells(station: Payload) -> list[tuple[str, str, str, str, str, str, str]]:
    """Return station, day, element, value and flags of each day that the fixed lines hold a value of."""
    found = []
    for line in station.content.decode().splitlines():
        for day in range(31):
            value, m, q, s = line[21 + 8 * day : 26 + 8 * day], *line[26 + 8 * day : 29 + 8 * day]
            if value.strip() != "-9999":
                found.append(
                    (
                        line[:11],
                        f"{line[11:17]}{day + 1:02d}",
                        line[17:21],
                        value.strip(),
                        m.strip(),
                        q.strip(),
                        s.strip(),
                    )
                )
    return found


@pytest.mark.parametrize("heading", [b"", b"ID,DATE,ELEMENT,DATA_VALUE,M_FLAG,Q_FLAG,S_FLAG,OBS_TIME\n"])
def test_a_line_a_figure_says_the_same_as_the_fixed_lines(station: Payload, heading: bytes) -> None:
    lines = "".join(",".join([*cells, "0700"]) + "\n" for cells in _cells(station)).encode()
    key, rows = _read(Payload("2010.csv.gz", gzip.compress(heading + lines)))
    _, known = _read(station)
    assert key == "weather_ghcn_daily"
    both = rows.merge(known, on=KEYS, suffixes=("", "_known"))
    assert len(both) == len(rows) > 2_000
    pd.testing.assert_series_equal(both["value"], both["value_known"], check_names=False)
    pd.testing.assert_series_equal(both["quality"], both["quality_known"], check_names=False)
    assert known["value"].notna().sum() == rows["value"].notna().sum()


def test_a_column_an_element_with_its_attributes() -> None:
    table = (
        '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","PRCP","PRCP_ATTRIBUTES","TMAX","TMAX_ATTRIBUTES"\n'
        '"USW00094728","2026-03-08","40.7","-73.9","42.7","NY CITY, NY US","    5",",,W,2400","  106",",,W"\n'
        '"USW00094728","2026-11-01","40.7","-73.9","42.7","NY CITY, NY US","    0","T,,W,2400","  999",",X,W"\n'
        '"USW00094728","2026-11-02","40.7","-73.9","42.7","NY CITY, NY US","","","  -22",",,W"\n'
    )
    key, rows = _read(Payload("USW00094728.csv", table.encode()))
    assert key == "weather_ghcn_daily"
    rows = rows.set_index(["element", "market_day"])["value"]
    days = [pd.Timestamp(day).date() for day in ("2026-03-08", "2026-11-01", "2026-11-02")]
    assert rows.loc["maximum_temperature"].reindex(days).tolist() == pytest.approx(
        [10.6, float("nan"), -2.2], nan_ok=True
    )
    assert rows.loc["precipitation"].reindex(days).tolist() == pytest.approx([0.5, 0.0, float("nan")], nan_ok=True)


def test_gsods_table_and_broken_tables() -> None:
    heading = (
        '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","TEMP","TEMP_ATTRIBUTES","MAX","MAX_ATTRIBUTES","MIN",'
        '"MIN_ATTRIBUTES","SNDP","FRSHTT"\n'
    )
    line = (
        '"72503014732","2026-11-01","40.8","-73.9","3.4","LA GUARDIA, NY US","  51.2","24","  58.1","*","9999.9"," ",'
        '"999.9","000000"\n'
    )
    key, rows = _read(Payload("72503014732.csv", (heading + line).encode()))
    assert key == "weather_gsod"
    assert set(rows["station"]) == {"725030-14732"}
    by = rows.set_index("element")
    assert by.loc["mean_temperature", "value"] == 51.2
    assert by.loc["maximum_temperature", "quality"] == "*"
    assert pd.isna(by.loc["minimum_temperature", "value"])
    cut = Payload("72503014732.csv", (heading + line[:60]).encode())
    feed = recognise(cut)
    with pytest.raises(UnreadablePayload, match="under 14 headings"):
        feed.parse(feed, [cut])
    odd = Payload("2026.csv", b"USW00094728,20260101,TMAX,warm,,,W,2400\nUSW00094728,20260102,TMAX\n")
    feed = recognise(odd)
    assert feed.parse(feed, [odd])["defect"].tolist() == ["value = warm is not a number", "8 cells are expected"]
