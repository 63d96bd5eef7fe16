"""A location's model as bytes and back: settings, panel and memory, so that another machine issues the same forecast.

History and settings are the model; the memory (what the members said of the days before, what they keep) only saves
computing it again. The format is numpy's own archive without pickles: loading runs no code.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.issue import version
from market_platform.forecasting.kept import Kept, pack, unpack
from market_platform.forecasting.ladder import DayForecast
from market_platform.forecasting.members import Member, pool_from_table, standard_pool_table
from market_platform.forecasting.panel import Panel

FORMAT = 2


@dataclass(frozen=True)
class Memory:
    """What an issue leaves to the next: by member what it said of ``days`` (rows, slots), and what it keeps."""

    days: np.ndarray = field(default_factory=lambda: np.empty(0, dtype="<M8[D]"))
    said: dict[str, np.ndarray] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)

    def on_rows(self, panel: Panel) -> dict[str, np.ndarray]:
        """Return what the members said on the rows of a panel, (rows, slots), NaN where nothing is known."""
        shared = np.isin(self.days, panel.days)
        places = np.searchsorted(panel.days, self.days[shared])
        found = {}
        for name, values in self.said.items():
            found[name] = np.full(panel.target.shape, np.nan)
            found[name][places] = values[shared]
        return found


def memory_of(made: DayForecast, panel: Panel, kept: dict[str, Kept]) -> Memory:
    """Return what a forecast of the panel's last row leaves to the next; nothing below the models."""
    if made.past is None:
        return Memory()
    days = np.append(made.past.days, panel.days[-1]).astype("<M8[D]")
    said = {name: np.vstack([made.past.members[name], values]) for name, values in made.members.items()}
    return Memory(days, said, kept)


def save(panel: Panel, settings: pd.DataFrame | None = None, memory: Memory | None = None) -> bytes:
    """Return the model of a location: its panel, the settings table (the standard one if None) and its memory."""
    table = standard_pool_table() if settings is None else settings
    memory = memory or Memory()
    head = {
        "format": FORMAT,
        "version": version(),
        "season_rows": panel.season_rows,
        "step_days": panel.step_days,
        "settings": table.to_csv(index=False),
        "ahead": list(panel.known_ahead),
        "after": list(panel.known_after),
        "said": list(memory.said),
    }
    arrays: dict[str, np.ndarray] = {
        "target": panel.target,
        "holiday": panel.holidays,
        "days": panel.days.astype("<M8[D]").astype("<i8"),
        "said_days": memory.days.astype("<i8"),
        "kept": np.frombuffer(pack(memory.kept, version()), dtype=np.uint8),
    }
    for part, tables in (("ahead", panel.known_ahead), ("after", panel.known_after), ("said", memory.said)):
        arrays |= {f"{part}{place}": values for place, values in enumerate(tables.values())}
    buffer = io.BytesIO()
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def load(payload: bytes) -> tuple[Panel, tuple[Member, ...], Memory]:
    """Return panel, members and memory of saved bytes; raises UnusableData for anything else.

    What another version of the engine remembers is left out.
    """
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as held:
            head = json.loads(held["head"].tobytes())
            if head["format"] != FORMAT:
                msg = f"saved model has format {head['format']}, this version reads {FORMAT}: save it again"
                raise UnusableData(msg)

            def tables(part: str) -> dict[str, np.ndarray]:
                return {name: held[f"{part}{place}"] for place, name in enumerate(head[part])}

            panel = Panel(
                held["days"].astype("<M8[D]"),
                held["target"],
                tables("ahead"),
                tables("after"),
                held["holiday"],
                head["season_rows"],
                head["step_days"],
            )
            memory = Memory()
            if head["version"] == version():
                kept = unpack(held["kept"].tobytes(), version())
                memory = Memory(held["said_days"].astype("<M8[D]"), tables("said"), kept)
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as broken:
        msg = f"not a saved forecasting model: {broken}; save one first"
        raise UnusableData(msg) from broken
    return panel, pool_from_table(pd.read_csv(io.StringIO(head["settings"]))), memory
