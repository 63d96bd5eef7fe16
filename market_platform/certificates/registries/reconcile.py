"""The registry's own list against the ledger, serial by serial: what is new to issue, and where the two disagree."""

import itertools
from datetime import date

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.registries.exports import HOLDING

STATUS_OF_KIND = {
    "active": "active", "banked": "active", "compliance": "active", "reserve": "active", "pending": "active",
    "retirement": "retired", "exported": "exported", "expired": "expired", "residual": "expired",
    "withdrawn": "withdrawn",
}  # fmt: skip
RANGE = ["serial_base", "serial_start", "serial_end"]


def holdings_from_mrets(
    quantities: pd.DataFrame, certificates: pd.DataFrame, generators: pd.DataFrame, organization: str
) -> pd.DataFrame:
    """Return ``HOLDING`` rows from M-RETS frames of certificate quantities, certificates and generators."""
    plants = generators[["id", "mrets_id", "generation_technology", "state_province"]]
    batches = certificates[["id", "generator_id", "vintage"]].rename(columns={"vintage": "certificate_vintage"})
    rows = quantities.merge(batches, left_on="certificate_id", right_on="id", how="left", suffixes=("", "_batch"))
    rows = rows.merge(plants, left_on="generator_id", right_on="id", how="left", suffixes=("", "_plant"))
    vintage = [date.fromisoformat(text).replace(day=1) for text in rows["certificate_vintage"]]
    held = pd.DataFrame({
        "account": rows["account_id"], "organization": organization, "generator": rows["mrets_id"],
        "fuel": rows["generation_technology"], "location": rows["state_province"], "vintage": vintage,
        "generation_start": vintage,
        "generation_end": [(pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date() for month in vintage],
        "eligibility": "", "quantity": rows["quantity"], "serials": "", "status": rows["status"],
        "serial_base": rows["serial_number_base"], "serial_start": rows["serial_number_start"],
        "serial_end": rows["serial_number_end"],
    })  # fmt: skip
    return held[HOLDING]


def ledger_ranges(connection: sa.Connection, registry: str) -> pd.DataFrame:
    """Return the ledger's pieces of a registry: serial base, start, end, organization, status in the registry's words."""
    holding, account, batch = tables.holdings.c, tables.accounts.c, tables.batches.c
    rows = connection.execute(
        sa.select(batch.serial_base, holding.serial_start, holding.serial_end, account.organization, account.kind)
        .join_from(tables.holdings, tables.batches)
        .join(tables.accounts, account.account_id == holding.account_id)
        .where(batch.registry == registry)
        .order_by(batch.serial_base, holding.serial_start)
    ).all()
    frame = pd.DataFrame(rows, columns=[*RANGE, "organization", "kind"])
    return frame.assign(status=frame["kind"].map(STATUS_OF_KIND))


def new_holdings(registry_rows: pd.DataFrame, ledger_rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ``HOLDING`` rows, cut to the serials that the ledger does not know: what to issue.

    Reading the same export twice therefore issues nothing the second time.
    """
    known = dict(iter(ledger_rows.groupby("serial_base")))
    rows = []
    for row in registry_rows.to_dict("records"):
        held = known.get(row["serial_base"])
        spans = [] if held is None else list(zip(held["serial_start"], held["serial_end"], strict=True))
        for start, end in _subtract(row["serial_start"], row["serial_end"], spans):
            rows.append({**row, "serial_start": start, "serial_end": end, "quantity": end - start + 1})
    return pd.DataFrame(rows, columns=HOLDING)


def differences(registry_rows: pd.DataFrame, ledger_rows: pd.DataFrame, organization: str) -> pd.DataFrame:
    """Return the ranges of one organization on which registry and ledger disagree, with both words for them.

    Columns: serial_base, serial_start, serial_end, registry_status, ledger_status; ``absent`` where one lists nothing.
    """
    ours = ledger_rows[ledger_rows["organization"] == organization]
    rows: list[tuple[str, int, int, str, str]] = []
    for base in sorted(set(registry_rows["serial_base"]) | set(ours["serial_base"])):
        theirs = registry_rows[registry_rows["serial_base"] == base]
        mine = ours[ours["serial_base"] == base]
        rows += _differences_of(base, theirs, mine)
    return pd.DataFrame(rows, columns=[*RANGE, "registry_status", "ledger_status"])


def _differences_of(base: str, theirs: pd.DataFrame, mine: pd.DataFrame) -> list[tuple[str, int, int, str, str]]:
    marks = sorted(
        {*theirs["serial_start"], *mine["serial_start"], *(theirs["serial_end"] + 1), *(mine["serial_end"] + 1)}
    )
    found: list[tuple[str, int, int, str, str]] = []
    for start, following in itertools.pairwise(marks):
        words = (_status_at(theirs, start), _status_at(mine, start))
        if words[0] == words[1]:
            continue
        if found and found[-1][2] == start - 1 and found[-1][3:] == words:
            found[-1] = (base, found[-1][1], following - 1, *words)
        else:
            found.append((base, int(start), int(following - 1), *words))
    return found


def _status_at(rows: pd.DataFrame, serial: int) -> str:
    at = rows[(rows["serial_start"] <= serial) & (rows["serial_end"] >= serial)]
    return str(at["status"].iloc[0]) if len(at) else "absent"


def _subtract(start: int, end: int, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    left, at = [], start
    for first, last in sorted(spans):
        if first > end:
            break
        if first > at:
            left.append((at, first - 1))
        at = max(at, last + 1)
    if at <= end:
        left.append((at, end))
    return left
