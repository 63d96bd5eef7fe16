"""Load, wind, sun, congestion, and how the forecasts did."""

from datetime import date

import pandas as pd

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Band, Lines, Part, Series, Shares, Table
from market_platform.reporting.brief.hubs import EVERY_HUB, HUBS
from market_platform.reporting.brief.words import MARKET_NAMES, list_text, number, percent, place

OWN_CLOCKS = "hours beginning, each market's own clock"
MOST_FANS = 4
MOST_SCORES = 8
FUELS = ("nuclear", "gas", "coal", "hydro", "wind", "solar", "imports", "other")


def forecast(frames: Frames, _day: date) -> Part:
    """Show the price forecast as a fan against what came, and its score."""
    rows, hours = frames["forecasts"], frames["hours"]
    if rows.empty:
        return Part(
            "forecast",
            "Price forecast and its score",
            missing="No forecast of this day: run the forecasting job.",
            wide=True,
        )
    figures: list[Lines | Table] = []
    for (market, location), mine in _first_places(rows):
        actual = pd.Series(dtype="float64")
        if not hours.empty:
            found = hours[(hours["market"] == market) & (hours["location"] == location)]
            actual = found.set_index("interval_start")["day_ahead_usd_per_mwh"]
        figures.append(_fan(f"{MARKET_NAMES.get(market, market)} {place(location)}", mine, actual))
    claim, score = _scores(frames["skill"])
    if score is not None:
        figures.append(score)
    return Part(
        "forecast", "Price forecast and its score", claim, figures,
        "tables forecasts, mart forecast_skill_daily", "day and day after, hours of each market's own clock", wide=True,
    )  # fmt: skip


def load(frames: Frames, _day: date) -> Part:
    """Show load against the publisher's forecast."""
    rows, errors = frames["load"], frames["load_error"]
    if rows.empty:
        return Part("load", "Load", missing="No load of this day yet.", wide=True)
    figures = [
        Lines(
            MARKET_NAMES[market], "GW", [f"{hour:02d}" for hour in mine["hour_beginning"]],
            (
                Series("forecast of the day before", _thousandths(mine["forecast_mw"]), "quiet"),
                Series("load", _thousandths(mine["load_mw"])),
            ),
            small=True,
        )
        for market, mine in _by_market(rows)
    ]  # fmt: skip
    claim = ""
    if not errors.empty:
        told = [
            f"{MARKET_NAMES[row.market]} {percent(row.mean_absolute_percentage_error)}"
            for row in errors.sort_values("mean_absolute_percentage_error").itertuples()
        ]
        claim = f"Mean absolute error of the publishers' forecasts: {list_text(told)}."
    return Part("load", "Load", claim, figures, "mart load_hourly", OWN_CLOCKS, wide=True)


def renewables(frames: Frames, _day: date) -> Part:
    """Show wind and sun against forecast, and what the day was generated from."""
    rows, mix = frames["renewables"], frames["generation"]
    if rows.empty and mix.empty:
        return Part("renewables", "Wind, sun and the mix", missing="No generation of this day yet.", wide=True)
    figures: list[Lines | Shares] = []
    if not rows.empty:
        for (market, fuel), mine in rows.groupby(["market", "fuel"]):
            if mine["generation_mw"].notna().any():
                figures.append(
                    Lines(
                        f"{MARKET_NAMES[market]} {str(fuel).replace('btm_solar', 'rooftop solar')}", "GW",
                        [f"{hour:02d}" for hour in mine["hour_beginning"]],
                        (
                            Series("forecast of the day before", _thousandths(mine["forecast_mw"]), "quiet"),
                            Series("output", _thousandths(mine["generation_mw"]), "third"),
                        ),
                        small=True, from_zero=True,
                    )
                )  # fmt: skip
    if not mix.empty:
        figures.append(_mix(mix))
    return Part(
        "renewables", "Wind, sun and the mix", _wind_and_sun(mix), figures,
        "marts renewables_hourly, generation_daily", OWN_CLOCKS, wide=True,
    )  # fmt: skip


