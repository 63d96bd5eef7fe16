"""New York ISO's locations and words, as data.

Source: PTIDs of zones and external proxies as they stand in NYISO's own price files.
"""

ZONE_PTIDS = {
    "WEST": "61752",
    "GENESE": "61753",
    "CENTRL": "61754",
    "NORTH": "61755",
    "MHK VL": "61756",
    "CAPITL": "61757",
    "HUD VL": "61758",
    "MILLWD": "61759",
    "DUNWOD": "61760",
    "N.Y.C.": "61761",
    "LONGIL": "61762",
}
PROXY_PTIDS = {"H Q": "61844", "NPX": "61845", "O H": "61846", "PJM": "61847"}

ZONES = tuple(ZONE_PTIDS)
PRICED_ZONES = (*ZONE_PTIDS, *PROXY_PTIDS)
SYSTEM = "NYISO"
REFERENCE_BUS = "NYISO_LBMP_REFERENCE"

# The load forecast writes the zones in its own way, one column each.
FORECAST_COLUMNS = {
    "Capitl": "CAPITL",
    "Centrl": "CENTRL",
    "Dunwod": "DUNWOD",
    "Genese": "GENESE",
    "Hud Vl": "HUD VL",
    "Longil": "LONGIL",
    "Mhk Vl": "MHK VL",
    "Millwd": "MILLWD",
    "N.Y.C.": "N.Y.C.",
    "North": "NORTH",
    "West": "WEST",
    "NYISO": SYSTEM,
}

FUELS = {
    "Dual Fuel": "dual_fuel",
    "Natural Gas": "gas",
    "Nuclear": "nuclear",
    "Other Fossil Fuels": "other_fossil",
    "Other Renewables": "other_renewable",
    "Wind": "wind",
    "Hydro": "hydro",
    "Energy Storage": "storage",
    "Solar": "solar",
}

# Product in the platform's words, by the heading that NYISO prints over the price.
ANCILLARY_PRODUCTS = {
    "10 Min Spinning Reserve": "spinning_10min",
    "10 Min Non-Synchronous Reserve": "non_synchronous_10min",
    "30 Min Operating Reserve": "operating_30min",
    "NYCA Regulation Capacity": "regulation_capacity",
    "NYCA Regulation Movement": "regulation_movement",
}

# Folder of each year's capacity reports on the public site; they follow no rule.
# Source: the addresses that the public client gridstatus uses (2025, 2026 also in the facts).
CAPACITY_REPORT_FOLDERS = {
    2019: "4266869",
    2020: "10106066",
    2021: "18170164",
    2022: "27447313",
    2023: "35397361",
    2024: "42146126",
    2025: "48997190",
    2026: "56195933",
}
CAPACITY_LOCALITIES = ("NYCA", "GHIJ", "NYC", "LI")
