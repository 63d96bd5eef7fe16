"""Data Miner's published columns, by dataset. What a reader can do without is optional: answers hold what was asked for.

Source: recordings for the datasets marked R; for the others the field lists that the public client gridstatus 0.37 asks
for, for FTR datasets the table definitions of a public project (both secondary).
"""

from market_platform.sources.tabular import Field, Goes, label, number, stamp

NODES = ("pnode_id", "pnode_name")  # a page of prices has thousands


def table(
    labels: str = "",
    numbers: str = "",
    optional: str = "",
    *,
    start: str = "datetime_beginning",
    end: str = "datetime_ending",
    issued: str = "",
    optional_numbers: str = "",
) -> tuple[Field, ...]:
    """Declare a dataset: its stamps come as ``utc``, ``end_utc``, ``issued_utc`` and their ``_ept`` twins, all else by name.

    ``start``, ``end`` and ``issued`` are the stamps' names without ``_utc`` and ``_ept``; a dataset may leave out either
    clock. ``labels`` and ``numbers`` must be there, ``optional`` and ``optional_numbers`` may be.
    """
    stamps = {"": start, "end_": end} | ({"issued_": issued} if issued else {})
    return (
        *(
            stamp(f"{name}{clock}", f"{published}_{clock}", optional=True)
            for name, published in stamps.items()
            for clock in ("utc", "ept")
        ),
        *((stamp if name in NODES else label)(name, name, goes=Goes.NAME) for name in labels.split()),
        *(number(name, name) for name in numbers.split()),
        *(label(name, name, optional=True, goes=Goes.NAME) for name in optional.split()),
        *(number(name, name, optional=True) for name in optional_numbers.split()),
    )


VERSION = {"optional": "row_is_current", "optional_numbers": "version_nbr"}
PNODE = "voltage equipment type zone"


def prices(run: str, *, versions: bool = True, ids: bool = True) -> tuple[Field, ...]:
    """Declare a dataset of LMP; ``run`` is ``da`` or ``rt``."""
    parts = f"system_energy_price_{run} congestion_price_{run} marginal_loss_price_{run}"
    return table(
        "pnode_id pnode_name" if ids else "pnode_name",
        f"total_lmp_{run}",
        f"{PNODE} row_is_current" if versions else f"{PNODE} occ_check ref_caseid_used_multi_interval",
        optional_numbers=f"{parts} version_nbr" if versions else parts,
    )


FTR_BIDS = (
    *(label(name, name) for name in ("market_name", "period_type", "source_pnode_name", "sink_pnode_name")),
    *(label(name, name) for name in ("class_type", "trade_type", "hedge_type")),
    *(number(name, name) for name in ("quoted_mw", "quoted_price")),
)
RESERVE_MW = "as_req_mw total_mw as_mw ss_mw tier1_mw ircmwt2 dsr_as_mw nsr_mw regd_mw"
FORECAST = {"issued": "evaluated_at"}
PEAK = {"start": "projected_peak_datetime", "issued": "generated_at"}
REQUIREMENTS = "reserve_reqmt_mw reliability_reqmt_mw extended_reqmt_mw additional_extended_reqmt_mw deficit_mw"

