"""What a simulated report is: which product it belongs to, when its files are posted, what their rows say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.markets.ercot import DC_TIES, HUBS
from market_platform.markets.market import MARKETS
from market_platform.sandbox.publishers.csv_text import csv_lines
from market_platform.sandbox.publishers.zipping import Member, zip_of
from market_platform.sandbox.world import World

ZONE: ZoneInfo = MARKETS["ercot"].zone
MOMENT = "_posted"
FILE = "_file"
# When hourly issues are posted: the world makes one a day.
ISSUE = (0, time(8, 30))

Rows = Callable[[World, date], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Report:
    """One report: texts by heading, as the real file has them.

    ``posted`` is days after the market day and local time of the one file of a day; None where each value of the column
    ``_posted`` (local, aware) makes a file of its own. ``day_field`` is what the public API calls the column that days
    are asked by; a report without ``table`` has no query. ``api_names`` are names of the API that follow no rule.
    """

    report_type: int
    product: str
    name: str
    rows: Rows
    posted: tuple[int, time] | None
    table: str = ""
    day_field: str = "deliveryDate"
    api_names: Mapping[str, str] | None = None

    def documents(self, world: World, day: date, now: datetime) -> list["Document"]:
        """Return the files of a market day that are out by ``now``."""
        if self.posted is not None and self._moment(day) > now:
            return []
        return [each for each in _whole_day(self, world, day) if each.posted <= now]

    def document(self, world: World, day: date, number: int, now: datetime) -> "Document | None":
        """Return one of the files of a market day, where it is out by ``now``."""
        files = _whole_day(self, world, day)
        return files[number] if number < len(files) and files[number].posted <= now else None

    def _moment(self, day: date) -> datetime:
        days, clock = self.posted or (0, time())
        return datetime.combine(day + timedelta(days=days), clock, tzinfo=ZONE)

    def cut(self, world: World, day: date) -> list["Document"]:
        """Return all files of a market day."""
        rows = self.rows(world, day)
        if rows.empty:
            return []
        if self.posted is not None:
            return [Document(self, day, 0, self._moment(day), Lines(rows), 0, len(rows))]
        code, moments = pd.factorize(rows[MOMENT], sort=True)
        lines = Lines(rows.take(code.argsort(kind="stable")))
        ends = np.bincount(code).cumsum().tolist()
        return [
            Document(self, day, number, moment.to_pydatetime(), lines, start, end)
            for number, (moment, start, end) in enumerate(zip(moments, [0, *ends], ends, strict=False))
        ]


class Lines:
    """The rows of a day, file after file, and their lines, written once for all of its files."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows

    def cut(self, start: int, end: int) -> bytes:
        """Return the file of some of the lines."""
        head, lines = self._written
        return head + b"".join(lines[start:end])

    @cached_property
    def _written(self) -> tuple[bytes, list[bytes]]:
        head, *lines = csv_bytes(self.rows).splitlines(keepends=True)
        return head, lines


@lru_cache(maxsize=64)
def _whole_day(report: Report, world: World, day: date) -> tuple["Document", ...]:
    return tuple(report.cut(world, day))


