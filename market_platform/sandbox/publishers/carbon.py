"""Simulated carbon programmes: RGGI's page and California's file of results, and the tables that a user would have.

Washington publishes no table, so that its auctions only come as the platform's own table of them.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import httpx

from market_platform.sandbox.world import World

HOSTS = ("www.rggi.org", "ww2.arb.ca.gov")
RGGI_HEADINGS = ("Auction", "Date", "Quantity Offered", "CCR Sold", "Quantity Sold", "Clearing Price", "Total Proceeds")
CALIFORNIA_HEADINGS = "Joint Auction,Quarter Year,Current Auction Settlement Price,Auction Reserve Price"

PROGRAMMES = {"california_quebec": "california", "rggi": "rggi", "washington": "washington"}
FIRST_YEAR = 2012
OUT_AFTER = timedelta(days=7)
HEADINGS = (
    "programme,auction,date,date_precision,current_usd,advance_usd,reserve_usd,reserve_status,offered,sold,unit,"
    "second_source,source"
)
OFFSET_HEADINGS = "registry,project,project_type,vintage,price_date,price_usd_per_metric_ton,source"
OFFSETS = (("ACR", "Sim Forest 1", "forestry", 11.2), ("VCS", "Sim Cookstoves 2", "cookstoves", 4.1),
           ("CAR", "Sim Landfill 3", "landfill gas", 6.8))  # fmt: skip


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as RGGI's or California's site would at ``now``."""
    if request.url.path == "/auctions/auction-results/prices-volumes":
        return httpx.Response(200, html=_rggi_page(world, now))
    if request.url.path.endswith("/nc-allowance_prices.csv"):
        return httpx.Response(200, text=_california_file(world, now), headers={"Content-Type": "text/csv"})
    return httpx.Response(404)


def _rggi_page(world: World, now: datetime) -> str:
    """Return the page: newest auction first, among other things that a site shows."""
    cells = [
        (f"Auction {row.auction}", f"{row.auction_day}", f"{row.offered_allowances:,}", "--", f"{row.sold_allowances:,}",
         f"${row.settlement_price_usd:.2f}", f"${row.sold_allowances * row.settlement_price_usd:,.2f}")
        for row in reversed(list(_auctions(world, "rggi", now)))
    ]  # fmt: skip
    head = "".join(f'<th scope="col">{name}</th>' for name in RGGI_HEADINGS)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in cells)
    return (
        "<!DOCTYPE html>\n<html><head><title>Allowance Prices and Volumes (simulated)</title></head><body>"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></body></html>"
    )


def _california_file(world: World, now: datetime) -> str:
    lines = [CALIFORNIA_HEADINGS]
    for row in _auctions(world, "california_quebec", now):
        quarter = f"Q{(row.auction_day.month + 2) // 3} {row.auction_day.year}"
        lines.append(f"{row.auction},{quarter},${row.settlement_price_usd:.2f} ,${row.reserve_price_usd:.2f} ")
    return "\n".join(lines) + "\n"


def auction_table(world: World, programme: str, now: datetime) -> bytes:
    """Return the auctions of a programme whose results are out at ``now``."""
    lines = [HEADINGS]
    for row in _auctions(world, programme, now):
        unit = "short_ton" if "short" in row.unit else "metric_ton"
        lines.append(
            f"{programme},{row.auction},{row.auction_day},day,{row.settlement_price_usd:.2f},,"
            f"{row.reserve_price_usd:.2f},simulated,{row.offered_allowances},{row.sold_allowances},{unit},no,simulated"
        )
    return ("\n".join(lines) + "\n").encode()


def _auctions(world: World, programme: str, now: datetime) -> Iterator[Any]:
    """Yield the auctions of a programme whose results are out, oldest first."""
    for year in range(FIRST_YEAR, now.year + 1):
        for row in world.carbon_auctions(year).itertuples():
            is_out = datetime.combine(row.auction_day, time(), tzinfo=now.tzinfo) + OUT_AFTER <= now
            if row.program == PROGRAMMES[programme] and is_out:
                yield row


def offset_table(now: datetime) -> bytes:
    """Return a table of offsets as a user might keep it."""
    first = now.date().replace(day=1)
    lines = [OFFSET_HEADINGS]
    lines += [
        f"{registry},{name},{kind},{now.year - 2},{first},{price:.2f},simulated"
        for registry, name, kind, price in OFFSETS
    ]
    return ("\n".join(lines) + "\n").encode()
