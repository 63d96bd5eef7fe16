"""Many locations forecast side by side: each by itself, on as many processes as the caller grants.

One thread of linear algebra a process: locations, not matrices, are what runs in parallel.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np
from threadpoolctl import threadpool_limits

from market_platform.errors import Infeasible
from market_platform.forecasting.issue import version
from market_platform.forecasting.kept import Keeper, Kept, pack, unpack
from market_platform.forecasting.ladder import SHORT_ROWS, DayForecast, forecast_last_row
from market_platform.forecasting.members import Member, standard_pool
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.series import OWN, corrected_iso_forecast


@dataclass(frozen=True)
class Task:
    """One location: its panel, what the members said before, bounds where a correction has them.

    ``kept`` is what its models kept of their last run, or ``keeper`` the place where that lies by ``location``.
    """

    panel: Panel
    stored: Mapping[str, np.ndarray] = field(default_factory=dict)
    lowest: float = -np.inf
    highest: float = np.inf
    kept: dict[str, Kept] = field(default_factory=dict)
    location: str = ""
    keeper: Keeper | None = None

    @property
    def heavy(self) -> bool:
        """Whether the history reaches a rung whose models take seconds."""
        return self.panel.slots > 1 and int((~np.isnan(self.panel.target).any(axis=1)).sum()) >= SHORT_ROWS


def pool_for(panel: Panel) -> tuple[Member, ...]:
    """Return the members for a panel: all of them for hours; kernel ridge and LASSO for one number a day or week."""
    if panel.slots > 1:
        return standard_pool()
    return tuple(member for member in standard_pool() if member.family in {"kernel", "lasso"})


def forecast(task: Task, members: tuple[Member, ...] | None = None) -> DayForecast | Infeasible:
    """Forecast one location; a refusal is returned, so that it does not stop the others."""
    pool = members or pool_for(task.panel)
    try:
        with threadpool_limits(1):
            kept = unpack(task.keeper.read(task.location), version()) if task.keeper else task.kept
            if OWN in task.panel.known_ahead:
                made = corrected_iso_forecast(task.panel, pool, task.lowest, task.highest, task.stored, kept)
            else:
                made = forecast_last_row(task.panel, pool, task.stored, kept)
            if task.keeper and any(kept.values()):
                task.keeper.write(task.location, pack(kept, version()))
            return made
    except Infeasible as refusal:
        return refusal


def forecast_all(
    tasks: Mapping[str, Task], workers: int, members: tuple[Member, ...] | None = None
) -> Iterator[tuple[str, DayForecast | Infeasible]]:
    """Yield name and forecast (or refusal) of every task, in order; heavy ones on up to ``workers`` processes."""
    heavy = sum(task.heavy for task in tasks.values())
    if workers < 2 or heavy < 2:
        for name, task in tasks.items():
            yield name, forecast(task, members)
        return
    with ProcessPoolExecutor(min(workers, heavy), mp_context=get_context("spawn")) as processes:
        yield from zip(tasks, processes.map(forecast, tasks.values(), [members] * len(tasks)), strict=True)
