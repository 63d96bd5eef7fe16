"""ERCOT's feeds of prices, services and price corrections, a row each."""

from datetime import time

from market_platform.contracts.families import disclosures, grid, operations, reserves
from market_platform.contracts.families import prices as price_families
from market_platform.markets.ercot import HUBS, LOAD_ZONES, SERVICES, SYSTEM
from market_platform.sources.ercot import ancillary, corrections, prices, system, two_day
from market_platform.sources.ercot.declare import (
    AFTER_INTERVAL,
    DAM,
    DAY_BEFORE,
    FILES,
    NEXT_MORNING,
    RTD,
    RTM,
    SCED,
    days_later,
    feed,
)
from market_platform.sources.ercot.requests import Ask
from market_platform.sources.feed import Publication, Refresh

PRICES = (
    feed("dam_spp", "Day-ahead settlement point prices", price_families.LMP, "DAMSPNP4190",
         Ask("NP4-190-CD", "dam_stlmnt_pnt_prices", report_type=12331, posted=DAY_BEFORE), parse=prices.day_ahead, **DAM),
    feed("rtm_spp", "Real-time settlement point prices, 15-minute", price_families.LMP, "SPPHLZNP6905",
         Ask("NP6-905-CD", "spp_node_zone_hub", report_type=12301, posted=AFTER_INTERVAL), parse=prices.real_time, **RTM),
    feed("sced_lmp", "LMP by settlement point, each SCED run", price_families.LMP, "LMPSROSNODENP6788",
         Ask("NP6-788-CD", "lmp_node_zone_hub", "SCEDTimestamp", 12300), parse=prices.by_run, **SCED),
    feed("sced_lmp_bus", "LMP by electrical bus, each SCED run", price_families.LMP, "LMPSELECTRICALBUSNP6787",
         Ask("NP6-787-CD", "lmp_electrical_bus", "SCEDTimestamp", 11485), parse=prices.by_bus,
         **{**SCED, "constants": {"market_run": "SCED", "location_type": "bus"}}),
    feed("dam_lmp_bus", "Day-ahead hourly LMP by electrical bus", price_families.LMP, "DAMHRLMPNP4183",
         Ask("NP4-183-CD", "dam_hourly_lmp", report_type=12328, posted=DAY_BEFORE), parse=prices.by_bus,
         **{**DAM, "constants": {"market_run": "DAM", "location_type": "bus"}}),
    feed("rtd_lmp", "Indicative LMP of the look-ahead run", disclosures.INDICATIVE_PRICES, "RTDLMPNP6970",
         Ask("NP6-970-CD", "rtd_lmp_node_zone_hub", "RTDTimestamp", 13073), parse=prices.indicative, **RTD),
    feed("dam_spp_yearly", "Day-ahead prices of hubs and load zones, a year's workbook", price_families.LMP,
         "DAMLZHBSPP", Ask("NP4-180-ER", report_type=13060), parse=prices.day_ahead,
         locations=(*HUBS, *LOAD_ZONES), **{**DAM, **FILES}),
    feed("rtm_spp_yearly", "Real-time prices of hubs and load zones, a year's workbook", price_families.LMP,
         "RTMLZHBSPP", Ask("NP6-785-ER", report_type=13061), parse=prices.real_time,
         **{**RTM, **FILES, "refresh": Refresh.DAILY}),
    feed("dam_system_lambda", "Day-ahead system lambda", operations.SYSTEM_FIGURES, "dam_lambda",
         Ask("NP4-523-CD", "dam_system_lambda", report_type=13113, posted=DAY_BEFORE), parse=system.figures,
         locations=(SYSTEM,), **{**DAM, "constants": {"unit": "USD/MWh", "subject": "DAM"}}),
    feed("sced_system_lambda", "System lambda of each SCED run", operations.SYSTEM_FIGURES, "sced_lambda",
         Ask("NP6-322-CD", "sced_system_lambda", "SCEDTimestamp", 13114), parse=system.figures,
         **{**SCED, "constants": {"unit": "USD/MWh", "subject": "SCED"}}),
    feed("peaker_net_margin", "Peaker net margin", operations.SYSTEM_FIGURES, "PNMNP4790", Ask("NP4-790-ER", report_type=12348,
         posted=days_later(0)), parse=system.net_margin, publication=NEXT_MORNING, constants={"unit": "USD/MW"}),
    feed("dam_shadow_prices", "Day-ahead shadow prices", grid.CONSTRAINTS, "DASPBCNP4191",
         Ask("NP4-191-CD", "dam_shadow_prices", report_type=12332, posted=DAY_BEFORE), parse=system.constraints, sparse=True,
         **DAM),
    feed("sced_shadow_prices", "Shadow prices of each SCED run", grid.CONSTRAINTS, "SCEDBTCNP686",
         Ask("NP6-86-CD", "shdw_prices_bnd_trns_const", "SCEDTimestamp", 12302), parse=system.constraints, sparse=True, **SCED),
)  # fmt: skip

