"""Auction results as the programmes publish them: RGGI's page of prices and volumes, California's file of prices.

Addresses and layouts as public clients of both read them (secondary; no body of either was to be had). Washington's
results are PDFs only: there is no table to ask for.
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.carbon.auctions import as_text, sales
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, each_file, finish, tell
from market_platform.sources.payload import Payload, Request
from market_platform.sources.tabular import label, read_csv

RGGI_URL = "https://www.rggi.org/auctions/auction-results/prices-volumes"
CALIFORNIA_URL = "https://ww2.arb.ca.gov/sites/default/files/2022-12/nc-allowance_prices.csv"
# Heading of RGGI's table: our name. The reserve that is sold (CCR) is part of the quantity sold.
RGGI_HEADINGS = {
    "Auction": "auction", "Date": "date", "Quantity Offered": "offered", "CCR Sold": "reserve_sold",
    "Quantity Sold": "sold", "Clearing Price": "usd", "Total Proceeds": "proceeds",
}  # fmt: skip
RGGI_AUCTION = re.compile(r"^Auction (?P<number>\d+)(?P<future> \(Future\))?$")
CALIFORNIA = (
    label("auction", "Joint Auction", "Auction", optional=True),
    label("quarter", "Quarter Year", "Auction Quarter"),
    label("usd", "Current Auction Settlement Price"),
    label("reserve_usd", "Auction Reserve Price"),
)
# The 53 auctions of 2012 to 2025 were all held in the second month of their quarter.
MONTH_OF_QUARTER = {"Q1": "02", "Q2": "05", "Q3": "08", "Q4": "11"}
QUARTER = re.compile(r"^(Q[1-4])\s+((?:19|20)\d{2})$")


def ask(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for all results as they stand now."""
    return [Request(feed.dataset, f"{today:%Y%m%d}_{feed.file_part}", (today,))] if days else []


def rggi_page(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read RGGI's table; sales of a later control period ("Future") are advance sales. Raises SchemaChanged."""
    return finish(feed, each_file(payloads, lambda payload: _rggi_rows(feed, payload)))


def _rggi_rows(feed: Feed, payload: Payload) -> pd.DataFrame:
    read = pd.DataFrame(_table(payload), columns=list(RGGI_HEADINGS.values()), dtype="object")
    named = read["auction"].str.extract(RGGI_AUCTION)
    place = pd.DataFrame({"line": np.arange(1, len(read) + 1), "defect": pd.Series(None, read.index, dtype="object")})
    tell(place, named["number"].isna(), "auction = " + read["auction"] + " is not 'Auction <number>'")
    money = read["usd"].str.lstrip("$")
    kind = named["future"].map({" (Future)": "advance"}).fillna("current")
    quantities = {name: read[name].replace("--", "") for name in ("offered", "sold")}
    rows = read[["date"]].assign(auction=named["number"], kind=kind, usd=money, date_precision="day", **quantities)
    return sales(feed, rows, place)


def _table(payload: Payload) -> list[list[str]]:
    """Return the cells of the one table with RGGI's headings."""
    from lxml import etree, html

    try:
        page = html.fromstring(payload.content)
    except (etree.ParserError, ValueError) as error:
        raise SchemaChanged(f"{payload.name}: no page of tables ({error}); map it and replay") from error
    found = []
    for table in page.iter("table"):
        lines = [[_cell(cell) for cell in row.iter("th", "td")] for row in table.iter("tr")]
        lines = [line for line in lines if any(line)]
        if lines and lines[0] == list(RGGI_HEADINGS):
            found.append(lines[1:])
        elif lines and "Clearing Price" in lines[0]:
            raise SchemaChanged(f"{payload.name}: headings {lines[0]} are not {list(RGGI_HEADINGS)}; map and replay")
    if len(found) != 1 or not found[0]:
        raise SchemaChanged(f"{payload.name}: one table of prices and volumes with rows is expected; map it and replay")
    short = [line for line in found[0] if len(line) != len(RGGI_HEADINGS)]
    if short:
        raise SchemaChanged(f"{payload.name}: a line of {len(short[0])} cells, not {len(RGGI_HEADINGS)}: {short[0]}")
    return found[0]


def _cell(cell: object) -> str:
    return " ".join(str(cell.text_content()).split())  # type: ignore[attr-defined]


def california_file(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read California's settlement and reserve prices by quarter; only the month of an auction follows from it."""
    read = read_csv(payloads, CALIFORNIA)
    text = {name: as_text(read[name]) for name in ("auction", "quarter", "usd", "reserve_usd")}
    parts = text["quarter"].astype(str).str.strip().str.extract(QUARTER)
    place = read[PLACE].copy()
    tell(place, parts[0].isna(), "quarter = " + text["quarter"].astype(str) + " is not 'Q1 2024'")
    rows = pd.DataFrame(
        {
            "auction": text["auction"].fillna(text["quarter"]),
            "date": parts[1] + "-" + parts[0].map(MONTH_OF_QUARTER) + "-01",
            "date_precision": "month",
            "kind": "current",
            "usd": text["usd"].astype(str).str.replace("$", ""),
            "reserve_usd": text["reserve_usd"].astype(str).str.replace("$", ""),
            "reserve_status": "published",
        }
    )
    return finish(feed, sales(feed, rows, place))
