"""The sixty-day disclosure as feeds: one for each file, two where a file says what was offered and what was awarded."""

from datetime import time

from market_platform.contracts.families import bids, conditions, disclosures
from market_platform.sources.ercot import disclosure
from market_platform.sources.ercot.declare import days_later, feed
from market_platform.sources.ercot.requests import Ask
from market_platform.sources.feed import Feed, Publication

SIXTY_DAYS = Publication(time(12), 60)
DAM, SCED, PLANS = ("NP3-966-ER", 13051), ("NP3-965-ER", 13052), ("NP1-301", 10038)
KINDS = {
    "offers": (bids.PUBLIC_BIDS, disclosure.offers),
    "service_offers": (bids.PUBLIC_BIDS, disclosure.service_offers),
    "awards": (disclosures.RESOURCE_AWARDS, disclosure.awards),
    "states": (disclosures.RESOURCE_STATES, disclosure.states),
    "demand_response": (conditions.DEMAND_RESPONSE, disclosure.demand_response),
}


def _feed(
    key: str, title: str, part: str, says: str, member: str, product: tuple[str, int], path: str | None, **facts: str
) -> Feed:
    """Declare one; a feed whose path is None is filled by another one's file."""
    contract, parse = KINDS[says]
    run = "SCED" if product == SCED else "DAM"
    also = tuple(f"ercot_60d_{other}" for other in facts.pop("also", "").split())
    pages_of = facts.pop("pages_of", f"60d_{key}")
    stamp = "SCEDTimestamp" if product == SCED and part != "smne" else "deliveryDate"
    stamp = "intervalTime" if part == "smne" else stamp
    ask = Ask(product[0], path, stamp, product[1], posted=days_later(60)) if path is not None else None
    return feed(
        f"60d_{key}", f"Sixty-day disclosure: {title}", contract, part, ask, dataset=product[0],
        parse=parse, members=member, pages_of=pages_of, publication=SIXTY_DAYS, also=also, constants={"market_run": run, **facts},
    )  # fmt: skip


