"""ERCOT's locations and words, as data.

Sources: hubs, load zones, DC ties and types of settlement points as they stand in ERCOT's own price files; fuels, zones
and regions from the headings of its load, generation and dashboard files; services from its ancillary reports.
"""

HUBS = ("HB_BUSAVG", "HB_HOUSTON", "HB_HUBAVG", "HB_NORTH", "HB_PAN", "HB_SOUTH", "HB_WEST")
LOAD_ZONES = ("LZ_AEN", "LZ_CPS", "LZ_HOUSTON", "LZ_LCRA", "LZ_NORTH", "LZ_RAYBN", "LZ_SOUTH", "LZ_WEST")
DC_TIES = ("DC_E", "DC_L", "DC_N", "DC_R")
SYSTEM = "ERCOT"

# Type of place by ERCOT's type of settlement point. The same load zone comes as LZ and, weighted by energy, as LZEW.
SETTLEMENT_POINT_TYPES = {
    "RN": "resource_node",
    "PCCRN": "resource_node",
    "LCCRN": "resource_node",
    "PUN": "resource_node",
    "LZ": "zone",
    "LZEW": "zone_energy_weighted",
    "LZ_DC": "dc_tie",
    "LZ_DCEW": "dc_tie_energy_weighted",
    "HU": "hub",
    "SH": "hub",
    "AH": "hub",
}
# Where no type is published the name tells it.
PLACE_BY_PREFIX = {"HB_": "hub", "LZ_": "zone", "DC_": "dc_tie"}
NODE = "resource_node"
BUS = "bus"

WEATHER_ZONES = {
    "coast": "COAST",
    "east": "EAST",
    "farwest": "FAR_WEST",
    "fwest": "FAR_WEST",
    "north": "NORTH",
    "northc": "NORTH_C",
    "northcentral": "NORTH_C",
    "ncent": "NORTH_C",
    "south": "SOUTHERN",
    "southern": "SOUTHERN",
    "southc": "SOUTH_C",
    "southcentral": "SOUTH_C",
    "scent": "SOUTH_C",
    "west": "WEST",
    "total": SYSTEM,
    "systemtotal": SYSTEM,
    "ercot": SYSTEM,
}
FORECAST_ZONES = {
    "north": "NORTH",
    "south": "SOUTH",
    "west": "WEST",
    "houston": "HOUSTON",
    "total": SYSTEM,
    "systemtotal": SYSTEM,
}
WIND_LOAD_ZONES = {"systemwide": SYSTEM, "southhouston": "LZ_SOUTH_HOUSTON", "west": "LZ_WEST", "north": "LZ_NORTH"}
WIND_REGIONS = {
    "systemwide": SYSTEM,
    "panhandle": "PANHANDLE",
    "coastal": "COASTAL",
    "south": "SOUTH",
    "west": "WEST",
    "north": "NORTH",
}
SOLAR_REGIONS = {
    "systemwide": SYSTEM,
    "centerwest": "CenterWest",
    "northwest": "NorthWest",
    "farwest": "FarWest",
    "fareast": "FarEast",
    "southeast": "SouthEast",
    "centereast": "CenterEast",
}

SERVICES = {
    "REGUP": "regulation_up",
    "REGDN": "regulation_down",
    "RRS": "responsive_reserve",
    "ECRS": "contingency_reserve",
    "NSPIN": "non_spinning",
}
# Parts of a service: by how it responds (frequency, under-frequency relay, fast), by dispatch (SCED or manual), on or off line.
SERVICE_PARTS = {
    "RRSPFR": "responsive_reserve",
    "RRSUFR": "responsive_reserve",
    "RRSFFR": "responsive_reserve",
    "RRSPF": "responsive_reserve",
    "RRSUF": "responsive_reserve",
    "RRSFF": "responsive_reserve",
    "ECRSM": "contingency_reserve",
    "ECRSS": "contingency_reserve",
    "ECRSMD": "contingency_reserve",
    "ECRSSD": "contingency_reserve",
    "NSPNM": "non_spinning",
    "NSPINM": "non_spinning",
    "ONNS": "non_spinning",
    "OFFNS": "non_spinning",
    "OFFEC": "contingency_reserve",
}
ALL_SERVICES = {**SERVICES, **SERVICE_PARTS}

FUELS = {
    "Biomass": "biomass",
    "Coal": "coal",
    "Coal and Lignite": "coal",
    "Gas": "gas",
    "Gas-CC": "gas",
    "Natural Gas": "gas",
    "Hydro": "hydro",
    "Nuclear": "nuclear",
    "Other": "other",
    "Solar": "solar",
    "Wind": "wind",
    "Power Storage": "storage",
    "Power Storage Charging": "storage",
    "Power Storage Discharging": "storage",
    # Wholesale storage load: what batteries take from the grid, negative.
    "WSL": "storage",
}
