"""OASIS reports as tables: the same rows whether they come as CSV or as XML."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
from lxml import etree
from pandas.api.extensions import ExtensionArray

from market_platform.errors import UnreadablePayload
from market_platform.sources.arrays import Laid, Rows, is_laid, no_defects
from market_platform.sources.caiso.answers import refuse_error_document
from market_platform.sources.caiso.rows import PLACE, mark
from market_platform.sources.feed import Feed
from market_platform.sources.local_clock import local_days
from market_platform.sources.payload import Payload
from market_platform.sources.stamp_text import fixed_stamps
from market_platform.sources.stamps import NO_MOMENT, as_utc, days_laid, laid, places_of, utc_arrays
from market_platform.sources.tabular import (
    Field,
    Goes,
    Reads,
    label,
    passed,
    read_columns,
    read_csv,
    resolve_columns,
    stamp,
)

START = stamp("start", "INTERVALSTARTTIME_GMT", "INTERVAL_START_GMT", "STARTTIME_GMT", "START_DATE_GMT")
END = stamp("end", "INTERVALENDTIME_GMT", "INTERVAL_END_GMT", "ENDTIME_GMT", "END_DATE_GMT")
DAY = stamp("day", "OPR_DT", "OPR_DATE", optional=True)
RUN = label("run", "MARKET_RUN_ID", "MKT_TYPE", optional=True, goes=Goes.NAME)
TIMES = (START, END, DAY, RUN)
ITEM = label("item", "XML_DATA_ITEM", "DATA_ITEM", optional=True, goes=Goes.NAME)
# Columns that say again what others say, or only order the rows on a screen.
FURNITURE = (
    *(passed(heading, goes=Goes.CLOCK) for heading in ("OPR_HR", "OPR_INTERVAL", "INTERVAL_NUM")),
    *(passed(heading, goes=Goes.NAME) for heading in ("MADE_AT", "OPR_TYPE", "POS", "GRP_TYPE", "LABEL", "UOM", "GRP")),
)
GROUP = passed("GROUP")
NAMESPACE = b"http://www.caiso.com/soa/"
HEADER_TAGS = {"MKT_TYPE": "MKT_TYPE", "EXECUTION_TYPE": "EXECUTION_TYPE", "UOM": "UOM"}
UTC = ZoneInfo("UTC")
PLAIN_FORMATS = ("%Y-%m-%dT%H:%M:%S-00:00", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d")
EARLIEST, LATEST = np.datetime64("1990-01-01"), np.datetime64("2200-01-01")


@dataclass(frozen=True)
class Report:
    """A shape of OASIS reports: the queries that answer in it, and its columns beside the furniture of all reports."""

    queries: tuple[str, ...]
    fields: tuple[Field, ...]

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """All columns that the report may hold."""
        return (*self.fields, *(spare for spare in (*FURNITURE, GROUP) if not self._names(spare)))

    def _names(self, spare: Field) -> bool:
        return any(heading in field.headings for field in self.fields for heading in spare.headings)


def is_xml(payload: Payload) -> bool:
    """Whether a file is an XML document."""
    return payload.content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read_report(report: Report, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the files of one report: its fields, then ``file``, ``line`` and ``defect``.

    Raises UnreadablePayload for an error document or broken XML and SchemaChanged for columns that are not mapped.
    """
    return report_columns(report, payloads).frame()


def report_columns(report: Report, payloads: Sequence[Payload]) -> Rows:
    """Read the same as columns."""
    kinds = [is_xml(payload) for payload in payloads]
    if not any(kinds):
        return read_columns(payloads, report.columns)
    frames = []
    if not all(kinds):
        whole = [payload for payload, xml in zip(payloads, kinds, strict=True) if not xml]
        frames.append(_placed(read_csv(whole, report.columns), [n for n, xml in enumerate(kinds) if not xml]))
    for position, (payload, xml) in enumerate(zip(payloads, kinds, strict=True)):
        if xml:
            frames.append(_placed(_read_xml(report, payload), [position]))
    if len(frames) == 1:
        return Rows(frames[0].items())
    merged = pd.concat(frames, ignore_index=True)
    for field in report.fields:
        if field.reads is not Reads.NUMBER and not is_laid(merged[field.name].dtype):
            merged[field.name] = merged[field.name].astype("category")
    return Rows(merged.items())


class Moments:
    """A column of stamps such as 2018-11-04T09:00:00-00:00: each distinct text is read once, NaT where unreadable."""

    def __init__(self, column: pd.Series | ExtensionArray | Laid) -> None:
        self.codes, texts = places_of(column)
        self.distinct = _utc_stamps(texts)
        self._local_days: dict[ZoneInfo, np.ndarray] = {}

    def utc(self) -> pd.Series:
        """UTC of each row."""
        return as_utc(self.lay(self.distinct))

    def days(self, zone: ZoneInfo) -> np.ndarray:
        """Local date of each row."""
        return self.lay(self.distinct_days(zone))

    def distinct_days(self, zone: ZoneInfo) -> np.ndarray:
        """Local date of each distinct text."""
        if zone is UTC:
            return self.distinct.astype("datetime64[D]")
        if zone not in self._local_days:
            self._local_days[zone] = local_days(self.distinct, zone)
        return self._local_days[zone]

    def lay(self, distinct: np.ndarray) -> np.ndarray:
        """Lay one answer a distinct text over the rows; NaT where the row has no text."""
        return laid(distinct, self.codes)


