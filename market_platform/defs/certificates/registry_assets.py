"""From registry to ledger to positions: what is listed, what the ledger makes of it, what is held at the end of the day."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg
import pandas as pd

from market_platform.certificates.desk import Desk
from market_platform.certificates.ledger.journal import journal
from market_platform.certificates.positions import by, by_eligibility, realised_profit
from market_platform.certificates.registries.exports import HOLDING
from market_platform.certificates.registries.intake import DIFFERENCES, Intake
from market_platform.contracts.families.certificates import (
    CERTIFICATE_POSITIONS,
    CERTIFICATE_POSTINGS,
    REGISTRY_HOLDINGS,
)
from market_platform.defs.certificates import simulated_acts
from market_platform.defs.certificates.days import certificate_day, over
from market_platform.defs.certificates.desk import is_simulated, open_desk, user_folder
from market_platform.defs.certificates.laying import lay, standing_days, table, told
from market_platform.defs.certificates.lists import RegistryList, enter, exported_lists, read_mrets
from market_platform.defs.certificates.marks import valued_holdings
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image, png

GROUP = "certificates"
EXPORTS, MRETS, LEDGER, POSITIONS = "registry_exports", "mrets_holdings", "certificate_ledger", "certificate_positions"


@dg.asset(
    key=EXPORTS,
    group_name=GROUP,
    kinds={"deltalake", "csv"},
    description="Lists downloaded from the registries (certificates/exports/<registry>/*.csv), read through the mapping "
    "of each registry. In the sandbox every registry without a file of yours lists simulated plants.",
)
def registry_exports(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in what the export files list."""
    return _listed(platform, EXPORTS, list(exported_lists(platform)))