def congestion(frames: Frames, _day: date) -> Part:
    """Show the constraints that cost most."""
    rows = frames["constraints"]
    if rows.empty:
        return Part("congestion", "Congestion", missing="No binding constraint of this day in the lake.")
    first = rows.drop_duplicates(["market", "constraint_name"]).head(6)
    cells = [
        (
            f"{row.constraint_name} ({MARKET_NAMES.get(row.market, row.market)}, {row.market_run})",
            number(row.binding_hours, 1),
            number(row.mean_shadow_price_usd_per_mwh),
        )
        for row in first.itertuples()
    ]
    claim = f"{first['constraint_name'].iloc[0]} weighed most: {cells[0][1]} hours at {cells[0][2]} USD/MWh on average."
    table = Table(("constraint", "hours", "USD/MWh"), cells)
    return Part("congestion", "Congestion", claim, (table,), "mart constraints_daily", "market days")


def _first_places(rows: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Return the forecasts to draw: the hub of each market that stands in front, one a market."""
    found = {(str(market), str(place)): mine for (market, place), mine in rows.groupby(["market", "location"])}
    chosen = []
    for market in dict.fromkeys(market for market, _ in found):
        mine = [location for other, location in found if other == market]
        preferred = [hub for hub in HUBS.get(market, ()) if hub in mine]
        key = (market, (preferred or mine)[0])
        chosen.append((key, found[key]))
    return chosen[:MOST_FANS]


def _fan(title: str, rows: pd.DataFrame, actual: pd.Series) -> Lines:
    local = [f"{at.hour:02d}" if at.hour else f"{at:%a}" for at in rows["local_start"]]
    known = rows["interval_start"].map(actual) if len(actual) else pd.Series([float("nan")] * len(rows))
    middle = Series("median", rows["q50"].tolist(), "quiet")
    came = (Series("outcome", known.tolist(), "second"),) if known.notna().any() else ()
    return Lines(
        title, "USD/MWh", local, (middle, *came),
        (Band("90 % interval", rows["q05"].tolist(), rows["q95"].tolist()),
         Band("50 % interval", rows["q25"].tolist(), rows["q75"].tolist(), "inner")),
        label_every=12 if len(rows) > 30 else 6, small=True,
    )  # fmt: skip


def _scores(skill: pd.DataFrame) -> tuple[str, Table | None]:
    ours = (
        skill[(skill["quantity"] == "day_ahead_price") & ~skill["model"].isin(["naive", "iso"])]
        if len(skill)
        else skill
    )
    if ours.empty:
        return "No outcome to score against yet.", None
    last = ours[ours["market_day"] == ours["market_day"].max()]
    shown = last[[pair in EVERY_HUB for pair in zip(last["market"], last["location"], strict=True)]]
    shown = shown.drop_duplicates(["market", "location"]).sort_values(["market", "location"]).head(MOST_SCORES)
    cells = [
        (
            f"{MARKET_NAMES.get(row.market, row.market)} {place(row.location)}",
            row.model.replace("_", " "),
            number(row.mae),
            number(row.naive_mae),
            percent(row.skill, 0),
        )
        for row in shown.itertuples()
    ]
    day = f"{last['market_day'].iloc[0]:%d %B}"
    if set(last["model"]) <= {"seasonal", "last_day"}:
        claim = f"On {day} the forecast was the seasonal value itself: more history lifts it to the pool of models."
    else:
        saved = percent(last["skill"].mean(), 0)
        claim = f"On {day} the forecast of day-ahead prices saved {saved} of the seasonal naive's error."
    heading = "Mean absolute error against the seasonal naive, USD/MWh"
    return claim, Table(("hub", "model", "error", "naive", "saved"), cells, heading) if cells else None


def _mix(rows: pd.DataFrame) -> Shares:
    named = rows.assign(
        fuel=rows["fuel"].replace({"dual_fuel": "gas", "oil": "gas"}).where(lambda fuel: fuel.isin(FUELS), "other")
    )
    wide = named.pivot_table(index="market", columns="fuel", values="share", aggfunc="sum").reindex(columns=list(FUELS))
    markets = [market for market in HUBS if market in wide.index]
    return Shares(
        "Energy of the day by fuel; gas with oil and dual fuel", "share of generation and imports",
        [MARKET_NAMES[market] for market in markets], FUELS, [wide.loc[market].tolist() for market in markets],
    )  # fmt: skip


def _wind_and_sun(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    part = rows[rows["fuel"].isin(["wind", "solar"])].groupby("market")["share"].sum().sort_values(ascending=False)
    told = [f"{MARKET_NAMES[market]} {percent(share, 0)}" for market, share in part.items()]
    return f"Wind and sun made {list_text(told)} of the day's energy." if told else ""


def _by_market(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(market, mine) for market in HUBS if len(mine := rows[rows["market"] == market])]


def _thousandths(values: pd.Series) -> list[float]:
    return (values / 1000).tolist()
