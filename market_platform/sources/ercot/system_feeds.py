"""ERCOT's feeds of load, wind, solar, storage, constraints and the state of the system, a row each."""

from datetime import time, timedelta

from market_platform.contracts.families import conditions, disclosures, grid, operations, power
from market_platform.markets.ercot import FORECAST_ZONES, WEATHER_ZONES
from market_platform.sources.ercot import books, dashboards, system, two_day
from market_platform.sources.ercot.declare import (
    AFTER,
    DASHBOARD,
    DAY_DONE,
    FILES,
    HOURLY_ISSUE,
    NOW,
    days_later,
    feed,
)
from market_platform.sources.ercot.requests import Ask
from market_platform.sources.feed import Feed, Publication, Refresh


def _wind(key: str, title: str, part: str, ask: Ask) -> Feed:
    return feed(key, title, power.GENERATION_FORECAST, part, ask, parse=system.renewables, constants={"fuel": "wind"},
                **HOURLY_ISSUE)  # fmt: skip


def _solar(key: str, title: str, part: str, ask: Ask) -> Feed:
    return feed(key, title, power.GENERATION_FORECAST, part, ask, parse=system.renewables, constants={"fuel": "solar"},
                **HOURLY_ISSUE)  # fmt: skip


def _output(key: str, title: str, part: str, fuel: str, ask: Ask) -> Feed:
    return feed(key, title, power.GENERATION, part, ask, parse=system.five_minute_renewables, publication=DAY_DONE,
                refresh=Refresh.FIVE_MINUTES, interval_minutes=5,
                constants={"fuel": fuel, "publisher_fuel": fuel.capitalize()})  # fmt: skip


POWER = (
    feed("load_weather_zone", "Actual load by weather zone", power.LOAD, "ACTUALSYSLOADWZNP6345",
         Ask("NP6-345-CD", "act_sys_load_by_wzn", "operatingDay", 13101, days_later(1)), parse=system.load_by_weather_zone,
         interval_minutes=60, locations=tuple(dict.fromkeys(WEATHER_ZONES.values())), **AFTER),
    feed("load_forecast_zone", "Actual load by forecast zone", power.LOAD, "ACTUALSYSLOADFZNP6346",
         Ask("NP6-346-CD", "act_sys_load_by_fzn", "operatingDay", 14836, days_later(1)), parse=system.load_by_forecast_zone,
         interval_minutes=60, locations=tuple(dict.fromkeys(FORECAST_ZONES.values())), **AFTER),
    feed("load_15min", "Actual load of the system, 15-minute", power.LOAD, "SYSTEMWIDEDEMANDNP6235",
         Ask("NP6-235-CD", report_type=12340, posted=(timedelta(minutes=30), timedelta(days=1, minutes=30))),
         parse=system.load_by_quarter, publication=DAY_DONE, refresh=Refresh.HOURLY, interval_minutes=15),
    feed("load_yearly", "Settled load by weather zone, a year's workbook", power.LOAD, "Native_Load", None,
         parse=system.load_of_year, interval_minutes=60, **FILES),
    feed("load_forecast_by_forecast_zone", "Seven-day load forecast by forecast zone", power.LOAD_FORECAST,
         "LFCCONGESTNP3560", Ask("NP3-560-CD", report_type=12311), parse=system.load_by_forecast_zone,
         constants={"model": "seven_day"}, **HOURLY_ISSUE),
    feed("load_forecast_by_weather_zone", "Seven-day load forecast by weather zone", power.LOAD_FORECAST,
         "LFCWEATHERNP3561", Ask("NP3-561-CD", report_type=12312), parse=system.load_by_weather_zone,
         constants={"model": "seven_day"}, **HOURLY_ISSUE),
    feed("load_forecast_by_model", "Seven-day load forecast by model and weather zone", power.LOAD_FORECAST,
         "LFCMODELWZNP3565", Ask("NP3-565-CD", "lf_by_model_weather_zone", "postedDatetime", 14837),
         parse=system.load_by_model, **HOURLY_ISSUE),
    feed("load_forecast_by_study_area", "Seven-day load forecast by model and study area", power.LOAD_FORECAST,
         "LFCMODELSANP3566", Ask("NP3-566-CD", "lf_by_model_study_area", "postedDatetime", 15953),
         parse=system.load_by_study_area, **HOURLY_ISSUE),
    _wind("wind_hourly", "Wind, hourly actual and forecast, by load zone", "wind_zones",
          Ask("NP4-732-CD", "wpp_hrly_avrg_actl_fcast", "postedDatetime", 13028)),
    _wind("wind_hourly_region", "Wind, hourly actual and forecast, by region", "wind_geo",
          Ask("NP4-742-CD", "wpp_hrly_actual_fcast_geo", "postedDatetime", 14787)),
    _solar("solar_hourly", "Solar, hourly actual and forecast", "solar_system",
           Ask("NP4-737-CD", "spp_hrly_avrg_actl_fcast", "postedDatetime", 13483)),
    _solar("solar_hourly_region", "Solar, hourly actual and forecast, by region", "solar_geo",
           Ask("NP4-745-CD", "spp_hrly_actual_fcast_geo", "postedDatetime", 21809)),
    feed("wind_forecast_by_model", "Wind forecasts by model and region", power.GENERATION_FORECAST, "WINDMODELNP4442",
         Ask("NP4-442-CD", "hrly_sys_reg_wind_fcast_model", "postedDatetime"), parse=system.renewables_by_model,
         constants={"fuel": "wind"}, **HOURLY_ISSUE),
    _output("wind_5min", "Wind output, five-minute, by load zone", "wind_zones", "wind",
            Ask("NP4-733-CD", "wpp_actual_5min_avg_values", "intervalEnding")),
    _output("wind_5min_region", "Wind output, five-minute, by region", "wind_geo", "wind",
            Ask("NP4-743-CD", "wpp_actual_5min_avg_values_geo", "intervalEnding")),
    _output("solar_5min", "Solar output, five-minute", "solar_system", "solar",
            Ask("NP4-738-CD", "spp_actual_5min_avg_values", "intervalEnding")),
    _output("solar_5min_region", "Solar output, five-minute, by region", "solar_geo", "solar",
            Ask("NP4-746-CD", "spp_actual_5min_avg_values_geo", "intervalEnding")),
    feed("fuel_mix", "Generation by fuel, five-minute dashboard", power.GENERATION, "fuel-mix", None,
         dataset=f"{DASHBOARD}/fuel-mix.json", parse=dashboards.fuel_mix, interval_minutes=5, **NOW),
    feed("fuel_mix_yearly", "Generation by fuel, a year's workbook", power.GENERATION, "IntGenbyFuel", None,
         parse=books.fuel_mix, interval_minutes=15, **FILES),
    feed("storage", "Storage fleet, five-minute dashboard", power.GENERATION, "energy-storage-resources", None,
         dataset=f"{DASHBOARD}/energy-storage-resources.json", parse=dashboards.storage, interval_minutes=5, **NOW),
    feed("supply_demand", "Demand and committed capacity, dashboard", conditions.ADEQUACY_OUTLOOKS, "supply-demand", None,
         dataset=f"{DASHBOARD}/supply-demand.json", parse=dashboards.supply_demand, **NOW),
    feed("dc_tie_schedules", "Approved schedules over DC ties", power.SCHEDULES, "DCTIENP3765",
         Ask("NP3-765-CD", "approved_dctie_schedules", "intervalEnding"), parse=system.dc_ties, publication=DAY_DONE,
         refresh=Refresh.HOURLY, sparse=True, constants={"market_run": "SCED"}),
)  # fmt: skip

