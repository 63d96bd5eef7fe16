"""EIA's codes and the platform's words for them.

Source: recorded answers for R33 nonsalt, R48 and RNGC4; the other series follow the same pattern (facts, tables).
"""

REGIONS = {
    "R31": "East",
    "R32": "Midwest",
    "R33": "South Central",
    "R34": "Mountain",
    "R35": "Pacific",
    "R48": "Lower 48",
}
GAS_TYPES = {"SWO": "total", "SSO": "salt", "SNO": "nonsalt"}
# Columns of the history workbook: region and gas type.
HISTORY_COLUMNS = {
    "East Region": ("R31", "SWO"),
    "Midwest Region": ("R32", "SWO"),
    "Mountain Region": ("R34", "SWO"),
    "Pacific Region": ("R35", "SWO"),
    "South Central Region": ("R33", "SWO"),
    "Salt": ("R33", "SSO"),
    "NonSalt": ("R33", "SNO"),
    "Total Lower 48": ("R48", "SWO"),
}
GAS_PRICE_PRODUCTS = {"RNGWHHD": "spot", **{f"RNGC{place}": f"front_month_{place}" for place in range(1, 5)}}
HENRY_HUB = "Henry Hub"
REGION_TYPES = {"D": "demand", "DF": "demand_forecast", "NG": "net_generation", "TI": "total_interchange"}
FUELS = {
    "BAT": "storage",
    "COL": "coal",
    "GEO": "geothermal",
    "NG": "gas",
    "NUC": "nuclear",
    "OES": "storage",
    "OIL": "oil",
    "OTH": "other",
    "PS": "storage",
    "SNB": "solar",
    "SUN": "solar",
    "UES": "storage",
    "UNK": "other",
    "WAT": "hydro",
    "WNB": "wind",
    "WND": "wind",
}


def storage_series(duoarea: str, process: str) -> str:
    """Return EIA's series of a region and gas type: ``NW2_EPG0_SNO_R33_BCF``."""
    return f"NW2_EPG0_{process}_{duoarea}_BCF"


STORAGE_SERIES = {storage_series(*codes): codes for codes in HISTORY_COLUMNS.values()}
