"""Results of PJM's FTR auctions from a member's own download: the FTR Center's XML, or a CSV with its words as headings.

The XML is MarketResults (bids with what cleared) or ClearedFTRs (what cleared, by owner), as the FTR Center's interface
specification has them (second-hand: a public client that reads them). No CSV of it has been shown: the headings that are
taken, with the status of each, stand in ``rights_headings.csv``; any other stops the file and is named. The owner of a
right is read over: the table of auctions has no place for it.
"""

import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from lxml import etree

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.rights import auction_rows
from market_platform.sources.pjm.rows import finish
from market_platform.sources.tabular import Field, label, number, passed, read_csv, split_header

NUMBERS = ("bid_mw", "bid_price", "cleared_mw", "cleared_price")
NAMES = ("market_name", "round", "period_type", "source", "sink", "time_of_use", "hedge_type", "trade_type")
NOT_SAID = ("round", "hedge_type", "trade_type", "bid_mw", "bid_price")
PASSED = ("owner", "source_pnode_id", "sink_pnode_id")
RESULT = re.compile(rb"<(?:\w+:)?(MarketResults|ClearedFTRs)[\s>]")
HEAD_BYTES = 4000
LINES = ("FTRCleared", "ClearedFTR")


def is_results_xml(payload: Payload) -> bool:
    """Whether a file is the FTR Center's XML of results."""
    head = payload.content[:HEAD_BYTES]
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and RESULT.search(head) is not None


def is_results_csv(headings: Sequence[str]) -> bool:
    """Whether headings tell a path and what cleared on it."""
    found = {_column(heading) for heading in headings}
    return {"source", "sink", "cleared_price"} <= found and "market_name" in found


def results(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read cleared bids by path; lines alike in all but volume and price are counted from 1 in file order.

    Raises UnreadablePayload for broken XML and SchemaChanged for headings that are not mapped.
    """
    tables = [_table(payload).assign(file=np.int32(position)) for position, payload in enumerate(payloads)]
    table = pd.concat(tables, ignore_index=True)
    for name in NAMES:
        texts = table[name].astype("object").where(table[name].notna(), None)
        table[name] = (texts.fillna("") if name in ("hedge_type", "trade_type") else texts).astype("category")
    return finish(feed, auction_rows(feed, table))


def _table(payload: Payload) -> pd.DataFrame:
    if is_results_xml(payload):
        return _from_xml(payload)
    return read_csv([payload], _fields(payload))


def _fields(payload: Payload) -> list[Field]:
    """Return the fields of a file: each mapped column under the file's own spelling."""
    headings = split_header(payload)[0]
    spelt: dict[str, tuple[str, ...]] = {}
    for heading in headings:
        if (column := _column(heading)) is not None:
            spelt[column] = (*spelt.get(column, ()), heading)
    if twice := {column: names for column, names in spelt.items() if len(names) > 1}:
        raise SchemaChanged(f"{payload.name}: two headings say the same ({twice}); the bytes are kept, map one of them")
    fields = [label(name, *spelt.get(name, (name,)), optional=name in NOT_SAID) for name in NAMES]
    fields += [number(name, *spelt.get(name, (name,)), optional=name in NOT_SAID) for name in NUMBERS]
    return [*fields, *(passed(*spelt[name]) for name in PASSED if name in spelt)]


def _column(heading: str) -> str | None:
    return _headings().get(_plain(heading))


def _plain(heading: str) -> str:
    """Return a heading without its unit, case, blanks and marks: ``Clearing Price ($/MW)`` is ``clearingprice``."""
    return re.sub(r"[^a-z]", "", re.sub(r"\(.*?\)", "", heading).lower())


@cache
def _headings() -> dict[str, str]:
    table = pd.read_csv(Path(__file__).parent / "rights_headings.csv")
    return {_plain(heading): column for heading, column in zip(table["heading"], table["column"], strict=True)}


def _from_xml(payload: Payload) -> pd.DataFrame:
    rows = pd.DataFrame(_lines(payload), columns=[*NAMES, *NUMBERS], dtype="object")
    defect = pd.Series(None, index=rows.index, dtype="object")
    for name in NUMBERS:
        values = pd.to_numeric(rows[name], errors="coerce").astype("float64")
        bad = values.isna() & rows[name].notna()
        defect[bad] = name + " = " + rows[name][bad].astype(str) + " is not a number"
        rows[name] = values
    return rows.assign(defect=defect, line=np.arange(1, len(rows) + 1))


def _lines(payload: Payload) -> Iterator[dict[str, str | None]]:
    try:
        root = etree.parse(
            io.BytesIO(payload.content), etree.XMLParser(resolve_entities=False, no_network=True)
        ).getroot()
    except etree.XMLSyntaxError as error:
        raise UnreadablePayload(
            f"{payload.name}: the XML breaks off or is broken ({error}); the bytes are kept, fetch it again"
        ) from error
    for group in root.iter("{*}MarketResults", "{*}ClearedFTRs"):
        for line in group.iter(*(f"{{*}}{name}" for name in LINES)):
            yield {"market_name": group.get("market"), "round": group.get("round"), "trade_type": line.get("trade"),
                   **_said(payload, line)}  # fmt: skip


def _said(payload: Payload, line: etree._Element) -> dict[str, str | None]:
    said: dict[str, str | None] = {}
    for element in line:
        tag = etree.QName(element).localname
        if tag == "Path":
            said |= {"source": element.get("source"), "sink": element.get("sink")}
        elif (column := _column(tag)) is None:
            raise SchemaChanged(
                f"{payload.name}: element {tag} of a result is not mapped; the bytes are kept, add it to "
                "rights_headings.csv and replay"
            )
        elif column not in PASSED:
            said[column] = element.text
    return said
