"""Settlements: the day's CSV file of all products, and the JSON page of one product.

``EST. VOL`` is of the trade date; ``PRIOR SETTLE``, ``PRIOR VOL`` and ``PRIOR INT`` are of the trading day before and
go there. The page's volume is taken as the trade date's; its open interest as of the day before, as the exchange's page
heads that column (general knowledge, unverified in the facts).
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from market_platform.errors import NotPublishedYet, SchemaChanged, UnreadablePayload
from market_platform.markets.gas import MONTHS_BY_WORD, PRODUCT_SYMBOLS, contract_code, is_business_day
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, each_file, finish, load_json, numbers, spans
from market_platform.sources.payload import Payload, Request
from market_platform.sources.tabular import label, passed, read_csv

DAY = pd.Timedelta(days=1)
PRICE_COLUMNS = ("open", "high", "low", "last", "settle")
MARKED = re.compile(r"^(-?[\d.,]+)([AB])?$")
PAGE_NAME = re.compile(r"(\d+)_FUT_(\d{4})-?(\d{2})-?(\d{2})")
FIELDS = (
    label("symbol", "PRODUCT SYMBOL"),
    label("month", "CONTRACT MONTH"),
    label("year", "CONTRACT YEAR"),
    passed("CONTRACT DAY"),
    label("contract", "CONTRACT"),
    label("description", "PRODUCT DESCRIPTION"),
    label("open", "OPEN"),
    label("high", "HIGH"),
    label("high_mark", "HIGH AB INDICATOR"),
    label("low", "LOW"),
    label("low_mark", "LOW AB INDICATOR"),
    label("last", "LAST"),
    label("last_mark", "LAST AB INDICATOR"),
    label("settle", "SETTLE"),
    label("change", "PT CHG"),
    label("volume", "EST. VOL"),
    label("prior_settle", "PRIOR SETTLE"),
    label("prior_volume", "PRIOR VOL"),
    label("prior_interest", "PRIOR INT"),
    label("trade_date", "TRADEDATE"),
)


class TotalDiffers(SchemaChanged):
    """The page's Total row is not the sum of its rows: rows are missing."""


