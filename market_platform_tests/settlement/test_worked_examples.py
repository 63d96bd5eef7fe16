"""Published numbers, to the cent. Ids are those of the project's table of worked examples."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from market_platform.settlement.exact import cents
from market_platform.settlement.inputs.columns import empty
from market_platform.settlement.shadow.engine import Inputs, settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform.settlement.shadow.positions import make_whole_usd, offer_cost_usd, reserve_requirement_mw
from market_platform_tests.settlement import builders as b

DAY = date(2024, 7, 10)


def _first_hour(frame, minutes=60):
    begin = frame["interval_start"].min()
    return frame[frame["interval_start"] < begin + pd.Timedelta(minutes=minutes)]


def _pjm_hour(day):
    """PJM hourly-offers example: DA 225 MW and RT 175 MW, both at 45 $/MWh, for one hour."""
    minutes = 5 if day >= date(2018, 4, 1) else 60
    prices = pd.concat([b.prices("pjm", day, 45.0), b.prices("pjm", day, 45.0, market="rt", minutes=minutes)])
    return Inputs(
        awards=_first_hour(b.awards("pjm", day, 225.0)),
        meter=_first_hour(b.meter("pjm", day, 175 * minutes / 60, minutes=minutes)),
        prices=_first_hour(prices),
    )


@pytest.mark.parametrize("day", [date(2015, 9, 18), DAY])
def test_pjm_two_settlement_hour(day):
    lines = settle("pjm", _pjm_hour(day))
    day_ahead = lines[lines["charge_code"].isin(["1200", "1210", "1220"])]
    balancing = lines[lines["charge_code"].isin(["1205", "1215", "1225"])]
    assert total_usd(day_ahead) == Decimal("10125.00")  # PJM-HO-1
    assert total_usd(balancing) == Decimal("-2250.00")  # PJM-HO-4


def test_pjm_offer_area_and_margin():
    offer = [(Decimal(0), Decimal(20)), (Decimal(100), Decimal(20)), (Decimal(225), Decimal(45))]
    cost = offer_cost_usd(offer, Decimal(225), sloped=True)
    assert cost == Decimal("6062.5")  # PJM-HO-2
    assert Decimal(10125) - cost == Decimal("4062.5")  # PJM-HO-3
    assert make_whole_usd(cost, Decimal(10125)) == 0
    assert make_whole_usd(cost, Decimal(6000)) == Decimal("62.5")


def test_pjm_deviation_charge_is_a_fixed_line():
    positions = empty("positions")
    positions.loc[0] = ["pjm", "ACME", "R1", "N1", "1375", DAY, -50.0]
    rates = empty("rates")
    rates.loc[0] = ["pjm", "1375", DAY, 1.0]
    inputs = Inputs(awards=empty("awards"), prices=empty("prices"), positions=positions, rates=rates)
    line = settle("pjm", inputs).iloc[0]
    assert line["iso_amount"] == Decimal("50.00")  # PJM-HO-5: a charge of 50
    assert line["amount_usd"] == Decimal("-50.00")
    assert line["status"] == "U"


def test_pjm_reserve_requirement():
    assert reserve_requirement_mw(Decimal(1630), Decimal("1.2"), Decimal(190)) == 2146  # PJM-RES-1
    assert reserve_requirement_mw(Decimal(1630), Decimal("1.2") * Decimal("1.5"), Decimal(190)) == 3124  # PJM-RES-2


def test_ercot_delta_arithmetic():
    """ERCOT-DELTA: (A + B) x C over five intervals: 10, 8, 12, 10, 8 and 48 in all, here as DA sales at 2 $/MWh."""
    awards = b.awards("ercot", DAY, 0.0)
    awards["award_mw"] = [5.0, 4.0, 6.0, 5.0, 4.0] + [0.0] * 19
    inputs = Inputs(
        awards=awards,
        prices=pd.concat(
            [b.prices("ercot", DAY, 2.0), b.prices("ercot", DAY, 0.0, market="rt", minutes=15)], ignore_index=True
        ),
        meter=b.meter("ercot", DAY, 0.0, minutes=15),
    )
    lines = settle("ercot", inputs)
    sales = lines[lines["charge_code"] == "DAESAMT"]
    assert [int(amount) for amount in sales["amount_usd"]] == [10, 8, 12, 10, 8]
    assert total_usd(sales) == Decimal("48.00")
    assert sum(sales["iso_amount"]) == Decimal("-48.00")  # a payment is negative on ERCOT's statement


def test_ercot_ptp_with_refund():
    """ERCOT-PTP: 100 MW awarded, 90 MW produced, 50 $/MWh of spread: 4,500."""
    location = "A>B"
    awards = pd.concat(
        [
            b.awards("ercot", DAY, 100.0, product="ptp_refund", location=location),
            b.awards("ercot", DAY, 90.0, market="rt", product="ptp_refund", location=location),
        ]
    )
    prices = b.prices("ercot", DAY, 50.0, product="spread", location=location)
    lines = settle("ercot", Inputs(awards=_first_hour(awards), prices=_first_hour(prices)))
    assert total_usd(lines) == Decimal("4500.00")


def test_ercot_resettlement_lines_sum():
    """ERCOT-RS-*: the eleven changes of operating day 2012-11-07 net to -0.66 (notice W-C012813-01)."""
    changes = ["0.05", "-70.33", "69.96", "0.25", "-130982.98", "130982.64", "-0.22", "0.08", "-0.29", "-0.21", "0.39"]
    assert sum(cents(Decimal(change)) for change in changes) == Decimal("-0.66")


@pytest.mark.parametrize(
    ("energy_mwh", "price", "expected"),
    [
        ([-1, 1, -1, 1], [10, 50, 10, 50], "80.00"),  # DL-1
        ([-1, "0.81", -1, "0.81"], [10, 50, 10, 50], "61.00"),  # DL-2
        ([0, 0, "-0.5", "0.5"], [10, 50, 10, 50], "20.00"),  # DL-3
        ([0, 0, 0, 0], [10, 30, 10, 30], "0.00"),  # DL-4
    ],
)
def test_battery_dispatch_earns_the_published_profit(energy_mwh, price, expected):
    """The optimal dispatch of the published cases, settled hour by hour, gives their profit."""
    awards = b.awards("nyiso", DAY, 0.0).head(4)
    awards["award_mw"] = [float(mwh) for mwh in energy_mwh]
    prices = b.prices("nyiso", DAY, 0.0).head(4)
    prices["price_usd_per_mwh"] = [float(usd) for usd in price]
    meter = b.meter("nyiso", DAY, 0.0).head(48)
    meter["metered_mwh"] = [float(Fraction(mwh) / 12) for mwh in energy_mwh for _ in range(12)]
    real_time = b.prices("nyiso", DAY, 33.0, market="rt", minutes=5).head(48)
    lines = settle("nyiso", Inputs(awards=awards, prices=pd.concat([prices, real_time]), meter=meter))
    assert total_usd(lines) == Decimal(expected)


def test_capacity_revenue_without_soc_backing():
    """DL-5: 1 MW of regulation up for four hours at 5 $/MW is 20 dollars; no stored energy stands behind it."""
    awards = b.awards("caiso", DAY, 1.0, product="regup").head(4)
    prices = b.prices("caiso", DAY, 5.0, product="regup").head(4)
    capacity = tuple(charge for charge in _caiso() if charge.charge_code == "6500")
    assert total_usd(settle("caiso", Inputs(awards=awards, prices=prices), charges=capacity)) == Decimal("20.00")


def _caiso():
    from market_platform.settlement.charges.table import charge_table

    return charge_table("caiso")


def test_caiso_public_bids_of_the_spring_day_have_23_hours(recordings):
    """CAISO-DST-1: the market day that we settle has the 23 hours that CAISO's own file has."""
    path = recordings / "bids/caiso/public_bids/20180311_20180311_PUB_DAM_GRP_N_N_v2_csv.zip"
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as handle:
        rows = csv.DictReader(io.TextIOWrapper(handle, encoding="utf-8"))
        starts = {row["STARTTIME_GMT"] for row in rows}
    hours = {datetime.fromisoformat(start[:19]).replace(tzinfo=UTC) for start in starts}
    ours = b.awards("caiso", date(2018, 3, 11), 1.0)["interval_start"]
    assert len(ours) == 23
    assert set(ours) == {pd.Timestamp(hour) for hour in hours}


def test_caiso_autumn_day_has_25_hours():
    """CAISO-DST-2: 25 GMT hours, 24 local labels."""
    starts = b.awards("caiso", date(2018, 11, 4), 1.0)["interval_start"]
    assert len(starts) == 25
    assert starts.dt.tz_convert("America/Los_Angeles").dt.hour.nunique() == 24