GRID = (
    feed("outages", "Generation outages, five-minute dashboard", operations.SYSTEM_FIGURES, "generation-outages", None,
         dataset=f"{DASHBOARD}/generation-outages.json", parse=dashboards.outages, constants={"unit": "MW"}, **NOW),
    feed("as_monitor", "Ancillary service capacity monitor, dashboard", operations.SYSTEM_FIGURES,
         "ancillary-service-capacity-monitor", None, dataset=f"{DASHBOARD}/ancillary-service-capacity-monitor.json",
         parse=dashboards.capacity_monitor, constants={"unit": "MW"}, **NOW),
    feed("outage_capacity", "Resource outage capacity by hour", operations.SYSTEM_FIGURES, "outage_capacity",
         Ask("NP3-233-CD", "hourly_res_outage_cap", "postedDatetime", 13103), parse=system.figures,
         constants={"unit": "MW"}, **HOURLY_ISSUE),
    feed("planned_outage_capacity", "Planned outages allowed, seven days", operations.SYSTEM_FIGURES, "planned_7day",
         Ask("NP3-162-CD", report_type=22469), parse=system.figures, constants={"unit": "MW"}, **HOURLY_ISSUE),
    feed("planned_outage_capacity_future", "Planned outages allowed, five years", operations.SYSTEM_FIGURES,
         "planned_future", Ask("NP3-161-CD", report_type=22470, newest=True), parse=system.figures,
         constants={"unit": "MW"}, publication=DAY_DONE),
    feed("system_adequacy", "Short-term system adequacy", operations.SYSTEM_FIGURES, "adequacy",
         Ask("NP3-763-CD", report_type=12315), parse=system.figures, constants={"unit": "MW"}, **HOURLY_ISSUE),
    feed("unplanned_outages", "Unplanned outages of units, three days later", grid.OUTAGES, "UNPLANNEDOUTAGES",
         Ask("NP1-346-ER", report_type=22912, posted=days_later(3)), parse=books.unplanned_outages, sparse=True,
         publication=Publication(time(6), 3), constants={"kind": "generation"}),
    feed("grid_sums_2day", "Sums of generation, load and schedules, two days later", operations.SYSTEM_FIGURES, "2d_Agg",
         Ask("NP3-910-ER", report_type=13056, posted=days_later(2)), parse=two_day.aggregates, members=two_day.AGGREGATES,
         publication=Publication(time(4), 2), constants={"unit": "MW"}),
    feed("settlement_points", "Electrical buses with load zone and substation", grid.LOCATIONS, "Settlement_Points",
         Ask("NP4-160-SG", report_type=10008, newest=True), parse=books.points, members=r"Settlement_Points_\d",
         publication=DAY_DONE, sparse=True),
    feed("resource_node_units", "Units of resource nodes", grid.LOCATION_MEMBERS, "Resource_Node_to_Unit",
         Ask("NP4-160-SG", report_type=10008, newest=True), parse=books.units, members="Resource_Node_to_Unit",
         publication=DAY_DONE, sparse=True),
    feed("ers_procurement", "Emergency Response Service procured", disclosures.DEMAND_PROCUREMENTS, "ERSProcurement",
         Ask("NP3-144-M", report_type=11465), parse=books.ers_procurement, publication=DAY_DONE, sparse=True,
         note="Words known from one citation; layout of the document unverified."),
)  # fmt: skip
