"""Auctions for months and years: capacity and financial transmission rights."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import MARKET, price

CAPACITY_AUCTIONS = Contract(
    name="capacity_auctions",
    description="Results of capacity auctions by locality and period.",
    key=("auction", "locality", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "auction": column(Kind.TEXT, "Auction as the field names it: strip, monthly, spot, base_residual ..."),
        "locality": column(Kind.TEXT, "Capacity zone"),
        "price_usd_per_mw_day": price("Clearing price per MW and day, converted where published in another unit"),
        "published_price": price("Clearing price as published"),
        "published_unit": column(Kind.TEXT, "Unit of the published price"),
        "cleared_mw": column(Kind.NUMBER, "Capacity cleared", blank=True),
    },
)

FTR_AUCTIONS = Contract(
    name="ftr_auctions",
    description="Bids and results of auctions for financial transmission and congestion revenue rights.",
    key=(
        "auction",
        "period",
        "source",
        "sink",
        "time_of_use",
        "hedge_type",
        "trade_type",
        "bid_number",
        "interval_start",
    ),
    columns={
        "market": MARKET,
        "auction": column(Kind.TEXT, "Auction as the publisher names it"),
        "period": column(Kind.TEXT, "Period of the right as the publisher names it: a month, a quarter, a round"),
        "source": column(Kind.TEXT, "Source of the path"),
        "sink": column(Kind.TEXT, "Sink of the path"),
        "time_of_use": column(Kind.TEXT, "Hours of the right as the publisher names them: OnPeak, OffPeak, 24H ..."),
        "hedge_type": column(Kind.TEXT, "obligation or option"),
        "trade_type": column(Kind.TEXT, "buy, sell or self_scheduled"),
        "bid_number": column(Kind.WHOLE, "Counts bids alike in all the above, from 1"),
        "bid_mw": column(Kind.NUMBER, "Volume bid", blank=True),
        "bid_price_usd_per_mw": price("Price bid per MW for the whole period"),
        "cleared_mw": column(Kind.NUMBER, "Volume cleared", blank=True),
        "clearing_price_usd_per_mw": price("Clearing price per MW for the whole period"),
    },
)

FTR_NODE_PRICES = Contract(
    name="ftr_node_prices",
    description="Clearing prices of auctions for transmission rights by node: a path costs its sink less its source.",
    key=("auction", "term", "time_of_use", "location", "item", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "auction": column(Kind.TEXT, "Auction as the publisher names it"),
        "term": column(Kind.TEXT, "Term of the right as the publisher names it: monthly, seasonal, long term"),
        "time_of_use": column(Kind.TEXT, "Hours of the right as the publisher names them"),
        "location": column(Kind.TEXT, "Node as the publisher names it"),
        "item": column(Kind.TEXT, "Kind of price as the publisher names it"),
        "clearing_price_usd_per_mw": price("Clearing price per MW for the whole term, as published"),
    },
)

FTR_CONGESTION = Contract(
    name="ftr_congestion",
    description="Congestion prices by place and class of hours, as rights are settled on them, realised and simulated.",
    key=("location", "time_of_use", "basis", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "location": column(Kind.TEXT, "Location as the publisher names it"),
        "time_of_use": column(Kind.TEXT, "Hours of the right as the publisher names them"),
        "basis": column(Kind.TEXT, "realised or simulated"),
        "congestion_usd_per_mwh": price("Congestion price as published"),
    },
)