DATASETS: dict[str, tuple[Field, ...]] = {
    # Prices of energy. R: da_hrl_lmps, rt_hrl_lmps, rt_unverified_fivemin_lmps.
    "da_hrl_lmps": prices("da"),
    "rt_hrl_lmps": prices("rt"),
    "rt_fivemin_hrl_lmps": prices("rt"),
    "rt_fivemin_mnt_lmps": prices("rt"),
    "rt_unverified_fivemin_lmps": prices("rt", versions=False),
    "rt_unverified_hrl_lmps": prices("rt", versions=False, ids=False),
    "five_min_itsced_lmps": table(
        "pnode_id pnode_name", "itsced_lmp", optional_numbers="marginal_congestion marginal_loss", issued="case_approval_datetime"
    ),
    "rt_da_monthly_lmps": table(
        "pnode_id pnode_name",
        "total_lmp_da total_lmp_rt",
        f"{PNODE} row_is_current",
        optional_numbers="system_energy_price_da congestion_price_da marginal_loss_price_da system_energy_price_rt "
        "congestion_price_rt marginal_loss_price_rt version_nbr",
    ),
    # Ancillary services. R: ancillary_services, reserve_market_results, reg_market_results.
    "ancillary_services": table("ancillary_service unit", "value", **VERSION),
    "ancillary_services_fivemin_hrl": table("ancillary_service unit", "value", **VERSION),
    "da_ancillary_services": table("ancillary_service unit", "value", **VERSION),
    "reserve_market_results": table("locale service", "mcp", optional_numbers=f"mcp_capped reg_ccp reg_pcp {RESERVE_MW}"),
    "da_reserve_market_results": table("locale service", "mcp", optional_numbers=f"mcp_capped {RESERVE_MW}"),
    "reg_market_results": table(
        "",
        "requirement total_mw",
        "is_approved",
        issued="modified_datetime",
        optional_numbers="regd_ssmw rega_ssmw regd_procure rega_procure deficiency rto_perfscore rega_mileage regd_mileage "
        "rega_hourly regd_hourly reg_ssmw reg_procure reg_mileage reg_hourly",
    ),
    # From 2025-09-30 performance_clearing_price is called mileage_clearing_price (Data Miner release 25.09).
    "reg_prices": table(
        "area",
        "market_clearing_price",
        optional_numbers="market_capped_clearing_price capability_clearing_price performance_clearing_price "
        "mileage_clearing_price reserve_quantity reserve_requirement",
    ),
    "reg_zone_prelim_bill": table(
        "",
        "rmccp rmpcp",
        optional_numbers="total_pjm_rt_load_mwh total_pjm_loc_credit total_pjm_reg_purchases total_pjm_self_sched_reg "
        "total_pjm_assigned_reg total_pjm_rmccp_cr total_pjm_rmpcp_cr",
    ),
    "dispatched_reserves": table(
        "area reserve_type",
        "market_clearing_price",
        "shortage_indicator",
        optional_numbers="reserve_quantity reserve_requirement reliability_requirement extended_requirement mw_adjustment",
    ),
    "rt_dispatch_reserves": table("area reserve_type", "total_reserve_mw", optional_numbers=REQUIREMENTS),
    "operational_reserves": table("reserve_name", "reserve_mw"),
    # Load. R: hrl_load_metered, inst_load, load_frcstd_7_day, ops_sum_prev_period.
    "hrl_load_metered": table("load_area", "mw", "nerc_region mkt_region zone is_verified"),
    "hrl_load_prelim": table("load_area", "prelim_load_avg_hourly"),
    "inst_load": table("area", "instantaneous_load"),
    "load_frcstd_7_day": table(
        "forecast_area", "forecast_load_mw", start="forecast_datetime_beginning", end="forecast_datetime_ending",
        issued="evaluated_at_datetime",
    ),
    "load_frcstd_hist": table("forecast_area", "forecast_load_mw", start="forecast_hour_beginning", **FORECAST),
    "very_short_load_frcst": table(
        "forecast_area", "forecast_load_mw", start="forecast_datetime_beginning", end="forecast_datetime_ending", **FORECAST
    ),
    "ops_sum_prev_period": table("area", "actual_load", issued="generated_at", optional_numbers="area_load_forecast dispatch_rate"),
    "ops_sum_frcst_peak_rto": table(
        "area",
        "load_forecast",
        optional_numbers="capacity_adjustments internal_scheduled_capacity operating_reserve scheduled_tie_flow_total "
        "total_scheduled_capacity unscheduled_steam_capacity",
        **PEAK,
    ),
    "ops_sum_frcst_peak_area": table(
        "area", "pjm_load_forecast", optional_numbers="internal_scheduled_capacity unscheduled_steam_capacity", **PEAK
    ),
    "ops_sum_prjctd_tie_flow": table("interface", "scheduled_tie_flow", **PEAK),
    # Generation. R: gen_by_fuel, solar_gen, hourly_solar_power_forecast.
    "gen_by_fuel": table("fuel_type", "mw", "is_renewable", optional_numbers="fuel_percentage_of_total"),
    "solar_gen": table("area", "solar_generation_mw"),
    "wind_gen": table("area", "wind_generation_mw"),
    "five_min_solar_generation": table("", "solar_generation_mw"),
    "instantaneous_wind_gen": table("", "wind_generation_mw"),
    "hourly_solar_power_forecast": table("", "solar_forecast_mwh", optional_numbers="solar_forecast_btm_mwh", **FORECAST),
    "five_min_solar_power_forecast": table("", "solar_forecast_mwh", optional_numbers="solar_forecast_btm_mwh", **FORECAST),
    "hourly_wind_power_forecast": table("", "wind_forecast_mwh", **FORECAST),
    "five_min_wind_power_forecast": table("", "wind_forecast_mwh", **FORECAST),
    "day_gen_capacity": table("", "eco_max emerg_max total_committed", start="bid_datetime_beginning"),
    "gen_outages_by_type": table(
        "forecast_date region",
        "planned_outages_mw maintenance_outages_mw forced_outages_mw total_outages_mw",
        start="forecast_execution_date",
    ),
    "frcstd_gen_outages": table(
        "forecast_date",
        "forecast_gen_outage_mw_rto forecast_gen_outage_mw_west forecast_gen_outage_mw_other",
        start="forecast_execution_date",
    ),
    "fivemin_marginal_emissions": table(
        "pnode_id pnode_name", "marginal_co2_rate", optional_numbers="marginal_so2_rate marginal_nox_rate"
    ),
    # Network. R: da_marginal_value, rt_marginal_value, da_transconstraints.
    "da_marginal_value": table("monitored_facility contingency_facility", "shadow_price"),
    "rt_marginal_value": table(
        "monitored_facility contingency_facility",
        "shadow_price",
        optional_numbers="transmission_constraint_penalty_factor limit_control_percentage",
    ),
    "da_transconstraints": table(
        "monitored_facility contingency_facility", "", "day_ahead_congestion_event", optional_numbers="duration"
    ),
    "transmission_limits": table("constraint_name contingency", "shadow_price", "constraint_type"),
    "five_min_tie_flows": table("tie_flow_name", "actual_mw scheduled_mw"),
    "act_sch_interchange": table("tie_line", "actual_flow sched_flow", optional_numbers="inadv_flow"),
    "rt_scheduled_interchange": table("tie_line", "hrly_net_tie_sched"),
    "state_net_interchange": table("state", "net_interchange"),
    "transfer_limits_and_flows": table("transfer_limit_area", "transfers transfer_limit"),
    "transfer_interface_infor": table("name", "actual_flow transfer_limit", optional_numbers="warning_level"),
    "da_interface_flows_and_limits": table("interface_limit_name", "flow_mw limit_mw"),
    "area_control_error": table("", "ace_mw"),
    "inst_dispatch_rates": table("zone", "dispatch_rate"),
    "sync_reserve_events": table(
        "synchronized_reserve_zone", "", "duration synchronized_sub_zone percent_deployed", start="event_start", end="event_end"
    ),
    "fivemin_pai_interval": table("pai_description"),
    # Bids.
    "hrl_dmd_bids": table("area", "hrly_da_demand_bid"),
    "hrl_da_incs_decs": table(
        "", "price_point inc_mw dec_mw", start="bid_datetime_beginning", issued="modified_datetime"
    ),
    "day_inc_dec_utc": (label("day", "day_ahead_market_date"), *(number(name, name) for name in ("inc_mw", "dec_mw", "utc_mw"))),
    # Rights.
    "ftr_bids_mnt": FTR_BIDS,
    # Named in PJM's list of feeds; that their columns are the monthly ones, with a round, is unverified.
    "ftr_bids_annual": (*FTR_BIDS, label("round", "round", "round_name", "market_round", optional=True)),
    "ftr_bids_long_term": (*FTR_BIDS, label("round", "round", "round_name", "market_round", optional=True)),
    "ftr_cong_lmp": (
        *(label(name, name) for name in ("effective_day", "terminate_day", "pnode_name")),
        *(
            number(name, name, optional=True)
            for name in (
                "24hour_clmp", "onpeak_clmp", "wkndonpeak_clmp", "dailyoffpeak_clmp", "offpeak_clmp", "lt_sim_clmp",
                "lt_sim_onpeak_clmp", "lt_sim_wkndonpeak_clmp", "lt_sim_dailyoffpeak_clmp", "lt_sim_offpeak_clmp",
            )
        ),
    ),
    # Lists. R: pnode.
    "pnode": (
        *(label(name, name) for name in ("pnode_id", "pnode_name", "pnode_type", "pnode_subtype")),
        *(label(name, name, optional=True) for name in ("zone", "voltage_level", "effective_date", "termination_date")),
    ),
    "agg_definitions": (
        *(label(name, name) for name in ("agg_pnode_id", "agg_pnode_name", "bus_pnode_id", "bus_pnode_name")),
        *(label(name, name, optional=True) for name in ("effective_date_ept", "terminate_date_ept")),
        number("bus_pnode_factor", "bus_pnode_factor"),
    ),
    "sync_pri_reserves_resources_list": (
        *(label(name, name) for name in ("subzone", "resource_id", "resource_name")),
        *(label(name, name, optional=True) for name in ("effective_date", "terminate_date", "resource_type", "zone")),
    ),
    "sync_pri_reserves_buses_list": (
        *(label(name, name) for name in ("subzone", "pnode_id", "pnode_name")),
        *(label(name, name, optional=True) for name in ("effective_date", "terminate_date", "pnode_type")),
    ),
}  # fmt: skip
