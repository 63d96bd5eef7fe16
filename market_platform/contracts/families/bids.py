"""Bids that publishers disclose, and what became of virtual ones."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import LOCATION, MARKET, MARKET_RUN, price

PUBLIC_BIDS = Contract(
    name="public_bids",
    description="Bids and self-schedules as disclosed after the publisher's delay, one row a point of a curve.",
    key=("market_run", "resource_id", "publisher_product", "product_bid_id", "bid_kind", "point_mw", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "resource_id": column(Kind.TEXT, "Masked resource"),
        "participant_id": column(Kind.TEXT, "Masked participant or scheduling coordinator", blank=True),
        "resource_type": column(Kind.TEXT, "generator, load, intertie ...", blank=True),
        "product": column(Kind.TEXT, "energy, regulation_up, spinning ...", blank=True),
        "publisher_product": column(Kind.TEXT, "Product as the publisher names it"),
        "product_bid_id": column(Kind.TEXT, "The publisher's number for the product bid; blank text where it has none"),
        "bid_kind": column(
            Kind.TEXT, "curve (a point of it), self_schedule, state_of_charge, or highest (the dearest one selected)"
        ),
        "point_mw": column(Kind.NUMBER, "Quantity at the point, or self-scheduled", blank=True),
        "price_usd_per_mwh": price("Price from this point on; blank for self-schedules"),
        "least_state_of_charge_mwh": column(Kind.NUMBER, "Least state of charge at the end of the hour", blank=True),
        "most_state_of_charge_mwh": column(Kind.NUMBER, "Most state of charge at the end of the hour", blank=True),
    },
)

VIRTUAL_AWARDS = Contract(
    name="virtual_awards",
    description="Cleared virtual (convergence, increment and decrement) bids by direction and place.",
    key=("market_run", "direction", "location", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "direction": column(Kind.TEXT, "supply, demand or net"),
        "awarded_mw": column(Kind.NUMBER, "Quantity awarded; net is supply less demand as published", blank=True),
    },
)

BID_SUMMARIES = Contract(
    name="bid_summaries",
    description="Energy and dollars submitted and cleared in a run, by side of the market and kind of bid.",
    key=("market_run", "side", "measure", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "side": column(Kind.TEXT, "demand, supply, imports, exports"),
        "measure": column(Kind.TEXT, "energy_submitted_mwh, energy_cleared_mwh, and the same in dollars (_usd)"),
        "self_schedule": column(Kind.NUMBER, "Part in self-schedules, in the measure's unit", blank=True),
        "energy_bid": column(Kind.NUMBER, "Part in energy bids, in the measure's unit", blank=True),
        "virtual_bid": column(Kind.NUMBER, "Part in virtual bids, in the measure's unit", blank=True),
        "total": column(Kind.NUMBER, "All together, in the measure's unit", blank=True),
    },
)
