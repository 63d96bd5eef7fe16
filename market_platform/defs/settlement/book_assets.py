"""Assets of the books: statements in, reconciliation, disputes, payments, the monthly pack."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from market_platform.contracts.families.settlement import (
    SETTLEMENT_DISPUTES,
    SETTLEMENT_LINES,
    SETTLEMENT_PAYMENTS,
    SETTLEMENT_VARIANCES,
)
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.settlement.book_keys import (
    DISPUTES,
    DUE_SOON_DAYS,
    ISOS,
    LOOK_BACK,
    PACK,
    PAYMENTS,
    RECONCILIATION,
    STATEMENTS,
)
from market_platform.defs.settlement.day_assets import GROUP, on_any_day
from market_platform.platform import Platform

if TYPE_CHECKING:
    from market_platform.contracts.contract import Contract

MOST_ROWS_SHOWN = 40
NO_STATEMENTS = (
    "nothing here yet: put the ISO's statement files into {folder}, or run `market-platform settlement take FILE`"
)


def _schema(contract: "Contract") -> dict[str, Any]:
    return {"dagster/column_schema": table_schema(contract), "dagster/table_name": f"lake.{contract.name}"}


def _markdown(frame: pd.DataFrame) -> dg.MetadataValue:
    if frame.empty:
        return dg.MetadataValue.md("none")
    more = f"\n\n{len(frame) - MOST_ROWS_SHOWN} more rows" if len(frame) > MOST_ROWS_SHOWN else ""
    return dg.MetadataValue.md(frame.head(MOST_ROWS_SHOWN).to_markdown(index=False, floatfmt=".2f") + more)


def _title(platform: Platform, text: str) -> str:
    return text + (" (simulated)" if platform.settings.origin == "sandbox" else "")


@dg.asset(
    key=STATEMENTS,
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    deps=on_any_day([f"{iso}_shadow_settlement" for iso in ISOS]),
    metadata=_schema(SETTLEMENT_LINES),
    description="Statements taken in from data/inbox/statements, whatever the ISO: read, checked against our accounts, days "
    "and signs, kept and compared. What is refused goes to quarantine with its reason. In the sandbox the simulated ISOs put "
    "their statements there first, with labelled errors.",
)
def settlement_statements(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult:
    """Take every file of the inbox."""
    from market_platform.defs.settlement.inbox import take_inbox
    from market_platform.defs.settlement.simulated_statements import post_statements, statements_folder

    if platform.settings.origin == "sandbox":
        context.log.info(f"{len(post_statements(platform))} statements posted by the simulated ISOs")
    results = take_inbox(platform)
    for result in results:
        context.log.info(f"{result.file_name}: {result.outcome} {result.message}")
    table = pd.DataFrame([vars(result) for result in results])
    note = {} if results else {"note": NO_STATEMENTS.format(folder=statements_folder(platform))}
    outcomes = [result.outcome for result in results]
    return dg.MaterializeResult(
        metadata={
            **{f"files_{word}": outcomes.count(word) for word in ("taken", "refused", "waiting")},
            **note,
            "origin": platform.settings.origin,
            "files": _markdown(table),
        }
    )


@dg.asset(
    key=RECONCILIATION,
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    deps=[STATEMENTS],
    metadata=_schema(SETTLEMENT_VARIANCES),
    description="Every statement of the last months compared again where prices, awards or meter values have moved since: "
    "each difference named and explained to the cent.",
)
def settlement_reconciliation(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult:
    """Compare again what has changed, lay the variances in, draw them."""
    from market_platform.defs.settlement.reconciling import combined_outcome, reconcile_again
    from market_platform.reporting.images import markdown_image
    from market_platform.settlement.reports.plots import variance_png, waterfall_png

    since = platform.clock().date() - LOOK_BACK
    again, changed, rows = reconcile_again(platform, since, RECONCILIATION)
    context.log.info(f"{again} statements compared again, {changed} rows of variances changed")
    if not rows:
        return dg.MaterializeResult(metadata={"statements": 0, "note": "no statement yet: see settlement_statements"})
    outcome = combined_outcome(platform, rows)
    shown = pd.DataFrame(rows)[
        ["iso", "account", "market", "first_day", "statement_type", "expected_usd", "billed_usd", "variance_usd",
         "unexplained_usd", "dollar_accuracy"]
    ]  # fmt: skip
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(outcome.variances),
            "statements": len(rows),
            "compared_again": again,
            "rows_changed": changed,
            "origin": platform.settings.origin,
            "variance_usd": float(outcome.variance_usd),
            "unexplained_usd": float(outcome.unexplained_usd),
            "line_accuracy": outcome.line_accuracy,
            "dollar_accuracy": outcome.dollar_accuracy,
            "by_statement": _markdown(shown),
            "by_cause": _markdown(outcome.by_cause()),
            "waterfall": dg.MetadataValue.md(
                markdown_image("Waterfall", waterfall_png(outcome, _title(platform, "From expected to billed")))
            ),
            "causes": dg.MetadataValue.md(
                markdown_image("Causes", variance_png(outcome, _title(platform, "Variance by cause")))
            ),
        }
    )


@dg.asset(
    key=DISPUTES,
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    deps=[RECONCILIATION],
    metadata=_schema(SETTLEMENT_DISPUTES),
    description="Disputes drafted from the variances with their evidence, until when they may be filed, and their states.",
)
def settlement_disputes(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Expire what is late, lay the disputes in as they stand."""
    from market_platform.defs.settlement.disputes import due_within, expire_drafts, publish_disputes

    expired = expire_drafts(platform)
    rows = publish_disputes(platform, DISPUTES)
    columns = [
        "market",
        "account",
        "dispute_id",
        "charge_code",
        "market_day",
        "cause",
        "amount_usd",
        "deadline",
        "state",
    ]
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "claimed_usd": float(rows.loc[~rows["state"].isin(["withdrawn", "expired"]), "amount_usd"].sum()),
            "expired_now": expired,
            f"due_within_{DUE_SOON_DAYS}_days": len(due_within(platform, DUE_SOON_DAYS)),
            "origin": platform.settings.origin,
            "states": _markdown(rows.groupby("state").size().reset_index(name="disputes")),
            "disputes": _markdown(rows[columns].assign(dispute_id=rows["dispute_id"].str[:12])),
        }
    )