@dataclass(frozen=True, eq=False)
class Document:
    """One posted file: some of the rows of a day."""

    report: Report
    day: date
    number: int
    posted: datetime
    lines: Lines
    start: int
    end: int

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the file."""
        return self.lines.rows.iloc[self.start : self.end]

    @cached_property
    def doc_id(self) -> int:
        """The number that lists give it; it says what it is of."""
        return int(f"{self.report.report_type:05d}{self.day:%y%m%d}{self.number:03d}")

    @cached_property
    def constructed_name(self) -> str:
        """The file's name as the list has it, of the CSV in its zip."""
        local = self.posted.astimezone(ZONE)
        again = "xhr" if local.fold else ""
        return f"cdr.{self.report.report_type:08d}.0000000000000000.{local:%Y%m%d}.{local:%H%M%S}000.{self.friendly_name}{again}"

    @cached_property
    def friendly_name(self) -> str:
        """The short name; of an interval it ends with the stamp of the interval."""
        stamp = pd.Timestamp(self.posted.astimezone(UTC)).floor("5min").tz_convert(ZONE)
        return f"{self.report.name}_{stamp:%Y%m%d_%H%M}" if self.report.posted is None else self.report.name

    def zipped(self) -> bytes:
        """Return the zip that a download gives."""
        stamp = self.posted.astimezone(ZONE)
        if self.report.posted is None and FILE not in self.lines.rows:
            return zip_of([Member(self._file_name, self.lines.cut(self.start, self.end), stamp)])
        return zip_of(Member(name, csv_bytes(rows), stamp) for name, rows in self.files().items())

    def files(self) -> dict[str, pd.DataFrame]:
        """Return the zip's files: one, or those that the column ``_file`` parts the rows into."""
        stamp = f"{self.posted.astimezone(ZONE):%d-%b-%y}".upper()
        if self.report.name == "SP_List_EB_Mapping":
            listed = f"{self.posted.astimezone(ZONE):%m%d%Y_%H%M%S}.csv"
            named = {"Settlement_Points": self.rows, **lists_of_model(self.rows)}
            return {f"{name}_{listed}": rows for name, rows in named.items()}
        if FILE not in self.rows:
            return {self._file_name: self.rows}
        code, names = pd.factorize(self.rows[FILE])
        rows = self.rows.drop(columns=FILE)
        told = rows.notna().to_numpy()
        files = [np.flatnonzero(code == number) for number in range(len(names))]
        return {
            f"{name}-{stamp}.csv": rows.iloc[lines, np.flatnonzero(told[lines].any(axis=0))]
            for name, lines in zip(names, files, strict=True)
        }

    @property
    def _file_name(self) -> str:
        return f"{self.constructed_name.replace('000.', '.', 1)}.csv"


def lists_of_model(buses: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the lists that stand beside the buses in one zip: units, combined-cycle plants, loads of utilities, hubs."""
    node, substation = buses["RESOURCE_NODE"], buses["SUBSTATION"]
    loads = pd.DataFrame({"PHYSICAL_LOAD": "L_" + substation, "NOIE": "CITY_UTILITY", "VOLTAGE_NAME": "138"})
    return {
        "Resource_Node_to_Unit": pd.DataFrame(
            {"RESOURCE_NODE": node, "UNIT_SUBSTATION": substation, "UNIT_NAME": "G1"}
        ),
        "CCP_Resource_Names": pd.DataFrame({"CCP_NAME": substation + "_CC1", "LOGICALREOURCENODENAME": node}),
        "NOIE_Mapping": loads.assign(SUBSTATION=substation, ELECTRICAL_BUS=buses["ELECTRICAL_BUS"]),
        "Hub_Name_AND_DC_Ties": pd.DataFrame({"NAME": [*HUBS, *DC_TIES]}),
    }


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """Write a report's rows."""
    return csv_lines(rows.drop(columns=[MOMENT], errors="ignore"))


def hour_texts(starts: pd.Series, *, padded: bool = True) -> dict[str, pd.Series]:
    """Return day, hour ending and repeated-hour flag of UTC starts as ERCOT writes them."""
    code, moments = pd.factorize(starts)
    kinds = pd.Series(moments)
    local = kinds.dt.tz_convert(ZONE)
    texts = {
        "day": local.dt.strftime("%m/%d/%Y"),
        "hour": (local.dt.hour + 1).map("{:02d}:00".format if padded else str),
        "flag": repeated(kinds),
    }
    return {name: column.take(code).set_axis(starts.index) for name, column in texts.items()}


def repeated(moments: pd.Series) -> pd.Series:
    """Return ``Y`` for moments in the second run through the repeated hour, else ``N``."""
    before = (moments - pd.Timedelta(hours=1)).dt.tz_convert(ZONE).dt.tz_localize(None)
    same = before == moments.dt.tz_convert(ZONE).dt.tz_localize(None)
    return same.map({True: "Y", False: "N"})


def wide(rows: pd.DataFrame, value: str, zones: Mapping[str, str]) -> pd.DataFrame:
    """Return the sums of places beside each other, by interval: ``zones`` says under which heading each counts."""
    named = rows.assign(zone=rows["location"].map(dict(zones)))
    return named.pivot_table(index="interval_start", columns="zone", values=value, aggfunc="sum").reset_index()