def _utc_stamps(texts: pd.Index | pa.Array) -> np.ndarray:
    """Read stamps into naive UTC: at once those in OASIS' own form and bare days, one by one all others.

    One of a year in which there is no market is unreadable.
    """
    found, left, others = fixed_stamps(texts, PLAIN_FORMATS)
    if left.size:
        rest = pd.to_datetime(pd.Series(others, dtype="object"), format="ISO8601", utc=True, errors="coerce")
        found[left] = rest.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    found[(found < EARLIEST) | (found > LATEST)] = NO_MOMENT
    return found


def intervals(feed: Feed, table: Rows | pd.DataFrame, starts: Moments | None = None, **of_starts: np.ndarray) -> Rows:
    """Market day, interval and place of each row; ``starts`` are those of ``table``, where they have been read before.

    ``of_starts`` are more moments (naive UTC), one of each distinct start, that become columns of their names.

    The market day is the local date of the interval's start; a row that names another operating day contradicts itself
    and is marked.
    """
    read = Rows.of(table)
    starts, ends = starts or Moments(read.laid("start")), Moments(read.laid("end"))
    others = [(moments, starts.codes) for moments in of_starts.values()]
    start, end, *more = utc_arrays((starts.distinct, starts.codes), (ends.distinct, ends.codes), *others)
    times = {
        "market_day": days_laid(starts.distinct_days(feed.zone), starts.codes),
        "interval_start": start,
        "interval_end": end,
        **dict(zip(of_starts, more, strict=True)),
    }
    rows = Rows({**times, **{name: read.array(name) for name in PLACE}})
    if "day" in read:
        named, days = Moments(read.laid("day")).days(UTC), starts.days(feed.zone)
        astray = named != days
        if astray.any():
            astray &= ~np.isnat(named) & ~np.isnat(days)
            said = [
                f"operating day {text} is not the day that the interval lies in" for text in read["day"].astype(object)
            ]
            mark(rows, astray, np.array(said, dtype=object))
    return rows


def _placed(frame: pd.DataFrame, positions: Sequence[int]) -> pd.DataFrame:
    frame["file"] = np.array(positions, dtype=np.int32)[frame["file"].to_numpy(dtype=np.int64)]
    return frame


def _read_xml(report: Report, payload: Payload) -> pd.DataFrame:
    refuse_error_document(payload)
    made: dict[str, str | None] = {}
    header: dict[str, str | None] = {}
    records: list[dict[str, str | None]] = []
    try:
        for _, element in etree.iterparse(
            io.BytesIO(payload.content), resolve_entities=False, no_network=True, recover=_is_whole(payload)
        ):
            tag = etree.QName(element).localname
            if tag == "TimeDate":
                made = {"MADE_AT": element.text}
            elif tag in HEADER_TAGS:
                header[HEADER_TAGS[tag]] = element.text
            elif tag == "REPORT_DATA":
                records.append({**made, **header, **{etree.QName(child).localname: child.text for child in element}})
                element.clear()
            elif tag == "REPORT_ITEM":
                header = {}
    except etree.XMLSyntaxError as error:
        raise UnreadablePayload(
            f"{payload.name}: the XML breaks off or is broken ({error}); the bytes are kept, fetch it again"
        ) from error
    frame = pd.DataFrame(records, dtype="object")
    frame.columns = pd.Index(resolve_columns(payload, list(frame.columns), report.columns))
    return _typed(report, frame)


def _is_whole(payload: Payload) -> bool:
    """Whether a document reaches its end with every row closed; only then may bad nesting around the rows be passed."""
    rows_open, rows_closed = payload.content.count(b"<REPORT_DATA>"), payload.content.count(b"</REPORT_DATA>")
    return rows_open == rows_closed and payload.content.rstrip().endswith(b"OASISReport>")


def _typed(report: Report, frame: pd.DataFrame) -> pd.DataFrame:
    defect = no_defects(frame.index)
    for field in report.fields:
        if field.name not in frame:
            frame[field.name] = np.nan if field.reads is Reads.NUMBER else pd.Categorical([None] * len(frame))
        elif field.reads is Reads.NUMBER:
            values = pd.to_numeric(frame[field.name], errors="coerce")
            bad = values.isna() & frame[field.name].notna()
            defect[bad] = field.name + " = " + frame[field.name][bad].astype(str) + " is not a number"
            frame[field.name] = values.astype("float64")
        else:
            frame[field.name] = frame[field.name].astype("category")
    frame["defect"] = defect
    frame["file"] = np.int32(0)
    frame["line"] = np.arange(1, len(frame) + 1)
    return frame
