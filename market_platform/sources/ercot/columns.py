"""ERCOT's published columns, report by report, by the letters and digits of each heading in lower case.

Sources: recorded payloads; field names of the public API's own specification (as the public client gridstatus 0.37 carries
it); headings that the same client, and a third party's notes of the files, name.
"""

from collections.abc import Mapping
from dataclasses import replace

from market_platform.markets.ercot import (
    FORECAST_ZONES,
    SERVICES,
    SOLAR_REGIONS,
    WEATHER_ZONES,
    WIND_LOAD_ZONES,
    WIND_REGIONS,
)
from market_platform.sources.tabular import Field, Goes, label, number, passed

DAY = label("day", "deliverydate", "operday", "operatingday", "operatingdate", "date", goes=Goes.CLOCK)
HOUR = label("hour", "hourending", "deliveryhour", goes=Goes.CLOCK)
INTERVAL = label("interval", "deliveryinterval", goes=Goes.CLOCK)
FLAG = label("flag", "dstflag", "repeatedhourflag", "repeathourflag", optional=True, goes=Goes.CLOCK)
POSTED = label("posted", "posteddatetime", optional=True)
RUN = label("stamp", "scedtimestamp", goes=Goes.CLOCK)

DAM_SPP = (
    DAY,
    HOUR,
    label("location", "settlementpoint"),
    number("price", "settlementpointprice"),
    label("flag", "dstflag", "repeatedhourflag", "repeathourflag"),
)
RTM_SPP = (
    DAY,
    HOUR,
    INTERVAL,
    label("location", "settlementpointname", "settlementpoint", goes=Goes.NAME),
    label("type", "settlementpointtype", goes=Goes.NAME),
    number("price", "settlementpointprice"),
    FLAG,
)
SCED_LMP = (RUN, FLAG, label("location", "settlementpoint"), number("price", "lmp"))
# From 2026-08-27 the price as capped has the plain name's place, the one without cap stands beside it.
SCED_BUS_LMP = (
    RUN,
    FLAG,
    label("location", "electricalbus"),
    number("price", "lmp", "cappedlmp"),
    passed("uncappedlmp"),
)
DAM_BUS_LMP = (DAY, HOUR, label("location", "busname"), number("price", "lmp"), FLAG)
RTD_LMP = (
    label("stamp", "rtdtimestamp"),
    FLAG,
    passed("intervalid"),
    label("end", "intervalending"),
    label("end_flag", "intervalrepeatedhourflag", "intervalrepeathourflag", optional=True),
    label("location", "settlementpoint"),
    label("type", "settlementpointtype", optional=True),
    number("price", "lmp"),
)


SERVICE = label("service", "ancillarytype", "astype")
MCPC = number("price", "mcpc", "cappedmcpc")
DAM_MCPC = (DAY, HOUR, SERVICE, MCPC, FLAG)
RTM_MCPC = (DAY, HOUR, INTERVAL, SERVICE, MCPC, FLAG)
SCED_MCPC = (RUN, FLAG, SERVICE, MCPC, passed("uncappedmcpc"))
RTD_MCPC = (
    label("stamp", "rtdtimestamp"),
    FLAG,
    passed("intervalid"),
    label("end", "intervalending"),
    label("end_flag", "intervalendingrepeatedhourflag", "intervalrepeatedhourflag", optional=True),
    *(number(service, service.lower()) for service in SERVICES),
)
DAM_MCPC_YEARLY = (
    DAY,
    HOUR,
    FLAG,
    *(number(service, service.lower(), optional=service == "ECRS") for service in SERVICES),
)
AS_PLAN = (DAY, HOUR, SERVICE, number("mw", "quantity"), FLAG, POSTED)
AS_SOLD = (DAY, HOUR, label("service", "astype"), number("mw", "quantity"), FLAG)
AS_DEMAND_CURVES = (
    DAY, HOUR, label("service", "astype"), label("point", "demandcurvepoint"), number("mw", "quantity"),
    number("price", "price"), FLAG,
)  # fmt: skip
AS_OFFER_CURVES = (
    DAY,
    HOUR,
    label("service", "ancillarytype"),
    number("price", "price"),
    number("mw", "quantity"),
    FLAG,
)
OFFERED_SERVICES = ("REGDN", "REGUP", "RRSPFR", "RRSFFR", "RRSUFR", "ECRSSD", "ECRSMD", "NSPIN")
AS_OFFERS_TOTAL = (DAY, HOUR, *(number(service, service.lower()) for service in OFFERED_SERVICES), FLAG)

