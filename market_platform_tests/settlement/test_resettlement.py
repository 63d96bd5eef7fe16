"""A corrected price settles again exactly the intervals that it touches."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform.settlement.shadow.resettlement import corrected_prices, resettle, touched_days
from market_platform.settlement.shadow.rows import Inputs
from market_platform_tests.settlement import builders as b

DAYS = [date(2024, 11, 2), date(2024, 11, 3)]
SETTLED = b.KNOWN + pd.Timedelta(days=1)


def _inputs(corrected):
    draw = np.random.default_rng(3)
    awards, meter, prices = [], [], []
    for day in DAYS:
        for location in ("N1", "N2"):
            hours = len(b.awards("pjm", day, 0.0))
            who = {"location": location, "resource": f"R-{location}"}
            awards.append(b.awards("pjm", day, np.round(draw.uniform(-50, 50, hours), 1), **who))
            meter.append(b.meter("pjm", day, np.round(draw.uniform(-5, 5, hours * 12), 4), **who))
            prices.append(b.prices("pjm", day, np.round(draw.uniform(10, 90, hours), 2), location=location))
            rt = np.round(draw.uniform(10, 90, hours * 12), 2)
            prices.append(b.prices("pjm", day, rt, market="rt", minutes=5, location=location))
    history = pd.concat(prices, ignore_index=True)
    if corrected:
        rows = history[(history["market"] == "rt") & (history["location"] == "N1") & (history["market_day"] == DAYS[1])]
        later = rows.iloc[corrected].assign(version=2, known_from=SETTLED + pd.Timedelta(days=2))
        later = later.assign(
            price_usd_per_mwh=later["price_usd_per_mwh"] + 7.5, energy_usd_per_mwh=later["energy_usd_per_mwh"] + 7.5
        )
        history = pd.concat([history, later], ignore_index=True)
    return Inputs(awards=pd.concat(awards), meter=pd.concat(meter), prices=history)


@pytest.mark.parametrize("touched", [[13, 14, 200], [0, 299], [30]])
def test_exactly_the_touched_intervals(touched):
    inputs = _inputs(touched)
    changed = corrected_prices(inputs.prices, SETTLED)
    assert touched_days(changed) == [("pjm", DAYS[1])]
    resettled = resettle("pjm", inputs, SETTLED)
    assert set(resettled["interval_start"]) == set(changed["interval_start"])
    assert set(resettled["location"]) == {"N1"}
    assert set(resettled["charge_code"]) == {"1205", "1215", "1225"}
    before, after = settle("pjm", inputs, known_at=SETTLED), settle("pjm", inputs)
    assert total_usd(after) - total_usd(before) == sum(resettled["delta_usd"])
    moved = resettled[resettled["delta_usd"] != Decimal(0)]
    assert set(moved["charge_code"]) == {"1205"}
    assert len(moved) == len(touched)


def test_a_correction_that_touches_nothing_resettles_nothing():
    assert resettle("pjm", _inputs([]), SETTLED).empty
    inputs = _inputs([5])
    assert resettle("pjm", inputs, pd.Timestamp("2024-12-01", tz="UTC")).empty
    twice = pd.concat([inputs.prices, inputs.prices.tail(1).assign(version=3)], ignore_index=True)
    same = Inputs(awards=inputs.awards, meter=inputs.meter, prices=twice)
    assert len(corrected_prices(same.prices, SETTLED)) == 1
