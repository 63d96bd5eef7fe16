"""The simulated EIA's workbooks: storage by week, its first estimates, and Henry Hub's history.

The small world revises nothing, so that its first estimates are its last ones.
"""

from datetime import date, timedelta

import numpy as np

from market_platform.sandbox.publishers.xls import Cell, workbook
from market_platform.sandbox.world import World
from market_platform.sandbox.world.fuel_prices import henry_hub_usd_per_mmbtu
from market_platform.sandbox.world.gas_views import day_number

FIRST_FRIDAY = date(2019, 1, 4)
FIRST_DAY = date(2019, 1, 2)
EXCEL_ZERO = date(1899, 12, 30)
WEEK = timedelta(days=7)
# Heading of each column, and the small world's name of it.
COLUMNS = {
    "East Region": "East", "Midwest Region": "Midwest", "Mountain Region": "Mountain", "Pacific Region": "Pacific",
    "South Central Region": "South Central", "Salt": "South Central Salt", "NonSalt": "South Central Nonsalt",
    "Total Lower 48": "Lower 48",
}  # fmt: skip
PRICE_TITLE = "Henry Hub Natural Gas Spot Price (Dollars per Million Btu)"


def history(world: World, last: date) -> bytes:
    """Return the history workbook with the weeks up to ``last``: stocks, and their changes on a second sheet."""
    weeks = _weeks(world, last)
    note: list[list[Cell]] = [["NOTE:  SIMULATED DATA."], [""], [""], [""], [""]]
    told = f"AS OF {last + timedelta(days=6):%B %d, %Y}".upper()
    stocks: list[list[Cell]] = [*note, [f"LATEST ESTIMATES (Bcf) {told}"], ["Week ending", "Source", *COLUMNS]]
    changes: list[list[Cell]] = [*note, [f"Weekly Net Changes (Bcf) {told}"], ["", "", *COLUMNS]]
    before: list[float] = []
    for serial, values in weeks:
        stocks.append([serial, "EIA-912", *values])
        changes.append([serial, "", *[now - then for now, then in zip(values, before, strict=False)]])
        before = values
    return workbook({"html_report_history": stocks, "weekly_net_changes": changes})


def first_estimates(world: World, last: date) -> bytes:
    """Return the workbook of what each release first said."""
    rows: list[list[Cell]] = [["SIMULATED DATA: what each release first said."]]
    rows.append(["Week ending", "Source", *COLUMNS, "Explanation"])
    rows += [[serial, "EIA-912", *values] for serial, values in _weeks(world, last)]
    return workbook({"original_data": rows})


def henry_hub(world: World, last: date) -> bytes:
    """Return the navigator's workbook of Henry Hub's spot price on weekdays up to ``last``."""
    days = [FIRST_DAY + timedelta(days=step) for step in range((last - FIRST_DAY).days + 1)]
    days = [day for day in days if day.weekday() < 5]
    prices = henry_hub_usd_per_mmbtu(world.seed, np.array([day_number(day) for day in days]))
    contents: list[list[Cell]] = [
        [""], ["", "Workbook Contents"], ["", PRICE_TITLE], [""], ["", "Click worksheet name or tab at bottom for data"],
        ["", "Worksheet Name", "Description", "# Of Series", "Frequency", "Latest Data for"],
        ["", "Data 1", PRICE_TITLE, 1.0, "Daily", f"{last.month}/{last.day}/{last.year}"],
    ]  # fmt: skip
    data: list[list[Cell]] = [
        ["Back to Contents", f"Data 1: {PRICE_TITLE}"], ["Sourcekey", "RNGWHHD"], ["Date", PRICE_TITLE]
    ]  # fmt: skip
    data += [[_serial(day), round(float(price), 3)] for day, price in zip(days, prices, strict=True)]
    return workbook({"Contents": contents, "Data 1": data})


def _weeks(world: World, last: date) -> list[tuple[float, list[float]]]:
    fridays = [FIRST_FRIDAY + WEEK * step for step in range((last - FIRST_FRIDAY).days // 7 + 1)]
    stocks = world.gas_stocks(fridays)[list(COLUMNS.values())]
    return [(_serial(friday), mine) for friday, mine in zip(fridays, stocks.to_numpy(float).tolist(), strict=True)]


def _serial(day: date) -> float:
    return float((day - EXCEL_ZERO).days)
