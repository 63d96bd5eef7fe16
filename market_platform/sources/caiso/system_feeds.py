"""CAISO's feeds of load, generation, schedules, reserves, the network, bids, lists and outlook files, a row each."""

from datetime import time, timedelta

from market_platform.contracts.families import bids as bid_families
from market_platform.contracts.families import conditions, power
from market_platform.contracts.families import grid as grid_families
from market_platform.contracts.families.reserves import RESERVES
from market_platform.markets.caiso import TAC_AREAS
from market_platform.sources.caiso import bids, downloads, grid, lists, outlook, system
from market_platform.sources.caiso.declare import (
    BIDS_OUT,
    DAILY,
    DAY_AHEAD,
    DAY_DONE,
    LOAD_FORECAST,
    NEXT_MORNING,
    QUARTERS,
    REAL_TIME,
    RENEWABLE_FORECAST,
    SEVEN_DAYS_AHEAD,
    THREE_DAYS_AHEAD,
    TWO_DAYS_AHEAD,
    caiso_feed,
)
from market_platform.sources.caiso.requests import XML_IN_ZIP, Ask, OutlookAsk, Span, unit_outage_workbook
from market_platform.sources.feed import Cadence, Feed, Publication, Refresh

ALL_AREAS = {"anc_type": "ALL", "anc_region": "ALL"}
ALL_TIES = {"ti_id": "ALL", "ti_direction": "ALL"}
ALL_ZONES = {"tac_zone_name": "ALL", "schedule": "ALL"}
# Wind and solar by hub: ZP26 has no wind.
HUB_TYPES = ("NP15", "SP15", "ZP26", "NP15 wind", "SP15 wind")
HOURLY_DAY_AHEAD = {"publication": DAY_AHEAD, "interval_minutes": 60}
HOURLY_NEXT_DAY = {"publication": NEXT_MORNING, "interval_minutes": 60}


def _run(name: str, **more: str) -> dict[str, str]:
    return {"market_run_id": name, **more}


LOAD_FEEDS: tuple[Feed, ...] = (
    caiso_feed("load_hourly", "Actual load by TAC area, hourly", power.LOAD, "SLD_FCST", "ACTUAL", parse=system.load,
               request=Ask("SLD_FCST", 1, _run("ACTUAL")), refresh=Refresh.HOURLY, locations=TAC_AREAS,
               publication_lag=timedelta(hours=1), **HOURLY_NEXT_DAY),
    caiso_feed("load_forecast_7da", "Load forecast, seven days ahead", power.LOAD_FORECAST, "SLD_FCST", "7DA",
               parse=system.load_forecast, request=Ask("SLD_FCST", 1, _run("7DA")), publication=SEVEN_DAYS_AHEAD,
               interval_minutes=60, constants={"model": "7DA"}),
    caiso_feed("load_forecast_2da", "Load forecast, two days ahead", power.LOAD_FORECAST, "SLD_FCST", "2DA",
               parse=system.load_forecast, request=Ask("SLD_FCST", 1, _run("2DA")), publication=TWO_DAYS_AHEAD,
               interval_minutes=60, constants={"model": "2DA"}),
    caiso_feed("load_forecast_dam", "Load forecast, day ahead", power.LOAD_FORECAST, "SLD_FCST", "DAM",
               parse=system.load_forecast, request=Ask("SLD_FCST", 1, _run("DAM")), publication=LOAD_FORECAST,
               interval_minutes=60, constants={"model": "DAM"}),
    caiso_feed("load_forecast_rtpd", "Load forecast, fifteen-minute", power.LOAD_FORECAST, "SLD_FCST", "RTM_RTPD",
               parse=system.load_forecast, request=Ask("SLD_FCST", 1, _run("RTM", execution_type="RTPD")),
               interval_minutes=15, constants={"model": "RTPD"}, **QUARTERS),
    caiso_feed("load_forecast_rtd", "Load forecast, five-minute", power.LOAD_FORECAST, "SLD_FCST", "RTM_RTD",
               parse=system.load_forecast, request=Ask("SLD_FCST", 1, _run("RTM", execution_type="RTD")),
               interval_minutes=5, constants={"model": "RTD"}, **REAL_TIME),
    caiso_feed("peak_load_forecast", "Forecast peak of each day", power.LOAD_FORECAST, "SLD_FCST_PEAK", "",
               parse=system.peak_load_forecast, request=Ask("SLD_FCST_PEAK", 1), publication=LOAD_FORECAST,
               constants={"model": "peak"}),
)  # fmt: skip