@dg.asset(
    key=MRETS,
    group_name=GROUP,
    kinds={"deltalake", "api"},
    description="What M-RETS lists for your organization, over its JSON:API with your token (MARKET_PLATFORM_MRETS_KEY).",
)
def mrets_holdings(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay in what M-RETS lists."""
    if platform.settings.credentials.get("mrets_key") is None:
        return dg.MaterializeResult(
            metadata={"note": "nothing here yet: put your M-RETS token into MARKET_PLATFORM_MRETS_KEY"}
        )
    return _listed(platform, MRETS, [read_mrets(platform, open_desk(platform))])


def _listed(platform: Platform, key: str, lists: list[RegistryList]) -> dg.MaterializeResult:
    where = user_folder(platform) / "exports" / "<registry>"
    if not lists:
        return dg.MaterializeResult(metadata={"note": f"nothing here yet: put a registry's export (CSV) into {where}"})
    rows = pd.concat(
        [each.rows.assign(registry=each.registry, simulated=each.simulated) for each in lists], ignore_index=True
    )
    rows["vintage"] = [vintage.replace(day=1) for vintage in rows["vintage"]]
    ends = rows["vintage"].map(lambda month: (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date())
    dated = over(rows, rows["vintage"], ends)
    simulated = dated["simulated"]
    days = sorted(set(dated["market_day"]) | set(standing_days(platform, REGISTRY_HOLDINGS, key)))
    commit = lay(platform, REGISTRY_HOLDINGS, key, dated, whole_days=days)
    shown = rows.assign(simulated=simulated).groupby(["registry", "fuel", "simulated"], as_index=False)
    totals = shown.agg(ranges=("quantity", "size"), certificates=("quantity", "sum"))
    payloads = {each.registry: ", ".join(digest[:12] for digest in each.payloads) for each in lists}
    return dg.MaterializeResult(
        metadata=told(platform, rows, commit, certificates=int(rows["quantity"].sum()), listed=table(totals),
                      archived=payloads)
    )  # fmt: skip


@dg.asset(
    key=LEDGER,
    group_name=GROUP,
    kinds={"sql", "deltalake"},
    deps=[EXPORTS, MRETS],
    description="The certificate ledger (double entry, append-only, hash chain) after the registries' lists: new serials "
    "are issued once, whatever is listed again changes nothing. Its journal is laid in as `certificate_postings`.",
)
def certificate_ledger(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Bring the lists into the ledger and its journal into the lake."""
    desk = open_desk(platform)
    intakes = {found.registry: enter(platform, desk, found, "registry sync") for found in laid_in_lists(platform)}
    if is_simulated(platform) and intakes:
        simulated_acts.open_windows(desk, platform.clock())
        if simulated_acts.act_once(desk, platform.clock()):
            context.log.info("posted the history of the simulated desk")
    rows = _lay_in_journal(platform, desk)
    if not intakes:
        return dg.MaterializeResult(metadata={"note": "no registry lists anything yet", "postings_laid_in": len(rows)})
    lines = [
        {"registry": key, "issued": each.issued, "retired": each.retired, "gone": each.gone,
         "differences": len(each.differences)}
        for key, each in intakes.items()
    ]  # fmt: skip
    return dg.MaterializeResult(
        metadata=told(
            platform, rows, None,
            issued=sum(each.issued for each in intakes.values()),
            intake=table(pd.DataFrame(lines)),
            differences=table(differences_of(intakes)),
            latest=table(_latest(desk)),
        )
    )  # fmt: skip


def laid_in_lists(platform: Platform) -> Iterable[RegistryList]:
    """Yield the registries' lists as they stand in the lake."""
    rows = platform.lake.read(REGISTRY_HOLDINGS)
    rows = rows.assign(serials="")
    for key, part in rows.groupby(["feed", "registry"], sort=True):
        feed, registry = (str(word) for word in key)
        listed = part[HOLDING].astype(object).where(part[HOLDING].notna(), None).reset_index(drop=True)
        listed = listed.astype({"quantity": "int64", "serial_start": "int64", "serial_end": "int64"})
        source = f"{registry} list of {feed}"
        yield RegistryList(registry, listed, source, (), bool(part["simulated"].all()))


def differences_of(intakes: dict[str, Intake]) -> pd.DataFrame:
    """Return where registries and ledger disagree, all registries together."""
    parts = [each.differences.assign(registry=key) for key, each in intakes.items() if len(each.differences)]
    columns = ["registry", *DIFFERENCES]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _lay_in_journal(platform: Platform, desk: Desk) -> pd.DataFrame:
    """Lay in the postings that the lake does not hold yet; the journal never changes, so the others stand."""
    held = platform.lake.read(CERTIFICATE_POSTINGS, f"feed = '{LEDGER}'")
    last = 0 if held.empty else int(held["posting_id"].max())
    with desk.book.ledger.read() as connection:
        rows = journal(connection, after_posting=last)
    if rows.empty:
        return rows
    start = pd.to_datetime(rows["at"], utc=True).dt.as_unit("us")
    dated = rows.assign(market_day=start.dt.date, interval_start=start, interval_end=start + timedelta(microseconds=1))
    lay(platform, CERTIFICATE_POSTINGS, LEDGER, dated)
    return rows


def _latest(desk: Desk) -> pd.DataFrame:
    with desk.book.ledger.read() as connection:
        rows = journal(connection, latest=20)
    return rows[
        ["posting_id", "at", "kind", "quantity", "serial_base", "from_organization", "to_organization", "actor"]
    ]


@dg.asset(
    key=POSITIONS,
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    deps=[LEDGER],
    description="What every account holds today: by owner, registry, fuel, eligibility, vintage and last usable day, with "
    "its cost, its value at your market prices (certificates/marks.csv) and the profit of what was sold.",
)
def certificate_positions(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Value what is held and lay it in."""
    from market_platform.certificates.reports.plots import position_figure

    desk, day = open_desk(platform), certificate_day(platform)
    rows = valued_holdings(platform, desk)
    if rows.empty:
        return dg.MaterializeResult(metadata={"note": "the ledger holds nothing yet: import a registry's list"})
    days = pd.Series(day, index=rows.index, dtype=object)
    commit = lay(platform, CERTIFICATE_POSITIONS, POSITIONS, over(rows, days, days), whole_days=[day])
    with desk.book.ledger.read() as connection:
        profit = realised_profit(connection)
    circulating = rows[rows["account_kind"].isin(("active", "banked", "compliance", "reserve"))]
    title = "Certificates held by vintage" + (" (simulated)" if is_simulated(platform) else "")
    return dg.MaterializeResult(
        metadata=told(
            platform, rows, commit,
            certificates=int(circulating["quantity"].sum()),
            by_registry=table(by(rows, "owner", "registry", "account_kind", "fuel")),
            by_state=table(by_eligibility(circulating)),
            by_last_usable_day=table(by(circulating, "expires_on")),
            realised=table(profit),
            plot=dg.MetadataValue.md(markdown_image(title, png(position_figure(circulating, title)))),
        )
    )  # fmt: skip
