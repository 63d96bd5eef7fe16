"""When something is due to whom: the programme calendar, and which reminders fall on a day."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pandas as pd

from market_platform.certificates.compliance.programmes import Period, Programme

DUTIES = {
    "retire_by": "retire certificates",
    "file_by": "file the compliance report",
    "generation_reporting": "report generation",
    "pay_from": "first day to pay the compliance fee",
    "pay_by": "pay the compliance fee",
}
REMIND_DAYS_BEFORE = (90, 30, 7, 1, 0)


def deadlines(
    programmes: Mapping[str, Programme], schedule: pd.DataFrame, payments: pd.DataFrame, states: Iterable[str]
) -> pd.DataFrame:
    """Return every dated duty of the states' periods in time order: state, period, item, duty, due.

    Periods are those with a yearly step, the years of a longer period (California files every year), and the years for
    which a rate on load is held (New York).
    """
    rows = []
    for state in states:
        programme = programmes[state]
        for period in _periods(programme, schedule, payments):
            for item, duty in DUTIES.items():
                due = programme.deadline(item, period)
                if due is not None:
                    rows.append((state, period.label, item, duty, due))
    calendar = pd.DataFrame(rows, columns=["state", "period", "item", "duty", "due"])
    return calendar.sort_values(["due", "state", "item"], ignore_index=True)


def _periods(programme: Programme, schedule: pd.DataFrame, payments: pd.DataFrame) -> list[Period]:
    steps = schedule[(schedule["state"] == programme.state) & (schedule["use"] == "annual")]
    found = [Period(row.period, row.period_start, row.period_end) for row in steps.itertuples()]
    for whole in programme.sum_periods:
        found += [
            programme.period_containing(date(year, 6, 30)) for year in range(whole.start.year, whole.end.year + 1)
        ]
    rates = payments[(payments["state"] == programme.state) & (payments["unit"] == "usd_per_mwh_of_load")]
    for row in rates[rates["period_end"] != ""].itertuples():
        years = range(date.fromisoformat(row.period_start).year, date.fromisoformat(row.period_end).year + 1)
        found += [programme.period_containing(date(year, 12, 31)) for year in years]
    return list(dict.fromkeys(found))


def reminders(calendar: pd.DataFrame, day: date, days_before: Iterable[int] = REMIND_DAYS_BEFORE) -> pd.DataFrame:
    """Return the duties to be reminded of on a day, with ``days_left``; each of them once per listed distance."""
    wanted = {day + timedelta(days=days): days for days in days_before}
    due = calendar[calendar["due"].isin(wanted)]
    return due.assign(days_left=due["due"].map(wanted)).reset_index(drop=True)


def expiring(classes: pd.DataFrame, programmes: Mapping[str, Programme], day: date, within_days: int) -> pd.DataFrame:
    """Return holdings whose last usable day for a tier is near: the class columns plus state, tier, last_day.

    ``classes``: any columns with ``vintage`` and ``eligibility``.
    """
    rows = []
    for row in classes.to_dict("records"):
        for pair in filter(None, row["eligibility"].split(";")):
            state, _, tier = pair.partition(":")
            last = programmes[state].last_day(tier, row["vintage"]) if state in programmes else None
            if last is not None and day <= last <= day + timedelta(days=within_days):
                rows.append({**row, "state": state, "tier": tier, "last_day": last})
    return pd.DataFrame(rows, columns=[*classes.columns, "state", "tier", "last_day"])