RENEWABLE_FEEDS: tuple[Feed, ...] = (
    caiso_feed("renewables_hourly", "Actual wind and solar by hub, hourly", power.GENERATION, "SLD_REN_FCST", "ACTUAL",
               parse=system.renewables, request=Ask("SLD_REN_FCST", 1, _run("ACTUAL")), locations=HUB_TYPES,
               refresh=Refresh.HOURLY, publication_lag=timedelta(days=1), **HOURLY_NEXT_DAY),
    caiso_feed("renewables_forecast_dam", "Wind and solar forecast, day ahead", power.GENERATION_FORECAST,
               "SLD_REN_FCST", "DAM", parse=system.renewables_forecast, request=Ask("SLD_REN_FCST", 1, _run("DAM")),
               publication=RENEWABLE_FORECAST, interval_minutes=60, locations=HUB_TYPES, constants={"model": "DAM"}),
    caiso_feed("renewables_forecast_hasp", "Wind and solar forecast, hour ahead", power.GENERATION_FORECAST,
               "SLD_REN_FCST", "HASP", parse=system.renewables_forecast,
               request=Ask("SLD_REN_FCST", 1, _run("HASP"), Span.DAY), constants={"model": "HASP"}, **QUARTERS),
    caiso_feed("renewables_forecast_rtpd", "Wind and solar forecast, fifteen-minute", power.GENERATION_FORECAST,
               "SLD_REN_FCST", "RTPD", parse=system.renewables_forecast, interval_minutes=15, locations=HUB_TYPES,
               request=Ask("SLD_REN_FCST", 1, _run("RTPD"), Span.DAY), constants={"model": "RTPD"}, **QUARTERS),
    caiso_feed("renewables_forecast_rtd", "Wind and solar forecast, five-minute", power.GENERATION_FORECAST,
               "SLD_REN_FCST", "RTD", parse=system.renewables_forecast, interval_minutes=5, locations=HUB_TYPES,
               request=Ask("SLD_REN_FCST", 1, _run("RTD"), Span.DAY), constants={"model": "RTD"}, **REAL_TIME),
)  # fmt: skip

WESTERN_FEEDS: tuple[Feed, ...] = (
    caiso_feed("western_renewables_forecast", "Wind and solar forecast by balancing area", power.GENERATION_FORECAST,
               "EDAM_WND_SLR_FORECAST_GRP", "", parse=system.western_renewables_forecast, interval_minutes=60,
               publication=Publication(time(10), -1), constants={"model": "EDAM"},
               request=Ask("EDAM_WND_SLR_FORECAST_GRP", 1, span=Span.DAY, group=True, form=XML_IN_ZIP),
               note="published from May 2026 on, as XML only"),
)  # fmt: skip

SCHEDULE_FEEDS: tuple[Feed, ...] = tuple(
    caiso_feed(f"{name}_schedules", title, power.SCHEDULES, "ENE_SLRS", run, parse=system.schedules,
               request=Ask("ENE_SLRS", 1, _run(run, **ALL_ZONES)), constants={"market_run": market_run}, **when)
    for name, title, run, market_run, when in (
        ("dam", "Day-ahead load and resource schedules", "DAM", "DAM", HOURLY_DAY_AHEAD),
        ("ruc", "Residual unit commitment schedules", "RUC", "RUC", HOURLY_DAY_AHEAD),
        ("hasp", "Hour-ahead load and resource schedules", "HASP", "HASP", QUARTERS),
        ("rtd", "Five-minute load and resource schedules", "RTM", "RTD", {**REAL_TIME, "interval_minutes": 5}),
    )
)  # fmt: skip

