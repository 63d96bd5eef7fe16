"""Dispatch of a battery on a file of prices, and backtests of strategies on the prices in the lake."""

from datetime import datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market_platform.cli.console import say, show, show_json
from market_platform.cli.trading_words import Json, chosen_isos, open_house, told_plainly
from market_platform.errors import Infeasible, UnreadablePayload

if TYPE_CHECKING:
    import pandas as pd

    from market_platform.trading.dispatch import Fleet
    from market_platform.trading.strategies.backtest import Score

Power = Annotated[float, typer.Option(help="Power in both directions, MW at the grid")]
Energy = Annotated[float, typer.Option(help="Energy that the store holds, MWh")]
Efficiency = Annotated[float, typer.Option(help="Round-trip efficiency, lost half on the way in, half on the way out")]
Wear = Annotated[float, typer.Option(help="Throughput cost of discharging, USD/MWh")]


def dispatch(
    file: Annotated[Path, typer.Argument(help="CSV with a column of moments and one of prices, USD/MWh", exists=True)],
    *,
    power: Power = 1.0,
    energy: Energy = 4.0,
    efficiency: Efficiency = 0.85,
    start: Annotated[float, typer.Option(help="Energy in the store at the start, MWh")] = 0.0,
    end: Annotated[
        float | None, typer.Option(help="Energy that has to be there at the end, MWh; free by default")
    ] = None,
    wear: Wear = 0.0,
    cycles: Annotated[float | None, typer.Option(help="At most so many cycles over the whole file")] = None,
    column: Annotated[str | None, typer.Option(help="Price column; the first numeric one by default")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the plan to a CSV")] = None,
    as_json: Json = False,
) -> None:
    """Find the best dispatch of a battery on prices of your own: exact, never charging and discharging at once."""
    from market_platform.trading.dispatch import cycle_limited_dispatch, exclusive_dispatch

    with told_plainly():
        prices, hours = read_prices(file, column)
        battery = _battery(power, energy, efficiency, wear).replace(soc_start_mwh=start)
        if end is not None:
            battery = battery.replace(soc_end_min_mwh=end, soc_end_max_mwh=end)
        plan = (
            exclusive_dispatch(battery, prices.to_numpy(), hours=hours)
            if cycles is None
            else cycle_limited_dispatch(battery, prices.to_numpy(), cycles, hours=hours, exclusive=True)
        )
    frame = plan.frame(prices.index).assign(price_usd_per_mwh=prices.to_numpy())
    sold = float(plan.discharge_mw[0].sum() * hours)
    summary = {
        "intervals": len(prices), "hours_each": round(hours, 6), "value_usd": round(float(plan.value_usd[0]), 4),
        "proven_bound_usd": round(float(plan.bound_usd[0]), 4), "discharged_mwh": round(sold, 4),
        "cycles": round(sold / efficiency**0.5 / energy, 4), "soc_end_mwh": round(float(plan.soc_mwh[0, -1]), 4),
    }  # fmt: skip
    if output is not None:
        frame.to_csv(output, index=False)
    rows = frame.to_dict(orient="records")
    if as_json:
        show_json({**summary, "plan": rows})
        return
    columns = ["interval_start", "price_usd_per_mwh", "charge_mw", "discharge_mw", "soc_end_mwh"]
    show(rows[:48], columns, title="Plan" if len(rows) <= 48 else f"First 48 of {len(rows)} intervals")
    say(", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in summary.items()))


def backtest(
    *,
    market: Annotated[str, typer.Option(help="ercot, pjm, nyiso or caiso")] = "pjm",
    location: Annotated[
        str | None, typer.Option(help="Location in the market's day-ahead prices; its first resource's")
    ] = None,
    first: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First market day; the first that is held")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last market day; the last that is held")
    ] = None,
    power: Power = 1.0,
    energy: Energy = 4.0,
    efficiency: Efficiency = 0.85,
    wear: Wear = 0.0,
    as_json: Json = False,
) -> None:
    """Run every strategy over the prices in the lake, each gate seeing only what was out before it.

    Day-ahead: threshold, self-schedule, value-function offers, stochastic schedule with CVaR. Real time, for the days
    whose prices are whole: threshold, and re-optimisation at every interval.
    """
    from market_platform.defs.trading.backtests import day_ahead_replay, real_time_replay, whole_days
    from market_platform.trading.strategies import backtest as run

    house, (iso,) = open_house(), chosen_isos(market)
    with told_plainly():
        if location is None:
            mine = house.of_iso(iso)
            location = str(mine["location"].iloc[0]) if len(mine) else ""
        held = house.prices.history(iso, location, first.date() if first else None, last.date() if last else None)
        days = whole_days(iso, location, held)
        found = (
            day_ahead_replay(iso, location, days, held),
            real_time_replay(house.prices, iso, location, days, held),
        )
        replays = [replay for replay in found if replay is not None]
        battery = _battery(power, energy, efficiency, wear)
        scores = [
            run(battery, each.prices, strategy, each.known, each.gates, market=each.market, hours=each.hours).score
            for each in replays
            for strategy in each.strategies
        ]
    rows = [_told(score) for score in scores]
    show(rows, list(rows[0])[:9], title=f"Backtest on {iso} {location}, beside perfect foresight", as_json=as_json)
    if not as_json:
        for each in replays:
            horizon = next(score.horizon for score in scores if score.market == each.market)
            say(f"{each.market}: {len(each.gates)} gates, foresight over {horizon}")
        if len(replays) == 1:
            say("No day has whole real-time prices in the lake: re-optimisation was not run")
        say("Prices of a day count as known once the market's results were out")


