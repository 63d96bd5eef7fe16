"""OASIS on the wire: zips with one report each, CSV with its own time columns, XML, and error documents."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import httpx
import pandas as pd

from market_platform.markets.market import MARKETS

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
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            info = zipfile.ZipInfo(member, now.astimezone(ZONE).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    headers = {
        "Content-Disposition": f"attachment; filename={name}.zip;",
        "Content-Type": "application/x-zip-compressed",
        "X-Simulated": "market-platform sandbox",
    }
    return httpx.Response(200, content=buffer.getvalue(), headers=headers)


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
    """Add OASIS' time columns: GMT stamps, operating day, hour ending (25 is the repeated hour) and interval."""
    naive = _local(rows["interval_start"])
    second_pass = naive == _local(rows["interval_start"] - timedelta(hours=1))
    hour = (naive.dt.hour + 1).where(~second_pass, REPEATED_HOUR)
    start = rows["interval_start"].dt.strftime(GMT)
    end = rows["interval_end"].dt.strftime(GMT)
    return rows.assign(
        INTERVALSTARTTIME_GMT=start,
        INTERVALENDTIME_GMT=end,
        INTERVAL_START_GMT=start,
        INTERVAL_END_GMT=end,
        OPR_DT=naive.dt.strftime("%Y-%m-%d"),
        OPR_DATE=naive.dt.strftime("%Y-%m-%d"),
        OPR_HR=hour.astype(str),
        OPR_INTERVAL="0" if minutes >= 60 else (naive.dt.minute // minutes + 1).astype(str),
    )


def _local(moments: pd.Series) -> pd.Series:
    return moments.dt.tz_convert(ZONE).dt.tz_localize(None)


def csv_file(rows: pd.DataFrame, headings: Sequence[str]) -> bytes:
    """Write rows as CSV; rows within a GROUP stand in no order of time."""
    shuffled = rows.sample(frac=1, random_state=7)
    if "GROUP" in rows:
        shuffled = shuffled.iloc[shuffled["GROUP"].astype(int).argsort(kind="stable")]
    return shuffled[list(headings)].to_csv(index=False, lineterminator="\n").encode()


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
    tagged = [[f"<{name}>{escape(text)}</{name}>" for text in column.astype(str)] for name, column in columns.items()]
    body = "\n".join("<REPORT_DATA>\n" + "\n".join(row) + "\n</REPORT_DATA>" for row in zip(*tagged, strict=True))
    return (
        f'{XML_HEAD}<OASISReport xmlns="http://www.caiso.com/soa/OASISReport_v1.xsd">\n<MessageHeader>\n'
        f"<TimeDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00</TimeDate>\n<Source>OASIS</Source>\n"
        "<Version>v20131201</Version>\n</MessageHeader>\n<MessagePayload>\n<RTO>\n<name>CAISO</name>\n<REPORT_ITEM>\n"
        f"<REPORT_HEADER>\n<SYSTEM>OASIS</SYSTEM>\n<TZ>PPT</TZ>\n<REPORT>{query}</REPORT>\n<MKT_TYPE>{run}</MKT_TYPE>\n"
        f"<UOM>{unit}</UOM>\n<INTERVAL>ENDING</INTERVAL>\n<SEC_PER_INTERVAL>{minutes * 60}</SEC_PER_INTERVAL>\n"
        f"</REPORT_HEADER>\n{body}\n</REPORT_ITEM>\n</RTO>\n</MessagePayload>\n</OASISReport>"
    ).encode()
