"""CAISO's price feeds, a row each: energy at hubs, nodes and ties, ancillary and capacity products, constraints."""

from datetime import time

from market_platform.contracts.families import auctions
from market_platform.contracts.families import grid as grid_families
from market_platform.contracts.families import prices as families
from market_platform.markets.caiso import ANCILLARY_PAIRS, HUBS_AND_LOAD_POINTS
from market_platform.sources.caiso import grid, prices
from market_platform.sources.caiso.declare import (
    CORRECTED_DAYS,
    DAILY,
    DAY_AHEAD,
    HOUR_BY_HOUR,
    QUARTERS,
    REAL_TIME,
    caiso_feed,
)
from market_platform.sources.caiso.requests import Ask, Span
from market_platform.sources.feed import Feed, Publication

HUBS = {"node": ",".join(HUBS_AND_LOAD_POINTS)}
EVERY_NODE = {"grp_type": "ALL"}
DAM, HASP, RTPD, RTD, RTM = ({"market_run_id": run} for run in ("DAM", "HASP", "RTPD", "RTD", "RTM"))
CORRECTED = {"revision_days": CORRECTED_DAYS}
NODE_GROUP = Ask("DAM_LMP_GRP", 12, span=Span.DAY, group=True)
ALL_AREAS = {"anc_type": "ALL", "anc_region": "ALL"}
EVERY_RIGHT = {"market_name": "ALL", "market_term": "ALL", "time_of_use": "ALL"}
ALL_TIES = {"ti_id": "ALL", "ti_direction": "ALL"}

