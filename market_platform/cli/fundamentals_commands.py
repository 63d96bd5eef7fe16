"""Commands about gas and heat: where a spread stands, what the engines should do."""

from datetime import date, datetime
from typing import Annotated

import pandas as pd
import typer

from market_platform.analysis.gas.legs import spread_between
from market_platform.cli.console import say, show, show_json
from market_platform.contracts.families import drivers
from market_platform.errors import Infeasible
from market_platform.platform import Platform
from market_platform.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Month = Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="Delivery month, YYYY-MM")]
HOW = "run `make run`, or import the exchange's settlement files"


def spread(
    first_hub: Annotated[str, typer.Argument(help="Gas hub, as in `gas_basis`: Algonquin, Waha, 'Henry Hub' ...")],
    first_month: Month,
    second_hub: Annotated[str, typer.Argument(help="Gas hub of the other leg")],
    second_month: Month,
    *,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the value at risk")] = 0.95,
    as_json: Json = False,
) -> None:
    """Show where the spread of two legs (hub and delivery month) stands in its own history."""
    platform = Platform(Settings())
    rows = platform.lake.read(drivers.GAS_BASIS)
    curves = rows.assign(trade_day=rows["market_day"], contract_month=pd.to_datetime(rows["contract_month"]).dt.date)
    legs = (_leg(first_hub, first_month), _leg(second_hub, second_month))
    try:
        view = spread_between(curves, *legs, confidence)
    except Infeasible as error:
        raise typer.BadParameter(f"{error}; {HOW}") from error
    names = [f"{hub} {month:%Y-%m}" for hub, month in legs]
    if as_json:
        show_json({"first": names[0], "second": names[1], **vars(view)})
        return
    figures = {name: f"{value:.4f}" if isinstance(value, float) else value for name, value in vars(view).items()}
    show(
        [{"figure": name, "value": value} for name, value in figures.items()],
        ["figure", "value"],
        title=f"{names[0]} less {names[1]}",
    )
    _simulated(platform)


def _leg(hub: str, month: datetime) -> tuple[str, date]:
    return hub, month.date().replace(day=1)


def chp(
    *,
    facility: Annotated[str, typer.Option(help="Hour by hour of one facility")] = "",
    as_json: Json = False,
) -> None:
    """Show what each facility's engine should do from now on, with the age and quality of the prices behind it."""
    platform = Platform(Settings())
    now = platform.clock()
    rows = platform.lake.read(drivers.CHP_DECISIONS, f"interval_end > TIMESTAMPTZ '{now.isoformat()}'")
    if rows.empty:
        say(
            "no decisions from this hour on: they need day-ahead prices and gas settlements (`make run`) and, outside the "
            "sandbox, facilities.csv in the data folder"
        )
        raise typer.Exit(1)
    rows = rows.sort_values(["facility", "interval_start"])
    if facility:
        hours = rows[rows["facility"] == facility]
        if hours.empty:
            raise typer.BadParameter(f"no facility {facility!r}: there are {', '.join(sorted(set(rows['facility'])))}")
        columns = ["interval_start", "decision", "load_mw", "power_usd_per_mwh", "gas_usd_per_mmbtu", "cost_usd", "saving_usd",
                   "quality"]  # fmt: skip
        show(hours[columns].to_dict("records"), columns, title=facility, as_json=as_json)
    else:
        summary = [_now_and_ahead(str(name), mine) for name, mine in rows.groupby("facility")]
        show(summary, list(summary[0]), title="From this hour on", as_json=as_json)
    if not as_json:
        _simulated(platform)


def _now_and_ahead(name: str, mine: pd.DataFrame) -> dict[str, object]:
    first = mine.iloc[0]
    return {
        "facility": name,
        "now": first["decision"],
        "load_mw": float(first["load_mw"]),
        "hours_ahead": len(mine),
        "hours_run": int((mine["decision"] == "run").sum()),
        "saving_usd": float(mine["saving_usd"].sum()),
        "quality": first["quality"],
        "power_age_hours": float(first["power_age_hours"]),
        "gas_age_hours": float(first["gas_age_hours"]),
        "decided_at": first["decided_at"].to_pydatetime(),
    }


def _simulated(platform: Platform) -> None:
    if platform.settings.origin == "sandbox":
        say("simulated data")
