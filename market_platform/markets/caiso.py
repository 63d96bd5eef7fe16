"""California ISO's locations and words, as data.

Source: names as they stand in OASIS reports (hubs, DLAPs, TAC areas, products: recorded payloads and the public client
gridstatus 0.37, which asks for them by these names).
"""

TRADING_HUBS = ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND")
DEFAULT_LOAD_POINTS = ("DLAP_PGAE-APND", "DLAP_SCE-APND", "DLAP_SDGE-APND")
HUBS_AND_LOAD_POINTS = (*TRADING_HUBS, *DEFAULT_LOAD_POINTS)

# The kind of a priced location stands in its name: trading hub, load aggregation point (default, of a balancing area,
# of a sub-area), custom or generation aggregate; a name without mark is a pricing node.
LOCATION_TYPES_BY_PREFIX = {"TH_": "hub", "DLAP_": "zone", "ELAP_": "zone", "EPZ_": "zone", "SLAP_": "aggregate"}
AGGREGATE_SUFFIX = "-APND"

# OASIS writes the components of a price as types in CSV and as data items in XML.
PRICE_COMPONENTS = {
    "LMP": "lmp_usd_per_mwh",
    "MCE": "energy_usd_per_mwh",
    "MCC": "congestion_usd_per_mwh",
    "MCL": "loss_usd_per_mwh",
    "MGHG": "ghg_usd_per_mwh",
}
COMPONENT_OF_ITEM = {
    "LMP_PRC": "LMP",
    "LMP_ENE_PRC": "MCE",
    "LMP_CONG_PRC": "MCC",
    "LMP_LOSS_PRC": "MCL",
    "LMP_GHG_PRC": "MGHG",
}

SYSTEM = "CA ISO-TAC"
# TAC areas of the ISO itself; reports also hold the areas of the western imbalance market.
TAC_AREAS = ("CA ISO-TAC", "PGE-TAC", "SCE-TAC", "SDGE-TAC", "VEA-TAC", "MWD-TAC")
FORECAST_HUBS = ("NP15", "SP15", "ZP26")


def location_type(name: str) -> str:
    """Return hub, zone, aggregate or node by the location's name."""
    for prefix, kind in LOCATION_TYPES_BY_PREFIX.items():
        if name.startswith(prefix):
            return kind
    return "aggregate" if name.endswith(AGGREGATE_SUFFIX) else "node"


ANCILLARY_PRODUCTS = {
    "RU": "regulation_up",
    "RD": "regulation_down",
    "SR": "spinning_10min",
    "NR": "non_synchronous_10min",
    "RMU": "regulation_mileage_up",
    "RMD": "regulation_mileage_down",
}
# XML reports name the product within their data item, and regions as the resource.
ANCILLARY_PRODUCT_OF_ITEM = {
    "RU_CLR_PRC": "RU",
    "RD_CLR_PRC": "RD",
    "SP_CLR_PRC": "SR",
    "NS_CLR_PRC": "NR",
    "RMU_CLR_PRC": "RMU",
    "RMD_CLR_PRC": "RMD",
}
ANCILLARY_REGIONS = ("AS_CAISO", "AS_CAISO_EXP", "AS_NP26", "AS_NP26_EXP", "AS_SP26", "AS_SP26_EXP")
# Day-ahead reports hold every product but mileage in every region, mileage in the widest one: 26 pairs an hour
# (counted by others on a year of live answers).
ANCILLARY_PAIRS = (
    *(f"{region} {product}" for region in ANCILLARY_REGIONS for product in ("RU", "RD", "SR", "NR")),
    "AS_CAISO_EXP RMU",
    "AS_CAISO_EXP RMD",
)
CAPACITY_PRODUCTS = {
    "IRU": "imbalance_reserve_up",
    "IRD": "imbalance_reserve_down",
    "RCU": "reliability_capacity_up",
    "RCD": "reliability_capacity_down",
}
RAMP_PRODUCTS = {"UP": "flexible_ramp_up", "DOWN": "flexible_ramp_down", "DN": "flexible_ramp_down"}

# AS_RESULTS tells each quantity in a row of its own.
RESERVE_RESULTS = {
    "AS_BUY_MW": "procured_mw",
    "AS_SELF_MW": "self_provided_mw",
    "AS_MW": "total_mw",
    "AS_COST": "cost_usd",
}
RESERVE_BOUNDS = {
    "AS Regional AS Requirement Minimum": "minimum_mw",
    "AS Regional AS Requirement Maximum": "maximum_mw",
}

RENEWABLE_TYPES = {"Solar": "solar", "Wind": "wind"}
SCHEDULES = {"Load": "load", "Generation": "generation", "Import": "import", "Export": "export"}
SCHEDULE_OF_ITEM = {
    f"{prefix}TOT_{short}_MW": name
    for prefix in ("", "ISO_")
    for short, name in (("LOAD", "Load"), ("GEN", "Generation"), ("IMP", "Import"), ("EXP", "Export"))
}

# Fuels of the outlook files and of the retired Daily Renewables Watch, by their lower-case headings.
FUELS = {
    "solar": "solar",
    "solar pv": "solar",
    "solar thermal": "solar",
    "wind": "wind",
    "wind total": "wind",
    "geothermal": "geothermal",
    "biomass": "biomass",
    "biogas": "biogas",
    "small hydro": "hydro",
    "large hydro": "hydro",
    "hydro": "hydro",
    "coal": "coal",
    "nuclear": "nuclear",
    "natural gas": "gas",
    "thermal": "thermal",
    "batteries": "storage",
    "imports": "imports",
    "other": "other",
    "renewables": "renewables",
}
STORAGE = {
    "Total batteries": "total",
    "Stand-alone batteries": "stand-alone",
    "Hybrid batteries": "hybrid",
}
CO2_SOURCES = {
    "Biogas CO2": "biogas",
    "Biomass CO2": "biomass",
    "Natural Gas CO2": "gas",
    "Coal CO2": "coal",
    "Imports CO2": "imports",
    "Geothermal CO2": "geothermal",
}
MARKET_RUNS = {"DAM": "DAM", "HASP": "HASP", "RTPD": "FMM", "RTD": "RTD", "RTM": "RTM", "RUC": "RUC"}
