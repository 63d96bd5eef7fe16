"""From panels to rows in the lake: what is issued now, and what the same models said of the days before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.forecasts import FORECAST_MEMBERS, FORECASTS, LEVELS_PERCENT, QUANTILES
from market_platform.defs.forecasting import reading
from market_platform.errors import Infeasible
from market_platform.forecasting.batch import Task, forecast_all
from market_platform.forecasting.hours import day_slots, hours_of_day
from market_platform.forecasting.issue import inputs_hash, version
from market_platform.forecasting.ladder import CALIBRATION_ROWS, DayForecast, forecast_last_row
from market_platform.forecasting.panel import Panel
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform
from market_platform.store.model_folder import ModelFolder

NAIVE_HINDCASTS = 7
PLACES = [level - 1 for level in LEVELS_PERCENT]


@dataclass(frozen=True)
class Order:
    """One quantity of one market to be issued at a moment for a market day, whole panels by location.

    ``refused`` names locations that have no panel, and why; ``notes`` say what else was amiss with one. ``gate`` is
    None where nothing closes. ``lowest`` and ``highest`` bound what can be.
    """

    asset: str
    market: str
    quantity: str
    unit: str
    day: date
    zone: ZoneInfo
    issued_at: datetime
    panels: Mapping[str, Panel]
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    gate: datetime | None = None
    lowest: float = -np.inf
    highest: float = np.inf
    days_per_row: int = 1

    def intervals(self, day: date, slots: int) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex, np.ndarray]:
        """Return starts, ends and slots of a row: its hours, or the whole of ``days_per_row`` days that end with it."""
        if slots > 1:
            starts, places = hours_of_day(day, self.zone)
            return starts, starts + pd.Timedelta(hours=1), places
        first, _ = day_bounds(day - timedelta(days=self.days_per_row - 1), self.zone)
        _, end = day_bounds(day, self.zone)
        return pd.DatetimeIndex([first]), pd.DatetimeIndex([end]), np.array([0])


@dataclass(frozen=True)
class Issued:
    """What came of an order: rows issued, how many of the days before, locations that stood already, and refusals."""

    rows: pd.DataFrame
    hindcasts: int
    unchanged: tuple[str, ...]
    refused: dict[str, str]


def issue_order(platform: Platform, order: Order) -> Issued:
    """Forecast every location of an order and lay the rows in; locations whose inputs did not change stay as they are."""
    before = reading.earlier_issues(platform, order.asset, order.day).set_index("location")
    hashes = {name: inputs_hash(panel) for name, panel in order.panels.items()}
    unchanged = tuple(
        name
        for name, digest in hashes.items()
        if name in before.index and (digest, version()) == tuple(before.loc[name, ["inputs_hash", "version"]])
    )
    panels = {name: panel for name, panel in order.panels.items() if name not in unchanged}
    stored = stored_members(platform, order, panels)
    keeper = ModelFolder(platform.settings.data_folder / "models" / order.asset)
    tasks = {
        name: Task(panel, stored.get(name, {}), order.lowest, order.highest, location=name, keeper=keeper)
        for name, panel in panels.items()
    }
    held = reading.days_forecast(platform, order.asset, version())
    rows, hindcasts, members, refused = [], [], [], dict(order.refused)
    for name, made in forecast_all(tasks, platform.settings.forecast_workers):
        if isinstance(made, Infeasible):
            refused[name] = str(made)
            continue
        rows.append(_issued_rows(order, name, made, hashes[name], reissued=name in before.index))
        hindcasts += list(_hindcast_rows(order, name, panels[name], made, hashes[name], held.get(name, set())))
        members += list(_member_rows(order, name, made, stored.get(name, {}), panels[name]))
    issued = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(FORECASTS.row_columns))
    past = pd.concat(hindcasts, ignore_index=True) if hindcasts else issued.iloc[:0]
    digest = hash_of([pd.DataFrame({"inputs_hash": list(hashes.values())})])
    _lay(platform, FORECASTS, order, pd.concat([past, issued], ignore_index=True), digest)
    if members:
        _lay(platform, FORECAST_MEMBERS, order, pd.concat(members, ignore_index=True), digest)
    return Issued(issued, len(past), unchanged, refused)


def stored_members(platform: Platform, order: Order, panels: Mapping[str, Panel]) -> dict[str, dict[str, np.ndarray]]:
    """Return what the members said of the calibration days, by location and member on the rows of its panel."""
    if not any(Task(panel).heavy and panel.slots > 1 for panel in panels.values()):
        return {}
    since = order.day - timedelta(days=CALIBRATION_ROWS + 1)
    rows = reading.member_forecasts(platform, order.asset, version(), since)
    found: dict[str, dict[str, np.ndarray]] = {}
    for (location, member), part in rows.groupby(["location", "model"]):
        if location in panels:
            days = panels[location].days
            table = day_slots(part["interval_start"], part["value"], order.zone, days, str(member))
            found.setdefault(str(location), {})[str(member)] = table
    return found


def _issued_rows(order: Order, location: str, made: DayForecast, digest: str, *, reissued: bool) -> pd.DataFrame:
    before_gate = None if order.gate is None else order.issued_at < order.gate
    rows = _rows(order, location, order.day, made.value, made.quantiles)
    return rows.assign(
        kind="issued", before_gate=before_gate, reissued=reissued, model=_model(made.rung), rung=made.rung,
        reason="; ".join(filter(None, [order.notes.get(location), *made.notes])) or None, inputs_hash=digest,
    )  # fmt: skip


def _hindcast_rows(
    order: Order, location: str, panel: Panel, made: DayForecast, digest: str, held: set[date]
) -> Iterator[pd.DataFrame]:
    """Yield the days before that no forecast is held of: from the calibration, or below the pool one by one."""
    facts = {"kind": "hindcast", "before_gate": None, "reissued": False, "reason": None, "inputs_hash": digest}
    if made.past is not None:
        for place, day in enumerate(made.past.days.astype(object)):
            if day not in held and not np.isnan(made.past.value[place]).any():
                rows = _rows(order, location, day, made.past.value[place], made.past.quantiles[place])
                yield rows.assign(model=_model(made.rung), rung=made.rung, **facts)
        return
    last = len(panel.days) - 1
    for row in range(max(1, last - NAIVE_HINDCASTS), last):
        day = panel.days[row].astype(object)
        if day in held or np.isnan(panel.target[row]).any():
            continue
        try:
            past = forecast_last_row(panel.rows(slice(0, row + 1)), ())
        except Infeasible:
            continue
        yield _rows(order, location, day, past.value, past.quantiles).assign(
            model=_model(past.rung), rung=past.rung, **facts
        )


def _member_rows(
    order: Order, location: str, made: DayForecast, stored: Mapping[str, np.ndarray], panel: Panel
) -> Iterator[pd.DataFrame]:
    """Yield what each member says of the day, and of the calibration days that are not stored yet; hourly panels only."""
    if panel.slots == 1:
        return
    for member, value in made.members.items():
        yield _member_day(order, location, member, order.day, value, "issued")
        if made.past is None:
            continue
        kept = stored.get(member)
        for day, values in zip(made.past.days, made.past.members[member], strict=True):
            row = int((day - panel.days[0]).astype(int))
            if kept is None or np.isnan(kept[row]).any():
                yield _member_day(order, location, member, day.astype(object), values, "hindcast")


def _member_day(order: Order, location: str, member: str, day: date, value: np.ndarray, kind: str) -> pd.DataFrame:
    starts, ends, slots = order.intervals(day, len(value))
    return pd.DataFrame(
        {
            "market_day": day, "interval_start": starts, "interval_end": ends,
            "market": order.market, "quantity": order.quantity, "location": location, "kind": kind, "model": member,
            "version": version(), "issued_at": order.issued_at, "value": value[slots],
        }
    )  # fmt: skip


def _rows(order: Order, location: str, day: date, value: np.ndarray, quantiles: np.ndarray) -> pd.DataFrame:
    starts, ends, slots = order.intervals(day, len(value))
    rows = pd.DataFrame(
        {
            "market_day": day, "interval_start": starts, "interval_end": ends,
            "market": order.market, "quantity": order.quantity, "location": location, "issued_at": order.issued_at,
            "unit": order.unit, "value": value[slots], "spike_probability": np.nan, "spike_usd_per_mwh": np.nan,
            "version": version(),
        }
    )  # fmt: skip
    rows[list(QUANTILES)] = quantiles[slots][:, PLACES]
    return rows


def _model(rung: str) -> str:
    return rung.replace(" ", "_")


def _lay(platform: Platform, contract: Contract, order: Order, rows: pd.DataFrame, digest: str) -> None:
    if not rows.empty:
        lay_in(platform.lake, contract, order.asset, rows, read_at=platform.clock(), inputs=digest)
