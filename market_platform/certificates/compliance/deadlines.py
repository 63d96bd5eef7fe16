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


def deadlines(programmes: Mapping[str, Programme], schedule: pd.DataFrame, states: Iterable[str]) -> pd.DataFrame:
    """Return every dated duty of the states' periods in time order: state, period, item, duty, due."""
    rows = []
    for state in states:
        programme = programmes[state]
        periods = schedule.loc[
            (schedule["state"] == state) & (schedule["use"] == "annual"), ["period", "period_start", "period_end"]
        ].drop_duplicates()
        for row in periods.itertuples():
            for item, duty in DUTIES.items():
                due = programme.deadline(item, Period(row.period, row.period_start, row.period_end))
                if due is not None:
                    rows.append((state, row.period, item, duty, due))
    calendar = pd.DataFrame(rows, columns=["state", "period", "item", "duty", "due"])
    return calendar.sort_values(["due", "state", "item"], ignore_index=True)


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