RESERVE_FEEDS: tuple[Feed, ...] = (
    caiso_feed("dam_reserves", "Day-ahead ancillary quantities", RESERVES, "AS_RESULTS", "DAM",
               parse=system.reserve_results, publication=DAY_AHEAD, constants={"market_run": "DAM"},
               request=Ask("AS_RESULTS", 1, _run("DAM", **ALL_AREAS))),
    caiso_feed("rtm_reserves", "Real-time ancillary quantities", RESERVES, "AS_RESULTS", "RTM",
               parse=system.reserve_results, constants={"market_run": "FMM"},
               request=Ask("AS_RESULTS", 1, _run("RTM", **ALL_AREAS)), **QUARTERS),
    caiso_feed("dam_reserve_requirements", "Day-ahead ancillary requirements", RESERVES, "AS_REQ", "DAM",
               parse=system.reserve_requirements, publication=DAY_AHEAD, constants={"market_run": "DAM"},
               request=Ask("AS_REQ", 1, _run("DAM", **ALL_AREAS))),
    caiso_feed("rtm_reserve_requirements", "Real-time ancillary requirements", RESERVES, "AS_REQ", "RTM",
               parse=system.reserve_requirements, constants={"market_run": "FMM"},
               request=Ask("AS_REQ", 1, _run("RTM", **ALL_AREAS)), **QUARTERS),
    *(
        caiso_feed(f"{name}_ramp_requirements", title, RESERVES, "ENE_FLEX_RAMP_REQT", run, **when,
                   parse=system.ramp_requirements, constants={"market_run": market_run},
                   request=Ask("ENE_FLEX_RAMP_REQT", 4, _run(run, baa_grp_id="ALL"), Span.DAY))
        for name, title, run, market_run, when in (
            ("fmm", "Flexible-ramp requirements, fifteen-minute", "RTPD", "FMM", QUARTERS),
            ("rtd", "Flexible-ramp requirements, five-minute", "RTD", "RTD", REAL_TIME),
        )
    ),
    *(
        caiso_feed(key, f"Imbalance-reserve requirements and awards{ahead}", RESERVES, f"{run}_CAP_REQ_AWRD_GRP",
                   run, parse=system.capacity_awards, publication=publication, constants={"market_run": run},
                   request=Ask(f"{run}_CAP_REQ_AWRD_GRP", 1, span=Span.DAY, group=True), note="published from May 2026 on")
        for key, run, ahead, publication in (
            ("dam_capacity_awards", "DAM", "", DAY_AHEAD),
            ("capacity_awards_2da", "2DA", ", two days ahead", TWO_DAYS_AHEAD),
            ("capacity_awards_3da", "3DA", ", three days ahead", THREE_DAYS_AHEAD),
        )
    ),
)  # fmt: skip

