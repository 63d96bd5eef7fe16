"""Where NYISO's files lie. Daily files stay on the market information server for about ten days, months for ever.

Since autumn 2026 some files only appear on a second public host; it is the alternative wherever the first says no.
Source: facts for the first host; for the second the addresses that gridstatus 0.37 reads (secondary).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from market_platform.markets.nyiso import CAPACITY_REPORT_FOLDERS
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Request

BASE_URL = "http://mis.nyiso.com/public"
POSTINGS_URL = "https://oasis-postings.prod.nysdi.com"
DOCUMENTS_URL = "https://www.nyiso.com/documents/20142"
DAILY_FILES_KEPT_DAYS = 9
CONTROL_ERROR_MOVED = date(2026, 9, 1)

POSTINGS_FOLDERS = {
    "damlbmp_zone": "DAM_LBMP_ZONE",
    "damlbmp_gen": "DAM_LBMP_GEN",
    "realtime_zone": "RT_LBMP_ZONE",
    "realtime_gen": "RT_LBMP_GEN",
    "rtlbmp_zone": "RT_TW_LBMP_ZONE",
    "rtlbmp_gen": "RT_TW_LBMP_GEN",
    "damasp": "DAM_ASP",
    "rtasp": "RT_ASP",
    "pal": "RT_ACTUAL_LOAD",
    "palIntegrated": "INT_RT_ACT_LOAD",
    "isolf": "ISO_LF",
    "BTMEstimatedActual": "BTM_ACTUAL_FORECAST",
    "btmdaforecast": "BTM_DA_FORECAST",
    "ExternalLimitsFlows": "INTERFACE_LIMITS_FLOWS",
    "ErieCirculationRT": "ERIE_CIRCULATION_RT",
    "ErieCirculationDA": "ERIE_CIRCULATION_DA",
    "LimitingConstraints": "LIMITING_CONSTRAINTS",
    "DAMLimitingConstraints": "DAM_LIMITING_CONSTRAINTS",
    "RealTimeEvents": "REAL_TIME_EVENT",
    "btminstalledcapacitytracking": "BTM_INSTALLED_CAPACITY_TRACKING",
}


SNAPSHOT_POSTINGS = {
    "generator/generator.csv": "GENERATOR_NAME/CSV/generatorname.csv",
    "load/load.csv": "LOAD_NAME/CSV/load.csv",
    "genmaint/gen_maint_report.csv": "GENERATION_MAINTENANCE_REPORT/CSV/gen_maint_report.csv",
}


def daily_or_month(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for recent days one by one and for older ones by whole months."""
    recent = [day for day in days if (today - day).days <= DAILY_FILES_KEPT_DAYS]
    months = {day.replace(day=1) for day in days if day not in recent}
    return [_month(feed, month, days) for month in sorted(months)] + [_day(feed, day, today) for day in sorted(recent)]


def snapshot(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for a list that only exists as it stands now."""
    if not days:
        return []
    name = f"{today:%Y%m%d}{feed.file_part}.csv"
    elsewhere = Request(f"{POSTINGS_URL}/{SNAPSHOT_POSTINGS[feed.dataset]}", name, (today,))
    return [Request(f"{BASE_URL}/csv/{feed.dataset}", name, (today,), alternatives=(elsewhere,))]


def capacity_report(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the reports of the months; a year whose folder is not known cannot be asked for."""
    requests = []
    for month in sorted({day.replace(day=1) for day in days}):
        if month.year in CAPACITY_REPORT_FOLDERS:
            name = f"{feed.file_part}-{month:%B}-{month:%Y}.xlsx"
            folder = f"{DOCUMENTS_URL}/{CAPACITY_REPORT_FOLDERS[month.year]}"
            requests.append(Request(f"{folder}/{name}", name, (month,), archived=month < today.replace(day=1)))
    return requests


def month_of_control_error(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the months that are over; from autumn 2026 on they lie on the second host."""
    requests = []
    for month in sorted({day.replace(day=1) for day in days if day.replace(day=1) < today.replace(day=1)}):
        name = f"ace-{month:%Y%m%d}.zip"
        folder = f"{POSTINGS_URL}/AREA_CONTROL_ERROR/ZIP/{month:%Y/%m/%d}"
        if month < CONTROL_ERROR_MOVED:
            folder = f"{BASE_URL}/ace_data"
        wanted = tuple(sorted(day for day in days if day.replace(day=1) == month))
        requests.append(Request(f"{folder}/{name}", name, wanted, archived=True))
    return requests


def _day(feed: Feed, day: date, today: date) -> Request:
    name = f"{day:%Y%m%d}{feed.file_part}.csv"
    alternatives = (_posting(feed, day),) if feed.file_part in POSTINGS_FOLDERS else ()
    archived = day < today - timedelta(days=1)
    return Request(f"{BASE_URL}/csv/{feed.dataset}/{name}", name, (day,), archived=archived, alternatives=alternatives)


def _month(feed: Feed, month: date, days: Sequence[date]) -> Request:
    wanted = tuple(sorted(day for day in days if day.replace(day=1) == month))
    name = f"{month:%Y%m}01{feed.file_part}_csv.zip"
    known = feed.file_part in POSTINGS_FOLDERS
    alternatives = tuple(_posting(feed, day) for day in wanted) if known else ()
    return Request(f"{BASE_URL}/csv/{feed.dataset}/{name}", name, wanted, archived=True, alternatives=alternatives)


def _posting(feed: Feed, day: date) -> Request:
    name = f"{feed.file_part}-{day:%Y%m%d}.csv"
    folder = f"{POSTINGS_URL}/{POSTINGS_FOLDERS[feed.file_part]}/CSV/{day:%Y/%m/%d}"
    return Request(f"{folder}/{name}", name, (day,), archived=True)
