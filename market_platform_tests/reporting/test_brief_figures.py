"""Drawing figures: axes hold their values, gaps stay gaps, names cannot break the page."""

import itertools
import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from market_platform.reporting.brief.figures import Band, Bars, HeatMap, Lines, Series, Table
from market_platform.reporting.brief.svg import draw, nice_ticks, spark_line
from market_platform.reporting.brief.words import number, percent, signed, usd

finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(finite, finite)
def test_ticks_hold_what_they_measure_and_are_evenly_spaced(one, other):
    low, high = min(one, other), max(one, other)
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low + 1e-9 * max(1, abs(low))
    assert ticks[-1] >= high - 1e-9 * max(1, abs(high))
    assert 2 <= len(ticks) <= 7
    steps = [after - before for before, after in itertools.pairwise(ticks)]
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-6, abs=1e-9)


@given(st.lists(st.one_of(st.none(), finite), min_size=1, max_size=30))
def test_a_line_is_drawn_inside_its_box_and_broken_where_a_value_is_missing(values):
    figure = Lines("Load", "MW", [str(at) for at in range(len(values))], (Series("load", values),))
    drawn = draw(figure)
    known = [value is not None for value in values]
    runs = sum(here and not before for before, here in zip([False, *known], known, strict=False))
    path = re.search(r'class="line first" d="([^"]*)"', drawn)
    assert (path[1].count("M") if path else 0) == runs
    for _, height in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path[1] if path else ""):
        assert 7.9 <= float(height) <= 152.1


def test_an_hour_that_is_not_there_is_no_price():
    drawn = draw(HeatMap(["West"], ["00", "01", "02"], [[-3.0, None, 40.0]], {0: "NYISO"}, "USD/MWh"))
    assert drawn.count('<b class="none"') == 1
    assert 'class="below"' in drawn
    assert "−3</b>" in drawn


def test_names_from_outside_are_text_and_nothing_else():
    evil = "<script>alert(1)</script>"
    figures = (
        Table((evil,), ((evil,),), evil),
        Bars(evil, evil, [evil], [1.0]),
        HeatMap([evil], [evil], [[1.0]], {0: evil}, evil),
        Lines(evil, evil, [evil, evil], (Series(evil, [1.0, 2.0]),), (Band(evil, [0.0, 0.0], [3.0, 3.0]),)),
    )
    assert not [figure for figure in figures if "<script" in draw(figure)]


def test_a_spark_line_needs_two_points():
    assert spark_line([1.0]) == spark_line([None, 2.0]) == ""
    assert "polyline" in spark_line([1.0, None, 2.0])


def test_numbers_are_written_as_people_read_them():
    assert number(-1234.5) == "−1,234.50"
    assert number(-0.001) == "0.00"
    assert number(float("nan")) == number(None) == "–"
    assert (signed(0.5), signed(-0.5), signed(0.0)) == ("+0.50", "−0.50", "0.00")
    assert (usd(-12.3, 2), usd(1000)) == ("−$12.30", "$1,000")
    assert percent(0.1234) == "12.3 %"
