"""Commands about what is owed and what may be claimed: obligation, least-cost plan, filing, deadlines, ESG figures."""

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from market_platform.cli.certificate_words import SOURCE, Json
from market_platform.cli.console import say, show, show_json
from market_platform.cli.plain_words import plainly, records, usd
from market_platform.errors import Infeasible
from market_platform.platform import Platform
from market_platform.settings import Settings

if TYPE_CHECKING:
    from market_platform.certificates.compliance.load import Load
    from market_platform.certificates.desk import Desk

comply = typer.Typer(help="State programmes: what is owed, the least-cost plan, the filing.", no_args_is_help=True)

State = Annotated[str | None, typer.Option(help="Only this state, as DC")]
Period = Annotated[str | None, typer.Option(help="Only this period, as 2025, EY2026, RY2026")]
LoadMwh = Annotated[
    str | None, typer.Option("--load", help="Load of the period in MWh, instead of certificates/load.csv")
]
Exempt = Annotated[str, typer.Option(help="MWh of it that owe nothing")]
Tiers = Annotated[list[str] | None, typer.Option("--tier", help="Only these tiers bind you (VA: one of two phases)")]
Supplier = Annotated[str | None, typer.Option(help="Whose load and certificates; your organization by default")]


@comply.command()
def programmes(
    state: Annotated[str | None, typer.Argument(help="Show every rule of this one, with its source")] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the state programmes and for which years yearly steps are held."""
    from market_platform.certificates.compliance.targets import states_covered, target_schedule
    from market_platform.defs.certificates.desk import open_reference

    with plainly():
        reference = open_reference(Platform(Settings()))
    if state is not None:
        rules = reference.programme_rules[reference.programme_rules["state"] == state]
        if rules.empty:
            raise typer.BadParameter(f"no programme of {state}; there are {', '.join(reference.programmes)}")
        show(records(rules), ["item", "value", "text", "status", "source"], title=state, as_json=as_json)
        return
    rows = states_covered(target_schedule(reference.targets, reference.overrides))
    rows["name"] = [reference.programmes[key].name if key in reference.programmes else "" for key in rows["state"]]
    columns = ["state", "name", "use", "tiers", "first", "last", "rows"]
    show(records(rows), columns, title="State programmes (headline: no obligation follows)", as_json=as_json)


@comply.command()
def obligation(
    *,
    state: State = None,
    period: Period = None,
    load: LoadMwh = None,
    exempt: Exempt = "0",
    tier: Tiers = None,
    supplier: Supplier = None,
    as_json: Json = False,
) -> None:
    """Show what the loads oblige to: certificates by tier and the payment if none were retired."""
    from market_platform.certificates.compliance.duties import obligation_rows
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        known = _loads(platform, desk, state, period, load, exempt, tier, supplier)
        rows, refused = obligation_rows(desk, known)
    columns = [
        "supplier", "state", "tier", "period", "load_mwh", "percent", "certificates_due", "bank_cap",
        "payment_usd_per_certificate", "most_payment_usd", "status", "source", "load_basis",
    ]  # fmt: skip
    show(records(rows), columns, title="Obligations (blank payment: no sourced figure is held)", as_json=as_json)
    for (where, when), why in refused.items():
        typer.echo(f"{where} {when}: {why}", err=True)
    if rows.empty:
        raise typer.Exit(1)


@comply.command()
def plan(
    *,
    state: State = None,
    period: Period = None,
    load: LoadMwh = None,
    exempt: Exempt = "0",
    tier: Tiers = None,
    supplier: Supplier = None,
    at_cost: Annotated[
        bool, typer.Option("--at-cost", help="Weigh certificates at their cost, not at the market")
    ] = False,
    post: Annotated[bool, typer.Option("--post", help="Retire as planned: final. Only shown without it")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --post: do not ask")] = False,
    as_json: Json = False,
) -> None:
    """Find the retirements that meet all obligations at least cost; a missing certificate costs the payment."""
    from market_platform.certificates.compliance.duties import carry_out, standing
    from market_platform.defs.certificates.compliance_loads import by_supplier, computable
    from market_platform.defs.certificates.desk import open_desk
    from market_platform.defs.certificates.marks import prices_by_class

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        known = computable(desk, _loads(platform, desk, state, period, load, exempt, tier, supplier))
        marks = None if at_cost else prices_by_class(platform, desk)
        today = platform.clock().date()
        stands = [(who, standing(desk, who, part, today, marks)) for who, part in by_supplier(known)]
    rows = pd.concat([each.rows for _, each in stands], ignore_index=True) if stands else pd.DataFrame()
    columns = [
        "supplier", "state", "period", "tier", "certificates_due", "retired", "shortfall", "planned",
        "shortfall_after_plan", "payment_after_plan_usd",
    ]  # fmt: skip
    show(records(rows), columns, title="Least-cost plan", as_json=as_json)
    for who, each in stands:
        planned = int(each.rows["planned"].sum())
        if post and planned:
            if not yes:
                typer.confirm(f"Retire {planned:,} certificates of {who}? Retirement is final", abort=True)
            with plainly():
                done = carry_out(desk, each.plan, desk.actor(getpass.getuser(), who), platform.clock(), SOURCE)
            if not as_json:
                say(f"{who}: {planned:,} certificates retired in {len(done)} transactions")
        elif not as_json:
            say(f"{who}: certificates and payments cost {each.plan.assignment.cost_usd:,.2f} USD; nothing was retired")


@comply.command("file")
def file_reports(
    *,
    state: State = None,
    period: Period = None,
    load: LoadMwh = None,
    exempt: Exempt = "0",
    tier: Tiers = None,
    supplier: Supplier = None,
    as_json: Json = False,
) -> None:
    """Write the filing of each state and period as CSV, HTML and PDF from what is retired for it."""
    from market_platform.defs.certificates.compliance_loads import fileable
    from market_platform.defs.certificates.desk import open_desk
    from market_platform.defs.certificates.filings import write_filings

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        known = fileable(desk, _loads(platform, desk, state, period, load, exempt, tier, supplier))
        paths = write_filings(platform, desk, known, platform.clock().date())
    if as_json:
        show_json([str(path) for path in paths])
        return
    for path in paths:
        say(str(path))
    if not paths:
        say("nothing to file: no load, or no sourced yearly step for it (see: comply obligation)")


@comply.command()
def deadlines(
    *,
    state: State = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on; today by default")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the dated duties ahead."""
    from market_platform.certificates.compliance.duties import calendar
    from market_platform.defs.certificates.desk import open_desk

    platform = Platform(Settings())
    first = since.date() if since else platform.clock().date()
    with plainly():
        desk = open_desk(platform)
        if state is not None and state not in desk.reference.programmes:
            raise typer.BadParameter(f"no programme of {state}; there are {', '.join(desk.reference.programmes)}")
        rows = calendar(desk, [state] if state else [])
    ahead = rows[rows["due"] >= first]
    show(records(ahead), ["due", "state", "period", "duty"], title="Duties ahead", as_json=as_json)


def esg(
    *,
    year: Annotated[int | None, typer.Option(help="Reporting year; all by default")] = None,
    as_json: Json = False,
) -> None:
    """Show Scope 2 by both methods, avoided emissions, hourly matching and the score with its formula."""
    from market_platform.certificates.esg.metrics import esg_report
    from market_platform.defs.certificates.desk import open_desk, user_folder
    from market_platform.defs.certificates.esg_inputs import esg_inputs

    platform = Platform(Settings())
    with plainly():
        desk = open_desk(platform)
        inputs, left_out = esg_inputs(platform, desk)
        wanted = [each for each in inputs if year in (None, each.year)]
        reports = [(each.year, esg_report(each, desk.reference.avert)) for each in wanted]
    rows = [{"year": str(number), **row} for number, report in reports for row in records(report.metrics)]
    show(rows, ["year", "subject", "metric", "value", "unit", "method", "source"], title="ESG figures", as_json=as_json)
    if as_json:
        return
    for number, report in reports:
        if report.score is not None:
            typer.echo(f"{number} overall score: {report.score.formula}")
    for line in left_out:
        say(f"not counted: {line}")
    if not rows:
        say(f"nothing here yet: put sites.csv, hours.csv ... into {user_folder(platform) / 'esg'}")


def _loads(
    platform: Platform,
    desk: "Desk",
    state: str | None,
    period: str | None,
    load: str | None,
    exempt: str,
    tiers: list[str] | None,
    supplier: str | None,
) -> "list[Load]":
    """Return the load of the command line, or those of the user's file that fit."""
    from market_platform.certificates.compliance.load import Load
    from market_platform.defs.certificates.loads import loads

    if load is not None:
        if state is None or period is None:
            raise typer.BadParameter("a load needs its --state and --period")
        mwh, free = usd(load), usd(exempt)
        if mwh is None or free is None:
            raise typer.BadParameter("give the load in MWh")
        return [Load(supplier or desk.organization, state, period, mwh, free, frozenset(tiers or ()))]
    known, unknown = loads(platform, desk)
    for line in unknown:
        typer.echo(line, err=True)
    fits = [
        each
        for each in known
        if state in (None, each.state) and _fits(desk, each, period) and supplier in (None, each.supplier)
    ]
    if not fits:
        raise Infeasible("no load fits: put state, period and load_mwh into certificates/load.csv, or give --load")
    return fits


def _fits(desk: "Desk", load: "Load", period: str | None) -> bool:
    """Whether a load is of a period, or of a year of it (California's)."""
    if period in (None, load.period):
        return True
    spans = desk.reference.programmes[load.state].sum_periods if load.state in desk.reference.programmes else ()
    return any(span.label == period and str(span.start.year) <= load.period <= str(span.end.year) for span in spans)