DISCLOSURE_FEEDS = (
    _feed(
        "dam_generators",
        "day-ahead offers of generators",
        "dam_resource",
        "offers",
        r"60d_DAM_Gen_Resource_Data",
        DAM,
        "60_dam_gen_res_data",
        also="dam_generator_awards dam_generator_states",
    ),
    _feed(
        "dam_generator_awards",
        "day-ahead awards of generators",
        "dam_resource",
        "awards",
        r"60d_DAM_Gen_Resource_Data",
        DAM,
        None,
        pages_of="60d_dam_generators",
    ),
    _feed(
        "dam_generator_states",
        "day-ahead limits of generators",
        "dam_resource",
        "states",
        r"60d_DAM_Gen_Resource_Data",
        DAM,
        None,
        pages_of="60d_dam_generators",
    ),
    _feed(
        "dam_storage",
        "day-ahead offers of storage",
        "dam_resource",
        "offers",
        r"60d_DAM_ESR_Data",
        DAM,
        "",
        also="dam_storage_awards",
    ),
    _feed(
        "dam_storage_awards",
        "day-ahead awards of storage",
        "dam_resource",
        "awards",
        r"60d_DAM_ESR_Data",
        DAM,
        None,
        pages_of="60d_dam_storage",
    ),
    _feed(
        "dam_load_awards",
        "day-ahead awards of load resources",
        "dam_load_resource",
        "awards",
        r"60d_DAM_Load_Resource_Data",
        DAM,
        "60_dam_load_res_data",
    ),
    _feed(
        "dam_generator_service_offers",
        "ancillary offers of generators",
        "service_offers",
        "service_offers",
        r"60d_DAM_Generation_Resource_ASOffers",
        DAM,
        "60_dam_gen_res_as_offers",
    ),
    _feed(
        "dam_load_service_offers",
        "ancillary offers of load resources",
        "service_offers",
        "service_offers",
        r"60d_DAM_Load_Resource_ASOffers",
        DAM,
        "60_dam_load_res_as_offers",
    ),
    _feed(
        "dam_storage_service_offers",
        "ancillary offers of storage",
        "service_offers",
        "service_offers",
        r"60d_DAM_ESR_ASOffers",
        DAM,
        "",
    ),
    _feed(
        "dam_energy_offers",
        "virtual offers",
        "energy_offers",
        "offers",
        r"60d_DAM_EnergyOnlyOffers-",
        DAM,
        "60_dam_energy_only_offers",
        kind="ENERGY_ONLY_OFFER",
    ),
    _feed(
        "dam_energy_offer_awards",
        "virtual offers awarded",
        "energy_offer_awards",
        "awards",
        r"60d_DAM_EnergyOnlyOfferAwards",
        DAM,
        "60_dam_energy_only_offer_awards",
        kind="ENERGY_ONLY_OFFER",
    ),
    _feed(
        "dam_energy_bids",
        "virtual and load bids",
        "energy_bids",
        "offers",
        r"60d_DAM_EnergyBids-",
        DAM,
        "60_dam_energy_bids",
        kind="ENERGY_BID",
    ),
    _feed(
        "dam_energy_bid_awards",
        "virtual and load bids awarded",
        "energy_bid_awards",
        "awards",
        r"60d_DAM_EnergyBidAwards",
        DAM,
        "60_dam_energy_bid_awards",
        kind="ENERGY_BID",
    ),
    _feed(
        "dam_ptp_bids",
        "point-to-point bids",
        "ptp_bids",
        "offers",
        r"60d_DAM_PTPObligationBids-",
        DAM,
        "60_dam_ptp_obl_bids",
        kind="PTP_OBLIGATION",
    ),
    _feed(
        "dam_ptp_bid_awards",
        "point-to-point bids awarded",
        "ptp_bid_awards",
        "awards",
        r"60d_DAM_PTPObligationBidAwards",
        DAM,
        "60_dam_ptp_obl_bid_awards",
        kind="PTP_OBLIGATION",
    ),
    _feed(
        "dam_ptp_options",
        "point-to-point options",
        "ptp_options",
        "offers",
        r"60d_DAM_PTP_Obligation_Option-",
        DAM,
        "60_dam_ptp_obl_opt",
        kind="PTP_OPTION",
    ),
    _feed(
        "dam_ptp_option_awards",
        "point-to-point options awarded",
        "ptp_option_awards",
        "awards",
        r"60d_DAM_PTP_Obligation_OptionAwards",
        DAM,
        "60_dam_ptp_obl_opt_awards",
        kind="PTP_OPTION",
    ),
    _feed(
        "sced_generators",
        "state of generators, each SCED run",
        "sced_resource",
        "states",
        r"60d_SCED_Gen_Resource_Data",
        SCED,
        "60_sced_gen_res_data",
        also="sced_generator_curves",
    ),
    _feed(
        "sced_generator_curves",
        "offer curves of generators, each SCED run",
        "sced_resource",
        "offers",
        r"60d_SCED_Gen_Resource_Data",
        SCED,
        None,
        pages_of="60d_sced_generators",
    ),
    _feed(
        "sced_storage",
        "state of storage, each SCED run",
        "sced_resource",
        "states",
        r"60d_ESR_Data_in_SCED",
        SCED,
        "",
        also="sced_storage_curves",
    ),
    _feed(
        "sced_storage_curves",
        "offer curves of storage, each SCED run",
        "sced_resource",
        "offers",
        r"60d_ESR_Data_in_SCED",
        SCED,
        None,
        pages_of="60d_sced_storage",
    ),
    _feed(
        "sced_load_resources",
        "state of load resources, each SCED run",
        "sced_load",
        "states",
        r"60d_Load_Resource_Data_in_SCED",
        SCED,
        "60_load_res_data_in_sced",
        also="sced_demand_response",
    ),
    _feed(
        "sced_demand_response",
        "services held by load resources, each SCED run",
        "sced_load",
        "demand_response",
        r"60d_Load_Resource_Data_in_SCED",
        SCED,
        None,
        pages_of="60d_sced_load_resources",
    ),
    _feed(
        "metered_generation",
        "metered energy of generators, 15-minute",
        "smne",
        "states",
        r"60d_SCED_SMNE_GEN_RES",
        SCED,
        "60_sced_smne_gen_res",
    ),
    _feed(
        "operating_plans",
        "current operating plans",
        "plan",
        "states",
        r"60d_COP_Adjustment_Period_Snapshot",
        PLANS,
        "60_cop_adj_period_snapshot",
    ),
)