def _told(score: "Score") -> dict[str, object]:
    return {
        "market": score.market, "strategy": score.strategy,
        "capture_percent": None if isnan(score.capture) else round(100 * score.capture, 2),
        "revenue_usd": round(score.revenue_usd, 2), "perfect_foresight_usd": round(score.perfect_foresight_usd, 2),
        "cycles": round(score.cycles, 2), "cycle_cost_usd": round(score.cycle_cost_usd, 2),
        "end_soc_mwh": round(score.end_soc_mwh, 3), "undelivered_mwh": round(score.undelivered_mwh, 3),
        "horizon": score.horizon,
    }  # fmt: skip


def read_prices(file: Path, column: str | None) -> "tuple[pd.Series, float]":
    """Return prices by moment (UTC) and the length of an interval in hours.

    Raises UnreadablePayload that says what is missing: a column of moments, a price column, even steps, a number.
    """
    import pandas as pd

    table = pd.read_csv(file)
    numeric = [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
    if column is not None and column not in table:
        raise UnreadablePayload(f"{file.name} has no column {column}: it has {', '.join(table.columns)}")
    if column is None and not numeric:
        raise UnreadablePayload(f"{file.name} has no numeric column: prices in USD/MWh are due")
    name = column or numeric[0]
    others = [each for each in table.columns if each != name and each not in numeric]
    prices = pd.to_numeric(table[name], errors="coerce")
    if prices.isna().any():
        raise UnreadablePayload(f"{file.name} line {int(prices.isna().argmax()) + 2}: {name} is no number")
    if not others:
        raise UnreadablePayload(f"{file.name} has no column of moments: write one such as 2026-07-15T00:00-05:00")
    try:
        moments = pd.DatetimeIndex(pd.to_datetime(table[others[0]], utc=True))
    except ValueError as error:
        raise UnreadablePayload(f"{file.name}: {others[0]} holds no moments: {error}") from error
    steps = (moments[1:] - moments[:-1]).unique()
    if len(steps) != 1 or steps[0] <= pd.Timedelta(0):
        raise UnreadablePayload(
            f"{file.name}: {others[0]} does not run in even steps; write UTC or zoned moments, so that clock changes count"
        )
    return pd.Series(prices.to_numpy(float), index=moments), float(steps[0] / pd.Timedelta(hours=1))


def _battery(power: float, energy: float, efficiency: float, wear: float) -> "Fleet":
    from market_platform.trading.dispatch import Fleet

    try:
        return Fleet.of(
            power_mw=power, energy_mwh=energy, charge_efficiency=efficiency**0.5, discharge_efficiency=efficiency**0.5,
            discharge_cost_usd_per_mwh=wear,
        )  # fmt: skip
    except ValueError as error:
        raise Infeasible(str(error)) from error