ANCILLARY = (
    feed("dam_mcpc", "Day-ahead clearing prices for capacity", price_families.ANCILLARY_PRICES, "DAMCPCNP4188",
         Ask("NP4-188-CD", "dam_clear_price_for_cap", report_type=12329, posted=DAY_BEFORE),
         parse=ancillary.day_ahead_prices, locations=(SYSTEM,), rows_per_location=len(SERVICES), **DAM),
    feed("rtm_mcpc", "Real-time clearing prices for capacity, 15-minute", price_families.ANCILLARY_PRICES, "RTMCPCNP6331",
         Ask("NP6-331-CD", report_type=24898, posted=AFTER_INTERVAL), parse=ancillary.quarter_prices, **RTM),
    feed("sced_mcpc", "Clearing prices for capacity, each SCED run", price_families.ANCILLARY_PRICES, "SCEDMCPCNP6332",
         Ask("NP6-332-CD", report_type=24891), parse=ancillary.run_prices, **SCED),
    feed("rtd_mcpc", "Indicative clearing prices of the look-ahead run", disclosures.INDICATIVE_PRICES, "RTDMCPCNP6329",
         Ask("NP6-329-CD", report_type=24889), parse=ancillary.indicative_prices, **RTD),
    feed("dam_mcpc_yearly", "Day-ahead clearing prices for capacity, a year's file", price_families.ANCILLARY_PRICES,
         "DAMASMCPCNP4181", Ask("NP4-181-ER", report_type=13091), parse=ancillary.yearly_prices, **{**DAM, **FILES}),
    feed("as_plan", "Ancillary service plan", reserves.RESERVES, "DAMASPLANNP433",
         Ask("NP4-33-CD", "dam_as_plan", report_type=12316, posted=DAY_BEFORE), parse=ancillary.plan,
         **{**DAM, "publication": Publication(time(6), -1)}),
    feed("dam_as_sold", "Ancillary services sold day-ahead", reserves.RESERVES, "DAMASSOLDNP4532",
         Ask("NP4-532-CD", report_type=24888, posted=DAY_BEFORE), parse=ancillary.sold, **DAM),
    feed("as_offers_total", "Ancillary services offered, in total", operations.BID_VOLUMES, "TOTASOFFERNP4179",
         Ask("NP4-179-CD", "total_as_service_offers", posted=DAY_BEFORE), parse=ancillary.offered, **DAM),
    feed("as_offer_curves", "Aggregated ancillary service offer curve", disclosures.OFFER_CURVES, "DAMASAGGNP419",
         Ask("NP4-19-CD", report_type=12330, posted=DAY_BEFORE), parse=ancillary.curves, **DAM),
    feed("as_demand_curves", "Ancillary service demand curves", disclosures.OFFER_CURVES, "ASDCNP4212",
         Ask("NP4-212-CD", report_type=24893, posted=DAY_BEFORE, newest=True), parse=ancillary.curves,
         **{**DAM, "constants": {"market_run": "DAM_DEMAND"}}),
    feed("as_demand_curves_druc", "Ancillary service demand curves of the daily commitment", disclosures.OFFER_CURVES,
         "DRUCASDCNP4214", Ask("NP4-214-CD", "druc_as_demand_curves", report_type=26383, posted=DAY_BEFORE, newest=True),
         parse=ancillary.curves, **{**DAM, "publication": Publication(time(15), -1), "constants": {"market_run": "DRUC_DEMAND"}}),
    feed("as_cleared_2day", "Ancillary services cleared, two days later", reserves.RESERVES, "2d_Cleared_DAM_AS",
         Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.cleared, members=two_day.CLEARED,
         publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_self_arranged_2day", "Ancillary services self-arranged, two days later", reserves.RESERVES,
         "2d_Self_Arranged_AS", Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.self_arranged,
         members=two_day.SELF_ARRANGED, publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_offers_2day", "Ancillary service offer curves, two days later", disclosures.OFFER_CURVES,
         "2d_Agg_AS_Offers", Ask("NP3-911-ER", report_type=13057, posted=days_later(2)), parse=two_day.offers,
         members=two_day.OFFERS, publication=Publication(time(4), 2), constants={"market_run": "DAM"}),
    feed("as_offers_sced_2day", "Ancillary service offer curves of each SCED run, two days later", disclosures.OFFER_CURVES,
         "2d_Agg_SCED_AS_Offers", Ask("NP3-906-EX", report_type=25814, posted=days_later(2)), parse=two_day.run_offers,
         members=two_day.RUN_OFFERS, publication=Publication(time(4), 2), constants={"market_run": "SCED"}),
    feed("as_capability", "Capability to provide ancillary services", operations.SYSTEM_FIGURES, "as_capability",
         Ask("NP6-328-CD", report_type=24887), parse=system.figures, **{**SCED, "constants": {"unit": "MW"}}),
    feed("dam_energy_bought", "Energy bought day-ahead by settlement point", operations.BID_VOLUMES, "DAMENGYBOUGHTNP4192",
         Ask("NP4-192-CD", report_type=12333, posted=DAY_BEFORE), parse=ancillary.energy_volumes,
         **{**DAM, "constants": {"market_run": "DAM", "stage": "cleared", "kind": "demand"}}),
    feed("dam_energy_sold", "Energy sold day-ahead by settlement point", operations.BID_VOLUMES, "DAMENGYSOLDNP4193",
         Ask("NP4-193-CD", report_type=12334, posted=DAY_BEFORE), parse=ancillary.energy_volumes,
         **{**DAM, "constants": {"market_run": "DAM", "stage": "cleared", "kind": "supply"}}),
)  # fmt: skip

