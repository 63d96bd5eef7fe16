"""Degree days: their definition, and the Climate Prediction Center's files of them.

A day's mean is half the sum of its highest and lowest temperature; heating degree days are what it lacks to 65 °F,
cooling degree days what it exceeds it by; each day is rounded to whole degrees, then days are added up.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import each_file, finish, numbers, spans
from market_platform.sources.payload import Payload

BASE_F = 65.0
DAY = pd.Timedelta(days=1)
WEIGHTINGS = {"Utility Gas": "utility_gas", "Population": "population"}


def heating_degree_days(highest_f: np.ndarray, lowest_f: np.ndarray) -> np.ndarray:
    """Return whole heating degree days of days with these extremes, base 65 °F; half degrees go up."""
    return np.floor(np.maximum(BASE_F - (highest_f + lowest_f) / 2.0, 0.0) + 0.5)


def cooling_degree_days(highest_f: np.ndarray, lowest_f: np.ndarray) -> np.ndarray:
    """Return whole cooling degree days of days with these extremes, base 65 °F; half degrees go up."""
    return np.floor(np.maximum((highest_f + lowest_f) / 2.0 - BASE_F, 0.0) + 0.5)


def weighted(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read weighted degree days by census division (or state) and CONUS: days are columns, one row each here."""
    return finish(feed, each_file(payloads, lambda payload: _file_rows(feed, payload)))


def _file_rows(feed: Feed, payload: Payload) -> pd.DataFrame:
    lines = payload.content.decode("utf-8-sig", "replace").splitlines()
    notes = dict(line.partition(":")[::2] for line in lines[:3])
    weighting = WEIGHTINGS.get(notes.get("Weights", "").strip())
    kind = next((word for word in ("heating", "cooling") if word in lines[0].lower()), None) if lines else None
    if weighting is None or kind is None or len(lines) < 5 or not lines[3].startswith("Region|"):
        raise SchemaChanged(f"{payload.name}: three heading lines and 'Region|days' are expected, not {lines[:4]}")
    days = lines[3].split("|")[1:]
    frames = []
    for line, text in enumerate(lines[4:], start=5):
        if not text.strip():
            continue
        cells = text.split("|")
        fits = len(cells) == len(days) + 1
        frame = pd.DataFrame({"day": days, "value": cells[1:] if fits else [""] * len(days)})
        reason = None if fits else f"{len(cells) - 1} values for {len(days)} days"
        frames.append(frame.assign(location=cells[0], line=line, defect=reason))
    rows = pd.concat(frames, ignore_index=True)
    rows["defect"] = rows["defect"].astype("object")
    first = pd.to_datetime(rows["day"], format="%Y%m%d", errors="coerce")
    value = numbers(rows["value"], rows)
    return pd.concat([spans(first, first + DAY, feed.zone), rows], axis=1).assign(
        kind=kind, weighting=weighting, degree_days_f=value
    )
