"""ERCOT's feeds, a row each; all times Central. Sixty-day disclosure stands in a table of its own."""

from datetime import time, timedelta

from market_platform.contracts.families import conditions, disclosures, grid, operations, power, reserves
from market_platform.contracts.families import prices as price_families
from market_platform.markets.ercot import FORECAST_ZONES, HUBS, LOAD_ZONES, SERVICES, SYSTEM, WEATHER_ZONES
from market_platform.sources.ercot import ancillary, books, corrections, dashboards, prices, system, two_day
from market_platform.sources.ercot.declare import DAY_BEFORE, ZONE, days_later, feed
from market_platform.sources.ercot.disclosure_feeds import DISCLOSURE_FEEDS
from market_platform.sources.ercot.recognise import recogniser
from market_platform.sources.ercot.requests import (
    BASE_URL,
    LOGIN,
    PACE_SECONDS,
    SITE_PACE_SECONDS,
    Ask,
    sign,
    snapshot,
)
from market_platform.sources.feed import Cadence, Feed, Publication, Publisher, Refresh

DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:30 to 13:30
DAY_DONE = Publication(time(0, 30), 1)
NEXT_MORNING = Publication(time(6), 1)
AT_ONCE = Publication(time(1), 0)
CORRECTED_DAYS = 2
AFTER_INTERVAL = (timedelta(minutes=10), timedelta(days=1, minutes=10))
YEAR = Publication(time(12), 5)

DAM = {"publication": DAY_AHEAD, "interval_minutes": 60, "constants": {"market_run": "DAM"}}
RTM = {"publication": DAY_DONE, "interval_minutes": 15, "refresh": Refresh.FIVE_MINUTES, "revision_days": CORRECTED_DAYS,
       "publication_lag": timedelta(minutes=2), "constants": {"market_run": "RTM"}}  # fmt: skip
SCED = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "publication_lag": timedelta(minutes=1),
        "constants": {"market_run": "SCED"}}  # fmt: skip
RTD = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "constants": {"market_run": "RTD"}}
HOURLY_ISSUE = {"publication": AT_ONCE, "refresh": Refresh.HOURLY}
AFTER = {"publication": NEXT_MORNING, "publication_lag": timedelta(hours=6)}
NOW = {"publication": DAY_DONE, "refresh": Refresh.FIVE_MINUTES, "request": snapshot, "cadence": Cadence.SNAPSHOT}
DASHBOARD = "api/1/services/read/dashboards"
FILES = {"publication": YEAR, "request": None}


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


PRICES = (
    feed("dam_spp", "Day-ahead settlement point prices", price_families.LMP, "DAMSPNP4190",
         Ask("NP4-190-CD", "dam_stlmnt_pnt_prices", report_type=12331, posted=DAY_BEFORE), parse=prices.day_ahead, **DAM),
    feed("rtm_spp", "Real-time settlement point prices, 15-minute", price_families.LMP, "SPPHLZNP6905",
         Ask("NP6-905-CD", "spp_node_zone_hub", report_type=12301, posted=AFTER_INTERVAL), parse=prices.real_time, **RTM),
    feed("sced_lmp", "LMP by settlement point, each SCED run", price_families.LMP, "LMPSROSNODENP6788",
         Ask("NP6-788-CD", "lmp_node_zone_hub", "SCEDTimestamp", 12300), parse=prices.by_run, **SCED),
    feed("sced_lmp_bus", "LMP by electrical bus, each SCED run", price_families.LMP, "LMPSELECTRICALBUSNP6787",
         Ask("NP6-787-CD", "lmp_electrical_bus", "SCEDTimestamp", 11485), parse=prices.by_bus,
         **{**SCED, "constants": {"market_run": "SCED", "location_type": "bus"}}),
    feed("dam_lmp_bus", "Day-ahead hourly LMP by electrical bus", price_families.LMP, "DAMHRLMPNP4183",
         Ask("NP4-183-CD", "dam_hourly_lmp", report_type=12328, posted=DAY_BEFORE), parse=prices.by_bus,
         **{**DAM, "constants": {"market_run": "DAM", "location_type": "bus"}}),
    feed("rtd_lmp", "Indicative LMP of the look-ahead run", disclosures.INDICATIVE_PRICES, "RTDLMPNP6970",
         Ask("NP6-970-CD", "rtd_lmp_node_zone_hub", "RTDTimestamp", 13073), parse=prices.indicative, **RTD),
    feed("dam_spp_yearly", "Day-ahead prices of hubs and load zones, a year's workbook", price_families.LMP,
         "DAMLZHBSPP", Ask("NP4-180-ER", report_type=13060), parse=prices.day_ahead,
         locations=(*HUBS, *LOAD_ZONES), **{**DAM, **FILES}),
    feed("rtm_spp_yearly", "Real-time prices of hubs and load zones, a year's workbook", price_families.LMP,
         "RTMLZHBSPP", Ask("NP6-785-ER", report_type=13061), parse=prices.real_time,
         **{**RTM, **FILES, "refresh": Refresh.DAILY}),
    feed("dam_system_lambda", "Day-ahead system lambda", operations.SYSTEM_FIGURES, "dam_lambda",
         Ask("NP4-523-CD", "dam_system_lambda", report_type=13113, posted=DAY_BEFORE), parse=system.figures,
         locations=(SYSTEM,), **{**DAM, "constants": {"unit": "USD/MWh", "subject": "DAM"}}),
    feed("sced_system_lambda", "System lambda of each SCED run", operations.SYSTEM_FIGURES, "sced_lambda",
         Ask("NP6-322-CD", "sced_system_lambda", "SCEDTimestamp", 13114), parse=system.figures,
         **{**SCED, "constants": {"unit": "USD/MWh", "subject": "SCED"}}),
    feed("peaker_net_margin", "Peaker net margin", operations.SYSTEM_FIGURES, "PNMNP4790", Ask("NP4-790-ER", report_type=12348,
         posted=days_later(0)), parse=system.net_margin, publication=NEXT_MORNING, constants={"unit": "USD/MW"}),
    feed("dam_shadow_prices", "Day-ahead shadow prices", grid.CONSTRAINTS, "DASPBCNP4191",
         Ask("NP4-191-CD", "dam_shadow_prices", report_type=12332, posted=DAY_BEFORE), parse=system.constraints, sparse=True,
         **DAM),
    feed("sced_shadow_prices", "Shadow prices of each SCED run", grid.CONSTRAINTS, "SCEDBTCNP686",
         Ask("NP6-86-CD", "shdw_prices_bnd_trns_const", "SCEDTimestamp", 12302), parse=system.constraints, sparse=True, **SCED),
)  # fmt: skip

