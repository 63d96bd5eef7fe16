"""The compiled readers against Python's csv, json and float: the same rows, or a plain no."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from market_platform.errors import UnreadablePayload
from market_platform.sources.compiled import ALONE, LABEL, NUMBER, PASSED, read_lines
from market_platform.sources.csv_scan import scan
from market_platform.sources.filling import Filled, fill, fill_by_halves
from market_platform.sources.json_template import read_alike
from market_platform.sources.local_clock import LocalClock, local_days
from market_platform.sources.payload import Payload, unpack
from market_platform.sources.side_by_side import WORTHWHILE_BYTES
from market_platform.sources.stamp_text import parse_stamps
from market_platform.sources.stamps import LocalStamps
from market_platform.sources.tabular import COMPILED_BYTES, label, number, passed, read_csv, stamp
from market_platform.sources.text_laying import laid_over

TEXTS = st.text(st.sampled_from('AB N.é",;\\|\t1'), max_size=20)
DECIMALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(-9999, 9999, places=2).map(str),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(
        ["0", "-0", "007", ".5", "5.", "1E+3", "-2.50e-7", "9007199254740993", "1e999", "123456789012345678901"]
    ),
    st.just(""),
)
KINDS = [LABEL, NUMBER, PASSED, LABEL]
TOGETHER = [1, ALONE, 1, 1]


def columns(filled: Filled) -> list[list[object]]:
    """Lay what was read out as Python's values: text, number, text."""
    texts = [
        [None if code < 0 else texts[code].as_py() for code in codes.tolist()]
        for codes, texts in zip(filled.codes, filled.texts, strict=True)
    ]
    return [texts[0], [None if np.isnan(value) else value for value in filled.numbers[0].tolist()], texts[1]]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, DECIMALS, TEXTS, TEXTS), min_size=1, max_size=12),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_is_read_is_what_the_csv_module_reads(rows, quoting, line_end, closed):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=line_end).writerows(rows)
    written = text.getvalue() if closed else text.getvalue().removesuffix(line_end)
    filled = scan([memoryview(written.encode())], KINDS, TOGETHER)
    doubled = any('"' in cell for row in rows for cell in row)
    assert doubled or filled is not None
    if filled is not None:
        read = list(csv.reader(io.StringIO(written, newline="")))
        assert filled.rows == [len(rows)]
        assert columns(filled) == [
            [row[0] or None for row in read],
            [float(row[1]) if row[1] else None for row in read],
            [row[3] or None for row in read],
        ]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('AAB1125.-,,,,\n\n\r"é e+'), max_size=60).map(lambda text: text.encode()))
@example(b'A,1,x,"B"\nA,1,x,B')
@example(b"A, 1.5 ,x,B\n")
@example(b"A,1,x,B\n\nA,1,x,B\n")
@example(b"A,1,x\n")
@example(b"\xff,1,x,B\n")
def test_random_bytes_are_read_as_arrow_reads_them_or_not_at_all(content):
    filled = scan([memoryview(content)], KINDS, TOGETHER) if content else None
    if filled is None:
        return
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(column_names=list("anpb"), use_threads=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={"a": pa.string(), "n": pa.float64(), "b": pa.string()},
            include_columns=["a", "n", "b"],
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    assert columns(filled) == [table[name].to_pylist() for name in "anb"]


@settings(max_examples=100, deadline=None)
@given(st.lists(DECIMALS.filter(bool), min_size=1, max_size=40))
def test_numbers_are_the_nearest_doubles_with_their_sign(texts):
    filled = scan([memoryview("\n".join(texts).encode())], [NUMBER], [ALONE])
    expected = np.array([float(text) for text in texts])
    assert filled is not None
    np.testing.assert_array_equal(filled.numbers[0], expected)
    np.testing.assert_array_equal(np.signbit(filled.numbers[0]), np.signbit(expected))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from(["A", "AB", "ABC", ""])] * 4), min_size=1, max_size=8),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
)
@example([[("A", "A", "A", "A")], [("A", "A", "A", "AB")]], [1, 1, 1, 1])
def test_texts_that_go_together_are_read_as_those_that_do_not(files, together):
    written = ["\n".join(",".join(row) for row in rows).encode() for rows in files]
    filled = scan([memoryview(text) for text in written], [LABEL] * 4, together)
    if any(text.endswith(b",") or text.startswith(b",") for text in written) and filled is None:
        return
    assert filled is not None
    assert filled.rows == [len(rows) for rows in files]
    for place, (codes, texts) in enumerate(zip(filled.codes, filled.texts, strict=True)):
        read = [texts[code].as_py() if code >= 0 else "" for code in codes.tolist()]
        assert read == [row[place] for rows in files for row in rows]
        assert len(set(texts.to_pylist())) == len(texts)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), DECIMALS), min_size=1, max_size=40), st.booleans())
