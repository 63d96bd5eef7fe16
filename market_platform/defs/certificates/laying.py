"""How the certificate assets lay rows in, and what a person sees of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.defs.certificates.desk import is_simulated
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform
from market_platform.store.lake import Commit

LINES_SHOWN = 60


def lay(
    platform: Platform, contract: Contract, asset: str, rows: pd.DataFrame, whole_days: Sequence[date] = ()
) -> Commit:
    """Hold rows to their contract and lay them in; Decimal becomes float, the lake's kind of number."""
    numbers = {
        name: pd.to_numeric(rows[name].astype(object).where(rows[name].notna(), None)).astype("float64")
        for name in rows
        if rows[name].dtype == object and name.endswith(("_usd", "_usd_per_certificate", "_mwh", "percent"))
    }
    typed = rows.assign(simulated=is_simulated(platform)) if "simulated" in contract.columns else rows
    typed = typed.assign(**numbers)
    return lay_in(
        platform.lake,
        contract,
        asset,
        typed,
        read_at=platform.clock(),
        inputs=hash_of([typed]),
        whole_days=whole_days,
    )


def standing_days(platform: Platform, contract: Contract, asset: str) -> list[date]:
    """Return the market days of which the lake holds rows of an asset: what it computes anew, it computes whole."""
    rows = platform.lake.read(contract, f"feed = '{asset}'")
    return sorted(set(rows["market_day"]))


def told(platform: Platform, rows: pd.DataFrame, commit: Commit | None, **more: Any) -> dict[str, Any]:
    """Return what a person sees of a run: rows, what changed, origin, a table, and whatever else is handed in."""
    metadata: dict[str, Any] = {
        "dagster/row_count": len(rows),
        "origin": f"{platform.settings.origin} (simulated)" if is_simulated(platform) else platform.settings.origin,
    }
    if commit is not None:
        metadata["rows_changed"] = commit.rows_changed
    return metadata | more


def table(rows: pd.DataFrame, lines: int = LINES_SHOWN) -> dg.MarkdownMetadataValue:
    """Return rows as a Markdown table, the first ``lines`` of them."""
    text = rows.head(lines).to_markdown(index=False) if len(rows) else "nothing"
    left = f"\n\n… {len(rows) - lines} more rows" if len(rows) > lines else ""
    return dg.MetadataValue.md(text + left)