ANCILLARY = (
    feed("dam_mcpc", "Day-ahead clearing prices for capacity", price_families.ANCILLARY_PRICES, "DAMCPCNP4188",
         Ask("NP4-188-CD", "dam_clear_price_for_cap", report_type=12329, posted=DAY_BEFORE),
         parse=ancillary.day_ahead_prices, locations=(SYSTEM,), rows_per_location=len(SERVICES), **DAM),
    feed("rtm_mcpc", "Real-time clearing prices for capacity, 15-minute", price_families.ANCILLARY_PRICES, "RTMCPCNP6331",
         Ask("NP6-331-CD", report_type=24898, posted=AFTER_INTERVAL), parse=ancillary.quarter_prices, **RTM),
    feed("sced_mcpc", "Clearing prices for capacity, each SCED run", price_families.ANCILLARY_PRICES, "SCEDMCPCNP6332",
         Ask("NP6-332-CD", report_type=24891), parse=ancillary.run_prices, **SCED),
    feed("rtd_mcpc", "Indicative clearing prices of the look-ahead run", disclosures.INDICATIVE_PRICES, "RTDMCPCNP6329",
         Ask("NP6-329-CD", report_type=24889), parse=ancillary.indicative_prices, **RTD),
    feed("dam_mcpc_yearly", "Day-ahead clearing prices for capacity, a year's file", price_families.ANCILLARY_PRICES,
         "DAMASMCPCNP4181", Ask("NP4-181-ER", report_type=13091), parse=ancillary.yearly_prices, **{**DAM, **FILES}),
    feed("as_plan", "Ancillary service plan", reserves.RESERVES, "DAMASPLANNP433",
         Ask("NP4-33-CD", "dam_as_plan", report_type=12316, posted=DAY_BEFORE), parse=ancillary.plan,
         **{**DAM, "publication": Publication(time(6), -1)}),
    feed("dam_as_sold", "Ancillary services sold day-ahead", reserves.RESERVES, "DAMASSOLDNP4532",
         Ask("NP4-532-CD", report_type=24888, posted=DAY_BEFORE), parse=ancillary.sold, **DAM),
    feed("as_offers_total", "Ancillary services offered, in total", operations.BID_VOLUMES, "TOTASOFFERNP4179",
         Ask("NP4-179-CD", "total_as_service_offers", posted=DAY_BEFORE), parse=ancillary.offered, **DAM),
    feed("as_offer_curves", "Aggregated ancillary service offer curve", disclosures.OFFER_CURVES, "DAMASAGGNP419",
         Ask("NP4-19-CD", report_type=12330, posted=DAY_BEFORE), parse=ancillary.curves, **DAM),
    feed("as_demand_curves", "Ancillary service demand curves", disclosures.OFFER_CURVES, "ASDCNP4212",
         Ask("NP4-212-CD", report_type=24893, posted=DAY_BEFORE, newest=True), parse=ancillary.curves,
         **{**DAM, "constants": {"market_run": "DAM_DEMAND"}}),
    feed("as_cleared_2day", "Ancillary services cleared, two days later", reserves.RESERVES, "2d_Cleared_DAM_AS",
         Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.cleared, members=two_day.CLEARED,
         publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_self_arranged_2day", "Ancillary services self-arranged, two days later", reserves.RESERVES,
         "2d_Self_Arranged_AS", Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.self_arranged,
         members=two_day.SELF_ARRANGED, publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_offers_2day", "Ancillary service offer curves, two days later", disclosures.OFFER_CURVES,
         "2d_Agg_AS_Offers", Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.offers,
         members=two_day.OFFERS, publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_capability", "Capability to provide ancillary services", operations.SYSTEM_FIGURES, "as_capability",
         Ask("NP6-328-CD", report_type=24887), parse=system.figures, **{**SCED, "constants": {"unit": "MW"}}),
    feed("dam_energy_bought", "Energy bought day-ahead by settlement point", operations.BID_VOLUMES, "DAMENGYBOUGHTNP4192",
         Ask("NP4-192-CD", report_type=12333, posted=DAY_BEFORE), parse=ancillary.energy_volumes,
         **{**DAM, "constants": {"market_run": "DAM", "stage": "cleared", "kind": "demand"}}),
    feed("dam_energy_sold", "Energy sold day-ahead by settlement point", operations.BID_VOLUMES, "DAMENGYSOLDNP4193",
         Ask("NP4-193-CD", report_type=12334, posted=DAY_BEFORE), parse=ancillary.energy_volumes,
         **{**DAM, "constants": {"market_run": "DAM", "stage": "cleared", "kind": "supply"}}),
)  # fmt: skip

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

