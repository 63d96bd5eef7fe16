"""What a file's headings tell of its feed, where its name does not: the columns that each of ERCOT's reports must have."""

from dataclasses import replace

from market_platform.sources.ercot import (
    adders,
    columns,
    correction_columns,
    highest,
    outlooks,
    system_columns,
    two_day,
)
from market_platform.sources.tabular import Field, label, number


def _must(fields: tuple[Field, ...], *names: str) -> tuple[Field, ...]:
    """Return the fields with some of them no longer optional."""
    return tuple(replace(spec, optional=spec.optional and spec.name not in names) for spec in fields)


DST_FLAG = label("flag", "dstflag")
OPERATING_DAY = label("day", "operday", "operatingday")

# What a file's headings tell of its feed, where its name does not. The first that fits is taken.
REPORTS: dict[str, tuple[Field, ...]] = {
    "ercot_dam_spp": (
        columns.DAY,
        columns.HOUR,
        label("location", "settlementpoint"),
        number("price", "settlementpointprice"),
        DST_FLAG,
    ),
    "ercot_dam_spp_yearly": columns.DAM_SPP,
    "ercot_rtm_spp": (*columns.RTM_SPP[:-1], DST_FLAG),
    "ercot_rtm_spp_yearly": columns.RTM_SPP,
    "ercot_sced_lmp": columns.SCED_LMP,
    "ercot_sced_lmp_bus": columns.SCED_BUS_LMP,
    "ercot_dam_lmp_bus": columns.DAM_BUS_LMP,
    "ercot_rtd_lmp": columns.RTD_LMP,
    "ercot_dam_mcpc": columns.DAM_MCPC,
    "ercot_rtm_mcpc": columns.RTM_MCPC,
    "ercot_sced_mcpc": columns.SCED_MCPC,
    "ercot_rtd_mcpc": columns.RTD_MCPC,
    "ercot_dam_mcpc_yearly": columns.DAM_MCPC_YEARLY,
    "ercot_as_plan": (*columns.AS_PLAN[:2], label("service", "ancillarytype"), *columns.AS_PLAN[3:]),
    "ercot_dam_as_sold": columns.AS_SOLD,
    "ercot_as_demand_curves_druc": (*columns.AS_DEMAND_CURVES[:-1], label("run_at", "ructimestamp")),
    "ercot_as_demand_curves": columns.AS_DEMAND_CURVES,
    "ercot_as_offer_curves": columns.AS_OFFER_CURVES,
    "ercot_as_offers_total": columns.AS_OFFERS_TOTAL,
    "ercot_dam_shadow_prices": system_columns.DAM_SHADOW,
    "ercot_sced_shadow_prices": system_columns.SCED_SHADOW,
    "ercot_dam_system_lambda": system_columns.DAM_LAMBDA,
    "ercot_sced_system_lambda": system_columns.SCED_LAMBDA,
    "ercot_load_forecast_zone": (OPERATING_DAY, *system_columns.LOAD_FORECAST_ZONE[1:]),
    "ercot_load_weather_zone": (OPERATING_DAY, *system_columns.LOAD_WEATHER_ZONE[1:]),
    "ercot_load_forecast_by_forecast_zone": system_columns.LOAD_FORECAST_ZONE,
    "ercot_load_forecast_by_weather_zone": system_columns.LOAD_WEATHER_ZONE,
    "ercot_load_forecast_by_model": system_columns.LOAD_MODEL,
    "ercot_load_forecast_by_study_area": system_columns.LOAD_STUDY_AREA,
    "ercot_load_15min": system_columns.LOAD_QUARTER,
    "ercot_load_yearly": system_columns.LOAD_YEARLY,
    "ercot_wind_hourly": _must(system_columns.WIND_ZONES, "STWPF ERCOT", "GEN LZ_WEST"),
    "ercot_wind_hourly_region": _must(system_columns.WIND_GEO, "STWPF ERCOT", "GEN PANHANDLE"),
    "ercot_solar_hourly": _must(system_columns.SOLAR_SYSTEM, "STPPF ERCOT"),
    "ercot_solar_hourly_region": _must(system_columns.SOLAR_GEO, "STPPF ERCOT", "GEN FarWest"),
    "ercot_wind_forecast_by_model": system_columns.WIND_MODEL,
    "ercot_wind_5min": system_columns.WIND_5MIN,
    "ercot_wind_5min_region": system_columns.WIND_5MIN_GEO,
    "ercot_solar_5min": system_columns.SOLAR_5MIN,
    "ercot_solar_5min_region": system_columns.SOLAR_5MIN_GEO,
    "ercot_dc_tie_schedules": system_columns.DC_TIES,
    "ercot_outage_capacity": _must(system_columns.OUTAGE_CAPACITY, "TotalResourceMWZoneWest"),
    "ercot_system_adequacy": _must(system_columns.ADEQUACY, "CapGenResTotal"),
    "ercot_as_capability": _must(system_columns.AS_CAPABILITY, "CapREGUPTotal"),
    "ercot_planned_outage_capacity": _must(system_columns.PLANNED_7DAY, "AggApprovedResourcePOLIRR"),
    "ercot_planned_outage_capacity_future": _must(system_columns.PLANNED_FUTURE, "AggApprovedResourcePOLIRR"),
    "ercot_peaker_net_margin": system_columns.NET_MARGIN,
    "ercot_dam_energy_bought": columns.DAM_BOUGHT,
    "ercot_dam_energy_sold": columns.DAM_SOLD,
    "ercot_corrections_dam_spp": correction_columns.DAM_SPP_CORRECTIONS,
    "ercot_corrections_dam_bus": correction_columns.DAM_BUS_CORRECTIONS,
    "ercot_corrections_dam_mcpc": correction_columns.DAM_MCPC_CORRECTIONS,
    "ercot_corrections_rtm_spp": correction_columns.RTM_SPP_CORRECTIONS,
    "ercot_corrections_sced_lmp": correction_columns.SCED_LMP_CORRECTIONS,
    "ercot_corrections_sced_bus": correction_columns.SCED_BUS_CORRECTIONS,
    "ercot_corrections_sced_mcpc": correction_columns.SCED_MCPC_CORRECTIONS,
    "ercot_corrections_sced_shadow": correction_columns.SCED_SHADOW_CORRECTIONS,
    "ercot_corrections_rtm_sog": correction_columns.SOG_CORRECTIONS,
    "ercot_corrections_rtm_mcpc": correction_columns.RTM_MCPC_CORRECTIONS,
    "ercot_as_offers_sced_2day": two_day.RUN_CURVE,
    "ercot_sced_adders": _must(adders.RUN_ADDERS, "RTRRUC"),
    "ercot_rtm_adders": adders.QUARTER_ADDERS,
    "ercot_temperature_forecast": outlooks.TEMPERATURES,
    "ercot_as_deployment_factors": outlooks.FACTORS[1:],
    "ercot_dam_highest_as_offers": highest.DAY_AHEAD_SERVICES,
    "ercot_sced_highest_as_offers": highest.RUN_SERVICES,
    "ercot_sced_highest_offers": highest.RUN_OFFERS,
    "ercot_sced_highest_bids": highest.RUN_BIDS,
    "ercot_plant_configurations": columns.PLANT_CONFIGURATIONS,
    "ercot_utility_loads": columns.UTILITY_LOADS,
    "ercot_settlement_points": columns.POINTS,
    "ercot_resource_node_units": columns.NODE_UNITS,
}