DELIVERY, RUN = "deliveryDate", "SCEDTimestamp"
CORRECTED = (
    ("dam_spp", "day-ahead settlement points", "DAM_SPP", "DAM", DELIVERY, "dam_price_corrections_spp"),
    ("dam_bus", "day-ahead buses", "DAM_EBLMP", "DAM", DELIVERY, "dam_price_corrections_eblmp"),
    ("dam_mcpc", "day-ahead services", "DAM_MCPC", "DAM", DELIVERY, "dam_price_corrections_mcpc"),
    ("rtm_spp", "real-time settlement points", "RTM_SPP", "RTM", DELIVERY, "rtm_price_corrections_spp"),
    ("sced_lmp", "settlement points by run", "RTM_SPLMP", "SCED", RUN, "rtm_price_corrections_splmp"),
    ("sced_bus", "buses by run", "RTM_EBLMP", "SCED", RUN, "rtm_price_corrections_eblmp"),
    ("sced_mcpc", "services by run", "RTM_MCPC", "SCED", RUN, ""),
    ("rtm_mcpc", "services by settlement interval", "RTM_MCPC_SPP", "RTM", DELIVERY, ""),
    ("sced_shadow", "shadow prices by run", "RTM_ShadowPrice", "SCED", RUN, "rtm_price_corrections_shadow"),
    ("rtm_sog", "settlement-only generators", "RTM_SOGPRICE", "RTM", DELIVERY, "rtm_price_corrections_sogprice"),
)
CORRECTIONS = tuple(
    feed(
        f"corrections_{key}", f"Price corrections: {title}", disclosures.CORRECTED_PRICES, part,
        Ask("NP4-196-M", path, stamp, 13044) if run == "DAM" else Ask("NP4-197-M", path, stamp, 13045),
        parse=corrections.corrections, members=rf"{part}(?![A-Za-z]|_SPP)", sparse=True, publication=NEXT_MORNING,
        constants={"market_run": run},
    )
    for key, title, part, run, stamp, path in CORRECTED
)  # fmt: skip
