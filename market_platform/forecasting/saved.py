"""A location's model as bytes and back: settings, panel and version, so that another machine issues the same forecast.

Every member is recalibrated from the history at each issue, so the history and the settings are the model. The format
is numpy's own archive without pickles: loading runs no code.
"""

import io
import json
import zipfile

import numpy as np
import pandas as pd

from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.members import Member, pool_from_table, standard_pool_table
from market_platform.forecasting.panel import Panel

FORMAT = 1


def save(panel: Panel, settings: pd.DataFrame | None = None) -> bytes:
    """Return the model of a location: its panel and the settings table (the standard one if None)."""
    table = standard_pool_table() if settings is None else settings
    head = {
        "format": FORMAT,
        "season_rows": panel.season_rows,
        "step_days": panel.step_days,
        "settings": table.to_csv(index=False),
        "ahead": list(panel.known_ahead),
        "after": list(panel.known_after),
    }
    arrays: dict[str, np.ndarray] = {
        "target": panel.target,
        "holiday": panel.holidays,
        "days": panel.days.astype("<M8[D]").astype("<i8"),
    }
    arrays |= {f"ahead{place}": values for place, values in enumerate(panel.known_ahead.values())}
    arrays |= {f"after{place}": values for place, values in enumerate(panel.known_after.values())}
    buffer = io.BytesIO()
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def load(payload: bytes) -> tuple[Panel, tuple[Member, ...]]:
    """Return panel and members of saved bytes; raises UnusableData for anything else."""
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as held:
            head = json.loads(held["head"].tobytes())
            if head["format"] != FORMAT:
                msg = f"saved model has format {head['format']}, this version reads {FORMAT}: save it again"
                raise UnusableData(msg)
            panel = Panel(
                held["days"].astype("<M8[D]"),
                held["target"],
                {name: held[f"ahead{place}"] for place, name in enumerate(head["ahead"])},
                {name: held[f"after{place}"] for place, name in enumerate(head["after"])},
                held["holiday"],
                head["season_rows"],
                head["step_days"],
            )
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as broken:
        msg = f"not a saved forecasting model: {broken}; save one first"
        raise UnusableData(msg) from broken
    return panel, pool_from_table(pd.read_csv(io.StringIO(head["settings"])))
