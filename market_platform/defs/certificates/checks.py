"""What the certificate assets are asked after they ran: is the ledger whole, does it agree, does every row have a source."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from market_platform.certificates.compliance.duties import calendar
from market_platform.certificates.ledger.audit import prove_conservation
from market_platform.certificates.ledger.chain import verify_chain
from market_platform.certificates.registries.intake import compare
from market_platform.contracts.families.certificates import (
    CERTIFICATE_POSITIONS,
    COMPLIANCE_OBLIGATIONS,
    COMPLIANCE_STANDING,
)
from market_platform.defs.certificates.compliance_assets import COMPLIANCE, OBLIGATIONS
from market_platform.defs.certificates.days import certificate_day
from market_platform.defs.certificates.desk import open_desk
from market_platform.defs.certificates.laying import table
from market_platform.defs.certificates.registry_assets import LEDGER, POSITIONS, laid_in_lists
from market_platform.errors import StoreError
from market_platform.platform import Platform

HELD_KINDS = ("active", "banked", "compliance", "reserve")
SOURCED = {"verified", "secondary", "own"}


@dg.multi_asset_check(
    name="certificate_ledger_checks",
    specs=[
        dg.AssetCheckSpec(
            "conservation", asset=LEDGER, description="Every serial that was issued is held exactly once"
        ),
        dg.AssetCheckSpec("hash_chain", asset=LEDGER, description="Every posting matches its hash and the one before"),
        dg.AssetCheckSpec(
            "registry_agrees",
            asset=LEDGER,
            description="Registry and ledger say the same of every serial, or say why not",
        ),
    ],
)
def ledger_checks(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
    """Prove the ledger and compare it with what the registries list."""
    desk = open_desk(platform)
    with desk.book.ledger.read() as connection:
        try:
            issued, by_kind = prove_conservation(connection)
            yield _ledger("conservation", passed=True, metadata={"issued": issued, **by_kind})
        except StoreError as error:
            yield _ledger("conservation", passed=False, metadata={"broken": str(error)})
        try:
            yield _ledger("hash_chain", passed=True, metadata={"postings": verify_chain(connection)})
        except StoreError as error:
            yield _ledger("hash_chain", passed=False, metadata={"broken": str(error)})
    found = [
        compare(desk.book, each.registry, each.rows, desk.organization).assign(registry=each.registry)
        for each in laid_in_lists(platform)
    ]
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"meaning": []})
    strange = rows[rows["meaning"] == ""]
    yield dg.AssetCheckResult(
        check_name="registry_agrees",
        asset_key=LEDGER,
        passed=strange.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"to_look_at": table(strange), "still_to_do_at_the_registry": table(rows[rows["meaning"] != ""])},
    )


def _ledger(name: str, *, passed: bool, metadata: dict[str, int | str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name, asset_key=LEDGER, passed=passed, severity=dg.AssetCheckSeverity.ERROR, metadata=metadata
    )


@dg.asset_check(asset=POSITIONS, name="nothing_expired", description="No certificate is held past its last usable day")
def nothing_expired(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Look for holdings that no programme and no registry takes any more."""
    day = certificate_day(platform)
    rows = platform.lake.read(
        CERTIFICATE_POSITIONS, f"feed = '{POSITIONS}' AND market_day = DATE '{day}' AND expires_on < DATE '{day}'"
    )
    rows = rows[rows["account_kind"].isin(HELD_KINDS)]
    return dg.AssetCheckResult(
        passed=rows.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "certificates": int(rows["quantity"].sum()),
            "expired": table(rows[["owner", "registry", "fuel", "vintage", "expires_on", "quantity"]]),
        },
    )


@dg.asset_check(
    asset=OBLIGATIONS, name="every_row_is_sourced", description="Each percentage names its source and status"
)
def every_row_is_sourced(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Look for obligations from rows without a source."""
    rows = platform.lake.read(COMPLIANCE_OBLIGATIONS, f"feed = '{OBLIGATIONS}'")
    bare = rows[~rows["status"].isin(SOURCED) | (rows["source"].fillna("") == "")]
    return dg.AssetCheckResult(
        passed=bare.empty,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "rows": len(rows),
            "without_source": len(bare),
            "secondary": int((rows["status"] == "secondary").sum()),
        },
    )


@dg.asset_check(
    asset=COMPLIANCE,
    name="closed_periods_are_covered",
    description="Periods that are over and whose next duty lies ahead have no shortfall that certificates could cover",
)
def closed_periods_are_covered(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Look for closed periods in which the plan still has certificates to retire."""
    day = certificate_day(platform)
    rows = platform.lake.read(COMPLIANCE_STANDING, f"feed = '{COMPLIANCE}' AND interval_end < TIMESTAMPTZ '{day}'")
    duties = calendar(open_desk(platform))
    ahead = duties[duties["due"] >= day][["state", "period", "duty", "due"]]
    late = rows[rows["planned"] > 0][["supplier", "state", "period", "tier", "shortfall", "planned"]]
    return dg.AssetCheckResult(
        passed=late.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "closed_requirements": len(rows),
            "to_retire": table(late.merge(ahead, on=["state", "period"], how="left")),
            "shortfall_without_certificates": int(rows["shortfall_after_plan"].sum()),
        },
    )


CHECKS = (ledger_checks, nothing_expired, every_row_is_sourced, closed_periods_are_covered)