def file_settlements(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the day's settlements of every product; a blank settle stays blank."""
    return _settlements(feed, _file_rows(payloads))


def file_activity(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read final settlement, volume and open interest of the trading day before the file's; new listings have none."""
    return _activity(feed, _file_rows(payloads))


def page_settlements(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read a product's settlements. Raises TotalDiffers where the Total row is not their sum."""
    return _settlements(feed, each_file(payloads, _page_rows))


def page_activity(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the open interest of the trading day before, as the page gives it."""
    read = each_file(payloads, _page_rows)
    return _activity(feed, read.assign(prior_settle=np.nan, prior_volume=np.nan, prior_interest=read["interest"]))


def _file_rows(payloads: Sequence[Payload]) -> pd.DataFrame:
    read = read_csv(payloads, FIELDS)
    rows = pd.DataFrame({name: read[name] for name in PLACE})
    for name in (*PRICE_COLUMNS, "change", "volume", "prior_settle", "prior_volume", "prior_interest"):
        text = read[name].astype("object")
        rows[name] = numbers(text.where(text != "UNCH", "0") if name == "change" else text, rows)
    for name in ("symbol", "contract", "description", "high_mark", "low_mark", "last_mark"):
        rows[name] = read[name].astype("object")
    rows["contract_month"] = pd.to_datetime(
        read["year"].astype("object") + read["month"].astype("object").str.zfill(2), format="%Y%m", errors="coerce"
    )
    rows["trade_date"] = pd.to_datetime(read["trade_date"].astype("object"), format="%m/%d/%Y", errors="coerce")
    return rows


def _page_rows(payload: Payload) -> pd.DataFrame:
    symbol, day = _product_and_day(payload)
    answer = load_json(payload)
    rows = answer.get("settlements")
    _check_day(payload, answer.get("tradeDate"), day)
    if not isinstance(rows, list):
        raise SchemaChanged(f"{payload.name}: there is no list 'settlements'; map it and replay")
    if not rows:
        raise UnreadablePayload(f"{payload.name}: no settlements; {day} was no trading day or is not out yet")
    frame = pd.DataFrame(rows)
    missing = {"month", *PRICE_COLUMNS, "change", "volume", "openInterest"} - set(frame.columns)
    if missing:
        raise SchemaChanged(f"{payload.name}: columns {sorted(missing)} are missing; map them and replay")
    frame["line"] = np.arange(1, len(frame) + 1)
    totals, frame = frame[frame["month"] == "Total"], frame[frame["month"] != "Total"].reset_index(drop=True)
    result = frame[["line"]].assign(symbol=symbol, description=None, trade_date=pd.Timestamp(day))
    result["defect"] = pd.Series(None, index=frame.index, dtype="object")
    for name in PRICE_COLUMNS:
        parts = frame[name].astype(str).str.extract(MARKED)
        strange = parts[0].isna() & (frame[name] != "-")
        result.loc[strange, "defect"] = f"{name} = " + frame[name][strange].astype(str) + " is no price"
        result[name], result[f"{name}_mark"] = numbers(parts[0]), parts[1]
    result["change"] = numbers(frame["change"].replace("UNCH", "0"), result)
    result["volume"] = numbers(frame["volume"], result)
    result["interest"] = numbers(frame["openInterest"], result)
    _check_total(payload, totals, result)
    months = [_month(str(text)) for text in frame["month"]]
    result["contract_month"] = pd.to_datetime(pd.Series(months, dtype="object"))
    result["contract"] = [contract_code(symbol, one.year, one.month) if one else None for one in months]
    return result


def holds_settlements(request: Request, payload: Payload) -> None:
    """Raise NotPublishedYet for a page with an empty list: the day is not settled yet, or was no trading day."""
    if load_json(payload).get("settlements") == []:
        raise NotPublishedYet(f"{request.file_name}: no settlements yet; it is asked for again later")


def _check_total(payload: Payload, totals: pd.DataFrame, rows: pd.DataFrame) -> None:
    if len(totals) != 1:
        raise TotalDiffers(f"{payload.name}: {len(totals)} Total rows, one is expected; the page may be cut")
    for heading, name in (("volume", "volume"), ("openInterest", "interest")):
        stated, added = float(numbers(totals[heading]).iloc[0]), float(rows[name].sum())
        if stated != added:
            raise TotalDiffers(
                f"{payload.name}: {heading} adds up to {added:.0f}, Total says {stated:.0f}; fetch it again"
            )


def _product_and_day(payload: Payload) -> tuple[str, date]:
    """Take product and trade date from the name: the page does not say the product."""
    found = PAGE_NAME.search(payload.base_name)
    if found is None or int(found[1]) not in PRODUCT_SYMBOLS:
        known = ", ".join(f"{number} {symbol}" for number, symbol in PRODUCT_SYMBOLS.items())
        raise UnreadablePayload(
            f"{payload.name}: name the file <product id>_FUT_YYYY-MM-DD.json; product ids known are {known}"
        )
    return PRODUCT_SYMBOLS[int(found[1])], date(int(found[2]), int(found[3]), int(found[4]))


def _check_day(payload: Payload, told: object, day: date) -> None:
    """Raise UnreadablePayload where the page itself tells another trade date (MM/DD/YYYY) than the one asked for."""
    stated = pd.to_datetime(str(told), format="%m/%d/%Y", errors="coerce")
    if not pd.isna(stated) and stated.date() != day:
        raise UnreadablePayload(f"{payload.name}: the page is of {stated.date()}, not of {day}; name it by its own day")


def _month(text: str) -> date | None:
    word, _, year = text.partition(" ")
    return date(2000 + int(year), MONTHS_BY_WORD[word], 1) if word in MONTHS_BY_WORD and year.isdigit() else None


def _settlements(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    names: dict[str, Any] = {name: f"{name}_price" for name in PRICE_COLUMNS}
    rows = pd.concat([spans(read["trade_date"], read["trade_date"] + DAY, feed.zone), read], axis=1)
    return finish(feed, rows.rename(columns={**names, "volume": "estimated_volume"}))


def _activity(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    before = {day: pd.Timestamp(_trading_day_before(day.date())) for day in read["trade_date"].dropna().unique()}
    days = read["trade_date"].map(before)
    rows = pd.concat([spans(days, days + DAY, feed.zone), read], axis=1)
    figures = {"prior_settle": "settle_price", "prior_volume": "volume", "prior_interest": "open_interest"}
    return finish(feed, rows.drop(columns=["volume", "settle"]).rename(columns=figures))


def _trading_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    while not is_business_day(before):
        before -= timedelta(days=1)
    return before