def test_long_phrases_are_read_in_whatever_order_they_come(picks, closed):
    rows = [(f"2026-11-0{day}T08:00:00-00:00 and on", "x" * name, value) for day, name, value in picks]
    written = "\n".join(",".join((*row, row[0])) for row in rows) + "\n" * closed
    filled = scan([memoryview(written.encode())] * 2, [LABEL, LABEL, NUMBER, LABEL], [1, 1, ALONE, 2])
    assert filled is not None
    assert columns(filled)[0] == [row[0] for row in rows] * 2
    assert columns(filled)[1] == [float(row[2]) if row[2] else None for row in rows] * 2
    assert columns(filled)[2] == [row[1] or None for row in rows] * 2


def test_phrases_make_room_as_they_come():
    lines = [f"{row % 977},{row % 1009} {'x' * (row % 90)},{row},{row % 7}" for row in range(50_000)]
    filled = scan([memoryview("\n".join(lines).encode())], [LABEL, LABEL, NUMBER, PASSED], [1, 1, ALONE, ALONE])
    assert filled is not None
    read = zip(
        *(texts.take(pa.array(codes)).to_pylist() for codes, texts in zip(filled.codes, filled.texts, strict=True)),
        strict=True,
    )
    assert list(read) == [tuple(line.split(",")[:2]) for line in lines]


@given(st.lists(st.sampled_from(["", "A", "AB é", "x" * 40]), min_size=1, max_size=6, unique=True), st.data())
def test_texts_laid_over_rows_are_those_that_arrow_takes(texts, data):
    known = pa.array(["", *texts], pa.large_string())[1:]
    codes = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=30)), dtype=np.int8)
    laid = laid_over(known, codes)
    laid.validate(full=True)
    assert laid.equals(known.take(pa.array(codes)))


def test_many_texts_and_many_files_make_room_as_they_come():
    first = [f"node {number}" for number in range(70_000)]
    files = ["\n".join(f"{name},{place}" for place, name in enumerate(part)).encode() for part in (first, first[::7])]
    filled = scan([memoryview(file) for file in files], [LABEL, NUMBER], [1, ALONE])
    assert filled is not None
    assert filled.rows == [70_000, 10_000]
    assert filled.texts[0].to_pylist() == first
    assert filled.codes[0].tolist() == [*range(70_000), *range(0, 70_000, 7)]
    assert filled.numbers[0].tolist() == [*range(70_000), *range(10_000)]


def same(one: Filled, other: Filled) -> None:
    """Hold two readings against each other to the last bit."""
    assert one.rows == other.rows
    np.testing.assert_array_equal(one.numbers.view(np.int64), other.numbers.view(np.int64))
    assert [texts.to_pylist() for texts in one.texts] == [texts.to_pylist() for texts in other.texts]
    for ours, theirs in ((one.codes, other.codes), (one.marked, other.marked)):
        assert [part.dtype for part in ours] == [part.dtype for part in theirs]
        assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from(["A", "AB", '"A"', "é" * 9, ""])] * 4, DECIMALS), min_size=1, max_size=12),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.data(),
)
@example([("A", "A", "A", "A", "1")] * 2 + [("AB", "A", "", "AB", "9007199254740993")] * 2, [1, 1, 1, 1], None)
def test_halves_are_read_as_the_whole_is(rows, together, data):
    text = "".join(",".join(row) + "\n" for row in rows).encode()
    cut = data.draw(st.integers(0, len(rows))) if data else 2
    at = len(b"".join(text.splitlines(keepends=True)[:cut]))
    kinds, groups = [LABEL, PASSED, LABEL, LABEL, NUMBER], [*together, ALONE]
    half = memoryview(text)[:at], memoryview(text)[at:]
    files = [memoryview(text), memoryview(text), memoryview(text)]
    whole = fill(read_lines, (), files, kinds, groups, 3)
    parted = fill_by_halves(read_lines, (), ([files[0], half[0]], [half[1], files[2]]), kinds, groups, 3)
    assert whole is not None
    assert parted is not None
    same(parted, whole)


