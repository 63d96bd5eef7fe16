"""CME's feeds. The data are licensed: a user brings files, or an account that the exchange allows to ask.

Basis futures of the hubs come in its file of all products, or in a table of the user's own.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import fundamentals
from market_platform.markets.gas import HENRY_HUB, TERMS, is_business_day
from market_platform.sources.cme import own, settlements
from market_platform.sources.feed import Feed, Parser, Publication, Publisher, declare
from market_platform.sources.payload import Payload, Request

ZONE = ZoneInfo("America/New_York")
BASE_URL = "https://www.cmegroup.com/CmeWS/mvc/Settlements/Futures/Settlements"
EVENING = Publication(time(19), 0)  # preliminary settlements (general knowledge, unverified)
ONE_DAY = timedelta(days=1)


def page(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the page of each trading day; the exchange has none for other days."""
    product = TERMS[HENRY_HUB].product_id
    return [
        Request(
            f"{BASE_URL}/{product}/FUT",
            f"{product}_FUT_{day:%Y-%m-%d}.json",
            (day,),
            params={"strategy": "DEFAULT", "tradeDate": f"{day:%m/%d/%Y}", "pageSize": "500"},
            inspect=settlements.holds_settlements,
        )
        for day in sorted(days)
        if is_business_day(day) and day <= today
    ]


def _feed(key: str, title: str, contract: Contract, parse: Parser, **facts: Any) -> Feed:
    usual = {"zone": ZONE, "publication": EVENING, "sparse": True, "publication_lag": ONE_DAY}
    return declare("cme", key, title, contract, parse=parse, **{**usual, **facts})


FEEDS = (
    _feed("nymex_file", "NYMEX settlements of a day, all products", fundamentals.FUTURES_SETTLEMENTS,
          settlements.file_settlements, dataset="ftp/settle", file_part="nymex_future",
          also=("cme_nymex_file_activity",)),
    _feed("nymex_file_activity", "NYMEX volume and open interest of the day before", fundamentals.FUTURES_ACTIVITY,
          settlements.file_activity, dataset="ftp/settle", file_part="nymex_future", note="comes with cme_nymex_file"),
    _feed("ng_settlements", "Henry Hub futures settlements of a day", fundamentals.FUTURES_SETTLEMENTS,
          settlements.page_settlements, dataset="Settlements", file_part="FUT", request=page,
          also=("cme_ng_open_interest",)),
    _feed("ng_open_interest", "Henry Hub futures open interest of the day before", fundamentals.FUTURES_ACTIVITY,
          settlements.page_activity, dataset="Settlements", file_part="FUT", note="comes with cme_ng_settlements"),
    _feed("own_settlements", "Gas settlements from elsewhere, the user's own table", fundamentals.FUTURES_SETTLEMENTS,
          own.own_settlements, dataset="gas_settlements", file_part="gas_settlements.csv", constants={"market": "own"},
          note="read from gas_settlements.csv in the data folder, each row with its source"),
)  # fmt: skip


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is not CME's."""
    head = payload.content[:400].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PRODUCT SYMBOL,CONTRACT MONTH,"):
        return "cme_nymex_file"
    if head.startswith(own.HEADING.encode()):
        return "cme_own_settlements"
    return "cme_ng_settlements" if head.startswith(b"{") and b'"settlements"' in head else None


CME = Publisher(
    key="cme", name="CME Group", base_url=BASE_URL, pace_seconds=2.0, feeds=FEEDS, recognise=recognise
)  # fmt: skip
