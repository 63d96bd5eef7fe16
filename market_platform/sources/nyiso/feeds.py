"""NYISO's feeds, a row each. Publication times are marked with their status in the facts; all times Eastern."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import auctions, grid, operations, power
from market_platform.contracts.families import prices as price_families
from market_platform.markets.nyiso import ANCILLARY_PRODUCTS, FORECAST_COLUMNS, PRICED_ZONES, ZONES
from market_platform.sources.feed import Cadence, Feed, Publication, Publisher, Refresh, declare
from market_platform.sources.nyiso import figures, lists, prices, system
from market_platform.sources.nyiso.recognise import recognise
from market_platform.sources.nyiso.requests import (
    BASE_URL,
    capacity_report,
    daily_or_month,
    month_of_control_error,
    snapshot,
)

ZONE = ZoneInfo("America/New_York")

# Day-ahead results come out around 10-11 (facts: unverified; the tariff gives bids by 05:00).
DAY_AHEAD = Publication(time(11), -1)
LOAD_FORECAST_ISSUE = Publication(time(8), -1)  # member stamps read 07:05 in 2019 and 08:00 in 2005
BTM_FORECAST_ISSUE = Publication(time(7, 55), -1)
BTM_ACTUAL = Publication(time(8), 1)
DAY_DONE = Publication(time(0, 15), 1)
MONTH_DONE = Publication(time(12), 32)

# Such files end with a line break: all 254 recorded ones of eight reports do (prices by generator come as those by zone),
# and none of the 29 of the fuel mix.
DAY_FILES = r"^\d{8}"

# NYISO corrects prices within days; a week of days is read again.
CORRECTED_DAYS = 7


def _feed(key: str, title: str, contract: Contract, dataset: str, part: str, **facts: Any) -> Feed:
    usual = {"zone": ZONE, "dataset": dataset, "file_part": part, "request": daily_or_month}
    return declare("nyiso", key, title, contract, **{**usual, **facts})


def _dam(place: str) -> dict[str, object]:
    return {
        "publication": DAY_AHEAD,
        "ended": DAY_FILES,
        "interval_minutes": 60,
        "constants": {"market_run": "DAM", "location_type": place},
    }


def _rtd(place: str) -> dict[str, object]:
    return {
        "publication": DAY_DONE,
        "refresh": Refresh.FIVE_MINUTES,
        "ended": DAY_FILES,
        "interval_minutes": 5,
        "publication_lag": timedelta(minutes=5),
        "revision_days": CORRECTED_DAYS,
        "constants": {"market_run": "RTD", "location_type": place},
    }


def _hourly(place: str) -> dict[str, object]:
    return {
        "publication": DAY_DONE,
        "refresh": Refresh.HOURLY,
        "interval_minutes": 60,
        "publication_lag": timedelta(minutes=15),
        "revision_days": CORRECTED_DAYS,
        "constants": {"market_run": "RT_HOURLY", "location_type": place},
    }


FEEDS = (
    _feed("dam_lbmp_zone", "Day-ahead LBMP by zone", price_families.LMP, "damlbmp", "damlbmp_zone",
          parse=prices.lbmp, locations=PRICED_ZONES, **_dam("zone")),
    _feed("dam_lbmp_generator", "Day-ahead LBMP by generator", price_families.LMP, "damlbmp", "damlbmp_gen",
          parse=prices.lbmp, **_dam("generator")),
    _feed("rt_lbmp_zone", "Real-time five-minute LBMP by zone", price_families.LMP, "realtime", "realtime_zone",
          parse=prices.real_time_lbmp, locations=PRICED_ZONES, **_rtd("zone")),
    _feed("rt_lbmp_generator", "Real-time five-minute LBMP by generator",
          price_families.LMP, "realtime", "realtime_gen",
          parse=prices.real_time_lbmp, **_rtd("generator")),
    _feed("rt_hourly_lbmp_zone", "Hourly integrated real-time LBMP by zone",
          price_families.LMP, "rtlbmp", "rtlbmp_zone",
          parse=prices.lbmp, locations=PRICED_ZONES, **_hourly("zone")),
    _feed("rt_hourly_lbmp_generator", "Hourly integrated real-time LBMP by generator", price_families.LMP, "rtlbmp",
          "rtlbmp_gen", parse=prices.lbmp, **_hourly("generator")),
    _feed("dam_ancillary", "Day-ahead reserve and regulation prices",
          price_families.ANCILLARY_PRICES, "damasp", "damasp",
          parse=prices.ancillary, ended=DAY_FILES, publication=DAY_AHEAD, interval_minutes=60, locations=ZONES,
          rows_per_location=len(ANCILLARY_PRODUCTS) - 1, constants={"market_run": "DAM"}),
    _feed("rt_ancillary", "Real-time reserve and regulation prices", price_families.ANCILLARY_PRICES, "rtasp", "rtasp",
          parse=prices.ancillary, ended=DAY_FILES, publication=DAY_DONE, refresh=Refresh.FIVE_MINUTES, interval_minutes=5,
          locations=ZONES, rows_per_location=len(ANCILLARY_PRODUCTS), publication_lag=timedelta(minutes=5),
          revision_days=CORRECTED_DAYS, constants={"market_run": "RTD"}),
    _feed("load_5min", "Actual load, five-minute samples", power.LOAD, "pal", "pal",
          parse=system.load, ended=DAY_FILES, publication=DAY_DONE, refresh=Refresh.FIVE_MINUTES, interval_minutes=5,
          locations=ZONES, publication_lag=timedelta(minutes=5)),
    _feed("load_hourly", "Actual load, hourly integrated", power.LOAD, "palIntegrated", "palIntegrated",
          parse=system.load, ended=DAY_FILES, publication=DAY_DONE, refresh=Refresh.HOURLY, interval_minutes=60,
          locations=ZONES, publication_lag=timedelta(minutes=15)),
    _feed("load_forecast", "Load forecast, six days ahead", power.LOAD_FORECAST, "isolf", "isolf",
          parse=system.load_forecast, ended=DAY_FILES, publication=LOAD_FORECAST_ISSUE, interval_minutes=60,
          locations=tuple(FORECAST_COLUMNS.values())),
    _feed("fuel_mix", "Generation by fuel, five-minute", power.GENERATION, "rtfuelmix", "rtfuelmix",
          parse=system.fuel_mix, publication=DAY_DONE, refresh=Refresh.FIVE_MINUTES, interval_minutes=5,
          locations=("NYISO",), rows_per_location=7, publication_lag=timedelta(minutes=5)),
    _feed("btm_solar", "Behind-the-meter solar, estimated actual", power.GENERATION, "btmactualforecast",
          "BTMEstimatedActual", parse=system.btm_solar, publication=BTM_ACTUAL, interval_minutes=60,
          locations=("SYSTEM", *ZONES), publication_lag=timedelta(hours=8),
          constants={"fuel": "btm_solar", "publisher_fuel": "BTM Solar"}),
    _feed("btm_solar_forecast", "Behind-the-meter solar forecast", power.GENERATION_FORECAST, "btmdaforecast",
          "btmdaforecast", parse=system.btm_solar_forecast, publication=BTM_FORECAST_ISSUE, interval_minutes=60,
          locations=("SYSTEM", *ZONES), constants={"fuel": "btm_solar", "model": "btmdaforecast"}),
    _feed("btm_installed_capacity", "Behind-the-meter solar capacity installed, by zone", operations.SYSTEM_FIGURES,
          "btminstalledcapacitytracking", "btminstalledcapacitytracking", parse=figures.installed_capacity,
          publication=BTM_ACTUAL, interval_count=1, note="published from 2025-12-22 on"),
    _feed("area_control_error", "Area control error, every six seconds", operations.SYSTEM_FIGURES, "ace_data", "ace",
          parse=figures.control_error, publication=MONTH_DONE, request=month_of_control_error, cadence=Cadence.MONTHLY,
          note="a month's file, out when the month is over"),
    _feed("interface_flows", "Interface limits and flows", grid.INTERCHANGE, "ExternalLimitsFlows",
          "ExternalLimitsFlows", parse=system.interfaces, publication=DAY_DONE, refresh=Refresh.FIVE_MINUTES,
          ended=DAY_FILES, interval_minutes=5, publication_lag=timedelta(minutes=5), constants={"market_run": "RTD"}),
    _feed("dam_constraints", "Day-ahead limiting constraints", grid.CONSTRAINTS, "DAMLimitingConstraints",
          "DAMLimitingConstraints", parse=system.constraints, sparse=True, publication=DAY_AHEAD, interval_minutes=60,
          constants={"market_run": "DAM"}),
    _feed("rt_constraints", "Real-time limiting constraints", grid.CONSTRAINTS, "LimitingConstraints",
          "LimitingConstraints", parse=system.constraints, sparse=True, publication=DAY_DONE,
          refresh=Refresh.FIVE_MINUTES,
          interval_minutes=5, publication_lag=timedelta(minutes=5), constants={"market_run": "RTD"}),
    _feed("dam_erie_circulation", "Lake Erie circulation, day-ahead", grid.INTERCHANGE, "eriecirculationda",
          "ErieCirculationDA", parse=system.circulation, publication=DAY_AHEAD, interval_minutes=60,
          constants={"market_run": "DAM"}),
    _feed("rt_erie_circulation", "Lake Erie circulation, real-time", grid.INTERCHANGE, "eriecirculationrt",
          "ErieCirculationRT", parse=system.circulation, publication=DAY_DONE, refresh=Refresh.FIVE_MINUTES,
          interval_minutes=5, publication_lag=timedelta(minutes=5), constants={"market_run": "RTD"}),
    _feed("operating_notices", "Control-room notices", grid.OPERATING_NOTICES, "RealTimeEvents", "RealTimeEvents",
          parse=lists.notices, sparse=True, publication=DAY_DONE, refresh=Refresh.HOURLY),
    _feed("outage_schedule", "Scheduled transmission outages", grid.OUTAGES, "outSched", "outSched",
          parse=lists.outage_schedule, sparse=True, publication=DAY_AHEAD),
    _feed("generation_maintenance", "Generation forecast to be out", grid.OUTAGES,
          "genmaint/gen_maint_report.csv", "gen_maint_report", parse=lists.generation_maintenance,
          publication=DAY_DONE, request=snapshot, cadence=Cadence.SNAPSHOT),
    _feed("generators", "Generators", grid.LOCATIONS, "generator/generator.csv", "generator",
          parse=lists.locations, publication=DAY_DONE, request=snapshot, cadence=Cadence.SNAPSHOT,
          constants={"location_type": "generator"}),
    _feed("load_buses", "Load buses", grid.LOCATIONS, "load/load.csv", "load", parse=lists.locations,
          publication=DAY_DONE, request=snapshot, cadence=Cadence.SNAPSHOT, constants={"location_type": "load"}),
    _feed("capacity_report", "Capacity auction prices", auctions.CAPACITY_AUCTIONS, "documents", "ICAP-Market-Report",
          parse=lists.capacity_report, publication=Publication(time(12), 0), request=capacity_report,
          cadence=Cadence.MONTHLY),
    _feed("custom_report_load", "Integrated load, custom-report export", power.LOAD, "custom-reports",
          "OASIS_Real_Time_Weighted_Integrated_Actual_Load", parse=system.custom_load, publication=DAY_DONE,
          request=None, publication_lag=timedelta(minutes=15)),
    _feed("custom_report_rtc_lbmp", "Commitment-run LBMP, custom-report export", price_families.LMP, "custom-reports",
          "OASIS_Real_Time_Commitment_Zonal_LBMP", parse=prices.custom_rtc, publication=DAY_DONE, request=None,
          publication_lag=timedelta(minutes=15), constants={"market_run": "RTC", "location_type": "zone"}),
)  # fmt: skip

NYISO = Publisher(
    key="nyiso",
    name="New York ISO",
    base_url=BASE_URL,
    pace_seconds=0.2,  # no limit is documented; five requests a second is what a careful client does
    host_paces={"oasis-postings.prod.nysdi.com": 0.2, "www.nyiso.com": 1.0},
    feeds=FEEDS,
    recognise=recognise,
    stamp_zone=ZONE,
)
