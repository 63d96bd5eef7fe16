"""How the kernel settings of `pool_settings.csv` were found, so that they can be found again or on more markets.

A random search on the error of the pool's mean: one member at a time takes a step in a few of its logarithmic
parameters, kept where the mean over markets of log(MAE / MAE of the naive) falls. It reads panels that end before the
test years: PJM, NP, BE and FR, the 546 days before each test period, about 540 steps. The other families' settings were
set by a handful of trials on the same days.
"""

from dataclasses import dataclass, replace

import numpy as np

from market_platform.forecasting import scoring
from market_platform.forecasting.features import Inputs, build
from market_platform.forecasting.members import Member
from market_platform.forecasting.models.kernel import KernelSetting
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.pool import WARM_ROWS

VALIDATION_ROWS = 546
FIRST_STEP, LEAST_STEP = 0.6, 0.25


@dataclass
class Search:
    """Validation panels, kernel members and the best objective so far."""

    panels: list[Panel]
    members: list[Member]
    objective: float = np.inf

    def __post_init__(self) -> None:
        """Forecast the validation days once with the members as given."""
        self._inputs: dict[tuple[int, int], Inputs] = {}
        self._forecasts = [self.forecast(member) for member in self.members]
        self.objective = self.judge(self._forecasts)

    def forecast(self, member: Member) -> list[np.ndarray]:
        """Return a member's forecasts of every panel's validation days."""
        got = []
        for place, panel in enumerate(self.panels):
            key = (place, member.window)
            if key not in self._inputs:
                self._inputs[key] = build(panel, member.window)
            known = ~np.isnan(panel.target).any(axis=1)
            known[:WARM_ROWS] = False
            first = len(panel.days) - VALIDATION_ROWS
            got.append(member.rolling(self._inputs[key], known, first, panel.days.astype(int)))
        return got

    def judge(self, forecasts: list[list[np.ndarray]]) -> float:
        """Return the mean log of MAE over the naive's MAE of the plain mean of all members."""
        logs = []
        for place, panel in enumerate(self.panels):
            actual = panel.target[-VALIDATION_ROWS:]
            mean = np.mean([member[place] for member in forecasts], axis=0)
            naive = scoring.week_before(panel.target)[-VALIDATION_ROWS:]
            logs.append(np.log(scoring.rmae(actual, mean, naive)))
        return float(np.mean(logs))

    def run(self, steps: int, seed: int) -> list[Member]:
        """Take search steps, member after member, and return the best members found."""
        random, size = np.random.default_rng(seed), FIRST_STEP
        for step in range(steps):
            place = step % len(self.members)
            trial = replace(self.members[place], setting=_moved(self.members[place].setting, random, size))
            forecasts = [*self._forecasts[:place], self.forecast(trial), *self._forecasts[place + 1 :]]
            value = self.judge(forecasts)
            if value < self.objective:
                self.objective, self.members[place], self._forecasts = value, trial, forecasts
                size = min(1.5 * FIRST_STEP, size * 1.15)
            else:
                size = max(LEAST_STEP, size * 0.985)
        return self.members


def _moved(setting: object, random: np.random.Generator, size: float) -> KernelSetting:
    """Return the setting with two to six of its parameters multiplied by random factors."""
    if not isinstance(setting, KernelSetting):
        msg = f"the search moves kernel settings, not {type(setting).__name__}"
        raise TypeError(msg)
    places = [("distance", name) for name in setting.distance] + [("linear", name) for name in setting.linear]
    places += [("plain", name) for name in ("noise", "memory_rows", "tail")]
    distance, linear = dict(setting.distance), dict(setting.linear)
    plain = {"noise": setting.noise, "memory_rows": setting.memory_rows, "tail": setting.tail}
    tables = {"distance": distance, "linear": linear, "plain": plain}
    for chosen in random.choice(len(places), size=random.integers(2, 7), replace=False):
        table, name = places[chosen]
        tables[table][name] *= float(np.exp(random.normal(0, size)))
    return KernelSetting(distance, linear, plain["noise"], plain["memory_rows"], plain["tail"], setting.history_rows)