DAM_SHADOW = (
    DAY,
    HOUR,
    label("id", "constraintid"),
    label("name", "constraintname"),
    label("contingency", "contingencyname"),
    number("price", "shadowprice"),
    FLAG,
    *(
        passed(heading)
        for heading in (
            "constraintlimit", "constraintvalue", "violationamount", "fromstation", "tostation", "fromstationkv",
            "tostationkv", "deliverytime", "systemlambda",
        )
    ),
)  # fmt: skip
SCED_SHADOW = (
    RUN,
    FLAG,
    label("id", "constraintid"),
    label("name", "constraintname"),
    label("contingency", "contingencyname"),
    number("price", "shadowprice"),
    *(
        passed(heading)
        for heading in (
            "maxshadowprice", "limit", "value", "violatedmw", "fromstation", "tostation", "fromstationkv", "tostationkv",
            "cctstatus",
        )
    ),
)  # fmt: skip
DAM_LAMBDA = (DAY, HOUR, number("systemlambda", "systemlambda"), FLAG)
SCED_LAMBDA = (RUN, FLAG, number("systemlambda", "systemlambda", "cappedsystemlambda"), passed("uncappedsystemlambda"))


def _zones(zones: Mapping[str, str], total: str) -> dict[str, tuple[str, ...]]:
    """Return the headings of each location, by all the ways it has been spelt."""
    found: dict[str, tuple[str, ...]] = {}
    for heading, location in zones.items():
        found[location] = (*found.get(location, ()), heading)
    return {location: headings for location, headings in found.items() if total or location != "ERCOT"}