def test_a_large_file_is_cut_at_a_lines_end_and_read_as_the_whole_is():
    line = '{0},{1},node {2},"{3}",{0}.5,{3}\n'
    lines = [line.format(row, row % 7, row % 30_011, "x" * (row % 97)) for row in range(120_000)]
    text = memoryview("".join(lines).encode())
    kinds, together = [NUMBER, LABEL, LABEL, LABEL, NUMBER, PASSED], [ALONE, 1, 2, 2, ALONE, ALONE]
    files = [text[: 2**20], text, text[: 2**19]]
    files = [file[: bytes(file).rfind(b"\n") + 1] for file in files]
    assert sum(map(len, files)) > WORTHWHILE_BYTES
    parted, whole = scan(files, kinds, together), fill(read_lines, (), files, kinds, together, 200_000)
    assert parted is not None
    assert whole is not None
    same(parted, whole)
    for at in (len(text) // 5, len(text) // 5 * 4):
        broken = bytearray(text)
        broken[broken.find(b",node", at)] = ord(".")
        assert scan([memoryview(broken)], kinds, together) is None


FIELDS = (stamp("stamp", "Stamp"), label("name", "Name"), number("price", "Price"), passed("Rest"))


def test_large_files_are_read_as_small_ones_are():
    lines = [f"01/{1 + row % 28:02d}/2024 {row % 24:02d}:00:00,ZONE {row % 15},{row / 7:.3f},x" for row in range(9_000)]
    head = "Stamp,Name,Price,Rest\r\n"
    whole = read_csv([Payload("a.csv", (head + "\r\n".join(lines) + "\r\n").encode())], FIELDS)
    assert len("\n".join(lines)) > COMPILED_BYTES
    parts = [
        read_csv([Payload("a.csv", (head + "\n".join(lines[at : at + 500])).encode())], FIELDS)
        for at in range(0, 9_000, 500)
    ]
    for name in ("name", "price"):
        assert whole[name].tolist() == [value for part in parts for value in part[name]]
    formats = ("%m/%d/%Y %H:%M:%S",)
    stamps = pd.concat([LocalStamps(part["stamp"], formats).naive() for part in parts], ignore_index=True)
    pd.testing.assert_series_equal(LocalStamps(whole["stamp"], formats).naive(), stamps)
    assert whole["line"].tolist() == list(range(1, 9_001))
    assert whole["defect"].isna().all()


def test_one_bad_line_in_a_large_file_costs_only_itself():
    lines = [f"01/01/2024 00:00:00,ZONE {row % 15},{row},x" for row in range(12_000)]
    lines[7_000] = "cut,off"
    lines[8_000] = "01/01/2024 00:00:00,ZONE 1,n/a,x"
    read = read_csv([Payload("a.csv", ("Stamp,Name,Price,Rest\n" + "\n".join(lines)).encode())], FIELDS)
    bad = read[read["defect"].notna()]
    assert len(read) == 12_000
    assert bad["line"].tolist() == [7_001, 8_001]
    assert read["price"].drop(bad.index).tolist() == [row for row in range(12_000) if row not in (7_000, 8_000)]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.text(st.sampled_from('AB é},{"\\:'), max_size=12),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
)
PRICES = st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PRICES, VALUES), min_size=1))
def test_objects_are_read_as_the_json_module_reads_them(pairs):
    items = [{"price": price, "name": name} for price, name in pairs]
    content = json.dumps(items, separators=(",", ":"), ensure_ascii=False).encode()
    read = read_alike(content, 1, len(content) - 1, {"price": NUMBER}, {"name": 1})
    assert read is not None or any(mark in str(item["name"]) for item in items for mark in '"\\')
    if read is not None:
        raw = json.loads(content, parse_float=str, parse_int=str)
        prices = [float("nan") if item["price"] is None else float(item["price"]) for item in raw]
        np.testing.assert_array_equal(read["price"], prices)
        assert [None if pd.isna(name) else name for name in read["name"]] == [
            None if item["name"] is None else str(item["name"]) for item in raw
        ]


@pytest.mark.parametrize(
    "inside",
    ['{"a":1,"b":2},', '{"a":1,"b":2},{"b":2,"a":1}', '{"a":1,"b":2} ,{"a":1,"b":2}', '{"a":.5,"b":1}', '{"a":1.,"b":1}',
     '{"a":x,"b":1}', '{"a":1,"b":"x', '{"a":1,"b":nul}', '{"a":1,"b":}'],
)  # fmt: skip
def test_objects_that_are_not_alike_or_no_json_are_left_to_the_careful_reader(inside):
    content = f"[{inside}]".encode()
    assert read_alike(content, 1, len(content) - 1, {"a": NUMBER}, {"b": 1}) is None