GRID_FEEDS: tuple[Feed, ...] = (
    *(
        caiso_feed(f"{name}_transfers", title, grid_families.INTERCHANGE, "ENE_EIM_TRANSFER_TIE", run, **when,
                   parse=grid.transfers, constants={"market_run": market_run},
                   request=Ask("ENE_EIM_TRANSFER_TIE", 4, _run(run, baa_grp_id="ALL"), Span.DAY))
        for name, title, run, market_run, when in (
            ("fmm", "Imbalance-market transfers over ties, fifteen-minute", "RTPD", "FMM", QUARTERS),
            ("rtd", "Imbalance-market transfers over ties, five-minute", "RTD", "RTD", REAL_TIME),
        )
    ),
    caiso_feed("dam_transmission_usage", "Day-ahead usage of interties", grid_families.INTERCHANGE, "TRNS_USAGE", "DAM",
               parse=grid.transmission_usage, publication=DAY_AHEAD, constants={"market_run": "DAM"},
               request=Ask("TRNS_USAGE", 1, _run("DAM", **ALL_TIES))),
    caiso_feed("hasp_transmission_usage", "Hour-ahead usage of interties", grid_families.INTERCHANGE, "TRNS_USAGE",
               "HASP", parse=grid.transmission_usage, constants={"market_run": "HASP"},
               request=Ask("TRNS_USAGE", 1, _run("HASP", **ALL_TIES)), **QUARTERS),
    caiso_feed("transmission_outages", "Outages that curtail interties", grid_families.OUTAGES, "TRNS_OUTAGE", "",
               parse=grid.transmission_outages, request=Ask("TRNS_OUTAGE", 1, ALL_TIES), sparse=True, **DAILY),
    caiso_feed("generation_outages", "Generation out by hub and category", grid_families.OUTAGES, "AGGR_OUTAGE_SCH_GRP",
               "", parse=grid.generation_outages, request=Ask("AGGR_OUTAGE_SCH_GRP", 1, span=Span.DAY, group=True),
               **DAILY),
    caiso_feed("unit_outages", "Units out or curtailed on the trade date", grid_families.OUTAGES, "documents",
               "curtailed-non-operational-generator", parse=lists.unit_outages, request=unit_outage_workbook, **DAILY),
    caiso_feed("operating_messages", "System operating messages", grid_families.OPERATING_NOTICES, "ATL_OSM", "",
               parse=lists.messages, request=Ask("ATL_OSM", 1, {"msg_severity": "ALL"}), sparse=True,
               publication=DAY_DONE, refresh=Refresh.HOURLY),
)  # fmt: skip

BID_FEEDS: tuple[Feed, ...] = (
    caiso_feed("convergence_summary", "Energy and dollars bid and cleared", bid_families.BID_SUMMARIES,
               "ENE_CB_MKT_SUM", "DAM", parse=bids.summaries, request=Ask("ENE_CB_MKT_SUM", 1),
               constants={"market_run": "DAM"}, **DAILY),
    caiso_feed("convergence_awards", "Convergence bids awarded in all", bid_families.VIRTUAL_AWARDS, "ENE_CB_AWARDS",
               "DAM", parse=bids.virtual_totals, request=Ask("ENE_CB_AWARDS", 1), constants={"market_run": "DAM"},
               **DAILY),
    caiso_feed("convergence_node_awards", "Convergence bids awarded by node", bid_families.VIRTUAL_AWARDS,
               "ENE_CB_CLR_AWARDS", "DAM", parse=bids.virtual_nodes, constants={"market_run": "DAM"},
               request=Ask("ENE_CB_CLR_AWARDS", 1, {"node_id": "ALL"}, Span.DAY), **DAILY),
    caiso_feed("dam_public_bids", "Day-ahead bids, disclosed after 90 days", bid_families.PUBLIC_BIDS, "PUB_DAM_GRP",
               "DAM", parse=bids.public_bids, publication=BIDS_OUT, constants={"market_run": "DAM"},
               request=Ask("PUB_DAM_GRP", 3, span=Span.DAY, group=True)),
    caiso_feed("rtm_public_bids", "Real-time bids, disclosed after 90 days", bid_families.PUBLIC_BIDS, "PUB_RTM_GRP",
               "RTM", parse=bids.public_bids, publication=BIDS_OUT, constants={"market_run": "RTM"},
               request=Ask("PUB_RTM_GRP", 3, span=Span.DAY, group=True)),
)  # fmt: skip

