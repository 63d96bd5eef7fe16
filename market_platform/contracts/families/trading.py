"""What the platform trades: schedules of bids, bids and their states, awards, what resources did, and key figures."""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import LOCATION, MARKET, price

RUN = column(Kind.TEXT, "Market that the bid is for: DAM or RTM", checks=[pa.Check.isin(["DAM", "RTM"])])
RESOURCE = column(Kind.TEXT, "Resource as the user's table names it")
PRODUCT = column(Kind.TEXT, "energy, regulation_up ..., a key of the products table")
BID_ID = column(Kind.TEXT, "The bid's identifier in the ledger")

BID_SCHEDULES = Contract(
    name="bid_schedules",
    description="What a strategy means to do: price expected, power and state of charge planned, and the bid that says so, "
    "one row a resource and interval, as planned before the gate.",
    key=("market", "market_run", "resource", "product", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": RUN,
        "resource": RESOURCE,
        "location": LOCATION,
        "product": PRODUCT,
        "strategy": column(Kind.TEXT, "Strategy that made the schedule"),
        "expected_usd_per_mwh": price(
            "Price that the schedule rests on, $/MW for an hour of capacity; blank without forecast"
        ),
        "forecast_source": column(
            Kind.TEXT,
            "forecasts (the platform's own), seasonal_naive, last_day, day_ahead_and_surprise (real time), or none",
        ),
        "planned_mw": column(
            Kind.NUMBER, "Power planned at the grid; negative charges; of a service the capacity held back", blank=True
        ),
        "planned_soc_end_mwh": column(Kind.NUMBER, "State of charge planned for the interval's end", blank=True),
        "bid_id": column(Kind.TEXT, "Bid that offers the interval; blank where nothing is offered", blank=True),
        "bid_curve": column(
            Kind.TEXT, "Corners of the bid, MW@$/MWh from the lowest power on; blank without", blank=True
        ),
        "self_schedule_mw": column(Kind.NUMBER, "Power offered at any price", blank=True),
        "planned_at": column(Kind.MOMENT, "Moment that the plan was made for: it rests on what was known then"),
        "gate_closes_at": column(Kind.MOMENT, "Until when the market takes the bid"),
    },
)

BIDS = Contract(
    name="bids",
    description="Bids of the ledger with their state; a change of state is a new version, so bids_history tells the life of "
    "each. The ledger's bid_events hold who moved it and why.",
    key=("bid_id",),
    columns={
        "market": MARKET,
        "market_run": RUN,
        "resource": RESOURCE,
        "product": PRODUCT,
        "bid_id": BID_ID,
        "portfolio": column(Kind.TEXT, "Portfolio whose limits it counts against"),
        "state": column(
            Kind.TEXT, "draft, submitted, accepted, rejected, cancelled, cleared, partly, uncleared, delivered"
        ),
        "largest_mw": column(Kind.NUMBER, "Largest power that it offers, without sign"),
        "last_event_at": column(Kind.MOMENT, "Moment of its last event"),
        "last_event": column(Kind.TEXT, "Who moved it last, and why"),
    },
)

AWARDS = Contract(
    name="awards",
    description="What the market gave each bid and what was delivered of it.",
    key=("bid_id", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": RUN,
        "resource": RESOURCE,
        "product": PRODUCT,
        "bid_id": BID_ID,
        "awarded_mw": column(Kind.NUMBER, "Power awarded; negative where a storage charges"),
        "price_usd_per_mwh": price("Clearing price"),
        "delivered_mwh": column(
            Kind.NUMBER, "Energy delivered by the whole bid, on the row of its first interval", blank=True
        ),
    },
)

RESOURCE_DISPATCH = Contract(
    name="resource_dispatch",
    description="What was asked of a resource and what it did, five minutes by five minutes.",
    key=("resource", "interval_end"),
    columns={
        "market": MARKET,
        "resource": RESOURCE,
        "set_point_mw": column(Kind.NUMBER, "Power asked for"),
        "actual_mw": column(Kind.NUMBER, "Power given; negative charges"),
        "soc_mwh": column(Kind.NUMBER, "Energy in the store at the interval's end", blank=True),
    },
)

TRADING_KPIS = Contract(
    name="trading_kpis",
    description="Key figures of a resource's market day: revenue, win rate, spread captured, share of perfect foresight, "
    "cycles, missed revenue by cause.",
    key=("resource", "kpi", "interval_end"),
    columns={
        "market": MARKET,
        "resource": RESOURCE,
        "kpi": column(Kind.TEXT, "Name of the figure"),
        "value": column(Kind.NUMBER, "Its value; blank where the day gives none (nothing bought, nothing sold)", blank=True),
        "unit": column(Kind.TEXT, "USD, USD/MWh, MWh, share or cycles"),
        "hours": column(Kind.WHOLE, "Hours of the day that it covers"),
    },
)  # fmt: skip