@dg.asset(
    key=PAYMENTS,
    group_name=GROUP,
    kinds={"deltalake", "sql"},
    deps=[STATEMENTS],
    metadata=_schema(SETTLEMENT_PAYMENTS),
    description="Statements netted into invoices, payments from data/inbox/payments matched to them, what is open by age, and "
    "the cash that is to come.",
)
def settlement_payments(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Invoice, match and lay in."""
    from market_platform.defs.settlement.inbox import inbox_payments
    from market_platform.defs.settlement.payments import invoice_statements, money, publish_payments, take_payments
    from market_platform.defs.settlement.simulated_statements import simulated_payments
    from market_platform.reporting.images import markdown_image
    from market_platform.settlement.reports.cash_plot import cash_flow_png

    made = invoice_statements(platform)
    simulated = platform.settings.origin == "sandbox"
    invented = simulated_payments(platform, made) if simulated else []
    take_payments(platform, [*inbox_payments(platform), *invented])
    rows = publish_payments(platform, PAYMENTS)
    books = money(platform)
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": len(rows),
        "invoices_made": len(made),
        "open_usd": float(rows["open_usd"].sum()),
        "unapplied_payments": len(books.matched.unapplied_usd),
        "origin": platform.settings.origin,
        "invoices": _markdown(
            rows[["invoice_id", "kind", "due_on", "amount_usd", "paid_usd", "open_usd", "term_status"]]
        ),
        "ageing": _markdown(books.ageing),
        "cash_flow": _markdown(books.cash_flow),
    }
    if len(books.cash_flow):
        picture = cash_flow_png(books.cash_flow, _title(platform, "Cash to come"))
        metadata["cash"] = dg.MetadataValue.md(markdown_image("Cash to come", picture))
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    key=PACK,
    group_name=GROUP,
    kinds={"html", "pdf", "excel"},
    deps=[RECONCILIATION, DISPUTES, PAYMENTS],
    description="The month in HTML, PDF and XLSX for each account, in data/reports/settlement: this month's and, in its first "
    "ten days, last month's.",
)
def settlement_pack(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Write the packs of the running month and, while it is young, of the last."""
    from market_platform.defs.settlement.pack import month_pack, months_with_statements, write_pack

    written: list[Path] = []
    for iso, account, month in months_with_statements(platform, _months(platform.clock().date())):
        pack = month_pack(platform, iso, account, month)
        written += write_pack(platform, pack)
        context.log.info(f"{pack.title}: {dict(pack.figures)}")
    table = pd.DataFrame(
        {"file": [str(path) for path in written], "kB": [path.stat().st_size // 1024 for path in written]}
    )
    return dg.MaterializeResult(
        metadata={"files": len(written), "origin": platform.settings.origin, "packs": _markdown(table)}
    )


def _months(today: date) -> list[date]:
    first = today.replace(day=1)
    last_month = (first - timedelta(days=1)).replace(day=1)
    return [last_month, first] if today.day <= 10 else [first]
