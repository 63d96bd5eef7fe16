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
