"""Commands about forecasts: from a user's own file, what was issued, how it scored, who leads."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from market_platform.cli.console import say, show, show_json, tell
from market_platform.contracts.families.forecasts import FORECAST_SCORES, FORECASTS
from market_platform.errors import MarketPlatformError
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from market_platform.forecasting.issue import Request
    from market_platform.forecasting.members import Member
    from market_platform.forecasting.panel import Panel
    from market_platform.forecasting.saved import Memory

app = typer.Typer(
    name="forecast", help="Forecasts: from your own file, issued ones, scores, leaderboard.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Zone = Annotated[str, typer.Option(help="Time zone of the market day, and of stamps without an offset")]
Calendar = Annotated[str, typer.Option(help="Public holidays: US, FR, BE, DE, NORDIC or NONE")]
Own = Annotated[
    Path, typer.Argument(help="CSV: interval_start,value, and a column for each forecast known ahead", exists=True)
]
SHOWN = ["interval_start", "value", "q05", "q25", "q50", "q75", "q95"]
SCORES_SHOWN = [
    "market", "quantity", "location", "kind", "model", "market_day", "mae", "naive_mae", "rmse", "smape", "bias", "crps",
    "inside_50", "inside_90",
]  # fmt: skip


@app.command("file")
def from_file(
    own: Own,
    *,
    zone: Zone = "America/New_York",
    calendar: Calendar = "US",
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Market day; left out: the one after the last value")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write all 99 quantiles with provenance to this CSV")] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Go on from this saved model: the same forecast in a tenth of the time", exists=True),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Save the model (history, settings, what it learned) to this file")
    ] = None,
    as_json: Json = False,
) -> None:
    """Forecast the next day of a series of your own; says what the history allows and what it does not."""
    from market_platform.forecasting.saved import Memory

    panel, request = _panel_of(own, zone, calendar, day.date() if day else None)
    memory = Memory() if model is None else _loaded(model)[2]
    _issue(panel, request, memory, out=out, save=save, as_json=as_json)


@app.command("saved")
def from_saved(
    model: Annotated[Path, typer.Argument(help="File that `forecast file --save` wrote", exists=True)],
    *,
    zone: Zone = "America/New_York",
    out: Annotated[Path | None, typer.Option(help="Write all 99 quantiles with provenance to this CSV")] = None,
    as_json: Json = False,
) -> None:
    """Forecast again from a saved model: the same numbers on any machine."""
    from market_platform.forecasting.issue import Request

    panel, members, memory = _loaded(model)
    day = panel.days[-1].astype(object)
    request = Request(model.stem, "own_series", day, _zone(zone), datetime.now(UTC))
    _issue(panel, request, memory, members, out=out, as_json=as_json)


@app.command("show")
def issued(
    market: Annotated[str, typer.Argument(help="nyiso, pjm, caiso, ercot or gas")],
    location: Annotated[str, typer.Argument(help="Location; left out: one line a location")] = "",
    *,
    quantity: Annotated[
        str, typer.Option(help="day_ahead_price, real_time_price, load, wind, solar ...")
    ] = "day_ahead_price",
    as_json: Json = False,
) -> None:
    """Show the latest issued forecast of a market."""
    platform = Platform(Settings())
    where = f"market = '{_quoted(market)}' AND quantity = '{_quoted(quantity)}' AND kind = 'issued'"
    rows = platform.lake.read(FORECASTS, where + (f" AND location = '{_quoted(location)}'" if location else ""))
    if rows.empty:
        say(
            f"no {quantity} of {market}{' at ' + location if location else ''} was issued yet: run the job {market}_forecasts"
        )
        raise typer.Exit(1)
    rows = rows[rows["issued_at"] == rows.groupby("location")["issued_at"].transform("max")].sort_values(
        "interval_start"
    )
    if location:
        first = rows.iloc[0]
        listed = _records(rows[[*SHOWN, "spike_probability"]].dropna(axis=1, how="all"))
        show(listed, list(listed[0]), title=_title(first), as_json=as_json)
        return
    table = rows.groupby("location").agg(
        market_day=("market_day", "first"), issued_at=("issued_at", "first"), mean=("value", "mean"), lowest=("value", "min"),
        highest=("value", "max"), rung=("rung", "first"), reason=("reason", "first"),
    )  # fmt: skip
    listed = _records(table.reset_index())
    show(listed, list(listed[0]), title=f"{quantity} of {market}", as_json=as_json)


@app.command("score")
def score(
    own: Annotated[
        Path | None,
        typer.Argument(help="CSV of your own: its last days are forecast and scored; left out: what was issued"),
    ] = None,
    *,
    zone: Zone = "America/New_York",
    calendar: Calendar = "US",
    market: Annotated[str, typer.Option(help="Only this market")] = "",
    days: Annotated[int, typer.Option(help="The last so many market days of issued forecasts")] = 7,
    as_json: Json = False,
) -> None:
    """Show how forecasts scored, day by day; or score the models on a file of your own."""
    if own is not None:
        _score_own(own, zone, calendar, as_json=as_json)
        return
    platform = Platform(Settings())
    since = (platform.clock() - timedelta(days=days)).date()
    where = f"market_day >= DATE '{since}'" + (f" AND market = '{_quoted(market)}'" if market else "")
    rows = platform.lake.read(FORECAST_SCORES, where).sort_values(
        ["market", "quantity", "location", "market_day", "mae"]
    )
    if rows.empty:
        say(f"no forecast since {since} has met its outcome yet: run the job forecast_scoring after the day is over")
        raise typer.Exit(1)
    show(_records(rows[SCORES_SHOWN]), SCORES_SHOWN, title=f"scores since {since}", as_json=as_json)


@app.command("leaderboard")
def leaders(*, market: Annotated[str, typer.Option(help="Only this market")] = "", as_json: Json = False) -> None:
    """Rank the models by market, quantity and horizon."""
    from market_platform.forecasting.day_scores import standings

    platform = Platform(Settings())
    where = f"market = '{_quoted(market)}'" if market else "TRUE"
    table = standings(platform.lake.read(FORECAST_SCORES, where))
    if table.empty:
        say("no forecast has met its outcome yet: run the job forecast_scoring after the day is over")
        raise typer.Exit(1)
    show(_records(table), list(table.columns), title="leaderboard", as_json=as_json)


def _panel_of(own: Path, zone: str, calendar: str, day: date | None) -> "tuple[Panel, Request]":
    from market_platform.forecasting.issue import Request, panel_from_frames
    from market_platform.forecasting.own_csv import read_own_csv

    local = _zone(zone)
    try:
        target, ahead, notes = read_own_csv(own.read_bytes(), local)
        chosen = day or target["interval_start"].max().tz_convert(local).date() + timedelta(days=1)
        request = Request(own.stem, "own_series", chosen, local, datetime.now(UTC), calendar)
        panel = panel_from_frames(request, target, ahead)
    except MarketPlatformError as refusal:
        _refuse(refusal)
    for note in notes:
        tell(f"note: {note}")
    return panel, request


def _loaded(model: Path) -> "tuple[Panel, tuple[Member, ...], Memory]":
    from market_platform.forecasting import saved

    try:
        return saved.load(model.read_bytes())
    except MarketPlatformError as refusal:
        _refuse(refusal)


def _issue(
    panel: "Panel",
    request: "Request",
    memory: "Memory",
    members: "tuple[Member, ...] | None" = None,
    *,
    out: Path | None,
    save: Path | None = None,
    as_json: bool,
) -> None:
    from market_platform.forecasting import saved
    from market_platform.forecasting.batch import Task, forecast
    from market_platform.forecasting.issue import rows_of
    from market_platform.forecasting.report import history_report

    report = history_report(panel).text
    made = forecast(Task(panel, memory.on_rows(panel), kept=memory.kept), members)
    if isinstance(made, MarketPlatformError):
        say(report)
        _refuse(made)
    if save is not None:
        save.write_bytes(saved.save(panel, memory=saved.memory_of(made, panel, memory.kept)))
    rows = rows_of(made, panel, request)
    if out is not None:
        rows.to_csv(out, index=False)
    if as_json:
        facts = rows.iloc[0][
            ["location", "market_day", "issue_time", "rung", "notes", "version", "inputs_hash"]
        ].to_dict()
        show_json({**facts, "report": report, "hours": _records(rows[SHOWN])})
        return
    show(_records(rows[SHOWN]), SHOWN, title=f"{request.location}, {request.day}, rung: {made.rung}")
    say(report)
    for note in made.notes:
        say(f"note: {note}")
    if out is not None:
        say(f"all quantiles with provenance: {out}")


def _score_own(own: Path, zone: str, calendar: str, *, as_json: bool) -> None:
    import numpy as np
    import pandas as pd

    from market_platform.forecasting import scoring
    from market_platform.forecasting.batch import Task, forecast
    from market_platform.forecasting.report import history_report

    panel, _ = _panel_of(own, zone, calendar, None)
    made = forecast(Task(panel))
    if isinstance(made, MarketPlatformError) or made.past is None:
        say(history_report(panel).text)
        say("below the models there is nothing to score but the naive itself")
        raise typer.Exit(1)
    places = np.searchsorted(panel.days, made.past.days)
    actual, naive = panel.target[places], scoring.week_before(panel.target)[places]
    seen = np.isfinite(actual + naive).all(axis=1)
    rows = [
        {
            "model": name,
            "days": int(seen.sum()),
            "mae": scoring.mae(actual[seen], values[seen]),
            "rmae": scoring.rmae(actual[seen], values[seen], naive[seen]),
            "rmse": scoring.rmse(actual[seen], values[seen]),
            "p_against_naive": scoring.diebold_mariano(actual[seen], naive[seen], values[seen])[1],
        }
        for name, values in {made.rung: made.past.value, **made.past.members, "naive": naive}.items()
    ]
    bands = made.past.quantiles[seen]
    inside = [
        100 * scoring.coverage(actual[seen], bands[..., low], bands[..., high]) for low, high in ((4, 94), (24, 74))
    ]
    if as_json:
        show_json({"models": rows, "inside_90_percent": inside[0], "inside_50_percent": inside[1]})
        return
    show(
        _records(pd.DataFrame(rows).sort_values("mae")),
        list(rows[0]),
        title=f"{own.name}: each day from the days before it",
    )
    say(f"the 90 % interval held {inside[0]:.1f} % of the hours, the 50 % interval {inside[1]:.1f} %")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise typer.BadParameter(f"no time zone {name!r}: write it as America/Chicago") from unknown


def _refuse(refusal: Exception) -> NoReturn:
    say(str(refusal))
    raise typer.Exit(1)


def _records(rows: "pd.DataFrame") -> list[dict[str, object]]:
    plain = rows.astype(object).where(rows.notna(), None)
    return [
        {str(key): value.to_pydatetime() if hasattr(value, "to_pydatetime") else value for key, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _title(first: "pd.Series") -> str:
    return f"{first['location']}: {first['quantity']} for {first['market_day']}, rung {first['rung']}, {first['unit']}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