LIST_FEEDS: tuple[Feed, ...] = (
    *(
        caiso_feed(name, title, grid_families.LOCATION_MAPS, query, "", parse=lists.maps, constants={"map": kind},
                   request=Ask(query, 1, parameters, Span.DAY), cadence=Cadence.SNAPSHOT, publication=DAY_DONE)
        for name, title, query, kind, parameters in (
            ("aggregate_map", "Nodes of each aggregate", "ATL_PNODE_MAP", "aggregate_node", {"pnode_id": "ALL"}),
            ("tac_area_map", "Nodes of each TAC area", "ATL_TAC_AREA_MAP", "tac_area", {}),
            ("reserve_region_map", "Nodes of each ancillary region", "ATL_AS_REGION_MAP", "ancillary_region", {}),
            ("ruc_zone_map", "Nodes of each RUC zone", "ATL_RUC_ZONE_MAP", "ruc_zone", {}),
            ("load_factors", "Load distribution factors", "ATL_LDF", "load_factor", {}),
        )
    ),
    caiso_feed("nodes", "Pricing nodes", grid_families.LOCATIONS, "ATL_PNODE", "", parse=lists.nodes,
               request=Ask("ATL_PNODE", 1, {"pnode_type": "ALL"}, Span.DAY), cadence=Cadence.SNAPSHOT,
               publication=DAY_DONE),
)  # fmt: skip

OUTLOOK = {**REAL_TIME, "interval_minutes": 5}
OUTLOOK_FEEDS: tuple[Feed, ...] = (
    caiso_feed("fuel_mix", "Generation by fuel, five-minute", power.GENERATION, "fuelsource", "",
               parse=outlook.fuel_mix, request=OutlookAsk("fuelsource"), locations=("CA ISO-TAC",),
               rows_per_location=len(outlook.FUEL_NAMES), **OUTLOOK),
    caiso_feed("storage", "Output of batteries, five-minute", power.GENERATION, "storage", "", parse=outlook.storage,
               request=OutlookAsk("storage"), locations=("CA ISO-TAC",), rows_per_location=3, **OUTLOOK),
    caiso_feed("co2_emissions", "CO2 emission rate by source", conditions.EMISSIONS, "co2", "", parse=outlook.emissions,
               request=OutlookAsk("co2"), **OUTLOOK),
    caiso_feed("load_5min", "Load, five-minute", power.LOAD, "demand", "", parse=outlook.demand,
               request=OutlookAsk("demand"), locations=("CA ISO-TAC",), **OUTLOOK),
    caiso_feed("outlook_load_forecast", "Load forecasts beside the outlook's load", power.LOAD_FORECAST, "demand", "",
               parse=outlook.demand_forecast, request=OutlookAsk("demand"), interval_minutes=5,
               publication=LOAD_FORECAST, refresh=Refresh.HOURLY),
    caiso_feed("demand_response", "Demand response called on", conditions.DEMAND_RESPONSE, "demand", "",
               parse=outlook.demand_response, request=OutlookAsk("demand"), sparse=True,
               constants={"programme": "all"}, **OUTLOOK),
    caiso_feed("adequacy_outlook", "Resource adequacy outlook, seven days", conditions.ADEQUACY_OUTLOOKS,
               "rtm_forecast_7day", "", parse=outlook.adequacy, request=OutlookAsk("rtm_forecast_7day"),
               publication=Publication(DAY_DONE.at, 0), refresh=Refresh.HOURLY,
               constants={"location": "CA ISO-TAC"}),
    caiso_feed("downloaded_demand", "Load as downloaded from the outlook page", power.LOAD, "CAISO-demand", "",
               parse=downloads.downloaded_demand, publication=DAY_DONE),
    caiso_feed("renewables_watch", "Daily Renewables Watch (retired)", power.GENERATION, "DailyRenewablesWatch", "",
               parse=downloads.renewables_watch, publication=NEXT_MORNING),
)  # fmt: skip

SYSTEM_FEEDS: tuple[Feed, ...] = (
    *LOAD_FEEDS, *RENEWABLE_FEEDS, *WESTERN_FEEDS, *SCHEDULE_FEEDS, *RESERVE_FEEDS, *GRID_FEEDS, *BID_FEEDS, *LIST_FEEDS,
    *OUTLOOK_FEEDS,
)  # fmt: skip
