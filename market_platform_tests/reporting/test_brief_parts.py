"""What the brief says of one's own positions, of forecasts and of gas: each sentence worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from market_platform.reporting.brief.parts import fuels, positions, system

DAY = date(2026, 11, 19)
NONE = pd.DataFrame()


def frames(**mine):
    names = ("certificates", "compliance", "bids", "schedule", "awards", "kpis", "variances", "settled", "forecasts", "hours",
             "skill", "storage", "storage_report", "curve", "basis", "spark")  # fmt: skip
    return dict.fromkeys(names, NONE) | {name: pd.DataFrame(rows) for name, rows in mine.items()}


def cells_of(part):
    return [row for figure in part.figures for row in getattr(figure, "rows", ())]


def test_certificates_at_hand_are_not_those_given_away():
    held = [
        {"account_kind": "active", "fuel": "wind", "certificates": 900, "value_usd": 1800.0},
        {"account_kind": "banked", "fuel": "solar", "certificates": 100, "value_usd": None},
        {"account_kind": "retirement", "fuel": "wind", "certificates": 5000, "value_usd": None},
    ]
    owed = [
        {"state": "PA", "tier": "I", "period": "2026", "certificates_due": 1500, "retired": 1000, "shortfall": 500},
        {"state": "DC", "tier": "I", "period": "2026", "certificates_due": 10, "retired": 10, "shortfall": 0},
    ]
    part = positions.certificates(frames(certificates=held, compliance=owed), DAY)
    assert part.claim == ("1,000 certificates at hand, worth $1,800 at market. 1 of 2 obligations are not yet covered.")
    assert cells_of(part)[0] == ("PA I 2026", "1,500", "1,000", "500")
    worthless = positions.certificates(frames(certificates=held[1:2]), DAY)
    assert worthless.claim == "100 certificates at hand."
    assert positions.certificates(frames(compliance=owed), DAY).claim == "1 of 2 obligations are not yet covered."


def test_bids_are_counted_and_the_plan_is_drawn():
    rows = [
        {
            "resource": "BATTERY_1",
            "product": "energy",
            "market_day": DAY,
            "bids": 24.0,
            "cleared_bids": 6.0,
            "largest_mw": 0.5,
        },
        {
            "resource": "BATTERY_1",
            "product": "spin",
            "market_day": DAY,
            "bids": None,
            "cleared_bids": None,
            "largest_mw": None,
        },
    ]
    plan = [{"resource": "BATTERY_1", "planned_mw": mw} for mw in (-0.5, 0.0, 0.5)]
    part = positions.bids(frames(bids=rows, schedule=plan), DAY)
    assert part.claim.startswith("24 bids for this day and the next")
    assert [figure.title for figure in part.figures[:1]] == ["BATTERY 1"]
    assert list(part.figures[0].series[0].values) == [-0.5, 0.0, 0.5]
    assert cells_of(part) == [("BATTERY 1, energy", "19 Nov", "24", "6", "0.5")]


def test_awards_show_the_most_sold_and_bought():
    award = {"market": "ercot", "resource": "BATTERY_1", "market_run": "DAM", "product": "energy"}
    rows = [
        {**award, "awarded_mw": mw, "price_usd_per_mwh": price}
        for mw, price in ((0.5, 40.0), (-0.3, 10.0), (0.2, 25.0))
    ]
    part = positions.awards(frames(awards=rows), DAY)
    assert part.claim == "3 intervals cleared for 1 resources."
    assert cells_of(part) == [("BATTERY 1, energy (DAM)", "3", "0.5", "−0.3", "25.00")]


def test_profit_is_that_of_the_last_day_with_figures():
    row = {"unit": "USD", "kpi": "realised_revenue"}
    rows = [
        {**row, "resource": "A", "market_day": date(2026, 11, 18), "value": 7.0},
        {**row, "resource": "A", "market_day": DAY, "value": -20.0},
        {**row, "resource": "B", "market_day": DAY, "value": 50.0},
        {"unit": "MWh", "kpi": "delivered", "resource": "A", "market_day": DAY, "value": 3.0},
    ]
    part = positions.profit_and_loss(frames(kpis=rows), DAY)
    assert part.claim == "Realised revenue: $30 on 19 November."
    assert [list(figure.series[0].values) for figure in part.figures[1:]] == [[7.0, 30.0]]
    assert list(part.figures[0].labels) == ["B", "A"]


def test_a_variance_is_told_with_what_nobody_can_explain():
    rows = [
        {"cause": "wrong_price", "variance_usd": -12.5, "unexplained_usd": 0.0},
        {"cause": "missing", "variance_usd": 2.25, "unexplained_usd": 0.25},
    ]
    lines = [
        {"market": "pjm", "expected_usd": 100.0, "billed_usd": 89.75},
        {"market": "pjm", "expected_usd": 1.0, "billed_usd": None},
    ]
    part = positions.settlement(frames(variances=rows, settled=lines), DAY)
    assert part.claim == "Variance of −$10.25 over 31 days, of which $0.25 is unexplained."
    assert list(part.figures[0].labels) == ["wrong price", "missing"]
    assert cells_of(part) == [("PJM", "$101.00", "$89.75")]
    assert positions.settlement(frames(settled=lines), DAY).claim == "Everything billed is as expected."


@pytest.mark.parametrize("make", [
    positions.certificates, positions.bids, positions.awards, positions.profit_and_loss, positions.settlement, system.forecast,
    fuels.storage, fuels.curve, fuels.basis, fuels.spark,
], ids=lambda make: make.__name__)  # fmt: skip
def test_a_part_without_rows_says_what_to_do(make):
    part = make(frames(), DAY)
    assert part.missing.endswith(".")
    assert not part.figures


def test_a_forecast_is_drawn_against_what_came_and_scored():
    starts = pd.date_range("2026-11-19 05:00", periods=3, freq="h", tz="UTC")
    place = {"market": "pjm", "location": "WESTERN HUB"}
    forecast = [
        {**place, "interval_start": start, "local_start": start.tz_convert("America/New_York"),
         "q05": 10.0, "q25": 20.0, "q50": 30.0, "q75": 40.0, "q95": 50.0}
        for start in starts
    ]  # fmt: skip
    hours = [{**place, "interval_start": starts[0], "day_ahead_usd_per_mwh": 31.5}]
    skill = {**place, "quantity": "day_ahead_price", "market_day": DAY, "mae": 3.0, "naive_mae": 4.0, "skill": 0.25}
    rows = [{**skill, "model": "lasso"}, {**skill, "model": "naive", "skill": 0.0}]
    part = system.forecast(frames(forecasts=forecast, hours=hours, skill=rows), DAY)
    assert part.claim == "On 19 November the forecast of day-ahead prices saved 25 % of the seasonal naive's error."
    fan, score = part.figures
    assert [series.name for series in fan.series] == ["median", "outcome"]
    assert list(fan.labels) == ["Thu", "01", "02"]
    assert pd.Series(fan.series[1].values).tolist()[:1] == [31.5]
    assert score.rows[0][1:] == ("lasso", "3.00", "4.00", "25 %")
    seasonal = system.forecast(frames(forecasts=forecast, skill=[{**skill, "model": "seasonal"}]), DAY)
    assert "the seasonal value itself" in seasonal.claim
    assert system.forecast(frames(forecasts=forecast), DAY).claim == "No outcome to score against yet."


def test_storage_stands_above_or_below_its_five_years():
    week = {"five_year_low_bcf": 3000.0, "five_year_high_bcf": 3900.0}
    rows = [
        {"week_ending": date(2026, 11, 6), "stock_bcf": 3700.0, "five_year_mean_bcf": 3500.0, **week},
        {"week_ending": date(2026, 11, 13), "stock_bcf": 3430.0, "five_year_mean_bcf": 3500.0, **week},
    ]
    part = fuels.storage(frames(storage=rows), DAY)
    assert part.claim == "Working gas stood at 3,430 Bcf on 13 November, 70 Bcf below the five-year mean (2.0 %)."
    assert part.notes == ()
    unknown = [{**rows[1], "five_year_mean_bcf": None}]
    report = [{"week_ending": date(2026, 11, 13), "five_year_average_bcf": 3400.0}]
    told = fuels.storage(frames(storage=unknown, storage_report=report), DAY)
    assert "30 Bcf above the five-year mean (0.9 %)" in told.claim
    assert told.notes
    assert told.figures == ()


def test_the_curve_names_its_front_month_and_a_table_its_clean_spreads():
    row = {"contract_month": date(2026, 12, 1), "settle_usd_per_mmbtu": 3.456, "change_usd_per_mmbtu": 0.042}
    rows = [{**row, "trade_day": DAY}, {**row, "trade_day": date(2026, 11, 12), "settle_usd_per_mmbtu": 3.2}]
    part = fuels.curve(frames(curve=rows), DAY)
    assert part.claim == "The front month, December 2026, settled at 3.456 USD/MMBtu (+0.042 on the day)."
    assert [list(series.values) for series in part.figures[0].series] == [[3.2], [3.456]]
    spark = {"market": "pjm", "location": "WESTERN HUB", "power_usd_per_mwh": 40.0, "spark_usd_per_mwh": 12.5,
             "clean_spark_usd_per_mwh": -1.0, "heat_rate_mmbtu_per_mwh": 7.0, "is_gas_estimated": True}  # fmt: skip
    part = fuels.spark(frames(spark=[spark]), DAY)
    assert cells_of(part)[0][1:] == ("40.00", "12.50", "−1.00")
    assert part.notes == ("Henry Hub stands in for hubs that no free curve quotes.",)
