"""The hubs and zones that the brief looks at: those that each market's trade is quoted on, the first of each in front."""

HUBS = {
    "nyiso": ("N.Y.C.", "WEST", "CAPITL", "HUD VL", "LONGIL"),
    "pjm": ("WESTERN HUB", "AEP-DAYTON HUB", "CHICAGO HUB", "DOMINION HUB"),
    "caiso": ("TH_SP15_GEN-APND", "TH_NP15_GEN-APND", "TH_ZP26_GEN-APND"),
    "ercot": ("HB_NORTH", "HB_HOUSTON", "HB_SOUTH", "HB_WEST"),
}
FIRST_HUB = {market: hubs[0] for market, hubs in HUBS.items()}
# Their names as people write them.
NAMES = {
    "N.Y.C.": "New York City", "WEST": "West", "CAPITL": "Capital", "HUD VL": "Hudson Valley", "LONGIL": "Long Island",
    "WESTERN HUB": "Western Hub", "AEP-DAYTON HUB": "AEP-Dayton", "CHICAGO HUB": "Chicago", "DOMINION HUB": "Dominion",
    "TH_SP15_GEN-APND": "SP15", "TH_NP15_GEN-APND": "NP15", "TH_ZP26_GEN-APND": "ZP26",
    "HB_NORTH": "North Hub", "HB_HOUSTON": "Houston Hub", "HB_SOUTH": "South Hub", "HB_WEST": "West Hub",
}  # fmt: skip
EVERY_HUB = [(market, hub) for market, hubs in HUBS.items() for hub in hubs]
