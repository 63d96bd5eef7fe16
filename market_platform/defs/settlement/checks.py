"""What settlement is asked after it ran: does the identity hold, do sums agree, is all explained, what is late."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import dagster as dg
import sqlalchemy as sa

from market_platform.contracts.families.settlement import SETTLEMENT_LINES
from market_platform.platform import Platform

WARN = dg.AssetCheckSeverity.WARN
#: Below this share of the billed dollars the shadow no longer predicts the bill.
LEAST_ACCURACY = 0.99
REFUSALS_LOOKED_AT = timedelta(days=30)
SETTLED_LOOKED_AT = timedelta(days=7)


def shadow_checks(iso: str) -> dg.AssetChecksDefinition:
    """Return the checks of an ISO's shadow settlement, over the days settled in the last week."""
    asset = f"{iso}_shadow_settlement"

    @dg.multi_asset_check(
        name=f"{asset}_checks",
        specs=[
            dg.AssetCheckSpec(
                "identity",
                asset=asset,
                description="Energy lines = DA x DA price + (RT - DA) x RT price, computed apart from the engine",
            ),
            dg.AssetCheckSpec(
                "intervals_add_up", asset=asset, description="The lines in the lake add up to the ledger's totals"
            ),
        ],
    )
    def check(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
        from market_platform.defs.settlement.identity import energy_codes, expected_energy_usd

        off: dict[str, float] = {}
        sums: dict[str, str] = {}
        days = _settled_days(platform, iso)
        for day in days:
            lines = platform.lake.read(SETTLEMENT_LINES, f"feed = '{asset}' AND market_day = DATE '{day}'")
            energy = lines[lines["charge_code"].isin(energy_codes(iso, day))]
            # Half a cent of rounding a line; the sum of many is far nearer, so the room is no hiding place.
            room = 0.005 * len(energy) + 0.01
            difference = float(energy["amount_usd"].sum()) - expected_energy_usd(platform, iso, day)
            if not abs(difference) <= room:
                off[str(day)] = round(difference, 2)
            lake, ledger = Decimal(str(round(float(lines["amount_usd"].sum()), 2))), _ledger_total(platform, iso, day)
            if lake != ledger:
                sums[str(day)] = f"lake {lake}, ledger {ledger}"
        for name, found in (("identity", off), ("intervals_add_up", sums)):
            yield dg.AssetCheckResult(
                check_name=name, asset_key=asset, passed=not found, metadata={"days": len(days), "differ": found}
            )

    return check


def _settled_days(platform: Platform, iso: str) -> list[date]:
    from market_platform.settlement.books.tables import shadow

    since = platform.clock() - SETTLED_LOOKED_AT
    query = sa.select(shadow.c.market_day).where(shadow.c.iso == iso, shadow.c.settled_at >= since).distinct()
    with platform.ledger.read() as connection:
        days: list[date] = list(connection.scalars(query))
    return sorted(days)[-int(SETTLED_LOOKED_AT / timedelta(days=1)) :]


def _ledger_total(platform: Platform, iso: str, day: date) -> Decimal:
    from market_platform.settlement.books.tables import shadow

    with platform.ledger.read() as connection:
        amounts: list[Decimal] = list(
            connection.scalars(sa.select(shadow.c.amount_usd).where(shadow.c.iso == iso, shadow.c.market_day == day))
        )
    return sum(amounts, Decimal("0.00"))


@dg.asset_check(
    asset="settlement_statements", name="quarantine", description="Statements refused in the last thirty days"
)
def quarantine(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Count refusals and name their reasons."""
    from market_platform.settlement.books.tables import refusals

    since = platform.clock() - REFUSALS_LOOKED_AT
    query = sa.select(refusals).where(refusals.c.refused_at >= since).order_by(refusals.c.refused_at.desc())
    with platform.ledger.read() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    lines = [
        f"- {row['refused_at']:%Y-%m-%d %H:%M}Z {row['iso']} {row['reason']}: {row['message']}" for row in rows[:20]
    ]
    return dg.AssetCheckResult(
        passed=not rows,
        severity=WARN,
        metadata={"refused": len(rows), "reasons": dg.MetadataValue.md("\n".join(lines))},
    )


@dg.asset_check(asset="settlement_statements", name="overdue", description="Statements that are due and have not come")
def overdue(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare each ISO's calendar with what was received for the settled days."""
    from market_platform.defs.settlement.office import overdue_statements

    late = overdue_statements(platform)
    lines = [
        f"- {each.iso} {each.market} {each.statement_type} of {each.market_day}, due {each.due_on}"
        for each in late[:20]
    ]
    return dg.AssetCheckResult(
        passed=not late, severity=WARN, metadata={"overdue": len(late), "first": dg.MetadataValue.md("\n".join(lines))}
    )


@dg.multi_asset_check(
    name="settlement_reconciliation_checks",
    specs=[
        dg.AssetCheckSpec(
            "all_explained", asset="settlement_reconciliation", description="Unexplained dollars are zero"
        ),
        dg.AssetCheckSpec(
            "closes", asset="settlement_reconciliation", description="Explained + unexplained = billed - expected, each"
        ),
        dg.AssetCheckSpec(
            "accuracy", asset="settlement_reconciliation", description="Share of the billed dollars that we predicted"
        ),
        dg.AssetCheckSpec(
            "seeded_errors",
            asset="settlement_reconciliation",
            description="Sandbox: every error that a simulated ISO put in is found and named, and no other",
        ),
    ],
)
def reconciliation_checks(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
    """Judge the statements of the last months."""
    from market_platform.settlement.books import view

    with platform.ledger.read() as connection:
        rows = [row for row in view.statement_rows(connection) if row["reconciled_at"] is not None]
    key = "settlement_reconciliation"
    open_usd = {row["statement_id"]: str(row["unexplained_usd"]) for row in rows if row["unexplained_usd"]}
    broken = [
        row["statement_id"] for row in rows if row["explained_usd"] + row["unexplained_usd"] != row["variance_usd"]
    ]
    poor = {row["statement_id"]: row["dollar_accuracy"] for row in rows if row["dollar_accuracy"] < LEAST_ACCURACY}
    yield dg.AssetCheckResult(
        check_name="all_explained",
        asset_key=key,
        passed=not open_usd,
        severity=WARN,
        metadata={"unexplained": open_usd},
    )
    yield dg.AssetCheckResult(check_name="closes", asset_key=key, passed=not broken, metadata={"statements": broken})
    yield dg.AssetCheckResult(
        check_name="accuracy", asset_key=key, passed=not poor, severity=WARN,
        metadata={"statements": len(rows), "least_share": LEAST_ACCURACY, "below": poor},
    )  # fmt: skip
    compared, wrong = _seeded(platform)
    yield dg.AssetCheckResult(
        check_name="seeded_errors", asset_key=key, passed=not wrong,
        metadata={"statements_with_labels": compared, "differ": wrong},
    )  # fmt: skip


def _seeded(platform: Platform) -> tuple[int, dict[str, list[str]]]:
    """Compare found causes and amounts with the labels of simulated statements."""
    from market_platform.defs.settlement.simulated_statements import seeded_errors
    from market_platform.settlement.books import view

    compared, wrong = 0, {}
    with platform.ledger.read() as connection:
        for row in view.statement_rows(connection):
            labels = seeded_errors(platform, row["file_name"] or "")
            if labels is None:
                continue
            compared += 1
            put_in = sorted(zip(labels["charge_code"], labels["kind"], labels["effect_usd"], strict=True))
            found = sorted(
                (each["charge_code"], each["cause"], str(each["variance_usd"]))
                for each in view.variance_rows(connection, sha256=row["sha256"])
            )
            # A corrected price adds differences of its own after the bill was written; they are no errors put in.
            if put_in != [each for each in found if each[1] != "wrong_version" or each in put_in]:
                wrong[row["statement_id"]] = [f"put in {put_in}", f"found {found}"]
    return compared, wrong


@dg.asset_check(asset="settlement_disputes", name="deadlines", description="No draft has to be filed within five days")
def deadlines(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """List the drafts that press."""
    from market_platform.defs.settlement.book_keys import DUE_SOON_DAYS
    from market_platform.defs.settlement.disputes import due_within

    due = due_within(platform, DUE_SOON_DAYS)
    lines = [
        f"- {row['deadline']}: {row['iso']} {row['charge_code']} {row['amount_usd']} USD, {row['dispute_id'][:12]}"
        for row in due
    ]
    return dg.AssetCheckResult(
        passed=not due, severity=WARN, metadata={"due": len(due), "drafts": dg.MetadataValue.md("\n".join(lines))}
    )


@dg.multi_asset_check(
    name="settlement_payments_checks",
    specs=[
        dg.AssetCheckSpec(
            "conserved",
            asset="settlement_payments",
            description="Matched + open = invoiced, matched + unapplied = paid",
        ),
        dg.AssetCheckSpec("overdue", asset="settlement_payments", description="No invoice is open after its due date"),
    ],
)
def payment_checks(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
    """Count the money, and what is late."""
    from market_platform.defs.settlement.payments import money
    from market_platform.settlement.books import view

    zero = Decimal("0.00")
    books = money(platform)
    with platform.ledger.read() as connection:
        paid = sum((payment.amount_usd for payment in view.payments(connection)), zero)
    invoiced = sum((item.amount_usd for item in books.invoices), zero)
    matched = sum((match.amount_usd for match in books.matched.matches), zero)
    still_open = sum(books.matched.open_usd.values(), zero)
    left = sum(books.matched.unapplied_usd.values(), zero)
    yield dg.AssetCheckResult(
        check_name="conserved", asset_key="settlement_payments",
        passed=matched + still_open == invoiced and matched + left == paid,
        metadata={
            "invoiced_usd": float(invoiced), "paid_usd": float(paid),
            "open_usd": float(still_open), "unapplied_usd": float(left),
        },
    )  # fmt: skip
    today = platform.clock().date()
    late = [
        item.invoice_id for item in books.invoices if item.due_on < today and item.invoice_id in books.matched.open_usd
    ]
    yield dg.AssetCheckResult(
        check_name="overdue",
        asset_key="settlement_payments",
        passed=not late,
        severity=WARN,
        metadata={"invoices": late},
    )
