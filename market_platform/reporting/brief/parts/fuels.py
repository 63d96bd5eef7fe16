"""Gas and carbon: storage against its band, the curve, basis, spark spreads, allowances."""

from datetime import date

import pandas as pd

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Band, Bars, Lines, Part, Series, Table
from market_platform.reporting.brief.words import MARKET_NAMES, number, percent, place, signed

GAS_UNIT = "USD/MMBtu"
WEEKS_SHOWN = 53
MONTHS_SHOWN = 24
PROGRAMMES = {
    "california": "California",
    "california_quebec": "California–Quebec",
    "rggi": "RGGI",
    "washington": "Washington",
}
TRADING_DAYS = "trading days, New York"


def storage(frames: Frames, _day: date) -> Part:
    """Show working gas of the Lower 48 against the five years before."""
    rows, report = frames["storage"].tail(WEEKS_SHOWN), frames["storage_report"]
    title = "Gas storage"
    if rows.empty:
        return Part("storage", title, missing="No weekly storage yet: run the EIA's job.")
    last = rows.iloc[-1]
    mean = last["five_year_mean_bcf"]
    if pd.isna(mean) and not report.empty and report["week_ending"].iloc[0] == last["week_ending"]:
        mean = report["five_year_average_bcf"].iloc[0]
    told = f"Working gas stood at {number(last['stock_bcf'], 0)} Bcf on {last['week_ending']:%d %B}"
    if pd.notna(mean):
        surplus = last["stock_bcf"] - mean
        side = "above" if surplus >= 0 else "below"
        told += f", {number(abs(surplus), 0)} Bcf {side} the five-year mean ({percent(abs(surplus) / mean)})"
    stamp = "%d %b" if len(rows) < WEEKS_SHOWN // 4 else "%b %y"
    figure = Lines(
        "Lower 48", "Bcf", [f"{week:{stamp}}" for week in rows["week_ending"]],
        (
            Series("five-year mean", rows["five_year_mean_bcf"].tolist(), "quiet"),
            Series("stock", rows["stock_bcf"].tolist()),
        ),
        (Band("five-year range", rows["five_year_low_bcf"].tolist(), rows["five_year_high_bcf"].tolist()),),
        label_every=max(1, len(rows) // 4),
    )  # fmt: skip
    short = len(rows) < 2
    notes = ("The band needs five years of weeks: market-platform import ngshistory.xls, or backfill eia_gas_storage.",)
    return Part(
        "storage", title, told + ".", () if short else (figure,), "EIA weekly working gas, mart gas_storage_weekly",
        "weeks ending Friday", notes=notes if rows["five_year_mean_bcf"].isna().all() else (),
    )  # fmt: skip


def curve(frames: Frames, _day: date) -> Part:
    """Show the futures curve against a week before."""
    rows = frames["curve"]
    title = "Gas curve"
    if rows.empty:
        return Part("curve", title, missing="No futures settlements yet: run the exchange's job.")
    days = sorted(rows["trade_day"].unique())
    wide = rows.pivot_table(index="contract_month", columns="trade_day", values="settle_usd_per_mmbtu").head(
        MONTHS_SHOWN
    )
    last = days[-1]
    series = [Series(f"settled {last:%d %b}", wide[last].tolist())]
    if len(days) > 1:
        series.insert(0, Series(f"{days[0]:%d %b}", wide[days[0]].tolist(), "quiet"))
    front = rows[rows["trade_day"] == last].iloc[0]
    claim = (
        f"The front month, {front['contract_month']:%B %Y}, settled at {number(front['settle_usd_per_mmbtu'], 3)} USD/MMBtu "
        f"({signed(front['change_usd_per_mmbtu'], 3)} on the day)."
    )
    labels = [f"{month:%b %y}" for month in wide.index]
    figure = Lines("Henry Hub futures", GAS_UNIT, labels, series, label_every=max(1, len(labels) // 4))
    return Part("curve", title, claim, (figure,), "CME settlements, mart futures_curve", TRADING_DAYS)


def basis(frames: Frames, _day: date) -> Part:
    """Show front-month basis by hub."""
    rows = frames["basis"]
    rows = rows[rows["hub"] != "Henry Hub"] if len(rows) else rows
    if rows.empty:
        return Part("basis", "Gas basis", missing="No basis futures yet: they come with the exchange's daily file.")
    claim = f"Front-month basis to Henry Hub as settled on {rows['market_day'].iloc[0]:%d %B}."
    figure = Bars("Front month less Henry Hub", GAS_UNIT, rows["hub"].tolist(), rows["basis_usd_per_mmbtu"].tolist(), 3)
    return Part("basis", "Gas basis", claim, (figure,), "table gas_basis", TRADING_DAYS)


def spark(frames: Frames, _day: date) -> Part:
    """Show what a gas plant earns."""
    rows = frames["spark"]
    if rows.empty:
        return Part("spark", "Spark spreads", missing="No spark spreads of this day: run the gas job.")
    cells = [
        (
            f"{MARKET_NAMES.get(row.market, row.market)} {place(row.location)}",
            number(row.power_usd_per_mwh), number(row.spark_usd_per_mwh), number(row.clean_spark_usd_per_mwh),
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    rate = number(rows["heat_rate_mmbtu_per_mwh"].iloc[0], 1)
    note = ("Henry Hub stands in for hubs that no free curve quotes.",) if rows["is_gas_estimated"].any() else ()
    claim = f"At a heat rate of {rate} MMBtu/MWh (HHV), mean of the day."
    table = Table(("hub", "power", "spark", "clean"), cells, "Day-ahead, USD/MWh")
    return Part("spark", "Spark spreads", claim, (table,), "mart spark_spreads_daily", "market days", notes=note)


def carbon(frames: Frames, _day: date) -> Part:
    """Show allowance prices."""
    rows = frames["carbon"]
    if rows.empty:
        return Part("carbon", "Carbon", missing="No allowance prices yet: run CAISO's job or import an auction table.")
    figures: list[Lines | Table] = []
    index = rows[rows["kind"] == "index"].tail(30)
    if len(index) > 1:
        labels = [f"{day:%d %b}" for day in index["price_day"]]
        series = Series("California index", index["price_usd_per_metric_ton"].tolist())
        figures.append(
            Lines("Allowance index", "USD per metric ton", labels, (series,), label_every=max(1, len(labels) // 4))
        )
    last = rows.groupby(["programme", "kind"]).tail(1).sort_values("kind", ascending=False)
    cells = [
        (
            f"{PROGRAMMES.get(row.programme, row.programme)} {row.kind}",
            f"{row.price_day:%d %b %Y}",
            number(row.price_usd_per_metric_ton),
        )
        for row in last.itertuples()
    ]
    figures.append(Table(("programme", "of", "USD/t"), cells))
    claim = f"{cells[0][0]} stood at {cells[0][2]} USD per metric ton."
    return Part("carbon", "Carbon", claim, figures, "mart carbon_prices", "days of price or auction")
