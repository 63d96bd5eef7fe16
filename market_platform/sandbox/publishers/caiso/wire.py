"""OASIS on the wire: zips with one report each, CSV with its own time columns, XML, and error documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import httpx
import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.sandbox.publishers.csv_text import csv_lines, laid_out
from market_platform.sandbox.publishers.zipping import Member, zip_of

STAMP = "%Y%m%dT%H:%M%z"  # of the moments in a request
ZONE = MARKETS["caiso"].zone
GMT = "%Y-%m-%dT%H:%M:%S-00:00"
MADE = "%Y%m%d_%H_%M_%S"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
REPEATED_HOUR = 25


@dataclass(frozen=True)
class OasisError(Exception):
    """A request that OASIS answers with an error document."""

    code: int
    words: str


NO_DATA = OasisError(1000, "No data returned for the specified selection")
RANGE_TOO_WIDE = OasisError(1004, "The requested date range exceeds the permitted range")
BAD_REQUEST = OasisError(1001, "The request holds a parameter that is not valid")


def zipped(name: str, files: Mapping[str, bytes], now: datetime) -> httpx.Response:
    """Return a zip as OASIS sends it: status 200, the name in Content-Disposition."""
    stamp = now.astimezone(ZONE)
    content = zip_of(Member(member, text, stamp) for member, text in files.items())
    headers = {
        "Content-Disposition": f"attachment; filename={name}.zip;",
        "Content-Type": "application/x-zip-compressed",
        "X-Simulated": "market-platform sandbox",
    }
    return httpx.Response(200, content=content, headers=headers)


def error_file(error: OasisError, now: datetime) -> bytes:
    """Write an error document; its tags carry the prefix that reports lack."""
    return (
        f'{XML_HEAD}<m:OASISReport xmlns:m="http://www.caiso.com/soa/OASISReport_v1.xsd">\n<m:MessageHeader>\n'
        f"\t<m:TimeDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z</m:TimeDate>\n\t<m:Source>OASIS</m:Source>\n"
        "\t<m:Version>v20131201</m:Version>\n</m:MessageHeader>\n<m:MessagePayload>\n<m:RTO>\n<m:name>CAISO</m:name>\n"
        f"<m:ERROR>\n<m:ERR_CODE>{error.code}</m:ERR_CODE>\n<m:ERR_DESC>{escape(error.words)}</m:ERR_DESC>\n"
        "</m:ERROR>\n\n"
        "</m:RTO>\n</m:MessagePayload>\n</m:OASISReport>"
    ).encode()


def time_columns(rows: pd.DataFrame, minutes: int) -> pd.DataFrame:
    """Add OASIS' time columns: GMT stamps, operating day, hour ending (25 is the repeated hour) and interval.

    Each moment is written once, however many rows have it: a day of all nodes has 24 among two million rows.
    """
    code, moments = pd.factorize(rows["interval_start"])
    starts = pd.Series(moments)
    naive = _local(starts)
    second_pass = naive == _local(starts - timedelta(hours=1))
    hour = (naive.dt.hour + 1).where(~second_pass, REPEATED_HOUR)
    start = _spread(starts.dt.strftime(GMT), code)
    end_code, ends = pd.factorize(rows["interval_end"])
    end = _spread(pd.Series(ends).dt.strftime(GMT), end_code)
    day = _spread(naive.dt.strftime("%Y-%m-%d"), code)
    return rows.assign(
        INTERVALSTARTTIME_GMT=start,
        INTERVALENDTIME_GMT=end,
        INTERVAL_START_GMT=start,
        INTERVAL_END_GMT=end,
        OPR_DT=day,
        OPR_DATE=day,
        OPR_HR=_spread(hour.astype(str), code),
        OPR_INTERVAL="0" if minutes >= 60 else _spread((naive.dt.minute // minutes + 1).astype(str), code),
    )


def _spread(texts: pd.Series, code: np.ndarray) -> pd.Categorical:
    """Lay texts out over the rows that their numbers name."""
    number, names = pd.factorize(texts)
    return pd.Categorical.from_codes(number[code], names)


def _local(moments: pd.Series) -> pd.Series:
    return moments.dt.tz_convert(ZONE).dt.tz_localize(None)


def csv_file(rows: pd.DataFrame, headings: Sequence[str]) -> bytes:
    """Write rows as CSV; rows within a GROUP stand in no order of time."""
    order = pd.Series(np.arange(len(rows))).sample(frac=1, random_state=7).to_numpy()
    if "GROUP" in rows:
        order = order[rows["GROUP"].astype(int).to_numpy()[order].argsort(kind="stable")]
    return csv_lines(rows[list(headings)], order)


def xml_file(
    rows: pd.DataFrame, query: str, run: str, minutes: int, unit: str, now: datetime, elements: Sequence[str] = ()
) -> bytes:
    """Write rows as an XML report: one REPORT_DATA a row with ``item``, ``resource``, ``value`` and further elements."""
    columns = {
        "DATA_ITEM": rows["item"],
        "RESOURCE_NAME": rows["resource"],
        **{name: rows[name] for name in elements},
        "OPR_DATE": rows["OPR_DT"],
        "INTERVAL_NUM": rows["OPR_HR"],
        "INTERVAL_START_GMT": rows["INTERVAL_START_GMT"],
        "INTERVAL_END_GMT": rows["INTERVAL_END_GMT"],
        "VALUE": rows["value"],
    }
    begins, ends = ["<REPORT_DATA>\n", *[""] * (len(columns) - 1)], ["\n"] * len(columns)
    ends[-1] = "\n</REPORT_DATA>\n"
    laid = []
    for (name, column), begin, end in zip(columns.items(), begins, ends, strict=True):
        code, kinds = pd.factorize(column)
        laid.append(([f"{begin}<{name}>{escape(str(kind))}</{name}>{end}" for kind in kinds], code))
    head = (
        f'{XML_HEAD}<OASISReport xmlns="http://www.caiso.com/soa/OASISReport_v1.xsd">\n<MessageHeader>\n'
        f"<TimeDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00</TimeDate>\n<Source>OASIS</Source>\n"
        "<Version>v20131201</Version>\n</MessageHeader>\n<MessagePayload>\n<RTO>\n<name>CAISO</name>\n<REPORT_ITEM>\n"
        f"<REPORT_HEADER>\n<SYSTEM>OASIS</SYSTEM>\n<TZ>PPT</TZ>\n<REPORT>{query}</REPORT>\n<MKT_TYPE>{run}</MKT_TYPE>\n"
        f"<UOM>{unit}</UOM>\n<INTERVAL>ENDING</INTERVAL>\n<SEC_PER_INTERVAL>{minutes * 60}</SEC_PER_INTERVAL>\n"
        "</REPORT_HEADER>\n"
    )
    return head.encode() + laid_out(laid) + b"</REPORT_ITEM>\n</RTO>\n</MessagePayload>\n</OASISReport>"