@pytest.mark.parametrize("zone", ["America/New_York", "America/Chicago", "America/Los_Angeles"])
@pytest.mark.parametrize("day", ["2024-03-10", "2024-11-03", "2005-10-30", "2024-06-01"])
def test_the_local_clock_is_that_of_the_standard_library(zone, day):
    stamps = pd.date_range(f"{day} 00:00", periods=24 * 12, freq="5min", unit="us").to_numpy()
    clock = LocalClock(np.append(stamps, np.datetime64("NaT", "us")), ZoneInfo(zone))
    for later in (False, True):
        found = clock.utc(later=later)
        assert np.isnat(found[-1])
        for local, moment in zip(stamps.tolist(), found[:-1].tolist(), strict=True):
            aware = local.replace(tzinfo=ZoneInfo(zone), fold=int(later)).astimezone(UTC)
            exists = aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
            assert moment == (aware.replace(tzinfo=None) if exists else None)
    twice = [
        stamp.replace(tzinfo=ZoneInfo(zone)).utcoffset() > stamp.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()
        for stamp in stamps.tolist()
    ]
    assert clock.repeated().tolist() == [*twice, False]


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles"])
@pytest.mark.parametrize("days", [["2024-03-10"], ["2024-11-03", "2024-11-04"], ["2024-01-01", "2025-12-31"], []])
def test_local_days_are_those_of_the_standard_library(zone, days):
    moments = np.array([f"{day}T{hour:02d}:59:59.999999" for day in days for hour in range(24)], dtype="datetime64[us]")
    due = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() for moment in moments.tolist()]
    assert local_days(moments, ZoneInfo(zone)).tolist() == due
    blanks = np.full(2, "NaT", dtype="datetime64[us]")
    assert local_days(np.append(moments, blanks), ZoneInfo(zone)).tolist() == [*due, None, None]


@given(st.lists(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)), max_size=20), st.booleans())  # noqa: DTZ001
def test_stamps_of_one_width_and_of_several_are_read_alike(moments, mixed):
    formats = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")
    texts = [moment.strftime(formats[mixed and place % 2]) for place, moment in enumerate(moments)]
    expected = [
        moment.replace(microsecond=0, second=0 if mixed and place % 2 else moment.second)
        for place, moment in enumerate(moments)
    ]
    wrong = [
        "13/45/2024 00:00:00",
        "02/30/2024 00:00:00",
        "02/29/2023 00:00:00",
        "02/29/1900 00:00:00",
        "01/01/2024 24:00:00",
        "01/01/2024 0x:00:00",
        "00/01/2024 00:00:00",
        "01/01/0000 00:00:00",
        "",
    ]
    assert parse_stamps([*texts, *wrong], formats).tolist() == [*expected, *[None] * len(wrong)]


def test_a_member_that_is_damaged_is_named_and_a_stored_one_is_read():
    buffer = io.BytesIO()
    content = bytes(range(256)) * 40
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
        archive.writestr("b.csv", b"stored", zipfile.ZIP_STORED)
        archive.writestr("c é.csv", b"name outside of ASCII" * 9)
    whole = buffer.getvalue()
    assert [part.content for part in unpack(Payload("x.zip", whole))] == [
        content,
        b"stored",
        b"name outside of ASCII" * 9,
    ]
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    with pytest.raises(UnreadablePayload, match=r"x\.zip"):
        unpack(Payload("x.zip", bytes(damaged)))
    wrong_sum = whole.replace(zipfile.ZipFile(buffer).getinfo("a.csv").CRC.to_bytes(4, "little"), bytes(4))
    with pytest.raises(UnreadablePayload, match="CRC"):
        unpack(Payload("x.zip", wrong_sum))


def test_shifted_stamps_keep_their_blank_rows():
    column = pd.Series(pd.Categorical(["01/01/2024 00:00:00", None]))
    stamps = LocalStamps(column, ("%m/%d/%Y %H:%M:%S",)).shifted(timedelta(days=1))
    assert stamps.utc(ZoneInfo("America/New_York")).tolist() == [pd.Timestamp("2024-01-02 05:00", tz="UTC"), pd.NaT]
