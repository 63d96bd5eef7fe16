"""Writing CSV as publishers write it: quoting, line ends, number formats."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import pandas as pd


def csv_text(
    texts: Mapping[str, Iterable[str]],
    numbers: Mapping[str, Iterable[str]],
    *,
    quoted: bool = False,
    line_end: str = "\n",
) -> bytes:
    """Return a CSV file: text columns, then columns of numbers already written out.

    With ``quoted`` headings and texts stand in quotation marks and numbers do not.
    """
    mark = '"' if quoted else ""
    headings = ",".join(f"{mark}{heading}{mark}" for heading in (*texts, *numbers))
    cells = [[f"{mark}{text}{mark}" for text in column] for column in texts.values()]
    rows = zip(*cells, *numbers.values(), strict=True)
    return (line_end.join([headings, *(",".join(row) for row in rows)]) + line_end).encode()


def fixed(values: pd.Series, places: int) -> list[str]:
    """Write numbers with a fixed count of decimals; a zero carries no sign."""
    return [f"{value:.{places}f}" for value in values.round(places) + 0.0]


def local_text(moments: pd.Series, zone: ZoneInfo, pattern: str) -> pd.Series:
    """Write UTC moments in local time."""
    return moments.dt.tz_convert(zone).dt.strftime(pattern)


def zone_marks(moments: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Return EDT or EST (or their like) of each moment."""
    return moments.dt.tz_convert(zone).dt.strftime("%Z")
