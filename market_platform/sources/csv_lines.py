"""Reading CSV line by line with the standard library: for files of which something is not as it should be."""

import csv
from collections.abc import Collection, Sequence

import pandas as pd


def line_by_line(
    names: Sequence[str], texts: Sequence[memoryview], numbers: Collection[str], passed: Collection[str]
) -> pd.DataFrame:
    """Read line by line, so that one bad line costs only itself."""
    rows: list[list[str | None]] = []
    defects: list[str | None] = []
    for line in b"\n".join(texts).decode("utf-8", "replace").splitlines():
        cells = next(csv.reader([line.rstrip("\r")]), [])
        fits = len(cells) == len(names)
        rows.append([cell.strip() or None for cell in cells] if fits else [None] * len(names))
        defects.append(None if fits else f"{len(cells)} of {len(names)} fields: {line.strip()[:200]}")
    frame = pd.DataFrame(rows, columns=list(names), dtype="object")
    defect = pd.Series(defects, index=frame.index, dtype="object")
    frame = frame.drop(columns=list(passed))
    for name in frame.columns:
        if name in numbers:
            values = pd.to_numeric(frame[name], errors="coerce")
            bad = values.isna() & frame[name].notna()
            defect[bad] = name + " = " + frame[name][bad].astype(str) + " is not a number"
            frame[name] = values.astype("float64")
        else:
            frame[name] = frame[name].astype("category")
    frame["defect"] = defect
    return frame
