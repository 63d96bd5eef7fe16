"""Reports that describe themselves: nobody has shown their columns, and each row names figure, place and unit by itself.

Every OASIS report comes as XML of one shape: REPORT_DATA with DATA_ITEM, RESOURCE_NAME, an interval and VALUE, under a
header with run and unit (facts). Where a row holds further elements (a CSV: further columns), those with numbers are
figures under their own names and those with words say what the figure is of. So nothing published is lost, and no list
of columns has to be known beforehand.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.caiso.oasis import FURNITURE, GROUP, ITEM, TIMES, Report, intervals, is_xml, read_report
from market_platform.sources.caiso.rows import finish, words
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_text
from market_platform.sources.tabular import label, number, passed, split_header

VALUE = number("value", "VALUE", optional=True)
UNIT = label("unit", "UOM", optional=True)
KNOWN = (*TIMES, ITEM, UNIT, VALUE, passed("EXECUTION_TYPE"))
# The first of these that a report has is its place.
PLACES = ("RESOURCE_NAME", "TIE_NAME", "TI_ID", "NODE", "APNODE_ID", "BAA_GRP_ID", "TAC_ZONE_NAME", "TRADING_HUB")
# Numbers that name: the last word of a heading tells them.
NAMING = frozenset(("ID", "SEQ", "NUM", "NO", "NAME", "MRID", "POS", "YEAR", "HR", "XML"))
# Units as OASIS prints them, in the words of the contract; others stay as they are.
UNITS = {
    "US$/MWH": "USD/MWh",
    "$/MWH": "USD/MWh",
    "US$/MW": "USD/MW",
    "$/MW": "USD/MW",
    "US$": "USD",
    "MW": "MW",
    "MWH": "MWh",
}
QUERIES = (
    "PRC_FLEX_RAMP",
    "ENE_FLEX_RAMP_DC",
    "ENE_AGGR_FLEX_RAMP",
    "ENE_UNCERTAINTY_MV",
    "DAM_ENE_SCH_BY_TIE_GRP",
    "RUC_ENE_SCH_BY_TIE_GRP",
    "RTPD_ENE_SCH_BY_TIE_GRP",
    "RTD_ENE_SCH_BY_TIE_GRP",
    "CRR_INVENTORY",
    "PUB_CRR_BID_MONTHLY_GRP",
    "PUB_CRR_BID_SEASONAL_GRP",
)
ROWS_BEGIN = b"<REPORT_DATA>"
ELEMENT = re.compile(rb"<(?:\w+:)?([A-Z][A-Z0-9_]*)>")
ABOUT_THE_REPORT = frozenset(
    ("REPORT_DATA", "REPORT_ITEM", "REPORT_HEADER", "REPORT", "SYSTEM", "TZ", "INTERVAL", "SEC_PER_INTERVAL",
     "DISCLAIMER_ITEM", "DISCLAIMER")
)  # fmt: skip


def datasets(named: str) -> tuple[str, ...]:
    """Return the queries and groups whose report goes by a name: its own, or without the group's ending or run."""
    name = named.upper().removesuffix("_GRP")
    return tuple(query for query in QUERIES if query == named or query.removesuffix("_GRP").endswith(name))


def figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Figures of the system, one row a figure, place and interval, named as the publisher names them.

    Raises what ``read_report`` raises, and SchemaChanged where the rows hold no number.
    """
    return finish(feed, _figures(feed, payloads))


def counted_figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Figures of lists that hold lines alike (points of a bid, equal holdings): the second and later ones are counted."""
    rows = _figures(feed, payloads)
    again = rows.groupby(["location", "subject", "figure", "interval_start", "interval_end"], dropna=False).cumcount()
    subject = rows["subject"].astype("object")
    return finish(feed, rows.assign(subject=subject.where(again == 0, subject + " #" + (again + 1).astype(str))))


def _figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    found = sorted({heading for payload in payloads for heading in _headings(payload)} - _known())
    read = read_report(Report((), (*KNOWN, *(label(heading, heading, optional=True) for heading in found))), payloads)
    place = next((name for name in PLACES if name in found), None)
    others = [name for name in found if name != place]
    numbers = {name: values for name in others if (values := _numbers(name, read[name])) is not None}
    item = as_text(read["item"]).astype("object")
    if read["value"].notna().any() or not numbers:
        numbers = {"VALUE": read["value"], **numbers}
    if "VALUE" in numbers and item.isna().all():
        raise SchemaChanged(
            f"{payloads[0].name}: no figure can be told from the rows (columns: {found or 'none'}): neither a data item "
            "nor a column of numbers; the bytes are kept, map the report's columns and replay"
        )
    subject = _subject(read, [name for name in others if name not in numbers])
    base = intervals(feed, read).assign(location="" if place is None else read[place], subject=subject).frame()
    units = words(read["unit"], lambda text: UNITS.get(text.upper(), text)).astype("object").fillna("")
    frames = []
    for name, values in numbers.items():
        holds = values.notna() | (name == next(iter(numbers)))
        named = item if name == "VALUE" else pd.Series(name, index=read.index, dtype="object")
        unit = units if name == "VALUE" else UNITS.get(name.rpartition("_")[2], "")
        frames.append(base.assign(figure=named, value=values, unit=unit)[holds])
    return pd.concat(frames, ignore_index=True)


def _known() -> set[str]:
    return {heading for field in (*KNOWN, *FURNITURE, GROUP) for heading in field.headings}


def _headings(payload: Payload) -> list[str]:
    if not is_xml(payload):
        return split_header(payload)[0]
    rows = payload.content[payload.content.find(ROWS_BEGIN) :]
    return sorted({name.decode() for name in ELEMENT.findall(rows)} - ABOUT_THE_REPORT)


def _numbers(name: str, column: pd.Series) -> pd.Series | None:
    """Return a column as numbers where all its texts are numbers and it does not name anything."""
    texts = column.cat.categories
    if name.rpartition("_")[2] in NAMING or not len(texts):
        return None
    values = pd.to_numeric(pd.Series(texts.astype("object")), errors="coerce").to_numpy(dtype="float64")
    if np.isnan(values).any():
        return None
    return pd.Series(np.append(values, np.nan)[column.cat.codes.to_numpy()], index=column.index)


def _subject(read: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Return the run and what the columns of words say, each under its heading."""
    said = as_text(read["run"]).astype("object").fillna("")
    for name in names:
        text = as_text(read[name]).astype("object").fillna("")
        part = text.where(text == "", f"{name} " + text)
        said = said + pd.Series(np.where((said != "") & (part != ""), ", ", ""), index=said.index) + part
    return said
