"""A small ensemble of two-layer neural networks, trained once and then taken a few steps further every day.

Adam on the absolute error of the normalised target, as the benchmark's DNN (Lago et al. 2021, §4.2). Forecasts come
from an exponential average of the weights (Polyak and Juditsky 1992), which steadies the daily steps.
"""

import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.kept import FINGERPRINT, Kept, as_text, fingerprint, is_of, text_of
from market_platform.forecasting.models.kernel import weighted

GAIN = 4.0  # brings the weighted groups to about unit spread per member input
CLIP = 4.0
MIN_ROWS = 28
BETA_FIRST, BETA_SECOND, TINY = 0.9, 0.999, 1e-8  # Kingma and Ba 2015


@dataclass(frozen=True)
class NetworkSetting:
    """Size, training length and regularisation of the ensemble; learning rates per Adam step."""

    weights: dict[str, float]
    members: int = 4
    hidden: tuple[int, int] = (96, 64)
    first_epochs: int = 60
    daily_steps: int = 8
    batch: int = 64
    rate: float = 2e-3
    daily_rate: float = 5e-4
    decay: float = 0.3
    dropout: float = 0.1
    averaging: float = 0.98
    memory_rows: float = 600.0
    history_rows: int = 1456
    seed: int = 7


class Ensemble:
    """Networks of one shape side by side: every weight has a leading axis of members."""

    def __init__(self, inputs: int, outputs: int, setting: NetworkSetting) -> None:
        """Start from He's random weights."""
        self.setting = setting
        self.random = np.random.default_rng(setting.seed)
        widths = (inputs, *setting.hidden, outputs)
        self.weights: list[np.ndarray] = []
        for wide, narrow in pairwise(widths):
            spread = np.sqrt(2.0 / wide) * (0.3 if narrow == outputs else 1.0)
            draw = self.random.normal(0, spread, (setting.members, wide, narrow))
            self.weights += [draw.astype(np.float32), np.zeros((setting.members, 1, narrow), dtype=np.float32)]
        self.average = [weight.copy() for weight in self.weights]
        self.first = [np.zeros_like(weight) for weight in self.weights]
        self.second = [np.zeros_like(weight) for weight in self.weights]
        self.steps = 0

    def keep(self) -> Kept:
        """Return all that the next step needs, by name."""
        state = {"steps": np.array(self.steps), "random": as_text(json.dumps(self.random.bit_generator.state))}
        for part, arrays in self._parts().items():
            state |= {f"{part}{place}": array for place, array in enumerate(arrays)}
        return state

    def take_up(self, kept: Kept) -> None:
        """Go on from what an ensemble of the same shape kept."""
        self.steps = int(kept["steps"])
        self.random.bit_generator.state = json.loads(text_of(kept["random"]))
        for part, arrays in self._parts().items():
            for place, array in enumerate(arrays):
                array[...] = kept[f"{part}{place}"]

    def _parts(self) -> dict[str, list[np.ndarray]]:
        return {"weight": self.weights, "average": self.average, "first": self.first, "second": self.second}

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Return the mean over members of the forecasts (rows, outputs)."""
        layer = np.broadcast_to(inputs.astype(np.float32), (self.setting.members, *inputs.shape))
        for place in range(0, len(self.average), 2):
            layer = layer @ self.average[place] + self.average[place + 1]
            if place < len(self.average) - 2:
                layer = np.maximum(layer, 0.0)
        return layer.mean(axis=0)

    def train(self, inputs: np.ndarray, target: np.ndarray, chance: np.ndarray, steps: int, rates: np.ndarray) -> None:
        """Take Adam steps on random batches; ``chance`` (rows,) is the probability to be drawn."""
        cumulated = np.cumsum(chance) / chance.sum()
        shape = (self.setting.members, self.setting.batch)
        for step in range(steps):
            drawn = np.minimum(np.searchsorted(cumulated, self.random.random(shape)), len(inputs) - 1)
            self._step(inputs[drawn], target[drawn], float(rates[step]))

    def _step(self, inputs: np.ndarray, target: np.ndarray, rate: float) -> None:
        keep = np.float32(1.0 - self.setting.dropout)
        layers, masks = [inputs], []
        for place in range(0, len(self.weights), 2):
            layer = layers[-1] @ self.weights[place] + self.weights[place + 1]
            if place < len(self.weights) - 2:
                mask = (self.random.random(layer.shape, dtype=np.float32) < keep) / keep
                mask *= layer > 0
                masks.append(mask)
                layer = layer * mask
            layers.append(layer)
        slope = np.sign(layers[-1] - target) / np.float32(target.shape[1] * self.setting.batch)
        slopes: list[np.ndarray] = []
        for place in range(len(self.weights) - 2, -1, -2):
            slopes = [layers[place // 2].transpose(0, 2, 1) @ slope, slope.sum(axis=1, keepdims=True), *slopes]
            if place:
                slope = (slope @ self.weights[place].transpose(0, 2, 1)) * masks[place // 2 - 1]
        self._adam(slopes, rate)

    def _adam(self, slopes: list[np.ndarray], rate: float) -> None:
        self.steps += 1
        step_size = rate * np.sqrt(1 - BETA_SECOND**self.steps) / (1 - BETA_FIRST**self.steps)
        averaging = min(self.setting.averaging, self.steps / (self.steps + 10.0))
        for place, slope in enumerate(slopes):
            first, second, weight = self.first[place], self.second[place], self.weights[place]
            first += (1 - BETA_FIRST) * (slope - first)
            second += (1 - BETA_SECOND) * (slope * slope - second)
            weight -= np.float32(step_size) * first / (np.sqrt(second) + TINY)
            weight *= np.float32(1.0 - rate * self.setting.decay)
            self.average[place] += np.float32(1 - averaging) * (weight - self.average[place])


def rolling(
    inputs: Inputs,
    known: np.ndarray,
    first: int,
    setting: NetworkSetting,
    block_of: np.ndarray,
    kept: Kept | None = None,
) -> np.ndarray:
    """Return normalised forecasts (rows − first, slots) of rows ``first``…, each recalibrated on all rows before it.

    The ensemble starts afresh at each block of ``block_of`` (rows,), fixed by the calendar, and takes its daily steps
    from there, so that a forecast does not depend on where a run begins or ends. ``kept`` holds the ensemble as it was
    before the last row of an earlier run, and then of this one.
    """
    columns = np.clip(weighted(inputs.groups, setting.weights) * GAIN, -CLIP, CLIP)
    goal = np.where(known[:, None], np.nan_to_num(inputs.target), 0.0).astype(np.float32)
    chance = known * np.exp(np.arange(len(goal)) / setting.memory_rows - len(goal) / setting.memory_rows)
    forecast = np.zeros_like(goal)
    last = len(goal) - 1
    for block in np.unique(block_of[first:]):
        rows = np.flatnonzero(block_of == block)
        begin, start = max(int(rows[0]), MIN_ROWS), max(0, int(rows[0]) - setting.history_rows)

        def trained_on(row: int, start: int = start, begin: int = begin) -> np.ndarray:
            return fingerprint((setting, begin - start), columns[start:row], goal[start:row], known[start:row])

        ensemble = Ensemble(columns.shape[1], goal.shape[1], setting)
        at = start + int(kept["rows"]) if kept else 0
        if kept and begin <= at <= max(first, begin) and is_of(kept, trained_on(at)):
            ensemble.take_up(kept)
        else:
            at = begin
            steps = max(setting.first_epochs * (begin - start) // setting.batch, 50)
            ramp = setting.daily_rate + (setting.rate - setting.daily_rate) * np.cos(np.linspace(0, np.pi / 2, steps))
            ensemble.train(columns[start:begin], goal[start:begin], chance[start:begin], steps, ramp)
        daily = np.full(setting.daily_steps, setting.daily_rate)
        for row in range(at, int(rows[-1]) + 1):
            forecast[row] = ensemble.predict(columns[row : row + 1])[0]
            if row == last:
                break
            seen = slice(start, row + 1)
            ensemble.train(columns[seen], goal[seen], chance[seen], setting.daily_steps, daily)
        if kept is not None and int(rows[-1]) == last and last >= begin:
            kept.clear()
            kept |= ensemble.keep() | {"rows": np.array(last - start), FINGERPRINT: trained_on(last)}
    return forecast[first:]
