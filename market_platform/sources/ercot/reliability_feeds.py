"""ERCOT's feeds of scarcity and of what its planning runs assume, a row each, with the lists of its network model.

Products, report numbers and columns are second-hand: the public client's, checked against a second public reader.
"""

from datetime import time

from market_platform.contracts.families import bids, grid
from market_platform.contracts.families.operations import SYSTEM_FIGURES
from market_platform.sources.ercot import adders, books, highest, outlooks
from market_platform.sources.ercot.declare import (
    AFTER_INTERVAL,
    DAY_BEFORE,
    DAY_DONE,
    HOURLY_ISSUE,
    RTM,
    SCED,
    days_later,
    feed,
)
from market_platform.sources.ercot.requests import Ask
from market_platform.sources.feed import Publication

THREE_DAYS_LATER = {"publication": Publication(time(6), 3), "sparse": True}
SAME_DAY = days_later(0)
RATIO = {"unit": "ratio"}

SCARCITY = (
    feed("sced_adders", "Price adders and reserves of each SCED run", SYSTEM_FIGURES, "RTPRICEADDERNP6323",
         Ask("NP6-323-CD", "rt_price_adder_sced", "SCEDTimestamp", 13221), parse=adders.by_run, **{**SCED, "constants": {}}),
    feed("rtm_adders", "Price adders of each settlement interval", SYSTEM_FIGURES, "RTPRICEADDERNP6324",
         Ask("NP6-324-CD", "rt_15min_price_adders", report_type=13220, posted=AFTER_INTERVAL), parse=adders.by_quarter,
         **{**RTM, "constants": {}}),
    *(
        feed(key, title, bids.PUBLIC_BIDS, part, Ask(product, report_type=number, posted=days_later(3)),
             parse=highest.selected, constants={"market_run": part.split("_")[0]},
             **{**THREE_DAYS_LATER, "interval_minutes": 60 if part == "DAM_AS" else None})
        for key, title, part, product, number in (
            ("dam_highest_as_offers", "Dearest service offers selected day-ahead, three days later", "DAM_AS", "NP3-915-EX", 13018),
            ("sced_highest_as_offers", "Dearest service offers selected by SCED, three days later", "SCED_AS", "NP3-914-EX", 25812),
            ("sced_highest_offers", "Dearest energy offers selected by SCED, three days later", "SCED_OFFER", "NP3-916-EX", 13029),
            ("sced_highest_bids", "Dearest bids of loads dispatched by SCED, three days later", "SCED_BID", "NP3-257-EX", 13230),
        )
    ),
)  # fmt: skip

OUTLOOKS = (
    feed("temperature_forecast", "Temperatures assumed by weather zone", SYSTEM_FIGURES, "WEATHERASSUMPNP4722",
         Ask("NP4-722-CD", "weather_assumptions", report_type=12325), parse=outlooks.temperatures,
         constants={"unit": "degF"}, **{**HOURLY_ISSUE, "publication": Publication(time(6), 0)}),
    *(
        feed(key, f"Deployment factors of services, {run}", SYSTEM_FIGURES, product,
             Ask(product, path, report_type=number, posted=posted), parse=outlooks.deployment_factors, constants=RATIO,
             **HOURLY_ISSUE)
        for key, run, product, path, number, posted in (
            ("as_deployment_factors", "as projected", "NP5-526-CD", "", 24886, SAME_DAY),
            ("as_deployment_factors_wruc", "weekly commitment", "NP5-525-CD", "", 24897, SAME_DAY),
            ("as_deployment_factors_druc", "daily commitment", "NP5-527-CD", "druc_as_deploy_factors", 24895, DAY_BEFORE),
            ("as_deployment_factors_hruc", "hourly commitment", "NP5-528-CD", "", 24896, SAME_DAY),
        )
    ),
)  # fmt: skip

MODEL_LISTS = tuple(
    feed(key, title, contract, member, Ask("NP4-160-SG", report_type=10008, newest=True), parse=parse, members=member,
         publication=DAY_DONE, sparse=True)
    for key, title, contract, member, parse in (
        ("plant_configurations", "Logical nodes of combined-cycle plants", grid.LOCATION_MEMBERS, "CCP_Resource_Names",
         books.plant_configurations),
        ("utility_loads", "Loads of utilities outside retail competition", grid.LOCATION_MEMBERS, "NOIE_Mapping",
         books.utility_loads),
        ("hub_names", "Hubs and ties to other grids", grid.LOCATIONS, "Hub_Name_AND_DC_Ties", books.hub_names),
    )
)  # fmt: skip

RELIABILITY = (*SCARCITY, *OUTLOOKS, *MODEL_LISTS)
