"""Reading CSV: strict on columns, lossless on rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, number, read_csv

FIELDS = (label("name", "Name"), number("price", "Price", "Price ($"), number("extra", "Extra", optional=True))


def file(text: str, name: str = "a.csv") -> Payload:
    return Payload(name, text.encode())


def test_quotes_line_ends_byte_mark_and_blank_first_lines_do_not_matter():
    texts = [
        "Name,Price\nA,1.5\n",
        '\ufeff"Name","Price"\r\n"A",1.5\r\n',
        "\nName,Price\nA,1.5",
        "Name,Price ($\nA,1.5\n",
    ]
    for text in texts:
        read = read_csv([file(text)], FIELDS)
        assert read["name"].tolist() == ["A"]
        assert read["price"].tolist() == [1.5]
        assert read["defect"].isna().all()


def test_files_are_read_together_and_each_row_knows_its_place():
    read = read_csv([file("Name,Price\nA,1\nB,2\n"), file("Price,Name\n3,C\n"), file("Name,Price\nD,4\n")], FIELDS)
    places = {row.name_: (row.file, row.line) for row in read.rename(columns={"name": "name_"}).itertuples()}
    assert places == {"A": (0, 1), "B": (0, 2), "C": (1, 1), "D": (2, 1)}


@pytest.mark.parametrize(
    ("text", "word"), [("Name,Cost\nA,1\n", "Cost"), ("Name\nA\n", "Price"), ("Name,Price,Colour\nA,1,red\n", "Colour")]
)
def test_a_column_that_is_not_mapped_fails_by_name(text, word):
    with pytest.raises(SchemaChanged, match=word):
        read_csv([file(text)], FIELDS)


def test_no_heading_line_is_unreadable():
    with pytest.raises(UnreadablePayload, match="no heading line"):
        read_csv([file("\n\n")], FIELDS)


def test_a_bad_cell_and_a_cut_line_cost_only_themselves():
    read = read_csv([file("Name,Price\nA,1\nB,abc\nC,3\nD")], FIELDS)
    assert len(read) == 4
    assert read["defect"].isna().tolist() == [True, False, True, False]
    assert "abc" in read["defect"][1]
    assert "1 of 2 fields" in read["defect"][3]


def test_a_blank_number_is_blank_and_no_defect():
    read = read_csv([file("Name,Price\nA,\n")], FIELDS)
    assert read["price"].isna().all()
    assert read["defect"].isna().all()


@given(st.lists(st.tuples(st.sampled_from(["A", "N.Y.C.", "H Q"]), st.decimals(-500, 9000, places=2)), max_size=30))
def test_every_line_becomes_a_row_with_its_value(rows):
    text = "Name,Price\n" + "".join(f"{name},{price}\n" for name, price in rows)
    read = read_csv([file(text)], FIELDS)
    assert list(zip(read["name"], read["price"], strict=True)) == [(name, float(price)) for name, price in rows]