CORRECTIONS = tuple(
    feed(
        f"corrections_{key}",
        f"Price corrections: {title}",
        disclosures.CORRECTED_PRICES,
        part,
        Ask(product, path, stamp, report_type),
        parse=corrections.corrections,
        members=rf"{part}(?![A-Za-z])",
        sparse=True,
        publication=NEXT_MORNING,
        constants={"market_run": run},
    )
    for key, title, part, product, path, stamp, report_type, run in (
        (
            "dam_spp",
            "day-ahead settlement points",
            "DAM_SPP",
            "NP4-196-M",
            "dam_price_corrections_spp",
            "deliveryDate",
            13044,
            "DAM",
        ),
        (
            "dam_bus",
            "day-ahead buses",
            "DAM_EBLMP",
            "NP4-196-M",
            "dam_price_corrections_eblmp",
            "deliveryDate",
            13044,
            "DAM",
        ),
        (
            "dam_mcpc",
            "day-ahead services",
            "DAM_MCPC",
            "NP4-196-M",
            "dam_price_corrections_mcpc",
            "deliveryDate",
            13044,
            "DAM",
        ),
        (
            "rtm_spp",
            "real-time settlement points",
            "RTM_SPP",
            "NP4-197-M",
            "rtm_price_corrections_spp",
            "deliveryDate",
            13045,
            "RTM",
        ),
        (
            "sced_lmp",
            "settlement points by run",
            "RTM_SPLMP",
            "NP4-197-M",
            "rtm_price_corrections_splmp",
            "SCEDTimestamp",
            13045,
            "SCED",
        ),
        (
            "sced_bus",
            "buses by run",
            "RTM_EBLMP",
            "NP4-197-M",
            "rtm_price_corrections_eblmp",
            "SCEDTimestamp",
            13045,
            "SCED",
        ),
        ("sced_mcpc", "services by run", "RTM_MCPC", "NP4-197-M", "", "SCEDTimestamp", 13045, "SCED"),
        (
            "sced_shadow",
            "shadow prices by run",
            "RTM_ShadowPrice",
            "NP4-197-M",
            "rtm_price_corrections_shadow",
            "SCEDTimestamp",
            13045,
            "SCED",
        ),
        (
            "rtm_sog",
            "settlement-only generators",
            "RTM_SOGPRICE",
            "NP4-197-M",
            "rtm_price_corrections_sogprice",
            "deliveryDate",
            13045,
            "RTM",
        ),
    )
)

FEEDS = (*PRICES, *ANCILLARY, *POWER, *GRID, *CORRECTIONS, *DISCLOSURE_FEEDS)

ERCOT = Publisher(
    key="ercot",
    name="Electric Reliability Council of Texas",
    base_url=BASE_URL,
    pace_seconds=PACE_SECONDS,
    host_paces={"www.ercot.com": SITE_PACE_SECONDS, "ercotb2c.b2clogin.com": PACE_SECONDS},
    feeds=FEEDS,
    recognise=recogniser(FEEDS),
    stamp_zone=ZONE,
    sign=sign,
    login=LOGIN,
)
