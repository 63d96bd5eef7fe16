"""Writing CSV as publishers write it: quoting, line ends, number formats.

Every text is written once and laid out over its lines by number: files of the sandbox repeat few moments, places and
prices, and writing them line by line was four fifths of the processor time of a backfill.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_QUOTED = re.compile(r'[,"\r\n]')


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
    columns = [(column, mark) for column in texts.values()] + [(column, "") for column in numbers.values()]
    ends = [","] * (len(columns) - 1) + [line_end]
    parts = []
    for (column, around), end in zip(columns, ends, strict=True):
        known = column if isinstance(column, pd.Series) else np.fromiter(column, dtype=object)
        code, kinds = pd.factorize(known)
        parts.append(([f"{around}{kind}{around}{end}" for kind in kinds], code))
    return (headings + line_end).encode() + laid_out(parts)


def csv_lines(rows: pd.DataFrame, order: np.ndarray | None = None) -> bytes:
    """Return rows as CSV, quoted only where it must be, in their order or in one that is given."""
    ends = [","] * (len(rows.columns) - 1) + ["\n"]
    parts = []
    for (_, column), end in zip(rows.items(), ends, strict=True):
        code, kinds = pd.factorize(column, use_na_sentinel=False)
        parts.append(([f"{_cell(kind)}{end}" for kind in kinds], code if order is None else code[order]))
    return (",".join(_cell(name) for name in rows.columns) + "\n").encode() + laid_out(parts)


def _cell(value: object) -> str:
    if pd.isna(value):
        return ""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def laid_out(columns: Iterable[tuple[Sequence[str], np.ndarray]]) -> memoryview | bytes:
    """Return lines as they lie in memory, one after another.

    A column is its texts, each of them once, and the number of the text that stands in each line.
    """
    parts = [pa.array(texts, pa.large_string()).take(pa.array(code)) for texts, code in columns]
    lines = pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
    return memoryview(lines.buffers()[2]) if len(lines) else b""


def fixed(values: pd.Series, places: int) -> list[str]:
    """Write numbers with a fixed count of decimals; a zero carries no sign."""
    code, kinds = pd.factorize(values.round(places) + 0.0, use_na_sentinel=False)
    texts = np.fromiter((f"{kind:.{places}f}" for kind in kinds), dtype=object)
    return list(texts[code])


def local_text(moments: pd.Series, zone: ZoneInfo, pattern: str) -> pd.Series:
    """Write UTC moments in local time."""
    code, kinds = pd.factorize(moments)
    texts = pd.Series(kinds).dt.tz_convert(zone).dt.strftime(pattern)
    return texts.take(code).set_axis(moments.index)


def zone_marks(moments: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Return EDT or EST (or their like) of each moment."""
    return local_text(moments, zone, "%Z")
