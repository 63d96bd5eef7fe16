"""The scale of every row against numpy's and scipy's medians of the rows before it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import median_abs_deviation

from market_platform.forecasting.scaling import ABSOLUTE_FLOOR, MAD_TO_SIGMA, MOSTLY_FLAT, RELATIVE_FLOOR, local_scale

PRICES = st.one_of(st.just(np.nan), st.integers(-3, 3).map(float), st.floats(-500, 9000, width=32))


@given(st.integers(1, 9).flatmap(lambda slots: arrays(np.float64, (14, slots), elements=PRICES)), st.integers(1, 16))
def test_a_row_is_measured_by_the_median_and_spread_of_the_rows_before_it(values, window):
    scale = local_scale(values, window)
    for row in range(1, len(values)):
        seen = values[max(0, row - window) : row].ravel()
        seen = seen[~np.isnan(seen)]
        if not len(seen):
            assert (scale.centre[row], scale.spread[row]) == (scale.centre[row - 1], scale.spread[row - 1])
            continue
        middle = np.median(seen)
        narrow, wide = MAD_TO_SIGMA * median_abs_deviation(seen), np.abs(seen - middle).mean()
        floor = max(RELATIVE_FLOOR * abs(middle), ABSOLUTE_FLOOR)
        np.testing.assert_allclose(scale.centre[row], middle, rtol=1e-12, atol=1e-12)
        allowed = [max(narrow, floor), max(wide, floor)]
        if abs(narrow - MOSTLY_FLAT * wide) > 1e-9 * wide:
            allowed = [max(narrow if narrow > MOSTLY_FLAT * wide else wide, floor)]
        assert min(abs(scale.spread[row] - one) for one in allowed) <= 1e-9 * max(allowed)
