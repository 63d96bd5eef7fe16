"""Certificates retired for a site, from the ledger: what a market-based Scope 2 figure may count, and what it may not.

A retirement counts for the site that it names as its beneficiary, once, when its vintage lies in the reporting year and
its fuel emits nothing. What is retired beyond a site's consumption covers nothing and is told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.ledger import tables

RETIRED = ["site", "market", "vintage", "mwh", "lb_per_mwh", "source"]
WITHOUT_EMISSIONS = frozenset({"wind", "solar", "hydro", "geothermal", "nuclear", "tidal", "wave"})
PROVINCES = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


@dataclass(frozen=True)
class Claims:
    """``retired`` may be counted (columns ``RETIRED``); ``left_out`` says in words what may not, and why."""

    retired: pd.DataFrame
    left_out: tuple[str, ...]


def claims_of(connection: sa.Connection, consumption_mwh: Mapping[str, float], year: int) -> Claims:
    """Return what is retired for sites (name to MWh consumed) and counts for a reporting year, oldest vintage first."""
    counted, left_out = [], []
    still_open = dict(consumption_mwh)
    for row in _retired_for(connection, list(consumption_mwh)):
        reason = _refusal(row.fuel, row.vintage, year)
        used = min(float(row.quantity), still_open[row.beneficiary]) if reason is None else 0.0
        still_open[row.beneficiary] -= used
        if used:
            market = "Canada" if row.location in PROVINCES else "US"
            source = f"{row.registry} {row.serial_base}"
            counted.append((row.beneficiary, market, row.vintage, used, 0.0, source))
        if used < row.quantity:
            why = reason or "the site consumed no more"
            left_out.append(f"{row.beneficiary}: {row.quantity - used:g} of {row.registry} {row.vintage:%Y-%m}: {why}")
    return Claims(pd.DataFrame(counted, columns=RETIRED), tuple(left_out))


def _refusal(fuel: str, vintage: date, year: int) -> str | None:
    if vintage.year != year:
        return f"its vintage does not lie in {year}"
    if not any(word in fuel.lower() for word in WITHOUT_EMISSIONS):
        return f"the rate of {fuel} is not known to be zero"
    return None


def _retired_for(connection: sa.Connection, sites: list[str]) -> list[sa.Row[tuple[object, ...]]]:
    holding, term, posting = tables.holdings.c, tables.transactions.c, tables.postings.c
    account, batch, kind = tables.accounts.c, tables.batches.c, tables.classes.c
    query = (
        sa.select(
            term.beneficiary, kind.registry, kind.fuel, kind.location, kind.vintage, batch.serial_base,
            (holding.serial_end - holding.serial_start + 1).label("quantity"),
        )
        .select_from(tables.transactions)
        .join(tables.postings, posting.transaction_id == term.transaction_id)
        .join(tables.holdings, sa.and_(holding.posting_id == posting.posting_id, holding.batch_id == posting.batch_id))
        .join(tables.accounts, account.account_id == holding.account_id)
        .join(tables.batches, batch.batch_id == holding.batch_id)
        .join(tables.classes, kind.class_id == batch.class_id)
        .where(
            term.kind == "retirement",
            account.kind == "retirement",
            term.beneficiary.in_(sites),
            # A retirement for a state programme is used up by it.
            term.programme_state.is_(None),
        )
        .order_by(kind.vintage, holding.batch_id, holding.serial_start)
    )  # fmt: skip
    return list(connection.execute(query).all())