def _zone_fields(zones: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(number(location, *headings) for location, headings in _zones(zones, "total").items())


MODEL = label("model", "model")
IN_USE = label("in_use", "inuseflag", optional=True)
LOAD_FORECAST_ZONE = (DAY, HOUR, *_zone_fields(FORECAST_ZONES), FLAG, POSTED)
LOAD_WEATHER_ZONE = (DAY, HOUR, *_zone_fields(WEATHER_ZONES), FLAG, POSTED)
LOAD_MODEL = (DAY, HOUR, *_zone_fields(WEATHER_ZONES), MODEL, IN_USE, FLAG, POSTED)
LOAD_STUDY_AREA = (DAY, HOUR, number("VALLEY", "valley"), MODEL, FLAG, POSTED)
LOAD_QUARTER = (DAY, label("end", "timeending"), number("load", "demand", "systemwidedemand", "load"), FLAG)
LOAD_YEARLY = (label("stamp", "hourending", "hourend"), *_zone_fields(WEATHER_ZONES))


def _renewables(zones: Mapping[str, str], models: Mapping[str, tuple[str, ...]]) -> tuple[Field, ...]:
    """Declare model by region, as ``STWPF_LZ_WEST``, ``STWPFLoadZoneWest`` or, for the system, ``SYSTEM_WIDE_GEN``."""
    fields = []
    for region, location in zones.items():
        for model, spellings in models.items():
            names = [f"{word}{part}{region}" for word in spellings for part in ("", "lz", "loadzone")]
            names += [f"{region}{word}" for word in spellings] if region == "systemwide" else []
            fields.append(number(f"{model} {location}", *names, optional=True))
    return tuple(fields)


ACTUAL = {"GEN": ("gen", "actual")}
WIND_MODELS = {**ACTUAL, "COP_HSL": ("cophsl",), "STWPF": ("stwpf",), "WGRPP": ("wgrpp",), "HSL": ("hsl",)}
SOLAR_MODELS = {**ACTUAL, "COP_HSL": ("cophsl",), "STPPF": ("stppf",), "PVGRPP": ("pvgrpp",), "HSL": ("hsl",)}
WIND_ZONES = (DAY, HOUR, *_renewables(WIND_LOAD_ZONES, WIND_MODELS), FLAG, POSTED)
WIND_GEO = (DAY, HOUR, *_renewables(WIND_REGIONS, WIND_MODELS), FLAG, POSTED)
SOLAR_SYSTEM = (DAY, HOUR, *_renewables({"systemwide": "ERCOT"}, SOLAR_MODELS), FLAG, POSTED)
SOLAR_GEO = (DAY, HOUR, *_renewables(SOLAR_REGIONS, SOLAR_MODELS), FLAG, POSTED)
WIND_MODEL = (
    DAY, HOUR, label("region", "region"), number("value", "value"), MODEL, IN_USE, FLAG, POSTED,
)  # fmt: skip


def _five_minutes(zones: Mapping[str, str]) -> tuple[Field, ...]:
    fields = []
    for region, location in zones.items():
        words = ("gen", "actual", "", "lz", "genlz", "loadzone", "genloadzone")
        names = [f"{word}{region}" for word in words] + [f"{region}gen"]
        fields.append(number(location, *names, *(["coast", "gencoast"] if region == "coastal" else [])))
    return (label("stamp", "intervalending"), *fields, passed("hslsystemwide"), passed("systemwidehsl"), FLAG, POSTED)


WIND_5MIN = _five_minutes(WIND_LOAD_ZONES)
WIND_5MIN_GEO = _five_minutes(WIND_REGIONS)
SOLAR_5MIN = _five_minutes({"systemwide": "ERCOT"})
SOLAR_5MIN_GEO = _five_minutes(SOLAR_REGIONS)
DC_TIES = (
    POSTED,
    label("tie", "dctie"),
    label("stamp", "gmtintervalending"),
    passed("intervalending"),
    passed("repeathourflag"),
    number("mw", "mw"),
    label("direction", "importexport"),
)

AREAS = ("South", "North", "West", "Houston")
OUTAGE_KINDS = ("TotalResourceMW", "TotalIRRMW", "TotalNewEquipResourceMW")
ADEQUACY_KINDS = ("CapGenRes", "CapLoadRes", "OfflineAvailableMW")
ADEQUACY_TOTALS = (
    "AvailCapGen", "AvailCapReserve", "CapGenResTotal", "CapLoadResTotal", "OfflineAvailableMWTotal", "CapREGUPTotal",
    "CapREGDNTotal", "CapRRSTotal", "CapECRSTotal", "CapNSPINTotal", "CapREGUP_RRSTotal", "CapREGUP_RRS_ECRSTotal",
    "CapREGUP_RRS_ECRS_NSPINTotal",
)  # fmt: skip
CAPABILITY = tuple(name for name in ADEQUACY_TOTALS if name.startswith("CapR") or name[3:7] in ("ECRS", "NSPI"))
PLANNED_KINDS = tuple(
    f"{kind}{what}{group}"
    for what in ("POC", "POL")
    for kind in ("MaxDailyResource", "Resource", "AggApprovedResource", "AggReceivedResource")
    for group in ("nonIRRnonPUN", "IRR", "ESR")
)


def figure_names(kinds: tuple[str, ...], between: str = "") -> dict[str, dict[str, str]]:
    """Return figure and place of each heading that is a kind and an area."""
    return {f"{kind}{between}{area}": {"figure": kind, "location": area.upper()} for kind in kinds for area in AREAS}


OUTAGE_FIGURES = {
    **figure_names(OUTAGE_KINDS, "Zone"),
    **{kind: {"figure": kind, "location": "ERCOT"} for kind in OUTAGE_KINDS},
}
ADEQUACY_FIGURES = {
    **figure_names(ADEQUACY_KINDS),
    **{name: {"figure": name, "location": "ERCOT"} for name in ADEQUACY_TOTALS},
}
CAPABILITY_FIGURES = {name: {"figure": name, "location": "ERCOT"} for name in CAPABILITY}
PLANNED_FIGURES = {name: {"figure": name, "location": "ERCOT"} for name in PLANNED_KINDS}
LAMBDA_FIGURES = {"systemlambda": {"figure": "system_lambda", "location": "ERCOT"}}
NET_MARGIN_FIGURES = {"peakernetmargin": {"figure": "peaker_net_margin", "location": "ERCOT"}}


def _figures(names: Mapping[str, object]) -> tuple[Field, ...]:
    return tuple(
        number(name, "".join(sign for sign in name.lower() if sign.isalnum()), optional=True) for name in names
    )


OUTAGE_CAPACITY = (DAY, HOUR, *_figures(OUTAGE_FIGURES), FLAG, POSTED)
ADEQUACY = (DAY, HOUR, *_figures(ADEQUACY_FIGURES), FLAG, POSTED)
AS_CAPABILITY = (RUN, FLAG, *_figures(CAPABILITY_FIGURES))
PLANNED_7DAY = (DAY, HOUR, *_figures(PLANNED_FIGURES), FLAG, POSTED)
PLANNED_FUTURE = (DAY, *_figures(PLANNED_FIGURES), POSTED)
NET_MARGIN = (
    label("day", "deliverydate", "asofdate"),
    label("hour", "hourending", optional=True),
    label("interval", "deliveryinterval", optional=True),
    number("peakernetmargin", "peakernetmargin"),
)

DAM_BOUGHT = (DAY, HOUR, label("location", "settlementpoint"), number("mw", "totaldamenergybought"), FLAG)
DAM_SOLD = (DAY, HOUR, label("location", "settlementpoint"), number("mw", "totaldamenergysold"), FLAG)

CORRECTED_AT = label("corrected_at", "pricecorrectiontime")
HOURLY_CORRECTION = (DAY, HOUR)
DAM_SPP_CORRECTIONS = (
    *HOURLY_CORRECTION, label("location", "settlementpoint", "settlementpointname"), number("original", "spporiginal"),
    number("corrected", "sppcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
DAM_BUS_CORRECTIONS = (
    *HOURLY_CORRECTION, label("location", "electricalbus", "electricbusname", "busname"), number("original", "lmporiginal"),
    number("corrected", "lmpcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
DAM_MCPC_CORRECTIONS = (
    *HOURLY_CORRECTION, label("service", "astype"), number("original", "mcpcoriginal"), number("corrected", "mcpccorrected"),
    CORRECTED_AT, FLAG,
)  # fmt: skip
RTM_SPP_CORRECTIONS = (
    DAY, HOUR, INTERVAL, label("location", "settlementpointname", "settlementpoint"), label("type", "settlementpointtype"),
    number("original", "spporiginal"), number("corrected", "sppcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
SCED_LMP_CORRECTIONS = (
    RUN, FLAG, label("location", "settlementpoint", "settlementpointname"), number("original", "lmporiginal"),
    number("corrected", "lmpcorrected"), CORRECTED_AT,
)  # fmt: skip
SCED_BUS_CORRECTIONS = (
    RUN, FLAG, label("location", "electricbusname", "electricalbus"), number("original", "lmporiginal", "cappedlmporiginal"),
    number("corrected", "lmpcorrected", "cappedlmpcorrected"), passed("uncappedlmporiginal"), passed("uncappedlmpcorrected"),
    CORRECTED_AT,
)  # fmt: skip
SCED_MCPC_CORRECTIONS = (
    RUN, FLAG, label("service", "astype"), number("original", "mcpcoriginal", "cappedmcpcoriginal"),
    number("corrected", "mcpccorrected", "cappedmcpccorrected"), passed("uncappedmcpcoriginal"),
    passed("uncappedmcpccorrected"), CORRECTED_AT,
)  # fmt: skip
SCED_SHADOW_CORRECTIONS = (
    RUN, FLAG, passed("constrid"), passed("constraintid"), label("location", "constrname", "constraintname"),
    label("contingency", "contingencyname"), number("original", "shadowpriceorig", "shadowpriceoriginal"),
    number("corrected", "shadowpricecorrected"), passed("limitorig"), passed("limitoriginal"), passed("limitcorrected"),
    passed("valueoriginal"), passed("valuecorrected"), CORRECTED_AT,
)  # fmt: skip
SOG_CORRECTIONS = (
    DAY, HOUR, INTERVAL, label("resource_type", "resourcetype"), passed("resourcename"), label("location", "metername"),
    number("original", "priceoriginal"), number("corrected", "pricecorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip

POINTS = (
    label("bus", "electricalbus"),
    label("node", "nodename"),
    passed("pssebusname"),
    passed("voltagelevel"),
    label("substation", "substation"),
    label("zone", "settlementloadzone"),
    passed("resourcenode"),
    passed("hubbusname"),
    passed("hub"),
    passed("pssebusnumber"),
)
NODE_UNITS = (label("node", "resourcenode"), label("substation", "unitsubstation"), label("unit", "unitname"))


def _must(fields: tuple[Field, ...], *names: str) -> tuple[Field, ...]:
    """Return the fields with some of them no longer optional."""
    return tuple(replace(spec, optional=spec.optional and spec.name not in names) for spec in fields)


DST_FLAG = label("flag", "dstflag")
OPERATING_DAY = label("day", "operday", "operatingday")

# What a file's headings tell of its feed, where its name does not. The first that fits is taken.
REPORTS: dict[str, tuple[Field, ...]] = {
    "ercot_dam_spp": (
        DAY,
        HOUR,
        label("location", "settlementpoint"),
        number("price", "settlementpointprice"),
        DST_FLAG,
    ),
    "ercot_dam_spp_yearly": DAM_SPP,
    "ercot_rtm_spp": (*RTM_SPP[:-1], DST_FLAG),
    "ercot_rtm_spp_yearly": RTM_SPP,
    "ercot_sced_lmp": SCED_LMP,
    "ercot_sced_lmp_bus": SCED_BUS_LMP,
    "ercot_dam_lmp_bus": DAM_BUS_LMP,
    "ercot_rtd_lmp": RTD_LMP,
    "ercot_dam_mcpc": DAM_MCPC,
    "ercot_rtm_mcpc": RTM_MCPC,
    "ercot_sced_mcpc": SCED_MCPC,
    "ercot_rtd_mcpc": RTD_MCPC,
    "ercot_dam_mcpc_yearly": DAM_MCPC_YEARLY,
    "ercot_as_plan": (*AS_PLAN[:2], label("service", "ancillarytype"), *AS_PLAN[3:]),
    "ercot_dam_as_sold": AS_SOLD,
    "ercot_as_demand_curves": AS_DEMAND_CURVES,
    "ercot_as_offer_curves": AS_OFFER_CURVES,
    "ercot_as_offers_total": AS_OFFERS_TOTAL,
    "ercot_dam_shadow_prices": DAM_SHADOW,
    "ercot_sced_shadow_prices": SCED_SHADOW,
    "ercot_dam_system_lambda": DAM_LAMBDA,
    "ercot_sced_system_lambda": SCED_LAMBDA,
    "ercot_load_forecast_zone": (OPERATING_DAY, *LOAD_FORECAST_ZONE[1:]),
    "ercot_load_weather_zone": (OPERATING_DAY, *LOAD_WEATHER_ZONE[1:]),
    "ercot_load_forecast_by_forecast_zone": LOAD_FORECAST_ZONE,
    "ercot_load_forecast_by_weather_zone": LOAD_WEATHER_ZONE,
    "ercot_load_forecast_by_model": LOAD_MODEL,
    "ercot_load_forecast_by_study_area": LOAD_STUDY_AREA,
    "ercot_load_15min": LOAD_QUARTER,
    "ercot_load_yearly": LOAD_YEARLY,
    "ercot_wind_hourly": _must(WIND_ZONES, "STWPF ERCOT", "GEN LZ_WEST"),
    "ercot_wind_hourly_region": _must(WIND_GEO, "STWPF ERCOT", "GEN PANHANDLE"),
    "ercot_solar_hourly": _must(SOLAR_SYSTEM, "STPPF ERCOT"),
    "ercot_solar_hourly_region": _must(SOLAR_GEO, "STPPF ERCOT", "GEN FarWest"),
    "ercot_wind_forecast_by_model": WIND_MODEL,
    "ercot_wind_5min": WIND_5MIN,
    "ercot_wind_5min_region": WIND_5MIN_GEO,
    "ercot_solar_5min": SOLAR_5MIN,
    "ercot_solar_5min_region": SOLAR_5MIN_GEO,
    "ercot_dc_tie_schedules": DC_TIES,
    "ercot_outage_capacity": _must(OUTAGE_CAPACITY, "TotalResourceMWZoneWest"),
    "ercot_system_adequacy": _must(ADEQUACY, "CapGenResTotal"),
    "ercot_as_capability": _must(AS_CAPABILITY, "CapREGUPTotal"),
    "ercot_planned_outage_capacity": _must(PLANNED_7DAY, "AggApprovedResourcePOLIRR"),
    "ercot_planned_outage_capacity_future": _must(PLANNED_FUTURE, "AggApprovedResourcePOLIRR"),
    "ercot_peaker_net_margin": NET_MARGIN,
    "ercot_dam_energy_bought": DAM_BOUGHT,
    "ercot_dam_energy_sold": DAM_SOLD,
    "ercot_corrections_dam_spp": DAM_SPP_CORRECTIONS,
    "ercot_corrections_dam_bus": DAM_BUS_CORRECTIONS,
    "ercot_corrections_dam_mcpc": DAM_MCPC_CORRECTIONS,
    "ercot_corrections_rtm_spp": RTM_SPP_CORRECTIONS,
    "ercot_corrections_sced_lmp": SCED_LMP_CORRECTIONS,
    "ercot_corrections_sced_bus": SCED_BUS_CORRECTIONS,
    "ercot_corrections_sced_mcpc": SCED_MCPC_CORRECTIONS,
    "ercot_corrections_sced_shadow": SCED_SHADOW_CORRECTIONS,
    "ercot_corrections_rtm_sog": SOG_CORRECTIONS,
    "ercot_settlement_points": POINTS,
    "ercot_resource_node_units": NODE_UNITS,
}
