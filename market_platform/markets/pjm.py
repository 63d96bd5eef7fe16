"""PJM's locations and words, as data.

Source: ids of zones and hubs as they stand in Data Miner's own price files (the 23 zone ids are the same in 2019 and
2026); words of load areas, fuels and reserves as they stand in its files, else as the public client names them.
"""

ZONE_PNODES = {
    "PJM-RTO": "1",
    "MID-ATL/APS": "3",
    "AECO": "51291",
    "BGE": "51292",
    "DPL": "51293",
    "JCPL": "51295",
    "METED": "51296",
    "PECO": "51297",
    "PEPCO": "51298",
    "PPL": "51299",
    "PENELEC": "51300",
    "PSEG": "51301",
    "RECO": "7633629",
    "APS": "8394954",
    "AEP": "8445784",
    "COMED": "33092371",
    "DAY": "34508503",
    "DOM": "34964545",
    "DUQ": "37737283",
    "ATSI": "116013753",
    "DEOK": "124076095",
    "EKPC": "970242670",
    "OVEC": "1709725933",
}
HUB_PNODES = {
    "EASTERN HUB": "51217",
    "WEST INT HUB": "51287",
    "WESTERN HUB": "51288",
    "NEW JERSEY HUB": "4669664",
    "CHICAGO GEN HUB": "33092311",
    "CHICAGO HUB": "33092313",
    "N ILLINOIS HUB": "33092315",
    "AEP GEN HUB": "34497125",
    "AEP-DAYTON HUB": "34497127",
    "OHIO HUB": "34497151",
    "DOMINION HUB": "35010337",
    "ATSI GEN HUB": "116013751",
}
ZONES = tuple(ZONE_PNODES)
HUBS = tuple(HUB_PNODES)
SYSTEM = "PJM-RTO"

# Kind of a pricing node in the platform's words, by PJM's own.
NODE_TYPES = {
    "ZONE": "zone",
    "HUB": "hub",
    "INTERFACE": "interface",
    "AGGREGATE": "aggregate",
    "EHV": "aggregate_ehv",
    "RESIDUAL_METERED_EDC": "residual_aggregate",
    "LOAD": "load_node",
    "GEN": "generator_node",
    "EXT": "external_node",
    "TIE": "tie",
    "BUS": "node",
}

FUELS = {
    "Coal": "coal",
    "Gas": "gas",
    "Hydro": "hydro",
    "Multiple Fuels": "dual_fuel",
    "Nuclear": "nuclear",
    "Oil": "oil",
    "Other": "other",
    "Other Renewables": "other_renewable",
    "Solar": "solar",
    "Storage": "storage",
    "Wind": "wind",
}

# Metered load areas with the zone each is part of (file of 2019-11).
LOAD_AREAS = {
    "AECO": "AE",
    "VMEU": "AE",
    "AEPAPT": "AEP",
    "AEPIMP": "AEP",
    "AEPKPT": "AEP",
    "AEPOPT": "AEP",
    "AP": "AP",
    "OE": "ATSI",
    "PAPWR": "ATSI",
    "BC": "BC",
    "CE": "CE",
    "DAY": "DAY",
    "DEOK": "DEOK",
    "DOM": "DOM",
    "DPLCO": "DPL",
    "EASTON": "DPL",
    "DUQ": "DUQ",
    "EKPC": "EKPC",
    "JC": "JC",
    "ME": "ME",
    "OVEC": "OVEC",
    "PE": "PE",
    "PEPCO": "PEP",
    "SMECO": "PEP",
    "PLCO": "PL",
    "UGI": "PL",
    "PN": "PN",
    "PS": "PS",
    "RECO": "RECO",
    "RTO": "RTO",
}

# Areas of instantaneous load; the four regions stand beside the zones they hold.
INSTANT_LOAD_AREAS = (
    "AE", "AEP", "APS", "ATSI", "BC", "COMED", "DAYTON", "DEOK", "DOM", "DPL", "DUQ", "EKPC", "JC", "ME", "OVEC", "PE",
    "PEP", "PJM MID ATLANTIC REGION", "PJM RTO", "PJM SOUTHERN REGION", "PJM WESTERN REGION", "PL", "PN", "PS", "RECO",
)  # fmt: skip

# Reserve and regulation services in the platform's words: results in real time print the short name, day-ahead the long.
SERVICES = {
    "REG": "regulation",
    "Regulation": "regulation",
    "SR": "synchronized_10min",
    "Synchronized Reserve": "synchronized_10min",
    "PR": "primary_10min",
    "Primary Reserve": "primary_10min",
    "NSR": "non_synchronized_10min",
    "Non-Synchronized Reserve": "non_synchronized_10min",
    "SECR": "secondary_30min",
    "Secondary Reserve": "secondary_30min",
    "30MIN": "operating_30min",
    "Thirty Minutes Reserve": "operating_30min",
    "30 Minute Reserve": "operating_30min",
    "Thirty Minute Reserve": "operating_30min",
    "30-Minute Reserve": "operating_30min",
}
# The price datasets name area and service in one.
SERVICE_ENDINGS = {
    "Synchronized Reserve": "synchronized_10min",
    "Non-Synchronized Reserve": "non_synchronized_10min",
    "Primary Reserve": "primary_10min",
    "Secondary Reserve": "secondary_30min",
    "Thirty Minutes Reserve": "operating_30min",
    "30 Minute Reserve": "operating_30min",
    "Day-Ahead Scheduling Reserve": "operating_30min_day_ahead_scheduling",
    "Regulation": "regulation",
}
# Reserve areas under their short names.
RESERVE_AREAS = {
    "PJM RTO Reserve Zone": "PJM_RTO",
    "PJM RTO": "PJM_RTO",
    "RTO": "PJM_RTO",
    "Mid-Atlantic/Dominion Reserve Subzone": "MAD",
    "Mid-Atlantic/Dominion": "MAD",
}