LMP_FEEDS: tuple[Feed, ...] = (
    caiso_feed("dam_lmp_hub", "Day-ahead LMP of hubs and load points", families.LMP, "PRC_LMP", "DAM",
               parse=prices.lmp, publication=DAY_AHEAD, interval_minutes=60, locations=HUBS_AND_LOAD_POINTS,
               request=Ask("PRC_LMP", 12, {**DAM, **HUBS}), constants={"market_run": "DAM"}, **CORRECTED),
    caiso_feed("dam_lmp_node", "Day-ahead LMP of all nodes", families.LMP, "PRC_LMP", "DAM",
               parse=prices.lmp, publication=DAY_AHEAD, interval_minutes=60,
               request=Ask("PRC_LMP", 12, {**DAM, **EVERY_NODE}, Span.DAY, elsewhere=NODE_GROUP),
               constants={"market_run": "DAM"}, **CORRECTED),
    caiso_feed("hasp_lmp_hub", "Hour-ahead LMP of hubs and load points", families.LMP, "PRC_HASP_LMP", "HASP",
               parse=prices.lmp, interval_minutes=15, locations=HUBS_AND_LOAD_POINTS,
               request=Ask("PRC_HASP_LMP", 3, {**HASP, **HUBS}), constants={"market_run": "HASP"},
               **QUARTERS, **CORRECTED),
    caiso_feed("hasp_lmp_node", "Hour-ahead LMP of all nodes", families.LMP, "PRC_HASP_LMP", "HASP",
               parse=prices.lmp, interval_minutes=15, constants={"market_run": "HASP"},
               request=Ask("PRC_HASP_LMP", 3, {**HASP, **EVERY_NODE}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
    caiso_feed("fmm_lmp_hub", "Fifteen-minute LMP of hubs and load points", families.LMP, "PRC_RTPD_LMP", "RTPD",
               parse=prices.lmp, interval_minutes=15, locations=HUBS_AND_LOAD_POINTS,
               request=Ask("PRC_RTPD_LMP", 3, {**RTPD, **HUBS}), constants={"market_run": "FMM"},
               **REAL_TIME, **CORRECTED),
    caiso_feed("fmm_lmp_node", "Fifteen-minute LMP of all nodes", families.LMP, "PRC_RTPD_LMP", "RTPD",
               parse=prices.lmp, interval_minutes=15, constants={"market_run": "FMM"},
               request=Ask("PRC_RTPD_LMP", 3, {**RTPD, **EVERY_NODE}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
    caiso_feed("rtd_lmp_hub", "Five-minute LMP of hubs and load points", families.LMP, "PRC_INTVL_LMP", "RTM",
               parse=prices.lmp, interval_minutes=5, locations=HUBS_AND_LOAD_POINTS,
               request=Ask("PRC_INTVL_LMP", 3, {**RTM, **HUBS}), constants={"market_run": "RTD"},
               **REAL_TIME, **CORRECTED),
    caiso_feed("rtd_lmp_node", "Five-minute LMP of all nodes", families.LMP, "PRC_INTVL_LMP", "RTM",
               parse=prices.lmp, interval_minutes=5, constants={"market_run": "RTD"},
               request=Ask("PRC_INTVL_LMP", 3, {**RTM, **EVERY_NODE}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
    caiso_feed("dam_lmp_tie", "Day-ahead LMP of scheduling points and ties", families.LMP, "PRC_SPTIE_LMP", "DAM",
               parse=prices.tie_lmp, publication=DAY_AHEAD, interval_minutes=60, constants={"market_run": "DAM"},
               request=Ask("PRC_SPTIE_LMP", 5, {**DAM, **EVERY_NODE}, Span.DAY), **CORRECTED),
    caiso_feed("fmm_lmp_tie", "Fifteen-minute LMP of scheduling points and ties", families.LMP, "PRC_SPTIE_LMP", "RTPD",
               parse=prices.tie_lmp, interval_minutes=15, constants={"market_run": "FMM"},
               request=Ask("PRC_SPTIE_LMP", 5, {**RTPD, **EVERY_NODE}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
    caiso_feed("rtd_lmp_tie", "Five-minute LMP of scheduling points and ties", families.LMP, "PRC_SPTIE_LMP", "RTD",
               parse=prices.tie_lmp, interval_minutes=5, constants={"market_run": "RTD"},
               request=Ask("PRC_SPTIE_LMP", 5, {**RTD, **EVERY_NODE}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
)  # fmt: skip

PRODUCT_FEEDS: tuple[Feed, ...] = (
    caiso_feed("dam_ancillary", "Day-ahead ancillary prices", families.ANCILLARY_PRICES, "PRC_AS", "DAM",
               parse=prices.ancillary, publication=DAY_AHEAD, interval_minutes=60, constants={"market_run": "DAM"},
               request=Ask("PRC_AS", 12, {**DAM, **ALL_AREAS}, Span.DAY), locations=ANCILLARY_PAIRS, **CORRECTED,
               note="asking for all products and regions answers one day at a time"),
    caiso_feed("hasp_ancillary", "Hour-ahead ancillary prices", families.ANCILLARY_PRICES, "PRC_AS", "HASP",
               parse=prices.ancillary, constants={"market_run": "HASP"},
               request=Ask("PRC_AS", 12, {**HASP, **ALL_AREAS}, Span.DAY), **QUARTERS, **CORRECTED),
    caiso_feed("fmm_ancillary", "Fifteen-minute ancillary prices", families.ANCILLARY_PRICES, "PRC_INTVL_AS", "RTM",
               parse=prices.ancillary, interval_minutes=15, constants={"market_run": "FMM"},
               request=Ask("PRC_INTVL_AS", 1, {**RTM, **ALL_AREAS}, Span.HOUR), **HOUR_BY_HOUR, **CORRECTED),
    caiso_feed("dam_capacity_prices", "Imbalance-reserve and reliability-capacity prices", families.ANCILLARY_PRICES,
               "DAM_CAP_PRC_GRP", "DAM", parse=prices.capacity_products, publication=DAY_AHEAD,
               interval_minutes=60, constants={"market_run": "DAM"},
               request=Ask("DAM_CAP_PRC_GRP", 1, span=Span.DAY, group=True), note="published from May 2026 on"),
    caiso_feed("fuel_prices", "Gas price indices by fuel region", families.FUEL_PRICES, "PRC_FUEL", "",
               parse=prices.fuel_prices, request=Ask("PRC_FUEL", 1, {"fuel_region_id": "ALL"}),
               constants={"fuel": "gas"}, **DAILY),
    caiso_feed("ghg_allowance_prices", "Greenhouse-gas allowance price index", families.ALLOWANCE_PRICES,
               "PRC_GHG_ALLOWANCE", "", parse=prices.allowance_prices, request=Ask("PRC_GHG_ALLOWANCE", 1),
               constants={"programme": "california"}, **DAILY),
    caiso_feed("price_corrections", "Price corrections by trade date", families.PRICE_CORRECTIONS, "PRC_CORR_GRP", "",
               parse=prices.corrections, request=Ask("PRC_CORR_GRP", 1, span=Span.DAY, group=True), revision_days=21,
               sparse=True, **DAILY),
    caiso_feed("crr_clearing_prices", "Clearing prices of congestion revenue rights by node", auctions.FTR_NODE_PRICES,
               "CRR_CLEARING", "", parse=prices.rights_prices, sparse=True, publication=Publication(time(12), 0),
               request=Ask("CRR_CLEARING", 1, EVERY_RIGHT, Span.CALENDAR_MONTH),
               note="columns measured by another reader; what days its range filters on is unverified"),
)  # fmt: skip

CONSTRAINT_FEEDS: tuple[Feed, ...] = (
    caiso_feed("dam_constraints", "Day-ahead nomogram and branch shadow prices", grid_families.CONSTRAINTS,
               "PRC_NOMOGRAM", "DAM", parse=grid.nomograms, publication=DAY_AHEAD, interval_minutes=60, sparse=True,
               request=Ask("PRC_NOMOGRAM", 1, {**DAM, "nomogram_id": "ALL"}), constants={"market_run": "DAM"},
               **CORRECTED),
    caiso_feed("hasp_constraints", "Hour-ahead nomogram and branch shadow prices", grid_families.CONSTRAINTS,
               "PRC_NOMOGRAM", "HASP", parse=grid.nomograms, constants={"market_run": "HASP"}, sparse=True,
               request=Ask("PRC_NOMOGRAM", 1, {**HASP, "nomogram_id": "ALL"}), **QUARTERS, **CORRECTED),
    caiso_feed("fmm_constraints", "Fifteen-minute nomogram and branch shadow prices", grid_families.CONSTRAINTS,
               "PRC_NOMOGRAM", "RTM", parse=grid.nomograms, interval_minutes=15, constants={"market_run": "FMM"},
               request=Ask("PRC_NOMOGRAM", 1, {**RTM, "nomogram_id": "ALL"}), sparse=True, **QUARTERS, **CORRECTED),
    caiso_feed("rtd_constraints", "Five-minute nomogram and branch shadow prices", grid_families.CONSTRAINTS,
               "PRC_RTM_NOMOGRAM", "RTM", parse=grid.nomograms, interval_minutes=5, constants={"market_run": "RTD"},
               request=Ask("PRC_RTM_NOMOGRAM", 1), sparse=True, **REAL_TIME, **CORRECTED),
    caiso_feed("dam_tie_constraints", "Day-ahead intertie shadow prices", grid_families.CONSTRAINTS,
               "PRC_CNSTR", "DAM", parse=grid.tie_constraints, publication=DAY_AHEAD, interval_minutes=60,
               request=Ask("PRC_CNSTR", 1, {**DAM, "ti_id": "ALL"}), constants={"market_run": "DAM"}, sparse=True,
               **CORRECTED),
    caiso_feed("rtd_tie_constraints", "Five-minute intertie shadow prices", grid_families.CONSTRAINTS,
               "PRC_RTM_FLOWGATE", "RTM", parse=grid.tie_constraints, interval_minutes=5, sparse=True,
               request=Ask("PRC_RTM_FLOWGATE", 1), constants={"market_run": "RTD"}, **REAL_TIME, **CORRECTED),
    caiso_feed("rtd_power_balance", "Five-minute shadow price of the power balance", grid_families.CONSTRAINTS,
               "PRC_RTM_SCH_CNSTR", "RTD", parse=grid.power_balance, interval_minutes=5,
               request=Ask("PRC_RTM_SCH_CNSTR", 4, RTD), constants={"market_run": "RTD"}, **REAL_TIME, **CORRECTED,
               note="the recorded file does not name its query: the name is unverified"),
)  # fmt: skip

PRICE_FEEDS: tuple[Feed, ...] = (*LMP_FEEDS, *PRODUCT_FEEDS, *CONSTRAINT_FEEDS)
